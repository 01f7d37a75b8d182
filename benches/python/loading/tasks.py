"""What is loaded: a policy, how large its batches are, and what a batch has to look like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import policies


@dataclass(frozen=True)
class Task:
    """One kind of training data."""

    transforms: Callable[[Any], list[Any]]
    batch: int
    shape: tuple[int, int, int]
    boxes: bool = False
    mask: bool = False

    def policy(self, library: Any, *ending: Any) -> Any:
        """The policy in the words of fastaug and AlbumentationsX."""
        return policies.compose(library, [*self.transforms(library), *ending], boxes=self.boxes)


_SIDE = policies.SIDE
TASKS = {
    "imagenet": Task(policies.imagenet, 64, (3, _SIDE, _SIDE)),
    "starter": Task(policies.starter, 64, (3, _SIDE, _SIDE)),
    "detection": Task(policies.detection, 16, (3, 640, 640), boxes=True),
    "segmentation": Task(policies.segmentation, 16, (3, 512, 512), mask=True),
}
