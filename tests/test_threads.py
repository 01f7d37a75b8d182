"""Guards threads and processes: none at import, one pool per process, and no way of starting processes that hangs or breaks."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import fastaug as A
from pictures import photo, same

IMAGES = [photo(24, 30, seed=seed) for seed in range(6)]


def policy():
    return A.Compose([A.RandomCrop(16, 20), A.HorizontalFlip(), A.Normalize()], seed=3)


def batch(threads=2):
    return policy().batch(IMAGES, indices=range(6), threads=threads)["image"]


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_processes_start_after_the_pool_was_used(method):
    """Fifty times each. In an interpreter of its own, whose children need not import pytest."""
    done = subprocess.run(
        [sys.executable, str(Path(__file__).parent / "start_processes.py"), method, "50"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["50", "children", "agreed"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_fork_in_a_fork_works_too():
    batch()
    child = os.fork()
    if child == 0:
        first = batch()
        grandchild = os.fork()
        if grandchild == 0:
            os._exit(0 if same(batch(), first) else 1)
        _, status = os.waitpid(grandchild, 0)
        os._exit(0 if status == 0 and same(batch(), first) else 1)
    _, status = os.waitpid(child, 0)
    assert status == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_fork_while_other_threads_are_at_work():
    stop = threading.Event()

    def work():
        while not stop.is_set():
            batch()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    expected = batch()
    try:
        for _ in range(20):
            child = os.fork()
            if child == 0:
                os._exit(0 if same(batch(), expected) else 1)
            _, status = os.waitpid(child, 0)
            assert status == 0
    finally:
        stop.set()
        for worker in workers:
            worker.join()


def test_any_number_of_threads_gives_the_same_bytes():
    expected = batch(1)
    for threads in (1, 2, 3, 8, 2, 64):
        assert same(batch(threads), expected)


def test_one_policy_in_many_threads():
    some = policy()
    expected = [some(image=image, index=index)["image"] for index, image in enumerate(IMAGES)]
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda n: some(image=IMAGES[n % 6], index=n % 6)["image"], range(300)))
    assert all(same(one, expected[number % 6]) for number, one in enumerate(made))


def test_batches_in_many_threads_of_any_size():
    expected = batch(1)
    with ThreadPoolExecutor(6) as threads:
        made = list(threads.map(batch, [1, 2, 3, 4, 2, 1] * 8))
    assert all(same(one, expected) for one in made)


def test_set_num_threads():
    before = A.get_num_threads()
    assert 1 <= before <= (os.cpu_count() or 1)
    try:
        A.set_num_threads(3)
        assert A.get_num_threads() == 3
        assert same(policy().batch(IMAGES, indices=range(6))["image"], batch(1))
    finally:
        A.set_num_threads(0)
    assert A.get_num_threads() == before


def run_python(code, **environment):
    """What a fresh interpreter prints."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | environment,
        cwd=os.path.dirname(__file__),
    )
    return done.stdout.strip()


COUNT_THREADS = "(len(os.listdir('/proc/self/task')) if os.path.isdir('/proc/self/task') else threading.active_count())"


def test_importing_and_single_calls_start_no_thread():
    found = run_python(f"""
        import os, threading
        import numpy as np
        before = {COUNT_THREADS}
        import fastaug as A
        policy = A.Compose([A.RandomCrop(8, 8), A.Normalize()])
        policy(image=np.zeros((20, 20, 3), np.uint8))
        policy.batch([np.zeros((20, 20, 3), np.uint8)] * 4, threads=1)
        alone = {COUNT_THREADS} - before
        policy.batch([np.zeros((20, 20, 3), np.uint8)] * 4, threads=3)
        print(alone, {COUNT_THREADS} - before)
    """)
    alone, pooled = map(int, found.split())
    assert alone == 0
    assert pooled == (3 if sys.platform == "linux" else 0)


def test_the_gil_is_released_while_pixels_are_made():
    """Another thread makes progress during one long call."""
    image = np.zeros((3000, 3000, 3), np.uint8)
    some = A.Compose([A.GaussNoise(per_channel=True, p=1)])
    ticks, done = [], threading.Event()

    def tick():
        while not done.is_set():
            ticks.append(None)
            done.wait(0.001)

    ticker = threading.Thread(target=tick)
    ticker.start()
    some(image=image)  # the first call also touches fresh memory
    before = len(ticks)
    some(image=image)
    during = len(ticks) - before
    done.set()
    ticker.join()
    assert during >= 3


@pytest.mark.parametrize("level", ["scalar", "sse4.2", "avx2"])
def test_the_level_can_be_capped(level):
    order = ["scalar", "sse2", "sse4.2", "avx2", "avx512", "neon", "simd128"]
    found = run_python("import fastaug; print(fastaug.simd_level())", FASTAUG_SIMD=level)
    assert order.index(found) <= order.index(level)
