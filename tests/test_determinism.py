"""Guards the same pixels everywhere: whatever the threads, batches, levels, order or kind of input, and from version to version."""

from __future__ import annotations

import functools
import json
import sys

import numpy as np
import pytest

import fastaug as A
from golden_policies import PIPELINES, digest, sample, written
from levels import LEVELS, in_process
from pictures import encoded

COUNT = 200


@functools.cache
def golden_at(level):
    return in_process(level, "golden_policies.py")


@pytest.mark.parametrize("level", LEVELS)
def test_golden_hashes(level):
    """If this fails on purpose, tests/tools/update_golden.py writes the hashes anew."""
    expected, found = written(), golden_at(level)["hashes"]
    assert expected["draws"] == A._core.DRAWS_VERSION
    assert set(found) - set(expected["hashes"]) == set(), "no hash is written down: run tests/tools/update_golden.py"
    changed = [name for name, value in found.items() if expected["hashes"][name] != value]
    assert changed == []
    assert set(expected["hashes"]) - set(found) == set()


def test_levels_are_really_different():
    seen = {golden_at(level)["level"] for level in LEVELS}
    assert "scalar" in seen
    if A.simd_level() == "avx2":
        assert seen == set(LEVELS)


@functools.cache
def samples(as_bytes):
    made = [sample(number) for number in range(COUNT)]
    if as_bytes:
        for one in made:
            one["image"] = encoded(one["image"], compress_level=1)
    return made


def in_batches(policy, data, threads, size, order):
    """Results in the order of their indices, whatever order they were made in."""
    results = [None] * len(data)
    for begin in range(0, len(order), size):
        numbers = order[begin : begin + size]
        made = policy.batch(
            [data[number]["image"] for number in numbers],
            masks=[data[number]["mask"] for number in numbers],
            bboxes=[data[number]["bboxes"] for number in numbers],
            keypoints=[data[number]["keypoints"] for number in numbers],
            indices=numbers,
            epoch=3,
            threads=threads,
            layout="HWC",
        )
        for at, number in enumerate(numbers):
            results[number] = {
                "image": made["image"][at],
                "mask": made["masks"][at],
                "bboxes": made["bboxes"][at],
                "keypoints": made["keypoints"][at],
            }
    return results


def orders():
    forwards = list(range(COUNT))
    return {"forwards": forwards, "shuffled": np.random.default_rng(1).permutation(forwards).tolist()}


def every_way(name):
    """The hashes of 200 samples, by every way of making them."""
    policy = PIPELINES[name]()
    found = {}
    for as_bytes in (False, True):
        data = samples(as_bytes)
        kind = "bytes" if as_bytes else "arrays"
        if not as_bytes:
            alone = [policy(**one, index=number, epoch=3) for number, one in enumerate(data)]
            found["one by one"] = digest(alone)
        for order_name, order in orders().items():
            for threads in (1, 2, 8):
                for size in (1, 7, 64):
                    results = in_batches(policy, data, threads, size, order)
                    found[f"{kind}, {order_name}, {threads} threads, batches of {size}"] = digest(results)
    return found


@pytest.mark.parametrize("name", PIPELINES)
def test_no_way_of_making_a_sample_changes_it(name):
    """Threads × batches × order × kind of input, and all of that again at every level."""
    found = every_way(name)
    assert len(found) == 37
    expected = found["one by one"]
    assert [way for way, value in found.items() if value != expected] == []
    for level in LEVELS:
        elsewhere = in_process(level, "test_determinism.py", name)
        assert [way for way, value in elsewhere.items() if value != expected] == [], level


def test_samples_differ_from_each_other():
    """Equal hashes would mean little if all samples were alike."""
    policy = PIPELINES["classification"]()
    one = sample(0)
    assert len({digest([policy(**one, index=index)]) for index in range(COUNT)}) == COUNT


if __name__ == "__main__":
    print(json.dumps(every_way(sys.argv[1])))
