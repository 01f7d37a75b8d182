"""Guards the command ``fastaug bench-loader``: what it goes through, prints and writes. How fast anything is, is not asked."""

from __future__ import annotations

import json

import pytest

import fastaug as A
from fastaug.cli import main
from fastaug.commands.bench_loader import Row, counts_up_to, suggested
from pictures import photo

COLUMNS = ("threads", "images/s", "decode s", "augment s", "read s", "wait s", "queue")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A few photos of two classes."""
    root = tmp_path_factory.mktemp("photos")
    for number in range(10):
        file = root / ("cat", "dog")[number % 2] / f"{number}.jpg"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(A.imencode(photo(60, 80, seed=number)))
    return root


@pytest.fixture(scope="module")
def policy(tmp_path_factory):
    """A policy in a file."""
    path = tmp_path_factory.mktemp("policy") / "policy.json"
    A.save(A.Compose([A.RandomCrop(32, 32), A.Normalize()]), path)
    return path


def bench(*arguments):
    return main(["bench-loader", *map(str, arguments), "--seconds", "0.2", "--batch-size", "4"])


def test_it_prints_a_row_for_each_number_of_threads(folder, capsys):
    assert bench(folder, "--threads", 2) == 0
    told = capsys.readouterr()
    lines = told.out.splitlines()
    assert lines[0].startswith(f"10 images in {folder}, batches of 4, {A.simd_level()}")
    assert all(column in lines[1] for column in COLUMNS)
    rows = [line.split() for line in lines[2:5]]
    assert [row[0] for row in rows] == ["2", "1", "2"]
    assert "first" in rows[0]
    assert "limit" in lines[5] or "Too little" in lines[5]
    assert lines[6].startswith("suggested: threads=")
    assert "images/s" in told.err  # Progress: a line at the end where there is no terminal.


def test_it_is_quiet_if_asked(folder, capsys):
    assert bench(folder, "--threads", 1, "--quiet") == 0
    assert capsys.readouterr().err == ""


def test_a_flat_folder_a_policy_and_an_index(folder, policy, tmp_path, capsys):
    index = tmp_path / "photos.index"
    assert main(["index", "build", str(folder / "cat"), "-o", str(index), "--quiet"]) == 0
    target = tmp_path / "measured.json"
    assert bench(folder / "cat", "--policy", policy, "--index", index, "--threads", 1, "--json", target) == 0
    assert "5 images" in capsys.readouterr().out
    told = json.loads(target.read_text())
    assert told["images"] == 5
    assert told["batch_size"] == 4
    assert told["policy"] == A.load(policy).to_dict()
    assert told["suggested_threads"] == 1
    assert [row["threads"] for row in told["rows"]] == [1]
    row = told["rows"][0]
    assert row["images_per_second"] > 0
    assert row["samples"] > 0
    assert row["errors"] == 0
    assert {"decode_seconds", "augment_seconds", "read_seconds", "wait_seconds", "mean_queue_depth"} < set(row)


def test_damaged_images_are_counted_and_left_out(folder, policy, tmp_path, capsys):
    good = (folder / "cat" / "0.jpg").read_bytes()
    for number in range(6):
        (tmp_path / f"{number}.jpg").write_bytes(good)
    (tmp_path / "broken.jpg").write_bytes(b"nothing")
    assert bench(tmp_path, "--policy", policy, "--threads", 1) == 0
    assert "could not be loaded" in capsys.readouterr().out


def test_it_says_what_is_wrong(folder, policy, tmp_path, capsys):
    def fails(*arguments):
        assert bench(*arguments, "--quiet") == 1
        return capsys.readouterr().err

    assert "nowhere: no such folder" in fails(folder / "nowhere")
    assert "no images: their names end in .jpg" in fails(tmp_path)
    assert "threads must be a whole number of at least 1, got 0" in fails(folder, "--threads", 0)
    assert "no such file" in fails(folder, "--index", tmp_path / "none.index").lower()
    assert "0.jpg: this is no policy" in fails(folder, "--policy", folder / "cat" / "0.jpg")
    (tmp_path / "policy.json").write_text("{")
    assert "not valid JSON" in fails(folder, "--policy", tmp_path / "policy.json")
    assert main(["bench-loader", str(folder), "--seconds", "0"]) == 1
    assert "seconds must be more than 0" in capsys.readouterr().err
    (tmp_path / "broken.jpg").write_bytes(b"nothing")
    told = fails(tmp_path, "--policy", policy, "--threads", 1)
    assert "not one sample of the epoch could be used" in told
    assert "broken.jpg" in told


@pytest.mark.parametrize(
    ("most", "tried"),
    [(1, [1]), (2, [1, 2]), (4, [1, 2, 3, 4]), (5, [1, 2, 3, 4, 5]), (16, [1, 2, 3, 4, 6, 8, 12, 16])],
)
def test_which_numbers_of_threads_are_tried(most, tried):
    assert counts_up_to(most) == tried


def test_the_fewest_threads_near_the_best_are_suggested():
    def row(threads, rate):
        return Row(threads, rate, 1, 1, 1, 1, 1, 1, 1, 0, 0, "")

    assert suggested([row(1, 100), row(2, 190), row(3, 196), row(4, 198)]) == 2
    assert suggested([row(1, 100), row(2, 150), row(3, 200)]) == 3
    assert suggested([row(1, 200), row(2, 150)]) == 1
