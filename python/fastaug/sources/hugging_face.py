"""Datasets of the package ``datasets``, whose images are left encoded."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fastaug.errors import SourceError, shown
from fastaug.sources.numbers import check_number
from fastaug.sources.protocol import Indexed
from fastaug.sources.targets import Labels


class HuggingFace(Indexed):
    """A ``datasets.Dataset`` with a column of images.

    Images are given as the bytes or files that they are stored as, so that they are decoded here, and only as far as a policy
    needs them. A format or transform that was set on the dataset is not applied. Datasets that lie on disk are sent to other
    processes as the names of their files.

    Args:
        dataset: The dataset: one split, not a stream.
        image: The column of images.
        label: The column of labels; ``None`` if there are none.
        targets: Further columns that belong to the target, which then is a dictionary; also a dictionary of the names that
            they should have, as in ``{"mask": "annotation"}``. Images among them are given as they are stored.

    Examples:
        >>> from datasets import load_dataset
        >>> from fastaug.sources import HuggingFace
        >>> pets = HuggingFace(load_dataset("timm/oxford-iiit-pet", split="train"), targets=["image_id"])
        >>> image, target = pets.read(0)
    """

    def __init__(
        self,
        dataset: Any,
        image: str = "image",
        label: str | None = "label",
        *,
        targets: Sequence[str] | Mapping[str, str] = (),
    ) -> None:
        package = _package()
        if isinstance(dataset, Mapping):
            raise SourceError(f"this is a dictionary of splits: give one of them, {', '.join(map(str, dataset))}")
        if not isinstance(dataset, package.Dataset):
            raise SourceError(f"dataset must be a datasets.Dataset, whose samples have numbers; got {shown(dataset)}")
        if dataset.format["type"] == "custom":
            warnings.warn(
                "the dataset's own transform is not applied, since the policy does that: take it off with"
                " dataset.with_format(None)",
                stacklevel=2,
            )
        self._image = image
        self._label = label
        self._targets = _checked(targets)
        wanted = [image, *([] if label is None else [label]), *self._targets.values()]
        missing = [column for column in wanted if column not in dataset.column_names]
        if missing:
            hint = "; label=None reads none" if missing == [label] else ""
            raise SourceError(
                f"the dataset has no column {missing[0]!r}; it has {', '.join(dataset.column_names)}{hint}"
            )
        features = dataset.features
        if not isinstance(features[image], package.Image):
            raise SourceError(f"the column {image!r} holds no images: it is {shown(features[image])}")
        chosen = dataset.with_format(None).select_columns(list(dict.fromkeys(wanted)))
        for column in chosen.column_names:
            if isinstance(features[column], package.Image):
                chosen = chosen.cast_column(column, package.Image(decode=False))
        self._dataset = chosen
        self._stored = frozenset(column for column in wanted if isinstance(features[column], package.Image))
        self.classes: list[str] | None = None if label is None else getattr(features[label], "names", None)
        """The names of the classes, in the order of their labels, if the dataset knows them."""

    def __len__(self) -> int:
        return len(self._dataset)

    def read(self, index: int) -> tuple[bytes | str, Any]:
        """One sample: the bytes or the path of its image, and its target."""
        number = check_number(index, len(self))
        row = self._dataset[number]
        image = self._value(row, self._image)
        if image is None:
            raise SourceError(f"row {number} of the dataset has no image")
        label = None if self._label is None else row[self._label]
        if not self._targets:
            return image, label
        target = {name: self._value(row, column) for name, column in self._targets.items()}
        return image, target if self._label is None else {"label": label} | target

    def path(self, index: int) -> str:
        """Where a sample comes from. The names that a dataset may have for its images cannot be read without the images."""
        return f"row {check_number(index, len(self))} of the dataset"

    def labels(self) -> Labels:
        """The labels of all samples."""
        if self._label is None:
            raise SourceError("these samples have no labels: label is None")
        column = self._dataset.select_columns([self._label]).with_format("arrow")[:][self._label]
        labels = column.to_numpy()
        if labels.dtype.kind not in "iu":
            raise SourceError(f"the column {self._label!r} does not hold one whole number per sample")
        return np.array(labels, np.int64)

    def __repr__(self) -> str:
        return f"HuggingFace dataset of {len(self)} images"

    def _value(self, row: Mapping[str, Any], column: str) -> Any:
        value = row[column]
        if value is None or column not in self._stored:
            return value
        return value["bytes"] if value["bytes"] is not None else value["path"]


def _package() -> Any:
    try:
        return importlib.import_module("datasets")
    except ImportError:
        raise ImportError("this source needs the package datasets: pip install datasets") from None


def _checked(targets: Any) -> dict[str, str]:
    if isinstance(targets, str):
        targets = [targets]
    chosen = dict(targets) if isinstance(targets, Mapping) else {column: column for column in targets}
    if not all(isinstance(column, str) for column in chosen.values()):
        raise TypeError(f"targets must be names of columns, got {shown(targets)}")
    return chosen
