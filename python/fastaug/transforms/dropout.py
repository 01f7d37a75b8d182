"""Transforms that erase: rectangles, grids, stripes, pixels, channels."""

from __future__ import annotations

from fastaug.errors import PolicyError
from fastaug.transforms import kinds
from fastaug.transforms import shared_fields as shared
from fastaug.transforms.declare import IMAGE_TARGETS, Transform, apply_probability, field
from fastaug.transforms.shared_fields import Fill, Pair

_HOLE_SIDE = "as a share of the image's (floats up to 1) or in pixels (whole numbers)."


class CoarseDropout(Transform):
    """Erases random rectangles.

    Examples:
        >>> import fastaug as A
        >>> A.CoarseDropout(num_holes_range=(1, 4), p=1)
        CoarseDropout(num_holes_range=(1, 4), p=1.0)
    """

    num_holes_range: Pair = field(
        kinds.Range(scalar=kinds.exactly),
        default=(1, 2),
        doc="Range of the number of holes. Fractions below 1, such as (0.02, 0.1), are the share of the image to cover.",
    )
    hole_height_range: Pair = field(
        kinds.Range(scalar=kinds.exactly), default=(0.1, 0.2), doc=f"Range of a hole's height, {_HOLE_SIDE}"
    )
    hole_width_range: Pair = field(
        kinds.Range(scalar=kinds.exactly), default=(0.1, 0.2), doc=f"Range of a hole's width, {_HOLE_SIDE}"
    )
    fill: Fill | str = shared.hole_fill()
    fill_mask: Fill | None = shared.hole_fill_mask()
    p: float = apply_probability(0.5)


class ConstrainedCoarseDropout(Transform):
    """Erases random rectangles on objects only: inside boxes with some labels, or on some labels of the mask.

    Examples:
        >>> import fastaug as A
        >>> A.ConstrainedCoarseDropout(num_holes_range=(1, 3), mask_indices=[1, 2], p=1)
        ConstrainedCoarseDropout(num_holes_range=(1, 3), mask_indices=(1, 2), p=1.0)
    """

    num_holes_range: Pair = field(
        kinds.Range(scalar=kinds.exactly), default=(1, 1), doc="Range of the number of holes per object."
    )
    hole_height_range: Pair = field(
        kinds.Range(scalar=kinds.exactly),
        default=(0.1, 0.1),
        doc="Range of a hole's height as a share of the object's.",
    )
    hole_width_range: Pair = field(
        kinds.Range(scalar=kinds.exactly), default=(0.1, 0.1), doc="Range of a hole's width as a share of the object's."
    )
    fill: Fill | str = shared.hole_fill()
    fill_mask: Fill | None = shared.hole_fill_mask()
    p: float = apply_probability(0.5)
    mask_indices: tuple[int, ...] | list[int] | None = field(
        kinds.optional(kinds.words_or_numbers), default=None, doc="Labels of the mask that make an object."
    )
    bbox_labels: tuple[int | str, ...] | list[int | str] | None = field(
        kinds.optional(kinds.words_or_numbers), default=None, doc="Labels of the boxes that are objects."
    )

    def check(self) -> None:
        """Objects must come from somewhere."""
        if (self.__dict__["mask_indices"] is None) == (self.__dict__["bbox_labels"] is None):
            raise PolicyError("ConstrainedCoarseDropout: give either mask_indices or bbox_labels")


class GridDropout(Transform):
    """Erases the squares of a grid.

    Examples:
        >>> import fastaug as A
        >>> A.GridDropout(ratio=0.4, unit_size_range=(0.05, 0.15), p=1)
        GridDropout(ratio=0.4, unit_size_range=(0.05, 0.15), p=1.0)
    """

    ratio: float = field(
        kinds.number, default=0.5, doc="Side of a hole as a share of the grid's unit; between 0 and 1."
    )
    random_offset: bool = field(kinds.flag, default=True, doc="Move the grid by a random amount.")
    unit_size_range: Pair | None = field(
        kinds.optional(kinds.Range(scalar=kinds.exactly)),
        default=None,
        doc="Range of the unit's side in pixels, at least 2. Fractions up to 1 are shares of the shorter side.",
    )
    holes_number_xy: tuple[int, int] | list[int] | None = field(
        kinds.optional(kinds.pair(kinds.whole)), default=None, doc="Instead, the number of units across and down."
    )
    shift_xy: tuple[int, int] | list[int] = field(
        kinds.pair(kinds.whole), default=(0, 0), doc="Where the grid begins, in pixels, unless ``random_offset``."
    )
    fill: Fill | str = shared.hole_fill()
    fill_mask: Fill | None = shared.hole_fill_mask()
    p: float = apply_probability(0.5)


