"""Guards annotations in COCO's format: boxes and classes as in the file, masks equal to those of pycocotools."""

from __future__ import annotations

import contextlib
import copy
import io
import json
import pickle

import numpy as np
import pytest

import fastaug as A
from elsewhere import check_everywhere, samples
from fastaug import _core
from fastaug.sources import CocoDetection

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

HEIGHT, WIDTH = 40, 60

WHOLE = {
    "info": {},
    "images": [
        {"id": 30, "file_name": "c.jpg", "height": HEIGHT, "width": WIDTH},
        {"id": 10, "file_name": "deep/a.jpg", "height": HEIGHT, "width": WIDTH},
        {"id": 20, "file_name": "b.jpg", "height": 30, "width": 20},
    ],
    "categories": [{"id": 90, "name": "toothbrush"}, {"id": 3, "name": "car"}, {"id": 7, "name": "train"}],
    "annotations": [
        {
            "id": 1,
            "image_id": 30,
            "category_id": 90,
            "bbox": [1.5, 2, 10.25, 20],
            "area": 99.5,
            "iscrowd": 0,
            "segmentation": [[1.5, 2, 11.75, 2, 11.75, 22, 1.5, 22.01], [20.1, 20.2, 30.3, 20.4, 25.5, 30.6]],
        },
        {
            "id": 2,
            "image_id": 10,
            "category_id": 3,
            "bbox": [0, 0, 5, 5],
            "segmentation": {"size": [HEIGHT, WIDTH], "counts": [0, 5, 35, 5, HEIGHT * WIDTH - 45]},
        },
        {
            "id": 3,
            "image_id": 30,
            "category_id": 7,
            "bbox": [3, 4, 5, 6],
            "iscrowd": 1,
            "segmentation": {"size": [HEIGHT, WIDTH], "counts": [100, 50, HEIGHT * WIDTH - 150]},
        },
        {
            "id": 4,
            "image_id": 30,
            "category_id": 3,
            "bbox": [3, 4, 5, 6],
            "segmentation": [[3, 4, 8, 4]],
        },
    ],
}


@pytest.fixture
def write(tmp_path):
    def written(whole=WHOLE):
        path = tmp_path / "instances.json"
        path.write_text(whole if isinstance(whole, str) else json.dumps(whole))
        return path

    return written


# -- boxes -----------------------------------------------------------------------------------------------------------


def test_boxes_and_classes(write):
    source = CocoDetection("/images", write())
    assert len(source) == 3
    assert source.classes == ["car", "train", "toothbrush"]
    assert [path for path, _ in samples(source)] == ["/images/deep/a.jpg", "/images/b.jpg", "/images/c.jpg"]
    assert source.path(2) == "/images/c.jpg"
    target = source.read(2)[1]
    assert list(target) == ["bboxes", "labels", "category_ids", "area", "iscrowd", "row", "image_id"]
    assert target["bboxes"].tolist() == [[1.5, 2, 10.25, 20], [3, 4, 5, 6]]
    assert target["labels"].tolist() == [2, 0]
    assert target["category_ids"].tolist() == [90, 3]
    assert target["area"].tolist() == [99.5, 30]
    assert target["iscrowd"].tolist() == [0, 0]
    assert target["image_id"] == 30
    nothing = source.read(1)[1]
    assert nothing["bboxes"].shape == (0, 4)
    assert nothing["labels"].shape == (0,)
    assert repr(source) == "CocoDetection of 3 images with 3 objects in 3 classes"
    with pytest.raises(IndexError, match="there are 3 samples"):
        source.read(3)


def test_crowds_and_empty_images(write):
    source = CocoDetection("/images", write(), crowd="keep", empty=False)
    assert len(source) == 2
    target = source.read(1)[1]
    assert target["labels"].tolist() == [2, 1, 0]
    assert target["iscrowd"].tolist() == [0, 1, 0]
    with pytest.raises(ValueError, match="crowd must be False or 'keep'"):
        CocoDetection("/images", write(), crowd=True)


def test_what_was_read_is_nobody_elses(write):
    source = CocoDetection("/images", write(), masks=True)
    target = source.read(2)[1]
    for name, value in target.items():
        if name != "image_id":
            value[...] = 0
    assert source.read(2)[1]["bboxes"].any()
    assert source.read(2)[1]["masks"].any()


