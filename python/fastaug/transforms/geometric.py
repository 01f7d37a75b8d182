"""Transforms that resample: scale, shift, rotate, shear, perspective.

All angles are in degrees, against the clock; everything happens around the middle of the image.
"""

from __future__ import annotations

from collections.abc import Mapping

from fastaug.errors import PolicyError
from fastaug.transforms import kinds
from fastaug.transforms import shared_fields as shared
from fastaug.transforms.choices import Border, Interpolation
from fastaug.transforms.declare import Transform, apply_probability, field
from fastaug.transforms.shared_fields import Fill, Pair, RotateMethod

PerAxis = float | Pair | Mapping[str, float | Pair]
"""A range for both axes, or one for each."""


class Affine(Transform):
    """Scales, shifts, rotates and shears, in one resampling.

    Boxes and keypoints go through the same matrix as the pixels. A mapping with ``x`` and ``y`` gives each axis a range
    of its own; an axis that is left out stays as it is.

    Examples:
        >>> import fastaug as A
        >>> A.Affine(scale=(0.8, 1.2), rotate=(-15, 15), balanced_scale=True, p=1)
        Affine(scale=(0.8, 1.2), rotate=(-15, 15), balanced_scale=True, p=1.0)
        >>> A.Affine(translate_percent={"x": (-0.1, 0.1)})
        Affine(translate_percent={'x': (-0.1, 0.1), 'y': (0.0, 0.0)})
    """

    scale: PerAxis = field(
        kinds.per_axis(kinds.Range(scalar=kinds.exactly), (1.0, 1.0)),
        default=(1.0, 1.0),
        doc="Range of the factor: below 1 shrinks the picture, above enlarges it. A number is that factor.",
    )
    translate_percent: PerAxis | None = field(
        kinds.optional(kinds.per_axis(kinds.Range(scalar=kinds.exactly), (0.0, 0.0))),
        default=None,
        doc="Range of the shift as a share of width and height (0.1 is a tenth), to the right and down.",
    )
    translate_px: PerAxis | None = field(
        kinds.optional(kinds.per_axis(kinds.Range(kinds.whole, kinds.exactly), (0, 0))),
        default=None,
        doc="Range of the shift in pixels, instead of ``translate_percent``.",
    )
    rotate: float | Pair = field(
        kinds.Range(scalar=kinds.exactly),
        default=(0.0, 0.0),
        doc="Range of the angle in degrees; a number is that angle, not a range around zero.",
    )
    shear: PerAxis = field(
        kinds.per_axis(kinds.Range(scalar=kinds.exactly), (0.0, 0.0)),
        default=(0.0, 0.0),
        doc="Range of the shear's angle in degrees; a number is that angle, for both axes.",
    )
    interpolation: Interpolation | int = shared.interpolation()
    mask_interpolation: Interpolation | int = shared.mask_interpolation()
    fit_output: bool = field(
        kinds.flag, default=False, doc="Make the result as large as the whole transformed picture; the size varies."
    )
    keep_ratio: bool = field(kinds.flag, default=True, doc="Draw one factor for both axes.")
    rotate_method: RotateMethod = shared.rotate_method()
    balanced_scale: bool = field(
        kinds.flag,
        default=False,
        doc=(
            "Where the range of factors contains 1, shrink and enlarge equally often. Without it, (0.5, 2) enlarges"
            " twice as often as it shrinks."
        ),
    )
    border_mode: Border | int = shared.border_mode("mode")
    fill: Fill = shared.fill("cval")
    fill_mask: Fill | None = shared.border_fill_mask("cval_mask")
    p: float = apply_probability(0.5)

    def check(self) -> None:
        """One way to say the shift."""
        if self.__dict__["translate_percent"] is not None and self.__dict__["translate_px"] is not None:
            raise PolicyError("Affine: give translate_percent or translate_px, not both")


class Rotate(Transform):
    """Rotates by a random angle; the size stays, corners may leave the image.

    Examples:
        >>> import fastaug as A
        >>> A.Rotate(limit=30)
        Rotate(angle_range=(-30, 30))
    """

    angle_range: float | Pair = field(
        kinds.Range(scalar=kinds.around_zero),
        default=(-90, 90),
        also="limit",
        doc="Range of the angle in degrees; a number *a* means (−a, a).",
    )
    interpolation: Interpolation | int = shared.interpolation()
    border_mode: Border | int = shared.border_mode()
    rotate_method: RotateMethod = shared.rotate_method()
    crop_border: bool = field(
        kinds.flag,
        default=False,
        doc="Cut the result to the largest upright rectangle without border; the size varies.",
    )
    mask_interpolation: Interpolation | int = shared.mask_interpolation()
    fill: Fill = shared.fill()
    fill_mask: Fill | None = shared.border_fill_mask()
    p: float = apply_probability(0.5)


