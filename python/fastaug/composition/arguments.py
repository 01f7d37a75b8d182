"""What the arguments of policies and of their calls accept."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from fastaug.composition.randomness import MAIN_DOMAIN
from fastaug.errors import PolicyError, shown

KINDS = ("image", "images", "mask", "masks", "bboxes", "keypoints")
"""What a target can be."""

_COUNTS_END = MAIN_DOMAIN
"""Epochs and indices are the core's 64-bit numbers; the last of them says that a call has neither."""

_THREADS_END = 2**31
"""More threads than any machine could start, and few enough for the core's numbers."""

_SIDES_END = 2**32
"""No image is as high or wide, and areas of all below fit into 64 bits."""


def check_params(kind: Any, given: Any) -> Any:
    """``bbox_params`` and ``keypoint_params``, which may be given as dictionaries."""
    if given is None or isinstance(given, kind):
        return given
    owner = kind.__name__
    if not isinstance(given, Mapping):
        raise PolicyError(f"Compose: expected {owner}(…) or a dict of its arguments, got {shown(given)}")
    accepted = kind.accepted()
    unknown = [str(name) for name in given if name not in accepted]
    if unknown:
        raise PolicyError(f"{owner}.{unknown[0]}: there is no such argument (arguments: {', '.join(accepted)})")
    return kind(**given)


def check_targets(targets: Any) -> Mapping[str, str]:
    """``additional_targets``: names that are free, each with what it is."""
    if targets is None:
        targets = {}
    if not isinstance(targets, Mapping):
        raise PolicyError(
            f"Compose.additional_targets: must be a mapping from names to {', '.join(KINDS)}, got {shown(targets)}"
        )
    for name, kind in targets.items():
        if not isinstance(name, str):
            raise PolicyError(f"Compose.additional_targets: names must be strings, got {shown(name)}")
        if kind not in KINDS:
            raise PolicyError(
                f"Compose.additional_targets[{name!r}]: must be one of {', '.join(KINDS)}, got {shown(kind)}"
            )
        if name in KINDS and name != kind:
            raise PolicyError(f"Compose.additional_targets[{name!r}]: {name} is a target already")
    return MappingProxyType(dict(targets))


def check_seed(seed: Any) -> int | None:
    """``seed``: any whole number, or ``None``."""
    if seed is None:
        return None
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)):
        raise PolicyError(f"Compose.seed: must be a whole number or None, got {shown(seed)}")
    return int(seed) % 2**64


def check_count(name: str, value: Any, least: int = 0, end: int = _COUNTS_END) -> int:
    """A whole number of at least ``least`` and below ``end``; numpy's count too, and 3.0 counts as 3."""
    if type(value) is int and least <= value < end:
        return value
    try:
        number = int(value)
        fits = number == value and least <= number < end and not isinstance(value, bool)
    except (TypeError, ValueError, OverflowError):
        fits = False
    if not fits:
        is_too_great = isinstance(value, (int, np.integer)) and value >= end
        limit = f" and below {end}" if is_too_great else ""
        raise PolicyError(f"{name} must be a whole number of at least {least}{limit}, got {shown(value)}")
    return number


def check_flag(name: str, value: Any) -> bool:
    """Yes or no; numpy's too."""
    if not isinstance(value, (bool, np.bool_)):
        raise PolicyError(f"{name} must be True or False, got {shown(value)}")
    return bool(value)


def check_side(name: str, value: Any) -> int:
    """The height or width of an image."""
    return check_count(name, value, 1, _SIDES_END)


def check_threads(value: Any, least: int) -> int:
    """A number of threads."""
    return check_count("threads", value, least, _THREADS_END)
