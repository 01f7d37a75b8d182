"""Open files, a few at a time, that threads share."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from fastaug.errors import SourceError

MOST_OPEN = 64
"""Files that are kept open; systems allow a process 1,024 as a rule."""


class Descriptor:
    """An open file. It is closed when nobody holds it any more.

    Args:
        path: The file.
    """

    __slots__ = ("_process", "number")

    def __init__(self, path: str) -> None:
        # Closed only by the process that opened it: in another one the number may stand for something else by then.
        self._process = os.getpid()
        self.number = os.open(path, os.O_RDONLY)

    def __del__(self) -> None:
        if hasattr(self, "number") and self._process == os.getpid():
            os.close(self.number)


class Descriptors:
    """Keeps the files open that were read last, in this process; a forked child opens its own.

    Args:
        most: How many are kept. While more threads than this read, more are open.
    """

    def __init__(self, most: int = MOST_OPEN) -> None:
        self._most = most
        self._begin()

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._open: OrderedDict[str, Descriptor] = OrderedDict()
        self._process = os.getpid()

    def __reduce__(self) -> tuple[Any, ...]:
        return Descriptors, (self._most,)

    def get(self, path: str, check: Callable[[os.stat_result], None]) -> Descriptor:
        """A file, open as long as it is held.

        Args:
            path: The file.
            check: Looks at the file's size and time of change when it is opened, and raises if they are wrong.
        """
        if self._process != os.getpid():
            # The lock may have been held by a thread that is not there any more.
            self._begin()
        with self._lock:
            found = self._open.get(path)
            if found is not None:
                self._open.move_to_end(path)
                return found
        opened = Descriptor(path)
        check(os.fstat(opened.number))
        with self._lock:
            self._open[path] = opened
            while len(self._open) > self._most:
                self._open.popitem(last=False)
        return opened


def read_exactly(descriptor: Descriptor, path: str, offset: int, size: int) -> bytes:
    """Bytes of a file.

    Args:
        descriptor: The open file.
        path: Its name, for errors.
        offset: Where they begin.
        size: How many they are.
    """
    contents = os.pread(descriptor.number, size, offset)
    if len(contents) == size:
        return contents
    pieces, left = [contents], size - len(contents)
    while left and pieces[-1]:
        pieces.append(os.pread(descriptor.number, left, offset + size - left))
        left -= len(pieces[-1])
    if left:
        raise SourceError(f"{path}, byte {offset}: the file ends {left} bytes too early")
    return b"".join(pieces)
