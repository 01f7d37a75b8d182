"""Guards lists of files: paths and targets come back as they were given, and take little room."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

import fastaug as A
from elsewhere import check_everywhere, same, samples
from fastaug.sources import Files, Source


def test_paths_and_labels():
    source = Files(["a/1.jpg", Path("b") / "ä.png", b"c.jpg"], [5, -1, 2**40])
    assert isinstance(source, Source)
    assert samples(source) == [("a/1.jpg", 5), ("b/ä.png", -1), ("c.jpg", 2**40)]
    assert source.path(1) == "b/ä.png"
    assert source.labels().tolist() == [5, -1, 2**40]
    assert all(type(label) is int for _, label in samples(source))
    assert repr(source) == "Files of 3 images"


@pytest.mark.parametrize(
    "targets",
    [
        None,
        [1, 2],
        (1, 2),
        range(2),
        np.array([1, 2], np.uint8),
        np.array([0.5, 2.5], np.float32),
        np.zeros((2, 3), np.float32),
        ["a cat", "ein Hündchen"],
        [{"label": 1}, {"bboxes": [[1, 2, 3, 4]]}],
        [None, 3],
        [2**70, 1],
        [True, False],
        {"mask": ["1.png", "2.png"], "label": [3, 4]},
    ],
)
def test_targets_come_back(targets):
    source = Files(["1.jpg", "2.jpg"], targets)
    for number in range(2):
        _, found = source.read(number)
        if targets is None:
            assert found is None
        elif isinstance(targets, dict):
            assert found == {name: column[number] for name, column in targets.items()}
        else:
            assert same(found, targets[number]) or found == targets[number]
    assert same(samples(pickle.loads(pickle.dumps(source))), samples(source))


def test_numbers_of_other_libraries_are_numbers():
    class Column:
        """A column of a table, as pandas has it: [number] looks a row up by its name."""

        ndim = 1

        def __init__(self, values):
            self.values = np.array(values)

        def __len__(self):
            return len(self.values)

        def __getitem__(self, name):
            raise KeyError(name)

        def __array__(self, dtype=None, copy=None):
            return self.values

    paths = ["1.jpg", "2.jpg"]
    for given in ([np.int64(4), np.uint8(5)], Column([4, 5]), np.array([4, 5], object)):
        source = Files(paths, given)
        assert same(samples(source), [("1.jpg", 4), ("2.jpg", 5)])
        assert source.labels().tolist() == [4, 5]
    words = Files(paths, np.array(["one", "two"], object))
    assert same(samples(words), [("1.jpg", "one"), ("2.jpg", "two")])


def test_labels_are_told_if_there_are_any():
    assert Files(["1.jpg"], {"label": [3]}).labels().tolist() == [3]
    for targets in (None, ["word"], {"mask": ["1.png"]}, [[1, 2]]):
        with pytest.raises(A.SourceError, match="have no labels"):
            Files(["1.jpg"], targets).labels()


def test_what_cannot_be_is_told():
    with pytest.raises(TypeError, match=r"paths must be a list of files, got one: 'a\.jpg'"):
        Files("a.jpg")
    with pytest.raises(TypeError, match=r"paths\[1\] must be a path, got 3"):
        Files(["a.jpg", 3])
    with pytest.raises(A.SourceError, match=r"paths\[0\] is empty"):
        Files([""])
    with pytest.raises(A.SourceError, match="cannot be written as UTF-8"):
        Files(["\ud83d.jpg"])
    with pytest.raises(A.SourceError, match="there are 2 samples, but targets has 3"):
        Files(["a.jpg", "b.jpg"], [1, 2, 3])
    with pytest.raises(A.SourceError, match=r"but targets\['label'\] has 1"):
        Files(["a.jpg", "b.jpg"], {"label": [1]})
    with pytest.raises(TypeError, match="targets must be a sequence"):
        Files(["a.jpg"], iter([1]))
    with pytest.raises(IndexError, match="there are 1 samples"):
        Files(["a.jpg"]).read(-1)
    assert len(Files([])) == 0


def test_a_hundred_thousand_cost_their_letters():
    count = 100_000
    source = Files((f"images/{number:06}.jpg" for number in range(count)), list(range(count)))
    assert len(pickle.dumps(source)) < count * (len("images/000000.jpg") + 4 + 8) + 1000
    assert source.read(54_321) == ("images/054321.jpg", 54_321)


def test_everywhere():
    check_everywhere(Files([f"{number}.jpg" for number in range(20)], list(range(20))), limit=1500)
