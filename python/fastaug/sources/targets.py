"""The targets that a source is given, one per sample, kept as small as they allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from fastaug.errors import SourceError, shown
from fastaug.sources.mapped import Mapped
from fastaug.sources.names import Names

Labels = npt.NDArray[np.int64]


class Targets:
    """Targets by number.

    Whole numbers become one array of eight bytes each and strings one piece of memory; all else stays what it is.

    Args:
        given: ``None``, a sequence or array with one target per sample, or a dictionary of those.
        count: How many samples there are.
    """

    def __init__(self, given: Any, count: int) -> None:
        if isinstance(given, Mapping):
            self._columns: Any = {name: _column(f"targets[{name!r}]", column, count) for name, column in given.items()}
        else:
            self._columns = None if given is None else _column("targets", given, count)

    def __getitem__(self, number: int) -> Any:
        if isinstance(self._columns, dict):
            return {name: _value(column, number) for name, column in self._columns.items()}
        return None if self._columns is None else _value(self._columns, number)

    def labels(self) -> Labels:
        """All labels."""
        column = self._columns.get("label") if isinstance(self._columns, dict) else self._columns
        if isinstance(column, Mapped):
            column = column.array
        if not _holds_labels(column):
            raise SourceError("these samples have no labels: their targets are not one whole number each")
        return np.asarray(column, np.int64)


def _column(name: str, given: Any, count: int) -> Any:
    """What belongs to each sample, as it is kept."""
    if isinstance(given, (str, bytes)) or not hasattr(given, "__len__") or not hasattr(given, "__getitem__"):
        raise TypeError(f"{name} must be a sequence with one target per sample, got {shown(given)}")
    if len(given) != count:
        raise SourceError(f"there are {count} samples, but {name} has {len(given)}")
    if not isinstance(given, np.ndarray) and hasattr(given, "__array__") and getattr(given, "ndim", 0) == 1:
        # A column of a table, whose [3] is the row called 3 wherever that is; a tensor, whose numbers are tensors.
        given = np.asarray(given)
    if isinstance(given, np.ndarray) and given.dtype == object:
        given = list(given)
    if isinstance(given, (list, tuple)) and given:
        if all(isinstance(value, (int, np.integer)) and not isinstance(value, bool) for value in given):
            return _whole_numbers(given)
        if all(type(value) is str for value in given):
            return Names.of(given)
    return Mapped(given) if isinstance(given, np.memmap) else given


def _whole_numbers(given: Sequence[Any]) -> Any:
    try:
        return np.array(given, np.int64)
    except OverflowError:
        return given


def _holds_labels(column: Any) -> bool:
    return isinstance(column, np.ndarray) and column.ndim == 1 and column.dtype.kind in "iub"


def _value(column: Any, number: int) -> Any:
    if isinstance(column, Mapped):
        column = column.array
    return int(column[number]) if _holds_labels(column) else column[number]
