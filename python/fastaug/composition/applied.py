"""What a call applied: told from the core's records, and made into transforms that do it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastaug.composition.nodes import Container, SelectiveChannelTransform
from fastaug.errors import PolicyError, shown
from fastaug.transforms import Lambda, Transform
from fastaug.transforms.declare import pinned_transform


def applied_list(by_path: Mapping[str, Any], records: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """What was applied, as ``(name, parameters)``: the constructor's arguments, with what was drawn in their places."""
    made: list[tuple[str, dict[str, Any]]] = []
    for record in records:
        node = by_path[record["path"]]
        params: dict[str, Any]
        if isinstance(node, SelectiveChannelTransform):
            params = {"channels": node.channels, "transforms": applied_list(by_path, record["children"])}
        elif isinstance(node, Lambda):
            params = {"lambda": node}
        else:
            params = node.node()["params"] | record["drawn"]
        made.append((record["name"], params))
    return made


def nodes_of_applied(applied: Sequence[tuple[str, Mapping[str, Any]]]) -> list[Transform | Container]:
    """The nodes that repeat what ``result["applied_transforms"]`` tells."""
    nodes: list[Transform | Container] = []
    for number, entry in enumerate(applied):
        name, params = _name_and_params(f"applied[{number}]", entry)
        if "lambda" in params:
            nodes.append(params["lambda"])
        elif name == "SelectiveChannelTransform":
            nodes.append(_selective(f"applied[{number}]", params))
        else:
            nodes.append(pinned_transform(name, params))
    return nodes


def _name_and_params(place: str, entry: Any) -> tuple[str, Mapping[str, Any]]:
    if isinstance(entry, (tuple, list)) and len(entry) == 2:
        name, params = entry
        if isinstance(name, str) and isinstance(params, Mapping):
            return name, params
    raise PolicyError(f"{place}: must be (name, parameters), got {shown(entry)}")


def _selective(place: str, params: Mapping[str, Any]) -> SelectiveChannelTransform:
    for needed in ("transforms", "channels"):
        if needed not in params:
            raise PolicyError(f"{place}.SelectiveChannelTransform.{needed}: is required")
    return SelectiveChannelTransform(nodes_of_applied(params["transforms"]), params["channels"])
