"""Transforms that change the size: resizing, scaling, padding."""

from __future__ import annotations

from typing import Any

from fastaug.errors import PolicyError
from fastaug.transforms import kinds
from fastaug.transforms import shared_fields as shared
from fastaug.transforms.declare import Transform, apply_probability, field
from fastaug.transforms.shared_fields import Fill, Pair


class Resize(Transform):
    """Resizes to a fixed height and width, whatever the proportions were.

    Examples:
        >>> import fastaug as A
        >>> A.Resize(256, 256)
        Resize(height=256, width=256)
    """

    height: int = field(kinds.whole, doc="Rows of the result.")
    width: int = field(kinds.whole, doc="Columns of the result.")
    interpolation: int | str = shared.interpolation()
    mask_interpolation: int | str = shared.mask_interpolation()
    area_for_downscale: str | None = shared.area_for_downscale()
    p: float = apply_probability(1.0)


_max_size: Any = kinds.optional(kinds.numbers(kinds.whole))
_max_size_hw: Any = kinds.optional(kinds.pair(kinds.optional(kinds.whole)))


class _MaxSize(Transform):
    """What both transforms with a longest side have in common."""

    def check(self) -> None:
        """Exactly one of the two ways to say a size."""
        values = self.__dict__
        name = type(self).__name__
        if (values["max_size"] is None) == (values["max_size_hw"] is None):
            raise PolicyError(f"{name}: give either max_size or max_size_hw")
        if values["max_size_hw"] == (None, None):
            raise PolicyError(f"{name}.max_size_hw: at least one of the two must be a number, got (None, None)")


class SmallestMaxSize(_MaxSize):
    """Resizes, keeping proportions, so that the shorter side gets a given length.

    Examples:
        >>> import fastaug as A
        >>> A.SmallestMaxSize(256)
        SmallestMaxSize(max_size=256)
    """

    max_size: int | list[int] | tuple[int, ...] | None = field(
        _max_size, default=None, doc="Length of the shorter side; from a list one is drawn."
    )
    max_size_hw: tuple[int | None, int | None] | None = field(
        _max_size_hw,
        default=None,
        doc="Instead, the least height and width: the result covers both. With one ``None``, the other alone counts.",
    )
    interpolation: int | str = shared.interpolation()
    mask_interpolation: int | str = shared.mask_interpolation()
    area_for_downscale: str | None = shared.area_for_downscale()
    p: float = apply_probability(1.0)


class LongestMaxSize(_MaxSize):
    """Resizes, keeping proportions, so that the longer side gets a given length.

    Examples:
        >>> import fastaug as A
        >>> A.LongestMaxSize(max_size_hw=(480, 640))
        LongestMaxSize(max_size_hw=(480, 640))
    """

    max_size: int | list[int] | tuple[int, ...] | None = field(
        _max_size, default=None, doc="Length of the longer side; from a list one is drawn."
    )
    max_size_hw: tuple[int | None, int | None] | None = field(
        _max_size_hw,
        default=None,
        doc="Instead, the greatest height and width: the result fits into both. With one ``None``, the other alone counts.",
    )
    interpolation: int | str = shared.interpolation()
    mask_interpolation: int | str = shared.mask_interpolation()
    area_for_downscale: str | None = shared.area_for_downscale()
    p: float = apply_probability(1.0)


class LetterBox(Transform):
    """Resizes, keeping proportions, to fit into a fixed size, and fills what is left.

    Examples:
        >>> import fastaug as A
        >>> A.LetterBox(size=(640, 640), fill=114)
        LetterBox(size=(640, 640), fill=114)
    """

    size: tuple[int, int] | list[int] | int = field(kinds.pair(kinds.whole), doc="Height and width of the result.")
    interpolation: int | str = shared.interpolation()
    mask_interpolation: int | str = shared.mask_interpolation()
    fill: Fill = shared.fill()
    fill_mask: Fill | None = shared.border_fill_mask()
    position: str = shared.position()
    p: float = apply_probability(1.0)


class RandomScale(Transform):
    """Scales both sides by a random factor.

    Examples:
        >>> import fastaug as A
        >>> A.RandomScale(scale_range=(-0.5, 0.5))
        RandomScale(scale_range=(-0.5, 0.5))
    """

    scale_range: float | Pair = field(
        kinds.Range(scalar=kinds.around_zero),
        default=(-0.1, 0.1),
        alias="scale_limit",
        doc="What is added to a factor of 1; a number *s* means (−s, s).",
    )
    interpolation: int | str = shared.interpolation()
    mask_interpolation: int | str = shared.mask_interpolation()
    area_for_downscale: str | None = shared.area_for_downscale()
    p: float = apply_probability(0.5)


class PadIfNeeded(Transform):
    """Pads to a least height and width, or to a multiple of a number.

    Examples:
        >>> import fastaug as A
        >>> A.PadIfNeeded(512, 512, border_mode="reflect101")
        PadIfNeeded(min_height=512, min_width=512, border_mode='reflect101')
    """

    min_height: int | None = field(kinds.optional(kinds.whole), default=1024, doc="Least number of rows.")
    min_width: int | None = field(kinds.optional(kinds.whole), default=1024, doc="Least number of columns.")
    pad_height_divisor: int | None = field(
        kinds.optional(kinds.whole), default=None, doc="Instead of ``min_height``: rows become a multiple of this."
    )
    pad_width_divisor: int | None = field(
        kinds.optional(kinds.whole), default=None, doc="Instead of ``min_width``: columns become a multiple of this."
    )
    position: str = shared.position()
    border_mode: int | str = shared.border_mode()
    fill: Fill = shared.fill()
    fill_mask: Fill | None = shared.border_fill_mask()
    p: float = apply_probability(1.0)

    def check(self) -> None:
        """One way to say each side."""
        values = self.__dict__
        for side in ("height", "width"):
            least, divisor = values[f"min_{side}"], values[f"pad_{side}_divisor"]
            if (least is None) == (divisor is None):
                raise PolicyError(
                    f"PadIfNeeded: give either min_{side} or pad_{side}_divisor (with min_{side}=None), got"
                    f" {least!r} and {divisor!r}"
                )


class Pad(Transform):
    """Adds a fixed number of rows and columns.

    Examples:
        >>> import fastaug as A
        >>> A.Pad((10, 20))
        Pad(padding=(10, 20))
    """

    padding: int | tuple[int, ...] | list[int] = field(
        kinds.numbers(kinds.whole),
        default=0,
        doc="Pixels for all sides; (left and right, top and bottom); or (left, top, right, bottom).",
    )
    fill: Fill = shared.fill()
    fill_mask: Fill | None = shared.border_fill_mask()
    border_mode: int | str = shared.border_mode()
    p: float = apply_probability(1.0)
