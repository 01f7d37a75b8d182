"""Doing once more what was done: policies rebuilt from what a call drew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastaug.composition.compose import Compose
from fastaug.composition.nodes import Container, SelectiveChannelTransform
from fastaug.errors import PolicyError
from fastaug.transforms import Transform
from fastaug.transforms.declare import pinned_transform


def nodes_of_applied(applied: Sequence[tuple[str, Mapping[str, Any]]]) -> list[Transform | Container]:
    """The nodes that repeat what ``result["applied_transforms"]`` tells."""
    nodes: list[Transform | Container] = []
    for number, entry in enumerate(applied):
        try:
            name, params = entry
        except (TypeError, ValueError):
            raise PolicyError(f"applied[{number}]: must be (name, parameters), got {entry!r}") from None
        if "lambda" in params:
            nodes.append(params["lambda"])
        elif name == "SelectiveChannelTransform":
            nodes.append(SelectiveChannelTransform(nodes_of_applied(params["transforms"]), tuple(params["channels"])))
        else:
            nodes.append(pinned_transform(name, params))
    return nodes


class ReplayCompose(Compose):
    """A policy that says how to repeat what it did.

    Args:
        *args: As for :class:`Compose`.
        save_key: The name under which the record stands in the result.
        **kwargs: As for :class:`Compose`.

    Examples:
        >>> import numpy as np, fastaug as A
        >>> policy = A.ReplayCompose([A.RandomCrop(8, 8), A.HorizontalFlip()])
        >>> image = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)
        >>> first = policy(image=image)
        >>> bool((A.ReplayCompose.replay(first["replay"], image=image)["image"] == first["image"]).all())
        True
    """

    def __init__(self, *args: Any, save_key: str = "replay", **kwargs: Any) -> None:
        self.save_key = save_key
        self._saves_applied = bool(kwargs.get("save_applied_params", False))
        super().__init__(*args, **(kwargs | {"save_applied_params": True}))

    def _arguments(self) -> dict[str, Any]:
        return super()._arguments() | {"save_key": self.save_key, "save_applied_params": self._saves_applied}

    def __call__(self, *args: Any, **data: Any) -> dict[str, Any]:
        """Augments one image, and records what was done; see :meth:`Compose.__call__`."""
        result = super().__call__(*args, **data)
        applied = result["applied_transforms"] if self._saves_applied else result.pop("applied_transforms")
        settings = {
            name: value.to_dict() if hasattr(value, "to_dict") else value
            for name, value in super()._arguments().items()
            if name not in ("p", "seed", "save_applied_params")
        }
        result[self.save_key] = {"settings": settings, "applied": applied}
        return result

    @staticmethod
    def replay(saved_augmentations: Mapping[str, Any], **data: Any) -> dict[str, Any]:
        """Does to other data exactly what was recorded.

        Args:
            saved_augmentations: The record.
            **data: The targets.
        """
        policy = Compose.from_applied_transforms(saved_augmentations["applied"], **saved_augmentations["settings"])
        return policy(**data)
