"""What all loaders read: the same files as a tree of folders, as shards and as one archive, with labels, boxes and masks.

A data set is written once into a folder of its own; ``read`` finds it again in another process. Imports nothing that is
measured.
"""

from __future__ import annotations

import ctypes
import io
import json
import mmap
import os
import tarfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

_LIBRARY = ctypes.CDLL(None)

CLASSES = 100
SHARDS = 4
BOXES = np.array([[0.12, 0.21, 0.44, 0.8], [0.5, 0.11, 0.92, 0.48], [0.6, 0.53, 0.84, 0.96]], np.float32)
"""Of the width and the height."""


@dataclass(frozen=True)
class Dataset:
    """So many photos, each of them a file of its own even where the pictures repeat."""

    folder: Path
    paths: list[str]
    labels: list[int]
    sizes: list[tuple[int, int]]
    """Width and height."""

    def __len__(self) -> int:
        return len(self.paths)

    def first(self, count: int) -> Dataset:
        """So many of them; shards and the archive keep all."""
        return Dataset(self.folder, self.paths[:count], self.labels[:count], self.sizes[:count])

    @property
    def shards(self) -> list[str]:
        """Tars with pictures and labels, as WebDataset names them."""
        return [str(self.folder / f"shard-{number:06}.tar") for number in range(SHARDS)]

    @property
    def archive(self) -> str:
        """One tar with the pictures alone."""
        return str(self.folder / "images.tar")

    @property
    def index(self) -> str:
        """Where the seek index is."""
        return str(self.folder / "seek.index")

    def boxes(self, number: int) -> npt.NDArray[np.float32]:
        """Three boxes in pixels."""
        width, height = self.sizes[number]
        return BOXES * np.array([width, height, width, height], np.float32)

    def mask_path(self, number: int) -> str:
        """The file with an entry's mask."""
        return str(self.folder / "masks" / f"{number:06}.npy")

    def mask(self, number: int) -> npt.NDArray[np.uint8]:
        """A mask of four classes, from a file that takes no decoding: it is not the loaders' PNG decoders that compete."""
        return np.load(self.mask_path(number))


def write(folder: Path, files: Sequence[tuple[bytes, tuple[int, int]]], entries: int) -> Dataset:
    """Writes so many entries: the files in turn, with their widths and heights."""
    paths, labels, sizes = [], [], []
    for number in range(entries):
        data, size = files[number % len(files)]
        label = number % CLASSES
        path = folder / "images" / f"{label:03}" / f"{number:06}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        paths.append(str(path))
        labels.append(label)
        sizes.append(size)
    (folder / "dataset.json").write_text(json.dumps({"paths": paths, "labels": labels, "sizes": sizes}))
    dataset = read(folder)
    for number, shard in enumerate(dataset.shards):
        numbers = range(number * entries // SHARDS, (number + 1) * entries // SHARDS)
        _write_tar(Path(shard), numbers, dataset, with_labels=True)
    _write_tar(Path(dataset.archive), range(entries), dataset, with_labels=False)
    # What is dirty would stay in memory when it is asked to leave.
    os.sync()
    return dataset


def write_masks(dataset: Dataset) -> None:
    """A mask beside each entry."""
    for number, (width, height) in enumerate(dataset.sizes):
        path = Path(dataset.mask_path(number))
        path.parent.mkdir(exist_ok=True)
        columns, rows = np.arange(width) * 4 // width, np.arange(height) * 4 // height
        np.save(path, ((rows[:, None] + columns + number) % 4).astype(np.uint8))


def read(folder: Path) -> Dataset:
    """The data set that was written there."""
    known: dict[str, Any] = json.loads((folder / "dataset.json").read_text())
    return Dataset(folder, known["paths"], known["labels"], [(width, height) for width, height in known["sizes"]])


def forget(paths: Iterable[str]) -> float:
    """Asks the system to drop these files from memory, and says which share stays all the same: what a process has mapped,
    or everything where files lie in memory anyway."""
    stayed, pages = 0, 0
    for path in paths:
        file = os.open(path, os.O_RDONLY)
        try:
            os.fsync(file)
            os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
            with mmap.mmap(file, 0, access=mmap.ACCESS_COPY) as mapped:
                present = _present(mapped)
        finally:
            os.close(file)
        stayed += sum(present)
        pages += len(present)
    return stayed / max(pages, 1)


def _present(mapped: mmap.mmap) -> list[int]:
    """A one for each page that is in memory."""
    flags = (ctypes.c_ubyte * -(-len(mapped) // mmap.PAGESIZE))()
    place = ctypes.c_char.from_buffer(mapped)
    _LIBRARY.mincore(ctypes.c_void_p(ctypes.addressof(place)), ctypes.c_size_t(len(mapped)), flags)
    return [flag & 1 for flag in flags]


def _write_tar(path: Path, numbers: Iterable[int], dataset: Dataset, with_labels: bool) -> None:
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
        for number in numbers:
            _add(tar, f"{number:06}.jpg", Path(dataset.paths[number]).read_bytes())
            if with_labels:
                _add(tar, f"{number:06}.cls", str(dataset.labels[number]).encode())


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    tar.addfile(entry, io.BytesIO(data))
