"""The index of a shard: its samples, and where their parts lie. Made once, by going through the shard's headers."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from fastaug.errors import SourceError
from fastaug.sources import stored
from fastaug.sources.names import Names
from fastaug.sources.tar import TarReader

ENDING = ".fastaug-index"
"""What is put behind a shard's name to name its index."""

NO_LABEL = np.iinfo(np.int64).min
"""The label of a sample without one."""

WRONG_LABEL = NO_LABEL + 1
"""The label of a sample whose label is not one whole number."""

_LONGEST_LABEL = 64
_LABEL = re.compile(rb"\s*[+-]?[0-9]{1,18}\s*")

_PARTS = re.compile(r"((?:.*/)?[^./]+)\.([^/]*)", re.DOTALL)
"""A sample's key, up to the first dot of the name without folders, and the extension, all that follows the dot."""

_ABOUT_THE_SHARD = re.compile(r"(?:.*/)?__[^/]*__(?:\..*)?", re.DOTALL)

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class ShardIndex:
    """The samples of a shard, in the order in which they begin there.

    Args:
        size: The shard's size in bytes.
        changed: Its time of change, in nanoseconds.
        extensions: All extensions of parts, in small letters.
        keys: The samples' keys.
        firsts: Of each sample, the number of its first part; then the number of all parts.
        kinds: Of each part, which extension it has.
        offsets: Of each part, where its contents begin.
        sizes: Of each part, how many bytes it has.
        labels: Of each sample, what its ``.cls`` says.
    """

    size: int
    changed: int
    extensions: list[str]
    keys: Names
    firsts: Integers
    kinds: npt.NDArray[np.int32]
    offsets: Integers
    sizes: Integers
    labels: Integers

    def checksum(self) -> int:
        """A number that tells whether another index says the same."""
        arrays = [self.keys.letters, self.keys.ends, self.firsts, self.kinds, self.offsets, self.sizes, self.labels]
        return stored.checksum_of(*arrays)

    def part(self, extension: str) -> npt.NDArray[np.int64]:
        """Of each sample, the number of its part with an extension; -1 if it has none."""
        found = np.full(len(self.keys), -1, np.int64)
        if extension in self.extensions:
            parts = np.flatnonzero(self.kinds == self.extensions.index(extension))
            found[np.searchsorted(self.firsts, parts, "right") - 1] = parts
        return found


def build(shard: str) -> ShardIndex:
    """Goes through a shard."""
    with open(shard, "rb", buffering=0) as file:
        status = os.fstat(file.fileno())
        return _Builder(shard, TarReader(shard, file.fileno(), status.st_size)).build(status)


def index_path(shard: str, folder: str | None) -> str:
    """Where the index of a shard is kept: beside it, or in a folder for those of many places."""
    if folder is None:
        return shard + ENDING
    place = hashlib.blake2b(os.fsencode(shard), digest_size=8).hexdigest()
    return os.path.join(folder, f"{os.path.basename(shard)}.{place}{ENDING}")


def save(path: str, index: ShardIndex) -> bool:
    """Writes an index into a file, if it can be written."""
    about = {
        "size": index.size,
        "changed": index.changed,
        "extensions": index.extensions,
        "checksum": index.checksum(),
    }
    arrays = {
        "key letters": index.keys.letters,
        "key ends": index.keys.ends,
        "firsts": index.firsts,
        "kinds": index.kinds,
        "offsets": index.offsets,
        "sizes": index.sizes,
        "labels": index.labels,
    }
    return stored.write(path, about, arrays)


def saved(path: str, status: os.stat_result) -> tuple[ShardIndex, int] | None:
    """The index in a file and its checksum, if it is there, whole, and about a shard of this size and time of change."""
    # Shards are many, and a memory map would hold a descriptor for each.
    found = stored.read(path, mapped=False)
    if found is None:
        return None
    about, arrays = found.about, found.arrays
    try:
        if (about["size"], about["changed"]) != (status.st_size, status.st_mtime_ns):
            return None
        index = ShardIndex(
            about["size"],
            about["changed"],
            about["extensions"],
            Names(arrays["key letters"], arrays["key ends"]),
            arrays["firsts"],
            arrays["kinds"],
            arrays["offsets"],
            arrays["sizes"],
            arrays["labels"],
        )
        return index, about["checksum"]
    except KeyError:
        return None


class _Builder:
    """Collects the samples of a shard."""

    def __init__(self, shard: str, reader: TarReader) -> None:
        self._shard = shard
        self._reader = reader
        self._extensions: dict[str, int] = {}
        self._samples: dict[str, list[tuple[int, int, int]]] = {}
        self._labels: dict[str, int] = {}

    def build(self, status: os.stat_result) -> ShardIndex:
        for member in self._reader.members():
            name = member.name.removeprefix("./")
            parts = _PARTS.fullmatch(name)
            if parts is None or _ABOUT_THE_SHARD.fullmatch(name):
                continue
            self._add(parts[1], parts[2].lower(), member.offset, member.size)
        parts_of_all = [part for parts in self._samples.values() for part in parts]
        columns: Any = np.array(parts_of_all, np.int64).reshape(-1, 3)
        return ShardIndex(
            status.st_size,
            status.st_mtime_ns,
            list(self._extensions),
            Names.of(self._samples),
            np.cumsum([0, *map(len, self._samples.values())], dtype=np.int64),
            columns[:, 0].astype(np.int32),
            columns[:, 1].copy(),
            columns[:, 2].copy(),
            np.array([self._labels.get(key, NO_LABEL) for key in self._samples], np.int64),
        )

    def _add(self, key: str, extension: str, offset: int, size: int) -> None:
        kind = self._extensions.setdefault(extension, len(self._extensions))
        parts = self._samples.setdefault(key, [])
        if any(part[0] == kind for part in parts):
            raise SourceError(f"{self._shard}, byte {offset}: {key}.{extension} is there twice")
        parts.append((kind, offset, size))
        if extension == "cls":
            # A label is smaller than where it lies: it is read now and then never again.
            text = self._reader.read(offset, size) if size <= _LONGEST_LABEL else b""
            self._labels[key] = int(text) if _LABEL.fullmatch(text) else WRONG_LABEL
