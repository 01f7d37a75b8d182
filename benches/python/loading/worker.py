"""The process of one way: opens it, loads an epoch to see that all is well, then another whenever it is asked to.

    python -m loading.worker NAME TASK FOLDER ENTRIES

It answers with a line of JSON when it is open, when it has checked itself, and after each epoch that a line asked for;
``processes.py`` has the other end. What libraries print goes to standard error.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from pathlib import Path
from time import perf_counter
from typing import Any, TextIO

import numpy as np

from loading import dataset
from loading.tasks import TASKS, Task
from loading.way import THREADS, Way
from loading.ways import WAYS

UNTIMED = 3
"""Batches before the clock runs: what was made ahead between epochs is given out by then."""

LARGEST_MEAN, LEAST_DEVIATION, LARGEST_DEVIATION = 1.5, 0.4, 2.5
"""Of the normalized pixels of a batch of photos."""


def main() -> None:
    """Opens, answers, closes."""
    name, task_name, folder, entries = sys.argv[1:]
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    # Some libraries start as many threads as there are processors.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])
    task = TASKS[task_name]
    try:
        way = WAYS[name].open(task, dataset.read(Path(folder)).first(int(entries)))
        _answer(answers, {"reads": list(way.reads), "versions": way.versions})
        _check(name, task, way)
    except Exception as error:
        _answer(answers, {"error": _in_one_line(error)})
        raise
    _answer(answers, {})
    for line in sys.stdin:
        if json.loads(line) != "epoch":
            break
        _answer(answers, _epoch(task, way))
    way.close()
    sys.stdout.flush()
    # Without the clean-up of libraries that hang in it.
    os._exit(0)


def _answer(answers: TextIO, what: dict[str, Any]) -> None:
    answers.write(json.dumps(what) + "\n")
    answers.flush()


def _in_one_line(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"


def _check(name: str, task: Task, way: Way) -> None:
    """One epoch whose first batch is looked at: everybody makes the same of the same."""
    for number, images in enumerate(way.epoch()):
        if number > 0:
            continue
        pixels = np.asarray(images)
        if pixels.shape != (task.batch, *task.shape) or pixels.dtype != np.float32:
            raise RuntimeError(f"{name} makes {pixels.dtype} of {pixels.shape}")
        mean, deviation = float(pixels.mean()), float(pixels.std())
        if not (abs(mean) < LARGEST_MEAN and LEAST_DEVIATION < deviation < LARGEST_DEVIATION):
            raise RuntimeError(f"{name} makes pixels of mean {mean:.2f} and standard deviation {deviation:.2f}")


def _epoch(task: Task, way: Way) -> dict[str, Any]:
    gc.collect()
    begin = perf_counter()
    marks = []
    for images in way.epoch():
        if len(images) != task.batch:
            raise RuntimeError(f"a batch of {len(images)}")
        marks.append(perf_counter())
    timed = len(marks) - UNTIMED
    return {
        "images_per_second": timed * task.batch / (marks[-1] - marks[UNTIMED - 1]),
        "first_batch": marks[0] - begin,
        "whole_epoch": marks[-1] - begin,
        "batches": len(marks),
    }


if __name__ == "__main__":
    main()
