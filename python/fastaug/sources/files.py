"""A list of files and what belongs to them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from fastaug.errors import SourceError, shown
from fastaug.sources.names import Names
from fastaug.sources.numbers import check_number
from fastaug.sources.protocol import Indexed
from fastaug.sources.targets import Labels, Targets


class Files(Indexed):
    """Image files, by a list of their paths.

    The paths are kept in one piece of memory, so that a million of them are quickly sent to another process.

    Args:
        paths: The image files.
        targets: What belongs to each: labels, or anything else, as a sequence or an array; or a dictionary of those, as in
            ``{"mask": masks, "label": labels}``. By default nothing.

    Examples:
        >>> import fastaug as A
        >>> from fastaug.sources import Files
        >>> Files(["cat.jpg", "dog.jpg"], [0, 1]).read(1)
        ('dog.jpg', 1)
    """

    def __init__(self, paths: Iterable[str | os.PathLike[str]], targets: Any = None) -> None:
        if isinstance(paths, (str, bytes, os.PathLike)):
            raise TypeError(f"paths must be a list of files, got one: {shown(paths)}")
        self._paths = Names.of(_path(number, path) for number, path in enumerate(paths))
        self._targets = Targets(targets, len(self._paths))

    def __len__(self) -> int:
        return len(self._paths)

    def read(self, index: int) -> tuple[str, Any]:
        """One sample: the path of its image, and its target."""
        number = check_number(index, len(self))
        return self._paths[number], self._targets[number]

    def path(self, index: int) -> str:
        """Where a sample comes from."""
        return self._paths[check_number(index, len(self))]

    def labels(self) -> Labels:
        """The labels of all samples."""
        return self._targets.labels()

    def __repr__(self) -> str:
        return f"Files of {len(self)} images"


def _path(number: int, path: Any) -> str:
    try:
        name = os.fspath(path)
    except TypeError:
        raise TypeError(f"paths[{number}] must be a path, got {shown(path)}") from None
    if not isinstance(name, str):
        name = os.fsdecode(name)
    if not name:
        raise SourceError(f"paths[{number}] is empty")
    return name
