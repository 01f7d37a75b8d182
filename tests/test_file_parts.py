"""Guards parts of files: the pixels of the file that each is, wherever it is read, and errors for what is not there."""

from __future__ import annotations

import io
import os
import pickle
import tarfile

import numpy as np
import pytest

import fastaug as A
from fastaug import _core
from fastaug.cli import main
from fastaug.sources import FilePart
from jpeg_files import by_pillow
from pictures import photo

POLICY = A.Compose([A.RandomCrop(24, 20), A.HorizontalFlip(), A.Normalize()], seed=5)
FILES = [by_pillow(photo(40 + number, 50, seed=number), quality=90) for number in range(6)]


@pytest.fixture
def packed(tmp_path):
    """A file that the others lie in, with something between them."""
    path = tmp_path / "packed ä.bin"
    path.write_bytes(b"".join(b"before" + data for data in FILES) + b"behind")
    return path


@pytest.fixture
def parts(packed):
    ends = np.cumsum([6 + len(data) for data in FILES]).tolist()
    return [FilePart(packed, end - len(data), len(data)) for end, data in zip(ends, FILES, strict=True)]


def test_a_part_stands_for_its_bytes(parts, packed):
    opened = _core.OpenFile(packed)
    for part, data in zip(parts, FILES, strict=True):
        assert (bytes(part), len(part), part.path) == (data, len(data), str(packed))
        same = FilePart(opened, part.offset, len(part))
        assert bytes(same) == data
        for other in (pickle.loads(pickle.dumps(part)), pickle.loads(pickle.dumps(same)), FilePart(*eval_of(part))):
            assert (bytes(other), other.offset, other.path) == (data, part.offset, str(packed))
    assert bytes(FilePart(packed, 3, 0)) == b""


def eval_of(part):
    """What the words of a part say."""
    words = repr(part)
    assert words.startswith("FilePart(")
    return eval(words.removeprefix("FilePart"))


def test_policies_take_parts(parts):
    for number, (part, data) in enumerate(zip(parts, FILES, strict=True)):
        np.testing.assert_array_equal(
            POLICY(image=part, index=number)["image"], POLICY(image=data, index=number)["image"]
        )
        mask = by_pillow(photo(40 + number, 50)[:, :, 0])
        assert POLICY(image=data, mask=mask)["mask"].shape == POLICY(image=part, mask=mask)["mask"].shape
    made, expected = (POLICY.batch(images, indices=range(6))["image"] for images in (parts, FILES))
    np.testing.assert_array_equal(made, expected)


class Packed:
    """A source of a user's own."""

    def __init__(self, parts):
        self.parts = parts

    def __len__(self):
        return len(self.parts)

    def read(self, index):
        return self.parts[index], index


@pytest.mark.parametrize("is_cold", [False, True])
def test_loaders_read_parts(parts, packed, is_cold):
    expected = POLICY.batch(FILES, indices=range(6))["image"]
    for threads in (1, 3):
        if is_cold:
            forget(packed)
        batches = list(A.Loader(Packed(parts), POLICY, 4, threads=threads))
        np.testing.assert_array_equal(np.concatenate([batch.image for batch in batches]), expected)
        assert np.concatenate([batch.label for batch in batches]).tolist() == list(range(6))
        assert batches[0].path[1] == f"{packed}, byte {parts[1].offset}"


