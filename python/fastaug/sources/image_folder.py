"""A folder with a sub-folder per class."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from fastaug.errors import SourceError, shown, some
from fastaug.sources import listing, stored
from fastaug.sources.listing import EXTENSIONS, Extensions, Listing
from fastaug.sources.numbers import check_number
from fastaug.sources.protocol import Indexed
from fastaug.sources.targets import Labels


class ImageFolder(Indexed):
    """Images in one folder per class: ``root/cat/1.jpg``, ``root/dog/2.jpg``.

    Classes are numbered, and files are put in order, as torchvision's ``ImageFolder`` does. Finding all files of a large data
    set takes seconds, so it is done once: what was found is kept in a file and believed as long as no folder has been
    changed. In memory a file costs the letters of its name and four bytes; other processes are sent the name of the cache.

    Args:
        root: The folder of the classes' folders.
        extensions: How names of images end, in capitals or not.
        cache: Where to keep what was found: a file; by default one in ``~/.cache/fastaug/listings`` (``$XDG_CACHE_HOME``
            where that is set); with ``False`` nowhere.
        classes: Which sub-folders to read, in the order of their labels; by default all, sorted.

    Examples:
        >>> from fastaug.sources import ImageFolder
        >>> train = ImageFolder("imagenet/train")
        >>> image, label = train.read(0)
        >>> train.classes[label]
        'n01440764'
    """

    def __init__(
        self,
        root: str | os.PathLike[str],
        *,
        extensions: Extensions = EXTENSIONS,
        cache: str | os.PathLike[str] | Literal[False] | None = None,
        classes: Sequence[str] | None = None,
    ) -> None:
        self.root = os.path.abspath(os.fspath(root))
        self._extensions = listing.checked_extensions(extensions)
        self._wanted = None if classes is None else _checked(classes)
        arguments = [self.root, self._extensions, self._wanted]
        if cache is None:
            self._cache = listing.default_cache(*arguments)
        else:
            self._cache = None if cache is False else os.path.abspath(os.fspath(cache))
            if self._cache is not None and stored.is_another(self._cache):
                raise SourceError(f"cache: {self._cache} holds something else, and would be overwritten")
        # The checksum of what is in the cache; None if nothing is.
        self._cached: int | None = None
        found = self._from_cache()
        self._listing = self._from_folders() if found is None else found
        self._find_classes()

    @property
    def class_to_idx(self) -> dict[str, int]:
        """The label of each class."""
        return {name: label for label, name in enumerate(self.classes)}

    def __len__(self) -> int:
        return len(self._listing)

    def read(self, index: int) -> tuple[str, int]:
        """One sample: the path of its image, and the number of its class."""
        path, folder = self._listing.entry(check_number(index, len(self)))
        return path, int(self._listing.tops[folder])

    def path(self, index: int) -> str:
        """Where a sample comes from."""
        return self._listing.path(check_number(index, len(self)))

    def labels(self) -> Labels:
        """The labels of all samples."""
        return self._listing.tops_of_files()

    def __repr__(self) -> str:
        return f"ImageFolder({self.root!r}) of {len(self)} images in {len(self.classes)} classes"

    # -- what was found ----------------------------------------------------------------------------------------------

    def _arguments(self) -> list[Any]:
        """What decides which files are found, as JSON has it."""
        return [list(self._extensions), self._wanted]

    def _from_cache(self) -> Listing | None:
        found = None if self._cache is None else listing.saved(self._cache)
        if found is None or found.listing.root != self.root or found.arguments != self._arguments():
            return None
        self._cached = found.checksum
        return found.listing if listing.unchanged(found.listing, found.listed_at) else None

    def _from_folders(self) -> Listing:
        begun = listing.now()
        there = listing.folders_in(self.root)
        if self._wanted is not None:
            missing = sorted(set(self._wanted) - set(there))
            if missing:
                raise SourceError(f"{self.root} has no folders for the classes {some(missing)}")
        elif not there:
            raise SourceError(f"{self.root} has no sub-folders: there must be one per class, with images in it")
        found = listing.list_files(self.root, self._extensions, there if self._wanted is None else self._wanted)
        self._check(found, there if self._wanted is None else self._wanted)
        is_saved = self._cache is not None and listing.save(self._cache, found, self._arguments(), begun)
        self._cached = found.checksum() if is_saved else None
        return found

    def _check(self, found: Listing, classes: Sequence[str]) -> None:
        counts = np.bincount(found.tops_of_files(), minlength=len(classes))
        empty = [name for name, count in zip(classes, counts, strict=True) if not count]
        if empty:
            kinds = ", ".join(self._extensions)
            raise SourceError(
                f"{self.root}: no images in the folders of {some(empty)}: names of images end in {kinds}; classes=[…]"
                " says which folders are classes"
            )

    def _find_classes(self) -> None:
        # The folder of a class comes before those in it.
        _, firsts = np.unique(self._listing.tops, return_index=True)
        self.classes = [self._listing.folders[int(first)] for first in firsts[1:]]
        """The names of the classes, in the order of their labels."""

    # -- in other processes ------------------------------------------------------------------------------------------

    def __getstate__(self) -> dict[str, Any]:
        state = {name: value for name, value in self.__dict__.items() if name != "classes"}
        if self._cached is not None:
            del state["_listing"]
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if "_listing" not in state:
            self._listing = self._the_same()
        self._find_classes()

    def _the_same(self) -> Listing:
        """What another process found, from the cache or found again; never anything else."""
        expected = self._cached
        found = None if self._cache is None else listing.saved(self._cache)
        if found is not None and found.checksum == expected and found.arguments == self._arguments():
            return found.listing
        again = self._from_folders()
        if again.checksum() != expected:
            raise SourceError(f"{self.root} was changed since this source was made: make it anew")
        return again


def _checked(classes: Any) -> list[str]:
    wanted = [] if isinstance(classes, (str, bytes)) else list(classes)
    if not wanted or not all(isinstance(name, str) and name for name in wanted):
        raise TypeError(f"classes must be a list of names of sub-folders, got {shown(classes)}")
    if len(set(wanted)) < len(wanted):
        twice = sorted({name for name in wanted if wanted.count(name) > 1})
        raise SourceError(f"classes has names twice: {some(twice)}")
    return wanted
