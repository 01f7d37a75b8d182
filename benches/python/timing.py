"""Taking time: several ways to do one thing, in turn, the best round of each."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from time import perf_counter

Run = Callable[[], object]
Clock = Callable[[], float]


def images_per_second(
    runs: Mapping[str, Run],
    images: int,
    rounds: int,
    shortest: float = 0.02,
    before: Mapping[str, Run] | None = None,
    clock: Clock = perf_counter,
) -> dict[str, float]:
    """How many images a second each way manages in its best round.

    Each of ``runs`` handles ``images`` images per call. The ways take turns, so that whatever else the machine does hits
    all of them; a round repeats a call until it lasts ``shortest`` seconds. ``before`` is called ahead of each round, off
    the clock (it sets random generators back, so that every round draws the same). ``clock`` is the wall's; ``process_time``
    counts what all threads of this process work, and tells more while others use the machine.
    """
    before = before or {}
    repeats = {}
    for name, run in runs.items():
        before.get(name, _nothing)()
        run()
        before.get(name, _nothing)()
        repeats[name] = max(1, round(shortest / max(_seconds(run, 1, clock), 1e-9)))
    best = dict.fromkeys(runs, float("inf"))
    for _ in range(rounds):
        for name, run in runs.items():
            before.get(name, _nothing)()
            best[name] = min(best[name], _seconds(run, repeats[name], clock) / repeats[name])
    return {name: images / seconds for name, seconds in best.items()}


def _seconds(run: Run, repeats: int, clock: Clock) -> float:
    gc.collect()
    gc.disable()
    try:
        start = clock()
        for _ in range(repeats):
            run()
        return clock() - start
    finally:
        gc.enable()


def _nothing() -> None:
    pass
