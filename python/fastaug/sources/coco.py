"""Images with boxes, as COCO annotates them."""

from __future__ import annotations

import json
import os
from array import array
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from fastaug.errors import SourceError, shown
from fastaug.sources.names import Names
from fastaug.sources.numbers import check_number
from fastaug.sources.protocol import Indexed
from fastaug.sources.segments import Segments, SegmentsReader

_MOST_PIXELS = 178_956_970
"""Pillow's limit, and that of fastaug's decoders."""

_FARTHEST = 1e30
"""Numbers of boxes beyond are mistakes, and do not fit into single precision."""

Path = str | os.PathLike[str]


class CocoDetection(Indexed):
    """Images and the objects in them, from a folder and an annotation file in COCO's format.

    A target is a dictionary: ``bboxes`` (left, top, width and height in pixels, one row per object; for
    ``BboxParams("coco", label_fields=["labels"])``), ``labels`` (classes numbered from 0), ``category_ids`` (their numbers in
    the file), ``area``, ``iscrowd``, ``row`` (numbers from 0), ``image_id``, and ``masks`` if asked for (objects × height ×
    width, of 0 and 1, equal to those of pycocotools). A policy may drop boxes, so a loader's batches have those of
    ``labels``, ``category_ids``, ``area``, ``iscrowd`` and ``row`` that ``label_fields`` name. Masks are not dropped:
    where ``row`` is a label field, ``masks[row]`` are those of the boxes that are left. Images are in the order of
    their ids, as torchvision has them; objects as in the file. Some files hold boxes without any area, and
    ``BboxParams(filter_invalid_bboxes=True)`` drops them.

    Args:
        images_folder: Where the images are.
        annotations_json: The annotation file, such as ``instances_train2017.json``.
        masks: Whether to paint each object's mask. Polygons of fewer than three corners cover nothing.
        crowd: What to do with boxes around crowds of objects: ``False`` leaves them out, ``"keep"`` keeps them.
        empty: Whether to keep images without any object.

    Examples:
        >>> import fastaug as A
        >>> from fastaug.sources import CocoDetection
        >>> train = CocoDetection("train2017", "annotations/instances_train2017.json")
        >>> image, target = train.read(0)
        >>> [train.classes[label] for label in target["labels"]]
    """

    box_fields = ("labels", "category_ids", "area", "iscrowd", "row")
    """What belongs to single boxes."""

    def __init__(
        self,
        images_folder: Path,
        annotations_json: Path,
        *,
        masks: bool = False,
        crowd: Literal[False, "keep"] = False,
        empty: bool = True,
    ) -> None:
        if crowd is not False and crowd != "keep":
            raise ValueError(f"crowd must be False or 'keep', got {shown(crowd)}")
        self._folder = os.path.abspath(os.fspath(images_folder))
        reader = _Reader(os.fspath(annotations_json), masks, crowd == "keep", empty)
        self.classes = reader.classes
        """The names of the classes, in the order of their labels."""
        self._category_ids = reader.category_ids
        self._names = reader.names
        self._image_ids = reader.image_ids
        self._sizes = reader.sizes
        self._firsts = reader.firsts
        self._boxes = reader.boxes
        self._areas = reader.areas
        self._labels = reader.labels
        self._crowds = reader.crowds
        self._segments = reader.segments

    def __len__(self) -> int:
        return len(self._names)

    def read(self, index: int) -> tuple[str, dict[str, Any]]:
        """One sample: the path of its image, and the objects in it."""
        number = check_number(index, len(self))
        objects = slice(int(self._firsts[number]), int(self._firsts[number + 1]))
        labels = self._labels[objects].astype(np.int64)
        target: dict[str, Any] = {
            "bboxes": self._boxes[objects].copy(),
            "labels": labels,
            "category_ids": self._category_ids[labels],
            "area": self._areas[objects].copy(),
            "iscrowd": self._crowds[objects].copy(),
            "row": np.arange(len(labels)),
            "image_id": int(self._image_ids[number]),
        }
        if self._segments is not None:
            height, width = map(int, self._sizes[number])
            masks = np.zeros((len(labels), height, width), np.uint8)
            for segment, mask in enumerate(masks, objects.start):
                self._segments.paint(segment, mask)
            target["masks"] = masks
        return os.path.join(self._folder, self._names[number]), target

    def path(self, index: int) -> str:
        """Where a sample comes from."""
        return os.path.join(self._folder, self._names[check_number(index, len(self))])

    def __repr__(self) -> str:
        return f"CocoDetection of {len(self)} images with {len(self._boxes)} objects in {len(self.classes)} classes"


