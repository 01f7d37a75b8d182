"""Guards tar shards: every format of headers, exact coverage, indexes in any state, damaged files, open files, processes."""

from __future__ import annotations

import io
import json
import os
import pickle
import tarfile
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import fastaug as A
from elsewhere import check_everywhere, contents, same, sample, samples
from fastaug.sources import WebDataset, shard_index
from fastaug.sources.open_files import OpenFiles
from fastaug.sources.shards import shard_paths
from fastaug.sources.tar import TarReader

FORMATS = {"ustar": tarfile.USTAR_FORMAT, "gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}


def image(number):
    """A file of bytes that no other number has."""
    return bytes([number % 256]) * (300 + 97 * (number % 13)) + number.to_bytes(4, "little")


def tar_bytes(members, form="ustar", pax_headers=None):
    """A tar file of these members: pairs of a name and contents."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=FORMATS[form]) as tar:
        for name, contents in members:
            info = tarfile.TarInfo(name)
            info.size = len(contents)
            if pax_headers:
                info.pax_headers = pax_headers
            tar.addfile(info, io.BytesIO(contents))
    return file.getvalue()


def labelled(numbers, ending="jpg"):
    for number in numbers:
        yield f"a{number:04}.{ending}", image(number)
        yield f"a{number:04}.cls", str(number % 7).encode()


@pytest.fixture
def shards(tmp_path):
    """Three shards of 5, 1 and 8 samples."""
    folder = tmp_path / "shards"
    folder.mkdir()
    for shard, numbers in enumerate([range(5), range(5, 6), range(6, 14)]):
        (folder / f"train-{shard:03}.tar").write_bytes(tar_bytes(labelled(numbers)))
    return folder


EXPECTED = [(image(number), number % 7) for number in range(14)]


def write(folder, members, **how):
    path = folder / "one.tar"
    path.write_bytes(tar_bytes(members, **how))
    return path


def no_walk(monkeypatch):
    """From here on no shard is gone through: all must come from indexes."""

    def refuse(*_):
        raise AssertionError("gone through again")

    monkeypatch.setattr(shard_index, "build", refuse)


# -- samples ---------------------------------------------------------------------------------------------------------


def test_each_sample_is_there_once_and_in_order(shards):
    source = WebDataset(f"{shards}/train-{{000..002}}.tar")
    assert len(source) == 14
    assert samples(source) == EXPECTED
    assert source.labels().tolist() == [number % 7 for number in range(14)]
    assert source.path(0) == f"{shards}/train-000.tar/a0000.jpg"
    assert source.path(5) == f"{shards}/train-001.tar/a0005.jpg"
    assert source.path(13) == f"{shards}/train-002.tar/a0013.jpg"
    assert repr(source) == "WebDataset of 14 samples in 3 shards"
    for wrong in (-1, 14):
        with pytest.raises(IndexError, match="there are 14 samples"):
            source.read(wrong)


def test_labels_only_or_a_dictionary(tmp_path):
    members = [
        ("x/1.jpg", b"one"),
        ("x/1.cls", b" 12\n"),
        ("x/1.json", b'{"a": [1, 2]}'),
        ("x/1.txt", "ein Hündchen".encode()),
        ("x/1.seg.png", b"mask"),
        ("x/1.other", b"?"),
        ("x/2.png", b"two"),
        ("x/2.Mask.PNG", b"mask two"),
        ("x/2.json", b"null"),
    ]
    path = write(tmp_path, members)
    source = WebDataset(path)
    assert sample(source, 0) == (
        b"one",
        {"label": 12, "json": {"a": [1, 2]}, "text": "ein Hündchen", "mask": b"mask"},
    )
    assert sample(source, 1) == (b"two", {"json": None, "mask": b"mask two"})
    assert source.path(1) == f"{path}/x/2.png"
    assert sample(WebDataset(path, targets=["label"]), 0) == (b"one", 12)
    assert sample(WebDataset(path, targets=["label"]), 1) == (b"two", None)
    assert sample(WebDataset(path, targets=["text", "mask"]), 0)[1] == {"text": "ein Hündchen", "mask": b"mask"}
    assert sample(WebDataset(path, targets=[]), 0) == (b"one", None)
    assert sample(WebDataset(path, mask="other"), 0)[1]["mask"] == b"?"
    with pytest.raises(A.SourceError, match=r"1 of 2 samples have no \.cls that is a whole number: '.*one\.tar/x/2'"):
        source.labels()


def test_a_mask_may_be_the_other_image(tmp_path):
    path = write(tmp_path, [("1.png", b"mask"), ("1.jpg", b"image"), ("2.jpg", b"i"), ("2.png", b"m")])
    assert samples(WebDataset(path)) == [(b"image", None), (b"i", None)]
    found = samples(WebDataset(path, image="jpg", mask="png"))
    assert found == [(b"image", {"mask": b"mask"}), (b"i", {"mask": b"m"})]


def test_keys_are_those_of_webdataset(tmp_path):
    members = [
        ("./a/b.c/d.x.jpg", b"1"),
        ("a/e.jpg", b"2"),
        ("f.JPG", b"3"),
        ("b/f.jpg", b"4"),
        ("__meta__.jpg", b"no"),
        ("x/__meta__", b"no"),
        ("noextension", b"no"),
        ("a/.hidden.jpg", b"no"),
        ("ä/ö.jpg", b"5"),
    ]
    source = WebDataset(write(tmp_path, members), image=("jpg", "x.jpg"))
    assert [contents for contents, _ in samples(source)] == [b"1", b"2", b"3", b"4", b"5"]
    assert source.path(0).endswith("one.tar/a/b.c/d.x.jpg")
    assert source.path(4).endswith("one.tar/ä/ö.jpg")


def test_parts_that_stand_apart_belong_together(tmp_path):
    members = [("1.cls", b"4"), ("2.cls", b"5"), ("2.jpg", b"two"), ("1.jpg", b"one")]
    assert samples(WebDataset(write(tmp_path, members))) == [(b"one", 4), (b"two", 5)]


def test_samples_without_an_image(tmp_path):
    path = write(tmp_path, [("readme.txt", b"hello"), *labelled(range(3)), ("z.cls", b"1")])
    with pytest.raises(A.SourceError, match=r"one\.tar: 2 of 5 samples have no image \(\.jpg, .*\): 'readme', 'z';"):
        WebDataset(path)
    source = WebDataset(path, without_image="skip")
    assert samples(source) == EXPECTED[:3]
    assert source.labels().tolist() == [0, 1, 2]
    assert source.path(2).endswith("a0002.jpg")
    with pytest.raises(A.SourceError, match=r"no images in 1 shards: looked for \.bmp; there is cls, jpg, txt"):
        WebDataset(path, image="bmp", without_image="skip")
    with pytest.raises(A.SourceError, match="no images in 1 shards: .*there is nothing"):
        WebDataset(write(tmp_path, []))


@pytest.mark.parametrize("text", [b"", b"cat", b"1 2", b"1.0", b"9" * 19, b"\xff", b"1" * 5000])
def test_labels_that_are_none_are_told_where_they_are(tmp_path, text):
    source = WebDataset(write(tmp_path, [*labelled(range(2)), ("bad.jpg", b"x"), ("bad.cls", text)]))
    assert sample(source, 1) == EXPECTED[1]
    with pytest.raises(A.SourceError, match=r"one\.tar/bad\.cls is not one whole number"):
        source.read(2)
    with pytest.raises(A.SourceError, match=r"1 of 3 samples .*one\.tar/bad"):
        source.labels()


@pytest.mark.parametrize("text", [b"{", b"\xff\xfe", b"[" * 100_000])
def test_json_that_is_none_is_told_where_it_is(tmp_path, text):
    source = WebDataset(write(tmp_path, [("1.jpg", b"x"), ("1.json", text)]))
    with pytest.raises(A.SourceError, match=r"one\.tar/1\.json: "):
        source.read(0)


def test_what_cannot_be_is_told(tmp_path, shards):
    one = shards / "train-000.tar"
    with pytest.raises(FileNotFoundError, match=r"train-003\.tar: no such shard"):
        WebDataset(f"{shards}/train-{{000..003}}.tar")
    with pytest.raises(ValueError, match="targets must be some of label, json, text, mask"):
        WebDataset(one, targets=["boxes"])
    with pytest.raises(ValueError, match="without_image must be"):
        WebDataset(one, without_image="maybe")
    with pytest.raises(TypeError, match="image must be extensions"):
        WebDataset(one, image=[])
    with pytest.raises(A.SourceError, match=r"a0000\.jpg is there twice"):
        WebDataset(write(tmp_path, [*labelled(range(2)), *labelled(range(1))]))
    with pytest.raises(IsADirectoryError):
        WebDataset(shards)


def test_images_go_into_a_policy(tmp_path):
    pixels = np.full((9, 12, 3), 200, np.uint8)
    source = WebDataset(write(tmp_path, [("1.jpg", A.imencode(pixels)), ("1.cls", b"3")]))
    encoded, label = source.read(0)
    made = A.Compose([A.HorizontalFlip(p=1.0)])(image=encoded)["image"]
    assert made.shape == (9, 12, 3)
    assert label == 3


# -- names of shards -------------------------------------------------------------------------------------------------


def test_braces():
    def names(pattern):
        return [os.path.relpath(path) for path in shard_paths(pattern)]

    assert names("a-{000..002}.tar") == ["a-000.tar", "a-001.tar", "a-002.tar"]
    assert names("a-{8..11}.tar") == ["a-8.tar", "a-9.tar", "a-10.tar", "a-11.tar"]
    assert names("{08..10}") == ["08", "09", "10"]
    assert names("{3..1}") == ["3", "2", "1"]
    assert names("{0..6..3}") == ["0", "3", "6"]
    assert names("{a,b}{0..1}") == ["a0", "a1", "b0", "b1"]
    assert names("{x{0..1},y}") == ["x0", "x1", "y"]
    assert names(["{0..1}", "z"]) == ["0", "1", "z"]
    for as_it_is in ("a{b", "a}b", "{a}", "{}", "{a..b"):
        assert names(as_it_is) == [as_it_is]
    with pytest.raises(A.SourceError, match="stands for more than 100000"):
        names("{0..999999999}")
    with pytest.raises(A.SourceError, match="there are no shards"):
        names([])
    for remote in ("https://x/1.tar", "pipe:cat x", "s3://x/{0..3}.tar"):
        with pytest.raises(A.SourceError, match="shards must be files"):
            names(remote)


def test_stars(shards):
    expected = [str(shards / f"train-00{number}.tar") for number in range(3)]
    assert shard_paths(f"{shards}/train-*.tar") == expected
    assert shard_paths(shards / "train-00[02].tar") == [expected[0], expected[2]]
    (shards / "a[1].tar").write_bytes(b"")
    assert shard_paths(f"{shards}/a[1].tar") == [f"{shards}/a[1].tar"]
    with pytest.raises(A.SourceError, match=r"valid-\*\.tar: no file has such a name"):
        shard_paths(f"{shards}/valid-*.tar")


# -- formats of headers ----------------------------------------------------------------------------------------------


def members_of(path):
    with open(path, "rb") as file:
        return list(TarReader(str(path), file.fileno(), os.path.getsize(path)).members())


def check_against_tarfile(path):
    with tarfile.open(path) as tar:
        expected = [(info.name, info.offset_data, info.size) for info in tar if info.isfile()]
    assert members_of(path) == expected
    return expected


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_read_as_tarfile_reads_it(tmp_path, form):
    deep = "/".join(["folder"] * 20)
    members = [
        ("short.jpg", b""),
        ("b.jpg", b"x" * 511),
        ("c.jpg", b"x" * 512),
        ("d.jpg", b"x" * 20_000),
        (f"{deep}/{'n' * 90}.jpg", b"long"),
        (f"{'n' * 100}", b"just fits"),
    ]
    if form != "ustar":
        members += [(f"{'m' * 3000}.jpg", b"longer"), ("ä" * 99 + ".jpg", b"letters"), ("ü.jpg", b"one")]
    found = check_against_tarfile(write(tmp_path, members, form=form))
    assert [name for name, _, _ in found] == [name for name, _ in members]


def test_what_is_no_file_is_passed_over(tmp_path):
    path = tmp_path / "one.tar"
    with tarfile.open(path, "w") as tar:
        for kind in (tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE):
            info = tarfile.TarInfo(f"{'n' * 120}{kind.decode()}.jpg")
            info.type = kind
            info.linkname = "l" * 150
            tar.addfile(info)
            info = tarfile.TarInfo(f"{kind.decode()}.jpg")
            info.size = 3
            tar.addfile(info, io.BytesIO(b"abc"))
    assert len(check_against_tarfile(path)) == 5


def test_sizes_may_stand_in_pax_headers(tmp_path):
    whole = bytearray(tar_bytes([("1.jpg", b"x" * 700), ("2.jpg", b"y")], form="pax", pax_headers={"comment": "ä"}))
    first = whole.index(b"1.jpg")
    pax = 512
    record = b"12 size=700\n"
    whole[pax : pax + 512] = record + bytes(512 - len(record))
    whole[124:136] = f"{len(record):011o}\0".encode()
    whole[first + 124 : first + 136] = b"00000000000\0"
    for header in (0, first):
        with_checksum(whole, header)
    path = tmp_path / "one.tar"
    path.write_bytes(whole)
    assert [(member.name, member.size) for member in members_of(path)] == [("1.jpg", 700), ("2.jpg", 1)]


def test_large_numbers_of_gnu(tmp_path):
    whole = bytearray(tar_bytes([("1.jpg", b"x" * 700), ("2.jpg", b"y")]))
    whole[124:136] = b"\x80" + (700).to_bytes(11, "big")
    with_checksum(whole, 0)
    path = tmp_path / "one.tar"
    path.write_bytes(whole)
    assert [member.size for member in check_as_members(path)] == [700, 1]


def check_as_members(path):
    check_against_tarfile(path)
    return members_of(path)


def test_signed_checksums_of_old_programs(tmp_path):
    whole = bytearray(tar_bytes([("äöü.jpg", b"x")]))
    fields = whole[:148] + b" " * 8 + whole[156:512]
    total = sum(byte - 256 * (byte > 127) for byte in fields)
    whole[148:156] = f"{total:06o}\0 ".encode()
    path = tmp_path / "one.tar"
    path.write_bytes(whole)
    assert [member.name for member in members_of(path)] == ["äöü.jpg"]


def with_checksum(whole, header):
    """Corrects the checksum of a header that was changed."""
    fields = whole[header : header + 148] + b" " * 8 + whole[header + 156 : header + 512]
    whole[header + 148 : header + 156] = f"{sum(fields):06o}\0 ".encode()


# -- damaged files ---------------------------------------------------------------------------------------------------


def test_every_way_to_cut_a_shard_off_is_seen(tmp_path):
    whole = tar_bytes([*labelled(range(3)), ("n" * 200 + ".jpg", b"x")], form="gnu")
    end = len(whole.rstrip(b"\0"))
    end += -end % 512
    path = tmp_path / "one.tar"
    for length in [*range(0, end, 61), *range(0, end + 1, 512)]:
        path.write_bytes(whole[:length])
        with pytest.raises(A.SourceError, match=r"one\.tar, byte \d+: .*(cut off|ends)"):
            WebDataset(path, index=False)
    for length in (end + 512, end + 1024, len(whole)):
        path.write_bytes(whole[:length])
        assert len(WebDataset(path, index=False)) == 4


@pytest.mark.parametrize("form", FORMATS)
def test_every_byte_of_a_header_is_guarded(tmp_path, form):
    whole = tar_bytes([("a.jpg", b"1"), ("n" * 99 + "/" + "m" * 90 + ".jpg", b"2")], form=form)
    path = tmp_path / "one.tar"
    path.write_bytes(whole)
    expected = members_of(path)
    for position in range(len(whole.rstrip(b"\0"))):
        damaged = bytearray(whole)
        damaged[position] ^= 0x41
        path.write_bytes(damaged)
        try:
            found = members_of(path)
        except A.SourceError as error:
            assert "one.tar, byte" in str(error)
        else:
            # Contents and names in headers of their own have no checksum; where things lie is right nevertheless.
            assert [member[1:] for member in found] == [member[1:] for member in expected], position


def test_what_else_can_be_wrong(tmp_path):
    path = tmp_path / "one.tar"
    good = tar_bytes([("a.jpg", b"1")])

    def refuses(contents, words):
        path.write_bytes(contents)
        with pytest.raises(A.SourceError, match=words):
            WebDataset(path)

    refuses(b"\x1f\x8b" + good, "byte 0: this is packed with gzip; single samples can be read from plain tar")
    refuses(b"\x89PNG" * 1000, "byte 0: .*damaged, or no tar file")
    refuses(good[:1024] + bytes(512) + good, "byte 1024: an empty block stands between members")
    refuses(good[:1024] + b"x" * 2000, "byte 1024: ")
    huge = bytearray(good)
    huge[124:136] = b"\x80" + b"\xff" * 11
    with_checksum(huge, 0)
    refuses(huge, r"byte 0: a member ends at byte \d+, the file at")
    sparse = bytearray(good)
    sparse[156:157] = b"S"
    with_checksum(sparse, 0)
    refuses(sparse, "byte 0: sparse members cannot be read")
    names = bytearray(tar_bytes([("n" * 200, bytes(2 << 20))], form="gnu"))
    names[124:136] = b"00010000000\0"
    with_checksum(names, 0)
    refuses(names, "byte 0: a header of names has 2097152 bytes")


@pytest.mark.parametrize(
    "record", [b"5 a=b", b"99 path=x\n", b"0 path=x\n", b"7 path\n", b"x path=x\n", b"10 size=ab\n"]
)
def test_damaged_pax_headers(tmp_path, record):
    whole = bytearray(tar_bytes([("a.jpg", b"1")], form="pax", pax_headers={"comment": "ä"}))
    whole[512:1024] = record + bytes(512 - len(record))
    whole[124:136] = f"{len(record):011o}\0".encode()
    with_checksum(whole, 0)
    path = tmp_path / "one.tar"
    path.write_bytes(whole)
    with pytest.raises(
        A.SourceError, match=r"byte \d+: (a pax header is damaged|the size in a pax header is no number)"
    ):
        members_of(path)


# -- indexes ---------------------------------------------------------------------------------------------------------


def test_indexes_are_kept_beside_shards(shards, monkeypatch):
    WebDataset(f"{shards}/*.tar")
    names = [f"train-00{number}.tar{ending}" for number in range(3) for ending in ("", ".fastaug-index")]
    assert sorted(path.name for path in shards.iterdir()) == names
    no_walk(monkeypatch)
    assert samples(WebDataset(f"{shards}/*.tar")) == EXPECTED


def test_indexes_are_kept_in_a_folder_or_nowhere(tmp_path, shards, monkeypatch):
    assert samples(WebDataset(f"{shards}/*.tar", index=False)) == EXPECTED
    folder = tmp_path / "deep" / "indexes"
    assert samples(WebDataset(f"{shards}/*.tar", index=folder)) == EXPECTED
    assert len(list(folder.iterdir())) == 3
    assert len(list(shards.iterdir())) == 3
    no_walk(monkeypatch)
    assert samples(WebDataset(f"{shards}/*.tar", index=folder)) == EXPECTED
    with pytest.raises(AssertionError, match="gone through again"):
        WebDataset(f"{shards}/*.tar", index=False)


def test_indexes_that_cannot_be_written_are_kept_in_memory(tmp_path, shards):
    (tmp_path / "file").write_text("")
    source = WebDataset(f"{shards}/*.tar", index=tmp_path / "file")
    assert samples(source) == EXPECTED
    check_everywhere(source, limit=4000)


def test_a_shard_that_changed_is_indexed_anew(shards):
    path = shards / "train-001.tar"
    old = WebDataset(path)
    assert sample(old, 0) == EXPECTED[5]
    fresh = WebDataset(path)
    path.write_bytes(tar_bytes(labelled(range(9))))
    assert samples(WebDataset(path)) == EXPECTED[:9]
    with pytest.raises(A.SourceError, match=r"train-001\.tar was changed since it was indexed"):
        fresh.read(0)
    status = os.stat(path)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    assert shard_index.saved(f"{path}.fastaug-index", os.stat(path)) is None


def test_a_damaged_index_is_never_believed(shards):
    path = shards / "train-000.tar"
    index = shards / "train-000.tar.fastaug-index"
    WebDataset(path)
    whole, status = index.read_bytes(), os.stat(path)
    assert shard_index.saved(str(index), status) is not None
    for position in range(len(whole)):
        damaged = bytearray(whole)
        damaged[position] ^= 0xFF
        index.write_bytes(damaged)
        assert shard_index.saved(str(index), status) is None
        if position % 50 == 0:
            assert samples(WebDataset(path)) == EXPECTED[:5]
            assert index.read_bytes() == whole
    for length in range(0, len(whole), 17):
        index.write_bytes(whole[:length])
        assert shard_index.saved(str(index), status) is None


# -- threads and processes -------------------------------------------------------------------------------------------


def test_everywhere(shards):
    check_everywhere(WebDataset(f"{shards}/*.tar"), limit=1000)
    check_everywhere(WebDataset(f"{shards}/*.tar", index=False), limit=4000)


def test_a_pickle_does_not_grow_with_the_samples(tmp_path):
    path = tmp_path / "large.tar"
    path.write_bytes(tar_bytes((f"{number:06}.jpg", b"x") for number in range(5000)))
    assert len(pickle.dumps(WebDataset(path))) < 1000


def test_another_process_reads_the_same_or_nothing(shards):
    source = WebDataset(f"{shards}/*.tar")
    pickled = pickle.dumps(source)
    (shards / "train-002.tar.fastaug-index").unlink()
    (shards / "train-000.tar.fastaug-index").write_bytes(b"damaged")
    assert samples(pickle.loads(pickled)) == EXPECTED
    assert same(samples(pickle.loads(pickle.dumps(pickle.loads(pickled)))), EXPECTED)
    (shards / "train-001.tar").write_bytes(tar_bytes(labelled(range(3))))
    with pytest.raises(A.SourceError, match=r"train-001\.tar was changed since this source was made"):
        pickle.loads(pickled)


def open_files():
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.skipif(not os.path.exists("/proc/self/fd"), reason="counts open files by /proc")
def test_few_files_are_open(tmp_path):
    for shard in range(30):
        (tmp_path / f"{shard:02}.tar").write_bytes(tar_bytes(labelled([shard])))
    before = open_files()
    source = WebDataset(f"{tmp_path}/*.tar")
    assert open_files() == before
    source._files = OpenFiles(4)
    expected = EXPECTED[:14]
    for _ in range(3):
        assert samples(source)[:14] == expected
        assert open_files() == before + 4
    numbers = np.random.default_rng(0).integers(0, 30, 2000)
    with ThreadPoolExecutor(8) as threads:
        for number, found in zip(numbers, threads.map(source.read, numbers), strict=True):
            assert contents(found) == (image(int(number)), number % 7)
    del found
    assert open_files() == before + 4
    del source
    assert open_files() == before


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_a_fork_while_another_thread_holds_the_lock(shards):
    source = WebDataset(f"{shards}/*.tar")
    source.read(0)
    held, done = threading.Event(), threading.Event()

    def hold():
        with source._files._lock:
            held.set()
            done.wait(60)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(60)
    child = os.fork()
    if child == 0:
        # A test runner must not go on here, whatever happens.
        status = 1
        try:
            status = 0 if samples(source) == EXPECTED else 2
        finally:
            os._exit(status)
    done.set()
    thread.join()
    assert os.waitpid(child, 0)[1] == 0
    assert samples(source) == EXPECTED


def test_json_targets_everywhere(tmp_path):
    members = [
        part
        for number in range(4)
        for part in [(f"{number}.jpg", image(number)), (f"{number}.json", json.dumps({"n": [number]}).encode())]
    ]
    check_everywhere(WebDataset(write(tmp_path, members)), limit=1000)
