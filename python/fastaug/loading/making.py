"""Making a batch of samples that have been read: the part of a loader that needs no thread of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from fastaug.composition.batch import Outcome, Way, run_samples
from fastaug.loading.batch import Batch, Collate, gathered
from fastaug.loading.faults import Fault, OnError
from fastaug.loading.order import Indices, Order
from fastaug.loading.reading import Reader, Sample, never

if TYPE_CHECKING:
    from fastaug.composition.compose import Compose

MOST_TRIES = 1000
"""So many samples are tried in the place of one that failed."""

_REPLACED = 1 << 62
"""Random values of a sample that stands in for another are drawn with the place's number from here on."""

_WIDTHS = {"bboxes": 4, "keypoints": 2}


@dataclass
class Made:
    """A batch, and what there is to tell of it."""

    batch: Batch | None
    """``None`` if no sample is left, or if it was not to be made."""
    faults: list[Fault] = field(default_factory=list)
    error: Exception | None = None
    """What is to be raised instead of handing out the batch."""
    decoding: float = 0.0
    """Seconds of decoding, of all threads together."""
    busy: float = 0.0
    """Seconds that threads were at work, all together."""
    samples: int = 0


@dataclass
class Slot:
    """A sample on its way into a batch: its place in the epoch and the number it draws with."""

    place: int
    index: int
    key: int


class Maker:
    """Makes batches of a source by a policy."""

    def __init__(
        self,
        reader: Reader,
        policy: Compose,
        order: Order,
        seed: int,
        way: Way,
        on_error: OnError,
        collate: Collate,
        finish: Callable[[Batch], Batch],
    ) -> None:
        self.reader = reader
        self.policy = policy
        self.order = order
        self.order_seed = seed
        # A policy's own seed is respected; one that has none gets the loader's, so that everything repeats itself.
        self.pixel_seed = policy._own_seed if policy.seed is not None else seed
        self.way = way
        self.on_error = on_error
        self.collate = collate
        self.finish = finish
        # Targets of which each sample has its own number, and how many values a row has.
        self._ragged = {name: _WIDTHS[kind] for name, kind in policy._kinds.items() if kind in _WIDTHS}
        self._ragged |= {name: 0 for fields in policy._label_fields.values() for name in fields}

    def slots(self, epoch: int, places: Indices) -> list[Slot]:
        """What stands at some places of an epoch."""
        indices, keys = self.order.at(self.order_seed, epoch, places)
        return [Slot(*slot) for slot in zip(places.tolist(), indices.tolist(), keys.tolist(), strict=True)]

    def read(self, slots: Sequence[Slot], is_stopped: Callable[[], bool] = never) -> list[Sample | Fault]:
        """Reads samples, unless it is stopped."""
        return self.reader.read([slot.index for slot in slots], is_stopped)

    def make(self, epoch: int, slots: Sequence[Slot], samples: list[Sample | Fault]) -> Made:
        """The batch of samples that have been read."""
        try:
            return self._make(epoch, slots, samples)
        except Exception as error:
            return Made(None, error=error)

    def _make(self, epoch: int, slots: Sequence[Slot], samples: list[Sample | Fault]) -> Made:
        keys = [slot.key for slot in slots]
        columns, faults, times = self._run(epoch, keys, samples)
        if faults and self.on_error == "raise":
            fault = faults[min(faults)]
            return Made(None, [fault], fault.error())
        told = [faults[number] for number in sorted(faults)]
        if faults and self.on_error == "replace":
            columns, samples = self._replaced(epoch, slots, samples, columns, faults)
        elif faults:
            kept = [number for number in range(len(samples)) if number not in faults]
            samples = [samples[number] for number in kept]
            columns = {name: _taken(column, kept) for name, column in columns.items()}
        batch = self._batch(epoch, columns, samples) if samples else None
        return Made(batch, told, None, *times, len(samples))

    def _run(
        self, epoch: int, keys: Sequence[int], samples: Sequence[Sample | Fault]
    ) -> tuple[dict[str, Any], dict[int, Fault], tuple[float, float]]:
        """All columns of some samples, which of them failed, and the seconds of decoding and of everything."""
        seeds = [(self.pixel_seed, epoch, key) for key in keys]
        data = [sample.data if isinstance(sample, Sample) else None for sample in samples]
        outcome: Outcome = run_samples(self.policy, data, seeds, self.way)
        faults = {number: sample for number, sample in enumerate(samples) if isinstance(sample, Fault)}
        for number, cause in outcome.failures.items():
            sample = samples[number]
            faults[number] = Fault(sample.index, sample.path, cause)
        columns = dict(outcome.columns)
        extras = {name: None for sample in samples if isinstance(sample, Sample) for name in sample.extras}
        for name in extras:
            columns[name] = [
                _own(sample.extras.get(name)) if isinstance(sample, Sample) else None for sample in samples
            ]
        return columns, faults, (outcome.decoding, outcome.busy)

    def _replaced(
        self,
        epoch: int,
        slots: Sequence[Slot],
        samples: list[Sample | Fault],
        columns: dict[str, Any],
        faults: dict[int, Fault],
    ) -> tuple[dict[str, Any], list[Sample | Fault]]:
        """Puts into the place of each sample that failed the next one of the epoch that does not."""
        waiting = dict(faults)
        samples = list(samples)
        length = len(self.order)
        for distance in range(1, min(length, MOST_TRIES)):
            numbers = sorted(waiting)
            places = np.array([(slots[number].place + distance) % length for number in numbers], np.int64)
            indices, _ = self.order.at(self.order_seed, epoch, places)
            others = self.reader.read(indices.tolist())
            keys = [_REPLACED + slots[number].place for number in numbers]
            made, failed, _ = self._run(epoch, keys, others)
            for at, number in enumerate(numbers):
                if at in failed:
                    continue
                del waiting[number]
                samples[number] = others[at]
                _put(columns, number, made, at, len(slots))
            if not waiting:
                return columns, samples
        fault = faults[min(waiting)]
        raise fault.error(
            f"nothing was found to replace {fault}: {min(length, MOST_TRIES) - 1} other samples failed too"
        )

    def _batch(self, epoch: int, columns: dict[str, Any], samples: Sequence[Any]) -> Batch:
        index = np.array([sample.index for sample in samples], np.int64)
        given = {name: [sample.data.get(name) for sample in samples] for name in self._ragged if name in columns}
        made = gathered(columns, self.collate, self._ragged, given)
        return self.finish(Batch(made, index, [sample.path for sample in samples], epoch))


def _own(value: Any) -> Any:
    """A value that is not the source's any more, so that a batch can be changed."""
    return value.copy() if isinstance(value, np.ndarray) else value


def _taken(column: Any, kept: Sequence[int]) -> Any:
    return [column[number] for number in kept] if isinstance(column, list) else column[np.asarray(kept, np.int64)]


def _put(columns: dict[str, Any], number: int, made: dict[str, Any], at: int, count: int) -> None:
    """Writes what was made of one sample into its place."""
    for name, column in made.items():
        entry = column[at]
        into = columns.get(name)
        if into is None:
            into = columns[name] = [None] * count
        elif not isinstance(into, list) and (into.shape[1:] != entry.shape or into.dtype != entry.dtype):
            into = columns[name] = list(into)
        into[number] = entry
