"""Guards encoded images: what the header says, what the pixels are, in every colour mode."""

from __future__ import annotations

import numpy as np
import pytest

import fastaug as A
from peers import cv2
from pictures import photo

LOSSLESS = ["png", "bmp", "tiff", "webp"]


def encoded(image, extension):
    """The bytes of a file with this RGB or gray image; WebP without loss."""
    stored = image[:, :, ::-1] if image.ndim == 3 else image
    quality = [cv2.IMWRITE_WEBP_QUALITY, 101] if extension == "webp" else []
    return cv2.imencode(f".{extension}", stored, quality)[1].tobytes()


@pytest.mark.parametrize("extension", LOSSLESS)
def test_lossless_files_give_back_their_pixels(extension):
    image = photo(37, 53)
    np.testing.assert_array_equal(A.imdecode(encoded(image, extension)), image)


@pytest.mark.parametrize("extension", LOSSLESS)
def test_gray_is_opencvs_gray_of_the_colours(extension):
    data = encoded(photo(37, 53), extension)
    expected = cv2.cvtColor(A.imdecode(data), cv2.COLOR_RGB2GRAY)
    np.testing.assert_array_equal(A.imdecode(data, mode="gray").reshape(37, 53), expected)


def test_gray_of_a_jpeg_is_the_brightness_it_holds():
    data = encoded(photo(37, 53), "jpeg")
    expected = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    np.testing.assert_array_equal(A.imdecode(data, mode="gray").reshape(37, 53), expected)


@pytest.mark.parametrize("extension", ["png", "jpeg"])
def test_gray_files_stay_as_they_are(extension):
    gray = np.ascontiguousarray(photo(37, 53)[:, :, 1])
    data = encoded(gray, extension)
    made = A.imdecode(data, mode="gray").reshape(37, 53)
    np.testing.assert_array_equal(A.imdecode(data), np.repeat(made[:, :, None], 3, axis=2))
    if extension == "png":
        np.testing.assert_array_equal(made, gray)


def test_the_header_is_read_without_the_pixels():
    data = encoded(photo(37, 53), "jpeg")
    info = A.decode_info(data[:700])
    assert (info["height"], info["width"], info["format"]) == (37, 53, "jpeg")


@pytest.mark.parametrize("extension", [*LOSSLESS, "jpeg"])
@pytest.mark.parametrize("length", [0, 1, 4, 40])
def test_cut_files_are_refused_in_words(extension, length):
    with pytest.raises(A.DecodeError) as error:
        A.imdecode(encoded(photo(37, 53), extension)[:length])
    assert "panicked" not in str(error.value)
