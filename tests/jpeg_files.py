"""JPEG files for tests, made by Pillow, OpenCV and fastaug. Run as a script it prints what fastaug makes of them."""

from __future__ import annotations

import functools
import hashlib
import io
import json

import cv2
import numpy as np
from PIL import Image

import fastaug as A
from pictures import encoded, noise, photo

PILLOW_SUBSAMPLING = {"4:4:4": 0, "4:2:2": 1, "4:2:0": 2}
OPENCV_SUBSAMPLING = {
    "4:4:4": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
    "4:2:2": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_422,
    "4:2:0": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420,
    "4:4:0": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_440,
    "4:1:1": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_411,
}
SIZES = [(1, 1), (1, 70), (70, 1), (2, 3), (7, 9), (8, 8), (16, 17), (33, 31), (48, 64), (97, 133)]
"""Height and width: less than a block, a block, just more, and some dozens of them."""


def by_pillow(image, mode=None, **options):
    """The bytes that Pillow writes of an image, converted to a mode."""
    if mode is None:
        return encoded(image, "JPEG", **options)
    buffer = io.BytesIO()
    Image.fromarray(image).convert(mode).save(buffer, "JPEG", **options)
    return buffer.getvalue()


def by_opencv(image, **options):
    """The bytes that OpenCV writes of an RGB image; options are those of ``cv2.IMWRITE_JPEG_…``."""
    settings = [value for name, given in options.items() for value in (getattr(cv2, f"IMWRITE_JPEG_{name}"), given)]
    return cv2.imencode(".jpg", image[:, :, ::-1], settings)[1].tobytes()


def exif_orientation(number):
    """EXIF data that say nothing but how a camera was held."""
    exif = Image.Exif()
    exif[0x0112] = number
    return exif.tobytes()


def _files():
    gray = photo(97, 133, 0)
    for height, width in SIZES:
        for name, subsampling in PILLOW_SUBSAMPLING.items():
            yield f"{height}×{width} {name}", by_pillow(photo(height, width), subsampling=subsampling)
        for name, factor in OPENCV_SUBSAMPLING.items():
            yield f"{height}×{width} {name} OpenCV", by_opencv(photo(height, width), SAMPLING_FACTOR=factor)
            yield (
                f"{height}×{width} {name} progressive OpenCV",
                by_opencv(photo(height, width), SAMPLING_FACTOR=factor, PROGRESSIVE=1),
            )
            yield f"{height}×{width} {name} fastaug", A.imencode(photo(height, width), subsampling=name, quality=80)
        yield f"{height}×{width} gray", by_pillow(photo(height, width, 0))
        yield f"{height}×{width} gray progressive", by_pillow(photo(height, width, 0), progressive=True)
        yield f"{height}×{width} CMYK", by_pillow(photo(height, width), "CMYK")
    for quality in (1, 10, 30, 50, 75, 90, 95, 100):
        yield f"quality {quality}", by_pillow(photo(97, 133), quality=quality)
        yield f"noise of quality {quality}", by_pillow(noise(61, 83), quality=quality)
        yield f"progressive noise of quality {quality}", by_pillow(noise(61, 83), quality=quality, progressive=True)
    for blocks in (1, 3, 50):
        yield f"restart after {blocks}", by_pillow(photo(97, 133), restart_marker_blocks=blocks)
        yield f"gray, restart after {blocks}", by_pillow(gray, restart_marker_blocks=blocks)
        yield (
            f"progressive, restart after {blocks}",
            by_pillow(photo(97, 133), restart_marker_blocks=blocks, progressive=True),
        )
        yield f"restart after {blocks} fastaug", A.imencode(photo(97, 133), restart_interval=blocks, optimize=True)
    yield "restart after each row", by_pillow(photo(97, 133), restart_marker_rows=1)
    yield "optimized", by_pillow(photo(97, 133), optimize=True)
    yield "optimized progressive", by_pillow(photo(97, 133), optimize=True, progressive=True)
    yield "progressive CMYK", by_pillow(photo(97, 133), "CMYK", progressive=True)
    yield "colours as they are", by_pillow(photo(97, 133), keep_rgb=True)
    yield "lying on its side", by_pillow(photo(97, 133), exif=exif_orientation(6))
    yield "with a comment and a profile", by_pillow(photo(97, 133), comment=b"hello", icc_profile=bytes(70_000))


@functools.cache
def files():
    """Names and bytes."""
    return dict(_files())


def answers():
    """A digest of every file's pixels, whole, in part and reduced, and of the files that fastaug makes of them."""

    def digest(data):
        return hashlib.sha256(bytes(data)).hexdigest()[:16]

    found = {}
    for name, data in files().items():
        whole = A.imdecode(data)
        height, width = whole.shape[:2]
        region = (width // 3, height // 4, width - width // 3 - width // 5, height - height // 4 - height // 7)
        made = [whole, A.imdecode(data, "gray"), A.imdecode(data, "bgr"), A.imdecode(data, "rgba")]
        made.append(A.imdecode(data, region=region))
        made += [A.imdecode(data, scale=scale) for scale in (0.5, 0.25, 0.125)]
        found[name] = [digest(np.ascontiguousarray(pixels)) for pixels in made]
        found[name] += [digest(A.imencode(whole, 85, subsampling=each)) for each in OPENCV_SUBSAMPLING]
        found[name].append(digest(A.imencode(made[1], optimize=True)))
    return found


if __name__ == "__main__":
    print(json.dumps({"level": A.simd_level(), "answers": answers()}))