def test_targets_go_through_a_policy(tmp_path, write):
    for name, height, width in [("deep/a.jpg", HEIGHT, WIDTH), ("b.jpg", 30, 20), ("c.jpg", HEIGHT, WIDTH)]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(A.imencode(np.full((height, width, 3), 99, np.uint8)))
    params = A.BboxParams("coco", label_fields=["labels", "area"])
    policy = A.Compose([A.HorizontalFlip(p=1.0)], bbox_params=params)
    source = CocoDetection(tmp_path, write(), masks=True)
    for path, target in samples(source):
        wanted = {name: target[name] for name in ("bboxes", "labels", "area", "masks")}
        made = policy(image=path, **wanted)
        width = made["image"].shape[1]
        np.testing.assert_array_equal(made["masks"], target["masks"][:, :, ::-1])
        np.testing.assert_allclose(
            made["bboxes"][:, 0], width - target["bboxes"][:, 0] - target["bboxes"][:, 2], atol=1e-4
        )
        np.testing.assert_array_equal(made["labels"], target["labels"])


# -- masks -----------------------------------------------------------------------------------------------------------


def by_pycocotools(path):
    """All masks of a file by the id of the image."""
    coco = pytest.importorskip("pycocotools.coco")
    with contextlib.redirect_stdout(io.StringIO()):
        reader = coco.COCO(str(path))
    return {
        image: [reader.annToMask(reader.anns[number]) for number in reader.getAnnIds(image)] for image in reader.imgs
    }


def without_thin_polygons(whole):
    """pycocotools takes the four numbers of two corners for a box; the polygon encloses nothing."""
    made = copy.deepcopy(whole)
    made["annotations"] = [entry for entry in made["annotations"] if entry["segmentation"] != [[3, 4, 8, 4]]]
    return made


def check_masks(path):
    """Every mask of a file against pycocotools'; how many there were."""
    expected = by_pycocotools(path)
    count = 0
    for _, target in samples(CocoDetection("/", path, masks=True, crowd="keep")):
        theirs = expected[target["image_id"]]
        assert target["masks"].dtype == np.uint8
        assert len(target["masks"]) == len(theirs)
        for ours, mask in zip(target["masks"], theirs, strict=True):
            np.testing.assert_array_equal(ours, mask)
            count += 1
    return count


def test_masks_are_those_of_pycocotools(write):
    assert check_masks(write(without_thin_polygons(WHOLE))) == 3


def test_two_corners_enclose_nothing(write):
    target = CocoDetection("/", write(), masks=True).read(2)[1]
    assert target["masks"].shape == (2, HEIGHT, WIDTH)
    assert not target["masks"][1].any()


ROUNDINGS = {
    "whole": np.round,
    "halves": lambda values: np.round(values * 2) / 2,
    "fifths": lambda values: np.round(values * 5) / 5,
    "hundredths": lambda values: np.round(values, 2),
    "floats": lambda values: values,
}


@pytest.mark.parametrize("rounding", ROUNDINGS)
def test_thousands_of_polygons_are_those_of_pycocotools(write, rounding):
    random = np.random.default_rng(5)
    whole = {"images": [], "categories": [{"id": 1, "name": "x"}], "annotations": []}
    for image in range(60):
        height, width = map(int, random.integers(1, 70, 2))
        whole["images"].append({"id": image, "file_name": "x", "height": height, "width": width})
        for _ in range(10):
            polygons = [
                ROUNDINGS[rounding](random.uniform(-15, 80, 2 * random.integers(3, 12))).tolist()
                for _ in range(random.integers(1, 4))
            ]
            whole["annotations"].append(annotation(image, polygons))
    assert check_masks(write(whole)) == 600


def annotation(image, segmentation):
    return {
        "id": id(segmentation),
        "image_id": image,
        "category_id": 1,
        "bbox": [0, 0, 1, 1],
        "segmentation": segmentation,
    }


