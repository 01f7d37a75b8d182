"""The files of folders and of all folders below: found once, kept in little memory and in a cache.

A file costs the letters of its name and four bytes; names of folders are kept apart, once each. The cache is believed if all
folders have the time of change that they had when they were listed: files that come, go or are renamed change it.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from fastaug.errors import SourceError
from fastaug.sources import stored
from fastaug.sources.names import Names, ends_of
from fastaug.sources.user_cache import user_cache

EXTENSIONS = (".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp")
"""How names of images end, in capitals or not; the same that torchvision looks for."""

Extensions = str | Iterable[str]
Integers = npt.NDArray[np.int64]

_TICK = 2_000_000_000
"""Nanoseconds within which two changes of a folder may have the same time; on the coarsest file systems that are about."""


@dataclass(frozen=True)
class Listing:
    """Files by number, folder by folder.

    Args:
        root: The folder that all others are in.
        folders: The folders' paths below the root, which itself is ``""``.
        tops: Of each folder, in which of the listed sub-folders of the root it is; -1 for the root.
        firsts: Of each folder, the number of its first file; then the number of all files.
        names: The files' names.
        changes: Of each folder, when it was changed last, in nanoseconds.
    """

    root: str
    folders: Names
    tops: npt.NDArray[np.int32]
    firsts: Integers
    names: Names
    changes: Integers

    def __len__(self) -> int:
        return len(self.names)

    def folder_of(self, number: int) -> int:
        """The folder that a file is in."""
        return int(np.searchsorted(self.firsts, number, "right")) - 1

    def path_below(self, number: int) -> str:
        """A file's path below the root."""
        return os.path.join(self.folders[self.folder_of(number)], self.names[number])

    def entry(self, number: int) -> tuple[str, int]:
        """A file's path, and the number of the folder that it is in."""
        folder = self.folder_of(number)
        return os.path.join(self.root, self.folders[folder], self.names[number]), folder

    def path(self, number: int) -> str:
        """A file's path."""
        return self.entry(number)[0]

    def tops_of_files(self) -> Integers:
        """Of each file, in which of the listed sub-folders of the root it is."""
        return np.repeat(self.tops.astype(np.int64), np.diff(self.firsts))

    def checksum(self) -> int:
        """A number that tells whether the same files are listed."""
        names, folders = self.names, self.folders
        return stored.checksum_of(
            names.letters, names.ends, folders.letters, folders.ends, self.firsts, self.tops, self._root()
        )

    def _root(self) -> npt.NDArray[np.uint8]:
        return np.frombuffer(os.fsencode(self.root), np.uint8)


def list_files(root: str, extensions: tuple[str, ...], tops: Sequence[str] | None) -> Listing:
    """Goes through folders.

    Args:
        root: Where to begin, an absolute path.
        extensions: How names of files have to end, in small letters.
        tops: Sub-folders of the root, of which each is listed with all that is below it, in this order; without, the root's
            own files are listed too and everything counts as being in the first.
    """
    folders: list[_Folder] = []
    root_folder = _Folder.scan(root, "", extensions, -1)
    if tops is None:
        folders += sorted(_below(root, "", extensions, 0), key=lambda folder: folder.path)
    else:
        folders.append(root_folder.without_files())
        for number, top in enumerate(tops):
            folders += sorted(_below(root, top, extensions, number), key=lambda folder: folder.path)
    counts = np.array([0, *(len(folder.lengths) for folder in folders)], np.int64)
    return Listing(
        root,
        Names.of(folder.path for folder in folders),
        np.array([folder.top for folder in folders], np.int32),
        np.cumsum(counts),
        Names(
            np.frombuffer(b"".join(folder.letters for folder in folders), np.uint8),
            ends_of(np.concatenate([folder.lengths for folder in folders])),
        ),
        np.array([folder.changed for folder in folders], np.int64),
    )


def folders_in(root: str) -> list[str]:
    """The names of a folder's sub-folders, sorted."""
    with _scanned(root) as entries:
        return sorted(entry.name for entry in entries if entry.is_dir())


def checked_extensions(given: Extensions) -> tuple[str, ...]:
    """How names have to end: in small letters, with the dot."""
    listed = [given] if isinstance(given, str) else list(given) if isinstance(given, Iterable) else []
    if not listed or not all(isinstance(extension, str) and extension.strip(".") for extension in listed):
        raise TypeError(f"extensions must be a list of strings such as '.jpg', got {given!r}")
    return tuple(f".{extension.lower().lstrip('.')}" for extension in listed)


