"""Guards seek indexes: the same pixels with one, whatever state it is in; built, continued, checked, by function and command."""

from __future__ import annotations

import os
import pickle
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import fastaug as A
from fastaug.cli import main
from jpeg_files import by_opencv, by_pillow
from pictures import photo


def jpegs():
    """Files of every kind, by name; those that can have an index are called "seek…"."""
    return {
        "seek420.jpg": by_pillow(photo(200, 300), quality=90),
        "seek444.jpeg": by_pillow(photo(130, 170, seed=1), quality=95, subsampling=0),
        "deep/seek_gray.JPG": by_pillow(photo(150, 140)[:, :, 0]),
        "deep/seek_restarts.jpg": by_opencv(photo(160, 180, seed=2), RST_INTERVAL=3),
        "deep/er/progressive.jpg": by_pillow(photo(90, 80), progressive=True),
        "cut.jpg": by_pillow(photo(99, 99))[:2000],
        "not_a_jpeg.jpg": b"GIF89a",
    }


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "photos"
    for name, data in jpegs().items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (root / "notes.txt").write_text("no picture")
    return root


@pytest.fixture
def paths(folder):
    return [folder / name for name in jpegs()]


POLICY = A.Compose([A.RandomResizedCrop(size=(32, 40), p=1.0), A.HorizontalFlip(), A.Normalize()], seed=3)
EXPECTED = {"indexed": 4, "several scans": 1, "damaged": 1, "not a JPEG": 1}


@pytest.mark.parametrize("budget", [0, 100, 500, 2048, 100_000])
def test_pixels_are_the_same_with_an_index(tmp_path, paths, budget):
    assert A.build_index(paths, tmp_path / "index", budget=budget) == EXPECTED
    index = A.SeekIndex(tmp_path / "index")
    assert len(index) == len(paths)
    good = [path for path in paths if path.name not in ("cut.jpg", "not_a_jpeg.jpg")]
    for epoch in range(12):
        plain = POLICY.batch(good, indices=range(len(good)), epoch=epoch)["image"]
        sought = POLICY.batch(good, indices=range(len(good)), epoch=epoch, index=index)["image"]
        np.testing.assert_array_equal(sought, plain)
    for number, path in enumerate(good):
        np.testing.assert_array_equal(
            POLICY(image=path, index=number, seek_index=index)["image"], POLICY(image=path, index=number)["image"]
        )
        data = path.read_bytes()
        assert (data in index) == path.name.startswith("seek")
        whole = A.imdecode(data)
        for x, y, width, height in [(50, 70, 20, 9), (1, 60, 60, 10), (79, 79, 1, 1)]:
            part = A.imdecode(data, region=(x, y, width, height), index=index)
            np.testing.assert_array_equal(part, whole[y : y + height, x : x + width])


def test_fewer_rows_are_read_with_an_index(tmp_path, paths):
    A.build_index(paths, tmp_path / "index")
    index = A.SeekIndex(tmp_path / "index")
    policy = A.Compose([A.Crop(x_min=100, y_min=120, x_max=200, y_max=160, p=1.0)])
    assert "of 13 rows of MCUs 0 jumped over, 7 passed over, 4 decoded, 2 not read" in policy.explain(paths[0])
    text = policy.explain(paths[0], seek_index=index)
    assert "of 13 rows of MCUs 7 jumped over, 0 passed over, 4 decoded, 2 not read" in text


def test_explain_tells_of_other_files_too(paths):
    policy = A.Compose([A.Crop(x_min=10, y_min=20, x_max=50, y_max=60, p=1.0)])
    assert "3 passed over, 3 decoded, 0 not read" in policy.explain(paths[4].read_bytes())
    gif = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
    assert "decode all of the file" in A.Compose([]).explain(gif)


def test_it_goes_on_where_it_was(tmp_path, paths):
    target = tmp_path / "index"
    assert A.build_index(paths[:2], target) == {"indexed": 2}
    assert A.build_index(paths, target) == {"known": 2, "indexed": 2, "several scans": 1, "damaged": 1, "not a JPEG": 1}
    before = target.read_bytes()
    assert A.build_index(paths, target) == {"known": 7}
    assert target.read_bytes() == before


