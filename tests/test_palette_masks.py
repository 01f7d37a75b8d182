"""Guards masks that are files with a palette: the labels are the numbers of the colours, as Pillow reads them."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

import fastaug as A
from fastaug.sources import FilePart
from pictures import encoded, labels, photo, same

BITS = (1, 2, 4, 8)
SIZES = [(48, 64), (37, 53), (1, 1), (3, 2), (2, 9)]
COLOURS = np.random.default_rng(3).integers(0, 256, (256, 3), dtype=np.uint8)

ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
"""Of each pass: its first column and row, and the steps from one to the next."""


def chunk(kind, contents):
    return struct.pack(">I", len(contents)) + kind + contents + struct.pack(">I", zlib.crc32(kind + contents))


def rows_of(numbers, bits):
    """Rows as PNG has them: a filter that changes nothing, and numbers packed into bytes."""
    unpacked = np.unpackbits(numbers[:, :, None], axis=2)[:, :, 8 - bits :].reshape(len(numbers), -1)
    return b"".join(b"\0" + row.tobytes() for row in np.packbits(unpacked, axis=1))


def palette_png(numbers, bits, is_interlaced=False, colours=None, before=b""):
    """A PNG file with a palette whose pixels are these numbers."""
    height, width = numbers.shape
    colours = COLOURS[: 2**bits] if colours is None else colours
    if is_interlaced:
        passes = [numbers[y::dy, x::dx] for x, y, dx, dy in ADAM7]
        rows = b"".join(rows_of(part, bits) for part in passes if part.size)
    else:
        rows = rows_of(numbers, bits)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, 3, 0, 0, is_interlaced))
        + (chunk(b"PLTE", np.asarray(colours, np.uint8).tobytes()) if len(colours) else b"")
        + before
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def numbers(height=48, width=64, bits=8, seed=1):
    return np.random.default_rng(seed).integers(0, 2**bits, (height, width), dtype=np.uint8)


def by_pillow(data):
    return np.asarray(Image.open(io.BytesIO(data)))


def mask_of(data, *transforms, size=(48, 64), **arguments):
    return A.Compose(list(transforms), seed=1)(image=photo(*size), mask=data, **arguments)["mask"]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("is_interlaced", [False, True])
@pytest.mark.parametrize("bits", BITS)
def test_a_mask_is_the_numbers_of_its_colours(bits, is_interlaced, size):
    expected = numbers(*size, bits=bits)
    data = palette_png(expected, bits, is_interlaced)
    assert same(by_pillow(data), expected)
    assert same(mask_of(data, size=size), expected)
    # The colours, where colours are asked for.
    for image in (
        A.imdecode(data),
        A.imdecode(data, "unchanged"),
        A.Compose([])(image=data)["image"],
        A.Compose([])(images=[data])["images"][0],
    ):
        assert same(image, COLOURS[expected])
    assert A.decode_info(data)["channels"] == 3


@pytest.mark.parametrize("bits", BITS)
def test_files_of_pillow(bits):
    image = Image.fromarray(labels() & (2**bits - 1), "P")
    image.putpalette(COLOURS.tobytes())
    for options in ({"bits": bits}, {"bits": bits, "transparency": 0}, {"bits": bits, "optimize": True}):
        stream = io.BytesIO()
        image.save(stream, "PNG", **options)
        assert same(mask_of(stream.getvalue()), by_pillow(stream.getvalue()))
        assert same(mask_of(stream.getvalue()), labels() & (2**bits - 1))


def test_numbers_beyond_the_palette_stay():
    expected = numbers(bits=8)
    data = palette_png(expected, 8, colours=COLOURS[:21])
    assert same(mask_of(data), expected)
    assert same(by_pillow(data), expected)


@pytest.mark.parametrize("is_interlaced", [False, True])
@pytest.mark.parametrize("bits", BITS)
def test_geometry_moves_numbers_and_makes_no_new_ones(bits, is_interlaced):
    # Few labels, far apart: a blend of two would be another one.
    some = np.array([0, 1]) if bits == 1 else np.array([0, 1, 2**bits - 1])
    mask = some[labels(classes=len(some))].astype(np.uint8)
    data = palette_png(mask, bits, is_interlaced)
    for transforms in (
        [A.HorizontalFlip(p=1)],
        [A.Transpose(p=1)],
        [A.Crop(5, 7, 40, 31)],
        [A.Resize(31, 90)],
        [A.RandomResizedCrop((40, 44)), A.Affine(rotate=(-30, 30), p=1), A.D4()],
    ):
        policy = A.Compose(transforms, seed=4)
        for index in range(3):
            made = policy(image=photo(), mask=data, index=index)["mask"]
            assert same(made, policy(image=photo(), mask=mask, index=index)["mask"])
            assert set(np.unique(made)) <= set(some.tolist())
    assert same(mask_of(data, A.HorizontalFlip(p=1)), mask[:, ::-1].copy())


def test_every_way_a_mask_can_be_given(tmp_path):
    masks = [numbers(bits=bits, seed=bits) for bits in BITS]
    files = [palette_png(mask, bits) for mask, bits in zip(masks, BITS, strict=True)]
    paths = [tmp_path / f"{number}.png" for number in range(len(files))]
    for path, data in zip(paths, files, strict=True):
        path.write_bytes(data)
    packed = tmp_path / "packed"
    packed.write_bytes(b"".join(files))
    begins = np.cumsum([0, *map(len, files)]).tolist()
    parts = [FilePart(packed, begin, len(data)) for begin, data in zip(begins, files, strict=False)]
    policy = A.Compose([A.RandomCrop(24, 30), A.HorizontalFlip()], seed=2, additional_targets={"depth": "mask"})
    images = [photo(seed=seed) for seed in range(4)]
    expected = [policy(image=images[at], mask=masks[at], index=at)["mask"] for at in range(4)]
    assert not same(expected[3], expected[2])
    for given in (files, paths, list(map(str, paths)), parts):
        for at in range(4):
            one = policy(image=images[at], mask=given[at], depth=given[at], masks=[given[at], masks[at]], index=at)
            for made in (one["mask"], one["depth"], *one["masks"]):
                assert same(np.ascontiguousarray(made), expected[at])
        for name, values in {"masks": given, "mask": given, "depth": given}.items():
            made = policy.batch(images, indices=range(4), **{name: values})[name]
            assert same(np.ascontiguousarray(made), np.stack(expected))
        lists = policy.batch(images, indices=range(4), masks=[[mask, mask] for mask in given])["masks"]
        assert all(same(np.ascontiguousarray(mask), expected[at]) for at in range(4) for mask in lists[at])


def test_a_policy_that_looks_at_the_mask_sees_numbers():
    mask = np.zeros((48, 64), np.uint8)
    mask[10:30, 20:40] = 3
    data = palette_png(mask, 2)
    seen = []

    def look(mask, **_):
        seen.append(mask)
        return mask

    assert same(mask_of(data, A.Lambda(mask=look)), mask)
    assert same(seen[0], mask)


@pytest.mark.parametrize(
    ("mode", "dtype"), [("L", "uint8"), ("RGB", "uint8"), ("RGBA", "uint8"), ("LA", "uint8"), ("I;16", "uint16")]
)
def test_other_masks_stay_as_they_are(mode, dtype):
    channels = {"RGB": 3, "RGBA": 4, "LA": 2}.get(mode, 0)
    pixels = photo(channels=channels).astype(dtype) * (257 if dtype == "uint16" else 1)
    data = encoded(pixels)
    assert Image.open(io.BytesIO(data)).mode == mode
    assert same(mask_of(data), by_pillow(data))


@pytest.mark.parametrize("is_interlaced", [False, True])
@pytest.mark.parametrize("bits", BITS)
def test_damaged_files_are_refused(bits, is_interlaced):
    whole = palette_png(numbers(20, 24, bits), bits, is_interlaced)
    end = len(whole) - 12  # The last chunk says nothing.
    for length in range(0, end - 4, 3):
        with pytest.raises(A.DecodeError):
            mask_of(whole[:length], size=(20, 24))
    rng = np.random.default_rng(6)
    for position in rng.integers(0, end, 200):
        changed = bytearray(whole)
        changed[position] ^= int(rng.integers(1, 256))
        try:
            mask = mask_of(bytes(changed), size=(20, 24))
        except ValueError as error:
            assert "panicked" not in str(error)
        else:
            assert mask.shape[:2] == (20, 24)


def test_what_is_wrong_is_said():
    mask = numbers(20, 24)
    claim = bytearray(palette_png(mask, 8))
    claim[16:24] = struct.pack(">II", 200_000, 200_000)
    claim[29:33] = struct.pack(">I", zlib.crc32(claim[12:29]))
    smaller = chunk(b"acTL", struct.pack(">II", 1, 0)) + chunk(
        b"fcTL", struct.pack(">IIIIIHHBB", 0, 12, 20, 0, 0, 1, 1, 0, 0)
    )
    for data, words in [
        (bytes(claim), "more than the limit"),
        (palette_png(mask, 8, colours=[]), "(?i)palette"),
        (palette_png(mask, 8, before=smaller), "(?i)frame|promises 24×20 pixels"),
    ]:
        with pytest.raises(A.DecodeError, match=words):
            mask_of(data, size=(20, 24))


def test_other_formats_with_a_palette_are_what_the_documentation_says():
    image = Image.fromarray(labels(), "P")
    image.putpalette(COLOURS.tobytes())
    files = {}
    for kind in ("BMP", "GIF", "TIFF"):
        stream = io.BytesIO()
        image.save(stream, kind)
        files[kind] = stream.getvalue()
    assert same(mask_of(files["BMP"]), COLOURS[labels()])
    assert same(np.ascontiguousarray(mask_of(files["GIF"])[:, :, :3]), COLOURS[labels()])
    with pytest.raises(A.DecodeError, match="Palette"):
        mask_of(files["TIFF"])
