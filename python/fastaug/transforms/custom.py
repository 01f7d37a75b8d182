"""Transforms that do nothing, or what a function of the user's does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from fastaug.errors import PolicyError, ShapeError, TargetError, shown
from fastaug.transforms import kinds
from fastaug.transforms.declare import Transform, apply_probability, field

Function = Callable[..., Any]


class NoOp(Transform):
    """Does nothing: a choice among others in :class:`~fastaug.OneOf`, or a place to put something later.

    Examples:
        >>> import fastaug as A
        >>> A.OneOf([A.Transpose(p=1), A.NoOp(p=3 / 4)])
        OneOf([
            Transpose(p=1.0),
            NoOp(p=0.75),
        ])
    """

    p: float = apply_probability(0.5)


def _function(owner: str, name: str, value: Any) -> Any:
    if not callable(value):
        raise PolicyError(f"{owner}.{name}: must be a function, got {shown(value)}")
    return value


def _name(owner: str, name: str, value: Any) -> Any:
    if not isinstance(value, str):
        raise PolicyError(f"{owner}.{name}: must be a string, got {shown(value)}")
    return value


class Lambda(Transform):
    """Calls functions of yours, on the image and on whatever else has one.

    Each function is called as ``function(value, shape=(height, width, channels))`` and gives back the new value: images
    and masks as arrays, boxes as rows of left, top, right, bottom (shares of the image), keypoints as rows of x, y, z,
    angle, scale. A policy with a Lambda can be pickled where its functions can, but not saved as JSON.

    Examples:
        >>> import numpy as np, fastaug as A
        >>> policy = A.Compose([A.Lambda(image=lambda image, **_: np.ascontiguousarray(image[:, :, ::-1]))])
    """

    is_saved = False

    image: Function | None = field(kinds.optional(_function), default=None, doc="For images.")
    mask: Function | None = field(kinds.optional(_function), default=None, doc="For masks.")
    keypoints: Function | None = field(kinds.optional(_function), default=None, doc="For keypoints.")
    bboxes: Function | None = field(kinds.optional(_function), default=None, doc="For boxes.")
    name: str | None = field(kinds.optional(_name), default=None, doc="A name, for ``repr`` and errors.")
    p: float = apply_probability(1.0)

    def __init__(self, /, *args: Any, **kwargs: Any) -> None:
        given = self._bind("Lambda", args, kwargs)
        for entry in self.fields.values():
            value = given.get(entry.name, entry.default)
            self.__dict__[entry.name] = entry.kind("Lambda", entry.name, value)

    def functions(self) -> dict[str, Function]:
        """The functions by target, each with a check of what it gives back."""
        targets = ("image", "mask", "keypoints", "bboxes")
        return {target: self._checked(target) for target in targets if self.__dict__[target] is not None}

    def _checked(self, target: str) -> Function:
        function = self.__dict__[target]
        name = self.name or getattr(function, "__name__", type(function).__name__)
        place = f"Lambda {name!r}: the function for {target}"
        check = _pixels if target in ("image", "mask") else _rows

        def checked(value: Any, **known: Any) -> Any:
            return check(place, value, function(value, **known))

        return checked

    def node(self) -> dict[str, Any]:
        """This transform as a policy's JSON has it; the policy adds under which number it holds the functions."""
        return {"transform": "Lambda", "p": self.p, "params": {}}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Lambda) and all(self.__dict__[name] == other.__dict__[name] for name in self.fields)

    def __hash__(self) -> int:
        # Functions may be objects that cannot be hashed.
        given = tuple(name for name in self.fields if self.__dict__[name] is not None)
        return hash((given, self.name, self.p))


def _pixels(place: str, _: Any, made: Any) -> Any:
    """An image or mask that a function gave back."""
    if not isinstance(made, np.ndarray):
        raise ShapeError(f"{place} must give back a numpy array, got {shown(made)}")
    return made


def _rows(place: str, given: Any, made: Any) -> Any:
    """Boxes or keypoints that a function gave back."""
    try:
        rows = np.asarray(made, dtype=np.float64)
    except (TypeError, ValueError):
        rows = None
    if rows is None or rows.ndim != 2 or len(rows) != len(given) or rows.shape[1] < given.shape[1]:
        count, columns = given.shape
        raise TargetError(f"{place} must give back {count} rows of {columns} numbers, got {shown(made)}")
    return rows
