"""Transforms that end a policy: normalization, types, tensors."""

from __future__ import annotations

from typing import Literal

from fastaug.transforms import kinds
from fastaug.transforms.declare import IMAGE_TARGETS, Transform, apply_probability, field
from fastaug.transforms.shared_fields import Number, Pair

Normalization = Literal["standard", "image", "image_per_channel", "min_max", "min_max_per_channel"]
"""What values are measured by."""
DataType = Literal["uint8", "float32"]
"""Types of pixels."""


class Normalize(Transform, targets=IMAGE_TARGETS):
    """Shifts and scales the values to mean 0 and deviation 1, or to the range 0…1; the result is ``float32``.

    - ``standard``: (value / ``max_pixel_value`` − ``mean``) / ``std``; the defaults are ImageNet's.
    - ``image``, ``image_per_channel``: by the image's own mean and deviation, over all channels or for each.
    - ``min_max``, ``min_max_per_channel``: the least value becomes 0, the greatest 1, over all channels or for each.

    The last step of most policies; it is joined with the change to channels × height × width in one pass.

    Examples:
        >>> import fastaug as A
        >>> A.Normalize(mean=[0.5, 0.5, 0.5], std=[0.5, 0.5, 0.5])  # to −1…1
        Normalize(mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5))
    """

    mean: Number | tuple[Number, ...] | list[Number] | None = field(
        kinds.optional(kinds.numbers()),
        default=(0.485, 0.456, 0.406),
        doc="Mean of each channel, as a share of ``max_pixel_value`` (``standard`` only).",
    )
    std: Number | tuple[Number, ...] | list[Number] | None = field(
        kinds.optional(kinds.numbers()),
        default=(0.229, 0.224, 0.225),
        doc="Standard deviation of each channel, likewise.",
    )
    max_pixel_value: float | None = field(
        kinds.optional(kinds.number),
        default=255.0,
        doc="The greatest value; ``None`` takes the type's: 255 for uint8, 1 for float32 (``standard`` only).",
    )
    normalization: Normalization = field(
        kinds.word(Normalization), default="standard", doc="What values are measured by."
    )
    clip_range: Pair | None = field(
        kinds.optional(kinds.Range()),
        default=None,
        kw_only=True,
        doc="The range to which results are cut afterwards; ``None`` does not cut.",
    )
    p: float = apply_probability(1.0)


class ToFloat(Transform, targets=IMAGE_TARGETS):
    """Divides by the greatest value; the result is ``float32``, from 0 to 1.

    Examples:
        >>> import fastaug as A
        >>> A.ToFloat(max_value=4095)  # a camera of 12 bits
        ToFloat(max_value=4095)
    """

    max_value: float | None = field(
        kinds.optional(kinds.number),
        default=None,
        doc="The greatest value; ``None`` takes the type's: 255 for uint8, 1 for float32.",
    )
    p: float = apply_probability(1.0)


class FromFloat(Transform, targets=IMAGE_TARGETS):
    """Multiplies by the greatest value and rounds: the opposite of :class:`ToFloat`.

    Accepts ``float32`` images only.

    Examples:
        >>> import fastaug as A
        >>> A.FromFloat(dtype="uint8")
        FromFloat()
    """

    dtype: DataType = field(kinds.word(DataType), default="uint8", doc="Type of the result.")
    max_value: float | None = field(
        kinds.optional(kinds.number),
        default=None,
        doc="The greatest value; ``None`` takes the type's: 255 for uint8, 1 for float32.",
    )
    p: float = apply_probability(1.0)


class ToTensorV2(Transform, targets=("image", "images", "mask", "masks")):
    """Gives torch tensors, images as channels × height × width. torch is imported when it runs.

    It decides the type of the whole result, so it always runs and stands at the policy's top level.

    Examples:
        >>> import fastaug as A
        >>> A.Compose([A.Normalize(), A.ToTensorV2()])
        Compose([
            Normalize(),
            ToTensorV2(),
        ])
    """

    transpose_mask: bool = field(
        kinds.flag, default=False, doc="Give masks that have channels as channels × height × width too."
    )
    p: float = apply_probability(1.0)
