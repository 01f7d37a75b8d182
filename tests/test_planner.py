"""Guards the promise that fast is exact: whatever is planned, the bytes are those of one operation after the other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fastaug as A
from every_transform import ARGUMENTS, NAMES, default
from oracle import plainly
from pictures import encoded, labels, noise, photo, same

ANYTHING = [name for name in NAMES if name != "ToTensorV2"]
SMALL = {**ARGUMENTS, "height": 12, "width": 10, "x_max": 30, "y_max": 30}


@st.composite
def nodes(draw, depth=2):
    """A transform with its default arguments, or a container of some."""
    kind = draw(st.integers(0, 9)) if depth else 9
    if kind == 0:
        return A.OneOf(draw(st.lists(nodes(depth - 1), min_size=1, max_size=3)), p=1)
    if kind == 1:
        return A.SomeOf(draw(st.lists(nodes(depth - 1), min_size=1, max_size=3)), n=draw(st.integers(1, 2)))
    if kind == 2:
        return A.Sequential(draw(st.lists(nodes(depth - 1), max_size=3)), p=0.7)
    return default(draw(st.sampled_from(ANYTHING)))


def same_by_either_way(policy, index=0, **data):
    """Both ways give the same bytes, or refuse with the same words."""
    try:
        planned = policy(**data, index=index)
    except ValueError as error:
        with pytest.raises(ValueError, match=".") as caught:
            plainly(policy, index=index, **data)
        assert str(caught.value) == str(error)
        assert "panicked" not in str(error)
        return False
    assert same(plainly(policy, index=index, **data), planned), policy.explain(data["image"].shape[:2], index=index)
    return True


@settings(max_examples=400)
@given(
    transforms=st.lists(nodes(), max_size=7),
    index=st.integers(0, 2**32),
    height=st.integers(1, 60),
    width=st.integers(1, 60),
    channels=st.sampled_from([0, 1, 3, 3, 3, 4]),
    dtype=st.sampled_from([np.uint8, np.float32]),
)
def test_random_pipelines(transforms, index, height, width, channels, dtype):
    policy = A.Compose(transforms, seed=3)
    same_by_either_way(
        policy, index, image=photo(height, width, channels, dtype), mask=labels(height, width, np.uint16)
    )


MOVING = ["HorizontalFlip", "VerticalFlip", "Transpose", "RandomRotate90", "D4", "RandomCrop", "CenterCrop", "Pad",
          "PadIfNeeded", "Resize", "RandomResizedCrop", "SmallestMaxSize", "CropAndPad", "Affine", "Perspective"]  # fmt: skip
COLOURING = ["InvertImg", "RandomGamma", "Posterize", "Solarize", "RandomBrightnessContrast", "RGBShift", "ToSepia",
             "ToGray", "ChannelShuffle", "ChannelDropout", "HueSaturationValue", "ColorJitter", "PixelDropout",
             "CoarseDropout", "GridDropout", "GaussNoise", "Equalize", "AutoContrast"]  # fmt: skip
STORING = ["Normalize", "ToFloat", "NoOp"]


@settings(max_examples=300)
@given(
    moving=st.lists(st.sampled_from(MOVING), max_size=4),
    colouring=st.lists(st.sampled_from(COLOURING), max_size=5),
    moving_again=st.lists(st.sampled_from(MOVING), max_size=2),
    storing=st.sampled_from(STORING),
    index=st.integers(0, 2**32),
)
def test_pipelines_as_people_write_them(moving, colouring, moving_again, storing, index):
    """Geometry, colours, geometry, the store: where the planner moves crops, folds flips and joins passes."""
    names = [*moving, *colouring, *moving_again, storing]
    policy = A.Compose([default(name) for name in names], seed=3)
    same_by_either_way(policy, index, image=photo(48, 64), mask=labels(48, 64))


def test_the_strategy_finds_pipelines_that_run():
    """What is refused proves nothing about the planner: most pipelines must run."""
    ran = sum(same_by_either_way(A.Compose([default(name)], seed=3), image=photo(48, 64)) for name in NAMES)
    assert ran >= 0.9 * len(NAMES)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("second", MOVING)
@pytest.mark.parametrize("first", MOVING)
def test_every_pair_of_moves(first, second, dtype):
    policy = A.Compose([default(first), default(second, SMALL)], seed=5) if second != "Resize" else A.Compose(
        [default(first), default(second)], seed=5
    )  # fmt: skip
    for index in range(2):
        same_by_either_way(policy, index, image=noise(40, 52, dtype=dtype), mask=labels(40, 52, np.int32))


@pytest.mark.parametrize("move", MOVING)
@pytest.mark.parametrize("colour", COLOURING)
def test_every_colour_before_and_after_every_move(move, colour):
    for names in ([move, colour], [colour, move]):
        policy = A.Compose([*(default(name) for name in names), A.Normalize()], seed=5)
        same_by_either_way(policy, 1, image=noise(40, 52))


def test_images_larger_than_a_tile():
    """Passes run over tiles that fit the cache: results must not show where one ends."""
    policy = A.Compose(
        [
            A.RandomCrop(700, 900),
            A.HorizontalFlip(p=1),
            A.RandomBrightnessContrast(p=1),
            A.GaussNoise(per_channel=True, p=1),
            A.CoarseDropout(fill="random", p=1),
            A.PixelDropout(p=1),
            A.HueSaturationValue(p=1),
            A.Normalize(),
        ],
        seed=5,
    )
    assert same_by_either_way(policy, 2, image=photo(800, 1000))


def test_encoded_images_are_read_where_they_are_needed():
    image = photo(80, 96)
    policy = A.Compose([A.RandomCrop(20, 24), A.HorizontalFlip(), A.Normalize()], seed=5)
    for index in range(6):
        expected = policy(image=image, index=index)["image"]
        assert same(policy(image=encoded(image), index=index)["image"], expected)
        assert same(plainly(policy, index=index, image=encoded(image))["image"], expected)


def test_merging_geometry_has_to_be_asked_for():
    transforms = [A.Affine(rotate=(20, 20), p=1), A.Affine(scale=(1.2, 1.2), p=1), A.Resize(40, 40)]
    image = photo(64, 64)
    separate = A.Compose(transforms)
    merged = A.Compose(transforms, merge_geometry=True)
    assert same(separate(image=image, index=0)["image"], plainly(separate, image=image)["image"])
    made = merged(image=image, index=0)["image"]
    assert not same(made, separate(image=image, index=0)["image"])
    close = np.abs(made.astype(int) - separate(image=image, index=0)["image"].astype(int))
    assert close.mean() < 12


def test_merged_geometry_moves_boxes_and_keypoints_alike():
    transforms = [
        A.Affine(rotate=(-20, 20), p=1),
        A.Resize(70, 90),
        A.HorizontalFlip(),
        A.Affine(scale=(0.8, 1.2), p=1),
    ]
    params = {
        "bbox_params": A.BboxParams("pascal_voc"),
        "keypoint_params": A.KeypointParams("xy"),
        "seed": 3,
    }
    data = {"image": photo(), "bboxes": [(5, 6, 40, 30)], "keypoints": [(20, 20)]}
    for index in range(8):
        first = A.Compose(transforms, **params)(**data, index=index)
        second = A.Compose(transforms, merge_geometry=True, **params)(**data, index=index)
        np.testing.assert_allclose(first["bboxes"], second["bboxes"], atol=1e-6)
        np.testing.assert_allclose(first["keypoints"], second["keypoints"], atol=1e-6)
