"""Reading samples: from their numbers to the bytes or pixels that a policy takes."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastaug import _core
from fastaug._core import FilePart
from fastaug.loading.batch import LABEL
from fastaug.loading.faults import Fault
from fastaug.sources.protocol import Source, path_of

if TYPE_CHECKING:
    from fastaug.composition.compose import Compose

_PIXELS = ("image", "images", "mask", "masks")


@dataclass
class Sample:
    """A sample that has been read."""

    index: int
    path: str | None
    data: dict[str, Any]
    """What the policy takes."""
    extras: dict[str, Any]
    """What it does not take, and goes into the batch as it is."""


class Reader:
    """Reads the samples of a source for a policy."""

    def __init__(self, source: Source, policy: Compose) -> None:
        self.source = source
        self._taken = policy.available_keys
        self._kinds = policy._kinds

    def read(self, indices: Sequence[int]) -> list[Sample | Fault]:
        """Samples, with files in memory, ours or the system's; what cannot be read comes as a fault."""
        samples: list[Sample | Fault] = [self._read(index) for index in indices]
        self._load(samples)
        return samples

    def _read(self, index: int) -> Sample | Fault:
        path = None
        try:
            image, target = self.source.read(index)
            path = path_of(self.source, index, image)
            data: dict[str, Any] = {"image": image}
            extras: dict[str, Any] = {}
            if isinstance(target, Mapping):
                for name, value in target.items():
                    (data if name in self._taken else extras)[name] = value
            elif target is not None:
                extras[LABEL] = target
            return Sample(index, path, data, extras)
        except Exception as error:
            return Fault(index, path or _told_path(self.source, index), error)

    def _load(self, samples: list[Sample | Fault]) -> None:
        """Reads the files that samples name, where they would have to be waited for."""
        files: list[str | FilePart] = []
        owners: list[tuple[int, str]] = []
        for number, sample in enumerate(samples):
            if isinstance(sample, Sample):
                for name, value in sample.data.items():
                    if isinstance(value, (str, os.PathLike, FilePart)) and self._kinds.get(name) in _PIXELS:
                        files.append(value if isinstance(value, FilePart) else os.fspath(value))
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
