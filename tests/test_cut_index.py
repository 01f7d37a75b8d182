"""Guards seek indexes whose file is cut short while it is in use: an error, where the system would end the process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import fastaug as A
from jpeg_files import by_pillow
from pictures import photo

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a file that is mapped cannot be cut short")

USES = """
import os, sys
import fastaug as A

path, index_path = sys.argv[1:3]
data = open(path, "rb").read()
policy = A.Compose([A.RandomCrop(20, 20)], seed=1)
index = A.SeekIndex(index_path)
one = {"image": path, "seek_index": index}


class Source:
    def __len__(self):
        return 4

    def read(self, index):
        return path, index


def loaded():
    return len(list(A.Loader(Source(), policy, 2, index=index)))


uses = [
    lambda: policy(**one),
    lambda: policy(**one, masks=[data]),
    lambda: policy.batch([data] * 3, index=index),
    lambda: policy.batch([data] * 3, masks=[data] * 3, index=index),
    lambda: policy.explain(data, seek_index=index),
    lambda: A.imread(path, region=(0, 90, 20, 9), index=index),
    lambda: A.imdecode(data, region=(0, 90, 20, 9), index=index),
    lambda: data in index,
    lambda: A.check_index([path], index),
    lambda: index.damaged(),
    loaded,
]
for use in uses:
    use()
for length in map(int, sys.argv[3:]):
    os.truncate(index_path, length)
    for number, use in enumerate(uses):
        try:
            use()
        except ValueError as error:
            assert isinstance(error, A.DecodeError) or use is loaded, type(error)
            assert f"{index_path}: was cut short while it was in use" in str(error), error
        else:
            raise AssertionError(f"use {number} noticed nothing")
assert len(index) == 1
print("all are told")
"""


def test_a_file_that_is_cut_short_is_an_error(tmp_path):
    image, index = tmp_path / "image.jpg", tmp_path / "train.index"
    image.write_bytes(by_pillow(photo(200, 300), quality=90))
    assert A.build_index([image], index) == {"indexed": 1}
    lengths = [str(index.stat().st_size - 1), "100", "0"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, [Path(A.__file__).parents[1], *sys.path]))}
    done = subprocess.run(
        [sys.executable, "-c", USES, str(image), str(index), *lengths],
        capture_output=True, text=True, timeout=120, env=environment, check=False,
    )  # fmt: skip
    assert done.returncode == 0, (done.returncode, done.stderr)
    assert done.stdout == "all are told\n"


def test_a_file_that_grows_or_is_replaced_is_used_as_it_was(tmp_path):
    paths = [tmp_path / f"{number}.jpg" for number in range(3)]
    for number, path in enumerate(paths):
        path.write_bytes(by_pillow(photo(100, 120, seed=number)))
    target = tmp_path / "index"
    A.build_index(paths[:1], target)
    index = A.SeekIndex(target)
    A.build_index(paths, target)
    assert len(index) == 1
    assert A.check_index(paths, index) == {"right": 1, "missing": 2}
    short = tmp_path / "short"
    short.write_bytes(b"")
    os.replace(short, target)
    assert paths[0].read_bytes() in index
    target.unlink()
    assert paths[0].read_bytes() in index
