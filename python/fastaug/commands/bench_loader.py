"""``fastaug bench-loader``: how fast the images of a folder are loaded, and with how many threads."""

from __future__ import annotations

import argparse
import json
import math
import os
import time
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fastaug import _core
from fastaug.commands.progress import Bar
from fastaug.composition import Compose, load
from fastaug.composition.arguments import check_count, check_threads
from fastaug.errors import SourceError
from fastaug.loading import Loader
from fastaug.sources import Files
from fastaug.sources.listing import EXTENSIONS
from fastaug.transforms import ColorJitter, HorizontalFlip, Normalize, RandomResizedCrop

ENOUGH = 0.95
"""The suggested number of threads reaches this share of the best rate."""

_SECONDS = 5.0

_BATCHES = 100
"""An epoch has so many batches at least."""


@dataclass
class Row:
    """What was measured with some number of threads."""

    threads: int
    images_per_second: float
    samples: float
    seconds: float
    decode_seconds: float
    augment_seconds: float
    read_seconds: float
    wait_seconds: float
    mean_queue_depth: float
    cache_misses: float
    errors: int
    bottleneck: str


_MEASURED = (
    "images_per_second", "samples", "seconds", "decode_seconds", "augment_seconds", "read_seconds", "wait_seconds",
    "mean_queue_depth", "cache_misses"
)  # fmt: skip
"""What a row has from the loader's statistics, by its name there."""