def test_files_are_found_by_what_is_in_them(tmp_path, paths):
    A.build_index(paths, tmp_path / "index")
    moved = tmp_path / "moved.jpg"
    shutil.copy(paths[0], moved)
    os.utime(moved, (1, 1))
    index = A.SeekIndex(tmp_path / "index")
    assert A.check_index([moved], index) == {"right": 1}
    assert A.build_index([moved], tmp_path / "index") == {"known": 1}
    moved.write_bytes(by_pillow(photo(64, 64, seed=9)))
    assert A.check_index([moved], index) == {"missing": 1}
    assert A.build_index([moved], tmp_path / "index") == {"indexed": 1}


def test_a_half_written_index_is_used_and_continued(tmp_path, paths):
    target = tmp_path / "index"
    A.build_index(paths, target)
    whole = target.read_bytes()
    for length in range(8, len(whole), 97):
        target.write_bytes(whole[:length])
        index = A.SeekIndex(target)
        assert len(index) <= 7
        np.testing.assert_array_equal(
            A.imdecode(paths[0].read_bytes(), region=(10, 150, 40, 40), index=index),
            A.imdecode(paths[0].read_bytes())[150:190, 10:50],
        )
        assert sum(A.build_index(paths, target).values()) == 7
        assert A.check_index(paths, A.SeekIndex(target))["right"] == 4


def test_a_damaged_index_changes_no_pixel(tmp_path, paths):
    target = tmp_path / "index"
    A.build_index(paths[:1], target)
    whole = target.read_bytes()
    data = paths[0].read_bytes()
    expected = A.imdecode(data)[150:190, 10:50]
    for place in range(8, len(whole), 5):
        target.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        index = A.SeekIndex(target)
        np.testing.assert_array_equal(A.imdecode(data, region=(10, 150, 40, 40), index=index), expected)
    target.write_bytes(b"something else")
    with pytest.raises(A.DecodeError, match=r"index: not a database of seek indexes: it does not begin like one"):
        A.SeekIndex(target)
    with pytest.raises(A.DecodeError, match="not a database of seek indexes"):
        A.build_index(paths, target)
    assert target.read_bytes() == b"something else"


def test_what_is_missing_is_told(tmp_path, paths):
    with pytest.raises(FileNotFoundError, match=r"nothing: no such file"):
        A.SeekIndex(tmp_path / "nothing")
    assert A.build_index([tmp_path / "gone.jpg"], tmp_path / "index") == {"unreadable": 1}
    with pytest.raises(A.PolicyError, match=r"budget must be a whole number of at least 0, got -1"):
        A.build_index(paths, tmp_path / "index", budget=-1)


def test_an_index_is_pickled_by_its_path(tmp_path, paths):
    A.build_index(paths, tmp_path / "index")
    index = pickle.loads(pickle.dumps(A.SeekIndex(tmp_path / "index")))
    assert len(index) == 7
    assert repr(index) == f'SeekIndex("{tmp_path / "index"}")'


def test_any_number_of_threads_writes_the_same_file(tmp_path, paths):
    for threads in (1, 2, 5):
        A.build_index(paths, tmp_path / str(threads), threads=threads)
    assert len({(tmp_path / str(threads)).read_bytes() for threads in (1, 2, 5)}) == 1


# -- the command -----------------------------------------------------------------------------------------------------


def test_the_command_builds_and_checks(tmp_path, folder, capsys):
    target = tmp_path / "index"
    assert main(["index", "build", str(folder), "-o", str(target), "--budget", "300"]) == 0
    told = capsys.readouterr()
    assert "           4 indexed\n" in told.out
    assert "1 several scans (no index)" in told.out
    assert f"{target}: 7 files" in told.out
    assert "7 of 7 files" in told.err
    assert main(["index", "check", str(target), str(folder), "--quiet"]) == 0
    told = capsys.readouterr()
    assert "4 right" in told.out
    assert told.err == ""


