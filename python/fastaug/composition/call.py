"""One call of a policy: what the core is given, and how its answer becomes the result."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from fastaug.composition.targets import Points, listed, pick_labels, plain_label
from fastaug.errors import ShapeError, TargetError, shown

if TYPE_CHECKING:
    from fastaug.composition.compose import Compose

IMAGE, MASK = 0, 1
"""What an array is to the core."""

HWC, CHW = 0, 1
"""How the core lays out what it gives back."""

_KEYPOINT_COLUMNS = {"xy": 2, "yx": 2, "xya": 3, "xys": 3, "xyas": 4, "xysa": 4, "xyz": 3}


class Call:
    """One call: what the core is given, and how its answer becomes the result."""

    __slots__ = ("boxes", "columns", "data", "groups", "keypoints", "names", "pixels", "points", "policy")

    def __init__(self, policy: Compose, data: dict[str, Any], layout: int | None = None, dtype: str | None = None):
        self.policy = policy
        self.data = data
        self.pixels: list[Any] = []
        self.names: list[str] = []
        self.columns: list[tuple[int, int, str | None]] = []
        # Name, kind, and how many pixel targets it stands for.
        self.groups: list[tuple[str, str, int]] = []
        self.points: dict[str, list[Points]] = {}
        self._sort(layout, dtype)
        if not self.pixels:
            raise ShapeError("there is no image to augment: pass image=… or images=…")
        if policy.is_check_shapes:
            self._check_shapes()
        self.boxes = self._rows("bboxes")
        self.keypoints = self._rows("keypoints")
        self._check_labels()

    def targets(self) -> list[str]:
        """The names of what belongs together: images and masks, boxes and keypoints."""
        return [name for name, _, _ in self.groups] + [part.name for parts in self.points.values() for part in parts]

    def _sort(self, layout: int | None, dtype: str | None) -> None:
        """Finds out what everything is. Images come before masks: the first one's size counts."""
        tensor = self.policy._to_tensor
        default_layout = HWC if tensor is None else CHW
        image_column = (IMAGE, default_layout if layout is None else layout, dtype)
        transposes_masks = tensor is not None and tensor.transpose_mask
        masks = []
        for name, value in self.data.items():
            kind = self.policy._kinds.get(name)
            if kind is None:
                self._check_other(name)
            elif kind in ("image", "images"):
                members = [value] if kind == "image" else listed(name, value)
                self._add(name, kind, members, [image_column] * len(members))
            elif kind == "masks" or (kind == "mask" and value is not None):
                masks.append((name, kind, [value] if kind == "mask" else listed(name, value)))
            elif kind != "mask":
                self.points.setdefault(kind, []).append(self._read_points(name, kind, value))
        for name, kind, members in masks:
            self._add(name, kind, members, [mask_column(member, transposes_masks) for member in members])

    def _add(self, name: str, kind: str, members: list[Any], columns: list[tuple[int, int, str | None]]) -> None:
        """Adds the arrays of one target to what the core is given."""
        is_single = kind in ("image", "mask")
        self.pixels += members
        self.names += [name] if is_single else [f"{name}[{number}]" for number in range(len(members))]
        self.columns += columns
        self.groups.append((name, kind, len(members)))

    def _check_other(self, name: str) -> None:
        """What is no target is passed through, if the policy is not strict."""
        accepted = self.policy.available_keys if self.policy.strict else {name}
        if name not in accepted:
            raise TargetError(f"{name!r} is no target of this policy; targets are {sorted(accepted)}")

    def _read_points(self, name: str, kind: str, value: Any) -> Points:
        policy = self.policy
        if kind == "bboxes":
            if policy.bbox_params is None:
                raise TargetError(f"{name} were given; say how they are written: Compose(…, bbox_params=BboxParams(…))")
            return Points.read(name, value, 4)
        if policy.keypoint_params is None:
            raise TargetError(
                f"{name} were given; say how they are written: Compose(…, keypoint_params=KeypointParams(…))"
            )
        columns = _KEYPOINT_COLUMNS.get(policy.keypoint_params.coord_format, 2)
        return Points.read(name, value, columns)

    def _rows(self, kind: str) -> npt.NDArray[np.float64] | None:
        parts = self.points.get(kind)
        if not parts:
            return None
        return parts[0].rows if len(parts) == 1 else np.concatenate([part.rows for part in parts])

    def box_labels(self) -> list[float | str | None] | None:
        """What each box is, where a transform asks for it."""
        parts = self.points.get("bboxes")
        if not parts or not self.policy._asks_for_labels:
            return None
        fields = self.policy._label_fields["bboxes"]
        labels = list(self.data[fields[0]]) if fields else parts[0].first_extras()
        # Boxes of additional targets have none.
        labels += [None] * sum(len(part.rows) for part in parts[1:])
        return [plain_label(label) for label in labels]

    def _check_labels(self) -> None:
        for kind, fields in self.policy._label_fields.items():
            if kind not in self.points:
                continue
            for field in fields:
                if field not in self.data:
                    raise TargetError(f"{field!r} is a label field of {kind}, but was not given")
                expected = len(self.points[kind][0].rows)
                if not hasattr(self.data[field], "__len__") or np.ndim(self.data[field]) == 0:
                    raise TargetError(
                        f"{field} must be a list with a label for each of {kind}, got {shown(self.data[field])}"
                    )
                if len(self.data[field]) != expected:
                    raise TargetError(f"{field} has {len(self.data[field])} labels for {expected} {kind}")

    def _check_shapes(self) -> None:
        sizes = {
            name: value.shape[:2]
            for name, value in zip(self.names, self.pixels, strict=True)
            if isinstance(value, np.ndarray) and value.ndim >= 2
        }
        if len(set(sizes.values())) > 1:
            listed = ", ".join(f"{name} {height}×{width}" for name, (height, width) in sizes.items())
            raise ShapeError(
                f"images and masks must have the same height and width, got {listed}; if that is meant, use"
                " Compose(…, is_check_shapes=False)"
            )

    def result(self, arrays: list[Any], boxes: Any, keypoints: Any, applied: str | None) -> dict[str, Any]:
        """The dictionary that the user gets."""
        made = dict(self.data)
        at = 0
        for name, kind, count in self.groups:
            members = arrays[at : at + count]
            at += count
            is_single = kind in ("image", "mask")
            made[name] = self._made(members[0]) if is_single else self._together(name, members, arrays[0])
        records = json.loads(applied) if applied is not None else []
        self._write_points(made, "bboxes", boxes, records)
        self._write_points(made, "keypoints", keypoints, records)
        self.policy._tell_applied(made, records)
        return made

    def _made(self, array: Any) -> Any:
        return array if self.policy._to_tensor is None else to_tensor(array)

    def _together(self, name: str, members: list[Any], image: Any) -> Any:
        """Several images or masks, in the container that the user gave; none of them have the size of the image."""
        given = self.data[name]
        if isinstance(given, np.ndarray):
            return self._made(np.stack(members) if members else self._none_of(given, image))
        made = [self._made(member) for member in members]
        return tuple(made) if isinstance(given, tuple) else made

    def _none_of(self, given: npt.NDArray[Any], image: Any) -> npt.NDArray[Any]:
        """An array of no masks, as high and wide as the image came out."""
        if given.ndim < 3:
            return np.array(given)
        _, layout, _ = self.columns[0]
        size = image.shape[-2:] if layout == CHW and image.ndim == 3 else image.shape[:2]
        none: npt.NDArray[Any] = np.empty((0, *size, *given.shape[3:]), given.dtype)
        return none

    def _write_points(self, made: dict[str, Any], kind: str, answer: Any, records: list[dict[str, Any]]) -> None:
        parts = self.points.get(kind)
        if not parts:
            return
        rows, sources = answer
        begin = 0
        for number, part in enumerate(parts):
            end = begin + len(part.rows)
            chosen = (sources >= begin) & (sources < end)
            kept = (sources[chosen] - begin).tolist()
            made[part.name] = part.write(rows[chosen], kept)
            if number == 0:
                for field in self.policy._label_fields[kind]:
                    labels = pick_labels(field, self.data[field], kept, len(part.rows))
                    made[field] = self._mapped(field, labels, records) if kind == "keypoints" else labels
            begin = end

    def _mapped(self, field: str, labels: Any, records: list[dict[str, Any]]) -> Any:
        """Labels after the transforms that rename them."""
        params = self.policy.keypoint_params
        for record in records:
            mapping = ((params and params.label_mapping) or {}).get(record["name"], {}).get(field)
            if mapping is None:
                continue
            if isinstance(labels, np.ndarray):
                labels = np.array([mapping.get(label, label) for label in labels.tolist()], dtype=labels.dtype)
            else:
                labels = type(labels)(mapping.get(label, label) for label in labels)
        return labels


def mask_column(mask: Any, transposes: bool) -> tuple[int, int, str | None]:
    """How a mask is given back: with channels first only if it has some."""
    return (MASK, CHW if transposes and getattr(mask, "ndim", 2) == 3 else HWC, None)


def to_tensor(array: Any) -> Any:
    """An array as a torch tensor, over the same memory."""
    import torch

    return torch.from_numpy(array)
