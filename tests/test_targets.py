"""Boxes, keypoints, masks and several images: formats, labels, filtering, following the pixels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fastaug as A
from conftest import picture

IMAGE = picture(100, 200)


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("pascal_voc", [10.5, 20, 50, 60.25]),
        ("coco", [10.5, 20, 39.5, 40.25]),
        ("yolo", [0.15, 0.4, 0.2, 0.3]),
        ("albumentations", [0.1, 0.2, 0.5, 0.6]),
    ],
)
def test_box_formats_come_back_as_they_were(name: str, row: list[float]) -> None:
    policy = A.Compose([A.HorizontalFlip(p=1), A.HorizontalFlip(p=1)], bbox_params=A.BboxParams(name))
    assert np.allclose(policy(image=IMAGE, bboxes=[row])["bboxes"], [row], atol=1e-12)


def test_containers_labels_and_extra_columns() -> None:
    policy = A.Compose([A.Crop(0, 0, 100, 100)], bbox_params=A.BboxParams("pascal_voc", label_fields=["names"]))
    boxes = [[10, 10, 50, 50, "x"], [150, 10, 190, 50, "y"], [60, 60, 120, 90, None]]
    result = policy(image=IMAGE, bboxes=boxes, names=["a", ("b", 1), 3.5])
    assert result["bboxes"] == [[10, 10, 50, 50, "x"], [60, 60, 100, 90, None]]
    assert result["names"] == ["a", 3.5]
    array = np.array([[10, 10, 50, 50, 7], [150, 10, 190, 50, 8]], np.float32)
    result = policy(image=IMAGE, bboxes=array, names=np.array([4, 5]))
    assert np.array_equal(result["bboxes"], array[:1])
    assert result["bboxes"].dtype == np.float32
    assert result["names"].tolist() == [4]
    for empty in ([], np.zeros((0, 4), np.float32), np.zeros((0, 6))):
        made = policy(image=IMAGE, bboxes=empty, names=[])["bboxes"]
        assert type(made) is type(empty)
        assert np.shape(made) == np.shape(empty)


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        ({}, [True, True, True]),
        ({"min_visibility": 0.6}, [True, False, True]),
        ({"min_area": 1000}, [True, True, False]),
        ({"min_width": 25}, [True, False, False]),
        ({"max_accept_ratio": 1.5}, [True, False, True]),
    ],
)
def test_filters(options: dict[str, float], kept: list[bool]) -> None:
    policy = A.Compose([A.Crop(0, 0, 100, 100)], bbox_params=A.BboxParams("pascal_voc", label_fields=["n"], **options))
    boxes = [[10, 10, 50, 50], [80, 10, 120, 60], [10, 60, 30, 80]]
    result = policy(image=IMAGE, bboxes=boxes, n=[0, 1, 2])
    assert result["n"] == [number for number, keep in enumerate(kept) if keep]


def test_wrong_boxes_are_named_clipped_or_dropped() -> None:
    def run(box: list[float], **options: bool) -> list[list[float]]:
        policy = A.Compose([A.NoOp()], bbox_params=A.BboxParams("pascal_voc", **options))
        made: list[list[float]] = policy(image=IMAGE, bboxes=[[1, 1, 5, 5], box])["bboxes"]
        return made

    for box, words in (
        ([50, 10, 40, 20], "has no width"),
        ([10, 10, 400, 20], "reaches out"),
        ([10, float("nan"), 40, 20], "finite"),
    ):
        with pytest.raises(A.TargetError, match=rf"bboxes\[1\].*{words}"):
            run(box)
        assert len(run(box, filter_invalid_bboxes=True)) == 1
    assert run([10, 10, 400, 20], clip_bboxes_on_input=True)[1] == [10, 10, 200, 20]
    assert run([10, 10, 200.0004, 20])[1] == [10, 10, 200, 20]


def test_holes_shrink_boxes_and_take_keypoints() -> None:
    policy = A.Compose(
        [A.XYMasking(num_masks_x_range=(1, 1), mask_x_length_range=(200, 200), p=1)],
        bbox_params=A.BboxParams("pascal_voc"),
        keypoint_params=A.KeypointParams("xy"),
    )
    result = policy(image=IMAGE, bboxes=[[10, 10, 50, 50]], keypoints=[[3, 4]])
    assert (result["bboxes"], result["keypoints"]) == ([], [])
    assert not result["image"].any()


def test_label_mapping_follows_the_flips() -> None:
    swap = {"HorizontalFlip": {"side": {"left": "right", "right": "left"}}}
    params = A.KeypointParams("xy", label_fields=["side"], label_mapping=swap)
    policy = A.Compose([A.HorizontalFlip(p=1), A.VerticalFlip(p=1)], keypoint_params=params)
    result = policy(image=IMAGE, keypoints=[[10, 5], [30, 5]], side=["left", "other"])
    assert result["side"] == ["right", "other"]
    assert result["keypoints"] == [[189, 94], [169, 94]]


def test_masks_images_and_additional_targets_move_together() -> None:
    masks = [
        picture(100, 200, 1, seed=n).astype(kind) for n, kind in enumerate((np.uint8, np.int16, np.float32, np.int64))
    ]
    policy = A.Compose(
        [A.RandomCrop(50, 50), A.RandomRotate90(), A.Resize(40, 30)],
        additional_targets={"image2": "image", "depth": "mask"},
        seed=0,
    )
    for index in range(5):
        data = {"image": IMAGE, "image2": IMAGE.copy(), "masks": masks, "depth": masks[3], "images": [IMAGE, IMAGE]}
        result = policy(**data, index=index)
        assert np.array_equal(result["image"], result["image2"])
        assert all(np.array_equal(result["image"], one) for one in result["images"])
        assert [mask.dtype for mask in result["masks"]] == [mask.dtype for mask in masks]
        assert np.array_equal(result["masks"][3], result["depth"])
        assert set(np.unique(result["depth"])) <= set(np.unique(masks[3]))
    stacked = policy(image=IMAGE, masks=np.stack([masks[0]] * 3), index=0)["masks"]
    assert stacked.shape == (3, 40, 30)


@settings(max_examples=60, deadline=None)
@given(
    scale=st.floats(0.6, 1.6),
    rotate=st.floats(-180, 180),
    shear=st.floats(-20, 20),
    x=st.integers(20, 180),
    y=st.integers(20, 80),
    perspective=st.booleans(),
    index=st.integers(0, 1000),
)
def test_a_keypoint_stays_on_its_marker(
    scale: float, rotate: float, shear: float, x: int, y: int, perspective: bool, index: int
) -> None:
    image = np.zeros((100, 200), np.uint8)
    image[y - 2 : y + 3, x - 2 : x + 3] = 255
    first = A.Perspective(p=1) if perspective else A.Affine(scale=scale, rotate=rotate, shear=shear, p=1)
    policy = A.Compose(
        [first, A.HorizontalFlip()],
        keypoint_params=A.KeypointParams("xy"),
        bbox_params=A.BboxParams("pascal_voc"),
        seed=0,
    )
    result = policy(image=image, keypoints=[[x, y]], bboxes=[[x - 2, y - 2, x + 3, y + 3]], index=index)
    weights = result["image"].astype(np.float64)
    inside = weights[1:-1, 1:-1].sum() == weights.sum()
    if not result["keypoints"] or weights.sum() < 255 or not inside:
        return
    rows, columns = np.mgrid[:100, :200]
    centre = (weights * columns).sum() / weights.sum(), (weights * rows).sum() / weights.sum()
    assert np.hypot(centre[0] - result["keypoints"][0][0], centre[1] - result["keypoints"][0][1]) < 0.75
    left, top, right, bottom = result["bboxes"][0]
    ys, xs = np.nonzero(weights > 127)
    if len(xs):
        assert left - 1 <= xs.min() and xs.max() + 1 <= right + 1
        assert top - 1 <= ys.min() and ys.max() + 1 <= bottom + 1
