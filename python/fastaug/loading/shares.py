"""Which places of an epoch belong to which batch of which rank.

Places are dealt out in order: a step takes as many as all ranks' batches hold, and each rank one stretch of them. So the ranks'
batches of a step, one behind the other, are what a single process would get with a batch of that size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from fastaug.errors import PolicyError, shown
from fastaug.loading.order import Indices

Tail = Literal["drop", "pad", "uneven"]
"""What becomes of the samples at the end that do not fill a step: they are dropped; filled up with the first ones so that every
rank has as many; or dealt out as they are, so that the last batches are smaller and some ranks may have one step less."""


def check_tail(tail: object, drop_last: bool, world_size: int) -> Tail:
    """What the arguments say of the end of an epoch."""
    if tail is None:
        if drop_last:
            return "drop"
        return "uneven" if world_size == 1 else "pad"
    if tail not in get_args(Tail):
        raise PolicyError(f"tail must be one of {', '.join(get_args(Tail))}, got {shown(tail)}")
    if drop_last and tail != "drop":
        raise PolicyError(f"drop_last and tail={tail!r} contradict each other; give one of them")
    return tail  # type: ignore[return-value]


@dataclass(frozen=True)
class Shares:
    """How an epoch is dealt out."""

    length: int
    """Places of the epoch."""
    batch_size: int
    rank: int
    world_size: int
    tail: Tail

    @property
    def step(self) -> int:
        """Places that all ranks together take at once."""
        return self.batch_size * self.world_size

    def steps(self, begin: int = 0) -> int:
        """How many batches this rank gets from a place on."""
        left = max(self.length - begin, 0)
        whole, rest = divmod(left, self.step)
        if rest == 0 or self.tail == "drop":
            return whole
        return whole + (self._rest(rest)[1] > 0)

    def places(self, begin: int, number: int) -> Indices:
        """The places of a batch of this rank, counted from a place on."""
        first = begin + number * self.step
        left = self.length - first
        if left >= self.step:
            first += self.rank * self.batch_size
            return np.arange(first, first + self.batch_size, dtype=np.int64)
        skipped, count = self._rest(left)
        first += skipped
        return np.arange(first, first + count, dtype=np.int64) % self.length

    def end(self, begin: int, number: int) -> int:
        """The place behind a step."""
        return min(begin + (number + 1) * self.step, self.length)

    def _rest(self, rest: int) -> tuple[int, int]:
        """Where this rank's share of an incomplete step begins, and how many places it has."""
        if self.tail == "pad":
            each = -(-rest // self.world_size)
            return self.rank * each, each
        each, more = divmod(rest, self.world_size)
        return self.rank * each + min(self.rank, more), each + (self.rank < more)
