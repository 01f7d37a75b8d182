"""A folder of images and a folder of masks."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path as FilePath
from typing import Any

import numpy as np

from fastaug.errors import SourceError, shown, some
from fastaug.sources.listing import EXTENSIONS, Extensions, Listing, checked_extensions, list_files
from fastaug.sources.numbers import check_number
from fastaug.sources.protocol import Indexed

Path = str | os.PathLike[str]


class Segmentation(Indexed):
    """Images and their masks, from two folders: ``images/a/1.jpg`` belongs to ``masks/a/1.png``.

    Files belong together if their paths below the two folders are the same but for the extension, and for the endings that
    can be named. Masks without an image are left alone; images without a mask are an error. A target is ``{"mask": path}``.

    Args:
        images: The folder of images; folders below belong to it.
        masks: The folder of masks. It may be the same, if extensions or endings tell masks from images.
        extensions: How names of images end, in capitals or not.
        mask_extensions: How names of masks end.
        image_ending: What names of images have at their end, before the extension, that is not part of the name.
        mask_ending: The same for masks. Of ``aachen_000_leftImg8bit.png`` and ``aachen_000_gtFine_labelIds.png``, the endings
            are ``_leftImg8bit`` and ``_gtFine_labelIds``.
        names: Which images to read, in this order: a list of names, below the folder and without ending and extension, or a
            text file with a name on each line. By default all that are there, sorted.

    Examples:
        >>> from fastaug.sources import Segmentation
        >>> voc = Segmentation("JPEGImages", "SegmentationClass", names="ImageSets/Segmentation/train.txt")
        >>> voc.read(0)
        ('…/JPEGImages/2007_000032.jpg', {'mask': '…/SegmentationClass/2007_000032.png'})
    """

    def __init__(
        self,
        images: Path,
        masks: Path,
        *,
        extensions: Extensions = EXTENSIONS,
        mask_extensions: Extensions = EXTENSIONS,
        image_ending: str = "",
        mask_ending: str = "",
        names: Path | Iterable[str] | None = None,
    ) -> None:
        self._images = list_files(os.path.abspath(os.fspath(images)), checked_extensions(extensions), None)
        self._masks = list_files(os.path.abspath(os.fspath(masks)), checked_extensions(mask_extensions), None)
        images_by_name = _by_name("images", self._images, image_ending)
        masks_by_name = _by_name("masks", self._masks, mask_ending)
        if self._images.root == self._masks.root:
            of_masks = {self._masks.path_below(number) for found in masks_by_name.values() for number in found}
            images_by_name = _without(images_by_name, self._images, of_masks)
        wanted = list(images_by_name) if names is None else _listed(names)
        if not wanted:
            raise SourceError(f"there are no images in {self._images.root}")
        self._check(wanted, images_by_name, "images", self._images)
        self._check(wanted, masks_by_name, "masks", self._masks)
        self._pairs = np.array([(images_by_name[name][0], masks_by_name[name][0]) for name in wanted], np.int32)

    def __len__(self) -> int:
        return len(self._pairs)

    def read(self, index: int) -> tuple[str, dict[str, str]]:
        """One sample: the path of its image, and that of its mask."""
        image, mask = self._pairs[check_number(index, len(self))].tolist()
        return self._images.path(image), {"mask": self._masks.path(mask)}

    def path(self, index: int) -> str:
        """Where a sample comes from."""
        return self._images.path(int(self._pairs[check_number(index, len(self)), 0]))

    def __repr__(self) -> str:
        return f"Segmentation of {len(self)} images in {self._images.root!r}"

    def _check(self, wanted: Sequence[str], there: dict[str, list[int]], what: str, listing: Listing) -> None:
        """Every name must have one file."""
        missing = [name for name in wanted if name not in there]
        if missing:
            if what == "masks":
                raise SourceError(f"{len(missing)} images have no mask in {listing.root}: {some(missing)}")
            raise SourceError(f"{len(missing)} names have no image in {listing.root}: {some(missing)}")
        ambiguous = [name for name in wanted if len(there[name]) > 1]
        if ambiguous:
            raise SourceError(f"{len(ambiguous)} names have several {what} in {listing.root}: {some(ambiguous)}")


def _by_name(what: str, listing: Listing, ending: str) -> dict[str, list[int]]:
    """Files by the name that they share with their partners."""
    if not isinstance(ending, str):
        raise TypeError(f"endings of {what} must be strings, got {shown(ending)}")
    found: dict[str, list[int]] = {}
    for number in range(len(listing)):
        stem = os.path.splitext(listing.path_below(number))[0]
        if stem.endswith(ending):
            found.setdefault(stem.removesuffix(ending), []).append(number)
    return found


def _without(by_name: dict[str, list[int]], listing: Listing, others: set[str]) -> dict[str, list[int]]:
    left = {
        name: [number for number in numbers if listing.path_below(number) not in others]
        for name, numbers in by_name.items()
    }
    return {name: numbers for name, numbers in left.items() if numbers}


def _listed(names: Any) -> list[str]:
    if isinstance(names, (str, os.PathLike)):
        try:
            text = FilePath(names).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise FileNotFoundError(f"{os.fspath(names)}: no such file; names are a list, or a text file") from None
        listed = [line.strip() for line in text.splitlines() if line.strip()]
    else:
        listed = list(names)
    if not all(isinstance(name, str) for name in listed):
        raise TypeError(f"names must be strings, got {shown(listed)}")
    twice = [name for name, count in Counter(listed).items() if count > 1]
    if twice:
        raise SourceError(f"{len(twice)} names are there twice: {some(twice)}")
    return listed
