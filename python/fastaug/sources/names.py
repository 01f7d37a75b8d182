"""Many strings in two arrays, so that a million of them cost their letters and four bytes each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from fastaug.errors import SourceError, shown

Bytes = npt.NDArray[np.uint8]
Ends = npt.NDArray[Any]

_UNDECODABLE = "surrogateescape"
"""Names of files may hold any bytes; this is how Python writes those that are no UTF-8."""


class Names:
    """Strings by number.

    Args:
        letters: All strings as UTF-8, one after the other.
        ends: Where each ends.
    """

    __slots__ = ("ends", "letters")

    def __init__(self, letters: Bytes, ends: Ends) -> None:
        self.letters = letters
        self.ends = ends

    @classmethod
    def of(cls, strings: Iterable[str]) -> Names:
        """Takes strings."""
        return cls.of_encoded(_encoded(string) for string in strings)

    @classmethod
    def of_encoded(cls, strings: Iterable[bytes]) -> Names:
        """Takes strings that are UTF-8 already."""
        pieces = list(strings)
        lengths = np.fromiter(map(len, pieces), np.int64, len(pieces))
        return cls(np.frombuffer(b"".join(pieces), np.uint8), ends_of(lengths))

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, number: int) -> str:
        start = int(self.ends[number - 1]) if number else 0
        return self.letters[start : int(self.ends[number])].tobytes().decode("utf-8", _UNDECODABLE)

    def __iter__(self) -> Iterator[str]:
        return (self[number] for number in range(len(self)))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Names)
            and np.array_equal(self.ends, other.ends)
            and np.array_equal(self.letters, other.letters)
        )

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return Names, (self.letters, self.ends)

    def lengths(self) -> npt.NDArray[np.int64]:
        """How many bytes each has."""
        ends = self.ends.astype(np.int64)
        ends[1:] -= ends[:-1].copy()
        return ends

    @property
    def nbytes(self) -> int:
        """Bytes of memory."""
        return self.letters.nbytes + self.ends.nbytes


def ends_of(lengths: npt.NDArray[np.int64]) -> Ends:
    """Where pieces of these lengths end that lie one after the other; in four bytes each if possible."""
    ends = np.cumsum(lengths, dtype=np.int64)
    return ends.astype(np.uint32) if not len(ends) or ends[-1] < 2**32 else ends


def _encoded(string: str) -> bytes:
    try:
        return string.encode("utf-8", _UNDECODABLE)
    except UnicodeEncodeError as error:
        raise SourceError(f"{shown(string)} cannot be written as UTF-8: {error.reason}") from None
