"""Memory-mapped arrays for other processes: pickled as the place in a file, not as what is there."""

from __future__ import annotations

import mmap
import os
from typing import Any

import numpy as np
import numpy.typing as npt

from fastaug.errors import SourceError

Array = npt.NDArray[Any]


class Mapped:
    """An array, pickled by its place in a file if it is a memory map that others can open.

    Args:
        array: Any array.
        place: The file that it is mapped from and where in it its first value lies; by default found out.
    """

    __slots__ = ("array", "place")

    def __init__(self, array: Array, place: tuple[str, int] | None = None) -> None:
        self.array = array
        self.place = place or _place(array)

    def __reduce__(self) -> tuple[Any, ...]:
        if self.place is None:
            return Mapped, (self.array,)
        return _opened, (*self.place, self.array.dtype, self.array.shape, self.array.strides)


def _place(array: Array) -> tuple[str, int] | None:
    """The file that an array is mapped from, and where in it its first value lies."""
    whole = array
    while isinstance(whole.base, np.ndarray):
        whole = whole.base
    if not isinstance(whole, np.memmap) or whole.filename is None or not array.size or array.dtype.hasobject:
        return None
    # What is written into a map of this mode stays in this process.
    if whole.mode == "c":
        return None
    return os.path.abspath(whole.filename), int(whole.offset) + _address(array) - _address(whole)


def _address(array: Array) -> int:
    return int(array.__array_interface__["data"][0])


def _opened(path: str, offset: int, dtype: np.dtype[Any], shape: tuple[int, ...], strides: tuple[int, ...]) -> Mapped:
    try:
        with open(path, "rb") as file:
            contents = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return Mapped(np.ndarray(shape, dtype, contents, offset, strides), (path, offset))
    except (OSError, ValueError, TypeError) as error:
        raise SourceError(f"{path} does not hold the array any more that was mapped from it: {error}") from None
