"""Guards the loader across processes: children of any kind, ranks, kills, interrupts, and memory that stays level."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import fastaug as A
from loader_processes import loader, printable
from loading import SAMPLES, write_files

SCRIPT = str(Path(__file__).parent / "loader_processes.py")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("files")
    write_files(made)
    return str(made)


def run(*arguments, timeout=120):
    done = subprocess.run(
        [sys.executable, SCRIPT, *arguments], capture_output=True, text=True, check=False, timeout=timeout
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(("method", "count"), [("fork", 20), ("forkserver", 5), ("spawn", 5)])
def test_children_of_a_process_that_loads(folder, method, count):
    assert run("start", method, str(count), folder).split() == [str(count), "children", "agreed"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_an_iterator_does_not_survive_a_fork(folder):
    iterator = iter(loader(folder))
    next(iterator)
    child = os.fork()
    if child == 0:
        try:
            next(iterator)
        except RuntimeError as error:
            os._exit(0 if "call iter(loader)" in str(error) else 1)
        os._exit(2)
    assert os.waitpid(child, 0)[1] == 0
    assert len(list(iterator)) == len(loader(folder)) - 1


def test_a_killed_process_goes_on_where_its_state_says(folder, tmp_path):
    state = tmp_path / "state.json"
    whole = loader(folder)
    epochs = [[printable(batch) for batch in whole] for _ in range(8)]
    random = np.random.default_rng(1)
    for _ in range(4):
        state.unlink(missing_ok=True)
        process = subprocess.Popen([sys.executable, SCRIPT, "train", str(state), folder])
        while not state.exists():
            assert process.poll() is None
            time.sleep(0.01)
        time.sleep(float(random.uniform(0, 0.3)))
        process.send_signal(signal.SIGKILL)
        process.wait()
        told = json.loads(state.read_text())
        epoch = epochs[told["epoch"]]
        place = epoch.index(told["last"]) + 1
        assert json.loads(run("resume", str(state), folder))["rest"] == epoch[place:]


@pytest.mark.parametrize("count", [2, 4])
def test_ranks_of_torch_distributed(folder, count):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    processes = [
        subprocess.Popen([sys.executable, SCRIPT, "rank", str(rank), str(count), port, folder], stdout=subprocess.PIPE)
        for rank in range(count)
    ]
    told = [process.communicate(timeout=120)[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * count
    everyone = json.loads(told[0])
    whole = [batch.index.tolist() for batch in loader(folder, batch_size=8)]
    for step, indices in enumerate(whole):
        assert [index for rank in everyone if step < len(rank) for index in rank[step]] == indices
    assert sorted(index for rank in everyone for batch in rank for index in batch) == list(range(SAMPLES))


def test_an_interrupt_ends_it_at_once(folder):
    process = subprocess.Popen([sys.executable, SCRIPT, "wait", folder], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout.readline() == b"going\n"
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=20)
    assert process.returncode != 0 and b"KeyboardInterrupt" in told


def test_a_script_that_ends_in_the_middle_does_not_hang(folder):
    for end in ("", "sys.exit(3)", "raise ValueError"):
        code = (
            "import sys; from loader_processes import loader\n"
            f"iterator = iter(loader({folder!r}, batch_size=2)); batch = next(iterator)\n{end}"
        )
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            cwd=Path(__file__).parent,
        )
        assert done.returncode == {"": 0, "sys.exit(3)": 3, "raise ValueError": 1}[end], done.stderr
        assert ("ValueError" in done.stderr) == ("Value" in end) and "Fatal" not in done.stderr


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc")
def test_memory_stays_level(folder):
    """Ten thousand batches with FASTAUG_SOAK=1, fewer otherwise."""
    batches = 10_000 if os.environ.get("FASTAUG_SOAK") else 1500
    told = json.loads(run("memory", str(batches), folder, timeout=600))
    print(f"{batches} batches: {told['bytes_per_batch']:+.0f} bytes a batch, {told['now'] / 2**20:.0f} MB at the end")
    # A batch is 2.4 MB: one that leaked in a thousand would show.
    assert told["bytes_per_batch"] < 2048 and told["grown"] < 12 << 20


def test_policies_and_samples_of_a_loader_may_be_pickled(folder):
    import pickle

    batch = next(iter(loader(folder)))
    assert pickle.loads(pickle.dumps(batch)).index.tolist() == batch.index.tolist()
    error = A.SampleError("sample 3: x", 3, "a.jpg")
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.index, copy.path) == ("sample 3: x", 3, "a.jpg")
