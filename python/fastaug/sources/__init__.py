"""Where samples come from: folders, lists of files, shards, data sets of other libraries."""

from fastaug.sources.arrays import Arrays
from fastaug.sources.coco import CocoDetection
from fastaug.sources.files import Files
from fastaug.sources.hugging_face import HuggingFace
from fastaug.sources.image_folder import ImageFolder
from fastaug.sources.protocol import Image, Items, Source, Target, as_source
from fastaug.sources.segmentation import Segmentation
from fastaug.sources.webdataset import WebDataset

__all__ = [
    "Arrays",
    "CocoDetection",
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
