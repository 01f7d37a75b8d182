"""Boxes and keypoints between Python's containers and the core's rows, with everything that belongs to a row.

The core sees numbers only: one row of coordinates per box or keypoint. It answers with the rows that are left and where
each came from; labels and extra columns of any type are picked by that.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from fastaug.composition.fixed import Fixed
from fastaug.errors import PolicyError, TargetError, shown
from fastaug.transforms import kinds

Rows = npt.NDArray[np.float64]


def _only_one(owner: str, first: str, first_value: object, second: str, second_value: object) -> Any:
    """The argument that was given of two names for the same thing."""
    if first_value is not None and second_value is not None:
        raise PolicyError(f"{owner}: {first} and {second} are two names of one argument; give one of them")
    return first_value if first_value is not None else second_value


class Params(Fixed):
    """What the parameters of boxes and keypoints have in common: equality, ``repr`` that is code, JSON."""

    _fields: tuple[str, ...] = ()

    @classmethod
    def _is_argument(cls, name: str) -> bool:
        return name in cls._fields

    @classmethod
    def accepted(cls) -> tuple[str, ...]:
        """The names of all arguments, older ones too."""
        return tuple(inspect.signature(cls).parameters)

    def to_dict(self) -> dict[str, Any]:
        """All arguments under their canonical names."""
        return {name: getattr(self, name) for name in self._fields}

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.to_dict() == self.to_dict()

    def __hash__(self) -> int:
        return hash(repr(self))

    def __repr__(self) -> str:
        defaults = {name: value.default for name, value in inspect.signature(type(self)).parameters.items()}
        given = self.to_dict()
        shown = [
            f"{name}={value!r}"
            for name, value in given.items()
            if name == "coord_format" or value not in (defaults[name], defaults[name] or False)
        ]
        return f"{type(self).__name__}({', '.join(shown)})"


class BboxParams(Params):
    """How boxes are written and which of them are kept.

    Args:
        coord_format: ``"pascal_voc"`` (left, top, right, bottom in pixels), ``"coco"`` (left, top, width, height in
            pixels), ``"yolo"`` (centre x, centre y, width, height as shares of the image) or ``"albumentations"``
            (left, top, right, bottom as shares). Also accepted as ``format``.
        label_fields: Names of further arguments of the call that hold one label per box, of any type.
        min_area: Boxes with fewer visible pixels are dropped.
        min_visibility: Boxes of which less than this share is left are dropped.
        min_width: Boxes narrower than this many pixels are dropped.
        min_height: Boxes lower than this many pixels are dropped.
        max_accept_ratio: Boxes whose longer side is more than this many times the shorter are dropped.
        check_each_transform: Whether boxes are clipped and dropped after each transform, or only at the end.
        clip_bboxes_on_input: Clip boxes that reach out of the image instead of refusing them. Also ``clip``.
        clip_after_transform: Whether boxes are clipped to the image at the end.
        filter_invalid_bboxes: Drop boxes that are wrong (no area, not a number) instead of refusing them.
        bbox_type: ``"hbb"``, boxes along the axes.

    Examples:
        >>> import fastaug as A
        >>> A.Compose([A.HorizontalFlip(p=1)], bbox_params=A.BboxParams("coco", label_fields=["names"]))
    """

    _fields = (
        "coord_format",
        "label_fields",
        "min_area",
        "min_visibility",
        "min_width",
        "min_height",
        "check_each_transform",
        "clip_bboxes_on_input",
        "clip_after_transform",
        "filter_invalid_bboxes",
        "max_accept_ratio",
        "bbox_type",
    )

    def __init__(
        self,
        coord_format: str | None = None,
        label_fields: Sequence[str] | None = None,
        min_area: float = 0.0,
        min_visibility: float = 0.0,
        min_width: float = 0.0,
        min_height: float = 0.0,
        check_each_transform: bool = True,
        clip_bboxes_on_input: bool | None = None,
        filter_invalid_bboxes: bool = False,
        max_accept_ratio: float | None = None,
        clip_after_transform: bool = True,
        bbox_type: str = "hbb",
        *,
        format: str | None = None,
        clip: bool | None = None,
    ) -> None:
        chosen = _only_one("BboxParams", "coord_format", coord_format, "format", format)
        if chosen is None:
            raise PolicyError("BboxParams: coord_format is required: pascal_voc, coco, yolo or albumentations")
        self.coord_format = _word("BboxParams", "coord_format", chosen)
        self.label_fields = _names("BboxParams", label_fields)
        self.min_area = float(kinds.number("BboxParams", "min_area", min_area))
        self.min_visibility = float(kinds.number("BboxParams", "min_visibility", min_visibility))
        self.min_width = float(kinds.number("BboxParams", "min_width", min_width))
        self.min_height = float(kinds.number("BboxParams", "min_height", min_height))
        self.check_each_transform = kinds.flag("BboxParams", "check_each_transform", check_each_transform)
        on_input = _only_one("BboxParams", "clip_bboxes_on_input", clip_bboxes_on_input, "clip", clip)
        self.clip_bboxes_on_input = kinds.flag("BboxParams", "clip_bboxes_on_input", on_input or False)
        self.filter_invalid_bboxes = kinds.flag("BboxParams", "filter_invalid_bboxes", filter_invalid_bboxes)
        ratio = kinds.optional(kinds.number)("BboxParams", "max_accept_ratio", max_accept_ratio)
        self.max_accept_ratio = None if ratio is None else float(ratio)
        self.clip_after_transform = kinds.flag("BboxParams", "clip_after_transform", clip_after_transform)
        self.bbox_type = _word("BboxParams", "bbox_type", bbox_type)

    @property
    def format(self) -> str:
        """``coord_format`` under its older name."""
        return self.coord_format


class KeypointParams(Params):
    """How keypoints are written and which of them are kept.

    Args:
        coord_format: The columns: ``"xy"``, ``"yx"``, ``"xya"``, ``"xys"``, ``"xyas"``, ``"xysa"`` or ``"xyz"``, with
            ``a`` the angle and ``s`` the scale. Also accepted as ``format``.
        label_fields: Names of further arguments of the call that hold one label per keypoint, of any type.
        remove_invisible: Drop keypoints that have left the image.
        angle_in_degrees: Whether angles are degrees or radians.
        check_each_transform: Whether keypoints are dropped after each transform, or only at the end.
        label_mapping: What labels become under a transform: ``{"HorizontalFlip": {"label field": {old: new}}}``.

    Examples:
        >>> import fastaug as A
        >>> swap = {"HorizontalFlip": {"names": {"left eye": "right eye", "right eye": "left eye"}}}
        >>> A.Compose([A.HorizontalFlip()], keypoint_params=A.KeypointParams("xy", ["names"], label_mapping=swap))
    """

    _fields = (
        "coord_format",
        "label_fields",
        "remove_invisible",
        "angle_in_degrees",
        "check_each_transform",
        "label_mapping",
    )

    def __init__(
        self,
        coord_format: str | None = None,
        label_fields: Sequence[str] | None = None,
        remove_invisible: bool = True,
        angle_in_degrees: bool = True,
        check_each_transform: bool = True,
        label_mapping: Mapping[str, Mapping[str, Mapping[Any, Any]]] | None = None,
        *,
        format: str | None = None,
    ) -> None:
        chosen = _only_one("KeypointParams", "coord_format", coord_format, "format", format)
        if chosen is None:
            raise PolicyError("KeypointParams: coord_format is required: xy, yx, xya, xys, xyas, xysa or xyz")
        self.coord_format = _word("KeypointParams", "coord_format", chosen)
        self.label_fields = _names("KeypointParams", label_fields)
        self.remove_invisible = kinds.flag("KeypointParams", "remove_invisible", remove_invisible)
        self.angle_in_degrees = kinds.flag("KeypointParams", "angle_in_degrees", angle_in_degrees)
        self.check_each_transform = kinds.flag("KeypointParams", "check_each_transform", check_each_transform)
        self.label_mapping = _mapping(label_mapping, self.label_fields or [])

    @property
    def format(self) -> str:
        """``coord_format`` under its older name."""
        return self.coord_format


def _word(owner: str, name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise PolicyError(f"{owner}.{name}: must be a word, got {shown(value)}")
    return value


def _names(owner: str, fields: Any) -> list[str] | None:
    """``label_fields``."""
    if fields is None:
        return None
    listed = None if isinstance(fields, (str, bytes, Mapping)) or not isinstance(fields, Iterable) else list(fields)
    if listed is None or not all(isinstance(field, str) for field in listed):
        raise PolicyError(f"{owner}.label_fields: must be a list of names, got {shown(fields)}")
    return listed


def _mapping(given: Any, fields: list[str]) -> dict[str, dict[str, Any]] | None:
    """``label_mapping``: by transform, by label field, from old labels to new ones."""
    if given is None:
        return None
    place = "KeypointParams.label_mapping"
    if not isinstance(given, Mapping):
        raise PolicyError(f"{place}: must be a mapping from transforms to label fields, got {shown(given)}")
    for transform, renamed in given.items():
        if not isinstance(renamed, Mapping) or not all(isinstance(labels, Mapping) for labels in renamed.values()):
            raise PolicyError(
                f"{place}[{transform!r}]: must be a mapping from label fields to mappings of labels, got"
                f" {shown(renamed)}"
            )
        unknown = sorted(str(name) for name in renamed if name not in fields)
        if unknown:
            raise PolicyError(f"{place}[{transform!r}]: {unknown} are not among label_fields {fields}")
    return {transform: dict(renamed) for transform, renamed in given.items()}


@dataclass
class Points:
    """The rows of one target: what the core needs, and what has to be put back around its answer."""

    name: str
    rows: Rows
    given: Any
    extra: list[list[Any]]

    @classmethod
    def read(cls, name: str, given: Any, columns: int) -> Points:
        """Splits what the user gave into coordinates and whatever else stands in a row."""
        if hasattr(given, "__array__") and not isinstance(given, np.ndarray):
            given = np.asarray(given)  # A tensor: as a list its rows would be tensors.
        if isinstance(given, np.ndarray):
            if given.ndim != 2 and given.size:
                raise TargetError(f"{name} must have shape (count, {columns} or more), got {given.shape}")
            if given.size and given.shape[1] < columns:
                raise TargetError(f"{name} must have at least {columns} columns, got {given.shape[1]}")
            if given.size == 0:
                return cls(name, np.empty((0, columns)), given, [])
            return cls(name, _numbers(name, given[:, :columns]), given, [])
        rows = [listed(f"{name}[{number}]", row) for number, row in enumerate(listed(name, given))]
        for number, row in enumerate(rows):
            if len(row) < columns:
                raise TargetError(f"{name}[{number}] must have at least {columns} values, got {row}")
        numbers = _numbers(name, [row[:columns] for row in rows]) if rows else np.empty((0, columns))
        return cls(name, numbers, given, [row[columns:] for row in rows])

    def first_extras(self) -> list[Any]:
        """Of each row, the first value after the coordinates, or ``None``."""
        if isinstance(self.given, np.ndarray):
            columns = self.rows.shape[1]
            has_more = self.given.ndim == 2 and self.given.shape[1] > columns
            return list(self.given[:, columns].tolist()) if has_more else [None] * len(self.rows)
        return [row[0] if row else None for row in self.extra]

    def write(self, rows: Rows, kept: Sequence[int]) -> Any:
        """The rows that are left, in the container that the user gave."""
        if isinstance(self.given, np.ndarray):
            return self._write_array(rows, kept)
        made: list[Any] = [[*row, *self.extra[source]] for row, source in zip(rows.tolist(), kept, strict=True)]
        if self.given and isinstance(self.given[0], tuple):
            made = [tuple(row) for row in made]
        return tuple(made) if isinstance(self.given, tuple) else made

    def _write_array(self, rows: Rows, kept: Sequence[int]) -> npt.NDArray[Any]:
        given: npt.NDArray[Any] = self.given
        dtype = given.dtype if given.dtype.kind == "f" else np.dtype(np.float32)
        columns = given.shape[1] if given.ndim == 2 else rows.shape[1]
        made = np.empty((len(rows), columns), dtype)
        if len(rows):
            made[:, : rows.shape[1]] = rows
            made[:, rows.shape[1] :] = given[np.asarray(kept), rows.shape[1] :]
        return made


def listed(name: str, given: Any) -> list[Any]:
    """What must be a list of something."""
    if isinstance(given, (str, bytes)) or not isinstance(given, Iterable):
        raise TargetError(f"{name} must be a list or an array, got {shown(given)}")
    return list(given)


def _numbers(name: str, rows: Any) -> Rows:
    try:
        return np.ascontiguousarray(rows, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TargetError(f"{name}: coordinates must be numbers: {error}") from None


def plain_label(label: Any) -> float | str | None:
    """A label as the core compares it: a number, a word, or ``None`` for what no policy can name."""
    if isinstance(label, str):
        return str(label)
    return float(label) if isinstance(label, (int, float, np.integer, np.floating)) else None


def pick_labels(name: str, labels: Any, kept: Sequence[int], count: int) -> Any:
    """The labels of the rows that are left, in the container that the user gave."""
    if len(labels) != count:
        raise TargetError(f"{name} has {len(labels)} labels for {count} rows")
    if isinstance(labels, np.ndarray):
        return labels[np.asarray(kept, dtype=np.intp)]
    picked = [labels[index] for index in kept]
    return tuple(picked) if isinstance(labels, tuple) else picked
