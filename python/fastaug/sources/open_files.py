"""Open files, a few at a time, that threads share."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from fastaug._core import OpenFile

MOST_OPEN = 64
"""Files that are kept open; systems allow a process 1,024 as a rule."""


class OpenFiles:
    """Keeps the files open that were read last, in this process; a forked child opens its own.

    Args:
        most: How many are kept. Those that parts are still to be read of are open, too.
    """

    def __init__(self, most: int = MOST_OPEN) -> None:
        self._most = most
        self._begin()

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._open: OrderedDict[str, OpenFile] = OrderedDict()
        self._process = os.getpid()

    def __reduce__(self) -> tuple[Any, ...]:
        return OpenFiles, (self._most,)

    def get(self, path: str, check: Callable[[os.stat_result], None]) -> OpenFile:
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
        opened = OpenFile(path)
        check(os.fstat(opened.fileno()))
        with self._lock:
            self._open[path] = opened
            while len(self._open) > self._most:
                self._open.popitem(last=False)
        return opened
