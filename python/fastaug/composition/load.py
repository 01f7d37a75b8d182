"""Policies to and from plain data, JSON and YAML."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastaug import _core
from fastaug.composition.nodes import CONTAINERS, Container
from fastaug.errors import PolicyError
from fastaug.transforms import Transform
from fastaug.transforms.declare import transform_from_node

if TYPE_CHECKING:
    from fastaug.composition.compose import Compose

_SETTINGS = (
    "bbox_params",
    "keypoint_params",
    "additional_targets",
    "p",
    "is_check_shapes",
    "strict",
    "mask_interpolation",
    "seed",
    "save_applied_params",
    "merge_geometry",
)


def node_from_dict(node: Any) -> Transform | Container:
    """The transform or container that a node of a policy describes."""
    if not isinstance(node, Mapping) or "transform" not in node:
        raise PolicyError(f"a node of a policy is a mapping with transform, p and params, got {node!r}")
    container = CONTAINERS.get(node["transform"])
    if container is not None:
        return container.from_node(dict(node))
    return transform_from_node(dict(node))


def compose_from_dict(policy: Mapping[str, Any], kind: type[Compose]) -> Compose:
    """The policy that plain data describe."""
    if not isinstance(policy, Mapping) or "fastaug" not in policy:
        raise PolicyError('this is no fastaug policy: it does not begin with its format version {"fastaug": …}')
    version, draws = policy["fastaug"], policy.get("draws")
    if not isinstance(version, int) or version > _core.FORMAT_VERSION:
        raise PolicyError(
            f"this policy has format version {version!r}, written by a newer fastaug; this one reads up to"
            f" {_core.FORMAT_VERSION}: upgrade fastaug to load it"
        )
    if not isinstance(draws, int) or draws > _core.DRAWS_VERSION:
        raise PolicyError(
            f"this policy was written for draws of version {draws!r}; this fastaug makes version"
            f" {_core.DRAWS_VERSION}: upgrade fastaug to load it"
        )
    unknown = set(policy) - {"fastaug", "draws", "transforms", *_SETTINGS}
    if unknown:
        raise PolicyError(f"this policy has unknown entries: {', '.join(sorted(unknown))}")
    transforms = [node_from_dict(node) for node in policy["transforms"]]
    return kind(transforms, **{name: policy[name] for name in _SETTINGS if name in policy})


def parse_json(text: str) -> Any:
    """JSON, with a mistake in words."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise PolicyError(f"the policy is not valid JSON: {error}") from None


def yaml() -> Any:
    """The YAML package, with the way to get it."""
    try:
        import yaml as package
    except ImportError:
        raise PolicyError("YAML needs a package of its own: pip install fastaug[yaml]") from None
    return package


def parse_yaml(text: str) -> Any:
    """YAML, with a mistake in words."""
    package = yaml()
    try:
        return package.safe_load(text)
    except package.YAMLError as error:
        raise PolicyError(f"the policy is not valid YAML: {error}") from None


def _is_yaml(path: str | os.PathLike[str]) -> bool:
    return Path(path).suffix.lower() in (".yaml", ".yml")


def save(policy: Compose, path: str | os.PathLike[str]) -> None:
    """Writes a policy to a file: YAML where the name ends in .yaml or .yml, else JSON."""
    text = policy.to_yaml() if _is_yaml(path) else policy.to_json(indent=2) + "\n"
    Path(path).write_text(text, encoding="utf-8")


def read(path: str | os.PathLike[str]) -> Any:
    """The plain data in a file that :func:`save` wrote."""
    text = Path(path).read_text(encoding="utf-8")
    return parse_yaml(text) if _is_yaml(path) else parse_json(text)


def load(path: str | os.PathLike[str]) -> Compose:
    """Reads a policy from a file that :func:`save` wrote."""
    from fastaug.composition.compose import Compose

    return Compose.load(path)


def to_dict(policy: Compose) -> dict[str, Any]:
    """A policy as plain data."""
    return policy.to_dict()


def from_dict(policy: Mapping[str, Any]) -> Compose:
    """The policy that plain data describe."""
    from fastaug.composition.compose import Compose

    return Compose.from_dict(policy)
