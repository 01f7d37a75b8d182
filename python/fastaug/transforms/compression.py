"""Transforms that lose what files lose."""

from __future__ import annotations

from typing import Literal

from fastaug.transforms import kinds
from fastaug.transforms.declare import IMAGE_TARGETS, Transform, apply_probability, field
from fastaug.transforms.shared_fields import Pair

CompressionType = Literal["jpeg", "webp"]
"""What an image is compressed as."""


class ImageCompression(
    Transform,
    targets=IMAGE_TARGETS,
    gone={
        "quality_lower": "write quality_range=(lower, upper)",
        "quality_upper": "write quality_range=(lower, upper)",
    },
):
    """Leaves what a JPEG or WebP file would leave of the image: blocks, ringing edges, coarser colours.

    Pixels are those that Pillow writes and reads. An image is taken to be RGB or gray; of four channels and more the first
    three are compressed as colours, and every other channel as a gray image.

    Examples:
        >>> import fastaug as A
        >>> A.ImageCompression(quality_range=(30, 60), p=1)
        ImageCompression(quality_range=(30, 60), p=1.0)
        >>> import numpy as np
        >>> image = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
        >>> worse = A.Compose([A.ImageCompression(quality_range=(5, 5), p=1)])(image=image)["image"]
        >>> bool(np.std(worse) < np.std(image))
        True
    """

    compression_type: CompressionType = field(
        kinds.word(CompressionType), default="jpeg", doc="JPEG, with colours at half the size, or lossy WebP."
    )
    quality_range: int | Pair = field(
        kinds.Range(kinds.whole, kinds.exactly),
        default=(99, 100),
        doc="Range of the quality, 1 (smallest file) to 100 (least loss), both ends included. A number is exact.",
    )
    p: float = apply_probability(0.5)
