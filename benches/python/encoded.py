"""The JPEG files that are decoded: those of a folder, or made from the bundled pictures."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

import fastaug

BUNDLED = Path(__file__).resolve().parents[2] / "examples" / "images"
LARGE = 4_000_000
"""Pixels from which on a picture is a large one."""

MOST_PHOTOS, MOST_LARGE, MOST_PROGRESSIVE = 100, 8, 40

SIZES = ((500, 375), (500, 333), (640, 480), (400, 300))
LARGE_SIZES = ((3000, 2000), (3264, 2448), (4000, 3000))
QUALITIES = (75, 85, 95)
WITHOUT_SUBSAMPLING, OF_HALF_SIZE = 0, 2
"""Pillow's numbers for 4:4:4 and 4:2:0."""

GRAIN = 5.0
"""Standard deviation of the noise that makes painted pictures as hard to compress as photos."""


@dataclass(frozen=True)
class Files:
    """What is decoded, by kind: ordinary pictures, those above ``LARGE`` pixels, progressive ones."""

    photos: list[bytes]
    large: list[bytes]
    progressive: list[bytes]
    whose: str

    @property
    def ordinary(self) -> list[bytes]:
        """Photos, or whatever else there is."""
        return self.photos or self.progressive or self.large

    def __str__(self) -> str:
        """What a report says about them; never where they lay."""
        kinds = (("ordinary", self.photos), ("large", self.large), ("progressive", self.progressive))
        counts = ", ".join(f"{len(files)} {kind} ({_megapixels(files)})" for kind, files in kinds if files)
        return f"{self.whose}: {counts}"


def make() -> Files:
    """Files of all kinds, from the bundled pictures at several sizes, qualities and samplings."""
    pictures = [Image.open(path).convert("RGB") for path in sorted(BUNDLED.glob("*.jpg"))]
    sizes = itertools.cycle(SIZES)
    photos = [
        _encode(picture, next(sizes), quality, subsampling)
        for picture in pictures
        for quality in QUALITIES
        for subsampling in (WITHOUT_SUBSAMPLING, OF_HALF_SIZE)
    ]
    progressive = [
        _encode(picture, SIZES[0], 85, subsampling, progressive=True)
        for picture in pictures
        for subsampling in (WITHOUT_SUBSAMPLING, OF_HALF_SIZE)
    ]
    samplings = (OF_HALF_SIZE, WITHOUT_SUBSAMPLING, OF_HALF_SIZE)
    wide = [picture for picture in pictures if picture.width > picture.height]
    large = [
        _encode(picture, size, 90, subsampling)
        for picture, size, subsampling in zip(wide, LARGE_SIZES, samplings, strict=False)
    ]
    return Files(photos, large, progressive, "examples/images with grain, encoded anew")


def index(files: Sequence[bytes]) -> fastaug.SeekIndex:
    """The seek index of these files."""
    with TemporaryDirectory() as folder:
        paths = [Path(folder, str(number)) for number in range(len(files))]
        for path, data in zip(paths, files, strict=True):
            path.write_bytes(data)
        fastaug.build_index(paths, Path(folder, "index"))
        return fastaug.SeekIndex(Path(folder, "index"))


def load(folders: Iterable[Path], most_photos: int = MOST_PHOTOS) -> Files:
    """The JPEGs in these folders and below, evenly chosen where there are many; gray or in colour, not CMYK."""
    paths = sorted(path for folder in folders for path in folder.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg"))
    photos: list[bytes] = []
    large: list[bytes] = []
    progressive: list[bytes] = []
    for path in paths:
        data = path.read_bytes()
        try:
            with Image.open(BytesIO(data), formats=["JPEG"]) as picture:
                mode, size, in_scans = picture.mode, picture.size, "progressive" in picture.info
        except OSError:
            continue
        if mode not in ("L", "RGB"):
            continue
        kind = progressive if in_scans else large if size[0] * size[1] > LARGE else photos
        kind.append(data)
    if not (photos or large or progressive):
        raise SystemExit("there is no JPEG that could be decoded")
    return Files(
        _some(photos, most_photos),
        _some(large, MOST_LARGE),
        _some(progressive, MOST_PROGRESSIVE),
        "pictures of one's own",
    )


def size(data: bytes) -> tuple[int, int]:
    """Width and height, as Pillow reads them."""
    with Image.open(BytesIO(data)) as picture:
        width, height = picture.size
    return width, height


def _encode(
    picture: Image.Image, size: tuple[int, int], quality: int, subsampling: int, progressive: bool = False
) -> bytes:
    if (picture.width > picture.height) != (size[0] > size[1]):
        size = size[::-1]
    scaled = np.asarray(picture.resize(size, Image.Resampling.BICUBIC), np.float32)
    grain = np.random.default_rng(137).normal(0, GRAIN, scaled.shape[:2]).astype(np.float32)
    grainy = np.clip(np.rint(scaled + grain[..., None]), 0, 255).astype(np.uint8)
    file = BytesIO()
    Image.fromarray(grainy).save(
        file, "JPEG", quality=quality, subsampling=subsampling, progressive=progressive, optimize=progressive
    )
    return file.getvalue()


def _some(files: Sequence[bytes], most: int) -> list[bytes]:
    """At most so many, spread evenly over all."""
    if len(files) <= most:
        return list(files)
    return [files[index * len(files) // most] for index in range(most)]


def _megapixels(files: Sequence[bytes]) -> str:
    counts = sorted(width * height / 1e6 for width, height in map(size, files))
    least, most = (f"{count:.2g}" if count >= 0.01 else "less than 0.01" for count in (counts[0], counts[-1]))
    return f"{least} megapixels" if least == most else f"{least} to {most} megapixels"