class _Reader:
    """Takes everything out of an annotation file, and checks it."""

    def __init__(self, path: str, masks: bool, keeps_crowds: bool, keeps_empty: bool) -> None:
        self._path = path
        whole = _parsed(path)
        if not isinstance(whole, dict):
            raise SourceError(f"{path}: must hold images, annotations and categories, got {shown(whole)}")
        self._read_categories(whole)
        images = sorted(self._images(whole, masks))
        by_image: dict[int, list[int]] = {image_id: [] for image_id, *_ in images}
        if len(by_image) < len(images):
            twice = next(one[0] for one, other in pairwise(images) if one[0] == other[0])
            raise SourceError(f"{path}: two images have the id {twice}")
        annotations = self._list(whole, "annotations")
        for number in range(len(annotations)):
            annotation = self._item(annotations, "annotations", number)
            image_id = self._whole(annotation, "annotations", number, "image_id")
            if image_id not in by_image:
                raise self._wrong("annotations", number, "image_id", f"there is no image with the id {image_id}")
            if keeps_crowds or not annotation.get("iscrowd"):
                by_image[image_id].append(number)
        if not keeps_empty:
            images = [image for image in images if by_image[image[0]]]
        self.names = Names.of(name for _, name, _, _ in images)
        self.image_ids = np.array([image_id for image_id, *_ in images], np.int64)
        self.sizes = np.array([(height, width) for *_, height, width in images], np.int32).reshape(-1, 2)
        counts = [len(by_image[image_id]) for image_id, *_ in images]
        self.firsts = np.cumsum([0, *counts], dtype=np.int64)
        if not images:
            raise SourceError(f"{path}: there are no images" + ("" if keeps_empty else " with objects"))
        self._read_objects(annotations, images, by_image, masks)

    def _read_categories(self, whole: dict[str, Any]) -> None:
        names: dict[int, str] = {}
        categories = self._list(whole, "categories")
        for number in range(len(categories)):
            category = self._item(categories, "categories", number)
            category_id = self._whole(category, "categories", number, "id")
            if category_id in names:
                raise self._wrong("categories", number, "id", f"{category_id} is there twice")
            name = category.get("name")
            if not isinstance(name, str):
                raise self._wrong("categories", number, "name", f"must be a string, got {shown(name)}")
            names[category_id] = name
        self.category_ids = np.array(sorted(names), np.int64)
        self.classes = [names[category_id] for category_id in sorted(names)]

    def _images(self, whole: dict[str, Any], masks: bool) -> Iterator[tuple[int, str, int, int]]:
        images = self._list(whole, "images")
        for number in range(len(images)):
            image = self._item(images, "images", number)
            name = image.get("file_name")
            if not isinstance(name, str) or not name:
                raise self._wrong("images", number, "file_name", f"must be a name, got {shown(name)}")
            height = width = 0
            if masks:
                height, width = (self._whole(image, "images", number, side) for side in ("height", "width"))
                if height < 1 or width < 1 or height * width > _MOST_PIXELS:
                    raise self._wrong("images", number, "height", f"an image cannot be {height}×{width}")
            yield self._whole(image, "images", number, "id"), name, height, width

    def _read_objects(
        self,
        annotations: list[Any],
        images: list[tuple[int, str, int, int]],
        by_image: dict[int, list[int]],
        masks: bool,
    ) -> None:
        labels_by_id = {category_id: label for label, category_id in enumerate(self.category_ids.tolist())}
        boxes, areas, labels, crowds = array("f"), array("f"), array("i"), array("B")
        segments = SegmentsReader()
        for image_id, _, height, width in images:
            for number in by_image[image_id]:
                annotation = annotations[number]
                category_id = self._whole(annotation, "annotations", number, "category_id")
                if category_id not in labels_by_id:
                    reason = f"there is no category with the id {category_id}"
                    raise self._wrong("annotations", number, "category_id", reason)
                box = self._box(annotation, number)
                boxes.extend(box)
                area = annotation.get("area", box[2] * box[3])
                if not _is_number(area):
                    raise self._wrong("annotations", number, "area", f"must be a number, got {shown(area)}")
                areas.append(area)
                labels.append(labels_by_id[category_id])
                crowds.append(bool(annotation.get("iscrowd")))
                if masks:
                    segments.add(self._place("annotations", number), annotation.get("segmentation"), height, width)
        self.boxes: npt.NDArray[np.float32] = np.array(boxes, np.float32).reshape(-1, 4)
        self.areas: npt.NDArray[np.float32] = np.array(areas, np.float32)
        self.labels: npt.NDArray[np.int32] = np.array(labels, np.int32)
        self.crowds: npt.NDArray[np.uint8] = np.array(crowds, np.uint8)
        self.segments: Segments | None = segments.done() if masks else None

    def _box(self, annotation: dict[str, Any], number: int) -> list[float]:
        box = annotation.get("bbox")
        if not isinstance(box, list) or len(box) != 4 or not all(map(_is_number, box)):
            raise self._wrong("annotations", number, "bbox", f"must be four numbers, got {shown(box)}")
        return box

    # -- what is there, or an error that says where it is missing ----------------------------------------------------

    def _list(self, whole: dict[str, Any], name: str) -> list[Any]:
        found = whole.get(name)
        if not isinstance(found, list):
            raise SourceError(f"{self._path}: {name} must be a list, got {shown(found)}")
        return found

    def _item(self, items: list[Any], name: str, number: int) -> dict[str, Any]:
        found = items[number]
        if not isinstance(found, dict):
            raise SourceError(f"{self._place(name, number)}: must be a dictionary, got {shown(found)}")
        return found

    def _whole(self, item: dict[str, Any], name: str, number: int, field: str) -> int:
        value = item.get(field)
        if type(value) is not int or not -(2**63) <= value < 2**63:
            raise self._wrong(name, number, field, f"must be a whole number, got {shown(value)}")
        return value

    def _wrong(self, name: str, number: int, field: str, reason: str) -> SourceError:
        return SourceError(f"{self._place(name, number)}.{field}: {reason}")

    def _place(self, name: str, number: int) -> str:
        return f"{self._path}: {name}[{number}]"


def _parsed(path: str) -> Any:
    try:
        with open(path, "rb") as file:
            return json.load(file)
    except FileNotFoundError:
        raise FileNotFoundError(f"{path}: no such file") from None
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{path}: not JSON: {error}") from None


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) < _FARTHEST
