"""Transforms that add noise."""

from __future__ import annotations

from fastaug.transforms import kinds
from fastaug.transforms.declare import IMAGE_TARGETS, Transform, apply_probability, field
from fastaug.transforms.shared_fields import Pair


class GaussNoise(
    Transform,
    targets=IMAGE_TARGETS,
    gone={
        "var_limit": "write std_range: the roots of its two ends, divided by 255",
        "mean": "write mean_range, as shares of the greatest value",
    },
):
    """Adds noise from a normal distribution.

    Numbers are shares of the greatest value (255 for ``uint8``, 1 for ``float32``), so one policy serves both.

    Examples:
        >>> import fastaug as A
        >>> A.GaussNoise(std_range=(0.1, 0.2), p=1)
        GaussNoise(std_range=(0.1, 0.2), p=1.0)
    """

    std_range: float | Pair = field(
        kinds.Range(scalar=kinds.exactly),
        default=(0.2, 0.44),
        doc="Range of the standard deviation, 0 to 1. A number is exact.",
    )
    mean_range: float | Pair = field(
        kinds.Range(scalar=kinds.exactly), default=(0.0, 0.0), doc="Range of the mean, −1 to 1. A number is exact."
    )
    per_channel: bool = field(
        kinds.flag, default=False, doc="Noise of its own for each channel, instead of the same gray noise for all."
    )
    noise_scale_factor: float = field(
        kinds.number,
        default=1.0,
        doc="Below 1, the noise is made at this share of the image's size and enlarged: coarser grains.",
    )
    p: float = apply_probability(0.5)
