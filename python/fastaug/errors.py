"""The exceptions that fastaug raises; every one is a ``ValueError``."""

from __future__ import annotations

from fastaug._core import DecodeError, PolicyError, ShapeError, TargetError

__all__ = ["DecodeError", "PolicyError", "ShapeError", "TargetError"]


def shown(value: object) -> str:
    """A value in an error: as code, cut off where it is long."""
    try:
        text = repr(value)
    except ValueError:
        return "a number of thousands of digits"
    except RecursionError:
        return f"a {type(value).__name__} nested too deeply"
    return text if len(text) <= 200 else f"{text[:200]}…"