def forget(path):
    """Asks the system to keep a file in memory no longer, so that it has to be read ahead."""
    if hasattr(os, "posix_fadvise"):
        with open(path, "rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def test_reading_ahead_gives_bytes_or_nothing(parts, packed, tmp_path):
    whole = tmp_path / "whole.jpg"
    whole.write_bytes(FILES[0])
    for path in (packed, whole):
        forget(path)
    # What the system has in memory is left to others; the rest is the file.
    for answer, data in zip(_core.read_ahead([*parts, whole]), [*FILES, FILES[0]], strict=True):
        assert answer is None or len(answer) == len(data)
        if answer is not None:
            np.testing.assert_array_equal(A.Compose([])(image=answer)["image"], A.imdecode(data))


def test_what_is_not_there_is_told(packed, tmp_path):
    size = packed.stat().st_size
    for part, missing in [
        (FilePart(packed, size - 5, 9), 4),
        (FilePart(packed, size + 100, 9), 9),
        (FilePart(packed, 0, 2**62), 2**62 - size),
        (FilePart(packed, 2**63, 1), 1),
    ]:
        reason = f"byte {part.offset}: the file ends {missing} bytes too early"
        with pytest.raises(OSError, match=reason):
            bytes(part)
        with pytest.raises(A.DecodeError, match=f"packed ä.bin: cannot be read: {reason}"):
            POLICY(image=part)
        loader = A.Loader(Packed([part]), POLICY, on_error="skip")
        with pytest.warns(UserWarning), pytest.raises(A.SampleError, match="not one sample"):
            list(loader)
        assert reason in str(loader.errors.cases[0].cause)
    with pytest.raises(FileNotFoundError, match="nothing.bin: no such file"):
        bytes(FilePart(tmp_path / "nothing.bin", 0, 1))
    with pytest.raises(FileNotFoundError, match="nothing.bin: no such file"):
        _core.OpenFile(tmp_path / "nothing.bin")
    with pytest.raises(A.DecodeError, match="nothing.bin: cannot be read"):
        POLICY(image=FilePart(tmp_path / "nothing.bin", 0, 1))
    with pytest.raises(A.DecodeError, match=r"packed ä\.bin, byte 0: "):
        POLICY(image=FilePart(packed, 0, 6))
    with pytest.raises(TypeError, match="file must be the path"):
        FilePart(7, 0, 1)
    for offset, length in [(-1, 1), (0, -1), (2**64, 1)]:
        with pytest.raises(OverflowError):
            FilePart(packed, offset, length)


def test_parts_have_seek_indexes(parts, packed, tmp_path):
    assert A.build_index(parts, tmp_path / "index") == {"indexed": 6}
    assert A.build_index(parts, tmp_path / "index") == {"known": 6}
    index = A.SeekIndex(tmp_path / "index")
    assert all(data in index for data in FILES)
    assert A.check_index(parts, index) == {"right": 6}
    assert A.check_index([FilePart(packed, 0, 10**9)], index) == {"unreadable": 1}
    for epoch in range(5):
        plain, sought = (
            POLICY.batch(parts, indices=range(6), epoch=epoch, index=index)["image"] for index in (None, index)
        )
        np.testing.assert_array_equal(sought, plain)


def test_the_command_indexes_what_lies_in_tars(tmp_path, capsys):
    folder = tmp_path / "shards"
    folder.mkdir()
    for shard in range(2):
        with tarfile.open(folder / f"{shard}.tar", "w") as tar:
            for number in range(3):
                for name, contents in [(f"{number}.JPG", FILES[3 * shard + number]), (f"{number}.cls", b"1")]:
                    info = tarfile.TarInfo(name)
                    info.size = len(contents)
                    tar.addfile(info, io.BytesIO(contents))
    (folder / "one.jpg").write_bytes(by_pillow(photo(33, 44)))
    index = tmp_path / "index"
    assert main(["index", "build", str(folder), "-o", str(index), "--quiet"]) == 0
    assert "7 indexed" in capsys.readouterr().out
    assert main(["index", "check", str(index), str(folder / "1.tar"), "--quiet"]) == 0
    assert "3 right" in capsys.readouterr().out
    assert all(data in A.SeekIndex(index) for data in FILES)
    (folder / "cut.tar").write_bytes((folder / "0.tar").read_bytes()[:700])
    assert main(["index", "build", str(folder), "-o", str(index), "--quiet"]) != 0
    assert "cut.tar, byte" in capsys.readouterr().err


def test_a_shard_grows_an_index_of_its_own(tmp_path, monkeypatch, parts):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with A.Loader(Packed(parts), POLICY, 3, index="auto") as loader:
        before = [batch.image for batch in loader]
        loader._growing._thread.join()
        loader.set_epoch(0)
        after = [batch.image for batch in loader]
        assert loader._index is not None
        assert len(loader._index) == 6
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(one, other)
