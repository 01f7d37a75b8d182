"""Threads and processes: pools after fork, forkserver and spawn, workers that draw differently, a light import."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys

import numpy as np
import pytest

import fastaug as A
from conftest import picture

IMAGE = picture(40, 40)


def make() -> A.Compose:
    return A.Compose([A.RandomCrop(30, 30), A.HorizontalFlip()], seed=1)


def run_batch(policy: A.Compose) -> bytes:
    made = policy.batch([IMAGE] * 8, indices=range(8), threads=2)["image"]
    return bytes(made.tobytes())


def bare_draws(policy: A.Compose) -> list[bytes]:
    return [policy(image=IMAGE)["image"].tobytes() for _ in range(4)]


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_a_pool_works_in_every_kind_of_child(method: str) -> None:
    policy = make()
    expected = run_batch(policy)
    context = multiprocessing.get_context(method)
    with context.Pool(2, maxtasksperchild=None if method == "spawn" else 5) as pool:
        assert pool.map(run_batch, [policy] * 50, chunksize=1) == [expected] * 50


def test_fifty_forks_after_the_pool_was_used() -> None:
    policy = make()
    expected = run_batch(policy)
    for _ in range(50):
        child = os.fork()
        if child == 0:
            os._exit(0 if run_batch(policy) == expected else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_workers_do_not_repeat_each_other(method: str) -> None:
    policy = A.Compose([A.RandomCrop(7, 7)], seed=1)
    context = multiprocessing.get_context(method)
    draws = [set(bare_draws(policy))]
    for _ in range(3):
        with context.Pool(1) as pool:
            draws.append(set(pool.apply(bare_draws, (policy,))))
    assert len(set().union(*draws)) == sum(len(some) for some in draws)


def test_importing_is_light() -> None:
    code = (
        "import sys, threading, numpy; before = set(sys.modules); import fastaug, os;"
        "heavy = {'torch', 'cv2', 'PIL', 'yaml', 'scipy'} & set(sys.modules);"
        "threads = len(os.listdir('/proc/self/task')) if os.path.exists('/proc/self/task') else threading.active_count();"
        "print(sorted(heavy), threads)"
    )
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert made.stdout.split("] ") == ["[", "1\n"] or made.stdout == "[] 1\n"


def test_every_level_gives_the_same_bytes() -> None:
    code = (
        "import hashlib, numpy as np, fastaug as A;"
        "image = np.random.default_rng(0).integers(0, 256, (90, 120, 3), dtype=np.uint8);"
        "policy = A.Compose([A.RandomResizedCrop((48, 48)), A.Affine(rotate=(-20, 20), p=1),"
        " A.RandomGamma(p=1), A.RGBShift(p=1), A.CoarseDropout(fill='random', p=1), A.Normalize()], seed=3);"
        "made = policy.batch([image] * 20, indices=range(20))['image'];"
        "print(A.simd_level(), hashlib.sha256(made.tobytes()).hexdigest())"
    )
    results = {}
    for level in ("scalar", "sse4.2", "avx2"):
        environment = os.environ | {"FASTAUG_SIMD": level}
        made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
        used, digest = made.stdout.split()
        results[used] = digest
    assert "scalar" in results
    assert len(set(results.values())) == 1


def test_batches_say_which_sample_is_wrong() -> None:
    policy = make()
    with pytest.raises(A.ShapeError, match="sample 2"):
        policy.batch([IMAGE, IMAGE, IMAGE[:10], IMAGE])
    with pytest.raises(A.DecodeError, match="sample 1"):
        policy.batch([IMAGE, b"nothing"])


def test_batches_in_every_type_and_layout() -> None:
    policy = A.Compose([A.RandomCrop(30, 20), A.Normalize()], seed=1)
    images = [IMAGE] * 5
    chw = policy.batch(images, indices=range(5))["image"]
    assert (chw.shape, chw.dtype) == ((5, 3, 30, 20), np.float32)
    hwc = policy.batch(images, indices=range(5), layout="HWC")["image"]
    assert np.array_equal(hwc.transpose(0, 3, 1, 2), chw)
    half = policy.batch(images, indices=range(5), dtype="float16")["image"]
    assert np.array_equal(half, chw.astype(np.float16))
    out = np.empty_like(chw)
    assert policy.batch(images, indices=range(5), out=out)["image"] is out
    assert np.array_equal(out, chw)
    with pytest.raises(A.ShapeError, match="out must be"):
        policy.batch(images, out=np.empty((5, 3, 30, 21), np.float32))
    ragged = A.Compose([A.RandomScale(0.5, p=1)], seed=1).batch(images, indices=range(5))["image"]
    assert isinstance(ragged, list)
    assert len({one.shape for one in ragged}) > 1
