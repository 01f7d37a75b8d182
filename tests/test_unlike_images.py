"""Guards what comes beside the first image, and sizes that cannot be: errors in words, never a panic."""

from __future__ import annotations

import numpy as np
import pytest

import fastaug as A
from pictures import photo

COLOURS = [
    A.RandomGamma(gamma_range=(120, 120), p=1),
    A.ColorJitter(p=1),
    A.RGBShift(p=1),
    A.Solarize(p=1),
    A.GaussNoise(p=1),
    A.Normalize(),
]


def floats(image):
    return image.astype(np.float32) / 255


@pytest.mark.parametrize("transform", COLOURS, ids=lambda transform: type(transform).__name__)
@pytest.mark.parametrize("swapped", [False, True])
def test_images_of_two_types_are_refused(transform, swapped):
    first, second = (floats(photo()), photo()) if swapped else (photo(), floats(photo()))
    some = A.Compose([transform], additional_targets={"other": "image"}, seed=1)
    with pytest.raises(A.ShapeError, match=r"drawn for the first image.*float32|drawn for the first image.*uint8"):
        some(image=first, other=second)
    with pytest.raises(A.ShapeError, match="drawn for the first image"):
        some(images=[first, second])


@pytest.mark.parametrize(
    "transform",
    [A.ToSepia(p=1), A.HueSaturationValue(p=1), A.CLAHE(p=1), A.Normalize(), A.ChannelShuffle(p=1)],
    ids=lambda transform: type(transform).__name__,
)
@pytest.mark.parametrize("channels", [0, 1, 4])
def test_colours_need_as_many_channels(transform, channels):
    some = A.Compose([transform], additional_targets={"other": "image"}, seed=1)
    with pytest.raises(A.ShapeError, match=r"3 channels.*(1|4) channels"):
        some(image=photo(), other=photo(channels=channels))


def test_a_gray_image_moves_and_darkens_with_a_colour_image():
    steps = [A.HorizontalFlip(p=1), A.RandomGamma(gamma_range=(150, 150), p=1), A.GaussianBlur(p=1), A.ToFloat()]
    some = A.Compose(steps, additional_targets={"depth": "image"}, seed=1)
    gray = photo(channels=0)
    made = some(image=photo(), depth=gray, index=3)["depth"]
    np.testing.assert_array_equal(made, A.Compose(steps, seed=1)(image=gray, index=3)["image"])


def test_selected_channels_have_to_be_there():
    some = A.Compose(
        [A.SelectiveChannelTransform([A.RandomGamma(p=1)], channels=(2,), p=1)], additional_targets={"other": "image"}
    )
    with pytest.raises(A.ShapeError, match="channels"):
        some(image=photo(), other=photo(channels=0))


@pytest.mark.parametrize(
    "steps",
    [
        [A.Resize(1048576, 1048576)],
        [A.Pad(10**9)],
        [A.RandomScale((1e9, 1e9), p=1)],
        [A.Resize(200000, 200000), A.Blur(p=1), A.CenterCrop(3, 3)],
        [A.Resize(200000, 200000), A.CLAHE(p=1), A.CenterCrop(3, 3)],
    ],
    ids=str,
)
def test_images_that_no_memory_holds_are_refused(steps):
    with pytest.raises(A.ShapeError, match="more than one can be"):
        A.Compose(steps)(image=photo())


def test_the_largest_box_blur_runs_and_a_larger_one_is_refused():
    assert A.Compose([A.Blur(blur_range=(2901, 2901), p=1)])(image=photo())["image"].shape == photo().shape
    with pytest.raises(A.PolicyError, match="blur_range"):
        A.Blur(blur_range=(2903, 2903), p=1)
