"""Guards which numbers a call draws: a function of seed, epoch and index; otherwise fresh in every call and every process."""

from __future__ import annotations

import multiprocessing
import os

import numpy as np
import pytest

import fastaug as A
from pictures import noise, same

IMAGE = noise(64, 64)


def policy(seed=None):
    """Each place of the crop is seen in the pixels: 3,249 outcomes."""
    return A.Compose([A.RandomCrop(8, 8)], seed=seed)


def pixels(some_policy, **arguments):
    return some_policy(image=IMAGE, **arguments)["image"].tobytes()


def test_bare_calls_differ():
    some = policy()
    assert len({pixels(some) for _ in range(40)}) > 35


def test_policies_without_a_seed_begin_somewhere_else():
    assert pixels(policy()) != pixels(policy()) or pixels(policy()) != pixels(policy())


def test_a_seed_repeats_its_calls():
    first, second = policy(5), policy(5)
    assert [pixels(first) for _ in range(10)] == [pixels(second) for _ in range(10)]
    assert [pixels(policy(5)) for _ in range(3)] != [pixels(policy(6)) for _ in range(3)]


def test_an_index_makes_a_pure_function():
    some = policy(5)
    expected = [pixels(some, index=index, epoch=3) for index in range(20)]
    pixels(some)
    assert [pixels(some, index=index, epoch=3) for index in reversed(range(20))] == expected[::-1]
    assert [pixels(policy(5), index=index, epoch=3) for index in range(20)] == expected


def test_seed_epoch_and_index_all_count():
    outcomes = {
        pixels(policy(seed), index=index, epoch=epoch) for seed in range(4) for epoch in range(4) for index in range(4)
    }
    assert len(outcomes) > 58


def test_bare_calls_do_not_repeat_indexed_ones():
    some = policy(5)
    indexed = {pixels(some, index=index) for index in range(30)}
    assert len(indexed & {pixels(some) for _ in range(30)}) < 5


@pytest.mark.parametrize("index", [0, 1, 2**32 - 1, 2**32, 2**53 + 1, 2**63])
def test_large_indices_are_exact(index):
    some = policy(5)
    assert pixels(some, index=index) == pixels(policy(5), index=np.uint64(index))
    assert pixels(some, index=index) != pixels(some, index=index + 1)


@pytest.mark.parametrize("value", [-1, 0.5, 2**64, float("nan"), "x"])
def test_indices_that_are_none_are_refused(value):
    with pytest.raises(ValueError, match=r"index|int|NaN"):
        policy(5)(image=IMAGE, index=value)


@pytest.mark.parametrize("seed", [0, 1, 2**64 - 1, -1, 2**70, np.int64(3)])
def test_any_whole_number_is_a_seed(seed):
    assert pixels(policy(seed), index=1) == pixels(policy(seed), index=1)


@pytest.mark.parametrize("seed", [1.5, "1", True])
def test_anything_else_is_no_seed(seed):
    with pytest.raises(A.PolicyError, match=r"Compose.seed: must be a whole number or None"):
        policy(seed)


def test_numpy_and_python_randomness_are_left_alone():
    import random

    random.seed(1)
    np.random.seed(1)
    before = random.getstate(), np.random.get_state()[1].tolist()
    pixels(policy())
    pixels(A.Compose([A.GaussNoise(p=1)]))
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before


def draw_some(some_policy, count, queue):
    queue.put([pixels(some_policy) for _ in range(count)])


def drawn_in_workers(method, some_policy, workers=4, count=6):
    context = multiprocessing.get_context(method)
    queue = context.Queue()
    processes = [context.Process(target=draw_some, args=(some_policy, count, queue)) for _ in range(workers)]
    for process in processes:
        process.start()
    found = [queue.get(timeout=120) for _ in processes]
    for process in processes:
        process.join()
    return found


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
@pytest.mark.parametrize("seed", [None, 5])
def test_workers_do_not_repeat_each_other(method, seed):
    some = policy(seed)
    here = [pixels(some) for _ in range(6)]
    everywhere = [*here, *(one for worker in drawn_in_workers(method, some) for one in worker)]
    assert len(set(everywhere)) >= len(everywhere) - 3


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_bare_forks_do_not_repeat_each_other():
    some = policy(5)
    drawn = [tuple(pixels(some) for _ in range(3))]
    for _ in range(4):
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            with os.fdopen(write, "wb") as pipe:
                for _ in range(3):
                    pipe.write(pixels(some))
            os._exit(0)
        os.close(write)
        with os.fdopen(read, "rb") as pipe:
            made = pipe.read()
        os.waitpid(child, 0)
        size = 8 * 8 * 3
        drawn.append(tuple(made[begin : begin + size] for begin in range(0, 3 * size, size)))
    assert len(set(drawn)) == 5


def test_threads_share_the_count_of_calls():
    from concurrent.futures import ThreadPoolExecutor

    some = policy(5)
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: pixels(some), range(200)))
    again = policy(5)
    assert sorted(found) == sorted(pixels(again) for _ in range(200))


def test_a_copy_in_the_same_process_draws_the_same_indexed_samples():
    import pickle

    some = policy()
    again = pickle.loads(pickle.dumps(some))
    assert [pixels(some, index=index) for index in range(5)] == [pixels(again, index=index) for index in range(5)]
    assert same(some(image=IMAGE, index=3), again(image=IMAGE, index=3))
