"""Policies to and from plain data, JSON and YAML."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from fastaug import _core
from fastaug.composition.nodes import nodes_from_list
from fastaug.errors import PolicyError, shown

if TYPE_CHECKING:
    from fastaug.composition.compose import Compose

    Policy = TypeVar("Policy", bound=Compose)


def compose_from_dict(policy: Any, kind: type[Policy]) -> Policy:
    """The policy that plain data describe."""
    if not isinstance(policy, Mapping) or "fastaug" not in policy:
        raise PolicyError('this is no fastaug policy: it does not begin with its format version {"fastaug": …}')
    _check_versions(policy["fastaug"], policy.get("draws"))
    kind = _kind_that_saved(policy, kind)
    settings = kind.settings()
    unknown = set(policy) - {"fastaug", "draws", "transforms", *settings}
    if unknown:
        raise PolicyError(f"this policy has unknown entries: {', '.join(sorted(map(str, unknown)))}")
    if "transforms" not in policy:
        raise PolicyError("transforms: is required (the list of a policy's nodes)")
    try:
        transforms = nodes_from_list("transforms", policy["transforms"])
        return kind(transforms, **{name: policy[name] for name in settings if name in policy})
    except RecursionError:
        raise PolicyError("transforms: containers are nested too deeply; about 40 levels are possible") from None


def _check_versions(version: Any, draws: Any) -> None:
    if isinstance(version, bool) or not isinstance(version, int) or not 1 <= version <= _core.FORMAT_VERSION:
        raise PolicyError(
            f"this policy has format version {shown(version)}, written by a newer fastaug; this one reads up to"
            f" {_core.FORMAT_VERSION}: upgrade fastaug to load it"
        )
    if isinstance(draws, bool) or not isinstance(draws, int) or not 1 <= draws <= _core.DRAWS_VERSION:
        raise PolicyError(
            f"this policy was written for draws of version {shown(draws)}; this fastaug makes version"
            f" {_core.DRAWS_VERSION}: upgrade fastaug to load it"
        )


def _kind_that_saved(policy: Mapping[str, Any], kind: type[Policy]) -> type[Policy]:
    """The class that was asked for, or the one of its subclasses whose own arguments the data have."""
    for special in kind.__subclasses__():
        if special.further_arguments and set(special.further_arguments) <= set(policy):
            return special
    return kind


def parse_json(text: str) -> Any:
    """JSON, with a mistake in words."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
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
    except (package.YAMLError, ValueError, RecursionError) as error:
        raise PolicyError(f"the policy is not valid YAML: {error}") from None


def _is_yaml(path: str | os.PathLike[str]) -> bool:
    return Path(path).suffix.lower() in (".yaml", ".yml")


def write(policy: Compose, path: str | os.PathLike[str]) -> None:
    """Writes a policy to a file: YAML where the name ends in .yaml or .yml, else JSON."""
    text = policy.to_yaml() if _is_yaml(path) else policy.to_json(indent=2) + "\n"
    Path(path).write_text(text, encoding="utf-8")


def read(path: str | os.PathLike[str]) -> Any:
    """The plain data in a file that :func:`write` wrote."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise PolicyError(f"{os.fspath(path)}: this is no policy: it is not text in UTF-8") from None
    return parse_yaml(text) if _is_yaml(path) else parse_json(text)
