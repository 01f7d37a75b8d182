"""Seek indexes: so that a crop of a JPEG file is decoded without reading all that stands above it.

    report = A.build_index(paths, "train.index")
    index = A.SeekIndex("train.index")
    batch = policy.batch(paths[:64], index=index)

On the command line: ``fastaug index build FOLDER -o train.index``.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from fastaug import _core
from fastaug._core import FilePart
from fastaug.composition.arguments import check_count, check_threads

__all__ = ["DEFAULT_BUDGET", "build_index", "check_index"]

DEFAULT_BUDGET = 2048
"""Bytes that the index of a picture may have: every row of a picture of up to a thousand rows."""

_AT_A_TIME = 256
"""Files after which what was found is written down and progress is told."""

Path = str | os.PathLike[str]
File = Path | FilePart
Progress = Callable[[int], Any]


def build_index(
    files: Iterable[File],
    path: Path,
    *,
    budget: int = DEFAULT_BUDGET,
    threads: int | None = None,
    progress: Progress | None = None,
) -> dict[str, int]:
    """Writes the seek indexes of many files into one file, or adds to those that it holds.

    It can be interrupted at any time, and goes on where it was when it is called again: files of the same name, size and
    time of change are not read again, and files of the same contents have one entry.

    Args:
        files: Image files, or parts of larger ones that are. Progressive ones and those that are no JPEGs are noted too, as such that have no index.
        path: The file to write, about 1,700 bytes for an ordinary photo.
        budget: Bytes that the index of a picture may have. Less of them makes a file smaller and decoding slower.
        threads: How many threads; by default :func:`fastaug.get_num_threads`.
        progress: Called with the number of files done so far, every now and then.

    Returns:
        How many files were ``indexed``, ``known`` before, of ``several scans``, ``damaged``, ``not a JPEG``, or
        ``unreadable``.
    """
    budget = check_count("budget", budget)
    folder = os.path.dirname(os.path.abspath(os.fspath(path)))
    if not os.path.isdir(folder):
        raise FileNotFoundError(f"{folder}: no such folder")
    writer = _core.IndexWriter(os.fspath(path), budget)
    try:
        return _count(files, writer.add, threads, progress)
    finally:
        writer.finish()


def check_index(
    files: Iterable[File],
    index: _core.SeekIndex,
    *,
    threads: int | None = None,
    progress: Progress | None = None,
) -> dict[str, int]:
    """Compares a seek index with the files that it should know, reading all of them.

    Args:
        files: Image files.
        index: The index.
        threads: How many threads; by default :func:`fastaug.get_num_threads`.
        progress: Called with the number of files done so far, every now and then.

    Returns:
        For how many files the index is ``right``, ``wrong`` or ``missing``, and how many have none, being of ``several
        scans``, ``damaged``, ``not a JPEG``, or ``unreadable``.
    """
    return _count(files, index.check, threads, progress)


def _count(
    files: Iterable[File], look: Callable[..., list[str]], threads: int | None, progress: Progress | None
) -> dict[str, int]:
    thread_count = 0 if threads is None else check_threads(threads, 1)
    counts: Counter[str] = Counter()
    for some in _some_at_a_time(files):
        counts.update(look(some, thread_count))
        if progress is not None:
            progress(counts.total())
    return dict(counts)


def _some_at_a_time(files: Iterable[File]) -> Iterator[list[File]]:
    left = iter(files)
    while some := list(islice(left, _AT_A_TIME)):
        yield some
