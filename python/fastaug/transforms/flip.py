"""Transforms that mirror and turn by quarters: no pixel changes its value."""

from __future__ import annotations

from fastaug.transforms import kinds
from fastaug.transforms.declare import Transform, apply_probability, field

_ELEMENTS = ("e", "r90", "r180", "r270", "v", "hvt", "h", "t")


class HorizontalFlip(Transform):
    """Mirrors left and right.

    Examples:
        >>> import fastaug as A
        >>> A.HorizontalFlip(p=1)
        HorizontalFlip(p=1.0)
    """

    p: float = apply_probability(0.5)


class VerticalFlip(Transform):
    """Mirrors top and bottom.

    Examples:
        >>> import fastaug as A
        >>> A.VerticalFlip(p=1)
        VerticalFlip(p=1.0)
    """

    p: float = apply_probability(0.5)


class Transpose(Transform):
    """Swaps rows and columns.

    Examples:
        >>> import fastaug as A
        >>> A.Transpose(p=1)
        Transpose(p=1.0)
    """

    p: float = apply_probability(0.5)


class RandomRotate90(Transform):
    """Turns by none, one, two or three quarters against the clock.

    Examples:
        >>> import fastaug as A
        >>> A.RandomRotate90()
        RandomRotate90()
    """

    group_element: str | None = field(
        kinds.optional(kinds.choice("e", "r90", "r180", "r270")),
        default=None,
        doc="This turn always, instead of a random one.",
    )
    group_elements: tuple[str, ...] | list[str] | None = field(
        kinds.optional(kinds.words_or_numbers), default=None, doc="The turns to draw from: some of e, r90, r180, r270."
    )
    p: float = apply_probability(1.0)


class SquareSymmetry(Transform):
    """One of the eight ways to put a square back into its place: flips, quarter turns, transpositions.

    Examples:
        >>> import fastaug as A
        >>> A.SquareSymmetry()
        SquareSymmetry()
    """

    group_element: str | None = field(
        kinds.optional(kinds.choice(*_ELEMENTS)),
        default=None,
        doc=f"This symmetry always, instead of a random one: one of {', '.join(_ELEMENTS)}.",
    )
    p: float = apply_probability(1.0)


class D4(Transform):
    """The same as :class:`SquareSymmetry`, under the group's name.

    Examples:
        >>> import fastaug as A
        >>> A.D4()
        D4()
    """

    group_element: str | None = field(
        kinds.optional(kinds.choice(*_ELEMENTS)),
        default=None,
        doc=f"This symmetry always, instead of a random one: one of {', '.join(_ELEMENTS)}.",
    )
    p: float = apply_probability(1.0)
