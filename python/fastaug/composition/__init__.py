"""Policies: how transforms are put together, saved, repeated and run.

``nodes`` are the containers, ``compose`` the policy itself, ``arguments`` what it accepts, ``call`` one call of it,
``batch`` many samples at once, ``targets`` boxes and keypoints, ``applied`` what a call did, ``replay`` doing it once
more, ``load`` files, ``functions`` saving and loading by functions, ``randomness`` which numbers a call draws, ``fixed``
what never changes.
"""

from fastaug.composition.compose import Compose
from fastaug.composition.functions import from_dict, load, save, to_dict
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