def test_thousands_of_run_lengths_are_those_of_pycocotools(write):
    mask_tools = pytest.importorskip("pycocotools.mask")
    random = np.random.default_rng(6)
    whole = {"images": [], "categories": [{"id": 1, "name": "x"}], "annotations": []}
    for image in range(200):
        height, width = map(int, random.integers(1, 300, 2))
        whole["images"].append({"id": image, "file_name": "x", "height": height, "width": width})
        coarse = random.random((height // 9 + 1, width // 9 + 1)) < random.random()
        mask = np.asfortranarray(np.kron(coarse, np.ones((9, 9), np.uint8))[:height, :width].astype(np.uint8))
        packed = mask_tools.encode(mask)
        whole["annotations"].append(annotation(image, {"size": [height, width], "counts": packed["counts"].decode()}))
        changes = np.flatnonzero(np.diff(mask.ravel(order="F"), prepend=0, append=2))
        runs = np.diff(changes, prepend=0).tolist()
        whole["annotations"].append(annotation(image, {"size": [height, width], "counts": runs}))
    assert check_masks(write(whole)) == 400


def test_coordinates_take_two_bytes_where_they_can(write):
    random = np.random.default_rng(7)

    def kept(values):
        whole = copy.deepcopy(WHOLE)
        whole["annotations"] = [annotation(30, [values]) | {"category_id": 3}]
        source = CocoDetection("/", write(whole), masks=True)
        mask = np.zeros((HEIGHT, WIDTH), np.uint8)
        _core.paint_polygon(mask, np.array(values, np.float64))
        np.testing.assert_array_equal(source.read(2)[1]["masks"][0], mask)
        return source._segments._values.dtype

    positive = np.round(random.uniform(0, 60, 200), 2)
    assert kept(positive.tolist()) == np.uint16
    assert kept(np.round(positive - 5, 2).tolist()) == np.int32
    assert kept(np.round(positive * 30, 2).tolist()) == np.int32
    assert kept((positive / 3).tolist()) == np.float64


# -- what can be wrong -----------------------------------------------------------------------------------------------

FIELDS = [
    (("images",), "images must be a list"),
    (("annotations",), "annotations must be a list"),
    (("categories",), "categories must be a list"),
    (("images", 1), r"images\[1\]: must be a dictionary"),
    (("annotations", 1), r"annotations\[1\]: must be a dictionary"),
    (("categories", 1), r"categories\[1\]: must be a dictionary"),
    (("images", 1, "id"), r"images\[1\]\.id: must be a whole number"),
    (("images", 1, "file_name"), r"images\[1\]\.file_name: must be a name"),
    (("images", 1, "height"), r"images\[1\]\.height: must be a whole number"),
    (("images", 1, "width"), r"images\[1\]\.width: must be a whole number"),
    (("categories", 1, "id"), r"categories\[1\]\.id: must be a whole number"),
    (("categories", 1, "name"), r"categories\[1\]\.name: must be a string"),
    (("annotations", 1, "image_id"), r"annotations\[1\]\.image_id: must be a whole number"),
    (("annotations", 1, "category_id"), r"annotations\[1\]\.category_id: must be a whole number"),
    (("annotations", 1, "bbox"), r"annotations\[1\]\.bbox: must be four numbers"),
    (("annotations", 1, "segmentation"), r"annotations\[1\]\.segmentation: must be a list of polygons"),
    (("annotations", 1, "segmentation", "size"), r"annotations\[1\]\.segmentation: size must be that of the image"),
    (("annotations", 1, "segmentation", "counts"), r"annotations\[1\]\.segmentation: counts must be a list"),
]


@pytest.mark.parametrize(("place", "words"), FIELDS, ids=[".".join(map(str, place)) for place, _ in FIELDS])
def test_what_is_missing_is_told(write, place, words):
    for missing in (True, False):
        whole = copy.deepcopy(WHOLE)
        around = whole
        for step in place[:-1]:
            around = around[step]
        if missing and isinstance(place[-1], str):
            del around[place[-1]]
        else:
            around[place[-1]] = None
        with pytest.raises(A.SourceError, match=rf"instances\.json: {words}"):
            CocoDetection("/", write(whole), masks=True)


WRONG = {
    "an image that is not there": (("annotations", 0, "image_id"), 4, "there is no image with the id 4"),
    "a category that is not there": (("annotations", 0, "category_id"), 4, "there is no category with the id 4"),
    "an id twice": (("images", 0, "id"), 10, "two images have the id 10"),
    "a category twice": (("categories", 0, "id"), 3, r"categories\[1\]\.id: 3 is there twice"),
    "three numbers": (("annotations", 0, "bbox"), [1, 2, 3], "bbox: must be four numbers"),
    "a word in a box": (("annotations", 0, "bbox"), [1, 2, 3, "4"], "bbox: must be four numbers"),
    "not a number": (("annotations", 0, "bbox"), [1, 2, 3, float("nan")], "bbox: must be four numbers"),
    "too large a number": (("annotations", 0, "bbox"), [1, 2, 3, 1e300], "bbox: must be four numbers"),
    "a true box": (("annotations", 0, "bbox"), [1, 2, 3, True], "bbox: must be four numbers"),
    "a word for an area": (("annotations", 0, "area"), "1", "area: must be a number"),
    "a large image": (("images", 0, "height"), 10**9, "an image cannot be"),
    "no pixels": (("images", 0, "height"), 0, "an image cannot be 0×60"),
    "an odd polygon": (("annotations", 0, "segmentation", 0), [1] * 7, "polygon 0 must be a list"),
    "words in a polygon": (("annotations", 0, "segmentation", 0), ["1"] * 6, "must be real number"),
    "a flat polygon": (("annotations", 0, "segmentation"), [1] * 6, "polygon 0 must be a list"),
    "a polygon far away": (("annotations", 0, "segmentation", 0), [1e9] * 6, "polygon 0 has coordinates that are none"),
    "infinity": (("annotations", 0, "segmentation", 0), [float("inf")] * 6, "has coordinates that are none"),
    "too few runs": (("annotations", 1, "segmentation", "counts"), [5], "must have 2400 pixels together, got 5"),
    "negative runs": (("annotations", 1, "segmentation", "counts"), [-1, 2401], "segmentation: "),
    "long runs": (("annotations", 1, "segmentation", "counts"), [2**40], "segmentation: "),
    "halves of runs": (("annotations", 1, "segmentation", "counts"), [0.5], "segmentation: "),
    "no runs": (("annotations", 1, "segmentation", "counts"), [], "counts must be a list of numbers or a string"),
    "another size": (("annotations", 1, "segmentation", "size"), [WIDTH, HEIGHT], "size must be that of the image"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told(write, name):
    place, value, words = WRONG[name]
    whole = copy.deepcopy(WHOLE)
    around = whole
    for step in place[:-1]:
        around = around[step]
    around[place[-1]] = value
    with pytest.raises(A.SourceError, match=words):
        CocoDetection("/", write(whole), masks=True)


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "[1]", "null", "\x00"])
def test_files_that_are_something_else(tmp_path, write, text):
    with pytest.raises(A.SourceError, match=r"instances\.json: (not JSON|must hold images)"):
        CocoDetection("/", write(text))
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(A.SourceError, match=r"bytes\.json: not JSON"):
        CocoDetection("/", tmp_path / "bytes.json")
    with pytest.raises(FileNotFoundError, match=r"none\.json: no such file"):
        CocoDetection("/", tmp_path / "none.json")


@pytest.mark.parametrize("text", ["P", "12 ", "999", "ä", "1" * 10_000, "PPPPPPPPPPPPP0", "~~~~"])
def test_text_that_holds_no_runs(write, text):
    whole = copy.deepcopy(WHOLE)
    whole["annotations"][1]["segmentation"]["counts"] = text
    with pytest.raises(ValueError, match=r"run lengths as text|the runs of a mask|counts must be") as raised:
        CocoDetection("/", write(whole), masks=True).read(0)
    assert isinstance(raised.value, (A.TargetError, A.SourceError))


def test_no_images(write):
    with pytest.raises(A.SourceError, match="there are no images"):
        CocoDetection("/", write(WHOLE | {"images": [], "annotations": []}))
    with pytest.raises(A.SourceError, match="there are no images with objects"):
        CocoDetection("/", write(WHOLE | {"annotations": []}), empty=False)


# -- other processes -------------------------------------------------------------------------------------------------


def test_everywhere(write):
    check_everywhere(CocoDetection("/", write(), masks=True, crowd="keep"), limit=6000)


def test_objects_cost_little(write):
    count = 20_000
    polygon = [round(1.37 * value, 2) for value in range(40)]
    whole = {
        "images": [{"id": image, "file_name": f"{image:08}.jpg", "height": 9, "width": 9} for image in range(2000)],
        "categories": [{"id": 1, "name": "x"}],
        "annotations": [annotation(number % 2000, [polygon]) for number in range(count)],
    }
    plain = len(pickle.dumps(CocoDetection("/", write(whole))))
    assert plain < 30 * count
    masks = len(pickle.dumps(CocoDetection("/", write(whole), masks=True)))
    assert masks < plain + count * (2 * len(polygon) + 20)
