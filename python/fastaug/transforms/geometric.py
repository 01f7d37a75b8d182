"""Transforms that resample along a map: rotation, scale, shear, shift, perspective."""

from __future__ import annotations

from typing import Any

from fastaug.errors import PolicyError
from fastaug.transforms import kinds
from fastaug.transforms import shared_fields as shared
from fastaug.transforms.declare import Transform, apply_probability, field
from fastaug.transforms.shared_fields import Fill, Pair

PerAxis = float | Pair | dict[str, float | Pair]
"""A range for both axes, or one for each."""


class Affine(Transform):
    """Scales, shifts, rotates and shears around the middle of the image, in one resampling.

    Examples:
        >>> import fastaug as A
        >>> A.Affine(scale=(0.8, 1.2), rotate=(-15, 15), p=1)
        Affine(scale=(0.8, 1.2), rotate=(-15, 15), p=1.0)
    """

    scale: PerAxis = field(
        kinds.per_axis(kinds.Range(scalar=kinds.exactly), (1.0, 1.0)),
        default=(1.0, 1.0),
        doc="Range of the factor; a number is that factor. ``{'x': …, 'y': …}`` for each axis.",
    )
    translate_percent: PerAxis | None = field(
        kinds.optional(kinds.per_axis(kinds.Range(scalar=kinds.exactly), (0.0, 0.0))),
        default=None,
        doc="Range of the shift as a share of width and height.",
    )
    translate_px: PerAxis | None = field(
        kinds.optional(kinds.per_axis(kinds.Range(kinds.whole, kinds.exactly), (0, 0))),
        default=None,
        doc="Range of the shift in pixels, instead of ``translate_percent``.",
    )
    rotate: float | Pair = field(
        kinds.Range(scalar=kinds.exactly),
        default=(0.0, 0.0),
        doc="Range of the angle in degrees, against the clock; a number is that angle.",
    )
    shear: PerAxis = field(
        kinds.per_axis(kinds.Range(scalar=kinds.exactly), (0.0, 0.0)),
        default=(0.0, 0.0),
        doc="Range of the shear in degrees; ``{'x': …, 'y': …}`` for each axis.",
    )
    interpolation: int | str = shared.interpolation()
    mask_interpolation: int | str = shared.mask_interpolation()
    fit_output: bool = field(kinds.flag, default=False, doc="Make the result as large as the whole turned image.")
    keep_ratio: bool = field(kinds.flag, default=True, doc="Draw one factor for both axes.")
    rotate_method: str = shared.rotate_method()
    balanced_scale: bool = field(
        kinds.flag,
        default=False,
        doc="Where the range of factors contains 1, shrink and enlarge equally often, however the range lies.",
    )
    border_mode: int | str = shared.border_mode()
    fill: Fill = shared.fill()
    fill_mask: Fill | None = shared.border_fill_mask()
    p: float = apply_probability(0.5)

    def check(self) -> None:
        """One way to say the shift."""
        if self.__dict__["translate_percent"] is not None and self.__dict__["translate_px"] is not None:
            raise PolicyError("Affine: give translate_percent or translate_px, not both")


class Rotate(Transform):
    """Rotates around the middle; the size stays.

    Examples:
        >>> import fastaug as A
        >>> A.Rotate(limit=30)
        Rotate(angle_range=(-30, 30))
    """

    angle_range: float | Pair = field(
        kinds.Range(scalar=kinds.around_zero),
        default=(-90, 90),
        alias="limit",
        doc="Range of the angle in degrees, against the clock; a number *a* means (−a, a).",
    )
    interpolation: int | str = shared.interpolation()
    border_mode: int | str = shared.border_mode()
    rotate_method: str = shared.rotate_method()
    crop_border: bool = field(kinds.flag, default=False, doc="Cut away everything outside the turned image.")
    mask_interpolation: int | str = shared.mask_interpolation()
    fill: Fill = shared.fill()
    fill_mask: Fill | None = shared.border_fill_mask()
    p: float = apply_probability(0.5)


