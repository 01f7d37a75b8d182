"""Decoding JPEG files, one thread against one thread.

    python benches/python/decode.py [--images FOLDER …] [--json FILE] [--only NAME …] [--rounds N] [--cpu-time]

Every library makes numpy arrays of the same bytes in memory. First it is counted how many files come out of each as they do
of fastaug; then the libraries take turns, and each shows its best round. Without ``--images`` the files are made from the
bundled pictures (``encoded.py``); what each library is asked to do stands in ``decoders.py`` and ``loaders.py``.
"""

from __future__ import annotations

import argparse
import functools
import json
import math
import platform
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import decoders
import encoded
import fastaug
import loaders
import policies
import tables
import timing
from machine import machine

RECTANGLES = 1000
SEED = 137
BATCH = 64
FASTEST = 3
"""So many peers decode whole pictures for the rectangles."""

PHOTOS_GOAL = 1.5
LARGE_GOAL = 1.5
LARGE_ON_TWO_THREADS_GOAL = 2.5
PROGRESSIVE_GOAL = 1.3
GRAY_GOAL = 1.8
REGIONS_GOAL = 2.2
REGIONS_WITH_INDEX_GOAL = 3.2
THUMBNAILS_GOAL = 1.5
LOADING_GOAL = 2.5
LOADING_WITH_INDEX_GOAL = 3.5
HEADER_GOAL = 5.0

Row = dict[str, Any]
Ways = Mapping[str, Callable[[Any], Any]]
Measure = Callable[..., dict[str, float]]
"""``timing.images_per_second`` with its rounds and its clock."""


# -- rows ------------------------------------------------------------------------------------------------------------


def compare(
    name: str, goal: float | None, inputs: Sequence[Any], ways: Ways, measure: Measure, goal_peer: str | None = None
) -> Row:
    """Checks pixels, says how far they agree, and takes the time."""
    kept, able, equal, notes = check(name, inputs, ways)
    agreement = ", ".join(f"{peer} {round(share * len(kept))}" for peer, share in equal.items())
    print(f"- {name}: of {len(kept)} files, as equal to fastaug's: {agreement}", flush=True)
    runs = {way: _over(kept, ways[way]) for way in able}
    row = _row(name, measure(runs, len(kept)), goal)
    row |= {"files": len(kept), "equal": equal, "notes": notes}
    if goal_peer is not None:
        row["goal_peer"] = goal_peer
    return row


def check(name: str, inputs: Sequence[Any], ways: Ways) -> tuple[list[Any], list[str], dict[str, float], list[str]]:
    """What everyone can decode, who can decode anything, the share that is equal to fastaug's, and what was left out."""
    outcomes = [_outcome(given, ways) for given in inputs]
    able = [way for way in ways if any(way in outcome for outcome in outcomes)]
    if decoders.FASTAUG not in able:
        raise SystemExit(f"{name}: fastaug decodes none of {len(inputs)} files")
    notes = [f"{way} of {name}, since it decodes none of the files" for way in ways if way not in able]
    kept = [index for index, outcome in enumerate(outcomes) if all(way in outcome for way in able)]
    refusals = Counter(way for outcome in outcomes for way in able if way not in outcome)
    if refusals:
        whose = ", ".join(f"{way} {count}" for way, count in refusals.items())
        count = len(inputs) - len(kept)
        notes.append(f"{count} file{'s' * (count > 1)} of {name} that not everyone decodes (refused by {whose})")
    if not kept:
        raise SystemExit(f"{name}: there is no file that everyone decodes ({'; '.join(notes)})")
    equal = {way: sum(outcomes[index][way] for index in kept) / len(kept) for way in able if way != decoders.FASTAUG}
    return [inputs[index] for index in kept], able, equal, notes


def _outcome(given: Any, ways: Ways) -> dict[str, bool]:
    """Whether each one's pixels are fastaug's, for those who decode it."""
    made = {}
    for way, decode in ways.items():
        # Whatever a library raises, it does not decode the file.
        try:
            made[way] = np.asarray(decode(given))
        except Exception:
            continue
    ours = made.get(decoders.FASTAUG)
    return {way: ours is not None and _equal(pixels, ours) for way, pixels in made.items()}


def _equal(one: Any, other: Any) -> bool:
    """Gray may have an axis of one channel or none."""
    return one.shape[:2] == other.shape[:2] and np.array_equal(one.ravel(), other.ravel())


def _over(inputs: Sequence[Any], decode: Callable[[Any], Any]) -> timing.Run:
    def run() -> None:
        for given in inputs:
            decode(given)

    return run


def _row(name: str, figures: Mapping[str, float], goal: float | None) -> Row:
    others = {peer: figure for peer, figure in figures.items() if peer != decoders.FASTAUG}
    ours = figures[decoders.FASTAUG]
    row: Row = {"name": name, "fastaug": ours, "peers": others}
    row["ratio_to_best"] = ours / max(others.values()) if others else None
    return row if goal is None else {**row, "goal": goal}


