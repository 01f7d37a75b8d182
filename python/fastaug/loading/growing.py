"""A seek index that is made while the first epoch runs."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

from fastaug import _core
from fastaug._core import FilePart
from fastaug.indexing import build_index
from fastaug.sources.protocol import path_of
from fastaug.sources.user_cache import user_cache

_AT_A_TIME = 256


class GrowingIndex:
    """The seek index of a source's files, in the user's cache: made by a thread in the background, used from the next epoch on.

    Args:
        source: Where the samples come from. Those that are no files of their own are left out.
    """

    def __init__(self, source: Any) -> None:
        self._source = source
        self._path = _place(source)
        self._stopped = False
        self._process = os.getpid()
        self._thread: threading.Thread | None = None

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_thread": None}

    def ready(self) -> _core.SeekIndex | None:
        """What there is of the index; begins to make it if nobody has."""
        if self._path is None:
            return None  # There is no place for it: decoding is as right without.
        if self._thread is None or self._process != os.getpid():
            self._process = os.getpid()
            self._stopped = False
            self._thread = threading.Thread(target=self._grow, args=(self._path,), name="fastaug-index", daemon=True)
            self._thread.start()
        try:
            return _core.SeekIndex(os.fspath(self._path)) if self._path.exists() else None
        except (OSError, ValueError):
            return None  # It is being written for the first time, or is not for this user to read.

    def close(self) -> None:
        """Ends the thread; what is done is kept."""
        self._stopped = True
        if self._thread is not None and self._process == os.getpid():
            self._thread.join()
            self._thread = None

    def _grow(self, place: Path) -> None:
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
        except OSError:
            return  # It cannot be written: decoding is as right without.
        for begin in range(0, len(self._source), _AT_A_TIME):
            if self._stopped:
                return
            files = [
                file
                for index in range(begin, min(begin + _AT_A_TIME, len(self._source)))
                if (file := self._file(index)) is not None
            ]
            if not files and begin == 0:
                return  # Arrays and the like: going through all of them would find no file either.
            try:
                build_index(files, place, threads=1)
            except (OSError, ValueError):
                return  # Another process makes it, or there is no room: decoding is as right without.

    def _file(self, index: int) -> str | os.PathLike[str] | FilePart | None:
        try:
            image, _ = self._source.read(index)
        except Exception:
            return None
        return image if isinstance(image, (str, os.PathLike, FilePart)) else None


def _place(source: Any) -> Path | None:
    """One file for each source: named by where its first and last samples lie and how many there are."""
    length = len(source)
    ends = [_end(source, index) for index in {0, length - 1}] if length else []
    place = user_cache("indexes", repr(sorted(ends)) + str(length))
    return None if place is None else Path(f"{place}.index")


def _end(source: Any, index: int) -> str:
    """Where the first or last sample lies; one that cannot be read is the loader's matter, not the index's."""
    try:
        path = path_of(source, index, source.read(index)[0])
    except Exception:
        return ""
    return os.path.abspath(path) if path else ""
