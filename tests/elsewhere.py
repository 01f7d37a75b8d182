"""Reads sources in threads and in other processes, where they must give what they give here."""

from __future__ import annotations

import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np

from fastaug.sources import FilePart


def sample(source, index):
    """One sample; of files that are parts of others, the bytes."""
    return contents(source.read(index))


def contents(given):
    """A sample, or a part of one, with bytes for files that are parts of others."""
    if isinstance(given, FilePart):
        return bytes(given)
    if isinstance(given, dict):
        return {name: contents(value) for name, value in given.items()}
    return tuple(map(contents, given)) if isinstance(given, tuple) else given


def samples(source):
    """All samples, in order."""
    return [sample(source, index) for index in range(len(source))]


def samples_backward(source):
    """All samples, the last one first."""
    return [sample(source, index) for index in reversed(range(len(source)))][::-1]


def same(one, other):
    """Whether two samples, or parts of them, are equal: in type, and in every value."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def check_everywhere(source, limit):
    """Reads a source in threads, forked, spawned and from a pickle of at most so many bytes."""
    expected = samples(source)
    pickled = pickle.dumps(source)
    assert len(pickled) <= limit, f"a pickle of {len(pickled)} bytes"
    assert same(samples(pickle.loads(pickled)), expected)
    with ThreadPoolExecutor(8) as threads:
        for found in [*threads.map(samples, [source] * 8), *threads.map(samples_backward, [source] * 8)]:
            assert same(found, expected)
    for method in ("fork", "spawn"):
        with ProcessPoolExecutor(1, multiprocessing.get_context(method)) as processes:
            for found in processes.map(samples, [source] * 2):
                assert same(found, expected), method
    check_in_forked_child(source, expected)
    assert same(samples(source), expected)


def check_in_forked_child(source, expected):
    """A child that inherits the source itself, not a pickle of it."""
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    child = context.Process(target=lambda: queue.put(same(samples_backward(source), expected)))
    child.start()
    assert queue.get(timeout=60)
    child.join(timeout=60)
    assert child.exitcode == 0
