"""Training loaders side by side: from JPEG files to batches of float32, two threads or two workers each.

    python benches/python/loader.py [--images FOLDER …] [--json FILE] [--only NAME …] [--rounds N] [--cold]

Every loader has a process of its own and keeps it for all rounds; they take turns, an epoch each, and the best epoch of each
counts; how threads scale is told by their median epochs, too, since the best one of a single thread needs only one processor at
its best. The clock runs from one batch to another: starting workers and the first batches are left out. The files are in the
system's memory; ``--cold`` adds a row for which it is asked to drop them before each epoch, with one process at a time, and
whoever's files stay all the same is left out. Memory is that of a process and all below it at its peak, pages that several of
them share counted once.

What is loaded stands in ``loading/tasks.py``, who loads and how in ``loading/of_….py``. A library that is not installed is
named with the reason. One that does not get along with the others can have an interpreter of its own:
``--python FFCV=/path/to/python`` (FFCV needs the system's libopencv-dev and libturbojpeg0-dev to be built; SPDL looks for the
system's FFmpeg libraries).
"""

from __future__ import annotations

import argparse
import functools
import json
import platform
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

import encoded
import fastaug
import tables
from loading import dataset, ways
from loading.processes import NotThere, Process
from loading.tasks import TASKS
from loading.way import THREADS
from loading.worker import UNTIMED
from machine import machine

BATCHES = 32 + UNTIMED
LARGEST_BATCH = max(task.batch for task in TASKS.values())
FEWEST_ROUNDS = 3
FASTEST = 4
"""So many of the fastest peers take part with cold files."""

MOST_THAT_STAYS = 0.1
"""Of files that are to be cold."""

EXACT_GOAL = 2.5
WITH_INDEX_GOAL = 3.5
THREADS_GOAL = 1.9

Row = dict[str, Any]


@dataclass(frozen=True)
class Comparison:
    """A row of the report: who loads what. Goals are over the best peer, and over one's own one thread."""

    name: str
    about: str
    task: str
    ours: Sequence[str]
    peers: Sequence[str]
    goals: Mapping[str, float]
    one_thread: str | None = None
    """The way that the first of ``ours`` with a goal is compared with."""


FILES = Comparison(
    "files",
    "RandomResizedCrop 224, HorizontalFlip, Normalize; batches of 64",
    "imagenet",
    (ways.TWO_THREADS, ways.WITH_INDEX, ways.ONE_THREAD, ways.IN_DATA_LOADER, ways.BATCHES),
    (
        ways.DALI,
        ways.TF_DATA,
        ways.TURBOLOADER,
        ways.FFCV,
        ways.SPDL,
        ways.TORCHVISION,
        ways.PILLOW,
        ways.ALBUMENTATIONSX,
    ),
    {ways.TWO_THREADS: EXACT_GOAL, ways.WITH_INDEX: WITH_INDEX_GOAL},
    ways.ONE_THREAD,
)
OF_ONE_PEER = (ways.TWO_THREADS, ways.WITH_INDEX, ways.ONE_THREAD, ways.IN_DATA_LOADER)
COMPARISONS = (
    FILES,
    Comparison(
        "shards",
        "the same from tars",
        "imagenet",
        (ways.SHARDS, ways.SHARDS_WITH_INDEX, ways.SHARDS_ONE_THREAD),
        (ways.DALI_SHARDS, ways.TURBOLOADER, ways.WEBDATASET),
        {ways.SHARDS: EXACT_GOAL, ways.SHARDS_WITH_INDEX: WITH_INDEX_GOAL},
        ways.SHARDS_ONE_THREAD,
    ),
    Comparison(
        "starter",
        "RandomResizedCrop 224, HorizontalFlip, ColorJitter, ToGray, CoarseDropout, Normalize; batches of 64",
        "starter",
        OF_ONE_PEER,
        (ways.ALBUMENTATIONSX,),
        {ways.TWO_THREADS: EXACT_GOAL, ways.WITH_INDEX: WITH_INDEX_GOAL},
        ways.ONE_THREAD,
    ),
    Comparison(
        "detection",
        "a letter box of 640 with three boxes, as in `pipelines.py`; batches of 16",
        "detection",
        (ways.TWO_THREADS, ways.ONE_THREAD, ways.IN_DATA_LOADER),
        (ways.ALBUMENTATIONSX,),
        {ways.TWO_THREADS: EXACT_GOAL},
        ways.ONE_THREAD,
    ),
    Comparison(
        "segmentation",
        "crops of 512 with a mask, as in `pipelines.py`; batches of 16",
        "segmentation",
        (ways.TWO_THREADS, ways.ONE_THREAD, ways.IN_DATA_LOADER),
        (ways.ALBUMENTATIONSX,),
        {ways.TWO_THREADS: EXACT_GOAL},
        ways.ONE_THREAD,
    ),
)