# -- regions ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """A rectangle of a file's picture, and the policy that cuts it out."""

    data: bytes
    x: int
    y: int
    width: int
    height: int
    policy: Any

    def of(self, picture: Any) -> Any:
        """The same rectangle of the decoded picture, in memory of its own."""
        return np.ascontiguousarray(picture[self.y : self.y + self.height, self.x : self.x + self.width])


def parts(files: Sequence[bytes]) -> list[Part]:
    """Rectangles of a share of 0.08 to 1 of the area and a ratio of 3/4 to 4/3, over all files in turn."""
    generator = np.random.default_rng(SEED)
    sizes = [encoded.size(data) for data in files]
    drawn = []
    for number in range(RECTANGLES):
        index = number % len(files)
        x, y, width, height = _rectangle(generator, *sizes[index])
        policy = fastaug.Compose([fastaug.Crop(x_min=x, y_min=y, x_max=x + width, y_max=y + height, p=1.0)])
        drawn.append(Part(files[index], x, y, width, height, policy))
    return drawn


def _rectangle(generator: np.random.Generator, width: int, height: int) -> tuple[int, int, int, int]:
    """RandomResizedCrop's draws: ten tries, then the largest rectangle in the middle whose ratio is allowed."""
    narrowest, widest = math.log(policies.RATIO[0]), math.log(policies.RATIO[1])
    for _ in range(10):
        area = width * height * generator.uniform(*policies.AREA)
        ratio = math.exp(generator.uniform(narrowest, widest))
        wide, high = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
        if 0 < wide <= width and 0 < high <= height:
            return int(generator.integers(width - wide + 1)), int(generator.integers(height - high + 1)), wide, high
    ratio = min(max(width / height, policies.RATIO[0]), policies.RATIO[1])
    wide, high = min(width, round(height * ratio)), min(height, round(width / ratio))
    return (width - wide) // 2, (height - high) // 2, wide, high


def _region_of_fastaug(decoder: decoders.Decoder) -> Callable[[Part], Any]:
    if decoder.region is not None:
        return _own_region(decoder.region)
    return lambda part: part.policy(image=part.data)["image"]


def _own_region(region: Callable[[bytes, int, int, int, int], Any]) -> Callable[[Part], Any]:
    return lambda part: region(part.data, part.x, part.y, part.width, part.height)


def _cut(decode: decoders.Decode) -> Callable[[Part], Any]:
    return lambda part: part.of(decode(part.data))


def regions(
    files: Sequence[bytes],
    found: Mapping[str, decoders.Decoder],
    fastest: Sequence[str],
    index: fastaug.SeekIndex,
    measure: Measure,
) -> list[Row]:
    """Rectangles beside whole pictures of the fastest peers, and beside peers that decode rectangles."""
    drawn = parts(files)
    ours = _region_of_fastaug(found[decoders.FASTAUG])
    sought = _own_region(lambda data, *rectangle: fastaug.imdecode(data, region=rectangle, index=index))
    whole = {peer: _cut(found[peer].rgb) for peer in fastest}
    rows = [
        compare("regions", REGIONS_GOAL, drawn, {decoders.FASTAUG: ours, **whole}, measure),
        compare("regions, seek index", REGIONS_WITH_INDEX_GOAL, drawn, {decoders.FASTAUG: sought, **whole}, measure),
    ]
    own = {
        peer: _own_region(decoder.region)
        for peer, decoder in found.items()
        if decoder.region is not None and peer != decoders.FASTAUG
    }
    if own:
        rows.append(compare("regions, peer's own", None, drawn, {decoders.FASTAUG: ours, **own}, measure))
    return rows


# -- all of it -------------------------------------------------------------------------------------------------------


