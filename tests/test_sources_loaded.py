"""Guards that a loader makes the same batches of every kind of source."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest

import fastaug as A
from fastaug import sources
from pictures import photo

COUNT, CLASSES = 24, 3
NAMES = [f"class{number * CLASSES // COUNT}/{number:03}" for number in range(COUNT)]
LABELS = [number * CLASSES // COUNT for number in range(COUNT)]


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Photos in a folder per class."""
    made = tmp_path_factory.mktemp("loaded")
    for number, name in enumerate(NAMES):
        path = made / "images" / f"{name}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(A.imencode(photo(40 + number % 5, 48, seed=number)))
    return made


def files(root):
    return [os.fspath(root / "images" / f"{name}.jpg") for name in NAMES]


def test_classes_are_loaded_when_they_are_asked_for():
    code = (
        "import sys, fastaug\n"
        "assert not [name for name in sys.modules if name.startswith('fastaug.sources.') and 'protocol' not in name]\n"
        "assert {'WebDataset', 'Files'} <= set(dir(fastaug.sources))\n"
        "from fastaug.sources import *\n"
        "assert WebDataset is fastaug.sources.WebDataset\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert all(hasattr(sources, name) for name in sources.__all__)
    with pytest.raises(AttributeError, match=r"'fastaug\.sources' has no attribute 'Nothing'"):
        _ = sources.Nothing


def image_folder(root):
    return sources.ImageFolder(root / "images", cache=root / "listing")


def listed(root):
    return sources.Files(files(root), LABELS)


def arrays(root):
    return sources.Arrays([A.imread(path) for path in files(root)], LABELS)


def shards(root):
    for shard in range(3):
        with tarfile.open(root / f"{shard}.tar", "w") as tar:
            for number in range(shard * 8, shard * 8 + 8):
                for ending, contents in (
                    ("jpg", Path(files(root)[number]).read_bytes()),
                    ("cls", b"%d" % LABELS[number]),
                ):
                    info = tarfile.TarInfo(f"{number:03}.{ending}")
                    info.size = len(contents)
                    tar.addfile(info, io.BytesIO(contents))
    return sources.WebDataset(f"{root}/{{0..2}}.tar")


def hugging_face(root):
    datasets = pytest.importorskip("datasets")
    columns = {"image": [{"bytes": Path(path).read_bytes(), "path": None} for path in files(root)], "label": LABELS}
    features = datasets.Features({"image": datasets.Image(), "label": datasets.Value("int64")})
    return sources.HuggingFace(datasets.Dataset.from_dict(columns, features=features))


def batches(source, threads=2):
    policy = A.Compose([A.RandomResizedCrop(size=(24, 20)), A.HorizontalFlip(), A.Normalize()], seed=5)
    with A.Loader(source, policy, batch_size=7, shuffle=True, threads=threads) as loader:
        return [(np.asarray(images).copy(), np.asarray(labels)) for images, labels in loader]


@pytest.mark.parametrize("make", [image_folder, arrays, shards, hugging_face])
def test_every_source_gives_the_same_batches(root, make):
    source = make(root)
    for (images, labels), (expected, expected_labels) in zip(batches(source), batches(listed(root), 1), strict=True):
        np.testing.assert_array_equal(images, expected)
        assert labels.dtype == expected_labels.dtype
        np.testing.assert_array_equal(labels, expected_labels)


@pytest.mark.parametrize("make", [image_folder, listed, arrays, shards, hugging_face])
def test_labels_balance(root, make):
    loader = A.Loader(make(root), A.Compose([A.Resize(8, 8)]), batch_size=8, sampler="balanced")
    with loader:
        labels = np.concatenate([labels for _, labels in loader])
    assert set(labels.tolist()) <= {0, 1, 2}


def test_masks_go_through_a_loader(root):
    image = pytest.importorskip("PIL.Image")
    for number, name in enumerate(NAMES):
        path = root / "masks" / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        image.fromarray(np.full((40 + number % 5, 48), number, np.uint8)).save(path)
    source = sources.Segmentation(root / "images", root / "masks")
    with A.Loader(source, A.Compose([A.Resize(16, 16)]), batch_size=COUNT) as loader:
        (batch,) = loader
    assert batch["image"].shape == (COUNT, 3, 16, 16)
    assert [np.unique(mask).tolist() for mask in batch["mask"]] == [[number] for number in range(COUNT)]


def test_objects_go_through_a_loader(root):
    annotations = root / "instances.json"
    whole = {
        "images": [
            {"id": number, "file_name": f"{name}.jpg", "height": 40 + number % 5, "width": 48}
            for number, name in enumerate(NAMES)
        ],
        "categories": [{"id": 5, "name": "x"}, {"id": 9, "name": "y"}],
        "annotations": [
            {
                "id": number,
                "image_id": number % COUNT,
                "category_id": 5 if number % 2 else 9,
                "bbox": [1, 2, 10, 12],
                "segmentation": [[1, 2, 11, 2, 11, 14, 1, 14]],
            }
            for number in range(COUNT, 2 * COUNT + 5)
        ],
    }
    annotations.write_text(json.dumps(whole))
    source = sources.CocoDetection(root / "images", annotations, masks=True)
    policy = A.Compose([A.HorizontalFlip(p=1.0)], bbox_params=A.BboxParams("coco", label_fields=["labels"]))
    seen = 0
    with A.Loader(source, policy, batch_size=1) as loader:
        for batch in loader:
            number = int(batch["image_id"][0])
            assert np.asarray(batch["bboxes"][0]).tolist() == [[37, 2, 10, 12]] * (1 + (number < 5))
            assert np.asarray(batch["labels"][0]).tolist() == [1 - number % 2] * (1 + (number < 5))
            seen += 1
    assert seen == COUNT
