"""Guards arrays as sources, and that memory maps are sent to other processes as places in files."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import fastaug as A
from elsewhere import check_everywhere, same, samples
from fastaug.sources import Arrays

IMAGES = np.arange(6 * 4 * 5 * 3, dtype=np.uint8).reshape(6, 4, 5, 3)


def test_one_array_or_many():
    for images in (IMAGES, list(IMAGES), tuple(IMAGES), IMAGES[::-1][::-1]):
        source = Arrays(images, np.arange(6))
        assert len(source) == 6
        for number in range(6):
            image, label = source.read(number)
            np.testing.assert_array_equal(image, IMAGES[number])
            assert label == number
        assert source.labels().tolist() == list(range(6))
    assert Arrays(IMAGES).read(0)[1] is None
    assert Arrays(IMAGES[..., 0]).read(0)[0].shape == (4, 5)
    different = [IMAGES[0], IMAGES[1, :2]]
    assert [image.shape for image, _ in samples(Arrays(different))] == [(4, 5, 3), (2, 5, 3)]
    assert repr(source) == "Arrays of 6 images"


def test_what_cannot_be_is_told():
    with pytest.raises(A.SourceError, match=r"images must be count × height × width.*got \(6, 4\)"):
        Arrays(IMAGES[:, :, 0, 0])
    with pytest.raises(TypeError, match="images must be an array or a sequence"):
        Arrays("folder")
    with pytest.raises(A.SourceError, match="there are 6 samples, but targets has 5"):
        Arrays(IMAGES, range(5))
    with pytest.raises(IndexError):
        Arrays(IMAGES).read(6)
    with pytest.raises(A.SourceError, match="have no labels"):
        Arrays(IMAGES).labels()


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "images.npy"
    np.save(path, np.random.default_rng(0).integers(0, 256, (50, 40, 30, 3), np.uint8))
    return path


PARTS = {
    "all": lambda images: images,
    "from the middle": lambda images: images[17:],
    "every third": lambda images: images[2::3],
    "backward": lambda images: images[::-1],
    "a part of a part": lambda images: images[5:][::2, 3:9, ::-1],
    "one channel": lambda images: images[..., 1],
    "no memmap any more": np.asarray,
}


@pytest.mark.parametrize("part", PARTS)
def test_memory_maps_are_pickled_by_place(saved, part):
    images = PARTS[part](np.load(saved, mmap_mode="r"))
    labels = np.arange(len(images))
    source = Arrays(images, labels)
    pickled = pickle.dumps(source)
    assert len(pickled) < 2000
    again = pickle.loads(pickled)
    assert same(samples(again), samples(source))
    assert len(pickle.dumps(again)) < 2000
    assert same(samples(pickle.loads(pickle.dumps(again))), samples(source))
    np.testing.assert_array_equal(again.read(3)[0], PARTS[part](np.load(saved))[3])


def test_a_raw_map_with_an_offset(tmp_path):
    path = tmp_path / "raw"
    path.write_bytes(bytes(range(256)) * 100)
    for offset in (0, 3, 5000):
        images = np.memmap(path, np.uint8, "r", offset, (10, 8, 9))
        source = Arrays(images, images[:, 0, 0])
        assert len(pickle.dumps(source)) < 1000
        assert same(samples(pickle.loads(pickle.dumps(source))), samples(source))
        assert same(pickle.loads(pickle.dumps(source)).labels(), source.labels())


def test_what_no_other_process_sees_is_sent_whole(saved):
    images = np.load(saved, mmap_mode="c")
    images[3] = 7
    source = Arrays(images)
    assert same(samples(pickle.loads(pickle.dumps(source))), samples(source))
    picked = np.load(saved, mmap_mode="r")[[4, 2]]
    assert same(samples(pickle.loads(pickle.dumps(Arrays(picked)))), samples(Arrays(picked)))


def test_a_file_that_became_shorter_is_told(saved):
    pickled = pickle.dumps(Arrays(np.load(saved, mmap_mode="r")))
    saved.write_bytes(saved.read_bytes()[:1000])
    with pytest.raises(A.SourceError, match=r"images\.npy does not hold the array any more"):
        pickle.loads(pickled)
    saved.unlink()
    with pytest.raises(A.SourceError, match="does not hold"):
        pickle.loads(pickled)


def test_everywhere(saved):
    check_everywhere(Arrays(np.load(saved, mmap_mode="r"), list(range(50))), limit=2000)
    check_everywhere(Arrays(IMAGES), limit=2000)
