"""What a loader gives: finished batches."""

from __future__ import annotations

from collections.abc import Iterator, KeysView, Mapping, Sequence
from typing import Any, Literal

import numpy as np

from fastaug.errors import PolicyError, shown

Collate = Literal["list", "pad"]
"""How boxes, keypoints and their labels come, of which each sample has its own number: a list of arrays, or one array in
which short rows are filled up."""

FILLING = -1
"""What stands in a padded array where there is nothing."""

LABEL = "label"


class Batch:
    """Samples that belong together, every target under its name: ``batch.image`` or ``batch["image"]``.

    It unpacks as the images and their targets, ``images, labels = batch``: where there is one target, that one; where there are
    several, a dictionary of them; where there is none, ``None``.

    Attributes:
        index: The samples' numbers in the source.
        path: Where each sample comes from, ``None`` where that is not known.
        epoch: The epoch that the batch belongs to.
    """

    __slots__ = ("columns", "epoch", "index", "path")

    def __init__(self, columns: dict[str, Any], index: Any, path: list[str | None], epoch: int) -> None:
        self.columns = columns
        self.index = index
        self.path = path
        self.epoch = epoch

    @property
    def targets(self) -> Any:
        """What belongs to the images: one target as it is, several as a dictionary, ``None`` for none."""
        rest = {name: column for name, column in self.columns.items() if name != "image"}
        if len(rest) > 1:
            return rest
        return next(iter(rest.values()), None)

    @property
    def size(self) -> int:
        """How many samples there are."""
        return len(self.path)

    def __getattr__(self, name: str) -> Any:
        if name in Batch.__slots__:
            # Asked for while a copy is being made of nothing.
            raise AttributeError(name)
        try:
            return self.columns[name]
        except KeyError:
            raise AttributeError(f"this batch has {', '.join(self.columns)}, and no {name}") from None

    def __getitem__(self, name: str | int) -> Any:
        if isinstance(name, int):
            return tuple(self)[name]
        return self.columns[name]

    def __iter__(self) -> Iterator[Any]:
        return iter((self.columns.get("image"), self.targets))

    def __len__(self) -> int:
        return 2

    def keys(self) -> KeysView[str]:
        """The names of the targets, so that ``dict(batch)`` has them all."""
        return self.columns.keys()

    def __contains__(self, name: object) -> bool:
        return name in self.columns

    def __repr__(self) -> str:
        told = ", ".join(f"{name}={_shape(column)}" for name, column in self.columns.items())
        return f"Batch({told})"

    def __reduce__(self) -> Any:
        return type(self), (self.columns, self.index, self.path, self.epoch)

    def to(self, *device: Any, **options: Any) -> Batch:
        """The batch with all its tensors where ``Tensor.to`` with these arguments has them, such as on a GPU. What trains
        models by itself moves batches by this."""
        return self.mapped(lambda column: column.to(*device, **options) if hasattr(column, "to") else column)

    def pin_memory(self, *device: Any) -> Batch:
        """The batch with all its tensors in memory that a GPU copies from by itself; a ``DataLoader`` calls this."""
        return self.mapped(lambda column: column.pin_memory(*device) if hasattr(column, "pin_memory") else column)

    def mapped(self, change: Any) -> Batch:
        """The batch with every array replaced by what a function makes of it."""
        columns = {name: _mapped(column, change) for name, column in self.columns.items()}
        return type(self)(columns, _mapped(self.index, change), self.path, self.epoch)


def _mapped(column: Any, change: Any) -> Any:
    if isinstance(column, (list, tuple)):
        return type(column)(_mapped(entry, change) for entry in column)
    return change(column)


def _shape(column: Any) -> str:
    shape = getattr(column, "shape", None)
    return f"{len(column)} of them" if shape is None else f"{column.dtype}{tuple(shape)}"


def check_collate(collate: Any) -> Collate:
    """How boxes and the like are put together."""
    if collate not in ("list", "pad"):
        raise PolicyError(f"collate must be 'list' or 'pad', got {shown(collate)}")
    return collate  # type: ignore[no-any-return]


def gathered(
    columns: dict[str, Any], collate: Collate, ragged: Mapping[str, int], given: Mapping[str, Sequence[Any]]
) -> dict[str, Any]:
    """Columns as they are handed out: numbers as one array; ``ragged`` ones, of which each sample has its own number and each
    row so many values (0: one, without an axis), as a list of arrays, or padded if that is asked for. What was ``given`` for
    these tells their type where nothing is left of any sample's."""
    made = {}
    for name, column in columns.items():
        if name in ragged:
            rows = _rows(column, ragged[name], given[name])
            made[name] = _padded(rows) if collate == "pad" else rows
        else:
            made[name] = _gathered(column)
    return made


def _gathered(column: Any) -> Any:
    if not isinstance(column, list):
        return column
    kinds = {type(entry) for entry in column}
    if kinds and all(issubclass(kind, (int, float, np.integer, np.floating, np.bool_)) for kind in kinds):
        return np.asarray(column)
    arrays = all(isinstance(entry, np.ndarray) and entry.dtype != object for entry in column)
    if column and arrays and len({(entry.shape, entry.dtype) for entry in column}) == 1:
        return np.stack(column)
    return column


def _rows(column: Sequence[Any], width: int, given: Sequence[Any]) -> list[Any]:
    """Boxes and the like as arrays of one type; labels that are words as the lists they are."""
    arrays = [np.asarray(rows) for rows in column]
    filled = [array for array in arrays if array.size]
    if not filled:
        whole = [rows for rows in given if isinstance(rows, np.ndarray) or (rows is not None and len(rows))]
        filled = [array for array in map(np.asarray, whole) if array.size or array.dtype != np.float64][:1]
    if any(array.dtype.kind not in "iufb" for array in filled):
        return [list(rows) for rows in column]
    kind = np.result_type(*filled) if filled else np.dtype(np.float32 if width else np.int64)
    kind = np.dtype(np.float32) if width and kind == np.float64 else kind
    rest = filled[0].shape[1:] if filled else (width,) if width else ()
    return [(array if array.size else array.reshape(0, *rest)).astype(kind, copy=False) for array in arrays]


def _padded(rows: list[Any]) -> Any:
    if not all(isinstance(entry, np.ndarray) for entry in rows) or not rows:
        return rows
    most = max(len(entry) for entry in rows)
    kind = rows[0].dtype
    # There must be room for what fills up.
    made = np.full((len(rows), most, *rows[0].shape[1:]), FILLING, np.int64 if kind.kind in "ub" else kind)
    for room, entry in zip(made, rows, strict=True):
        room[: len(entry)] = entry
    return made
