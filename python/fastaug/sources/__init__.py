"""Where samples come from: folders, lists of files, shards, data sets of other libraries."""

from fastaug.sources.arrays import Arrays
from fastaug.sources.coco import CocoDetection
from fastaug.sources.files import Files
from fastaug.sources.image_folder import ImageFolder
from fastaug.sources.protocol import Image, Items, Source, Target, as_source
from fastaug.sources.webdataset import WebDataset

__all__ = [
    "Arrays",
    "CocoDetection",
    "Files",
    "Image",
    "ImageFolder",
    "Items",
    "Source",
    "Target",
    "WebDataset",
    "as_source",
]
