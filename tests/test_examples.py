"""Guards the examples: each runs as a user runs it, on little data, and prints what the documentation says it prints."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
QUOTED = re.compile(r"<!-- train_classifier: begin -->\n```text\n(.*?)```\n<!-- train_classifier: end -->", re.DOTALL)
NUMBER = re.compile(r"[\d][\d.,]*%?")


def run(*command):
    """Runs an example; what it prints."""
    surroundings = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "error::DeprecationWarning:fastaug"}
    done = subprocess.run([sys.executable, *map(str, command)], capture_output=True, text=True, env=surroundings)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def shape(line):
    """A line without its numbers."""
    return re.sub(r"\s+", " ", NUMBER.sub("#", line))


def test_a_training_learns_from_the_policy_and_is_resumed_to_the_last_bit(tmp_path):
    told = run(EXAMPLES / "train_classifier.py", "--epochs", 6, "--images", 600, "--out", tmp_path)
    # The script compares losses and weights itself, and fails if any bit differs.
    assert "more losses, the same to the last bit" in told
    stressed = [float(percents) for percents in re.findall(r"stressed +([\d.]+)%", told)]
    without, with_policy = stressed
    assert with_policy > without + 10, told
    quoted = QUOTED.search((ROOT / "docs" / "loader.md").read_text(encoding="utf-8"))
    assert quoted is not None
    printed = {shape(line) for line in told.splitlines()}
    for line in quoted[1].splitlines():
        assert shape(line) in printed, f"the documentation quotes {line!r}, and the script prints\n{told}"


def test_processes_share_the_samples(tmp_path):
    if not (torch.distributed.is_available() and torch.distributed.is_gloo_available()):
        pytest.skip("torch was built without torch.distributed or gloo")
    script = EXAMPLES / "train_distributed.py"
    launch = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", 2)
    told = run(*launch, script, "--out", tmp_path)
    assert re.search(r"^epoch 0 step 0: loss \d", told, re.MULTILINE)
    for epoch in range(2):
        assert f"epoch {epoch}: 2 processes with 200 samples each: disjoint, complete, in one order" in told


def test_policies_in_a_data_loader():
    told = run(EXAMPLES / "dataloader_dropin.py")
    assert "2 epochs of 6 photos in 2 workers: batches of [(4, 3, 96, 96), (2, 3, 96, 96)]" in told
    assert "whole batches and single samples: the same pixels" in told
    assert "the second epoch: other pixels" in told


def test_the_stressed_pictures_are_no_others_than_the_seed_says(tmp_path):
    specification = importlib.util.spec_from_file_location("shapes", EXAMPLES / "shapes.py")
    shapes = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(shapes)
    one, other = (shapes.write(tmp_path / name, 10, seed=3, is_stressed=True) for name in "ab")
    files = sorted(file.relative_to(one) for file in one.rglob("*.jpg"))
    assert len(files) == 10
    assert {file.parts[0] for file in files} == set(shapes.SHAPES)
    assert all((one / file).read_bytes() == (other / file).read_bytes() for file in files)
