"""Transforms that mirror and turn by quarters: no pixel changes its value."""

from __future__ import annotations

from typing import Literal

from fastaug.transforms import kinds
from fastaug.transforms.declare import Transform, apply_probability, field

QuarterTurn = Literal["e", "r90", "r180", "r270"]
"""None, one, two or three quarter turns against the clock."""
Symmetry = Literal["e", "r90", "r180", "r270", "v", "hvt", "h", "t"]
"""A symmetry of the square: a turn, or a reflection."""

_SYMMETRY = (
    "This symmetry always, instead of a random one: ``e`` (none), ``r90``, ``r180``, ``r270`` (turns against the"
    " clock), ``v`` (top and bottom), ``h`` (left and right), ``t`` (transposed) or ``hvt`` (transposed along the other"
    " diagonal)."
)


class HorizontalFlip(Transform):
    """Mirrors left and right.

    Labels of keypoints can be swapped along with them: see ``label_mapping`` of :class:`~fastaug.KeypointParams`.

    Examples:
        >>> import numpy as np, fastaug as A
        >>> A.HorizontalFlip(p=1)(image=np.array([[1, 2, 3]], np.uint8))["image"]
        array([[3, 2, 1]], dtype=uint8)
    """

    p: float = apply_probability(0.5)


class VerticalFlip(Transform):
    """Mirrors top and bottom.

    Examples:
        >>> import numpy as np, fastaug as A
        >>> A.VerticalFlip(p=1)(image=np.array([[1], [2]], np.uint8))["image"]
        array([[2],
               [1]], dtype=uint8)
    """

    p: float = apply_probability(0.5)


class Transpose(Transform):
    """Swaps rows and columns: a reflection along the diagonal from the top left.

    Examples:
        >>> import numpy as np, fastaug as A
        >>> A.Transpose(p=1)(image=np.array([[1, 2, 3]], np.uint8))["image"]
        array([[1],
               [2],
               [3]], dtype=uint8)
    """

    p: float = apply_probability(0.5)


class RandomRotate90(Transform):
    """Turns by none, one, two or three quarters against the clock, each equally likely.

    Examples:
        >>> import fastaug as A
        >>> A.RandomRotate90(group_elements=("r90", "r270"))  # never upside down
        RandomRotate90(group_elements=('r90', 'r270'))
    """

    group_element: QuarterTurn | None = field(
        kinds.optional(kinds.word(QuarterTurn)),
        default=None,
        kw_only=True,
        doc="This turn always, instead of a random one: ``e`` (none), ``r90``, ``r180`` or ``r270``.",
    )
    group_elements: tuple[QuarterTurn, ...] | list[QuarterTurn] | None = field(
        kinds.optional(kinds.several(kinds.word(QuarterTurn))),
        default=None,
        kw_only=True,
        doc="The turns to draw from, instead of all four.",
    )
    p: float = apply_probability(1.0)


class SquareSymmetry(Transform):
    """One of the eight ways to put a square back into its place, each equally likely: turns and reflections.

    For pictures without an up and a down: tiles from above, cells, textures. Sides change places where the picture is
    turned by a quarter, so batches want square images.

    Examples:
        >>> import fastaug as A
        >>> A.SquareSymmetry()
        SquareSymmetry()
    """

    group_element: Symmetry | None = field(
        kinds.optional(kinds.word(Symmetry)), default=None, kw_only=True, doc=_SYMMETRY
    )
    p: float = apply_probability(1.0)


class D4(Transform):
    """The same as :class:`SquareSymmetry`, under the mathematical name of the group of these symmetries.

    Examples:
        >>> import fastaug as A
        >>> A.D4(group_element="r180")
        D4(group_element='r180')
    """

    group_element: Symmetry | None = field(
        kinds.optional(kinds.word(Symmetry)), default=None, kw_only=True, doc=_SYMMETRY
    )
    p: float = apply_probability(1.0)
