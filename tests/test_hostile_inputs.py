"""Guards against panics: whatever comes in, a right result or an error with words goes out."""

from __future__ import annotations

import numpy as np
import pytest

import fastaug as A
from every_transform import CASES, TINY, case_id, default
from fastaug.transforms.declare import REGISTRY
from pictures import encoded, labels, photo, same


def refused(attempt):
    """The words that something is refused with; ``None`` if it works."""
    try:
        attempt()
    except (ValueError, TypeError, OSError) as error:
        words = str(error)
        assert "panicked" not in words, words
        assert len(words.split()) >= 3, words
        return words
    return None


def make(case, table=None):
    name, arguments = case
    return default(name, **({"table": table} if table else {}), **arguments)


@pytest.mark.parametrize("shape", [(0, 0, 3), (0, 5, 3), (5, 0, 3), (5, 5, 0), (0, 0), (0, 7)], ids=str)
@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_images_without_pixels_are_refused(name, shape):
    if name == "Lambda":
        pytest.skip("has no behaviour of its own")
    policy = A.Compose([default(name)])
    for dtype in (np.uint8, np.float32):
        with pytest.raises(ValueError, match="has no pixels: its shape is"):
            policy(image=np.zeros(shape, dtype))


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 300, 3), (300, 1, 3), (2, 1, 3), (1, 2, 3)], ids=str)
@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_thin_images(case, shape):
    """One pixel, one row, one column: a right type of result, or a refusal in words."""
    policy = A.Compose([make(case)], seed=1, save_applied_params=True)
    image = photo(*shape)
    mask = labels(*shape[:2])

    def attempt():
        for index in range(3):
            result = policy(image=image, mask=mask, index=index)
            image_out, mask_out = result["image"], result["mask"]
            height_and_width = image_out.shape[-2:] if case[0] == "ToTensorV2" else image_out.shape[:2]
            assert min(height_and_width) > 0
            assert tuple(height_and_width) == tuple(mask_out.shape[:2])
            assert np.isfinite(np.asarray(image_out, np.float64)).all()

    words = refused(attempt)
    assert words is None or case[0] in words


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_one_pixel_is_enough_for_arguments_that_fit(case):
    if case[1]:
        pytest.skip("the defaults only: other arguments may rightly ask for more")
    policy = A.Compose([make(case, TINY)], seed=1)
    image = photo(1, 1)
    assert refused(lambda: policy(image=image, mask=labels(1, 1), index=0)) is None


WIDE = {name: {} for name in ("Affine", "Rotate", "Perspective", "GaussianBlur", "ColorJitter", "CLAHE", "CoarseDropout",
                              "Resize", "RandomResizedCrop", "D4", "PadIfNeeded", "GaussNoise", "ChromaticAberration",
                              "MotionBlur", "Normalize", "GridDropout", "CropAndPad")}  # fmt: skip


