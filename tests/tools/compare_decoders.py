"""Compares what fastaug and Pillow make of every JPEG file below a folder, byte for byte.

Run it as ``python tests/tools/compare_decoders.py FOLDER``. Each file is decoded as RGB, gray, four inks (if it has four
components) and at 1/2, 1/4 and 1/8 of its size; colours are held against OpenCV as well. The exit code is 1 if any pixel
differs or if fastaug refuses what Pillow decodes.
"""

from __future__ import annotations

import argparse
import re
import sys
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

import fastaug as A

Pixels = NDArray[np.uint8]
Answer = Pixels | str
"""An image, or the words it was refused with."""

REDUCED = {
    1: cv2.IMREAD_COLOR,
    2: cv2.IMREAD_REDUCED_COLOR_2,
    4: cv2.IMREAD_REDUCED_COLOR_4,
    8: cv2.IMREAD_REDUCED_COLOR_8,
}
OUTCOMES = ("equal", "differing", "both refuse", "only fastaug refuses", "only the other refuses")
SHOWN = 20
"""Differing files that are described."""


def attempt(decode: Callable[[], Pixels]) -> Answer:
    try:
        return decode()
    except Exception as error:
        return str(error) or type(error).__name__


def pillow(path: Path, mode: str, reduced: int = 1) -> Pixels:
    """Pillow's pixels. Its decoder makes gray and smaller images itself when it is asked through ``draft``."""
    with Image.open(path, formats=["JPEG"]) as image:
        wanted = "L" if mode == "L" and image.mode == "RGB" else None
        image.draft(wanted, (image.width // reduced, image.height // reduced))
        return np.asarray(image.convert(mode))


def opencv(path: Path, reduced: int) -> Pixels:
    image = cv2.imread(str(path), REDUCED[reduced] | cv2.IMREAD_IGNORE_ORIENTATION)
    if image is None:
        raise ValueError("OpenCV does not say why")
    return np.asarray(image[:, :, ::-1], np.uint8)


def views(path: Path) -> Iterator[tuple[str, Answer, Answer]]:
    """What is compared, fastaug's answer and the other's."""

    def fastaug(mode: str, reduced: int = 1) -> Answer:
        return attempt(lambda: A.imread(path, mode, scale=1 / reduced))

    try:
        info = A.decode_info(path)
    except A.DecodeError:
        info = {"components": 0, "width": 0, "height": 0}
    yield "gray", fastaug("gray"), attempt(lambda: pillow(path, "L"))
    if info["components"] == 4:
        yield "CMYK", fastaug("cmyk"), attempt(lambda: pillow(path, "CMYK"))
    for reduced in REDUCED:
        ours = fastaug("rgb", reduced)
        view = f"1/{reduced}" if reduced > 1 else "RGB"
        # Pillow reduces only as far as every side stays a pixel long without rounding up.
        if reduced == 1 or min(info["width"], info["height"]) >= reduced:
            yield view, ours, attempt(lambda reduced=reduced: pillow(path, "RGB", reduced))
        # OpenCV turns four inks into colours in a way of its own, and fills in where files are damaged beyond decoding.
        if not isinstance(ours, str) and info["components"] != 4:
            yield f"{view} (OpenCV)", ours, attempt(lambda reduced=reduced: opencv(path, reduced))


def outcome(ours: Answer, theirs: Answer) -> str:
    if isinstance(ours, str):
        return "both refuse" if isinstance(theirs, str) else "only fastaug refuses"
    if isinstance(theirs, str):
        return "only the other refuses"
    return "equal" if np.array_equal(ours, theirs) else "differing"


def first_difference(ours: Pixels, theirs: Pixels) -> str:
    if ours.shape != theirs.shape:
        return f"shapes {ours.shape} and {theirs.shape}"
    differing = np.argwhere((ours != theirs).reshape(*ours.shape[:2], -1).any(axis=2))
    row, column = differing[0]
    pixels = f"{ours[row, column].tolist()} and {theirs[row, column].tolist()}"
    return f"{len(differing)} pixels, first row {row}, column {column}: {pixels}"


def reason(words: str, path: Path) -> str:
    """A refusal without what differs from file to file, so that equal ones can be grouped."""
    words = words.removeprefix(f"{path}: ").replace(repr(str(path)), "the file")
    words = re.sub(r" \((\w+, )?byte \d+\)", "", words)
    return re.sub(r"\d+", "…", words)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    # The limit that fastaug takes from Pillow is one that Pillow only warns of.
    warnings.simplefilter("error", Image.DecompressionBombWarning)

    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    refused: defaultdict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    files, others, described = 0, 0, 0
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        with path.open("rb") as file:
            if file.read(2) != b"\xff\xd8":
                others += 1
                continue
        files += 1
        name = str(path.relative_to(folder))
        for view, ours, theirs in views(path):
            result = outcome(ours, theirs)
            found[view][result] += 1
            if isinstance(ours, str) != isinstance(theirs, str):
                words = ours if isinstance(ours, str) else str(theirs)
                refused[result, reason(words, path)].setdefault(name, view)
            elif result == "differing" and not isinstance(ours, str) and not isinstance(theirs, str):
                described += 1
                if described <= SHOWN:
                    print(f"differs: {name} ({view}): {first_difference(ours, theirs)}")

    print(f"{files} files; {others} that do not begin like a JPEG file were left out")
    print(f"{'':16}" + "".join(f"{name:>24}" for name in OUTCOMES))
    for view, counts in found.items():
        print(f"{view:16}" + "".join(f"{counts[name]:24}" for name in OUTCOMES))
    for (result, why), names in sorted(refused.items()):
        print(f"\n{result}: {why} ({len(names)} files)")
        for name, view in names.items():
            print(f"  {name} ({view})")
    wrong = sum(
        counts["differing"] + (counts["only fastaug refuses"] if "OpenCV" not in view else 0)
        for view, counts in found.items()
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
