"""Transforms that erase: rectangles, grids, stripes, pixels, channels.

Boxes and keypoints follow: keypoints inside a hole disappear, and so do boxes of which too little is left. Masks are
touched only where ``fill_mask`` says what their pixels become.
"""

from __future__ import annotations

from fastaug.errors import PolicyError
from fastaug.transforms import kinds
from fastaug.transforms import shared_fields as shared
from fastaug.transforms.declare import IMAGE_TARGETS, Transform, apply_probability, field
from fastaug.transforms.shared_fields import Fill, Number, Pair, RandomFill

_HOLE_SIDE = "as a share of the image's (below 1) or in pixels (whole numbers). A number is that size."


class CoarseDropout(Transform):
    """Erases random rectangles.

    ``num_holes_range`` counts holes when its ends are whole numbers. Fractions, such as (0.02, 0.1), are the share of
    the image to cover: holes are added until their areas reach the drawn share, whatever their sizes.

    Examples:
        >>> import fastaug as A
        >>> A.CoarseDropout(num_holes_range=(1, 4), fill="random", p=1)
        CoarseDropout(num_holes_range=(1, 4), fill='random', p=1.0)
        >>> A.CoarseDropout(num_holes_range=(0.02, 0.1))  # 2 to 10 % of the image
        CoarseDropout(num_holes_range=(0.02, 0.1))
    """

    num_holes_range: Number | Pair = field(
        kinds.Range(scalar=kinds.exactly),
        default=(1, 2),
        parts=("min_holes", "max_holes"),
        doc="Range of the number of holes or, as fractions, of the share of the image to cover. A number is exact.",
    )
    hole_height_range: Number | Pair = field(
        kinds.Range(scalar=kinds.exactly),
        default=(0.1, 0.2),
        parts=("min_height", "max_height"),
        doc=f"Range of a hole's height, {_HOLE_SIDE}",
    )
    hole_width_range: Number | Pair = field(
        kinds.Range(scalar=kinds.exactly),
        default=(0.1, 0.2),
        parts=("min_width", "max_width"),
        doc=f"Range of a hole's width, {_HOLE_SIDE}",
    )
    fill: Fill | RandomFill = shared.hole_fill()
    fill_mask: Fill | None = shared.hole_fill_mask()
    p: float = apply_probability(0.5)


class ConstrainedCoarseDropout(Transform):
    """Erases random rectangles on objects only.

    Objects are either boxes with some labels or connected areas of some labels of the mask; exactly one of
    ``bbox_labels`` and ``mask_indices`` says which. A box's label is what stands in the first of
    ``BboxParams.label_fields`` or, without label fields, in its fifth column. Where there are no such objects, or
    neither mask nor boxes, nothing is erased.

    Examples:
        >>> import fastaug as A
        >>> A.ConstrainedCoarseDropout(num_holes_range=(1, 3), mask_indices=[1, 2], p=1)
        ConstrainedCoarseDropout(num_holes_range=(1, 3), p=1.0, mask_indices=(1, 2))
    """

    num_holes_range: Number | Pair = field(
        kinds.Range(scalar=kinds.exactly), default=(1, 1), doc="Range of the number of holes for each object."
    )
    hole_height_range: Number | Pair = field(
        kinds.Range(scalar=kinds.exactly),
        default=(0.1, 0.1),
        doc="Range of a hole's height as a share of the object's.",
    )
    hole_width_range: Number | Pair = field(
        kinds.Range(scalar=kinds.exactly), default=(0.1, 0.1), doc="Range of a hole's width as a share of the object's."
    )
    fill: Fill | RandomFill = shared.hole_fill()
    fill_mask: Fill | None = shared.hole_fill_mask()
    p: float = apply_probability(0.5)
    mask_indices: tuple[int, ...] | list[int] | None = field(
        kinds.optional(kinds.several(kinds.whole)), default=None, doc="Labels of the mask that make an object."
    )
    bbox_labels: tuple[Number | str, ...] | list[Number | str] | list[int] | list[str] | None = field(
        kinds.optional(kinds.several(kinds.label)), default=None, doc="Labels of the boxes that are objects."
    )

    def check(self) -> None:
        """Objects must come from somewhere."""
        if (self.__dict__["mask_indices"] is None) == (self.__dict__["bbox_labels"] is None):
            raise PolicyError("ConstrainedCoarseDropout: give either mask_indices or bbox_labels")

    @property
    def needs_labels(self) -> bool:
        """Whether objects are boxes with some labels."""
        return self.__dict__["bbox_labels"] is not None


