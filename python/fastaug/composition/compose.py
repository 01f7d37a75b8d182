"""The policy: a list of transforms, compiled once, applied to an image and everything that belongs to it."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from fastaug import _core
from fastaug.composition import randomness
from fastaug.composition.nodes import Container, check_children, check_probability, code
from fastaug.composition.targets import BboxParams, KeypointParams, Points, pick_labels, plain_label
from fastaug.errors import PolicyError, ShapeError, TargetError
from fastaug.transforms import ConstrainedCoarseDropout, Lambda, ToTensorV2, Transform
from fastaug.transforms.choices import INTERPOLATIONS

_IMAGE, _MASK = 0, 1
_HWC, _CHW = 0, 1
_KINDS = ("image", "images", "mask", "masks", "bboxes", "keypoints")
_KEYPOINT_COLUMNS = {"xy": 2, "yx": 2, "xya": 3, "xys": 3, "xyas": 4, "xysa": 4, "xyz": 3}


class Compose:
    """Transforms applied one after the other to an image, its masks, boxes and keypoints.

    Args:
        transforms: Transforms and containers, in order.
        bbox_params: How boxes are written; needed where ``bboxes`` are given.
        keypoint_params: How keypoints are written; needed where ``keypoints`` are given.
        additional_targets: Further arguments and what they are: ``{"image2": "image", "depth": "mask"}``.
        p: Probability that the policy is applied at all.
        is_check_shapes: Whether all images and masks of a call must have the same height and width.
        strict: Whether an argument that is no target is an error; otherwise it is passed through.
        mask_interpolation: Interpolation of all masks, in place of each transform's own.
        seed: Makes all draws repeatable. Without one, each policy begins somewhere else.
        save_applied_params: Whether ``result["applied_transforms"]`` tells what was applied and with which values.
        merge_geometry: Whether neighbouring resamplings (rotate, scale, resize, crop, flip) become one. Faster and
            sharper, but other bytes than one resampling after another, so it has to be asked for.

    Examples:
        >>> import numpy as np, fastaug as A
        >>> policy = A.Compose([A.RandomCrop(224, 224), A.HorizontalFlip(p=0.5), A.Normalize()], seed=7)
        >>> policy(image=np.zeros((256, 256, 3), np.uint8))["image"].shape
        (224, 224, 3)
    """

    def __init__(
        self,
        transforms: Sequence[Transform | Container | Compose],
        bbox_params: BboxParams | Mapping[str, Any] | None = None,
        keypoint_params: KeypointParams | Mapping[str, Any] | None = None,
        additional_targets: Mapping[str, str] | None = None,
        p: float = 1.0,
        is_check_shapes: bool = True,
        strict: bool = False,
        mask_interpolation: int | str | None = None,
        seed: int | None = None,
        save_applied_params: bool = False,
        *,
        merge_geometry: bool = False,
        telemetry: bool = False,
        instance_binding: None = None,
        frame_binding: None = None,
        semantic_mask_label_mappings: None = None,
    ) -> None:
        del telemetry  # Accepted from AlbumentationsX; nothing is ever sent, whatever it says.
        for name, value in (
            ("instance_binding", instance_binding),
            ("frame_binding", frame_binding),
            ("semantic_mask_label_mappings", semantic_mask_label_mappings),
        ):
            if value is not None:
                raise PolicyError(f"Compose.{name}: not supported; leave it at None, got {value!r}")
        self.transforms = check_children("Compose", _nested(transforms))
        self.p = check_probability("Compose", p)
        self.bbox_params = _as_params(BboxParams, bbox_params)
        self.keypoint_params = _as_params(KeypointParams, keypoint_params)
        self.additional_targets = _check_targets(additional_targets or {})
        self.is_check_shapes = bool(is_check_shapes)
        self.strict = bool(strict)
        self.mask_interpolation = (
            None
            if mask_interpolation is None
            else INTERPOLATIONS.canonical("Compose", "mask_interpolation", mask_interpolation)
        )
        self.seed = _check_seed(seed)
        self.save_applied_params = bool(save_applied_params)
        self.merge_geometry = bool(merge_geometry)
        self._calls_made = 0
        self._compile()

    # -- construction ------------------------------------------------------------------------------------------------

    def _compile(self) -> None:
        """Builds everything that follows from the public attributes."""
        self._own_seed = self.seed if self.seed is not None else int.from_bytes(os.urandom(8), "little")
        self._calls = itertools.count(self._calls_made)
        self._by_path = dict(_walk("", self.transforms))
        lambdas = [node for node in self._by_path.values() if isinstance(node, Lambda)]
        for number, node in enumerate(lambdas):
            node.number(number)
        self._pipeline = _core.Pipeline(json.dumps(self._policy()), [node.functions() for node in lambdas])
        self._to_tensor = _find_to_tensor(self.transforms)
        self._kinds = {name: name for name in _KINDS} | self.additional_targets
        self._asks_for_labels = any(
            isinstance(node, ConstrainedCoarseDropout) and node.bbox_labels is not None
            for node in self._by_path.values()
        )
        self._label_fields = {
            "bboxes": (self.bbox_params.label_fields or []) if self.bbox_params else [],
            "keypoints": (self.keypoint_params.label_fields or []) if self.keypoint_params else [],
        }

    def _policy(self) -> dict[str, Any]:
        return {
            "fastaug": _core.FORMAT_VERSION,
            "draws": _core.DRAWS_VERSION,
            "seed": self.seed,
            "p": self.p,
            "transforms": [child.node() for child in self.transforms],
            "bbox_params": self.bbox_params.to_dict() if self.bbox_params else None,
            "keypoint_params": self.keypoint_params.to_dict() if self.keypoint_params else None,
            "additional_targets": self.additional_targets,
            "mask_interpolation": self.mask_interpolation,
            "is_check_shapes": self.is_check_shapes,
            "strict": self.strict,
            "save_applied_params": self.save_applied_params,
            "merge_geometry": self.merge_geometry,
        }

    def _arguments(self) -> dict[str, Any]:
        """The arguments of the constructor beside the transforms."""
        return {
            "bbox_params": self.bbox_params,
            "keypoint_params": self.keypoint_params,
            "additional_targets": self.additional_targets,
            "p": self.p,
            "is_check_shapes": self.is_check_shapes,
            "strict": self.strict,
            "mask_interpolation": self.mask_interpolation,
            "seed": self.seed,
            "save_applied_params": self.save_applied_params,
            "merge_geometry": self.merge_geometry,
        }

    # -- what a policy is --------------------------------------------------------------------------------------------

    @property
    def is_deterministic(self) -> bool:
        """Whether nothing in the policy draws: the same input always gives the same output."""
        return not self._pipeline.is_random

    @property
    def fingerprint(self) -> str:
        """A hash of the policy and of the version of the draws: equal fingerprints mean equal pixels."""
        import hashlib

        text = json.dumps(_one_number(self.to_dict()), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def available_keys(self) -> set[str]:
        """The arguments of a call that are targets."""
        return set(self._kinds) | set(itertools.chain(*self._label_fields.values()))

    @property
    def processors(self) -> dict[str, BboxParams | KeypointParams]:
        """The parameters of boxes and keypoints, by target."""
        both = {"bboxes": self.bbox_params, "keypoints": self.keypoint_params}
        return {name: params for name, params in both.items() if params is not None}

    def __len__(self) -> int:
        return len(self.transforms)

    def __iter__(self) -> Iterator[Transform | Container]:
        return iter(self.transforms)

    def __getitem__(self, index: int) -> Transform | Container:
        return self.transforms[index]

    def __add__(self, other: Transform | Container | Iterable[Transform | Container]) -> Compose:
        return self._with([*self.transforms, *_listed(other)])

    def __radd__(self, other: Transform | Container | Iterable[Transform | Container]) -> Compose:
        return self._with([*_listed(other), *self.transforms])

    def __sub__(self, other: type | Transform | Container) -> Compose:
        """The policy without the first transform that is of a class or equal to an instance."""
        for number, child in enumerate(self.transforms):
            if type(child) is other or child == other:
                return self._with([*self.transforms[:number], *self.transforms[number + 1 :]])
        raise PolicyError(f"Compose: there is no {other!r} to take away")

    def _with(self, transforms: Sequence[Transform | Container]) -> Compose:
        return type(self)(transforms, **self._arguments())

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and isinstance(other, Compose) and other._policy() == self._policy()

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def __repr__(self) -> str:
        defaults: dict[str, Any] = {
            "bbox_params": None,
            "keypoint_params": None,
            "additional_targets": {},
            "p": 1.0,
            "is_check_shapes": True,
            "strict": False,
            "mask_interpolation": None,
            "seed": None,
            "save_applied_params": False,
            "merge_geometry": False,
        }
        arguments = [f"{name}={value!r}" for name, value in self._arguments().items() if value != defaults[name]]
        return code(type(self).__name__, self.transforms, arguments)

    def __getstate__(self) -> dict[str, Any]:
        # The seed that was drawn goes along: a copy gives the same pixels for the same index.
        return {
            "arguments": self._arguments() | {"transforms": self.transforms},
            "drawn_seed": self._own_seed,
            "calls": self._calls_made,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(**state["arguments"])  # type: ignore[misc]
        self._own_seed = state["drawn_seed"]
        self._calls_made = state["calls"]
        self._calls = itertools.count(self._calls_made)

    # -- saving ------------------------------------------------------------------------------------------------------

    def to_dict(self) -> dict[str, Any]:
        """The policy as plain data."""
        for path, node in self._by_path.items():
            if isinstance(node, Lambda):
                raise PolicyError(f"{path}: a Lambda holds Python functions, which cannot be saved; use pickle")
        policy: dict[str, Any] = json.loads(json.dumps(self._policy()))
        return policy

    @classmethod
    def from_dict(cls, policy: Mapping[str, Any]) -> Compose:
        """The policy that plain data describe."""
        from fastaug.composition.load import compose_from_dict

        return compose_from_dict(policy, cls)

    def to_json(self, indent: int | None = None) -> str:
        """The policy as JSON."""
        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Compose:
        """The policy that JSON describes."""
        from fastaug.composition.load import parse_json

        return cls.from_dict(parse_json(text))

    def to_yaml(self) -> str:
        """The policy as YAML (needs ``pip install fastaug[yaml]``)."""
        from fastaug.composition.load import yaml

        text: str = yaml().safe_dump(self.to_dict(), sort_keys=False, allow_unicode=True)
        return text

    @classmethod
    def from_yaml(cls, text: str) -> Compose:
        """The policy that YAML describes (needs ``pip install fastaug[yaml]``)."""
        from fastaug.composition.load import parse_yaml

        return cls.from_dict(parse_yaml(text))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the policy to a file: YAML where the name ends in .yaml or .yml, else JSON."""
        from fastaug.composition.load import save

        save(self, path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Compose:
        """Reads a policy from a file that :meth:`save` wrote."""
        from fastaug.composition.load import read

        return cls.from_dict(read(path))

    @classmethod
    def from_applied_transforms(cls, applied: Sequence[tuple[str, Mapping[str, Any]]], **arguments: Any) -> Compose:
        """A policy without randomness that does what ``result["applied_transforms"]`` tells.

        Args:
            applied: What a call gave back.
            **arguments: Further arguments of :class:`Compose`, such as ``bbox_params``.
        """
        from fastaug.composition.replay import nodes_of_applied

        return cls(nodes_of_applied(applied), **arguments)

    # -- explaining --------------------------------------------------------------------------------------------------

    def explain(self, image: Any, index: int = 0, epoch: int = 0) -> str:
        """What would be done to a sample, in words: draws, operations, and the plan they are carried out by.

        Args:
            image: An image, or its size as ``(height, width)``.
            index: The sample's index.
            epoch: The epoch.
        """
        channels, is_float = 3, False
        if isinstance(image, tuple):
            height, width = image
        elif isinstance(image, np.ndarray):
            height, width = image.shape[:2]
            channels = image.shape[2] if image.ndim == 3 else 1
            is_float = image.dtype == np.float32
        else:
            info = _core.decode_info(image)
            height, width = info["height"], info["width"]
        return self._pipeline.explain((self._own_seed, epoch, index), height, width, channels, is_float)

    # -- running -----------------------------------------------------------------------------------------------------

    def __call__(
        self, *args: Any, index: int | None = None, epoch: int = 0, force_apply: bool = False, **data: Any
    ) -> dict[str, Any]:
        """Augments one image and everything that belongs to it.

        Args:
            *args: None: every target is named.
            index: The sample's index: the result is then a function of ``(seed, epoch, index)`` alone. Without it,
                every call draws afresh.
            epoch: The epoch, together with ``index``.
            force_apply: Accepted for older code; a policy's own ``p`` decides.
            **data: The targets. ``image`` is an array (height × width × channels or height × width, ``uint8`` or
                ``float32``), the bytes of an image file, or a path.

        Returns:
            The same names with augmented values; what is no target is passed through.
        """
        del force_apply
        if args:
            raise KeyError("pass every target by name, for example policy(image=image)")
        if len(data) == 1 and "image" in data and not self._records:
            return self._augment_image(data["image"], self._seeds(index, epoch))
        call = _Call(self, data)
        arrays, boxes, keypoints, applied = self._pipeline.run(
            self._seeds(index, epoch),
            call.pixels,
            call.names,
            call.columns,
            call.boxes,
            call.box_labels(),
            call.keypoints,
            self._records,
        )
        return call.result(arrays, boxes, keypoints, applied)

    def _augment_image(self, image: Any, seeds: tuple[int, int, int]) -> dict[str, Any]:
        """What a call with nothing but an image does, without the general machinery."""
        layout = _HWC if self._to_tensor is None else _CHW
        arrays, *_ = self._pipeline.run(
            seeds, [image], ["image"], [(_IMAGE, layout, None)], None, None, None, record=False
        )
        return {"image": arrays[0] if self._to_tensor is None else _tensor(arrays[0])}

    @property
    def _records(self) -> bool:
        return self.save_applied_params or bool(self.keypoint_params and self.keypoint_params.label_mapping)

    def _seeds(self, index: int | None, epoch: int) -> tuple[int, int, int]:
        if index is not None:
            return (self._own_seed, _check_count("epoch", epoch), _check_count("index", index))
        call = next(self._calls)
        self._calls_made = call + 1
        return (self._own_seed, randomness.domain(), call)

    def batch(
        self,
        images: Sequence[Any] | npt.NDArray[Any],
        *,
        indices: Sequence[int] | npt.NDArray[np.integer[Any]] | None = None,
        epoch: int = 0,
        out: npt.NDArray[Any] | None = None,
        layout: str = "CHW",
        dtype: str | npt.DTypeLike | None = None,
        threads: int | None = None,
        **targets: Sequence[Any],
    ) -> dict[str, Any]:
        """Augments many samples on all threads.

        Args:
            images: One image per sample: arrays, bytes of image files, or paths.
            indices: The samples' indices, see ``__call__``. Without them, every call draws afresh.
            epoch: The epoch, together with ``indices``.
            out: An array to write the images into; it must have the right shape and type.
            layout: ``"CHW"`` or ``"HWC"``.
            dtype: ``"uint8"``, ``"float32"`` or ``"float16"``; by default whatever the policy makes.
            threads: How many threads; by default :func:`fastaug.get_num_threads`, and one in a DataLoader worker.
            **targets: Further targets, each with one value per sample: ``masks=[…]`` (one mask each, or a list of
                masks each), ``bboxes=[…]``, ``keypoints=[…]``, label fields, additional targets.

        Returns:
            ``image``: one array of all images where they come out with one size, else a list of arrays; further
            targets likewise, by their names.
        """
        from fastaug.composition.batch import run_batch

        return run_batch(self, images, indices, epoch, out, layout, dtype, threads, targets)


class _Call:
    """One call: what the core is given, and how its answer becomes the result."""

    __slots__ = ("_labels", "boxes", "columns", "data", "groups", "keypoints", "names", "pixels", "points", "policy")

    def __init__(self, policy: Compose, data: dict[str, Any], layout: int | None = None, dtype: str | None = None):
        self.policy = policy
        self.data = data
        self.pixels: list[Any] = []
        self.names: list[str] = []
        self.columns: list[tuple[int, int, str | None]] = []
        # Name, kind, and how many pixel targets it stands for.
        self.groups: list[tuple[str, str, int]] = []
        self.points: dict[str, list[Points]] = {}
        tensor = policy._to_tensor
        image_layout = layout if layout is not None else (_HWC if tensor is None else _CHW)
        transposes_masks = tensor is not None and tensor.transpose_mask
        image_column = (_IMAGE, image_layout, dtype)
        kinds = policy._kinds
        for name, value in data.items():
            kind = kinds.get(name)
            if kind is None:
                if policy.strict and name not in policy.available_keys:
                    raise TargetError(
                        f"{name!r} is no target of this policy; targets are {sorted(policy.available_keys)}"
                    )
            elif kind in ("image", "mask"):
                column = image_column if kind == "image" else _mask_column(value, transposes_masks)
                if kind == "image":
                    # The image whose size counts comes first.
                    at = sum(count for _, group, count in self.groups if group in ("image", "images"))
                    self._insert(at, name, value, column)
                    self.groups.insert(sum(1 for g in self.groups if g[1] in ("image", "images")), (name, kind, 1))
                elif value is not None:
                    self._insert(len(self.pixels), name, value, column)
                    self.groups.append((name, kind, 1))
            elif kind in ("images", "masks"):
                members = list(value)
                at = (
                    sum(count for _, group, count in self.groups if group in ("image", "images"))
                    if kind == "images"
                    else len(self.pixels)
                )
                for number, member in enumerate(members):
                    column = image_column if kind == "images" else _mask_column(member, transposes_masks)
                    self._insert(at + number, f"{name}[{number}]", member, column)
                group = (name, kind, len(members))
                if kind == "images":
                    self.groups.insert(sum(1 for g in self.groups if g[1] in ("image", "images")), group)
                else:
                    self.groups.append(group)
            else:
                self.points.setdefault(kind, []).append(self._read_points(name, kind, value))
        if not self.pixels:
            raise ShapeError("there is no image to augment: pass image=… or images=…")
        if policy.is_check_shapes:
            self._check_shapes()
        self.boxes = self._rows("bboxes")
        self.keypoints = self._rows("keypoints")
        self._check_labels()

    def _insert(self, at: int, name: str, value: Any, column: tuple[int, int, str | None]) -> None:
        self.pixels.insert(at, value)
        self.names.insert(at, name)
        self.columns.insert(at, column)

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
        tensor = self.policy._to_tensor is not None
        for name, kind, count in self.groups:
            members = arrays[at : at + count]
            at += count
            if kind in ("image", "mask"):
                made[name] = _tensor(members[0]) if tensor else members[0]
                continue
            given = self.data[name]
            together: Any
            if isinstance(given, np.ndarray):
                together = np.stack(members) if members else given.copy()
                together = _tensor(together) if tensor else together
            else:
                together = [_tensor(member) for member in members] if tensor else members
                together = tuple(together) if isinstance(given, tuple) else together
            made[name] = together
        records = json.loads(applied) if applied is not None else []
        self._write_points(made, "bboxes", boxes, records)
        self._write_points(made, "keypoints", keypoints, records)
        if self.policy.save_applied_params:
            made["applied_transforms"] = applied_list(self.policy, records)
        return made

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


def _mask_column(mask: Any, transposes: bool) -> tuple[int, int, str | None]:
    """How a mask is given back: with channels first only if it has some."""
    return (_MASK, _CHW if transposes and getattr(mask, "ndim", 2) == 3 else _HWC, None)


def applied_list(policy: Compose, records: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """What was applied, as ``(name, parameters)``: the constructor's arguments, with what was drawn in their places."""
    made: list[tuple[str, dict[str, Any]]] = []
    for record in records:
        node = policy._by_path[record["path"]]
        if isinstance(node, Container):
            inner = applied_list(policy, record["children"])
            made.append((record["name"], {"channels": node.channels, "transforms": inner}))  # type: ignore[attr-defined]
        else:
            params = node.node()["params"] | record["drawn"]
            if isinstance(node, Lambda):
                params = {"lambda": node}
            made.append((record["name"], params))
    return made


def _tensor(array: Any) -> Any:
    import torch

    return torch.from_numpy(array)


def _nested(transforms: Any) -> Any:
    """A policy inside a policy is its transforms in a row."""
    from fastaug.composition.nodes import Sequential

    if isinstance(transforms, (Transform, Container, Compose)):
        return transforms if not isinstance(transforms, Compose) else [Sequential(transforms.transforms, transforms.p)]
    return [Sequential(child.transforms, p=child.p) if isinstance(child, Compose) else child for child in transforms]


def _listed(other: Any) -> list[Transform | Container]:
    return [other] if isinstance(other, (Transform, Container)) else list(other)


def _one_number(value: Any) -> Any:
    """Plain data in which 30.0 is written as 30, so that equal policies have equal fingerprints."""
    if isinstance(value, Mapping):
        return {name: _one_number(entry) for name, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_one_number(entry) for entry in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _as_params(kind: Any, given: Any) -> Any:
    if given is None or isinstance(given, kind):
        return given
    if isinstance(given, Mapping):
        return kind(**given)
    raise PolicyError(f"Compose: expected {kind.__name__}(…) or a dict of its arguments, got {given!r}")


def _check_targets(targets: Mapping[str, str]) -> dict[str, str]:
    for name, kind in targets.items():
        if kind not in _KINDS:
            raise PolicyError(f"Compose.additional_targets[{name!r}]: must be one of {', '.join(_KINDS)}, got {kind!r}")
        if name in _KINDS and name != kind:
            raise PolicyError(f"Compose.additional_targets[{name!r}]: {name} is a target already")
    return dict(targets)


def _check_seed(seed: Any) -> int | None:
    if seed is None:
        return None
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)):
        raise PolicyError(f"Compose.seed: must be a whole number or None, got {seed!r}")
    return int(seed) % 2**64


def _check_count(name: str, value: Any) -> int:
    number = int(value)
    if number < 0 or number != value or number >= 2**64 - 2**32:
        raise PolicyError(f"{name} must be a whole number of at least 0, got {value!r}")
    return number


def _walk(path: str, nodes: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    """Every node with its path, as the core names it."""
    for number, node in enumerate(nodes):
        here = f"{path}.transforms[{number}].{type(node).__name__}".lstrip(".")
        yield here, node
        if isinstance(node, Container):
            yield from _walk(here, node.transforms)


def _find_to_tensor(nodes: Sequence[Any]) -> ToTensorV2 | None:
    """The ``ToTensorV2`` of a policy; it must always run, since it decides the type of the result."""
    found = [node for node in nodes if isinstance(node, ToTensorV2)]
    hidden = [path for path, node in _walk("", nodes) if isinstance(node, ToTensorV2) and path.count("transforms[") > 1]
    if hidden:
        raise PolicyError(
            f"{hidden[0]}: ToTensorV2 decides the type of the result, so it stands at the policy's top level"
        )
    for node in found:
        if node.p != 1:
            raise PolicyError(f"ToTensorV2.p: must be 1, since it decides the type of the result, got {node.p!r}")
    return found[-1] if found else None
