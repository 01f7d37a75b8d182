"""The exceptions that fastaug raises; every one is a ``ValueError``."""

from fastaug._core import DecodeError, PolicyError, ShapeError, TargetError

__all__ = ["DecodeError", "PolicyError", "ShapeError", "TargetError"]
