"""The policies that are measured, in the words that fastaug and AlbumentationsX share. Imports neither.

``imagenet`` and ``starter`` begin with a crop of the photo as it was decoded; ``classification``, ``detection`` and
``segmentation`` are written as they commonly are, with the sizes of networks that take them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

SEED = 137
SIDE = 224
AREA = (0.08, 1.0)
RATIO = (3 / 4, 4 / 3)
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def compose(library: Any, transforms: Sequence[Any], boxes: bool = False) -> Any:
    """The policy of a library, which is fastaug or albumentations."""
    bbox_params = library.BboxParams(coord_format="pascal_voc", min_visibility=0.3) if boxes else None
    return library.Compose(transforms, bbox_params=bbox_params, seed=SEED, telemetry=False)


def imagenet(A: Any) -> list[Any]:
    """What most classifiers have been trained with: a random crop brought to 224×224, perhaps mirrored."""
    return [*_crop_and_flip(A), A.Normalize(mean=MEAN, std=STD, p=1.0)]


def starter(A: Any) -> list[Any]:
    """The same with changes of colour and holes, as one begins a training of one's own."""
    return [
        *_crop_and_flip(A),
        A.ColorJitter(
            brightness_range=(0.8, 1.2),
            contrast_range=(0.8, 1.2),
            saturation_range=(0.8, 1.2),
            hue_range=(-0.05, 0.05),
            p=0.8,
        ),
        A.ToGray(p=0.1),
        A.CoarseDropout(num_holes_range=(1, 4), hole_height_range=(0.1, 0.25), hole_width_range=(0.1, 0.25), p=0.3),
        A.Normalize(mean=MEAN, std=STD, p=1.0),
    ]


def _crop_and_flip(A: Any) -> list[Any]:
    return [
        A.RandomResizedCrop(size=(SIDE, SIDE), scale=AREA, ratio=RATIO, p=1.0),
        A.HorizontalFlip(p=0.5),
    ]


def classification(A: Any) -> list[Any]:
    """Crops of 224×224; the counts of holes and the grid's units are 2–10% of the area and 5–15% of the side."""
    coarse = A.CoarseDropout(
        num_holes_range=(2, 10), hole_height_range=(0.05, 0.15), hole_width_range=(0.05, 0.15), p=1.0
    )
    grid = A.GridDropout(ratio=0.4, unit_size_range=(11, 33), p=1.0)
    return [
        A.SmallestMaxSize(max_size_hw=(256, 256), p=1.0),
        A.RandomCrop(height=224, width=224, p=1.0),
        A.HorizontalFlip(p=0.5),
        A.Affine(scale=(0.8, 1.2), rotate=(-15, 15), balanced_scale=True, p=0.5),
        A.OneOf([coarse, grid], p=0.4),
        A.OneOf([A.ToGray(p=1.0), A.ChannelDropout(p=1.0)], p=0.1),
        A.PhotoMetricDistort(
            brightness_range=(0.8, 1.2),
            contrast_range=(0.8, 1.2),
            saturation_range=(0.7, 1.3),
            hue_range=(-0.05, 0.05),
            p=0.5,
        ),
        A.GaussianBlur(blur_range=(3, 5), p=0.1),
        A.Normalize(),
    ]


def detection(A: Any) -> list[Any]:
    """A letter box of 640×640."""
    return [
        A.LetterBox(size=(640, 640), fill=0, p=1.0),
        A.HorizontalFlip(p=0.5),
        A.Affine(scale=(0.5, 1.5), balanced_scale=True, p=0.5),
        A.CoarseDropout(num_holes_range=(3, 8), hole_height_range=(0.05, 0.15), hole_width_range=(0.05, 0.15), p=0.3),
        A.ColorJitter(
            brightness_range=(0.7, 1.3),
            contrast_range=(0.7, 1.3),
            saturation_range=(0.6, 1.4),
            hue_range=(-0.05, 0.05),
            p=0.5,
        ),
        A.MotionBlur(blur_range=(3, 5), p=0.1),
        A.Normalize(),
    ]


def segmentation(A: Any) -> list[Any]:
    """Crops of 512×512, padded where the photo is smaller."""
    return [
        A.RandomCrop(height=512, width=512, pad_if_needed=True, p=1.0),
        A.HorizontalFlip(p=0.5),
        A.Affine(scale=(0.8, 1.5), rotate=(-10, 10), balanced_scale=True, p=0.5),
        A.CoarseDropout(num_holes_range=(3, 8), hole_height_range=(0.05, 0.2), hole_width_range=(0.05, 0.2), p=0.3),
        A.PhotoMetricDistort(
            brightness_range=(0.8, 1.2),
            contrast_range=(0.8, 1.2),
            saturation_range=(0.75, 1.25),
            hue_range=(-0.03, 0.03),
            p=0.5,
        ),
        A.GaussNoise(p=0.1),
        A.Normalize(),
    ]
