"""Guards ImageCompression: the pixels that Pillow, OpenCV and albumentations get back from a file."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

import fastaug as A
from parity import EXACT
from peers import ALBUMENTATIONS, OPENCV, PILLOW, cv2, peer, pictures
from pictures import noise, photo

KINDS = pytest.mark.parametrize("kind", ["jpeg", "webp"])
DTYPES = pytest.mark.parametrize("dtype", [np.uint8, np.float32], ids=["uint8", "float32"])
SETTINGS = {"jpeg": cv2.IMWRITE_JPEG_QUALITY, "webp": cv2.IMWRITE_WEBP_QUALITY}
SIZES = [(1, 1), (1, 9), (2, 3), (5, 4), (7, 40), (8, 8), (16, 16), (17, 15), (31, 33), (48, 64), (61, 83), (97, 133)]


def compressed(image, quality, kind="jpeg"):
    policy = A.Compose([A.ImageCompression(kind, quality_range=(quality, quality), p=1)])
    return policy(image=image)["image"]


def by_pillow(image, quality, kind="jpeg"):
    file = io.BytesIO()
    Image.fromarray(image).save(file, kind, quality=quality)
    return np.asarray(Image.open(file))


def by_opencv(image, quality, kind="jpeg"):
    """``image`` as OpenCV takes it: its colours are blue, green, red."""
    file = cv2.imencode(f".{kind}", image, [SETTINGS[kind], quality])[1]
    return cv2.imdecode(file, cv2.IMREAD_GRAYSCALE if image.ndim == 2 else cv2.IMREAD_COLOR)


def reversed_channels(image):
    return np.ascontiguousarray(image[..., ::-1])


@KINDS
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_every_size_is_pillows(compare, size, kind):
    for make in (photo, noise):
        image = make(*size)
        for quality in (1, 23, 50, 76, 95, 100):
            expected = by_pillow(image, quality, kind)
            compare(f"ImageCompression {kind}, uint8", PILLOW, compressed(image, quality, kind), expected, EXACT)


@pytest.mark.parametrize("channels", [0, 3])
def test_every_quality_is_pillows(compare, channels):
    image = photo(45, 83, channels)
    name = f"ImageCompression jpeg{'' if channels else ' gray'}, uint8"
    for quality in range(1, 101):
        compare(name, PILLOW, compressed(image, quality), by_pillow(image, quality), EXACT)


@KINDS
def test_gray_is_opencvs(compare, kind):
    for image in pictures(np.uint8, colour=False):
        for quality in (1, 30, 80, 100):
            expected = by_opencv(image, quality, kind)
            compare(f"ImageCompression {kind} gray, uint8", OPENCV, compressed(image, quality, kind), expected, EXACT)


@KINDS
def test_colours_are_opencvs(compare, kind):
    for image in pictures(np.uint8, gray=False):
        for quality in (1, 30, 80, 100):
            expected = reversed_channels(by_opencv(reversed_channels(image), quality, kind))
            compare(f"ImageCompression {kind}, uint8", OPENCV, compressed(image, quality, kind), expected, EXACT)


@KINDS
@DTYPES
def test_albumentations_has_the_channels_in_reverse(compare, kind, dtype):
    name = f"ImageCompression {kind}, {np.dtype(dtype)}"
    for image in pictures(dtype, gray=False):
        for quality in (5, 60, 99):
            theirs = peer("ImageCompression", compression_type=kind, quality_range=(quality, quality))
            expected = reversed_channels(theirs(image=reversed_channels(image))["image"])
            compare(f"{name}, channels in reverse", ALBUMENTATIONS, compressed(image, quality, kind), expected, EXACT)
    for image in pictures(dtype, colour=False):
        theirs = peer("ImageCompression", compression_type=kind, quality_range=(40, 40))
        compare(f"{name}, gray", ALBUMENTATIONS, compressed(image, 40, kind), theirs(image=image)["image"], EXACT)


@KINDS
@pytest.mark.parametrize("channels", [2, 4, 5, 7])
def test_other_channels_are_files_of_their_own(kind, channels):
    image = photo(37, 53, channels)
    found = compressed(image, 35, kind)
    colours = 3 if channels > 3 else 0
    if colours:
        np.testing.assert_array_equal(found[..., :3], compressed(np.ascontiguousarray(image[..., :3]), 35, kind))
        theirs = peer("ImageCompression", compression_type=kind, quality_range=(35, 35))(image=image)["image"]
        np.testing.assert_array_equal(found[..., 3:], theirs[..., 3:])
    for channel in range(colours, channels):
        np.testing.assert_array_equal(found[..., channel], compressed(image[..., channel], 35, kind))


@pytest.mark.parametrize(("kind", "side"), [("jpeg", 65_500), ("webp", 16_383)])
def test_what_no_file_can_be_is_refused(kind, side):
    policy = A.Compose([A.ImageCompression(kind, quality_range=(80, 80), p=1)])
    for size in ((side, 2), (2, side)):
        assert policy(image=photo(*size))["image"].shape == (*size, 3)
    for size in ((side + 1, 2), (2, side + 1)):
        with pytest.raises(A.ShapeError, match=rf"at most {side} rows and columns.*{size[0]}×{size[1]}"):
            policy(image=photo(*size))
    with pytest.raises(A.ShapeError, match=f"at most {side} rows"):
        A.Compose([A.NoOp(), *policy], is_check_shapes=False)(image=photo(), images=[photo(), photo(2, side + 1)])


def test_the_old_names_are_explained():
    for name in ("quality_lower", "quality_upper"):
        with pytest.raises(A.PolicyError, match=r"quality_range=\(lower, upper\)"):
            A.ImageCompression(**{name: 50})
    with pytest.raises(A.PolicyError, match="between 1 and 100"):
        A.Compose([A.ImageCompression(quality_range=(0, 50))])
