"""What a loader reads from: anything of a length whose samples can be read by number.

A source of your own is a class of two methods:

    class Scans:
        def __len__(self):
            return 1000

        def read(self, index):
            return f"scans/{index:04}.jpg", index % 10

``read`` gives the image (a path, a ``FilePart`` of a larger file, the bytes of a file, or an array) and its target: a label,
``None``, or a dictionary of what belongs to the image: ``mask``, ``bboxes``, ``keypoints``, label fields, ``label``, or whatever
else a batch should carry. It is called from several threads at once, and raises what it likes: the loader's ``on_error``
decides. More methods help if they are there: ``path(index)`` says where a sample comes from, and ``labels()`` gives all labels as
an array, for balanced sampling.
An attribute ``box_fields`` names what belongs to single boxes: a loader leaves out those that the policy's ``label_fields`` do
not name, since they would not fit any more where boxes are dropped; the first of them must be named.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from fastaug._core import FilePart
from fastaug.errors import shown

Image = str | os.PathLike[str] | FilePart | bytes | npt.NDArray[Any]
"""A path, a part of a larger file, the bytes of an image file, or pixels."""

Target = Any
"""A label, ``None``, or a dictionary of what belongs to the image."""


@runtime_checkable
class Source(Protocol):
    """What a loader reads from."""

    def __len__(self) -> int:
        """How many samples there are."""

    def read(self, index: int) -> tuple[Image, Target]:
        """One sample: its image and its target."""


class Sequenced(Protocol):
    """Anything of a length with ``[index]``."""

    def __len__(self) -> int:
        """How many items there are."""

    def __getitem__(self, index: Any, /) -> Any:
        """One item."""


Samples = Source | Sequenced
"""What a loader takes."""


class Indexed:
    """A source with ``[index]``, by which torch's ``Subset`` and ``random_split`` take parts of it."""

    def __getitem__(self: Source, index: int) -> tuple[Image, Target]:
        """One sample, as ``read`` has it."""
        return self.read(index)


class Items:
    """Any object of a length with ``[index]``, such as a list or a torch dataset, as a source.

    An item is an image, a pair of an image and a target, or a dictionary with an ``image``. An image may be one of Pillow's,
    too.
    """

    def __init__(self, items: Any) -> None:
        self.items = items

    def __len__(self) -> int:
        return len(self.items)

    def read(self, index: int) -> tuple[Image, Target]:
        """One sample: its image and its target."""
        item = self.items[index]
        if isinstance(item, Mapping):
            rest = dict(item)
            return _pixels(rest.pop("image")), rest
        if isinstance(item, (tuple, list)):
            if len(item) != 2:
                raise TypeError(f"an item must be an image, or an image and its target; got {len(item)} things")
            return _pixels(item[0]), item[1]
        return _pixels(item), None


def _pixels(image: Any) -> Any:
    """What torchvision's data sets give, Pillow's images, as arrays in the colours that files are decoded to."""
    if hasattr(image, "__array_interface__") and callable(getattr(image, "convert", None)):
        return np.asarray(image.convert("RGB"))
    return image


def as_source(given: Any) -> Source:
    """What was given, as a source."""
    if isinstance(given, Source):
        return given
    if hasattr(given, "__len__") and hasattr(given, "__getitem__") and not isinstance(given, (str, bytes, Mapping)):
        return Items(given)
    raise TypeError(
        f"a source has __len__ and read(index), or __len__ and [index]; got {shown(given)}:"
        " see fastaug.sources for those that are there"
    )


def path_of(source: Any, index: int, image: Any) -> str | None:
    """Where a sample comes from, if that is known."""
    if isinstance(image, (str, os.PathLike)):
        return os.fspath(image)
    tell = getattr(source, "path", None)
    if callable(tell):
        told: str | None = tell(index)
        return told
    return f"{image.path}, byte {image.offset}" if isinstance(image, FilePart) else None
