"""Guards against what is no file: pipes, devices and folders are refused at once, wherever an image is read from a path."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import fastaug as A
from fastaug import _core
from fastaug.sources import FilePart
from jpeg_files import by_pillow
from pictures import photo

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names")

ATTEMPTS = """
import json, sys
import fastaug as A
from fastaug import _core
from fastaug.sources import FilePart

path, image, index = sys.argv[1:]
policy = A.Compose([A.HorizontalFlip(p=1)])


class Source:
    def __len__(self):
        return 2

    def read(self, index):
        return FilePart(path, 0, 10) if index else path, index


def loaded():
    loader = A.Loader(Source(), policy, 2)
    next(iter(loader))


def skipped():
    loader = A.Loader(Source(), policy, 2, on_error="skip")
    assert list(loader) == []
    raise loader.errors.cases[0].cause


def ahead():
    raise _core.read_ahead([path])[0]


attempts = [
    lambda: policy(image=path),
    lambda: policy(image=image, mask=path),
    lambda: policy(images=[image, path]),
    lambda: policy(image=FilePart(path, 0, 10)),
    lambda: policy.batch([image, path]),
    lambda: policy.explain(path),
    lambda: A.imread(path),
    lambda: A.imdecode(path),
    lambda: A.decode_info(path),
    lambda: A.decode_planes(path),
    lambda: bytes(FilePart(path, 0, 10)),
    lambda: _core.OpenFile(path),
    lambda: A.SeekIndex(path),
    loaded,
    skipped,
    ahead,
]
words = []
for attempt in attempts:
    try:
        words.append(f"worked: {attempt()}")
    except (ValueError, OSError) as error:
        words.append(str(error))
words.append(str(A.build_index([path], index)))
words.append(str(A.check_index([path], A.SeekIndex(index))))
print(json.dumps(words))
"""
"""Everything that reads a file, in a process of its own: what fails here waits for ever, or takes all memory."""


def words_of(path, tmp_path):
    image = tmp_path / "image.jpg"
    image.write_bytes(by_pillow(photo()))
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))\n{ATTEMPTS}"
    command = [sys.executable, "-W", "ignore", "-c", limited, str(path), str(image), str(tmp_path / "index")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, [Path(A.__file__).parents[1], *sys.path]))}
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    *words, built, checked = json.loads(done.stdout)
    assert built == "{'unreadable': 1}"
    assert checked == "{'unreadable': 1}"
    return words


def test_pipes_are_refused_at_once(tmp_path):
    pipe = tmp_path / "some.fifo"
    os.mkfifo(pipe)
    for words in words_of(pipe, tmp_path):
        assert f"{pipe}: is not a file" in words


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_devices_are_refused_at_once(device, tmp_path):
    if not os.path.exists(device):
        pytest.skip("no such device")
    for words in words_of(device, tmp_path):
        assert f"{device}: is not a file" in words


def test_folders_are_refused_with_their_name(tmp_path):
    folder = tmp_path / "folder.jpg"
    folder.mkdir()
    for words in words_of(folder, tmp_path):
        assert f"{folder}: is a directory" in words


def test_sockets_are_refused_in_words(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        for attempt in (lambda: A.imread("socket"), lambda: A.Compose([])(image="socket")):
            with pytest.raises(A.DecodeError, match="socket: "):
                attempt()


def test_kinds_of_errors(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path, words in [(pipe, "pipe: is not a file"), (tmp_path, ": is a directory")]:
        for attempt in (A.imread, A.decode_info, lambda path: A.Compose([])(image=path)):
            with pytest.raises(A.DecodeError, match=words):
                attempt(path)
        for attempt in (_core.OpenFile, A.SeekIndex, lambda path: bytes(FilePart(path, 0, 1))):
            with pytest.raises(OSError, match=words):
                attempt(path)


def test_links_to_files_and_files_of_any_size_are_read(tmp_path):
    policy = A.Compose([])
    # Larger and smaller ones in turn, since memory is used again.
    for number, size in enumerate([(300, 400), (8, 9), (200, 300), (1, 1), (500, 600)]):
        data = by_pillow(photo(*size, seed=number))
        path, link = tmp_path / f"{number}.jpg", tmp_path / f"link{number}"
        path.write_bytes(data)
        link.symlink_to(path)
        for each in (path, link):
            for made in (A.imread(each), policy(image=each)["image"], policy.batch([each], layout="HWC")["image"][0]):
                np.testing.assert_array_equal(made, A.imdecode(data))
    empty = tmp_path / "empty.jpg"
    empty.write_bytes(b"")
    for attempt in (A.imread, lambda path: policy(image=path)):
        with pytest.raises(A.DecodeError, match=r"empty.jpg: the input is empty \(0 bytes\)"):
            attempt(empty)


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="there are no files here whose length is not told")
def test_a_file_that_does_not_tell_its_length_is_read():
    assert os.stat("/proc/self/status").st_size == 0
    with pytest.raises(A.DecodeError, match="not an image of a known format"):
        A.Compose([])(image="/proc/self/status")