@pytest.mark.parametrize("shape", [(3, 65_535, 3), (65_535, 3, 3), (2, 70_000), (40_000, 2, 1)], ids=str)
@pytest.mark.parametrize("name", WIDE)
def test_very_long_images(name, shape):
    """Coordinates beyond 15 and 16 bits."""
    policy = A.Compose([default(name)], seed=2)
    height, width = shape[:2]
    image = np.zeros(shape, np.uint8)
    image[height // 2, width // 2] = 200

    def attempt():
        for index in range(2):
            assert policy(image=image, index=index)["image"].size > 0

    words = refused(attempt)
    assert words is None or name in words


def test_a_long_image_is_resampled_right_to_its_end():
    row = (np.arange(70_000) // 300 % 256).astype(np.uint8)
    image = np.tile(row, (4, 1))
    flipped = A.Compose([A.Affine(scale={"x": 1.0, "y": 1.0}, translate_px={"x": (7, 7), "y": (0, 0)}, p=1)])
    moved = flipped(image=image)["image"]
    assert same(np.ascontiguousarray(moved[:, 7:]), np.ascontiguousarray(image[:, :-7]))
    same_size = A.Compose([A.Resize(4, 70_000)])(image=image)["image"]
    assert same(same_size, image)
    doubled = A.Compose([A.Resize(4, 140_000, interpolation="nearest")])(image=image)["image"]
    assert same(doubled, np.repeat(image, 2, axis=1))


STRANGE_FLOATS = {
    "nan": np.nan,
    "infinity": np.inf,
    "minus infinity": -np.inf,
    "huge": 3e38,
    "tiny": 1e-45,
    "negative": -7.5,
}


@pytest.mark.parametrize("strange", STRANGE_FLOATS)
@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_strange_floats(case, strange):
    """A float image may hold anything: no panic, and the same bytes each time."""
    policy = A.Compose([make(case)], seed=3)
    image = photo(33, 41, dtype=np.float32)
    image[::3, ::4] = STRANGE_FLOATS[strange]
    everywhere = np.full((21, 19, 3), STRANGE_FLOATS[strange], np.float32)

    def attempt():
        for data in (image, everywhere):
            first, second = (policy(image=data, index=1)["image"] for _ in range(2))
            assert np.asarray(first).tobytes() == np.asarray(second).tobytes()

    words = refused(attempt)
    assert words is None or case[0] in words


@pytest.mark.parametrize("channels", [2, 4, 5, 40])
@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_other_channel_counts_work_or_are_refused_in_words(case, channels):
    policy = A.Compose([make(case)], seed=3)
    image = photo(33, 41, channels)
    words = refused(lambda: policy(image=image, mask=labels(33, 41), index=0))
    assert words is None or (case[0] in words and "channel" in words)


@pytest.mark.parametrize("size", [(47, 64), (48, 63), (1, 1), (480, 640)], ids=str)
@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_masks_of_another_size(case, size):
    transform = make(case)
    image, mask = photo(), labels(*size)
    with pytest.raises(A.ShapeError, match="same height and width"):
        A.Compose([transform])(image=image, mask=mask)
    unchecked = A.Compose([transform], is_check_shapes=False, seed=1)
    for index in range(2):
        refused(lambda index=index: unchecked(image=image, mask=mask, index=index))


@pytest.mark.parametrize("name", ["RandomCrop", "CenterCrop", "Crop"])
def test_a_crop_larger_than_the_image_is_refused_in_words(name):
    policy = A.Compose([default(name)])
    for size in ((5, 64), (48, 4), (1, 1)):
        words = refused(lambda size=size: policy(image=photo(*size)))
        assert words is not None
        assert name in words
        assert f"got {size[0]}×{size[1]}" in words


def test_a_part_larger_than_the_image_is_as_large_as_the_image():
    for size in ((5, 64), (48, 4), (1, 1)):
        assert default("RandomSizedCrop")(image=photo(*size))["image"].shape == (12, 10, 3)


@pytest.mark.parametrize("name", ["RandomCrop", "CenterCrop"])
def test_a_crop_larger_than_the_image_pads_when_asked(name):
    policy = A.Compose([default(name, pad_if_needed=True, height=60, width=70)])
    assert policy(image=photo(48, 64))["image"].shape == (60, 70, 3)


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_boxes_and_keypoints_at_the_edge_of_sense(case):
    transform = make(case)
    policy = A.Compose(
        [transform],
        bbox_params=A.BboxParams("pascal_voc", filter_invalid_bboxes=True),
        keypoint_params=A.KeypointParams("xyas", remove_invisible=False),
        seed=1,
    )
    image = photo(48, 64)
    boxes = np.array(
        [[0, 0, 64, 48], [5, 5, 5, 20], [5, 5, 5 + 1e-9, 20], [63.999, 47.999, 64, 48], [9, 9, 3, 3], [0, 0, 1e30, 1]]
    )
    points = np.array([[0, 0, 0, 0], [64, 48, 720, 1], [-1e9, 1e9, -5, 1e-30], [63.99, 47.99, 359.99, 1e9]])
    for index in range(4):
        result = policy(image=image, mask=labels(), bboxes=boxes, keypoints=points, index=index)
        height, width = result["mask"].shape[:2]
        assert np.isfinite(result["bboxes"]).all()
        assert (result["bboxes"] >= 0).all()
        assert (result["bboxes"][:, [0, 2]] <= width + 1e-6).all()
        assert (result["bboxes"][:, [1, 3]] <= height + 1e-6).all()
        assert np.isfinite(result["keypoints"]).all()


PNG = encoded(photo(20, 24))
JPEG = encoded(photo(20, 24), "JPEG")


@pytest.mark.parametrize("whole", [PNG, JPEG], ids=["png", "jpeg"])
def test_damaged_image_bytes(whole):
    """Cut anywhere, any byte changed: decoded or refused, never a panic."""
    rng = np.random.default_rng(5)
    policy = A.Compose([A.HorizontalFlip(p=1)])
    damaged = [whole[:length] for length in (*range(0, len(whole), 13), len(whole) - 1)]
    for position in rng.integers(0, len(whole), 150):
        changed = bytearray(whole)
        changed[position] ^= int(rng.integers(1, 256))
        damaged.append(bytes(changed))
    refusals = 0
    for data in damaged:
        words = refused(lambda data=data: policy(image=data))
        refusals += words is not None
        refused(lambda data=data: A.imdecode(data))
        refused(lambda data=data: A.decode_info(data))
    assert refusals > 5


@pytest.mark.parametrize("data", [b"", b"\0", b"GIF89a", b"\xff\xd8\xff", b"<svg/>", PNG[:8], b"\0" * 5000], ids=repr)
def test_bytes_that_are_no_image_are_refused_in_words(data):
    for attempt in (
        lambda: A.imdecode(data),
        lambda: A.decode_info(data),
        lambda: A.Compose([A.NoOp()])(image=data),
        lambda: A.Compose([A.NoOp()]).batch([data, data]),
    ):
        assert refused(attempt)


def test_an_image_that_claims_to_be_enormous_is_refused_before_memory_is_asked_for():
    import struct
    import zlib

    header = struct.pack(">IIBBBBB", 2_000_000_000, 2_000_000_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    claim = PNG[:8] + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk)) + PNG[33:]
    words = refused(lambda: A.imdecode(claim))
    assert words
    assert refused(lambda: A.Compose([A.CenterCrop(2, 2)])(image=claim))


def test_missing_files_and_directories_are_refused_in_words(tmp_path):
    for path in (tmp_path / "none.png", tmp_path, "", "no\0name"):
        words = refused(lambda path=path: A.Compose([A.NoOp()])(image=path))
        assert words
        refused(lambda path=path: A.imread(path))
    with pytest.raises(FileNotFoundError, match="none.png"):
        A.imread(tmp_path / "none.png")


NOT_IMAGES = {
    "none": None,
    "number": 3,
    "list": [[1, 2], [3, 4]],
    "object array": np.array([[1, None]], object),
    "text array": np.array([["a", "b"]]),
    "float64": np.zeros((4, 4, 3)),
    "int64": np.zeros((4, 4, 3), np.int64),
    "complex": np.zeros((4, 4, 3), np.complex64),
    "structured": np.zeros((4, 4), [("a", "u1"), ("b", "f4")]),
    "dates": np.zeros((4, 4), "M8[s]"),
    "memoryview": memoryview(bytes(48)),
    "masked array of floats": np.ma.zeros((4, 4)),
}


@pytest.mark.parametrize("name", NOT_IMAGES)
def test_what_is_no_image_is_refused_in_words(name):
    for attempt in (
        lambda: A.Compose([A.HorizontalFlip(p=1)])(image=NOT_IMAGES[name]),
        lambda: A.Compose([A.HorizontalFlip(p=1)]).batch([NOT_IMAGES[name]] * 2),
        lambda: A.Compose([A.HorizontalFlip(p=1)])(image=photo(4, 4), images=[NOT_IMAGES[name]]),
    ):
        words = refused(attempt)
        assert words
        assert "image" in words


def test_big_endian_and_unaligned_arrays_are_read_right():
    image = photo(20, 24, dtype=np.float32)
    flip = A.Compose([A.HorizontalFlip(p=1)])
    expected = flip(image=image)["image"]
    assert same(flip(image=image.astype(">f4"))["image"], expected)
    buffer = np.zeros(image.nbytes + 1, np.uint8)
    buffer[1:] = np.frombuffer(image.tobytes(), np.uint8)
    unaligned = buffer[1:].view(np.float32).reshape(image.shape)
    assert not unaligned.flags.aligned
    assert same(flip(image=unaligned)["image"], expected)


def test_subclasses_and_broadcasts_are_read_right():
    flip = A.Compose([A.HorizontalFlip(p=1)])
    image = photo(20, 24, 0)
    assert same(np.asarray(flip(image=image.view(np.matrix))["image"]), np.ascontiguousarray(image[:, ::-1]))
    wide = np.broadcast_to(image[:, :, None], (20, 24, 3))
    assert same(flip(image=wide)["image"], np.ascontiguousarray(wide[:, ::-1]))
    rows = np.broadcast_to(photo(1, 24), (20, 24, 3))
    assert same(flip(image=rows)["image"], np.ascontiguousarray(rows[:, ::-1]))
