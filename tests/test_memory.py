"""Guards the memory of large results, which is used again when they are gone, and never before."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

import fastaug as A
from pictures import photo

POLICY = A.Compose([A.RandomCrop(200, 220), A.Normalize()], seed=1)
IMAGES = [photo(230, 240, seed=number) for number in range(8)]
"""Eight of them make a batch of four megabytes."""


def batch(epoch):
    return POLICY.batch(IMAGES, indices=range(8), epoch=epoch)["image"]


def test_results_that_are_kept_stay_as_they_are():
    kept = {epoch: batch(epoch) for epoch in range(4)}
    copies = {epoch: made.copy() for epoch, made in kept.items()}
    for epoch in range(4, 30):
        made = batch(epoch)
        if epoch % 3:
            kept[epoch], copies[epoch] = made, made.copy()
        if epoch % 5 == 0:
            gone = min(kept)
            del kept[gone], copies[gone]
    assert len(kept) > 15
    for epoch, made in kept.items():
        np.testing.assert_array_equal(made, copies[epoch])
        np.testing.assert_array_equal(made, batch(epoch))


def test_a_view_keeps_its_memory():
    view = batch(0)[3, 1:, 5:9]
    copy = view.copy()
    for epoch in range(1, 10):
        batch(epoch)
    np.testing.assert_array_equal(view, copy)


def test_results_can_be_written_to_and_are_aligned():
    made = batch(0)
    assert made.flags.writeable
    assert made.flags.c_contiguous
    assert made.ctypes.data % 64 == 0
    made += 1


def test_memory_is_used_again():
    first = batch(0)
    address = first.ctypes.data
    del first
    assert batch(1).ctypes.data == address


BOUNDED = """
import os
import numpy as np
import fastaug as A

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

image = np.zeros((3000, 4000, 3), np.uint8)
before = resident()
results = [A.Compose([A.HorizontalFlip(p=1.0)])(image=image)["image"] for _ in range(20)]
assert resident() - before > 20 * image.nbytes * 0.9
del results
assert resident() - before < 560 * 2**20
"""


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_what_nobody_uses_is_bounded():
    """In an interpreter of its own, where nothing was kept before."""
    done = subprocess.run([sys.executable, "-c", BOUNDED], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(not hasattr(os, "fork"), reason="fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_has_memory_of_its_own():
    spare = batch(0)
    address = spare.ctypes.data
    del spare
    child = os.fork()
    if child == 0:
        made = batch(1)
        os._exit(0 if made.ctypes.data == address and np.isfinite(made).all() else 1)
    made = batch(2)
    copy = made.copy()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    np.testing.assert_array_equal(made, copy)