# -- files -----------------------------------------------------------------------------------------------------------


def write_dataset(folder: Path, images: Sequence[Path] | None, batches: int) -> tuple[dataset.Dataset, str]:
    """The files that everybody loads, and what a report says of them."""
    files = encoded.load(images, most_photos=sys.maxsize) if images else encoded.make()
    pictures = [(data, encoded.size(data)) for data in files.ordinary]
    written = dataset.write(folder, pictures, batches * LARGEST_BATCH)
    dataset.write_masks(written.first(batches * TASKS["segmentation"].batch))
    fastaug.build_index(written.paths, written.index)
    area = np.mean([width * height for _, (width, height) in pictures]) / 1e6
    size = np.mean([len(data) for data, _ in pictures]) / 1000
    about = (
        f"{len(written):,} files of {len(pictures)} {files.whose}, {area:.2f} megapixels and {size:.0f} KB in the mean"
    )
    return written, about


# -- one row ---------------------------------------------------------------------------------------------------------


def compare(
    comparison: Comparison, written: dataset.Dataset, interpreters: Mapping[str, str], rounds: int, cold: bool
) -> Row:
    """Lets everybody take turns, and keeps the best epoch of each."""
    # An epoch has as many batches in every row.
    entries = len(written) // LARGEST_BATCH * TASKS[comparison.task].batch
    names = [*comparison.ours, *comparison.peers]
    best: dict[str, dict[str, Any]] = {}
    speeds: dict[str, list[float]] = defaultdict(list)
    missing: dict[str, str] = {}
    stayed: dict[str, float] = {}

    def opened(name: str) -> Process:
        python = interpreters.get(name.partition(",")[0], sys.executable)
        return Process(name, comparison.task, written.folder, entries, python)

    def attempt(name: str, what: Callable[[], None]) -> None:
        try:
            what()
        except NotThere as reason:
            missing[name] = str(reason)
            best.pop(name, None)
            print(f"- {comparison.name}: without {name} ({reason})", flush=True)

    def take_turn(name: str, process: Process) -> None:
        if cold:
            stayed[name] = max(stayed.get(name, 0.0), dataset.forget(process.reads))
            if stayed[name] > MOST_THAT_STAYS:
                raise NotThere(f"{100 * stayed[name]:.0f}% of its files stay in memory, mapped by itself or kept there")
        took = {**process.epoch(), "memory": process.peak, "versions": process.versions}
        speeds[name].append(took["images_per_second"])
        if name not in best or took["images_per_second"] > best[name]["images_per_second"]:
            best[name] = took

    def turn_alone(name: str) -> None:
        with closing(opened(name)) as process:
            take_turn(name, process)

    with ExitStack() as stack:
        kept: dict[str, Process] = {}
        if not cold:
            for name in names:
                attempt(name, lambda name=name: kept.update({name: stack.enter_context(closing(opened(name)))}))
        for number in range(rounds):
            there = [name for name in names if name not in missing]
            print(f"- {comparison.name}: round {number + 1} of {rounds}, {len(there)} loaders", flush=True)
            for name in there:
                # What one has mapped would stay in memory for all: with cold files there is one process at a time.
                turn = functools.partial(turn_alone, name) if cold else functools.partial(take_turn, name, kept[name])
                attempt(name, turn)
    for name, one in best.items():
        one["median"] = median(speeds[name])
    return {**_row(comparison, best, missing), "stayed": stayed}


