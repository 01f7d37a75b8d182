"""Guards masks and several images: labels without loss, any type, the same draw for all, containers as they came."""

from __future__ import annotations

import numpy as np
import pytest

import fastaug as A
from pictures import labels, photo, same

MASK_TYPES = (
    "bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float32", "float64",
)  # fmt: skip


def extreme_labels(dtype):
    """Labels that only survive if no conversion happens on the way."""
    mask = labels(48, 64)
    if dtype == "bool":
        return mask > 2
    if dtype.startswith("float"):
        values = np.array([0, 1 / 3, -1e30, 1e-30, 7], dtype)
    else:
        limits = np.iinfo(dtype)
        values = np.array([0, 1, limits.max, limits.min, limits.max // 3], dtype)
    return values[mask]


def everything_geometric():
    return A.Compose(
        [
            A.RandomResizedCrop((40, 44), scale=(0.4, 0.9)),
            A.Affine(rotate=(-30, 30), scale=(0.7, 1.2), p=1),
            A.D4(),
            A.Perspective(p=1),
            A.PadIfNeeded(50, 50),
        ],
        seed=4,
    )


@pytest.mark.parametrize("dtype", MASK_TYPES)
def test_labels_of_any_type_come_through_without_loss(dtype):
    policy = everything_geometric()
    mask = extreme_labels(dtype)
    numbers = np.unique(mask, return_inverse=True)[1].reshape(mask.shape).astype(np.uint8)
    zero = int(np.searchsorted(np.unique(mask), np.zeros((), mask.dtype)))
    for index in range(5):
        result = policy(image=photo(), mask=mask, index=index)["mask"]
        # The same picture of labels, numbered: shows that every pixel went its way with all its bits.
        numbered = A.Compose(policy.transforms, seed=4)
        expected = numbered(image=photo(), mask=numbers + 1, index=index)["mask"]
        outside = expected == 0
        expected_values = np.unique(mask)[np.where(outside, zero, expected - (~outside))]
        assert result.dtype == mask.dtype
        np.testing.assert_array_equal(result, expected_values)


def test_images_of_other_types_are_refused_with_what_to_do():
    for dtype in ("float64", "int32", "uint16", "bool", "float16"):
        with pytest.raises(A.ShapeError, match=f"image has dtype {dtype}.*uint8.*float32.*astype"):
            A.Compose([A.NoOp()])(image=photo().astype(dtype))
    for dtype in ("complex64", "float16", "U3", "O"):
        with pytest.raises(A.ShapeError, match="mask has dtype.*masks are"):
            A.Compose([A.NoOp()])(image=photo(), mask=np.zeros((48, 64), dtype))


def test_pixel_transforms_leave_masks_alone():
    policy = A.Compose([A.RandomBrightnessContrast(p=1), A.GaussianBlur(p=1), A.GaussNoise(p=1), A.Normalize()])
    mask = extreme_labels("float32")
    assert same(policy(image=photo(), mask=mask)["mask"], mask)


def test_masks_with_channels():
    mask = np.stack([labels(), labels() // 2, 4 - labels()], axis=2)
    policy = everything_geometric()
    result = policy(image=photo(), mask=mask, index=1)["mask"]
    for channel in range(3):
        alone = policy(image=photo(), mask=np.ascontiguousarray(mask[:, :, channel]), index=1)["mask"]
        assert same(np.ascontiguousarray(result[:, :, channel]), alone)
    one = policy(image=photo(), mask=mask[:, :, :1], index=1)["mask"]
    assert one.ndim == 3
    assert one.shape[2] == 1


@pytest.mark.parametrize("container", [list, tuple, np.stack])
def test_several_masks_come_back_as_they_were_given(container):
    masks = [labels(), labels() + 1, labels() // 2]
    policy = everything_geometric()
    result = policy(image=photo(), masks=container(masks), index=2)["masks"]
    assert type(result) is type(container(masks))
    assert len(result) == 3
    for made, mask in zip(result, masks, strict=True):
        assert same(np.ascontiguousarray(made), policy(image=photo(), mask=mask, index=2)["mask"])


@pytest.mark.parametrize("container", [list, tuple, np.stack])
def test_several_images_get_the_same_draw(container):
    images = [photo(seed=seed) for seed in range(3)]
    policy = A.Compose(
        [
            A.RandomCrop(30, 34),
            A.Affine(rotate=(-30, 30), p=0.7),
            A.ColorJitter(p=0.7),
            A.CoarseDropout(fill="random", p=0.6),
            A.GaussNoise(p=0.5),
            A.D4(),
        ],
        seed=6,
    )
    for index in range(5):
        result = policy(images=container(images), index=index)["images"]
        assert type(result) is type(container(images))
        for made, one in zip(result, images, strict=True):
            assert same(np.ascontiguousarray(made), policy(image=one, index=index)["image"])


def test_images_alone_and_beside_an_image():
    images = [photo(seed=1), photo(seed=2)]
    policy = A.Compose([A.RandomCrop(20, 20)], seed=2)
    beside = policy(image=photo(seed=0), images=images, mask=labels(), index=3)
    alone = policy(images=images, index=3)
    assert same(beside["images"], alone["images"])
    assert list(beside) == ["image", "images", "mask"]


def test_the_order_of_arguments_does_not_matter():
    policy = A.Compose([A.RandomCrop(20, 20)], additional_targets={"right": "image", "depth": "mask"}, seed=2)
    data = {"image": photo(), "mask": labels(), "right": photo(seed=2), "masks": [labels()], "depth": labels() * 2}
    first = policy(**data, index=1)
    second = policy(**dict(reversed(data.items())), index=1)
    assert all(same(first[name], second[name]) for name in data)


def test_no_mask_is_passed_through():
    assert A.Compose([A.HorizontalFlip(p=1)])(image=photo(), mask=None)["mask"] is None


def test_fill_mask_is_the_label_of_borders():
    mask = labels(20, 20, np.int32)
    result = A.Compose([A.Pad(2, fill_mask=-7)])(image=photo(20, 20), mask=mask)["mask"]
    assert (result[:2] == -7).all()
    assert same(np.ascontiguousarray(result[2:-2, 2:-2]), mask)


def test_dropout_reaches_masks_only_when_asked():
    image, mask = photo(), labels() + 1
    untouched = A.Compose([A.CoarseDropout(p=1)], seed=1)(image=image, mask=mask, index=0)
    assert same(untouched["mask"], mask)
    touched = A.Compose([A.CoarseDropout(fill=0, fill_mask=9, p=1)], seed=1)(image=image, mask=mask, index=0)
    holes = touched["mask"] == 9
    assert holes.any()
    assert (touched["image"][holes] == 0).all()
    assert same(touched["mask"][~holes], mask[~holes])


def test_masks_are_nearest_and_images_are_not():
    image = np.zeros((20, 20), np.uint8)
    image[:, 10:] = 200
    result = A.Compose([A.Affine(rotate=(20, 20), p=1)])(image=image, mask=image.copy())
    assert len(np.unique(result["image"])) > 10
    assert set(np.unique(result["mask"])) == {0, 200}
