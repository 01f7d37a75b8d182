"""Transforms that do nothing, or what a function of the user's does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastaug.errors import PolicyError
from fastaug.transforms import kinds
from fastaug.transforms.declare import Transform, apply_probability, field

Function = Callable[..., Any]


class NoOp(Transform):
    """Does nothing.

    Examples:
        >>> import fastaug as A
        >>> A.OneOf([A.Blur(p=1), A.NoOp(p=1)])
        OneOf([
            Blur(p=1.0),
            NoOp(p=1.0),
        ])
    """

    p: float = apply_probability(0.5)


def _function(owner: str, name: str, value: Any) -> Any:
    if not callable(value):
        raise PolicyError(f"{owner}.{name}: must be a function, got {value!r}")
    return value


def _name(owner: str, name: str, value: Any) -> Any:
    if not isinstance(value, str):
        raise PolicyError(f"{owner}.{name}: must be a string, got {value!r}")
    return value


class Lambda(Transform):
    """Calls functions of yours, on the image and on whatever else has one.

    Each function is called as ``function(value, shape=(height, width, channels))`` and gives back the new value: images and
    masks as arrays, boxes as rows of left, top, right, bottom (shares of the image), keypoints as rows of x, y, z, angle,
    scale. A policy with a Lambda can be pickled where its functions can, but not saved as JSON.

    Examples:
        >>> import numpy as np, fastaug as A
        >>> policy = A.Compose([A.Lambda(image=lambda image, **_: np.ascontiguousarray(image[:, :, ::-1]))])
    """

    image: Function | None = field(kinds.optional(_function), default=None, doc="For images.")
    mask: Function | None = field(kinds.optional(_function), default=None, doc="For masks.")
    keypoints: Function | None = field(kinds.optional(_function), default=None, doc="For keypoints.")
    bboxes: Function | None = field(kinds.optional(_function), default=None, doc="For boxes.")
    name: str | None = field(kinds.optional(_name), default=None, doc="A name, for ``repr``.")
    p: float = apply_probability(1.0)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        given = self._bind("Lambda", args, kwargs)
        for entry in self.fields.values():
            value = given.get(entry.name, entry.default)
            self.__dict__[entry.name] = entry.kind("Lambda", entry.name, value)
        self.__dict__["callback"] = 0

    def number(self, callback: int) -> None:
        """Says under which number the policy's pipeline holds the functions."""
        self.__dict__["callback"] = callback

    def functions(self) -> dict[str, Function]:
        """The functions by target."""
        targets = ("image", "mask", "keypoints", "bboxes")
        return {target: self.__dict__[target] for target in targets if self.__dict__[target] is not None}

    def node(self) -> dict[str, Any]:
        """This transform as a policy's JSON has it."""
        return {"transform": "Lambda", "p": self.p, "params": {"callback": self.__dict__["callback"]}}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Lambda) and (self.functions(), self.p) == (other.functions(), other.p)

    def __hash__(self) -> int:
        return hash((tuple(self.functions().values()), self.p))