def _row(comparison: Comparison, each: dict[str, dict[str, Any]], missing: dict[str, str]) -> Row:
    speeds = {name: one["images_per_second"] for name, one in each.items()}
    peers = [name for name in comparison.peers if name in speeds]
    best = max(peers, key=speeds.__getitem__, default=None)
    goals = []
    for name, goal in comparison.goals.items():
        if name in speeds and best is not None:
            goals.append({"way": name, "over": best, "ratio": speeds[name] / speeds[best], "goal": goal})
    first, own = next(iter(comparison.goals), None), comparison.one_thread
    if first in speeds and own in speeds:
        medians = each[first]["median"] / each[own]["median"]
        ratio = speeds[first] / speeds[own]
        goals.append({"way": first, "over": own, "ratio": ratio, "medians": medians, "goal": THREADS_GOAL})
    return {
        "name": comparison.name,
        "about": comparison.about,
        "ways": {name: {key: value for key, value in one.items() if key != "versions"} for name, one in each.items()},
        "ratios_of": [name for name in comparison.goals if name in speeds],
        "peers": peers,
        "goals": goals,
        "missing": missing,
        "versions": {library: version for one in each.values() for library, version in one["versions"].items()},
    }


def cold_files(rows: Sequence[Row]) -> Comparison:
    """fastaug, which reads ahead, beside the fastest peers of those that were measured warm, or all."""
    warm = next((row for row in rows if row["name"] == FILES.name), None)
    peers = list(FILES.peers)
    if warm is not None:
        speeds = {peer: warm["ways"][peer]["images_per_second"] for peer in warm["peers"]}
        peers = sorted(speeds, key=speeds.__getitem__, reverse=True)[:FASTEST]
    peers = [ways.DALI_READING if peer == ways.DALI else peer for peer in peers]
    return Comparison(
        "cold files",
        "the files of the first row, dropped from memory before each epoch",
        FILES.task,
        (ways.TWO_THREADS, ways.WITH_INDEX),
        peers,
        {ways.TWO_THREADS: EXACT_GOAL, ways.WITH_INDEX: WITH_INDEX_GOAL},
    )


# -- all of it -------------------------------------------------------------------------------------------------------


def measure(
    written: dataset.Dataset,
    interpreters: Mapping[str, str],
    rounds: int,
    cold: bool,
    wanted: Callable[[str], bool],
) -> list[Row]:
    """All rows that are wanted, printed as they come."""
    rows: list[Row] = []

    def add(comparison: Comparison, cold: bool) -> None:
        rows.append(compare(comparison, written, interpreters, rounds, cold))
        print("\n" + "\n\n".join(tables.loading_row(rows[-1])) + "\n", flush=True)

    for comparison in COMPARISONS:
        if wanted(comparison.name):
            add(comparison, cold=False)
    if cold:
        add(cold_files(rows), cold=True)
    return rows


def main() -> None:
    """Measures, prints, and writes the JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=Path, nargs="+", help="folders with JPEGs")
    parser.add_argument("--json", type=Path, help="file for the result")
    parser.add_argument("--only", nargs="+", default=[], help="rows whose names begin so, and cold")
    parser.add_argument(
        "--rounds", type=int, default=5, help=f"epochs of each, of which the best counts (at least {FEWEST_ROUNDS})"
    )
    parser.add_argument("--batches", type=int, default=BATCHES, help=f"of an epoch; the first {UNTIMED} are not timed")
    parser.add_argument("--cold", action="store_true", help="also with files that are not in the system's memory")
    parser.add_argument("--python", nargs="+", default=[], metavar="LIBRARY=PATH", help="interpreters of their own")
    parser.add_argument("--folder", type=Path, help="where the files are written, by default where temporary files are")
    options = parser.parse_args()
    rounds = max(FEWEST_ROUNDS, options.rounds)
    interpreters = dict(pair.split("=", 1) for pair in options.python)
    cold = options.cold or "cold" in options.only

    def wanted(name: str) -> bool:
        return not options.only or name.startswith(tuple(options.only))

    with TemporaryDirectory(dir=options.folder, prefix="fastaug-loaders-") as name:
        written, about = write_dataset(Path(name), options.images, max(options.batches, UNTIMED + 2))
        rows = measure(written, interpreters, rounds, cold, wanted)
    result = {
        "rows": rows,
        "files": about,
        "rounds": rounds,
        "threads": THREADS,
        "untimed": UNTIMED,
        "machine": machine(),
        "versions": {
            **{library: version for row in rows for library, version in row["versions"].items()},
            "numpy": np.__version__,
            "Python": platform.python_version(),
        },
    }
    if options.json is not None:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
