"""Guards JPEG files: pixels as Pillow and OpenCV decode them, damaged files included, and files as Pillow writes them."""

from __future__ import annotations

import functools
import io
import threading
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFile, ImageOps

import fastaug as A
from jpeg_files import (
    OPENCV_SUBSAMPLING,
    PILLOW_SUBSAMPLING,
    SIZES,
    by_opencv,
    by_pillow,
    exif_orientation,
    files,
)
from levels import LEVELS, in_process
from peers import cv2
from pictures import encoded, noise, photo

EVERY = list(files().items())
SCALES = {0.5: cv2.IMREAD_REDUCED_COLOR_2, 0.25: cv2.IMREAD_REDUCED_COLOR_4, 0.125: cv2.IMREAD_REDUCED_COLOR_8}
PHOTO = by_pillow(photo(97, 133))


def pillow(data, mode="RGB"):
    """Pillow's pixels; gray is the brightness that is stored, where it is."""
    image = Image.open(io.BytesIO(data), formats=["JPEG"])
    if mode == "L" and image.mode == "RGB":
        image.draft("L", image.size)
    return np.asarray(image.convert(mode))


def opencv(data, flags=cv2.IMREAD_COLOR):
    """OpenCV's pixels in fastaug's order."""
    return cv2.imdecode(np.frombuffer(data, np.uint8), flags | cv2.IMREAD_IGNORE_ORIENTATION)[:, :, ::-1]


def components(data):
    return A.decode_info(data)["components"]


# -- decoding --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "data"), EVERY, ids=[name for name, _ in EVERY])
def test_pixels_are_pillows(name, data):
    np.testing.assert_array_equal(A.imdecode(data), pillow(data))
    np.testing.assert_array_equal(A.imdecode(data, "gray"), pillow(data, "L"))
    np.testing.assert_array_equal(A.imdecode(data, "bgr"), pillow(data)[:, :, ::-1])
    rgba = A.imdecode(data, "rgba")
    np.testing.assert_array_equal(rgba[:, :, :3], pillow(data))
    assert (rgba[:, :, 3] == 255).all()


@pytest.mark.parametrize("progressive", [False, True])
def test_four_inks_are_pillows(progressive):
    data = by_pillow(photo(97, 133), "CMYK", progressive=progressive)
    np.testing.assert_array_equal(A.imdecode(data, "cmyk"), pillow(data, "CMYK"))
    np.testing.assert_array_equal(A.imdecode(data, "unchanged"), pillow(data, "CMYK"))


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize(("name", "data"), EVERY, ids=[name for name, _ in EVERY])
def test_reduced_pixels_are_opencvs(name, data, scale):
    if components(data) == 4:
        pytest.skip("OpenCV turns four inks into colours in a way of its own")
    np.testing.assert_array_equal(A.imdecode(data, scale=scale), opencv(data, SCALES[scale]))