def unchanged(listing: Listing, listed_at: int) -> bool:
    """Whether the folders are those that were listed at some time."""
    for number, path in enumerate(listing.folders):
        changed = int(listing.changes[number])
        # What is changed again within a tick of the clock keeps its time: one that was fresh then says nothing.
        if changed > listed_at - _TICK:
            return False
        try:
            if os.stat(os.path.join(listing.root, path)).st_mtime_ns != changed:
                return False
        except OSError:
            return False
    return True


# -- the cache -------------------------------------------------------------------------------------------------------


def default_cache(*arguments: Any) -> str | None:
    """Where the listing for these arguments is kept unless another place is named."""
    return user_cache("listings", json.dumps(arguments))


def save(path: str, listing: Listing, arguments: Sequence[Any], listed_at: int) -> bool:
    """Writes a listing into a file, if it can be written.

    Args:
        path: The file.
        listing: What was found.
        arguments: Whatever decides what is found.
        listed_at: When the search began, in nanoseconds.
    """
    return stored.write(
        path,
        {"root": listing.root, "arguments": list(arguments), "listed_at": listed_at, "checksum": listing.checksum()},
        {
            "folder letters": listing.folders.letters,
            "folder ends": listing.folders.ends,
            "tops": listing.tops,
            "firsts": listing.firsts,
            "name letters": listing.names.letters,
            "name ends": listing.names.ends,
            "changes": listing.changes,
        },
    )


@dataclass(frozen=True)
class Saved:
    """A listing from a file.

    Args:
        listing: What was found.
        arguments: What decided that.
        listed_at: When the search began, in nanoseconds.
        checksum: The listing's checksum.
    """

    listing: Listing
    arguments: list[Any]
    listed_at: int
    checksum: int


def saved(path: str) -> Saved | None:
    """What :func:`save` wrote into a file, if it is there and whole."""
    found = stored.read(path, mapped=True)
    if found is None:
        return None
    about, arrays = found.about, found.arrays
    try:
        listing = Listing(
            about["root"],
            Names(arrays["folder letters"], arrays["folder ends"]),
            arrays["tops"],
            arrays["firsts"],
            Names(arrays["name letters"], arrays["name ends"]),
            arrays["changes"],
        )
        return Saved(listing, about["arguments"], about["listed_at"], about["checksum"])
    except KeyError:
        return None


def now() -> int:
    """The time, as folders have it."""
    return time.time_ns()


# -- going through folders -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Folder:
    """What was found in a folder: names one after the other, as bytes."""

    path: str
    top: int
    changed: int
    identity: tuple[int, int]
    letters: bytes
    lengths: Integers
    folders: list[str]

    @classmethod
    def scan(cls, root: str, path: str, extensions: tuple[str, ...], top: int) -> _Folder:
        place = os.path.join(root, path) if path else root
        # Before its entries are read: what changes meanwhile is then seen as a change.
        status = _status(place)
        names, folders = [], []
        with _scanned(place) as entries:
            for entry in entries:
                # Looked at first because the answer is there without asking the disk, but for links.
                if entry.is_dir():
                    folders.append(entry.name)
                elif entry.name.lower().endswith(extensions):
                    names.append(entry.name)
        names.sort()
        encoded = Names.of(names)
        return cls(
            path,
            top,
            status.st_mtime_ns,
            (status.st_dev, status.st_ino),
            encoded.letters.tobytes(),
            encoded.lengths(),
            folders,
        )

    def without_files(self) -> _Folder:
        return _Folder(self.path, self.top, self.changed, self.identity, b"", np.zeros(0, np.int64), self.folders)


def _below(root: str, path: str, extensions: tuple[str, ...], top: int) -> Iterator[_Folder]:
    """A folder and all below, links followed."""
    left: list[tuple[str, tuple[tuple[int, int], ...]]] = [(path, ())]
    while left:
        path, above = left.pop()
        folder = _Folder.scan(root, path, extensions, top)
        if folder.identity in above:
            raise SourceError(f"{os.path.join(root, path)} is a link to a folder that it is in")
        yield folder
        left += [(os.path.join(path, name), (*above, folder.identity)) for name in folder.folders]


def _status(path: str) -> os.stat_result:
    try:
        return os.stat(path)
    except FileNotFoundError:
        raise FileNotFoundError(f"{path}: no such folder") from None


def _scanned(path: str) -> Any:
    try:
        return os.scandir(path)
    except FileNotFoundError:
        raise FileNotFoundError(f"{path}: no such folder") from None
    except NotADirectoryError:
        raise NotADirectoryError(f"{path}: this is no folder") from None
