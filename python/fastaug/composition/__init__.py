"""Policies: how transforms are put together, saved, repeated and run.

``nodes`` are the containers, ``compose`` the policy itself, ``targets`` boxes and keypoints, ``batch`` many samples at once,
``replay`` doing it once more, ``load`` files, ``randomness`` which numbers a call draws.
"""

from fastaug.composition.compose import Compose
from fastaug.composition.load import from_dict, load, save, to_dict
from fastaug.composition.nodes import (
    Container,
    OneOf,
    OneOrOther,
    RandomOrder,
    SelectiveChannelTransform,
    Sequential,
    SomeOf,
)
from fastaug.composition.replay import ReplayCompose
from fastaug.composition.targets import BboxParams, KeypointParams

__all__ = [
    "BboxParams",
    "Compose",
    "Container",
    "KeypointParams",
    "OneOf",
    "OneOrOther",
    "RandomOrder",
    "ReplayCompose",
    "SelectiveChannelTransform",
    "Sequential",
    "SomeOf",
    "from_dict",
    "load",
    "save",
    "to_dict",
]
