"""Guards folders of classes: which files, in which order, from the cache or not, whatever state it is in."""

from __future__ import annotations

import os
import pickle

import numpy as np
import pytest

import fastaug as A
from elsewhere import check_everywhere, samples
from fastaug.sources import ImageFolder, listing

FILES = [
    "cat/1.jpg",
    "cat/10.JPEG",
    "cat/2.png",
    "cat/deep/3.webp",
    "cat/deep/er/4.jpg",
    "cat/deep-er/5.jpg",
    "dog/ä ö.jpg",
    "Zebra/z.jpg",
    "Zebra/a.tiff",
]
OTHERS = ["cat/notes.txt", "cat/jpg", "dog/.hidden", "top.jpg"]
LONG_AGO = 1_600_000_000


@pytest.fixture(autouse=True)
def cache_home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def make(root, names):
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")


def settle(root):
    """As if nothing had been changed for years."""
    for folder, _, _ in os.walk(root, followlinks=True):
        os.utime(folder, (LONG_AGO, LONG_AGO))


@pytest.fixture
def root(tmp_path):
    made = tmp_path / "data"
    make(made, FILES + OTHERS)
    settle(made)
    return made


def as_torchvision_lists(root):
    """The walk of torchvision's ImageFolder, in its words."""
    found = []
    classes = sorted(entry.name for entry in os.scandir(root) if entry.is_dir())
    for label, name in enumerate(classes):
        for folder, _, names in sorted(os.walk(os.path.join(root, name), followlinks=True)):
            found += [(os.path.join(folder, name), label) for name in sorted(names) if is_image(name)]
    return classes, found


def is_image(name):
    return name.lower().endswith((".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp"))


def no_walk(monkeypatch):
    """From here on nothing is listed any more: all must come from the cache."""

    def refuse(*_):
        raise AssertionError("listed again")

    monkeypatch.setattr(listing, "list_files", refuse)


def test_classes_labels_and_order_are_torchvisions(root):
    source = ImageFolder(root)
    classes, expected = as_torchvision_lists(root)
    assert source.classes == classes == ["Zebra", "cat", "dog"]
    assert source.class_to_idx == {"Zebra": 0, "cat": 1, "dog": 2}
    assert samples(source) == expected
    assert len(source) == len(FILES)
    assert [source.path(index) for index in range(len(source))] == [path for path, _ in expected]
    labels = source.labels()
    assert labels.dtype == np.int64
    assert labels.tolist() == [label for _, label in expected]
    assert all(type(label) is int for _, label in samples(source))
    assert repr(source) == f"ImageFolder({str(root)!r}) of 9 images in 3 classes"


def test_some_classes_in_an_order_of_their_own(root):
    source = ImageFolder(root, classes=["dog", "cat"])
    assert source.classes == ["dog", "cat"]
    assert source.read(0) == (str(root / "dog/ä ö.jpg"), 0)
    assert source.labels().tolist() == [0] + [1] * 6
    with pytest.raises(A.SourceError, match="has no folders for the classes 'bird', 'cow'"):
        ImageFolder(root, classes=["cow", "cat", "bird"])
    with pytest.raises(A.SourceError, match="twice: 'cat'"):
        ImageFolder(root, classes=["cat", "cat"])
    with pytest.raises(TypeError, match="classes must be a list"):
        ImageFolder(root, classes="cat")


def test_extensions(root):
    assert len(ImageFolder(root, extensions=["jpg", ".WebP"])) == 6
    assert ImageFolder(root, extensions=".txt", classes=["cat"]).read(0)[0].endswith("notes.txt")
    with pytest.raises(TypeError, match="extensions must be a list"):
        ImageFolder(root, extensions=[])


def test_numbers_are_checked(root):
    source = ImageFolder(root)
    for wrong in (-1, len(source), 10**30):
        with pytest.raises(IndexError, match="there are 9 samples"):
            source.read(wrong)
    assert source.read(np.int64(3)) == source.read(3)
    with pytest.raises(TypeError):
        source.read(1.5)


def test_what_cannot_be_is_told(tmp_path, root):
    with pytest.raises(FileNotFoundError, match="nowhere: no such folder"):
        ImageFolder(tmp_path / "nowhere")
    with pytest.raises(NotADirectoryError, match="no folder"):
        ImageFolder(root / "top.jpg")
    with pytest.raises(A.SourceError, match="has no sub-folders"):
        ImageFolder(root / "dog")
    make(root, ["empty/notes.txt"])
    with pytest.raises(A.SourceError, match=r"no images in the folders of 'empty': names of images end in \.jpg"):
        ImageFolder(root)
    for number in range(20):
        make(root, [f"empty{number:02}/notes.txt"])
    with pytest.raises(A.SourceError, match=r"'empty08' and 11 more"):
        ImageFolder(root)


def test_links_are_followed_but_not_in_circles(tmp_path, root):
    make(tmp_path / "elsewhere", ["9.jpg", "deep/8.jpg"])
    (root / "linked").symlink_to(tmp_path / "elsewhere")
    (root / "cat" / "0.jpg").symlink_to(root / "top.jpg")
    assert samples(ImageFolder(root)) == as_torchvision_lists(root)[1]
    (tmp_path / "elsewhere" / "deep" / "circle").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(A.SourceError, match="circle is a link to a folder that it is in"):
        ImageFolder(root)


def test_names_that_are_no_utf8(root):
    name = os.path.join(os.fsencode(root), b"cat", b"\xff\xfe.jpg")
    try:
        open(name, "wb").close()
    except OSError:
        pytest.skip("the file system wants UTF-8")
    assert os.fsdecode(name) in [path for path, _ in samples(ImageFolder(root))]
    assert samples(ImageFolder(root)) == as_torchvision_lists(root)[1]


