"""Tar shards as WebDataset writes them, read by the number of a sample."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from fastaug._core import FilePart
from fastaug.errors import SourceError, shown, some
from fastaug.sources import shard_index
from fastaug.sources.names import Names, ends_of
from fastaug.sources.numbers import check_number
from fastaug.sources.open_files import OpenFiles
from fastaug.sources.protocol import Indexed
from fastaug.sources.shard_index import NO_LABEL, WRONG_LABEL, ShardIndex
from fastaug.sources.shards import Pattern, shard_paths
from fastaug.sources.targets import Labels

_FIELDS = ("label", "json", "text", "mask")
"""What a target can consist of."""

Integers = npt.NDArray[np.int64]

_AT_ONCE = 8
"""Shards that are looked at at the same time."""


class _Kept(NamedTuple):
    """An index, its checksum, and whether it is in a file."""

    contents: ShardIndex
    checksum: int
    is_in_file: bool


@dataclass(frozen=True)
class _Parts:
    """Where one part of every sample lies; a size of -1 where there is none."""

    offsets: Integers
    sizes: Integers


class WebDataset(Indexed):
    """Samples from tar files: ``train-000.tar`` with ``a1.jpg`` and ``a1.cls``, ``a2.jpg`` and ``a2.cls``, and so on.

    A sample consists of the members of a shard that have the same key: their path up to the first dot of the file's name, as
    WebDataset reads it. Every sample can be read by its number, so that shuffling is exact and each is seen once: where the
    members lie is found out once, by going through the headers of all shards, and kept in an index beside each.

    The target of a sample is the label in its ``.cls``, if no sample has anything else; otherwise a dictionary with what
    there is: ``label``, ``json`` (of ``.json``, parsed), ``text`` (of ``.txt``), and ``mask`` (an image file in the shard, as
    the image).

    Args:
        shards: A file, a pattern such as ``train-{000..015}.tar`` or ``train-*.tar``, or a list of those.
        image: Extensions of images; if a sample has several, the first of these counts.
        mask: Extensions of masks. A mask of ``key.png`` beside ``key.jpg`` needs ``image="jpg", mask="png"``.
        targets: Which parts of the target are wanted, of ``label``, ``json``, ``text`` and ``mask``; by default all.
        index: A folder for the indexes; by default they are kept beside the shards, as ``train-000.tar.fastaug-index``, or in
            memory where nothing can be written. With ``False`` always in memory. One whose shard has another size or time of
            change by now is made anew.
        without_image: What to do if samples have no image: ``"error"`` or ``"skip"``.

    Examples:
        >>> from fastaug.sources import WebDataset
        >>> train = WebDataset("shards/train-{000..146}.tar")
        >>> image, label = train.read(1_000_000)
    """

    def __init__(
        self,
        shards: Pattern | Iterable[Pattern],
        *,
        image: str | Sequence[str] = ("jpg", "jpeg", "png", "webp"),
        mask: str | Sequence[str] = ("mask.png", "seg.png"),
        targets: Sequence[str] | None = None,
        index: Pattern | Literal[False] | None = None,
        without_image: Literal["error", "skip"] = "error",
    ) -> None:
        self._images = _extensions("image", image)
        self._masks = _extensions("mask", mask)
        self._wanted = _FIELDS if targets is None else _checked(targets)
        if without_image not in ("error", "skip"):
            raise ValueError(f"without_image must be 'error' or 'skip', got {shown(without_image)}")
        self._is_lenient = without_image == "skip"
        self._is_kept = index is not False
        self._index_folder = os.path.abspath(os.fspath(index)) if index is not None and index is not False else None
        self.shards = shard_paths(shards)
        """The files, in the order of their samples."""
        self._files = OpenFiles()
        self._join(self._indexes())

    def __len__(self) -> int:
        return int(self._starts[-1])

    def read(self, index: int) -> tuple[FilePart, Any]:
        """One sample: its image, which is read by whoever decodes it (or by ``bytes(image)``), and its target."""
        number = check_number(index, len(self))
        image = self._part(number, self._image)
        if not self._fields:
            return image, None
        if self._fields == ("label",):
            return image, self._label(number)
        return image, {name: self._field(name, number) for name in self._fields if self._is_there(name, number)}

    def path(self, index: int) -> str:
        """Where a sample comes from: ``shard.tar/key.jpg``."""
        number = check_number(index, len(self))
        return f"{self._stem(number)}.{self._images[self._image_kinds[number]]}"

    def labels(self) -> Labels:
        """The labels of all samples."""
        without = np.flatnonzero((self._labels == NO_LABEL) | (self._labels == WRONG_LABEL))
        if len(without):
            told = some([self._stem(int(number)) for number in without[:10]], len(without))
            raise SourceError(f"{len(without)} of {len(self)} samples have no .cls that is a whole number: {told}")
        labels: Labels = self._labels.copy()
        return labels

    def __repr__(self) -> str:
        return f"WebDataset of {len(self)} samples in {len(self.shards)} shards"

    # -- one sample --------------------------------------------------------------------------------------------------

    def _shard_of(self, number: int) -> int:
        return int(np.searchsorted(self._starts, number, "right")) - 1

    def _stem(self, number: int) -> str:
        return f"{self.shards[self._shard_of(number)]}/{self._keys[number]}"

    def _part(self, number: int, parts: _Parts) -> FilePart:
        shard = self._shard_of(number)
        file = self._files.get(self.shards[shard], lambda status: self._check_unchanged(shard, status))
        return FilePart(file, int(parts.offsets[number]), int(parts.sizes[number]))

    def _check_unchanged(self, shard: int, status: os.stat_result) -> None:
        if (status.st_size, status.st_mtime_ns) != tuple(self._states[shard].tolist()):
            raise SourceError(f"{self.shards[shard]} was changed since it was indexed: make the source anew")

    def _is_there(self, name: str, number: int) -> bool:
        return bool(self._labels[number] != NO_LABEL if name == "label" else self._others[name].sizes[number] >= 0)

    def _field(self, name: str, number: int) -> Any:
        if name == "label":
            return self._label(number)
        part = self._part(number, self._others[name])
        if name == "mask":
            return part
        try:
            text = bytes(part).decode("utf-8")
            return json.loads(text) if name == "json" else text
        except (ValueError, RecursionError) as error:
            extension = "json" if name == "json" else "txt"
            raise SourceError(f"{self._stem(number)}.{extension}: {error}") from None

    def _label(self, number: int) -> int | None:
        label = int(self._labels[number])
        if label == WRONG_LABEL:
            raise SourceError(f"{self._stem(number)}.cls is not one whole number")
        return None if label == NO_LABEL else label

    # -- all samples -------------------------------------------------------------------------------------------------

    def _indexes(self) -> list[_Kept]:
        """The indexes of all shards. Where shards are far away, it is the waiting that takes time."""
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            return list(threads.map(self._index, self.shards))

    def _index(self, shard: str) -> _Kept:
        """The index of a shard, from a file or made now."""
        try:
            status = os.stat(shard)
        except FileNotFoundError:
            raise FileNotFoundError(f"{shard}: no such shard") from None
        path = shard_index.index_path(shard, self._index_folder)
        found = shard_index.saved(path, status) if self._is_kept else None
        if found is not None:
            return _Kept(*found, True)
        built = shard_index.build(shard)
        return _Kept(built, built.checksum(), self._is_kept and shard_index.save(path, built))

    def _join(self, kept: list[_Kept]) -> None:
        """Puts the samples of all shards into one order."""
        indexes = [one.contents for one in kept]
        # Other processes are told the checksums of indexes, if all are in files.
        self._checksums = (
            np.array([one.checksum for one in kept], np.uint32) if all(one.is_in_file for one in kept) else None
        )
        chosen = [self._choose(shard, index) for shard, index in zip(self.shards, indexes, strict=True)]
        self._starts = np.cumsum([0, *(len(samples) for samples, _ in chosen)], dtype=np.int64)
        self._states = np.array([[index.size, index.changed] for index in indexes], np.int64)
        self._keys = _joined(
            [_picked(index.keys, samples) for index, (samples, _) in zip(indexes, chosen, strict=True)]
        )
        self._labels: Integers = np.concatenate(
            [index.labels[samples] for index, (samples, _) in zip(indexes, chosen, strict=True)]
        )
        self._image_kinds = np.concatenate([kinds[samples] for samples, kinds in chosen])
        self._image = self._parts(indexes, chosen, self._images)
        extensions = {"json": ("json",), "text": ("txt",), "mask": self._masks}
        others = {name: self._parts(indexes, chosen, extensions[name]) for name in self._wanted if name in extensions}
        self._others = {name: parts for name, parts in others.items() if (parts.sizes >= 0).any()}
        has_labels = "label" in self._wanted and bool((self._labels != NO_LABEL).any())
        self._fields = tuple(name for name in _FIELDS if name in self._others or (name == "label" and has_labels))
        if not len(self):
            there = sorted({extension for index in indexes for extension in index.extensions})
            raise SourceError(
                f"no images in {len(self.shards)} shards: looked for .{', .'.join(self._images)}; there is"
                f" {', '.join(there) or 'nothing'}"
            )

    def _choose(self, shard: str, index: ShardIndex) -> tuple[Integers, npt.NDArray[np.int8]]:
        """The samples that have an image, and for all of them which of the extensions it has."""
        kinds = np.full(len(index.keys), -1, np.int8)
        for kind, extension in reversed(list(enumerate(self._images))):
            kinds[index.part(extension) >= 0] = kind
        without = np.flatnonzero(kinds < 0)
        if len(without) and not self._is_lenient:
            told = some([index.keys[int(number)] for number in without[:10]], len(without))
            raise SourceError(
                f"{shard}: {len(without)} of {len(index.keys)} samples have no image (.{', .'.join(self._images)}): {told};"
                ' without_image="skip" leaves them out'
            )
        return np.flatnonzero(kinds >= 0), kinds

    def _parts(
        self,
        indexes: Sequence[ShardIndex],
        chosen: Sequence[tuple[Integers, npt.NDArray[np.int8]]],
        extensions: Sequence[str],
    ) -> _Parts:
        offsets, sizes = [], []
        for index, (samples, _) in zip(indexes, chosen, strict=True):
            parts = np.full(len(index.keys), -1, np.int64)
            for extension in reversed(extensions):
                found = index.part(extension)
                parts = np.where(found >= 0, found, parts)
            parts = parts[samples]
            is_there = parts >= 0
            offsets.append(np.where(is_there, _at(index.offsets, parts), 0))
            sizes.append(np.where(is_there, _at(index.sizes, parts), -1))
        return _Parts(np.concatenate(offsets), np.concatenate(sizes))

    # -- in other processes ------------------------------------------------------------------------------------------

    _FROM_INDEXES = (
        "_starts", "_states", "_keys", "_labels", "_image_kinds", "_image", "_others", "_fields"
    )  # fmt: skip

    def __getstate__(self) -> dict[str, Any]:
        if self._checksums is None:
            return self.__dict__
        state = {name: value for name, value in self.__dict__.items() if name not in self._FROM_INDEXES}
        return state | {"shards": Names.of(self.shards), "_checksums": self._checksums}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if self._checksums is None:
            return
        self.shards = list(state["shards"])
        kept = self._indexes()
        for shard, one, checksum in zip(self.shards, kept, self._checksums.tolist(), strict=True):
            if one.checksum != checksum:
                raise SourceError(f"{shard} was changed since this source was made: make it anew")
        self._join(kept)


def _at(values: Integers, numbers: Integers) -> Integers:
    """Values by number; any at all where the number is -1."""
    return values[np.maximum(numbers, 0)] if len(values) else np.zeros(len(numbers), np.int64)


def _picked(names: Names, numbers: Integers) -> Names:
    """Some of many strings."""
    if len(numbers) == len(names):
        return names
    return Names.of(names[int(number)] for number in numbers)


def _joined(parts: Sequence[Names]) -> Names:
    """The strings of all parts, in order."""
    return Names(
        np.concatenate([names.letters for names in parts]),
        ends_of(np.concatenate([names.lengths() for names in parts])),
    )


def _extensions(name: str, given: Any) -> tuple[str, ...]:
    listed = [given] if isinstance(given, str) else list(given)
    if not 0 < len(listed) < 100 or not all(
        isinstance(extension, str) and extension.strip(".") for extension in listed
    ):
        raise TypeError(f"{name} must be extensions such as 'jpg', got {shown(given)}")
    return tuple(extension.lower().lstrip(".") for extension in listed)


def _checked(targets: Any) -> tuple[str, ...]:
    listed = [targets] if isinstance(targets, str) else list(targets)
    if not all(name in _FIELDS for name in listed):
        raise ValueError(f"targets must be some of {', '.join(_FIELDS)}, got {shown(targets)}")
    return tuple(listed)
