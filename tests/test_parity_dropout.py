"""Guards erasing: the same holes give albumentations' pixels, masks, boxes and keypoints."""

from __future__ import annotations

import numpy as np
import pytest

import fastaug as A
from parity import EXACT, FLOAT
from peers import ALBUMENTATIONS, OPENCV, albumentations, cv2, drawn, forced, mask_for, peer, pictures
from pictures import photo

DTYPES = pytest.mark.parametrize("dtype", [np.uint8, np.float32], ids=["uint8", "float32"])

HOLES = [
    ("CoarseDropout", {"num_holes_range": (2, 5)}),
    ("CoarseDropout", {"num_holes_range": (1, 3), "hole_height_range": (5, 9), "hole_width_range": (3, 8)}),
    ("GridDropout", {"ratio": 0.4}),
    ("GridDropout", {"ratio": 0.6, "unit_size_range": (6, 11), "random_offset": False, "shift_xy": (2, 3)}),
    ("GridDropout", {"holes_number_xy": (4, 3)}),
    ("XYMasking", {"num_masks_x": (1, 3), "mask_x_length": (2, 5), "num_masks_y": (2, 2), "mask_y_length": (1, 6)}),
    ("Erasing", {}),
]
every_dropout = pytest.mark.parametrize(("name", "arguments"), HOLES, ids=str)


def rows(holes):
    """Drawn rectangles as left, top, right, bottom."""
    corners = [(hole["x"], hole["y"], hole["x"] + hole["width"], hole["y"] + hole["height"]) for hole in holes]
    return np.array(corners, np.int32).reshape(-1, 4)


@DTYPES
@every_dropout
def test_holes_as_drawn(compare, name, arguments, dtype):
    fills = [{"fill": 0}, {"fill": 100 if dtype == np.uint8 else 0.25, "fill_mask": 3}]
    for image in pictures(dtype):
        for fill in fills:
            for index in range(3):
                mask = mask_for(image)
                result, params = drawn(getattr(A, name)(**arguments, **fill, p=1), index, image=image, mask=mask)
                theirs = forced(peer(name, **arguments, **fill), holes=rows(params["holes"]), seed=0)
                expected = theirs(image=image, mask=mask)
                row = f"{name}, {np.dtype(dtype)}"
                compare(row, ALBUMENTATIONS, result["image"], expected["image"], EXACT)
                compare(f"masks under {name}", ALBUMENTATIONS, result["mask"], expected["mask"], EXACT)


@every_dropout
def test_boxes_and_keypoints_under_holes(name, arguments):
    # Sides that are powers of two: albumentations keeps shares of them in single precision, and cuts to whole pixels.
    image = photo(128, 256)
    rng = np.random.default_rng(3)
    corners = rng.integers(0, (210, 85), (12, 2))
    boxes = np.concatenate([corners, corners + rng.integers(5, 40, (12, 2))], axis=1).astype(np.float32)
    points = rng.integers(0, (256, 128), (40, 2)).astype(np.float32)
    for index in range(6):
        params = None
        results = []
        for library in (A, albumentations):
            if library is A:
                transform = getattr(A, name)(**arguments, p=1)
            else:
                transform = forced(peer(name, **arguments), holes=rows(params["holes"]), seed=0)
            policy = library.Compose(
                [transform],
                bbox_params=library.BboxParams(format="pascal_voc", min_visibility=0.31, label_fields=["ids"]),
                keypoint_params=library.KeypointParams(format="xy", label_fields=["names"]),
                **({"seed": 4, "save_applied_params": True} if library is A else {}),
            )
            data = {
                "image": image,
                "bboxes": boxes,
                "ids": list(range(12)),
                "keypoints": points,
                "names": list(range(40)),
            }
            result = policy(**data, **({"index": index} if library is A else {}))
            if library is A:
                params = result["applied_transforms"][0][1]
            results.append(result)
        ours, theirs = results
        assert ours["names"] == [int(one) for one in theirs["names"]]
        assert ours["ids"] == [int(one) for one in theirs["ids"]]
        np.testing.assert_allclose(ours["bboxes"], theirs["bboxes"], atol=1e-3)


INPAINTED = [
    ("CoarseDropout", {"num_holes_range": (2, 4), "hole_height_range": (4, 9), "hole_width_range": (4, 9)}),
    ("CoarseDropout", {"num_holes_range": (3, 6), "hole_height_range": (0.1, 0.4), "hole_width_range": (0.1, 0.4)}),
    ("GridDropout", {"unit_size_range": (6, 11)}),
    ("XYMasking", {"num_masks_x": (1, 3), "mask_x_length": (2, 5), "num_masks_y": (2, 2), "mask_y_length": (1, 6)}),
    ("Erasing", {}),
]
every_method = pytest.mark.parametrize("method", ["inpaint_telea", "inpaint_ns"])


def inside(holes, shape):
    """Where holes are."""
    mask = np.zeros(shape[:2], np.uint8)
    for left, top, right, bottom in rows(holes):
        mask[top:bottom, left:right] = 255
    return mask


