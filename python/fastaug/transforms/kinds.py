"""Kinds of arguments: what is accepted for each, and the one canonical form that the core gets.

Bounds are not checked here: the core's types do that, once, for every way a policy can be written.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np

from fastaug.errors import PolicyError, shown
from fastaug.transforms.choices import Choices

Convert = Callable[[str, str, Any], Any]
"""From ``(class, argument, value)`` to the canonical value."""


def _refuse(owner: str, name: str, accepted: str, value: Any) -> PolicyError:
    return PolicyError(f"{owner}.{name}: must be {accepted}, got {shown(value)}")


def _is_finite(value: float) -> bool:
    """Whether a number is one that the core can hold: neither infinite, nor whole and beyond all floats."""
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _plain(value: Any) -> Any:
    """numpy's numbers and arrays as Python's."""
    return value.tolist() if isinstance(value, (np.generic, np.ndarray)) else value


def number(owner: str, name: str, value: Any) -> float:
    """Any finite number."""
    value = _plain(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not _is_finite(value):
        raise _refuse(owner, name, "a finite number", value)
    return value


def whole(owner: str, name: str, value: Any) -> int:
    """A whole number; 224.0 counts as one."""
    value = _plain(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not _is_finite(value) or value != value // 1:
        raise _refuse(owner, name, "a whole number", value)
    return int(value)


def flag(owner: str, name: str, value: Any) -> bool:
    """True or false."""
    value = _plain(value)
    if value in (0, 1) and isinstance(value, (bool, int)):
        return bool(value)
    raise _refuse(owner, name, "True or False", value)


def probability(owner: str, name: str, value: Any) -> float:
    """A number between 0 and 1."""
    value = _plain(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise _refuse(owner, name, "between 0 and 1", value)
    return float(value)


def word(words: Any) -> Convert:
    """One of the words that a ``Literal`` lists."""
    return Choices.of(words).canonical


def one_of(choices: Choices) -> Convert:
    """One of some words, which may be written in several ways."""
    return choices.canonical


def optional(kind: Convert) -> Convert:
    """Something, or ``None``."""

    def convert(owner: str, name: str, value: Any) -> Any:
        return None if value is None else kind(owner, name, value)

    return convert


@dataclass(frozen=True)
class Range:
    """A range ``(low, high)``; ``scalar`` says what a single number stands for."""

    item: Convert = number
    scalar: Callable[[float], tuple[float, float]] | None = None

    def __call__(self, owner: str, name: str, value: Any) -> tuple[float, float]:
        value = _plain(value)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            if self.scalar is None:
                raise _refuse(owner, name, "a pair (low, high)", value)
            low, high = self.scalar(self.item(owner, name, value))
        elif isinstance(value, Sequence) and not isinstance(value, str) and len(value) == 2:
            low, high = (self.item(owner, name, end) for end in value)
        else:
            raise _refuse(owner, name, "a pair (low, high)", value)
        if low > high:
            raise PolicyError(
                f"{owner}.{name}: the first number must not be above the second, got {shown((low, high))}"
            )
        return (low, high)


def around_zero(value: float) -> tuple[float, float]:
    """0.2 → (−0.2, 0.2)."""
    return (-abs(value), abs(value))


def around_one(value: float) -> tuple[float, float]:
    """0.2 → (0.8, 1.2)."""
    return (max(0.0, 1 - value), 1 + value)


def exactly(value: float) -> tuple[float, float]:
    """0.8 → (0.8, 0.8)."""
    return (value, value)


def from_low(low: float) -> Callable[[float], tuple[float, float]]:
    """7 → (3, 7) for a low end of 3."""

    def widen(value: float) -> tuple[float, float]:
        return (min(low, value), max(low, value))

    return widen


def kernel_range(smallest: int) -> Convert:
    """Kernel sizes: odd, a single number stands for everything from the smallest to it."""

    def convert(owner: str, name: str, value: Any) -> tuple[float, float]:
        low, high = Range(whole, from_low(smallest))(owner, name, value)
        if low < 0:
            raise _refuse(owner, name, "a pair of sizes of at least 0", value)
        # An even size has no centre: the next odd one is taken.
        odd = [int(end) + 1 if end and end % 2 == 0 else int(end) for end in (low, high)]
        return (max(odd[0], smallest) if smallest else odd[0], max(odd[1], smallest) if smallest else odd[1])

    return convert


def pair(item: Convert) -> Convert:
    """Two values, such as a height and a width; a single one stands for both."""

    def convert(owner: str, name: str, value: Any) -> tuple[Any, Any]:
        value = _plain(value)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            value = (value, value)
        if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 2:
            raise _refuse(owner, name, "a pair of numbers", value)
        first, second = value
        return (item(owner, name, first), item(owner, name, second))

    return convert


def numbers(item: Convert = number) -> Convert:
    """A number or a list of numbers."""

    def convert(owner: str, name: str, value: Any) -> Any:
        value = _plain(value)
        if isinstance(value, Sequence) and not isinstance(value, str):
            return tuple(item(owner, name, entry) for entry in value)
        return item(owner, name, value)

    return convert


def fill(words: Any = ()) -> Convert:
    """A colour: a number, one number per channel, or one of the words that a ``Literal`` lists."""
    accepted = get_args(words)
    listed = f", or one of {', '.join(accepted)}" if accepted else ""

    def convert(owner: str, name: str, value: Any) -> Any:
        if isinstance(value, str):
            if value not in accepted:
                raise _refuse(owner, name, f"a number or a list of numbers{listed}", value)
            return value
        return numbers()(owner, name, value)

    return convert


def per_axis(item: Convert, other: tuple[float, float]) -> Convert:
    """A range for both axes, or a mapping with one for ``x`` and one for ``y``."""

    def convert(owner: str, name: str, value: Any) -> Any:
        if isinstance(value, Mapping):
            unknown = set(value) - {"x", "y"}
            if unknown or not value:
                raise _refuse(owner, name, "a mapping with x and y", value)
            axes = {axis: item(owner, f"{name}[{axis!r}]", value[axis]) for axis in value}
            return {"x": axes.get("x", other), "y": axes.get("y", other)}
        return item(owner, name, value)

    return convert


def nested(levels: int, item: Convert = number) -> Convert:
    """Numbers in lists in lists, with at most this many levels."""

    def convert(owner: str, name: str, value: Any) -> Any:
        value = _plain(value)
        if isinstance(value, Sequence) and not isinstance(value, str):
            if not levels:
                raise _refuse(owner, name, "a number or a flatter list", value)
            return tuple(nested(levels - 1, item)(owner, name, entry) for entry in value)
        return item(owner, name, value)

    return convert


def several(item: Convert) -> Convert:
    """A list of something, with at least one entry."""

    def convert(owner: str, name: str, value: Any) -> tuple[Any, ...]:
        value = _plain(value)
        if not isinstance(value, Sequence) or isinstance(value, str) or not value:
            raise _refuse(owner, name, "a list with at least one entry", value)
        return tuple(item(owner, f"{name}[{number}]", entry) for number, entry in enumerate(value))

    return convert


def label(owner: str, name: str, value: Any) -> int | float | str:
    """A label: a word or a number."""
    if isinstance(value, str):
        return value
    return number(owner, name, value)