_COUNT = kinds.Range(kinds.whole, kinds.from_low(0))
_LENGTH = kinds.Range(scalar=kinds.from_low(0))


class XYMasking(Transform):
    """Erases stripes from top to bottom and from left to right.

    Examples:
        >>> import fastaug as A
        >>> A.XYMasking(num_masks_x_range=(1, 3), mask_x_length_range=(10, 20), p=1)
        XYMasking(num_masks_x_range=(1, 3), mask_x_length_range=(10, 20), p=1.0)
    """

    num_masks_x_range: int | Pair = field(
        _COUNT,
        default=(0, 0),
        alias="num_masks_x",
        doc="Range of the number of upright stripes; a number *n* means (0, n).",
    )
    num_masks_y_range: int | Pair = field(
        _COUNT,
        default=(0, 0),
        alias="num_masks_y",
        doc="Range of the number of level stripes; a number *n* means (0, n).",
    )
    mask_x_length_range: int | Pair = field(
        _LENGTH, default=(0, 0), alias="mask_x_length", doc="Range of an upright stripe's width in pixels."
    )
    mask_y_length_range: int | Pair = field(
        _LENGTH, default=(0, 0), alias="mask_y_length", doc="Range of a level stripe's height in pixels."
    )
    fill: Fill | str = shared.hole_fill()
    fill_mask: Fill | None = shared.hole_fill_mask()
    p: float = apply_probability(0.5)


class Erasing(Transform, also=("RandomErasing",)):
    """Erases one random rectangle, drawn by area and proportions.

    Examples:
        >>> import fastaug as A
        >>> A.Erasing(scale=(0.02, 0.2), p=1)
        Erasing(scale=(0.02, 0.2), p=1.0)
    """

    scale: Pair = field(
        kinds.Range(scalar=kinds.exactly), default=(0.02, 0.33), doc="Range of the area as a share of the image's."
    )
    ratio: Pair = field(
        kinds.Range(scalar=kinds.exactly), default=(0.3, 3.3), doc="Range of the width divided by the height."
    )
    fill: Fill | str = shared.hole_fill()
    fill_mask: Fill | None = shared.hole_fill_mask()
    p: float = apply_probability(0.5)


class PixelDropout(Transform):
    """Erases single pixels.

    Examples:
        >>> import fastaug as A
        >>> A.PixelDropout(dropout_prob=0.1, p=1)
        PixelDropout(dropout_prob=0.1, p=1.0)
    """

    dropout_prob: float = field(kinds.probability, default=0.01, doc="Probability of each pixel.")
    per_channel: bool = field(kinds.flag, default=False, doc="Draw for each channel by itself.")
    drop_value: Fill | None = field(
        kinds.optional(kinds.fill()),
        default=0,
        doc="What pixels become: a number, one per channel, or ``None`` for a random value of each.",
    )
    mask_drop_value: Fill | None = field(
        kinds.optional(kinds.fill()), default=None, doc="What pixels of masks become; ``None`` leaves masks alone."
    )
    p: float = apply_probability(0.5)


class ChannelDropout(Transform, targets=IMAGE_TARGETS):
    """Fills whole channels.

    Examples:
        >>> import fastaug as A
        >>> A.ChannelDropout(channel_drop_range=(1, 2), p=1)
        ChannelDropout(channel_drop_range=(1, 2), p=1.0)
    """

    channel_drop_range: tuple[int, int] | list[int] = field(
        kinds.Range(kinds.whole, kinds.exactly),
        default=(1, 1),
        doc="Range of the number of channels; at least one is left.",
    )
    fill: Fill = shared.fill(doc="What the channels become.")
    p: float = apply_probability(0.5)
