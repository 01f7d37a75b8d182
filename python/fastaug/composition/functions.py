"""Saving and loading as functions, as Albumentations has them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from fastaug.composition.compose import Compose


def save(policy: Compose, path: str | os.PathLike[str]) -> None:
    """Writes a policy to a file: YAML where the name ends in .yaml or .yml, else JSON."""
    policy.save(path)


def load(path: str | os.PathLike[str]) -> Compose:
    """Reads a policy from a file that :func:`save` wrote."""
    return Compose.load(path)


def to_dict(policy: Compose) -> dict[str, Any]:
    """A policy as plain data."""
    return policy.to_dict()


def from_dict(policy: Mapping[str, Any]) -> Compose:
    """The policy that plain data describe."""
    return Compose.from_dict(policy)
