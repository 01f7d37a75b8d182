"""Transforms that end a policy: normalization, types, tensors."""

from __future__ import annotations

from fastaug.transforms import kinds
from fastaug.transforms.declare import IMAGE_TARGETS, Transform, apply_probability, field
from fastaug.transforms.shared_fields import Number, Pair


class Normalize(Transform, targets=IMAGE_TARGETS):
    """Shifts and scales the values to mean 0 and deviation 1, or to the range 0…1; the result is ``float32``.

    Examples:
        >>> import fastaug as A
        >>> A.Normalize(mean=(0.5,), std=(0.5,))
        Normalize(mean=(0.5,), std=(0.5,))
    """

    mean: Number | tuple[Number, ...] | list[Number] | None = field(
        kinds.optional(kinds.numbers()),
        default=(0.485, 0.456, 0.406),
        doc="Mean of each channel, as a share of the greatest value.",
    )
    std: Number | tuple[Number, ...] | list[Number] | None = field(
        kinds.optional(kinds.numbers()), default=(0.229, 0.224, 0.225), doc="Deviation of each channel, likewise."
    )
    max_pixel_value: float | None = field(
        kinds.optional(kinds.number),
        default=255.0,
        doc="The greatest value; ``None`` takes the type's (255 for uint8, 1 for float32).",
    )
    normalization: str = field(
        kinds.choice("standard", "image", "image_per_channel", "min_max", "min_max_per_channel"),
        default="standard",
        doc=(
            "By the given mean and deviation (standard), by the image's own (image, image_per_channel), or by its least and"
            " greatest value (min_max, min_max_per_channel)."
        ),
    )
    clip_range: Pair | None = field(
        kinds.optional(kinds.Range()), default=None, doc="Values outside are cut to this range afterwards."
    )
    p: float = apply_probability(1.0)


class ToFloat(Transform, targets=IMAGE_TARGETS):
    """Divides by the greatest value; the result is ``float32``.

    Examples:
        >>> import fastaug as A
        >>> A.ToFloat()
        ToFloat()
    """

    max_value: float | None = field(
        kinds.optional(kinds.number), default=None, doc="The greatest value; ``None`` takes the type's."
    )
    p: float = apply_probability(1.0)


class FromFloat(Transform, targets=IMAGE_TARGETS):
    """Multiplies by the greatest value and rounds; the opposite of :class:`ToFloat`.

    Examples:
        >>> import fastaug as A
        >>> A.FromFloat()
        FromFloat()
    """

    dtype: str = field(kinds.choice("uint8", "float32"), default="uint8", doc="Type of the result.")
    max_value: float | None = field(
        kinds.optional(kinds.number), default=None, doc="The greatest value; ``None`` takes the type's."
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

    transpose_mask: bool = field(kinds.flag, default=False, doc="Masks with channels as channels × height × width too.")
    p: float = apply_probability(1.0)