# -- the cache -------------------------------------------------------------------------------------------------------


def test_the_second_time_it_comes_from_the_cache(root, cache_home, monkeypatch):
    expected = samples(ImageFolder(root))
    assert len(list((cache_home / "fastaug" / "listings").iterdir())) == 1
    no_walk(monkeypatch)
    again = ImageFolder(root)
    assert samples(again) == expected
    assert again.classes == ["Zebra", "cat", "dog"]
    with pytest.raises(AssertionError, match="listed again"):
        ImageFolder(root, extensions=".jpg")
    with pytest.raises(AssertionError, match="listed again"):
        ImageFolder(root, classes=["cat"])


def test_the_cache_can_have_a_place_or_none(tmp_path, root, cache_home, monkeypatch):
    ImageFolder(root, cache=False)
    assert not cache_home.exists()
    place = tmp_path / "deep" / "cache"
    expected = samples(ImageFolder(root, cache=place))
    assert place.is_file()
    assert not cache_home.exists()
    other = tmp_path / "other"
    make(other, ["cat/1.jpg"])
    settle(other)
    assert samples(ImageFolder(other, cache=place)) == [(str(other / "cat/1.jpg"), 0)]
    assert samples(ImageFolder(root, cache=place)) == expected
    no_walk(monkeypatch)
    assert samples(ImageFolder(root, cache=place)) == expected


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path, root):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    for place in (tmp_path / "file" / "cache", tmp_path / "folder"):
        source = ImageFolder(root, cache=place)
        assert samples(source) == as_torchvision_lists(root)[1]
        assert samples(pickle.loads(pickle.dumps(source))) == samples(source)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "file", "folder"]


CHANGES = {
    "a new file": lambda root: make(root, ["cat/deep/er/5.jpg"]),
    "a new class": lambda root: make(root, ["bird/1.jpg"]),
    "a file that is gone": lambda root: (root / "cat" / "2.png").unlink(),
    "a file of another name": lambda root: (root / "cat" / "2.png").rename(root / "cat" / "22.png"),
    "a folder of another name": lambda root: (root / "cat" / "deep").rename(root / "cat" / "depth"),
    "a class of another name": lambda root: (root / "cat").rename(root / "tom"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_changes_are_seen(root, change):
    before = samples(ImageFolder(root))
    assert samples(ImageFolder(root)) == before
    CHANGES[change](root)
    after = samples(ImageFolder(root))
    assert after != before
    assert after == as_torchvision_lists(root)[1]
    assert samples(ImageFolder(root)) == after


def test_a_folder_that_was_fresh_when_listed_is_listed_again(root, monkeypatch):
    """A change within the same tick of the clock leaves the time of change as it was."""
    make(root, ["cat/new.jpg"])
    changed = os.stat(root / "cat").st_mtime_ns
    ImageFolder(root)
    make(root, ["cat/newer.jpg"])
    os.utime(root / "cat", ns=(changed, changed))
    assert samples(ImageFolder(root)) == as_torchvision_lists(root)[1]
    settle(root)
    ImageFolder(root)
    no_walk(monkeypatch)
    assert len(ImageFolder(root)) == len(FILES) + 2


def test_a_damaged_cache_is_never_believed(tmp_path, root):
    place = tmp_path / "cache"
    expected = samples(ImageFolder(root, cache=place))
    whole = place.read_bytes()
    for position in range(len(whole)):
        damaged = bytearray(whole)
        damaged[position] ^= 0xFF
        place.write_bytes(damaged)
        assert listing.saved(str(place)) is None
        if position % 7 == 0:
            assert samples(ImageFolder(root, cache=place)) == expected
            assert place.read_bytes()[:16] == whole[:16]
    for length in range(0, len(whole), 11):
        place.write_bytes(whole[:length])
        assert listing.saved(str(place)) is None
    place.write_bytes(whole + b"\0")
    assert listing.saved(str(place)) is None
    place.write_bytes(whole)
    assert samples(ImageFolder(root, cache=place)) == expected


# -- other processes -------------------------------------------------------------------------------------------------


def test_everywhere(root):
    check_everywhere(ImageFolder(root), limit=1000)
    check_everywhere(ImageFolder(root, cache=False, classes=["cat"]), limit=3000)


def test_ten_thousand_files_cost_little(tmp_path):
    root = tmp_path / "many"
    for label in range(10):
        (root / f"class{label}").mkdir(parents=True)
        for number in range(1000):
            os.close(os.open(root / f"class{label}" / f"{number:06}.jpg", os.O_CREAT | os.O_WRONLY))
    settle(root)
    source = ImageFolder(root)
    assert len(source) == 10_000
    assert len(pickle.dumps(source)) < 500
    letters = 10
    for made in (source, ImageFolder(root), ImageFolder(root, cache=False)):
        assert made._listing.names.nbytes == 10_000 * (letters + 4)
    assert len(pickle.dumps(ImageFolder(root, cache=False))) < 10_000 * (letters + 8)
    assert pickle.loads(pickle.dumps(source)).read(9_999) == (str(root / "class9" / "000999.jpg"), 9)


def test_another_process_reads_the_same_or_nothing(tmp_path, root):
    place = tmp_path / "cache"
    source = ImageFolder(root, cache=place)
    expected = samples(source)
    pickled = pickle.dumps(source)
    place.unlink()
    assert samples(pickle.loads(pickled)) == expected
    make(root, ["cat/new.jpg"])
    assert samples(pickle.loads(pickled)) == expected
    assert samples(source) == expected
    assert len(ImageFolder(root, cache=place)) == len(expected) + 1
    with pytest.raises(A.SourceError, match="was changed since this source was made"):
        pickle.loads(pickled)