@DTYPES
@every_method
@pytest.mark.parametrize(("name", "arguments"), INPAINTED, ids=str)
def test_holes_that_are_continued_from_around(compare, name, arguments, method, dtype):
    for image in pictures(dtype):
        for index in range(3):
            mask = mask_for(image)
            transform = getattr(A, name)(**arguments, fill=method, fill_mask=3, p=1)
            result, params = drawn(transform, index, image=image, mask=mask)
            theirs = forced(peer(name, **arguments, fill=method, fill_mask=3), holes=rows(params["holes"]), seed=0)
            expected = theirs(image=image, mask=mask)
            np.testing.assert_array_equal(result["mask"], expected["mask"])
            untouched = inside(params["holes"], image.shape) == 0
            np.testing.assert_array_equal(result["image"][untouched], image[untouched])
            # Theirs takes float images through 8 bits outside of the holes too.
            expected["image"][untouched] = image[untouched]
            bound = EXACT if dtype == np.uint8 else FLOAT
            row = f"{name} {method}, {np.dtype(dtype)}"
            compare(row, ALBUMENTATIONS, result["image"], expected["image"], bound)


@every_method
def test_holes_at_borders_continued_from_around(compare, method):
    """Sizes at which a hole reaches the borders, and the surroundings leave the image on all sides."""
    number = {"inpaint_telea": cv2.INPAINT_TELEA, "inpaint_ns": cv2.INPAINT_NS}[method]
    rng = np.random.default_rng(8)
    transform = A.CoarseDropout((1, 3), (1, 4), (1, 4), fill=method, p=1)
    for height, width in [(2, 2), (2, 9), (9, 2), (3, 3), (5, 5), (7, 12)]:
        for channels in ((), (3,)):
            for index in range(10):
                image = rng.integers(0, 256, (height, width, *channels), np.uint8)
                result, params = drawn(transform, index, image=image)
                theirs = cv2.inpaint(image, inside(params["holes"], image.shape), 3, number)
                compare(f"CoarseDropout {method} at borders, uint8", OPENCV, result["image"], theirs, EXACT)


@every_method
def test_channels_that_are_continued_by_themselves(method):
    number = {"inpaint_telea": cv2.INPAINT_TELEA, "inpaint_ns": cv2.INPAINT_NS}[method]
    image = np.random.default_rng(2).integers(0, 256, (50, 60, 5), np.uint8)
    result, params = drawn(A.CoarseDropout((3, 3), (8, 15), (8, 15), fill=method, p=1), image=image)
    holes = inside(params["holes"], image.shape)
    theirs = [cv2.inpaint(np.ascontiguousarray(image[:, :, channel]), holes, 3, number) for channel in range(5)]
    np.testing.assert_array_equal(result["image"], np.stack(theirs, axis=2))


@DTYPES
def test_channel_dropout_as_drawn(compare, dtype):
    for image in pictures(dtype, gray=False):
        for fill in (0, 9 if dtype == np.uint8 else 0.5):
            for index in range(4):
                result, params = drawn(A.ChannelDropout((1, 2), fill, p=1), index, image=image)
                theirs = forced(peer("ChannelDropout", fill=fill), channels_to_drop=params["channels"])(image=image)
                compare(f"ChannelDropout, {np.dtype(dtype)}", ALBUMENTATIONS, result["image"], theirs["image"], EXACT)


@DTYPES
@pytest.mark.parametrize("per_channel", [False, True])
def test_pixel_dropout(compare, per_channel, dtype):
    """Which pixels were dropped is seen in the result; dropped alike, albumentations' image is the same."""
    value = 7 if dtype == np.uint8 else 0.125
    for image in pictures(dtype):
        other = np.where(image == value, image + image.dtype.type(1) / 2 if dtype == np.float32 else value + 1, image)
        other = other.astype(dtype)
        for index in range(3):
            transform = A.PixelDropout(0.2, per_channel=per_channel, drop_value=value, p=1)
            result, _ = drawn(transform, index, image=other)
            dropped = result["image"] == dtype(value)
            if not per_channel and dropped.ndim == 3:
                assert (dropped.all(axis=2) == dropped.any(axis=2)).all()
            values = np.full(other.shape, value, dtype)
            theirs = forced(
                peer("PixelDropout", drop_value=value),
                drop_mask=dropped,
                drop_values=values,
                mask_drop_mask=None,
                mask_drop_values=None,
            )(image=other)["image"]
            assert 0.1 < dropped.mean() < 0.3
            compare(f"PixelDropout, {np.dtype(dtype)}", ALBUMENTATIONS, result["image"], theirs, EXACT)


def test_constrained_holes_stay_on_their_objects():
    image = next(pictures(np.uint8))
    mask = np.zeros(image.shape[:2], np.uint8)
    mask[20:60, 30:100] = 1
    mask[90:140, 120:180] = 2
    for index in range(20):
        transform = A.ConstrainedCoarseDropout((1, 3), (0.2, 0.4), (0.2, 0.4), mask_indices=[2], p=1)
        result, params = drawn(transform, index, image=image, mask=mask)
        holes = rows(params["holes"])
        assert len(holes)
        changed = (result["image"] != image).any(axis=2)
        assert changed.any()
        assert not changed[:80].any()
        theirs = forced(peer("ConstrainedCoarseDropout", mask_indices=[2]), holes=holes, seed=0)(image=image)["image"]
        np.testing.assert_array_equal(result["image"], theirs)


def test_constrained_holes_by_box_labels():
    image = next(pictures(np.uint8))
    policy = A.Compose(
        [A.ConstrainedCoarseDropout((2, 2), (0.3, 0.3), (0.3, 0.3), fill=255, bbox_labels=["cat"], p=1)],
        bbox_params=A.BboxParams("pascal_voc", label_fields=["names"]),
        seed=1,
    )
    for index in range(10):
        black = np.zeros_like(image)
        result = policy(image=black, bboxes=[(10, 10, 60, 60), (100, 80, 180, 140)], names=["dog", "cat"], index=index)
        changed = result["image"][:, :, 0] == 255
        assert changed.any()
        assert not changed[:70, :90].any()