def decoding(
    files: encoded.Files,
    found: Mapping[str, decoders.Decoder],
    index: fastaug.SeekIndex,
    measure: Measure,
    wanted: Callable[[str], bool],
) -> tuple[list[Row], list[str]]:
    """All rows that decode, and what could not be measured."""
    rgb = {name: decoder.rgb for name, decoder in found.items()}
    gray = {name: decoder.gray for name, decoder in found.items() if decoder.gray is not None}
    eighth = {name: decoder.eighth for name, decoder in found.items() if decoder.eighth is not None}
    on_two_threads = {**rgb, decoders.FASTAUG: lambda data: fastaug.imdecode(data, threads=2)}
    rows, not_measured = [], []
    for name, goal, some, ways, goal_peer in (
        ("photos", PHOTOS_GOAL, files.photos, rgb, None),
        ("large", LARGE_GOAL, files.large, rgb, None),
        ("large, fastaug on two threads", LARGE_ON_TWO_THREADS_GOAL, files.large, on_two_threads, None),
        ("progressive", PROGRESSIVE_GOAL, files.progressive, rgb, None),
        ("gray", GRAY_GOAL, files.ordinary, gray, None),
        ("thumbnails", THUMBNAILS_GOAL, files.photos, eighth, decoders.PILLOW),
        ("thumbnails of large", THUMBNAILS_GOAL, files.large, eighth, decoders.PILLOW),
    ):
        if not wanted(name):
            continue
        if decoders.FASTAUG not in ways:
            not_measured.append(f"{name}, since this version of fastaug has no imdecode(scale=…)")
        elif not some:
            not_measured.append(f"{name}, since there is no such file")
        else:
            rows.append(compare(name, goal, some, ways, measure, goal_peer))
    if wanted("regions"):
        speeds = rows[0]["peers"] if rows else {}
        peers = [name for name in rgb if name != decoders.FASTAUG]
        fastest = sorted(peers, key=lambda peer: speeds.get(peer, 0.0), reverse=True)[: FASTEST if speeds else None]
        rows += regions(files.ordinary, found, fastest, index, measure)
    return rows, not_measured


def headers(files: Sequence[bytes], found: Mapping[str, decoders.Decoder], measure: Measure) -> dict[str, float]:
    """Microseconds that a header takes."""
    ways = {name: decoder.header for name, decoder in found.items() if decoder.header is not None}
    kept, able, _, _ = check("headers", files, {name: _no_pixels(read) for name, read in ways.items()})
    runs = {name: _over(kept, ways[name]) for name in able}
    return {name: 1e6 / rate for name, rate in measure(runs, len(kept)).items()}


def _no_pixels(read: decoders.Decode) -> Callable[[bytes], bool]:
    return lambda data: read(data) is not None


def loading(name: str, some: loaders.Loaders, goal: float | None, measure: Measure) -> Row:
    """A row of whole pipelines."""
    runs = {way: loader.run for way, loader in some.items()}
    before = {way: loader.before for way, loader in some.items()}
    return _row(name, measure(runs, BATCH, before=before), goal)


def main() -> None:
    """Measures, prints, and writes the JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=Path, nargs="+", help="folders with JPEGs")
    parser.add_argument("--json", type=Path, help="file for the result")
    parser.add_argument("--only", nargs="+", default=[], help="rows whose names begin so; also headers, loading")
    parser.add_argument("--rounds", type=int, default=7, help="rounds, of which the best counts (at least 5)")
    parser.add_argument("--cpu-time", action="store_true", help="what the process worked, not what passed meanwhile")
    options = parser.parse_args()
    rounds = max(5, options.rounds)
    clock = time.process_time if options.cpu_time else time.perf_counter
    measure = functools.partial(timing.images_per_second, rounds=rounds, clock=clock)
    found, missing = decoders.find()
    files = encoded.load(options.images) if options.images else encoded.make()

    def wanted(name: str) -> bool:
        return not options.only or name.startswith(tuple(options.only))

    index = encoded.index(files.ordinary)
    rows, not_measured = decoding(files, found, index, measure, wanted)
    samples = [files.ordinary[number % len(files.ordinary)] for number in range(BATCH)]
    alone, alone_missing = loaders.one_by_one(samples) if wanted("loading") else ({}, {})
    sought = {**alone, decoders.FASTAUG: loaders.with_index(samples, index)} if alone else {}
    batches, batches_missing = loaders.in_batches(samples) if wanted("loading") else ({}, {})
    versions = {name: decoder.version for name, decoder in found.items()}
    for loader in (*alone.values(), *batches.values()):
        versions |= loader.versions
    result: Row = {
        "rows": rows,
        "not_measured": not_measured,
        "header_microseconds": headers(files.ordinary, found, measure) if wanted("headers") else {},
        "loading": [
            loading(name, some, goal, measure)
            for name, some, goal in (
                ("a file at a time", alone, LOADING_GOAL),
                ("a file at a time, seek index", sought, LOADING_WITH_INDEX_GOAL),
            )
            if some
        ],
        "batches": [loading(f"batches of {BATCH}", batches, None, measure)] if batches else [],
        "missing": {**missing, **alone_missing, **batches_missing},
        "goals": {"header_microseconds": HEADER_GOAL},
        "regions_by": "`imdecode(data, region=…)`"
        if decoders.fastaug_has(decoders.REGION)
        else "`Compose([Crop(…)])` of the bytes",
        "rectangles": RECTANGLES,
        "files": str(files),
        "rounds": rounds,
        "clock": "the processor's time of all threads" if options.cpu_time else "time on the clock",
        "machine": machine(),
        "versions": {**versions, "numpy": np.__version__, "Python": platform.python_version()},
    }
    print("\n" + "\n\n".join(tables.decoding_part(result)))
    if options.json is not None:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
