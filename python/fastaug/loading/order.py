"""In which order a loader goes through a source: which sample stands at which place of an epoch.

Every entry is computed when it is needed, from the seed, the epoch and the place, so that an order of a hundred million entries
takes no memory, and an epoch can be entered anywhere. A sampler of your own is a class like :class:`Order`, or simply the
indices in their order.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator, Sized
from functools import cached_property
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from fastaug import _core
from fastaug.composition.arguments import check_count, check_flag
from fastaug.errors import PolicyError, shown

Indices = npt.NDArray[np.int64]


@runtime_checkable
class Order(Protocol):
    """Which sample stands at which place of an epoch."""

    def __len__(self) -> int:
        """How many places an epoch has."""

    def at(self, seed: int, epoch: int, places: Indices) -> tuple[Indices, Indices]:
        """The samples at some places, and the numbers that their random values are drawn with.

        The second are the samples' own, so that a sample's pixels do not depend on its place, unless a sample can stand at
        several places and is to look different at each.
        """


class InOrder:
    """The samples as they stand in the source."""

    def __init__(self, length: int) -> None:
        self.length = length

    def __len__(self) -> int:
        return self.length

    def at(self, seed: int, epoch: int, places: Indices) -> tuple[Indices, Indices]:
        """The samples at some places."""
        del seed, epoch
        return places, places


class Shuffled:
    """Every sample once, in an order that is another one in every epoch."""

    def __init__(self, length: int) -> None:
        self.length = length

    def __len__(self) -> int:
        return self.length

    def at(self, seed: int, epoch: int, places: Indices) -> tuple[Indices, Indices]:
        """The samples at some places."""
        indices = _core.permuted(seed, epoch, self.length, places)
        return indices, indices


class Listed:
    """The samples that a list or a sampler names, in its order.

    Args:
        indices: The indices, or a sampler: something that gives them anew for each epoch when it is iterated.
        length: How many samples the source has.
    """

    def __init__(self, indices: Iterable[int], length: int) -> None:
        self.indices = indices
        self.length = length
        # The last two epochs: threads of the one that was left may still ask while the next one begins, and a sampler that
        # were iterated again for them would draw other numbers.
        self._listings: dict[int, tuple[Indices, bool]] = {}

    @cached_property
    def mark(self) -> str:
        """What tells these indices from others; of a sampler its kind."""
        is_fixed = isinstance(self.indices, (np.ndarray, list, tuple, range))
        return _marked(np.asarray(self.indices)) if is_fixed else type(self.indices).__name__

    def __len__(self) -> int:
        if isinstance(self.indices, Sized):
            return len(self.indices)
        return len(self._of(next(reversed(self._listings), 0))[0])

    def begin(self, epoch: int) -> None:
        """Asks a sampler for the indices of an epoch."""
        self._list(epoch)

    def _list(self, epoch: int) -> tuple[Indices, bool]:
        tell = getattr(self.indices, "set_epoch", None)
        if callable(tell):
            tell(epoch)
        given = self.indices if isinstance(self.indices, np.ndarray) else list(self.indices)
        try:
            listed = np.asarray(given)
        except ValueError:
            raise PolicyError(f"sampler must give whole numbers, got {shown(given)}") from None
        if isinstance(self.indices, Sized) and len(listed) != len(self.indices):
            raise PolicyError(f"sampler says that it has {len(self.indices)} indices, and gave {len(listed)}")
        if listed.size and (listed.ndim != 1 or listed.dtype.kind not in "iu"):
            raise PolicyError(f"sampler must give whole numbers, got {shown(given)}")
        listed = listed.astype(np.int64)
        if listed.size and not (listed.min() >= 0 and listed.max() < self.length):
            wrong = listed[(listed < 0) | (listed >= self.length)][0]
            raise PolicyError(f"sampler gave {wrong}, but the source has {self.length:,} samples, from 0 on")
        before = list(self._listings.items())[-1:]
        listing = listed, len(np.unique(listed)) == len(listed)
        self._listings = {known: one for known, one in before if known != epoch} | {epoch: listing}
        return listing

    def at(self, seed: int, epoch: int, places: Indices) -> tuple[Indices, Indices]:
        """The samples at some places."""
        del seed
        listed, are_unique = self._of(epoch)
        indices = listed[places]
        return indices, indices if are_unique else self.length + places

    def _of(self, epoch: int) -> tuple[Indices, bool]:
        known = self._listings.get(epoch)
        return self._list(epoch) if known is None else known


class Weighted:
    """Samples drawn by weight.

    Args:
        weights: A number of at least 0 for each sample: how likely it is to be drawn, relative to the others.
        samples: How many to draw in an epoch; as many as there are by default.
        replacement: Whether a sample can be drawn again. It then looks different each time.
    """

    def __init__(self, weights: npt.ArrayLike, samples: int | None = None, replacement: bool = True) -> None:
        given = np.ascontiguousarray(weights, np.float64)
        if given.ndim != 1 or not len(given):
            raise PolicyError(f"weights must be a number for each sample, got an array of shape {given.shape}")
        # The sum is finite only if all are.
        if not np.isfinite(given.sum()) or given.min() < 0 or not given.any():
            raise PolicyError("weights must be finite numbers of at least 0, and not all of them 0")
        self.sources = len(given)
        self.replacement = check_flag("replacement", replacement)
        able = self.sources if replacement else int(np.count_nonzero(given))
        self.samples = able if samples is None else check_count("samples", samples, 1)
        if not replacement and self.samples > able:
            raise PolicyError(f"samples: {self.samples} cannot be drawn of {able} without drawing one again")
        # Rounding may lead a draw behind the last one that can be drawn.
        self._last = self.sources - 1 - int(np.argmax(given[::-1] > 0))
        self._table = np.cumsum(given) if replacement else given
        self._drawn: tuple[tuple[int, int], Indices] | None = None

    @cached_property
    def mark(self) -> str:
        """What tells these weights from others."""
        return _marked(self._table)

    def __len__(self) -> int:
        return self.samples

    def at(self, seed: int, epoch: int, places: Indices) -> tuple[Indices, Indices]:
        """The samples at some places."""
        if self.replacement:
            points = _core.draws(seed, epoch, places) * self._table[-1]
            indices = np.searchsorted(self._table, points, side="right").astype(np.int64)
            return np.minimum(indices, self._last), self.sources + places
        drawn = self._without_replacement(seed, epoch)
        return drawn[places], drawn[places]

    def _without_replacement(self, seed: int, epoch: int) -> Indices:
        """All samples of an epoch: those whose clocks, which run as fast as they are heavy, strike first."""
        key = (seed, epoch)
        drawn = self._drawn
        if drawn is None or drawn[0] != key:
            draws = _core.draws(seed, epoch, np.arange(self.sources, dtype=np.int64))
            with np.errstate(divide="ignore"):
                strikes = -np.log1p(-draws) / self._table
            strikes[self._table == 0] = np.inf
            drawn = self._drawn = (key, np.argsort(strikes, kind="stable")[: self.samples].astype(np.int64))
        return drawn[1]


class Balanced(Weighted):
    """Samples drawn so that every class is as frequent as every other.

    Args:
        labels: The class of each sample.
        samples: How many to draw in an epoch; as many as there are by default.
    """

    def __init__(self, labels: npt.ArrayLike, samples: int | None = None) -> None:
        _, classes, counts = np.unique(np.asarray(labels), return_inverse=True, return_counts=True)
        super().__init__((1.0 / counts)[classes.ravel()], samples)


def _marked(numbers: npt.NDArray[Any]) -> str:
    return hashlib.blake2b(
        np.ascontiguousarray(numbers).data.cast("B") if numbers.size else b"", digest_size=8
    ).hexdigest()


def order_of(source: Any, shuffle: bool, sampler: Any) -> Order:
    """The order that the arguments of a loader ask for."""
    length = len(source)
    if sampler is None:
        return Shuffled(length) if shuffle else InOrder(length)
    if shuffle:
        raise PolicyError("shuffle and sampler both say in which order samples come; give one of them")
    if isinstance(sampler, str):
        if sampler != "balanced":
            raise PolicyError(f"sampler must be 'balanced', an order, or indices, got {shown(sampler)}")
        tell = getattr(source, "labels", None)
        if not callable(tell):
            raise PolicyError(
                "sampler: this source cannot tell its labels, so use fastaug.Balanced(labels) with an array of them"
            )
        return Balanced(tell())
    if isinstance(sampler, Weighted) and sampler.sources != length:
        raise PolicyError(f"sampler has {sampler.sources:,} weights for {length:,} samples")
    if isinstance(sampler, Order):
        return sampler
    if isinstance(sampler, Iterator):
        raise PolicyError(
            f"sampler must be something that can be gone through again in each epoch, such as a list, got {shown(sampler)}"
        )
    if isinstance(sampler, Iterable):
        return Listed(sampler, length)
    raise PolicyError(f"sampler must be 'balanced', an order, or indices, got {shown(sampler)}")


def ranks(rank: int | None, world_size: int | None) -> tuple[int, int]:
    """Which of how many processes this is: as the arguments say, or torch's process group if there is one."""
    if rank is None and world_size is None:
        distributed = sys.modules.get("torch.distributed")
        if distributed is not None and distributed.is_available() and distributed.is_initialized():
            return distributed.get_rank(), distributed.get_world_size()
        if os.environ.get("WORLD_SIZE", "1").strip() not in ("", "0", "1"):
            import warnings

            warnings.warn(
                "WORLD_SIZE says that there are several processes, but torch.distributed is not initialised yet, so this"
                " loader gives all samples to each of them: call init_process_group before, or pass rank and world_size",
                stacklevel=4,
            )
        return 0, 1
    if rank is None or world_size is None:
        raise PolicyError("rank and world_size belong together: give both or none")
    count = check_count("world_size", world_size, 1)
    number = check_count("rank", rank)
    if number >= count:
        raise PolicyError(f"rank must be below world_size, got rank {number} of {count}")
    return number, count
