"""Guards datasets of the package datasets: images come encoded, labels and other columns as they are."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import fastaug as A
from elsewhere import check_everywhere, same, samples
from fastaug.sources import HuggingFace

datasets = pytest.importorskip("datasets")


def encoded(number):
    return A.imencode(np.full((8 + number, 10, 3), 20 * number, np.uint8))


COUNT = 12


@pytest.fixture
def features():
    return datasets.Features(
        {
            "image": datasets.Image(),
            "label": datasets.ClassLabel(names=["cat", "dog", "cow"]),
            "mask": datasets.Image(),
            "boxes": datasets.Sequence(datasets.Sequence(datasets.Value("float32"))),
            "caption": datasets.Value("string"),
        }
    )


@pytest.fixture
def saved(tmp_path, features):
    """A dataset that lies on disk."""
    columns = {
        "image": [{"bytes": encoded(number), "path": f"{number}.jpg"} for number in range(COUNT)],
        "label": [number % 3 for number in range(COUNT)],
        "mask": [{"bytes": encoded(number)[::-1], "path": None} for number in range(COUNT)],
        "boxes": [[[1.0, 2.0, 3.0, 4.0]] * (number % 2) for number in range(COUNT)],
        "caption": [f"an animal, {number}" for number in range(COUNT)],
    }
    datasets.Dataset.from_dict(columns, features=features).save_to_disk(tmp_path / "saved")
    return datasets.load_from_disk(tmp_path / "saved")


@pytest.fixture(autouse=True)
def quiet():
    datasets.disable_progress_bars()


def test_images_come_encoded(saved):
    source = HuggingFace(saved)
    assert len(source) == COUNT
    assert samples(source) == [(encoded(number), number % 3) for number in range(COUNT)]
    assert source.classes == ["cat", "dog", "cow"]
    labels = source.labels()
    assert labels.dtype == np.int64
    assert labels.tolist() == [number % 3 for number in range(COUNT)]
    assert source.path(4) == "row 4 of the dataset"
    assert repr(source) == "HuggingFace dataset of 12 images"
    with pytest.raises(IndexError, match="there are 12 samples"):
        source.read(-1)


def test_other_columns(saved):
    source = HuggingFace(saved, targets=("caption", "boxes"))
    assert source.read(3)[1] == {"label": 0, "caption": "an animal, 3", "boxes": [[1.0, 2.0, 3.0, 4.0]]}
    source = HuggingFace(saved, label=None, targets={"mask": "mask", "bboxes": "boxes"})
    assert source.read(2)[1] == {"mask": encoded(2)[::-1], "bboxes": []}
    assert HuggingFace(saved, label=None).read(0)[1] is None
    assert HuggingFace(saved, label="caption").read(0)[1] == "an animal, 0"
    assert HuggingFace(saved, image="mask").read(1)[0] == encoded(1)[::-1]
    with pytest.raises(A.SourceError, match="have no labels"):
        HuggingFace(saved, label=None).labels()
    with pytest.raises(A.SourceError, match="'caption' does not hold one whole number"):
        HuggingFace(saved, label="caption").labels()


def test_selections_and_formats(saved):
    picked = saved.shuffle(seed=1).select(range(5))
    source = HuggingFace(picked)
    assert source.labels().tolist() == [label for _, label in samples(source)]
    assert samples(source) == [
        (encoded(int(caption.split()[-1])), label)
        for caption, label in zip(picked["caption"], picked["label"], strict=True)
    ]
    transformed = saved.with_transform(lambda rows: {"nothing": rows})
    with pytest.warns(UserWarning, match="the dataset's own transform is not applied"):
        HuggingFace(transformed)
    for formatted in (saved.with_format("numpy"), transformed):
        assert samples(HuggingFace(formatted)) == samples(HuggingFace(saved))


def test_images_in_files(tmp_path):
    paths = []
    for number in range(3):
        paths.append(str(tmp_path / f"{number}.jpg"))
        (tmp_path / f"{number}.jpg").write_bytes(encoded(number))
    dataset = datasets.Dataset.from_dict({"image": paths}).cast_column("image", datasets.Image())
    source = HuggingFace(dataset, label=None)
    assert samples(source) == [(path, None) for path in paths]
    assert A.Compose([])(image=source.read(1)[0])["image"].shape == (9, 10, 3)


def test_what_cannot_be_is_told(saved):
    with pytest.raises(
        A.SourceError, match="no column 'labels'; it has image, label, mask, boxes, caption; label=None"
    ):
        HuggingFace(saved, label="labels")
    with pytest.raises(A.SourceError, match="no column 'img'; it has"):
        HuggingFace(saved, "img")
    with pytest.raises(A.SourceError, match="no column 'weight'"):
        HuggingFace(saved, targets="weight")
    with pytest.raises(A.SourceError, match="the column 'label' holds no images"):
        HuggingFace(saved, "label")
    with pytest.raises(A.SourceError, match="a dictionary of splits: give one of them, train, test"):
        HuggingFace(datasets.DatasetDict(train=saved, test=saved))
    with pytest.raises(A.SourceError, match=r"must be a datasets\.Dataset"):
        HuggingFace(saved.to_iterable_dataset())
    with pytest.raises(TypeError, match="targets must be names"):
        HuggingFace(saved, targets={"mask": 3})


def test_a_row_without_an_image(features):
    rows = {"image": [None], "label": [1], "mask": [None], "boxes": [[]], "caption": [None]}
    source = HuggingFace(datasets.Dataset.from_dict(rows, features=features), targets=["mask", "caption"])
    with pytest.raises(A.SourceError, match="row 0 of the dataset has no image"):
        source.read(0)


def test_datasets_on_disk_are_pickled_by_name(saved):
    source = HuggingFace(saved, targets=["caption", "boxes", "mask"])
    pickled = pickle.dumps(source)
    assert len(pickled) < 20_000
    assert same(samples(pickle.loads(pickled)), samples(source))


def test_everywhere(saved):
    check_everywhere(HuggingFace(saved, targets=["caption", "boxes"]), limit=20_000)
