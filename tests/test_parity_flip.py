"""Guards flips and quarter turns: every pixel, box and keypoint lands where albumentations puts it."""

from __future__ import annotations

import numpy as np
import pytest

import fastaug as A
from parity import EXACT
from peers import ALBUMENTATIONS, albumentations, both, drawn, forced, mask_for, peer, pictures

DTYPES = pytest.mark.parametrize("dtype", [np.uint8, np.float32], ids=["uint8", "float32"])
ELEMENTS = ("e", "r90", "r180", "r270", "v", "hvt", "h", "t")


@DTYPES
@pytest.mark.parametrize("name", ["HorizontalFlip", "VerticalFlip", "Transpose"])
def test_without_arguments(compare, name, dtype):
    for image in pictures(dtype):
        ours, theirs = both(name, {}, image, mask=mask_for(image))
        compare(f"{name}, {np.dtype(dtype)}", ALBUMENTATIONS, ours["image"], theirs["image"], EXACT)
        compare(f"masks under {name}", ALBUMENTATIONS, ours["mask"], theirs["mask"], EXACT)


@DTYPES
@pytest.mark.parametrize("element", ELEMENTS)
@pytest.mark.parametrize("name", ["D4", "SquareSymmetry"])
def test_symmetries_of_the_square(compare, name, element, dtype):
    for image in pictures(dtype):
        mask = mask_for(image)
        ours = getattr(A, name)(group_element=element, p=1)(image=image, mask=mask)
        theirs = forced(peer(name), group_element=element)(image=image, mask=mask)
        compare(f"{name}, {np.dtype(dtype)}", ALBUMENTATIONS, ours["image"], theirs["image"], EXACT)
        compare(f"masks under {name}", ALBUMENTATIONS, ours["mask"], theirs["mask"], EXACT)


@DTYPES
@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_quarter_turns(compare, quarters, dtype):
    element = ("e", "r90", "r180", "r270")[quarters]
    for image in pictures(dtype):
        ours = A.RandomRotate90(group_element=element)(image=image)["image"]
        theirs = forced(peer("RandomRotate90"), factor=quarters)(image=image)["image"]
        compare(f"RandomRotate90, {np.dtype(dtype)}", ALBUMENTATIONS, ours, theirs, EXACT)


def test_drawn_symmetries_are_recorded_by_name():
    image = next(pictures(np.uint8))
    for index in range(20):
        result, params = drawn(A.D4(), index, image=image)
        again = A.D4(group_element=params["group_element"])(image=image)["image"]
        np.testing.assert_array_equal(result["image"], again)


@pytest.mark.parametrize("element", ELEMENTS)
def test_boxes_and_keypoints(element):
    """Positions are albumentations'. Angles are not compared: its quarter turns turn them against its own Affine."""
    image = next(pictures(np.uint8))
    boxes = np.array([[3, 5, 60, 41], [100, 20, 199, 150]], np.float32)
    points = np.array([[3, 5], [100, 20], [199, 149]], np.float32)
    results = []
    for library, transform in (
        (A, A.D4(group_element=element)),
        (albumentations, forced(peer("D4"), group_element=element)),
    ):
        policy = library.Compose(
            [transform],
            bbox_params=library.BboxParams(format="pascal_voc"),
            keypoint_params=library.KeypointParams(format="xy"),
        )
        results.append(policy(image=image, bboxes=boxes, keypoints=points))
    ours, theirs = results
    np.testing.assert_allclose(ours["bboxes"], theirs["bboxes"], atol=1e-4)
    np.testing.assert_allclose(ours["keypoints"], theirs["keypoints"], atol=1e-4)