class SafeRotate(Transform):
    """Rotates by a random angle and shrinks until the whole turned picture is visible; the size stays.

    Examples:
        >>> import fastaug as A
        >>> A.SafeRotate(limit=30)
        SafeRotate(angle_range=(-30, 30))
    """

    angle_range: float | Pair = field(
        kinds.Range(scalar=kinds.around_zero),
        default=(-90, 90),
        also="limit",
        doc="Range of the angle in degrees; a number *a* means (−a, a).",
    )
    interpolation: Interpolation | int = shared.interpolation()
    border_mode: Border | int = shared.border_mode()
    rotate_method: RotateMethod = shared.rotate_method()
    mask_interpolation: Interpolation | int = shared.mask_interpolation()
    fill: Fill = shared.fill()
    fill_mask: Fill | None = shared.border_fill_mask()
    p: float = apply_probability(0.5)


class ShiftScaleRotate(Transform):
    """Shifts, scales and rotates, in one resampling.

    :class:`Affine` can do the same and more; this one speaks of limits around nothing.

    Examples:
        >>> import fastaug as A
        >>> A.ShiftScaleRotate(shift_limit=0.1, rotate_limit=15)
        ShiftScaleRotate(shift_range=(-0.1, 0.1), rotate_range=(-15, 15))
    """

    shift_range: float | Pair = field(
        kinds.Range(scalar=kinds.around_zero),
        default=(-0.0625, 0.0625),
        also="shift_limit",
        doc="Range of the shift as a share of width and height; a number *s* means (−s, s).",
    )
    scale_range: float | Pair = field(
        kinds.Range(scalar=kinds.around_zero),
        default=(-0.1, 0.1),
        also="scale_limit",
        doc="Range of what is added to a factor of 1; a number *s* means (−s, s).",
    )
    rotate_range: float | Pair = field(
        kinds.Range(scalar=kinds.around_zero),
        default=(-45, 45),
        also="rotate_limit",
        doc="Range of the angle in degrees; a number *a* means (−a, a).",
    )
    interpolation: Interpolation | int = shared.interpolation()
    border_mode: Border | int = shared.border_mode()
    shift_range_x: float | Pair | None = field(
        kinds.optional(kinds.Range(scalar=kinds.around_zero)),
        default=None,
        also="shift_limit_x",
        doc="Range of the shift to the right, instead of ``shift_range``.",
    )
    shift_range_y: float | Pair | None = field(
        kinds.optional(kinds.Range(scalar=kinds.around_zero)),
        default=None,
        also="shift_limit_y",
        doc="Range of the shift down, instead of ``shift_range``.",
    )
    rotate_method: RotateMethod = shared.rotate_method()
    mask_interpolation: Interpolation | int = shared.mask_interpolation()
    fill: Fill = shared.fill()
    fill_mask: Fill | None = shared.border_fill_mask()
    p: float = apply_probability(0.5)


class Perspective(Transform):
    """Moves the four corners by random amounts, as if the picture were seen from another place.

    Examples:
        >>> import fastaug as A
        >>> A.Perspective(scale=(0.02, 0.05), p=1)
        Perspective(scale=(0.02, 0.05), p=1.0)
    """

    scale: float | Pair = field(
        kinds.Range(scalar=kinds.from_low(0)),
        default=(0.05, 0.1),
        doc=(
            "Range of the standard deviation of the corners' way inwards, as a share of the sides; a number *s* means"
            " (0, s)."
        ),
    )
    keep_size: bool = field(kinds.flag, default=True, doc="Resize the result to the size that came in.")
    fit_output: bool = field(kinds.flag, default=False, doc="Keep the whole picture visible.")
    interpolation: Interpolation | int = shared.interpolation()
    mask_interpolation: Interpolation | int = shared.mask_interpolation()
    border_mode: Border | int = shared.border_mode()
    fill: Fill = shared.fill("pad_val")
    fill_mask: Fill | None = shared.border_fill_mask("mask_pad_val")
    p: float = apply_probability(0.5)
