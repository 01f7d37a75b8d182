"""Transforms that change the size: resizing, scaling, padding."""

from __future__ import annotations

from typing import Any

from fastaug.errors import PolicyError
from fastaug.transforms import kinds
from fastaug.transforms import shared_fields as shared
from fastaug.transforms.choices import Border, Interpolation
from fastaug.transforms.declare import Transform, apply_probability, field
from fastaug.transforms.shared_fields import AreaForDownscale, Fill, Pair, Position


class Resize(Transform):
    """Resizes to a fixed height and width.

    Proportions are not kept; :class:`SmallestMaxSize`, :class:`LongestMaxSize` and :class:`LetterBox` keep them.

    Examples:
        >>> import fastaug as A
        >>> A.Resize(256, 320, interpolation="area")
        Resize(height=256, width=320, interpolation='area')
    """

    height: int = field(kinds.whole, doc="Rows of the result.")
    width: int = field(kinds.whole, doc="Columns of the result.")
    interpolation: Interpolation | int = shared.interpolation()
    mask_interpolation: Interpolation | int = shared.mask_interpolation()
    area_for_downscale: AreaForDownscale | None = shared.area_for_downscale()
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
    """Resizes, keeping proportions, until the shorter side has a given length.

    Both sides are then at least that long, so a square crop of this size fits: the usual first step of a classification
    policy. Smaller images are enlarged.

    Examples:
        >>> import fastaug as A
        >>> A.Compose([A.SmallestMaxSize(256), A.CenterCrop(224, 224)])
        Compose([
            SmallestMaxSize(max_size=256),
            CenterCrop(height=224, width=224),
        ])
    """

    max_size: int | list[int] | tuple[int, ...] | None = field(
        _max_size, default=None, doc="Length of the shorter side; from a list one is drawn."
    )
    max_size_hw: tuple[int | None, int | None] | None = field(
        _max_size_hw,
        default=None,
        doc=(
            "Instead of ``max_size``, a height and a width that the result just covers. With ``None`` for one, only the"
            " other counts."
        ),
    )
    interpolation: Interpolation | int = shared.interpolation()
    mask_interpolation: Interpolation | int = shared.mask_interpolation()
    area_for_downscale: AreaForDownscale | None = shared.area_for_downscale()
    p: float = apply_probability(1.0)


class LongestMaxSize(_MaxSize):
    """Resizes, keeping proportions, until the longer side has a given length.

    The result fits into a square of that size. Smaller images are enlarged.

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
        doc=(
            "Instead of ``max_size``, a height and a width that the result just fits into. With ``None`` for one, only"
            " the other counts."
        ),
    )
    interpolation: Interpolation | int = shared.interpolation()
    mask_interpolation: Interpolation | int = shared.mask_interpolation()
    area_for_downscale: AreaForDownscale | None = shared.area_for_downscale()
    p: float = apply_probability(1.0)


class LetterBox(Transform):
    """Resizes, keeping proportions, to fit into a fixed size, and fills what is left.

    Nothing is cut away and nothing is distorted; every image comes out with the same size. The usual first step of a
    detection policy.

    Examples:
        >>> import fastaug as A
        >>> A.LetterBox(size=(640, 640), fill=114)
        LetterBox(size=(640, 640), fill=114)
    """

    size: tuple[int, int] | list[int] | int = field(
        kinds.pair(kinds.whole), doc="Height and width of the result; one number for a square."
    )
    interpolation: Interpolation | int = shared.interpolation()
    mask_interpolation: Interpolation | int = shared.mask_interpolation()
    fill: Fill = shared.fill()
    fill_mask: Fill | None = shared.border_fill_mask()
    position: Position = shared.position()
    p: float = apply_probability(1.0)


class RandomScale(Transform):
    """Scales both sides by one random factor; the size of the result varies.

    Examples:
        >>> import fastaug as A
        >>> A.RandomScale(scale_range=(-0.5, 1.0))  # from half to twice the size
        RandomScale(scale_range=(-0.5, 1.0))
    """

    scale_range: float | Pair = field(
        kinds.Range(scalar=kinds.around_zero),
        default=(-0.1, 0.1),
        also="scale_limit",
        doc="Range of what is added to a factor of 1; a number *s* means (−s, s).",
    )
    interpolation: Interpolation | int = shared.interpolation()
    mask_interpolation: Interpolation | int = shared.mask_interpolation()
    area_for_downscale: AreaForDownscale | None = shared.area_for_downscale()
    p: float = apply_probability(0.5)


class PadIfNeeded(Transform):
    """Pads to a least height and width, or to a multiple of a number.

    Sides that are long enough stay as they are.

    Examples:
        >>> import fastaug as A
        >>> A.PadIfNeeded(512, 512, border_mode="reflect101")
        PadIfNeeded(min_height=512, min_width=512, border_mode='reflect101')
        >>> A.PadIfNeeded(min_height=None, min_width=None, pad_height_divisor=32, pad_width_divisor=32)
        PadIfNeeded(min_height=None, min_width=None, pad_height_divisor=32, pad_width_divisor=32)
    """

    min_height: int | None = field(
        kinds.optional(kinds.whole), default=1024, doc="Least number of rows; ``None`` where the divisor is given."
    )
    min_width: int | None = field(
        kinds.optional(kinds.whole), default=1024, doc="Least number of columns; ``None`` where the divisor is given."
    )
    pad_height_divisor: int | None = field(
        kinds.optional(kinds.whole),
        default=None,
        doc="Instead of ``min_height``: the number of rows becomes a multiple of this.",
    )
    pad_width_divisor: int | None = field(
        kinds.optional(kinds.whole),
        default=None,
        doc="Instead of ``min_width``: the number of columns becomes a multiple of this.",
    )
    position: Position = shared.position()
    border_mode: Border | int = shared.border_mode()
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
        >>> A.Pad((10, 20), fill=255)
        Pad(padding=(10, 20), fill=255)
    """

    padding: int | tuple[int, ...] | list[int] = field(
        kinds.numbers(kinds.whole),
        default=0,
        doc="Pixels for all sides; (left and right, top and bottom); or (left, top, right, bottom).",
    )
    fill: Fill = shared.fill()
    fill_mask: Fill | None = shared.border_fill_mask()
    border_mode: Border | int = shared.border_mode()
    p: float = apply_probability(1.0)
