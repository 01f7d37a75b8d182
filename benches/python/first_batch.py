"""Measures the time to the first batch of a folder of many files that was listed before: ``ImageFolder`` of 1,300,000 names.

    python benches/python/first_batch.py [--images DIR] [--files N] [--folder DIR] [--json FILE]

The folder is made of hard links to a few pictures, listed, and then loaded from by one new process after the other: the clock
runs from the source's constructor to the first batch of 64; importing fastaug is left out. The goal is 100 ms.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from machine import machine

GOAL = 100
"""Milliseconds."""

BATCH = 64

_LISTINGS = 2
"""Processes that list the folder: what was changed within a tick of the clock is listed once more."""

BUNDLED = Path(__file__).resolve().parents[2] / "examples" / "images"

_MOST_LINKS = 50_000
"""Names of one file; file systems allow some 65,000."""

_PER_FOLDER = 1300

_MEASURED = """
import json, sys, time
import fastaug as A
from fastaug.sources import ImageFolder

policy = A.Compose([A.RandomResizedCrop(size=(224, 224)), A.HorizontalFlip(), A.Normalize()], seed=0)
begin = time.perf_counter()
source = ImageFolder(sys.argv[1])
loader = A.Loader(source, policy, int(sys.argv[2]), shuffle=True)
batch = next(iter(loader))
print(json.dumps([len(source), 1000 * (time.perf_counter() - begin)]))
loader.close()
"""


def make(folder: Path, images: Path, count: int) -> None:
    """Fills a folder with names of copies of the images, and waits until its listing may be believed."""
    pictures = sorted(images.glob("*.jp*g"))
    copies = folder / "pictures"
    copies.mkdir(parents=True)
    own = []
    for number in range(max(len(pictures), -(-count // _MOST_LINKS))):
        own.append(copies / f"{number}.jpg")
        own[-1].write_bytes(pictures[number % len(pictures)].read_bytes())
    for first in range(0, count, _PER_FOLDER):
        kind = folder / "train" / f"n{first // _PER_FOLDER:08}"
        kind.mkdir(parents=True)
        for number in range(first, min(first + _PER_FOLDER, count)):
            os.link(own[number % len(own)], kind / f"{kind.name}_{number}.JPEG")


def main() -> None:
    """Makes the folder, measures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=Path, default=BUNDLED, help="JPEG files; bundled ones by default")
    parser.add_argument("--files", type=int, default=1_300_000, help="names in the folder (%(default)s)")
    parser.add_argument("--folder", type=Path, help="where to make it; a temporary folder by default")
    parser.add_argument("--rounds", type=int, default=7, help="processes that load (%(default)s)")
    parser.add_argument("--json", type=Path, help="file for the result")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as place:
        make(Path(place), options.images, options.files)
        environment = {**os.environ, "XDG_CACHE_HOME": str(Path(place) / "cache")}
        command = [sys.executable, "-c", _MEASURED, str(Path(place) / "train"), str(BATCH)]
        times: list[float] = []
        for number in range(_LISTINGS + options.rounds):
            done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
            count, milliseconds = json.loads(done.stdout)
            if count != options.files:
                raise RuntimeError(f"the folder has {options.files} files, and {count} were found")
            what = "listing it" if number < _LISTINGS else "listed before"
            print(f"{count:,} files, {what}: {milliseconds:,.0f} ms", flush=True)
            times.append(milliseconds)
    listing, later = min(times[:_LISTINGS]), times[_LISTINGS:]
    print(f"best {min(later):.0f} ms, goal {GOAL} ms{' (missed)' * (min(later) > GOAL)}")
    if options.json is not None:
        result = {
            "files": options.files,
            "batch": BATCH,
            "listing": listing,
            "milliseconds": sorted(later),
            "goal": GOAL,
            "machine": machine(),
        }
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
