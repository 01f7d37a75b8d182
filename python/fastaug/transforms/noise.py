"""Transforms that add noise."""

from __future__ import annotations

from fastaug.transforms import kinds
from fastaug.transforms.declare import IMAGE_TARGETS, Transform, apply_probability, field
from fastaug.transforms.shared_fields import Pair


class GaussNoise(Transform, targets=IMAGE_TARGETS):
    """Adds noise from a normal distribution.

    Examples:
        >>> import fastaug as A
        >>> A.GaussNoise(std_range=(0.1, 0.2), p=1)
        GaussNoise(std_range=(0.1, 0.2), p=1.0)
    """

    std_range: Pair = field(
        kinds.Range(scalar=kinds.exactly),
        default=(0.2, 0.44),
        doc="Range of the deviation as a share of the greatest value.",
    )
    mean_range: Pair = field(kinds.Range(scalar=kinds.exactly), default=(0.0, 0.0), doc="Range of the mean, likewise.")
    per_channel: bool = field(kinds.flag, default=False, doc="Noise of its own for each channel, or one for all.")
    noise_scale_factor: float = field(
        kinds.number,
        default=1.0,
        doc="Below 1, the noise is made at this share of the size and enlarged: coarser and faster.",
    )
    p: float = apply_probability(0.5)
