"""Samples that cannot be read, decoded or augmented: what becomes of them, and what is told."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from fastaug.errors import PolicyError, SampleError, shown

OnError = Literal["raise", "skip", "replace"]
"""What becomes of a sample that fails: it is raised; the batch goes without it; or another sample takes its place."""

MOST_CASES = 100
"""So many failures are kept with all that is known of them."""


def check_on_error(on_error: object) -> OnError:
    """What is to become of failures."""
    if on_error not in get_args(OnError):
        raise PolicyError(f"on_error must be one of {', '.join(get_args(OnError))}, got {shown(on_error)}")
    return on_error  # type: ignore[return-value]


@dataclass(frozen=True)
class Fault:
    """A sample that failed."""

    index: int
    """Its number in the source."""
    path: str | None
    """Where it comes from, if that is known."""
    cause: Exception
    """Why it failed."""

    @property
    def kind(self) -> str:
        """What sort of failure it is."""
        return type(self.cause).__name__

    def error(self, text: str | None = None) -> SampleError:
        """The failure as an exception, whose words may say more of it."""
        error = SampleError(str(self) if text is None else text, self.index, self.path)
        error.__cause__ = self.cause
        return error

    def __str__(self) -> str:
        text = str(self.cause) or self.kind
        # The core's messages begin with the path where it has one.
        told = self.path is not None and self.path not in text
        where = f"sample {self.index} ({self.path})" if told else f"sample {self.index}"
        kind = "" if isinstance(self.cause, ValueError) else f"{self.kind}: "
        return f"{where}: {kind}{text}"


class Faults:
    """The failures that a loader has met, in the order of the samples: ``len(loader.errors)`` of them.

    Attributes:
        count: How many there were.
        kinds: How many there were of each kind of exception.
        cases: The first hundred.
    """

    def __init__(self, most: int | None = None) -> None:
        self.most = most
        self.count = 0
        self._count_before = 0
        self.kinds: Counter[str] = Counter()
        self.cases: list[Fault] = []

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[Fault]:
        return iter(self.cases)

    def __repr__(self) -> str:
        kinds = ", ".join(f"{count} {kind}" for kind, count in self.kinds.items())
        return f"<{self.count} errors{': ' + kinds if kinds else ''}>"

    def begin(self) -> None:
        """An epoch begins: what is borne with is counted anew."""
        self._count_before = self.count

    def add(self, fault: Fault) -> None:
        """Notes a failure; warns of the first one of its kind, and raises where there were too many."""
        self.count += 1
        self.kinds[fault.kind] += 1
        if len(self.cases) < MOST_CASES:
            self.cases.append(fault)
        if self.most is not None and self.count - self._count_before > self.most:
            raise fault.error(f"more than max_errors={self.most} samples of the epoch failed, the last one: {fault}")
        if self.kinds[fault.kind] == 1:
            warnings.warn(f"{fault} (further ones of this kind are only counted, in .errors)", stacklevel=5)
