"""Starts processes in one of the three ways after threads were used, and compares what they make: run by test_threads.py.

``python start_processes.py fork|forkserver|spawn COUNT``
"""

from __future__ import annotations

import multiprocessing
import sys

import fastaug as A
from pictures import photo

TOGETHER = 5
"""Children that live at the same time."""


def batch():
    """A batch on two threads, as bytes."""
    policy = A.Compose([A.RandomCrop(16, 20), A.HorizontalFlip(), A.Normalize()], seed=3)
    images = [photo(24, 30, seed=seed) for seed in range(6)]
    return policy.batch(images, indices=range(6), threads=2)["image"].tobytes()


def batch_in_child(queue):
    """The same in another process."""
    queue.put(batch())


def main(method, count):
    """The parent goes on using its own pool between the starts."""
    context = multiprocessing.get_context(method)
    queue = context.Queue()
    expected = batch()
    started = 0
    while started < count:
        children = [
            context.Process(target=batch_in_child, args=(queue,)) for _ in range(min(TOGETHER, count - started))
        ]
        for child in children:
            child.start()
        assert all(queue.get(timeout=300) == expected for _ in children), "a child made other bytes"
        for child in children:
            child.join(timeout=300)
            assert child.exitcode == 0, f"a child ended with {child.exitcode}"
        assert batch() == expected, "the parent made other bytes"
        started += len(children)
    print(started, "children agreed")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