def add(commands: Any) -> None:
    """Tells the parser of the command."""
    parser = commands.add_parser(
        "bench-loader",
        help="measure how fast images of a folder are loaded, for each number of threads",
        description="Loads the images of a folder with 1, 2, … threads for a consumer that does nothing with them, and"
        " suggests how many threads to take.",
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="images, in this folder or in those below")
    parser.add_argument(
        "--policy",
        type=Path,
        metavar="FILE",
        help="a policy, as policy.save or fastaug.save wrote it; by default one for classification, crops of 224",
    )
    parser.add_argument("--threads", type=int, metavar="N", help="up to how many threads; all by default")
    parser.add_argument("--batch-size", type=int, default=64, metavar="N", help="images in a batch (%(default)s)")
    parser.add_argument("--index", type=Path, metavar="FILE", help="a seek index of the files")
    parser.add_argument(
        "--seconds",
        type=float,
        default=_SECONDS,
        metavar="S",
        help="how long to measure each number of threads (%(default)s)",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write what was measured, too")
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    parser.set_defaults(run=_run)


def classification() -> Compose:
    """What most people do to photos before a network for classification."""
    return Compose(
        [RandomResizedCrop(size=(224, 224)), HorizontalFlip(p=0.5), ColorJitter(p=0.3), Normalize()],
        seed=0,
    )


def counts_up_to(most: int) -> list[int]:
    """Numbers of threads to try: all small ones, then those half as far apart as they are large."""
    tried = [count for count in (1, 2, 3, 4) if count < most]
    power = 4
    while 1.5 * power < most:
        tried += [count for count in (power * 3 // 2, power * 2) if count < most]
        power *= 2
    return [*tried, most]


def suggested(rows: Sequence[Row]) -> int:
    """The fewest threads that are nearly as fast as the best number of them."""
    best = max(row.images_per_second for row in rows)
    return min(row.threads for row in rows if row.images_per_second >= ENOUGH * best)


def _run(options: argparse.Namespace) -> int:
    most = _core.get_num_threads() if options.threads is None else check_threads(options.threads, 1)
    batch_size = check_count("batch-size", options.batch_size, 1)
    if not options.seconds > 0:
        raise ValueError(f"seconds must be more than 0, got {options.seconds}")
    if options.json is not None and not options.json.absolute().parent.is_dir():
        raise FileNotFoundError(f"{options.json.parent}: no such folder")
    policy = classification() if options.policy is None else load(options.policy)
    index = None if options.index is None else _core.SeekIndex(os.fspath(options.index))
    images = _images(options.folder)
    # An epoch of a small folder would be over before it is under way.
    source = Files(images * math.ceil(_BATCHES * batch_size / len(images)))
    counts = counts_up_to(most)
    bar = Bar((1 + len(counts)) * options.seconds, options.quiet)

    def measure(threads: int, number: int) -> Row:
        loader = Loader(source, policy, batch_size, shuffle=True, threads=threads, index=index, on_error="skip")
        return _measure(loader, options.seconds, number, bar)

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Failures are counted below.
            # All numbers of threads see the same files in the same order; whoever comes first has to wait for the disk.
            first = measure(most, 0)
            rows = [measure(threads, number) for number, threads in enumerate(counts, 1)]
    finally:
        bar.end()

    best = max(rows, key=lambda row: row.images_per_second)
    threads = suggested(rows)
    print(f"{len(images):,} images in {options.folder}, batches of {batch_size}, {_core.simd_level()}")
    print(_table(first, rows))
    print(f"with {_counted(best.threads)}: {best.bottleneck}")
    print(f"suggested: threads={threads} ({ENOUGH:.0%} of the best rate or more)")
    failed = max(row.errors for row in (first, *rows))
    if failed:
        print(f"{failed:,} images could not be loaded and were left out; the rates do not count them")
    if options.json is not None:
        _write(options, policy, first, rows, threads, len(images))
    return 0


def _images(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder}: no such folder")
    files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in EXTENSIONS and file.is_file())
    if not files:
        raise SourceError(f"{folder}: no images: their names end in {', '.join(EXTENSIONS)}")
    return files


def _measure(loader: Loader, seconds: float, number: int, bar: Bar) -> Row:
    """Loads for some seconds, epoch after epoch.

    Args:
        loader: The loader.
        seconds: How long.
        number: How many measurements there were before.
        bar: Where to tell of it.
    """
    begin = time.perf_counter()
    # The first batch comes when the queue has been filled; what follows is the steady rate.
    steady = loader._statistics.copy()
    passed = 0.0
    while passed < seconds:
        for _ in loader:
            if not steady.batches:
                steady = loader._statistics.copy()
            passed = time.perf_counter() - begin
            rate = loader._statistics.samples / passed
            words = f"{_counted(loader.threads)}: {rate:,.0f} images/s"
            bar.show((number + min(passed / seconds, 1.0)) * seconds, words)
            if passed >= seconds:
                break
    whole = loader._statistics.copy()
    statistics = whole.since(steady) if whole.batches > steady.batches else whole
    loader.close()
    told = statistics.told(0)
    return Row(
        threads=loader.threads,
        errors=whole.errors,
        bottleneck=statistics.bottleneck(),
        **{name: told[name] for name in _MEASURED},
    )


def _counted(threads: int) -> str:
    return f"{threads} thread" if threads == 1 else f"{threads} threads"


def _table(first: Row, rows: Sequence[Row]) -> str:
    """What was measured, in columns."""
    head = ("threads", "images/s", "", "decode s", "augment s", "read s", "wait s", "queue")
    lines = [head]
    for row in (first, *rows):
        lines.append(
            (
                str(row.threads),
                f"{row.images_per_second:,.0f}",
                "first" if row is first else f"{row.images_per_second / rows[0].images_per_second:.2f} ×",
                f"{row.decode_seconds:.1f}",
                f"{row.augment_seconds:.1f}",
                f"{row.read_seconds:.1f}",
                f"{row.wait_seconds:.1f}",
                f"{row.mean_queue_depth:.1f}",
            )
        )
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(entry.rjust(width) for entry, width in zip(line, widths, strict=True)) for line in lines)


def _write(
    options: argparse.Namespace, policy: Compose, first: Row, rows: Sequence[Row], threads: int, count: int
) -> None:
    told = {
        "folder": os.fspath(options.folder),
        "images": count,
        "batch_size": options.batch_size,
        "policy": policy.to_dict(),
        "simd_level": _core.simd_level(),
        "fastaug": _core.__version__,
        "first": asdict(first),
        "rows": [asdict(row) for row in rows],
        "suggested_threads": threads,
    }
    options.json.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
