"""Reading samples: from their numbers to the bytes or pixels that a policy takes."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastaug import _core
from fastaug._core import FilePart
from fastaug.errors import PolicyError, TargetError
from fastaug.loading.batch import LABEL
from fastaug.loading.faults import Fault
from fastaug.sources.protocol import Source, path_of

if TYPE_CHECKING:
    from fastaug.composition.compose import Compose

_PIXELS = ("image", "images", "mask", "masks")


_MOST_FIRST = 100
"""So many samples are tried for one that tells which targets all have."""


@dataclass
class Sample:
    """A sample that has been read."""

    index: int
    path: str | None
    data: dict[str, Any]
    """What the policy takes."""
    extras: dict[str, Any]
    """What it does not take, and goes into the batch as it is."""


def never() -> bool:
    """No: nothing stops reading."""
    return False


@dataclass(frozen=True)
class _Targets:
    """What a sample has."""

    names: frozenset[str] | None
    """What the policy takes; ``None`` if that is not known."""
    is_labelled: bool

    @classmethod
    def of(cls, sample: Sample) -> _Targets:
        return cls(frozenset(sample.data), sample.extras.get(LABEL) is not None)

    def __str__(self) -> str:
        return ", ".join(sorted(self.names or ()) + [LABEL] * self.is_labelled)


class Reader:
    """Reads the samples of a source for a policy."""

    def __init__(self, source: Source, policy: Compose) -> None:
        self.source = source
        self._taken = policy.available_keys
        self._kinds = policy._kinds
        self._expected: _Targets | None = None
        # What would not fit its boxes any more where some are dropped.
        self._left_out = _unnamed_box_fields(source, policy)

    def read(self, indices: Sequence[int], is_stopped: Callable[[], bool] = never) -> list[Sample | Fault]:
        """Samples, with files in memory, ours or the system's; what cannot be read comes as a fault. Where it is stopped,
        nobody wants them any more."""
        if self._expected is None:
            self._expected = self._of_first()
        samples: list[Sample | Fault] = []
        for index in indices:
            if is_stopped():
                return samples
            samples.append(self._alike(self._read(index)))
        self._load(samples)
        return samples

    def _of_first(self) -> _Targets:
        """What the first sample of the source has that can be read: all others must have as much, wherever they are read."""
        for index in range(min(len(self.source), _MOST_FIRST)):
            sample = self._read(index)
            if isinstance(sample, Sample):
                return _Targets.of(sample)
        return _Targets(None, False)

    def _alike(self, sample: Sample | Fault) -> Sample | Fault:
        """A sample with the targets that all have; what has others is a fault."""
        expected = self._expected
        if isinstance(sample, Fault) or expected is None or expected.names is None:
            return sample
        found = _Targets.of(sample)
        if found == expected:
            return sample
        error = TargetError(f"it has {found}, and the source's first sample {expected}: all must have the same targets")
        return Fault(sample.index, sample.path, error)

    def _read(self, index: int) -> Sample | Fault:
        path = None
        try:
            image, target = self.source.read(index)
            path = path_of(self.source, index, image)
            data: dict[str, Any] = {"image": image}
            extras: dict[str, Any] = {}
            if isinstance(target, Mapping):
                for name, value in target.items():
                    if name in self._taken:
                        data[name] = value
                    elif name not in self._left_out:
                        extras[name] = value
            elif target is not None:
                extras[LABEL] = target
            return Sample(index, path, data, extras)
        except Exception as error:
            return Fault(index, path or _told_path(self.source, index), error)

    def _load(self, samples: list[Sample | Fault]) -> None:
        """Reads the files that samples name, where they would have to be waited for."""
        files: list[str | os.PathLike[str] | FilePart] = []
        owners: list[tuple[int, str]] = []
        for number, sample in enumerate(samples):
            if isinstance(sample, Sample):
                for name, value in sample.data.items():
                    if isinstance(value, (str, os.PathLike, FilePart)) and self._kinds.get(name) in _PIXELS:
                        files.append(value)
                        owners.append((number, name))
        if not files:
            return
        for (number, name), file in zip(owners, _core.read_ahead(files), strict=True):
            sample = samples[number]
            if isinstance(sample, Fault):
                continue
            if file is None:
                continue  # The system has it in memory: who decodes it reads it.
            if isinstance(file, Exception):
                samples[number] = Fault(sample.index, sample.path, file)
            else:
                sample.data[name] = file


def _unnamed_box_fields(source: Source, policy: Compose) -> set[str]:
    """What belongs to single boxes, and is not among the label fields of a policy that takes boxes."""
    fields = list(getattr(source, "box_fields", ()))
    if policy.bbox_params is None or not fields:
        return set()
    named = policy.bbox_params.label_fields or []
    if fields[0] not in named:
        raise PolicyError(
            f"the boxes of this source have {', '.join(fields)}: name those that you want, and {fields[0]} in any case, as in"
            f" BboxParams({policy.bbox_params.coord_format!r}, label_fields=[{fields[0]!r}])"
        )
    return set(fields) - set(named)


def size_of(samples: Sequence[Sample | Fault]) -> int:
    """Bytes that samples which have been read take, about."""
    return sum(_bytes(value) for sample in samples if isinstance(sample, Sample) for value in sample.data.values())


def _bytes(value: Any) -> int:
    if isinstance(value, (bytes, _core.FileBytes)):
        return len(value)
    size = getattr(value, "nbytes", 0)
    return size if isinstance(size, int) else 0


def _told_path(source: Source, index: int) -> str | None:
    try:
        return path_of(source, index, None)
    except Exception:  # The first failure is the one to be told.
        return None
