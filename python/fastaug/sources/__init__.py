"""Where samples come from: folders, lists of files, shards, data sets of other libraries.

Each is loaded when it is first asked for, so that importing fastaug is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from fastaug._core import FilePart
from fastaug.sources.protocol import Image, Items, Source, Target, as_source

if TYPE_CHECKING:
    from fastaug.sources.arrays import Arrays
    from fastaug.sources.coco import CocoDetection
    from fastaug.sources.files import Files
    from fastaug.sources.hugging_face import HuggingFace
    from fastaug.sources.image_folder import ImageFolder
    from fastaug.sources.segmentation import Segmentation
    from fastaug.sources.webdataset import WebDataset

__all__ = [
    "Arrays",
    "CocoDetection",
    "FilePart",
    "Files",
    "HuggingFace",
    "Image",
    "ImageFolder",
    "Items",
    "Segmentation",
    "Source",
    "Target",
    "WebDataset",
    "as_source",
]

_FILES = {
    "Arrays": "arrays",
    "CocoDetection": "coco",
    "Files": "files",
    "HuggingFace": "hugging_face",
    "ImageFolder": "image_folder",
    "Segmentation": "segmentation",
    "WebDataset": "webdataset",
}
"""Which file each class is in."""


def __getattr__(name: str) -> Any:
    if name not in _FILES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_FILES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
