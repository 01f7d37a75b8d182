"""What a way of loading is, once it has been opened in its process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

THREADS = 2
"""Threads or worker processes that everybody has, if nothing else is said."""


def _nothing() -> None:
    """Nothing has to be closed."""


@dataclass(frozen=True)
class Way:
    """A loader that is ready to go."""

    epoch: Callable[[], Iterable[Any]]
    """The batches of one epoch: the images of each, channels first."""
    reads: Sequence[str]
    """The files that it reads."""
    versions: dict[str, str]
    close: Callable[[], None] = _nothing
