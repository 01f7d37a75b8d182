"""The exceptions that fastaug raises; every one is a ``ValueError``."""

from __future__ import annotations

from collections.abc import Sequence

from fastaug._core import DecodeError, PolicyError, ShapeError, TargetError

__all__ = ["DecodeError", "PolicyError", "SampleError", "ShapeError", "SourceError", "TargetError"]


class SourceError(ValueError):
    """Samples that cannot be had: a folder without images, a damaged shard, annotations that lack something."""


def shown(value: object) -> str:
    """A value in an error: as code, cut off where it is long."""
    try:
        text = repr(value)
    except ValueError:
        return "a number of thousands of digits"
    except RecursionError:
        return f"a {type(value).__name__} nested too deeply"
    return text if len(text) <= 200 else f"{text[:200]}…"


class SampleError(ValueError):
    """A sample of a loader that cannot be read, decoded or augmented; the cause is chained to it.

    Attributes:
        index: The sample's number in the source.
        path: Where it comes from, if that is known.
    """

    def __init__(self, message: str, index: int, path: str | None) -> None:
        super().__init__(message)
        self.index = index
        self.path = path

    def __reduce__(self) -> tuple[type[SampleError], tuple[str, int, str | None]]:
        return type(self), (str(self), self.index, self.path)


def some(names: Sequence[str], count: int | None = None) -> str:
    """Names in an error: the first of them, and how many more there are; of ``count``, where not all are given."""
    left = (len(names) if count is None else count) - 10
    return ", ".join(repr(name) for name in names[:10]) + (f" and {left} more" if left > 0 else "")