def test_reduced_inks_are_pillows():
    data = by_pillow(photo(96, 136), "CMYK")
    for reduced in (2, 4, 8):
        image = Image.open(io.BytesIO(data))
        image.draft(None, (136 // reduced, 96 // reduced))
        np.testing.assert_array_equal(A.imdecode(data, "cmyk", scale=1 / reduced), np.asarray(image))


@functools.cache
def whole(name, mode, scale):
    return A.imdecode(files()[name], mode, scale=scale)


@given(data=st.data())
def test_any_region_is_what_would_be_cut_out(data):
    name = data.draw(st.sampled_from(sorted(files())), "file")
    modes = ["rgb", "gray", "bgr", "rgba", *(["cmyk"] if components(files()[name]) == 4 else [])]
    mode = data.draw(st.sampled_from(modes), "mode")
    scale = data.draw(st.sampled_from([1, *SCALES]), "scale")
    expected = whole(name, mode, scale)
    height, width = expected.shape[:2]
    x, y = data.draw(st.integers(0, width - 1), "x"), data.draw(st.integers(0, height - 1), "y")
    region = (x, y, data.draw(st.integers(1, width - x), "width"), data.draw(st.integers(1, height - y), "height"))
    found = A.imdecode(files()[name], mode, region=region, scale=scale)
    np.testing.assert_array_equal(found, expected[y : y + region[3], x : x + region[2]])


@pytest.mark.parametrize("number", range(1, 9))
def test_an_orientation_is_said_and_left_alone(number):
    turned = by_pillow(photo(37, 53), exif=exif_orientation(number))
    assert A.decode_info(turned)["orientation"] == number
    np.testing.assert_array_equal(A.imdecode(turned), A.imdecode(by_pillow(photo(37, 53))))


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("subsampling", PILLOW_SUBSAMPLING)
@pytest.mark.parametrize("number", range(1, 9))
def test_a_picture_is_seen_as_pillow_turns_it(number, subsampling, progressive):
    exif = exif_orientation(number)
    data = by_pillow(photo(97, 133), exif=exif, subsampling=subsampling, progressive=progressive)
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    np.testing.assert_array_equal(A.imdecode(data, orient=True), np.asarray(image))
    for mode in ("rgb", "bgr", "gray", "rgba"):
        for scale in (1, *SCALES):
            stored = A.imdecode(data, mode, scale=scale)
            seen = np.asarray(ImageOps.exif_transpose(_with_exif(stored, exif)))
            found = A.imdecode(data, mode, scale=scale, orient=True)
            np.testing.assert_array_equal(found, seen)
            height, width = seen.shape[:2]
            x, y = width // 4, height // 3
            part = A.imdecode(data, mode, scale=scale, orient=True, region=(x, y, width - x - 2, height - y - 3))
            np.testing.assert_array_equal(part, seen[y : height - 3, x : width - 2])


def _with_exif(pixels, exif):
    """Pixels as Pillow's picture, with EXIF data."""
    image = Image.fromarray(pixels)
    image.getexif().load(exif)
    return image


def test_a_region_must_lie_in_what_is_seen():
    lying = by_pillow(photo(37, 53), exif=exif_orientation(6))
    assert A.imdecode(lying, orient=True, region=(30, 50, 7, 3)).shape == (3, 7, 3)
    with pytest.raises(A.DecodeError, match="37 pixels wide and 53 high"):
        A.imdecode(lying, orient=True, region=(50, 30, 3, 7))


@pytest.mark.parametrize("number", range(1, 9))
def test_threads_turn_pictures_too(number):
    data = by_pillow(photo(1211, 1003), exif=exif_orientation(number))
    expected = A.imdecode(data, orient=True)
    np.testing.assert_array_equal(A.imdecode(data, orient=True, threads=2), expected)


@pytest.mark.parametrize("number", [1, 3, 6])
@pytest.mark.parametrize("restarts", [0, 50])
def test_threads_share_progressive_files(number, restarts):
    data = by_pillow(photo(1211, 1003), progressive=True, exif=exif_orientation(number), restart_marker_blocks=restarts)
    for arguments in ({}, {"region": (20, 31, 900, 960)}, {"mode": "gray"}):
        expected = A.imdecode(data, orient=True, **arguments)
        for threads in (2, 3):
            made = A.imdecode(data, orient=True, threads=threads, **arguments)
            np.testing.assert_array_equal(made, expected)
    half = data[: len(data) // 2]
    np.testing.assert_array_equal(A.imdecode(half, tolerant=True, threads=2), A.imdecode(half, tolerant=True))
    with pytest.raises(A.DecodeError) as one:
        A.imdecode(half)
    with pytest.raises(A.DecodeError) as two:
        A.imdecode(half, threads=2)
    assert str(one.value) == str(two.value)


def test_other_formats_are_seen_as_they_are():
    png = encoded(photo(37, 53), "PNG", exif=exif_orientation(6))
    np.testing.assert_array_equal(A.imdecode(png, orient=True), photo(37, 53))


# -- planes ----------------------------------------------------------------------------------------------------------


def between(samples, axis):
    """Twice as many along an axis, each weighted 3 to 1 between its two nearest samples; not yet divided by 4."""
    padded = np.pad(samples.astype(int), [(1, 1) if each == axis else (0, 0) for each in range(2)], mode="edge")
    count = samples.shape[axis]
    before, middle, behind = (padded.take(range(first, first + count), axis) for first in range(3))
    pairs = np.stack([3 * middle + before, 3 * middle + behind], axis + 1)
    return pairs.reshape([2 * count if each == axis else extent for each, extent in enumerate(samples.shape)])


def grown(samples, size, kind):
    """A plane grown to the size of the picture, as libjpeg's "fancy upsampling" is defined."""
    if kind == "4:2:2":
        samples = between(samples, 1) + np.tile([1, 2], samples.shape[1]) >> 2
    elif kind == "4:4:0":
        samples = between(samples, 0) + np.tile([1, 2], samples.shape[0])[:, None] >> 2
    elif kind == "4:2:0":
        samples = between(between(samples, 0), 1) + np.tile([8, 7], samples.shape[1]) >> 4
    elif kind == "4:1:1":
        samples = samples.repeat(4, 1)
    return samples[: size[0], : size[1]]


@pytest.mark.parametrize("progressive", [0, 1])
@pytest.mark.parametrize("kind", OPENCV_SUBSAMPLING)
@pytest.mark.parametrize("size", [(7, 9), (16, 17), (97, 133)])
def test_planes_grow_to_pillows_ycbcr(size, kind, progressive):
    data = by_opencv(photo(*size), SAMPLING_FACTOR=OPENCV_SUBSAMPLING[kind], PROGRESSIVE=progressive)
    assert A.decode_info(data)["sampling"] == kind
    planes = A.decode_planes(data)
    across, down = {"4:4:4": (1, 1), "4:2:2": (2, 1), "4:2:0": (2, 2), "4:4:0": (1, 2), "4:1:1": (4, 1)}[kind]
    small = (-(-size[0] // down), -(-size[1] // across))
    assert [plane.shape for plane in planes] == [size, small, small]
    image = Image.open(io.BytesIO(data))
    image.draft("YCbCr", image.size)
    assert image.mode == "YCbCr"
    expected = np.asarray(image)
    np.testing.assert_array_equal(planes[0], expected[:, :, 0])
    for plane, channel in ((planes[1], 1), (planes[2], 2)):
        np.testing.assert_array_equal(grown(plane, size, kind), expected[:, :, channel])


@pytest.mark.parametrize("scale", [1, *SCALES])
@pytest.mark.parametrize("progressive", [False, True])
def test_planes_of_all_samples_are_pillows_at_every_scale(scale, progressive):
    data = by_pillow(photo(96, 136), subsampling=0, progressive=progressive)
    for mode in ("YCbCr", "L"):
        image = Image.open(io.BytesIO(data if mode == "YCbCr" else by_pillow(photo(96, 136, 0))))
        image.draft(mode, (int(136 * scale), int(96 * scale)))
        expected = np.asarray(image).reshape(int(96 * scale), int(136 * scale), -1)
        planes = A.decode_planes(data if mode == "YCbCr" else by_pillow(photo(96, 136, 0)), scale=scale)
        np.testing.assert_array_equal(np.stack(planes, 2), expected)


def test_planes_of_inks_and_colours_are_what_the_file_holds(tmp_path):
    inks = by_pillow(photo(37, 53), "CMYK")
    np.testing.assert_array_equal(255 - np.stack(A.decode_planes(inks), 2), A.imdecode(inks, "cmyk"))
    path = tmp_path / "colours.jpg"
    path.write_bytes(by_pillow(photo(37, 53), keep_rgb=True))
    np.testing.assert_array_equal(np.stack(A.decode_planes(path), 2), A.imread(path))


def test_planes_of_damaged_and_other_files():
    cut = PHOTO[: len(PHOTO) // 2]
    with pytest.raises(A.DecodeError, match="byte"):
        A.decode_planes(cut)
    brightness = A.decode_planes(cut, tolerant=True)[0]
    np.testing.assert_array_equal(brightness, A.imdecode(cut, "gray", tolerant=True))
    with pytest.raises(A.DecodeError, match="only JPEG files are stored in planes, and this one is png"):
        A.decode_planes(encoded(photo(7, 9), "PNG"))
    with pytest.raises(A.DecodeError, match="scale must be"):
        A.decode_planes(PHOTO, scale=0.3)


# -- files in part ---------------------------------------------------------------------------------------------------


def test_files_can_be_read_in_part(tmp_path):
    path = tmp_path / "photo.jpg"
    path.write_bytes(PHOTO)
    expected = A.imdecode(PHOTO, "bgr", scale=0.5)[3:8, 10:30]
    for kind in (str(path), path):
        np.testing.assert_array_equal(A.imread(kind, "bgr", region=(10, 3, 20, 5), scale=0.5), expected)
    for kind in (bytearray(PHOTO), memoryview(PHOTO), np.frombuffer(PHOTO, np.uint8)):
        np.testing.assert_array_equal(A.imdecode(kind, "bgr", region=[10, 3, 20, 5], scale=1 / 2), expected)


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF"])
def test_other_formats_have_regions_but_no_scales(kind):
    image = photo(37, 53)
    data = encoded(image, kind)
    np.testing.assert_array_equal(A.imdecode(data, "bgr"), image[:, :, ::-1])
    np.testing.assert_array_equal(A.imdecode(data, region=(5, 7, 20, 10), tolerant=True), image[7:17, 5:25])
    with pytest.raises(A.DecodeError, match=rf"^scale must be 1 .* only JPEG files .* this one is {kind[:3].lower()}"):
        A.imdecode(data, scale=0.5)
    with pytest.raises(A.DecodeError, match="^mode cmyk is for JPEG files of four components, and this file is "):
        A.imdecode(data, "cmyk")


REGION = "region must be (x, y, width, height), four whole numbers of which x and y are at least 0"
ARGUMENTS = [
    ({"mode": "hsv"}, 'mode must be rgb, bgr, gray, rgba, cmyk or unchanged, got "hsv"'),
    ({"mode": "cmyk"}, "mode cmyk is for JPEG files of four components, and this one has 3"),
    ({"scale": 0.3}, "scale must be 1, 1/2, 1/4 or 1/8, got 0.3"),
    ({"scale": 2}, "scale must be 1, 1/2, 1/4 or 1/8, got 2"),
    ({"scale": float("nan")}, "scale must be 1, 1/2, 1/4 or 1/8, got NaN"),
    ({"region": (-1, 0, 5, 5)}, REGION),
    ({"region": (0, 0, 0, 5)}, REGION),
    ({"region": (0, 0, 5)}, REGION),
    ({"region": (0, 0, 5, 5.5)}, REGION),
    ({"region": "all"}, REGION),
    ({"region": 7}, REGION),
    (
        {"region": (100, 90, 34, 5)},
        "region must lie inside the picture, which is 133 pixels wide and 97 high: got x 100, y 90, width 34, height 5",
    ),
    ({"region": (0, 0, 2**63, 2**63)}, "region must lie inside the picture"),
    (
        {"region": (60, 0, 10, 5), "scale": 0.5},
        "region must lie inside the picture, which is 67 pixels wide and 49 high",
    ),
]


@pytest.mark.parametrize(("arguments", "words"), ARGUMENTS, ids=[str(arguments) for arguments, _ in ARGUMENTS])
def test_wrong_arguments_are_refused_in_words(arguments, words):
    with pytest.raises(A.DecodeError) as error:
        A.imdecode(PHOTO, **arguments)
    assert str(error.value).startswith(words)


# -- what a header says ----------------------------------------------------------------------------------------------


def test_a_header_in_full():
    assert A.decode_info(by_pillow(photo(37, 53), quality=87, progressive=True)) == {
        "format": "jpeg",
        "height": 37,
        "width": 53,
        "channels": 3,
        "dtype": "uint8",
        "components": 3,
        "progressive": True,
        "sampling": "4:2:0",
        "orientation": 1,
        "restart_interval": 0,
        "quality": 87,
    }
    assert set(A.decode_info(encoded(photo(37, 53)))) == {"format", "height", "width", "channels", "dtype"}


@pytest.mark.parametrize("quality", range(1, 101))
def test_the_quality_is_recognized(quality):
    assert A.decode_info(by_pillow(photo(8, 8, 0), quality=quality))["quality"] == quality


@pytest.mark.parametrize("name", OPENCV_SUBSAMPLING)
def test_the_sampling_is_named(name):
    assert A.decode_info(by_opencv(photo(33, 31), SAMPLING_FACTOR=OPENCV_SUBSAMPLING[name]))["sampling"] == name


def test_unusual_samplings_are_spelled_out():
    usual = by_pillow(photo(33, 31))
    at = usual.index(b"\xff\xc0") + 11
    assert usual[at] == 0x22
    unusual = usual[:at] + b"\x21" + usual[at + 1 : at + 3] + b"\x12" + usual[at + 4 :]
    assert A.decode_info(unusual)["sampling"] == "2x1,1x2,1x1"
    assert A.decode_info(by_pillow(photo(33, 31, 0)))["sampling"] == "1x1"
    assert A.decode_info(by_pillow(photo(33, 31), "CMYK"))["sampling"] == "1x1,1x1,1x1,1x1"


def test_the_restart_interval():
    assert A.decode_info(by_pillow(photo(33, 31), restart_marker_blocks=7))["restart_interval"] == 7


# -- damage ----------------------------------------------------------------------------------------------------------


def refusal(data, **arguments):
    with pytest.raises(A.DecodeError) as error:
        A.imdecode(data, **arguments)
    words = str(error.value)
    assert "panicked" not in words
    return words


DAMAGED = {
    "4:2:0": PHOTO,
    "4:4:4": by_pillow(photo(40, 56), subsampling=0, optimize=True),
    "gray": by_pillow(photo(40, 56, 0)),
    "progressive": by_pillow(photo(40, 56), progressive=True),
    "restarts": by_pillow(photo(40, 56), restart_marker_blocks=2),
    "CMYK": by_pillow(photo(40, 56), "CMYK"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_flipped_bytes_mean_what_they_mean_to_pillow(name):
    """Where Pillow makes something of a damaged file, so does fastaug, and the same; never a panic."""
    rng = np.random.default_rng(len(DAMAGED[name]))
    decoded = 0
    for position in rng.integers(2, len(DAMAGED[name]), 300):
        damaged = bytearray(DAMAGED[name])
        damaged[position] ^= int(rng.integers(1, 256))
        damaged = bytes(damaged)
        try:
            expected = pillow(damaged)
        except Exception:
            try:
                A.imdecode(damaged)
            except A.DecodeError as error:
                assert "panicked" not in str(error)
            continue
        np.testing.assert_array_equal(A.imdecode(damaged), expected, err_msg=f"byte {position}")
        decoded += 1
    assert decoded > 50


@pytest.mark.parametrize("name", ["4:2:0", "4:4:4", "gray", "restarts"])
def test_cut_files_are_refused_unless_that_is_tolerated(name, monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    data = DAMAGED[name]
    begin = data.index(b"\xff\xda") + 40
    pixels = A.imdecode(data)
    for length in range(begin, len(data) - 40, (len(data) - begin) // 9):
        cut = data[:length]
        assert "truncated" in refusal(cut)
        found = A.imdecode(cut, tolerant=True)
        assert found.shape == pixels.shape
        # What Pillow could not decode it leaves black.
        expected = pillow(cut)
        rows = 1 + max(np.flatnonzero(expected.any(axis=(1, 2))), default=-1)
        np.testing.assert_array_equal(found[:rows], expected[:rows])
    np.testing.assert_array_equal(A.imdecode(data, tolerant=True), pixels)
    for length in (0, 1, 2, 30, begin - 60):
        refusal(data[:length], tolerant=True)


def test_a_progressive_file_that_was_cut_is_coarser():
    data = DAMAGED["progressive"]
    pixels = A.imdecode(data).astype(int)
    distances = []
    # Cuts fall between scans, into their headers and into their data.
    for length in range(data.index(b"\xff\xda") + 300, len(data), 7):
        cut = data[:length]
        assert "truncated" in refusal(cut)
        distances.append(np.abs(A.imdecode(cut, tolerant=True) - pixels).mean())
    assert 40 > distances[0] > distances[len(distances) // 2] > distances[-1]


def test_refusals_say_what_where_and_why():
    tables = PHOTO.index(b"\xff\xc4")
    wrong = PHOTO[: tables + 5] + bytes([255] * 16) + PHOTO[tables + 21 :]
    assert f"(DHT, byte {tables})" in refusal(wrong)
    assert refusal(wrong).startswith("the file is damaged: ")
    frame = PHOTO.index(b"\xff\xc0")
    arithmetic = PHOTO[: frame + 1] + b"\xc9" + PHOTO[frame + 2 :]
    assert refusal(arithmetic) == f"not supported: arithmetic coding (SOF9, byte {frame})"
    assert refusal(PHOTO[:-100]).startswith("the file is truncated: ")


def test_enormous_files_are_refused_before_memory_is_asked_for():
    at = PHOTO.index(b"\xff\xc0") + 5
    enormous = PHOTO[:at] + b"\xea\x60\xea\x60" + PHOTO[at + 4 :]
    for attempt in (A.imdecode, A.decode_info):
        with pytest.raises(A.DecodeError, match="60000×60000, 3600000000 pixels, more than the limit of 178956970"):
            attempt(enormous)


# -- encoding --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("optimize", [False, True])
@pytest.mark.parametrize("subsampling", PILLOW_SUBSAMPLING)
@pytest.mark.parametrize("quality", [1, 20, 50, 75, 90, 95, 100])
def test_files_are_those_that_pillow_writes(quality, subsampling, optimize):
    for image in (photo(97, 133), noise(61, 83), photo(16, 16), photo(1, 1), photo(7, 120)):
        expected = by_pillow(image, quality=quality, subsampling=PILLOW_SUBSAMPLING[subsampling], optimize=optimize)
        assert A.imencode(image, quality, subsampling=subsampling, optimize=optimize) == expected


@pytest.mark.parametrize("subsampling", OPENCV_SUBSAMPLING)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_files_are_those_that_opencv_writes(size, subsampling):
    image = photo(*size)
    expected = by_opencv(image, QUALITY=85, SAMPLING_FACTOR=OPENCV_SUBSAMPLING[subsampling])
    assert A.imencode(image, 85, subsampling=subsampling) == expected


@pytest.mark.parametrize("blocks", [1, 5, 1000])
def test_restart_markers_are_those_that_pillow_writes(blocks):
    image = photo(97, 133)
    expected = by_pillow(image, quality=95, restart_marker_blocks=blocks)
    assert A.imencode(image, restart_interval=blocks) == expected


def test_gray_files_are_those_that_pillow_writes():
    gray = photo(37, 53, 0)
    assert A.imencode(gray, 80) == by_pillow(gray, quality=80)
    assert A.imencode(gray[:, :, None], 80) == by_pillow(gray, quality=80)


def test_opacity_is_left_out():
    image = photo(37, 53, 4)
    assert A.imencode(image) == A.imencode(np.ascontiguousarray(image[:, :, :3]))


def test_defaults():
    image = photo(37, 53)
    assert A.imencode(image) == A.imencode(image, quality=95, subsampling="4:2:0", optimize=False, restart_interval=0)
    assert A.imencode(image) == by_pillow(image, quality=95, subsampling="4:2:0")
    assert A.imencode(image, np.int64(95)) == A.imencode(image)


@pytest.mark.parametrize("shape", [(37, 53), (37, 53, 1), (37, 53, 3), (37, 53, 4)], ids=str)
def test_pixels_may_lie_anyhow(shape):
    image = photo(*shape[:2], shape[2] if len(shape) == 3 else 0)
    views = {
        "part": image[3:30, 5:40],
        "every other row": image[::2],
        "every third column": image[:, ::3],
        "upside down": image[::-1],
        "mirrored": image[:, ::-1],
        "transposed": image.swapaxes(0, 1),
        "columns first": np.asfortranarray(image),
        "one row again and again": np.broadcast_to(image[5:6], image.shape),
        "one column again and again": np.broadcast_to(image[:, 5:6], image.shape),
    }
    if len(shape) == 3:
        views["channels backwards"] = image[:, :, ::-1]
    for name, view in views.items():
        view.flags.writeable = False
        assert A.imencode(view) == A.imencode(np.array(view, order="C")), name


WRONG = [
    ({"quality": 0}, ValueError, "quality must be a whole number from 1 to 100, got 0"),
    ({"quality": 101}, ValueError, "quality must be a whole number from 1 to 100, got 101"),
    ({"quality": 10**30}, ValueError, "quality must be a whole number from 1 to 100, got 1000"),
    ({"quality": 80.5}, TypeError, "quality must be a whole number from 1 to 100, got 80.5"),
    ({"quality": "high"}, TypeError, "quality must be a whole number from 1 to 100, got high"),
    ({"restart_interval": -1}, ValueError, "restart_interval must be a whole number from 0 to 65535, got -1"),
    ({"restart_interval": 65536}, ValueError, "restart_interval must be a whole number from 0 to 65535, got 65536"),
    (
        {"subsampling": "420"},
        ValueError,
        'subsampling must be "4:4:4", "4:2:2", "4:2:0", "4:4:0" or "4:1:1", got "420"',
    ),
    ({"image": [[1]]}, TypeError, "image must be a numpy array of type uint8, got <class 'list'>"),
    ({"image": np.zeros((4, 4), np.float32)}, A.ShapeError, "image has dtype float32; a JPEG file is made of uint8"),
    ({"image": np.zeros((4, 4), bool)}, A.ShapeError, "image has dtype bool; a JPEG file is made of uint8"),
    ({"image": np.zeros(4, np.uint8)}, A.ShapeError, "image has 1 dimensions and shape [4]"),
    ({"image": np.zeros((0, 4), np.uint8)}, A.ShapeError, "image has no pixels"),
    ({"image": np.zeros((4, 4, 2), np.uint8)}, A.ShapeError, "image must have 1 (gray), 3 (RGB) or 4 (RGBA) channels"),
    (
        {"image": np.zeros((1, 65536), np.uint8)},
        A.ShapeError,
        "image: a JPEG has 1 to 65535 rows and columns, not 1×65536",
    ),
]


@pytest.mark.parametrize(("arguments", "kind", "words"), WRONG, ids=[words for _, _, words in WRONG])
def test_what_cannot_be_encoded_is_refused_in_words(arguments, kind, words):
    with pytest.raises(kind) as error:
        A.imencode(**{"image": photo(8, 8), **arguments})
    assert str(error.value).startswith(words)


def test_other_threads_run_meanwhile():
    image = noise(1500, 2000)
    done, ticks = threading.Event(), []

    def tick():
        while not done.is_set():
            ticks.append(time.perf_counter())
            time.sleep(0.001)

    ticker = threading.Thread(target=tick)
    ticker.start()
    before = len(ticks)
    data = A.imencode(image, 100)
    between = len(ticks)
    A.imdecode(data)
    after = len(ticks)
    done.set()
    ticker.join()
    assert between - before >= 3
    assert after - between >= 3


# -- everywhere the same ---------------------------------------------------------------------------------------------


@functools.cache
def at(level):
    return in_process(level, "jpeg_files.py")


@pytest.mark.parametrize("level", LEVELS[1:])
def test_every_level_gives_the_same_bytes(level):
    assert at(level)["answers"] == at(LEVELS[0])["answers"]
