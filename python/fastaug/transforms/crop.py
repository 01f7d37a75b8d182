"""Transforms that keep a part of the image."""

from __future__ import annotations

from typing import Any

from fastaug.errors import PolicyError
from fastaug.transforms import kinds
from fastaug.transforms import shared_fields as shared
from fastaug.transforms.declare import Transform, apply_probability, field
from fastaug.transforms.shared_fields import Fill, Number, Pair


class RandomCrop(Transform):
    """Cuts a part of fixed size from a random place.

    Examples:
        >>> import fastaug as A
        >>> A.RandomCrop(224, 224)
        RandomCrop(height=224, width=224)
    """

    height: int = field(kinds.whole, doc="Rows of the result.")
    width: int = field(kinds.whole, doc="Columns of the result.")
    pad_if_needed: bool = shared.pad_if_needed()
    pad_position: str = shared.position("Where a smaller image lies after padding.")
    border_mode: int | str = shared.border_mode()
    fill: Fill = shared.fill(default=0.0)
    fill_mask: Fill | None = shared.border_fill_mask()
    p: float = apply_probability(1.0)


class CenterCrop(Transform):
    """Cuts a part of fixed size from the middle.

    Examples:
        >>> import fastaug as A
        >>> A.CenterCrop(224, 224)
        CenterCrop(height=224, width=224)
    """

    height: int = field(kinds.whole, doc="Rows of the result.")
    width: int = field(kinds.whole, doc="Columns of the result.")
    pad_if_needed: bool = shared.pad_if_needed()
    pad_position: str = shared.position("Where a smaller image lies after padding.")
    border_mode: int | str = shared.border_mode()
    fill: Fill = shared.fill(default=0.0)
    fill_mask: Fill | None = shared.border_fill_mask()
    p: float = apply_probability(1.0)


class Crop(Transform):
    """Cuts a part given by its edges.

    Examples:
        >>> import fastaug as A
        >>> A.Crop(x_min=10, y_min=20, x_max=110, y_max=120)
        Crop(x_min=10, y_min=20, x_max=110, y_max=120)
    """

    x_min: int = field(kinds.whole, default=0, doc="First column that is kept.")
    y_min: int = field(kinds.whole, default=0, doc="First row that is kept.")
    x_max: int = field(kinds.whole, default=1024, doc="First column to the right that is not.")
    y_max: int = field(kinds.whole, default=1024, doc="First row below that is not.")
    pad_if_needed: bool = shared.pad_if_needed()
    pad_position: str = shared.position("Where a smaller image lies after padding.")
    border_mode: int | str = shared.border_mode()
    fill: Fill = shared.fill()
    fill_mask: Fill | None = shared.border_fill_mask()
    p: float = apply_probability(1.0)

    def check(self) -> None:
        """The edges must enclose something."""
        values = self.__dict__
        for axis in ("x", "y"):
            if values[f"{axis}_min"] >= values[f"{axis}_max"]:
                raise PolicyError(
                    f"Crop.{axis}_max: must be above {axis}_min={values[f'{axis}_min']}, got {values[f'{axis}_max']}"
                )


class RandomResizedCrop(Transform):
    """Cuts a random part of random size and proportions, and resizes it to a fixed size.

    Examples:
        >>> import fastaug as A
        >>> A.RandomResizedCrop(size=(224, 224), scale=(0.3, 1.0))
        RandomResizedCrop(size=(224, 224), scale=(0.3, 1.0))
    """

    size: tuple[int, int] | list[int] | int = field(kinds.pair(kinds.whole), doc="Height and width of the result.")
    scale: Pair = field(kinds.Range(), default=(0.08, 1.0), doc="Range of the part's area, as a share of the image's.")
    ratio: Pair = field(
        kinds.Range(), default=(0.75, 1.3333333333333333), doc="Range of the part's width divided by its height."
    )
    interpolation: int | str = shared.interpolation()
    mask_interpolation: int | str = shared.mask_interpolation()
    area_for_downscale: str | None = shared.area_for_downscale()
    sampling_method: str = field(
        kinds.choice("standard"), default="standard", doc="How the part is drawn; ``standard`` is torchvision's way."
    )
    p: float = apply_probability(1.0)


class RandomSizedCrop(Transform):
    """Cuts a random part of random height and fixed proportions, and resizes it to a fixed size.

    Examples:
        >>> import fastaug as A
        >>> A.RandomSizedCrop(min_max_height=(100, 200), size=(224, 224))
        RandomSizedCrop(min_max_height=(100, 200), size=(224, 224))
    """

    min_max_height: tuple[int, int] | list[int] = field(
        kinds.Range(kinds.whole), doc="Range of the part's height in pixels."
    )
    size: tuple[int, int] | list[int] | int = field(kinds.pair(kinds.whole), doc="Height and width of the result.")
    w2h_ratio: float = field(kinds.number, default=1.0, doc="The part's width divided by its height.")
    interpolation: int | str = shared.interpolation()
    mask_interpolation: int | str = shared.mask_interpolation()
    area_for_downscale: str | None = shared.area_for_downscale()
    p: float = apply_probability(1.0)


_SIDES = "a number for all sides, a pair to draw from, or one of either (or a list to choose from) per side: top, right, bottom, left"


class CropAndPad(Transform):
    """Crops (negative numbers) or pads (positive ones) each side.

    Examples:
        >>> import fastaug as A
        >>> A.CropAndPad(percent=(-0.1, 0.1), sample_independently=True)
        CropAndPad(percent=(-0.1, 0.1))
    """

    px: Any = field(kinds.optional(kinds.nested(2, kinds.whole)), default=None, doc=f"Pixels: {_SIDES}.")
    percent: Any = field(kinds.optional(kinds.nested(2)), default=None, doc=f"Instead, shares of the side: {_SIDES}.")
    keep_size: bool = field(kinds.flag, default=True, doc="Resize the result to the size that came in.")
    sample_independently: bool = field(kinds.flag, default=True, doc="Draw each side by itself, or once for all.")
    interpolation: int | str = shared.interpolation()
    mask_interpolation: int | str = shared.mask_interpolation()
    border_mode: int | str = shared.border_mode()
    fill: Fill = shared.fill()
    fill_mask: Fill | None = shared.border_fill_mask()
    px_choices: list[int] | tuple[int, ...] | None = field(
        kinds.optional(kinds.numbers(kinds.whole)),
        default=None,
        doc="Instead, numbers of pixels to choose from for each side.",
    )
    percent_choices: list[Number] | tuple[Number, ...] | None = field(
        kinds.optional(kinds.numbers()), default=None, doc="Instead, shares of the side to choose from for each side."
    )
    p: float = apply_probability(1.0)

    def check(self) -> None:
        """Exactly one way to say how much."""
        ways = ("px", "percent", "px_choices", "percent_choices")
        given = [name for name in ways if self.__dict__[name] is not None]
        if len(given) != 1:
            raise PolicyError(f"CropAndPad: give exactly one of {', '.join(ways)}, got {', '.join(given) or 'none'}")