def test_the_command_fails_where_something_is_wrong(tmp_path, folder, capsys):
    target = tmp_path / "index"
    assert main(["index", "build", str(folder / "nowhere"), "-o", str(target)]) == 1
    assert "nowhere: no such file or folder" in capsys.readouterr().err
    assert main(["index", "check", str(target)]) == 1
    assert "no such file" in capsys.readouterr().err
    assert main(["index", "build", str(folder / "seek420.jpg"), "-o", str(target)]) == 0
    assert main(["index", "check", str(target), str(folder)]) == 1
    assert "missing" in capsys.readouterr().out


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_keeps_what_was_done(tmp_path):
    root = tmp_path / "many"
    root.mkdir()
    for number in range(600):
        (root / f"{number}.jpg").write_bytes(by_pillow(photo(600, 900, seed=number % 7)) + number.to_bytes(4, "little"))
    target = tmp_path / "index"
    command = [sys.executable, "-m", "fastaug", "index", "build", str(root), "-o", str(target), "--threads", "1"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    while not target.exists() and process.poll() is None:
        time.sleep(0.001)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode in (0, 130)
    if process.returncode == 130:
        assert "the same command goes on" in told
    done = len(A.SeekIndex(target))
    assert subprocess.run([*command, "--quiet"], check=True, capture_output=True, text=True).stdout.count("known") == (
        1 if done else 0
    )
    assert len(A.SeekIndex(target)) == 600


# -- scaled decoding and threads ------------------------------------------------------------------------------------


def test_scaled_decoding_is_pillows_draft_and_then_the_policy(paths):
    data = by_pillow(photo(400, 640), quality=92)
    policy = A.Compose([A.Resize(90, 100, p=1.0)], decode="scaled")
    small = A.imdecode(data, scale=0.25)
    np.testing.assert_array_equal(
        policy(image=data)["image"], A.Compose([A.Resize(90, 100, p=1.0)])(image=small)["image"]
    )
    assert "decode 100×160×3 uint8 at 2/8 of its size" in policy.explain(data)


def test_scaled_decoding_keeps_enough_pixels_and_the_same_crop():
    rows, columns = np.mgrid[:480, :640]
    waves = np.stack([np.sin(rows / 40), np.cos(columns / 50), np.sin((rows + columns) / 60)], axis=2)
    data = by_pillow((waves * 120 + 128).astype(np.uint8), quality=92)
    exact = A.Compose([A.RandomResizedCrop(size=(40, 40), p=1.0), A.HorizontalFlip()], seed=1)
    scaled = A.Compose([A.RandomResizedCrop(size=(40, 40), p=1.0), A.HorizontalFlip()], seed=1, decode="scaled")
    for index in range(30):
        one = exact(image=data, index=index)["image"].astype(float)
        other = scaled(image=data, index=index)["image"].astype(float)
        assert one.shape == other.shape
        # Edges move by up to half a pixel. In the largest crops one pixel of the result is worth about 20 on average.
        assert np.abs(one - other).mean() < 8


def test_scaled_decoding_leaves_the_rest_alone():
    data = by_pillow(photo(200, 200))
    image = A.imdecode(data)
    for transforms in ([A.Rotate((30, 30), p=1.0)], [A.Resize(190, 190, p=1.0)], [A.RandomCrop(20, 20)], []):
        policy = A.Compose(transforms, seed=1, decode="scaled")
        exact = A.Compose(transforms, seed=1)
        np.testing.assert_array_equal(policy(image=data, index=0)["image"], exact(image=image, index=0)["image"])
    policy = A.Compose([A.Resize(20, 20, p=1.0)], decode="scaled")
    np.testing.assert_array_equal(
        policy(image=image)["image"], A.Compose([A.Resize(20, 20, p=1.0)])(image=image)["image"]
    )
    with pytest.raises(A.PolicyError, match=r"Compose\.decode"):
        A.Compose([], decode="quickly")


def test_threads_make_the_same_pixels():
    data = by_pillow(photo(1500, 2000), quality=80)
    image = A.imdecode(data)
    for threads in (2, 3):
        np.testing.assert_array_equal(A.imdecode(data, threads=threads), image)
        part = A.imdecode(data, region=(11, 101, 1700, 1300), threads=threads)
        np.testing.assert_array_equal(part, image[101:1401, 11:1711])
    with pytest.raises(A.DecodeError, match="ends"):
        A.imdecode(data[: len(data) // 2], threads=2)
