"""``fastaug index``: seek indexes of folders and tar shards."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from fastaug import _core
from fastaug._core import FilePart
from fastaug.commands import FAILED, INTERRUPTED
from fastaug.commands.progress import FileBar
from fastaug.indexing import DEFAULT_BUDGET, build_index, check_index
from fastaug.sources.tar import TarReader

SUFFIXES = (".jpg", ".jpeg", ".jpe", ".jfif")
"""Names of JPEG files end like this, in capitals or not."""

SHARD_SUFFIX = ".tar"
"""Names of files of many files end like this."""


def add(commands: Any) -> None:
    """Tells the parser of the command."""
    index = commands.add_parser("index", help="seek indexes, which let crops of JPEG files be decoded faster")
    actions = index.add_subparsers(title="actions", required=True, metavar="ACTION")

    build = actions.add_parser("build", help="make the index of a folder, or bring it up to date")
    build.add_argument(
        "folders",
        nargs="+",
        type=Path,
        metavar="DIR",
        help="folders to look for JPEG files and tar shards in, or files",
    )
    build.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="the index; kept and added to")
    build.add_argument(
        "--budget",
        type=int,
        default=DEFAULT_BUDGET,
        metavar="BYTES_PER_IMAGE",
        help="how large the index of a picture may be (%(default)s)",
    )
    build.set_defaults(run=_build)

    check = actions.add_parser("check", help="compare an index with the files that it should know")
    check.add_argument("index", type=Path, metavar="FILE", help="the index")
    check.add_argument(
        "folders", nargs="*", type=Path, metavar="DIR", help="folders of JPEG files and tar shards, or files"
    )
    check.set_defaults(run=_check)

    for action in (build, check):
        action.add_argument("--threads", type=int, metavar="N", help="how many threads; all by default")
        action.add_argument("--quiet", action="store_true", help="show no progress")


def _build(options: argparse.Namespace) -> int:
    files = _files(options.folders)
    if not files:
        raise ValueError(f"no JPEG files in {', '.join(map(str, options.folders))}")
    before = time.monotonic()
    bar = FileBar(len(files), options.quiet)
    try:
        counts = build_index(files, options.output, budget=options.budget, threads=options.threads, progress=bar)
    except KeyboardInterrupt:
        bar.end()
        print(f"interrupted; {options.output} holds what was done, and the same command goes on", file=sys.stderr)
        return INTERRUPTED
    bar.end()
    _tell(counts, ("indexed", "known", *_WITHOUT))
    size = options.output.stat().st_size
    seconds = time.monotonic() - before
    print(f"{options.output}: {len(_core.SeekIndex(options.output)):,} files, {size:,} bytes, in {seconds:.1f} s")
    return 0


def _check(options: argparse.Namespace) -> int:
    index = _core.SeekIndex(options.index)
    damaged = index.damaged()
    files = _files(options.folders)
    bar = FileBar(len(files), options.quiet)
    counts = check_index(files, index, threads=options.threads, progress=bar)
    bar.end()
    _tell(counts, ("right", "wrong", "missing", *_WITHOUT))
    print(f"{options.index}: {len(index):,} files, {damaged:,} damaged entries")
    return FAILED if damaged or counts.get("wrong") or counts.get("missing") else 0


_WITHOUT = ("several scans", "damaged", "not a JPEG", "unreadable")
"""What files are that have no index."""


def _tell(counts: dict[str, int], words: Sequence[str]) -> None:
    for word in words:
        if counts.get(word):
            explanation = " (no index)" if word in _WITHOUT else ""
            print(f"{counts[word]:>12,} {word}{explanation}")


def _files(places: Sequence[Path]) -> list[Path | FilePart]:
    """All JPEG files of these folders and below, and the files named; in one order on every machine. A tar file stands for
    those in it."""
    return [part for place in places for file in _files_of(place) for part in _parts_of(file)]


def _files_of(place: Path) -> Iterator[Path]:
    if place.is_dir():
        wanted = (*SUFFIXES, SHARD_SUFFIX)
        yield from sorted(file for file in place.rglob("*") if file.suffix.lower() in wanted and file.is_file())
    elif place.exists():
        yield place
    else:
        raise FileNotFoundError(f"{place}: no such file or folder")


def _parts_of(file: Path) -> Iterator[Path | FilePart]:
    if file.suffix.lower() != SHARD_SUFFIX:
        yield file
        return
    with open(file, "rb", buffering=0) as shard:
        size = shard.seek(0, os.SEEK_END)
        for member in TarReader(str(file), shard.fileno(), size).members():
            if member.name.lower().endswith(SUFFIXES):
                yield FilePart(file, member.offset, member.size)