class SafeRotate(Transform):
    """Rotates and shrinks so that the whole turned image stays visible; the size stays.

    Examples:
        >>> import fastaug as A
        >>> A.SafeRotate(limit=30)
        SafeRotate(angle_range=(-30, 30))
    """

    angle_range: float | Pair = field(
        kinds.Range(scalar=kinds.around_zero),
        default=(-90, 90),
        alias="limit",
        doc="Range of the angle in degrees, against the clock; a number *a* means (−a, a).",
    )
    interpolation: int | str = shared.interpolation()
    border_mode: int | str = shared.border_mode()
    rotate_method: str = shared.rotate_method()
    mask_interpolation: int | str = shared.mask_interpolation()
    fill: Fill = shared.fill()
    fill_mask: Fill | None = shared.border_fill_mask()
    p: float = apply_probability(0.5)


class ShiftScaleRotate(Transform):
    """Shifts, scales and rotates in one resampling.

    Examples:
        >>> import fastaug as A
        >>> A.ShiftScaleRotate(shift_limit=0.1, rotate_limit=15)
        ShiftScaleRotate(shift_range=(-0.1, 0.1), rotate_range=(-15, 15))
    """

    shift_range: float | Pair = field(
        kinds.Range(scalar=kinds.around_zero),
        default=(-0.0625, 0.0625),
        alias="shift_limit",
        doc="Range of the shift as a share of width and height; a number *s* means (−s, s).",
    )
    scale_range: float | Pair = field(
        kinds.Range(scalar=kinds.around_zero),
        default=(-0.1, 0.1),
        alias="scale_limit",
        doc="What is added to a factor of 1; a number *s* means (−s, s).",
    )
    rotate_range: float | Pair = field(
        kinds.Range(scalar=kinds.around_zero),
        default=(-45, 45),
        alias="rotate_limit",
        doc="Range of the angle in degrees; a number *a* means (−a, a).",
    )
    interpolation: int | str = shared.interpolation()
    border_mode: int | str = shared.border_mode()
    shift_range_x: float | Pair | None = field(
        kinds.optional(kinds.Range(scalar=kinds.around_zero)),
        default=None,
        alias="shift_limit_x",
        doc="Shift across, instead of ``shift_range``.",
    )
    shift_range_y: float | Pair | None = field(
        kinds.optional(kinds.Range(scalar=kinds.around_zero)),
        default=None,
        alias="shift_limit_y",
        doc="Shift down, instead of ``shift_range``.",
    )
    rotate_method: str = shared.rotate_method()
    mask_interpolation: int | str = shared.mask_interpolation()
    fill: Fill = shared.fill()
    fill_mask: Fill | None = shared.border_fill_mask()
    p: float = apply_probability(0.5)


def _zero_to(value: float) -> tuple[float, float]:
    """0.1 → (0, 0.1)."""
    return (min(0.0, value), max(0.0, value))


class Perspective(Transform):
    """Moves the four corners by random amounts, as if seen from another place.

    Examples:
        >>> import fastaug as A
        >>> A.Perspective(scale=(0.05, 0.1), p=1)
        Perspective(p=1.0)
    """

    scale: float | Pair = field(
        kinds.Range(scalar=_zero_to),
        default=(0.05, 0.1),
        doc="Range of the deviation that moves the corners, as a share of the sides; a number *s* means (0, s).",
    )
    keep_size: bool = field(kinds.flag, default=True, doc="Resize the result to the size that came in.")
    fit_output: bool = field(kinds.flag, default=False, doc="Keep the whole image visible.")
    interpolation: int | str = shared.interpolation()
    mask_interpolation: int | str = shared.mask_interpolation()
    border_mode: int | str = shared.border_mode()
    fill: Fill = shared.fill()
    fill_mask: Fill | None = shared.border_fill_mask()
    p: float = apply_probability(0.5)


__all__: list[Any] = ["Affine", "Perspective", "Rotate", "SafeRotate", "ShiftScaleRotate"]