class GridDropout(Transform):
    """Erases one square in each unit of a grid.

    ``unit_size_range`` counts pixels when its ends are whole numbers of at least 2; fractions, such as (0.05, 0.15),
    are shares of the shorter side. Without it and ``holes_number_xy``, units are a tenth of the sides.

    Examples:
        >>> import fastaug as A
        >>> A.GridDropout(ratio=0.4, unit_size_range=(0.05, 0.15), p=1)
        GridDropout(ratio=0.4, unit_size_range=(0.05, 0.15), p=1.0)
    """

    ratio: float = field(kinds.number, default=0.5, doc="Side of a hole as a share of the unit's; above 0, 1 at most.")
    random_offset: bool = field(kinds.flag, default=True, doc="Put each hole at a random place in its unit.")
    unit_size_range: Number | Pair | None = field(
        kinds.optional(kinds.Range(scalar=kinds.exactly)),
        default=None,
        parts=("unit_size_min", "unit_size_max"),
        doc="Range of the unit's side, in pixels or, as fractions, as a share of the shorter side.",
    )
    holes_number_xy: tuple[int, int] | list[int] | None = field(
        kinds.optional(kinds.pair(kinds.whole)),
        default=None,
        parts=("holes_number_x", "holes_number_y"),
        doc="Instead, the number of units across and down.",
    )
    shift_xy: tuple[int, int] | list[int] = field(
        kinds.pair(kinds.whole),
        default=(0, 0),
        parts=("shift_x", "shift_y"),
        doc="Where the holes lie in their units, in pixels across and down, unless ``random_offset``.",
    )
    fill: Fill | RandomFill = shared.hole_fill()
    fill_mask: Fill | None = shared.hole_fill_mask()
    p: float = apply_probability(0.5)


_COUNT = kinds.Range(kinds.whole, kinds.from_low(0))


class XYMasking(Transform):
    """Erases stripes from top to bottom and from left to right.

    Known from spectrograms, where one axis is time and the other frequency. Nothing happens unless a number and a
    length are given.

    Examples:
        >>> import fastaug as A
        >>> A.XYMasking(num_masks_x=(1, 3), mask_x_length=(10, 20), p=1)
        XYMasking(num_masks_x_range=(1, 3), mask_x_length_range=(10, 20), p=1.0)
    """

    num_masks_x_range: int | Pair = field(
        _COUNT,
        default=(0, 0),
        also="num_masks_x",
        doc="Range of the number of upright stripes; a number *n* means (0, n).",
    )
    num_masks_y_range: int | Pair = field(
        _COUNT,
        default=(0, 0),
        also="num_masks_y",
        doc="Range of the number of level stripes; a number *n* means (0, n).",
    )
    mask_x_length_range: int | Pair = field(
        _COUNT,
        default=(0, 0),
        also="mask_x_length",
        doc="Range of an upright stripe's width in pixels; a number *n* means (0, n).",
    )
    mask_y_length_range: int | Pair = field(
        _COUNT,
        default=(0, 0),
        also="mask_y_length",
        doc="Range of a level stripe's height in pixels; a number *n* means (0, n).",
    )
    fill: Fill | RandomFill = shared.hole_fill()
    fill_mask: Fill | None = shared.hole_fill_mask()
    p: float = apply_probability(0.5)


class Erasing(Transform, also=("RandomErasing",)):
    """Erases one random rectangle, drawn by its area and proportions.

    Random erasing as torchvision and the paper of that name do it; ``RandomErasing`` is the same class.

    Examples:
        >>> import fastaug as A
        >>> A.Erasing(scale=(0.02, 0.2), fill="random", p=1)
        Erasing(scale=(0.02, 0.2), fill='random', p=1.0)
    """

    scale: Number | Pair = field(
        kinds.Range(scalar=kinds.exactly), default=(0.02, 0.33), doc="Range of the area as a share of the image's."
    )
    ratio: Number | Pair = field(
        kinds.Range(scalar=kinds.exactly), default=(0.3, 3.3), doc="Range of the width divided by the height."
    )
    fill: Fill | RandomFill = shared.hole_fill()
    fill_mask: Fill | None = shared.hole_fill_mask()
    p: float = apply_probability(0.5)


class PixelDropout(Transform):
    """Erases single pixels, each with the same probability.

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
        doc="What pixels become: a number, one per channel, or ``None`` for random values.",
    )
    mask_drop_value: Fill | None = field(
        kinds.optional(kinds.fill()), default=None, doc="What pixels of masks become; ``None`` leaves masks alone."
    )
    p: float = apply_probability(0.5)


class ChannelDropout(Transform, targets=IMAGE_TARGETS):
    """Fills whole channels with one value; at least one channel is left.

    Examples:
        >>> import fastaug as A
        >>> A.ChannelDropout(channel_drop_range=(1, 2), p=1)
        ChannelDropout(channel_drop_range=(1, 2), p=1.0)
    """

    channel_drop_range: int | tuple[int, int] | list[int] = field(
        kinds.Range(kinds.whole, kinds.exactly),
        default=(1, 1),
        doc="Range of the number of channels; a number is exact.",
    )
    fill: Fill = shared.fill(doc="What the channels become, in the image's own units.")
    p: float = apply_probability(0.5)
