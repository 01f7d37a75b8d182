"""The policy: a list of transforms, compiled once, applied to an image and everything that belongs to it."""

from __future__ import annotations

import functools
import inspect
import itertools
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from fastaug import _core
from fastaug.composition import load as files
from fastaug.composition import randomness
from fastaug.composition.applied import applied_list, nodes_of_applied
from fastaug.composition.arguments import KINDS, check_count, check_params, check_seed, check_side, check_targets
from fastaug.composition.batch import run_batch
from fastaug.composition.call import CHW, HWC, Call, to_tensor
from fastaug.composition.fixed import Fixed
from fastaug.composition.nodes import Container, Sequential, check_children, code, walk
from fastaug.composition.targets import BboxParams, KeypointParams, Params
from fastaug.errors import PolicyError, ShapeError, shown
from fastaug.transforms import Lambda, ToTensorV2, Transform, kinds
from fastaug.transforms.choices import INTERPOLATIONS

if TYPE_CHECKING:
    from fastaug._core import SeekIndex

DecodeMode = Literal["exact", "scaled"]
"""How JPEG files are decoded: to their pixels, or to as few as are wanted."""

_ACCEPTED_ONLY = ("telemetry", "instance_binding", "frame_binding", "semantic_mask_label_mappings")
"""Arguments of AlbumentationsX that mean nothing here."""


class Compose(Fixed):
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
        decode: How JPEG files are decoded. ``"exact"``: to their pixels. ``"scaled"``: those that are resized to less
            at once are decoded to a half, a quarter or an eighth, the least that leaves as many pixels as are wanted.
            Faster, but other bytes; edges of crops go to the nearest pixel of the scaled picture. Masks stay exact.

    Examples:
        >>> import numpy as np, fastaug as A
        >>> policy = A.Compose([A.RandomCrop(224, 224), A.HorizontalFlip(p=0.5), A.Normalize()], seed=7)
        >>> policy(image=np.zeros((256, 256, 3), np.uint8))["image"].shape
        (224, 224, 3)
    """

    further_arguments: ClassVar[tuple[str, ...]] = ()
    """Arguments that a subclass has beside those of this class: saved, copied and compared like them."""

    _always_records: ClassVar[bool] = False

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
        decode: DecodeMode = "exact",
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
                raise PolicyError(f"Compose.{name}: not supported; leave it at None, got {shown(value)}")
        self.transforms = check_children("Compose", _nested(transforms))
        self.p = kinds.probability("Compose", "p", p)
        self.bbox_params: BboxParams | None = check_params(BboxParams, bbox_params)
        self.keypoint_params: KeypointParams | None = check_params(KeypointParams, keypoint_params)
        self.additional_targets = check_targets(additional_targets)
        self.is_check_shapes = kinds.flag("Compose", "is_check_shapes", is_check_shapes)
        self.strict = kinds.flag("Compose", "strict", strict)
        self.mask_interpolation = kinds.optional(INTERPOLATIONS.canonical)(
            "Compose", "mask_interpolation", mask_interpolation
        )
        self.seed = check_seed(seed)
        self.save_applied_params = kinds.flag("Compose", "save_applied_params", save_applied_params)
        self.merge_geometry = kinds.flag("Compose", "merge_geometry", merge_geometry)
        self.decode = kinds.word(DecodeMode)("Compose", "decode", decode)
        self._calls_made = [0]  # In a list, since setting attributes takes long where they are guarded.
        self._compile()

    # -- construction ------------------------------------------------------------------------------------------------

    def _compile(self) -> None:
        """Builds everything that follows from the arguments."""
        self._own_seed = self.seed if self.seed is not None else int.from_bytes(os.urandom(8), "little")
        self._calls = itertools.count()
        self._by_path = dict(walk("", self.transforms))
        self._pipeline = self._make_pipeline()
        self._to_tensor = _find_to_tensor(self.transforms)
        self._kinds = {name: name for name in KINDS} | dict(self.additional_targets)
        self._asks_for_labels = any(
            isinstance(node, Transform) and node.needs_labels for node in self._by_path.values()
        )
        self._label_fields = {
            "bboxes": (self.bbox_params.label_fields or []) if self.bbox_params else [],
            "keypoints": (self.keypoint_params.label_fields or []) if self.keypoint_params else [],
        }
        renames = self.keypoint_params is not None and bool(self.keypoint_params.label_mapping)
        self._records = self.save_applied_params or self._always_records or renames

    def _make_pipeline(self) -> _core.Pipeline:
        policy = {name: value for name, value in self._policy().items() if name not in self.further_arguments}
        _number_lambdas(policy["transforms"], itertools.count())
        functions = [node.functions() for node in self._by_path.values() if isinstance(node, Lambda)]
        try:
            text = json.dumps(policy)
        except (TypeError, ValueError) as error:
            raise PolicyError(f"Compose: a policy holds what JSON can: {error}") from None
        return _core.Pipeline(text, functions)

    def _policy(self) -> dict[str, Any]:
        return {
            "fastaug": _core.FORMAT_VERSION,
            "draws": _core.DRAWS_VERSION,
            "transforms": [child.node() for child in self.transforms],
            **self._plain_settings(),
        }

    def _plain_settings(self) -> dict[str, Any]:
        """The arguments beside the transforms as plain data."""
        arguments = self._arguments().items()
        return {name: value.to_dict() if isinstance(value, Params) else value for name, value in arguments}

    def _arguments(self) -> dict[str, Any]:
        """The arguments of the constructor beside the transforms."""
        values = {name: getattr(self, name) for name in self.settings()}
        return values | {"additional_targets": dict(self.additional_targets)}

    @classmethod
    def settings(cls) -> dict[str, Any]:
        """The arguments beside the transforms that are saved, copied and compared, with their defaults."""
        return _settings(cls)  # type: ignore[arg-type]  # mypy takes the hash of instances for the class's

    @classmethod
    def _is_argument(cls, name: str) -> bool:
        return name == "transforms" or name in cls.settings()

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
        return (
            type(other) is type(self)
            and isinstance(other, Compose)
            and (other._arguments(), other.transforms) == (self._arguments(), self.transforms)
        )

    def __hash__(self) -> int:
        return hash((type(self).__name__, self.transforms, self.p, self.seed))

    def __repr__(self) -> str:
        defaults = self.settings()
        changed = {name: value for name, value in self._arguments().items() if value not in (defaults[name], {})}
        return code(type(self).__name__, self.transforms, [f"{name}={value!r}" for name, value in changed.items()])

    def __getstate__(self) -> dict[str, Any]:
        # The seed that was drawn goes along: a copy gives the same pixels for the same index.
        return {
            "arguments": self._arguments() | {"transforms": self.transforms},
            "drawn_seed": self._own_seed,
            "calls": self._calls_made[0],
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(**state["arguments"])  # type: ignore[misc]
        self._own_seed = state["drawn_seed"]
        self._calls_made = [state["calls"]]
        self._calls = itertools.count(state["calls"])

    # -- saving ------------------------------------------------------------------------------------------------------

    def to_dict(self) -> dict[str, Any]:
        """The policy as plain data."""
        for path, node in self._by_path.items():
            if isinstance(node, Transform) and not node.is_saved:
                raise PolicyError(f"{path}: a Lambda holds Python functions, which cannot be saved; use pickle")
        policy: dict[str, Any] = json.loads(json.dumps(self._policy()))
        return policy

    @classmethod
    def from_dict(cls, policy: Mapping[str, Any]) -> Compose:
        """The policy that plain data describe."""
        return files.compose_from_dict(policy, cls)

    def to_json(self, indent: int | None = None) -> str:
        """The policy as JSON."""
        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Compose:
        """The policy that JSON describes."""
        return cls.from_dict(files.parse_json(text))

    def to_yaml(self) -> str:
        """The policy as YAML (needs ``pip install fastaug[yaml]``)."""
        text: str = files.yaml().safe_dump(self.to_dict(), sort_keys=False, allow_unicode=True)
        return text

    @classmethod
    def from_yaml(cls, text: str) -> Compose:
        """The policy that YAML describes (needs ``pip install fastaug[yaml]``)."""
        return cls.from_dict(files.parse_yaml(text))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the policy to a file: YAML where the name ends in .yaml or .yml, else JSON."""
        files.write(self, path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Compose:
        """Reads a policy from a file that :meth:`save` wrote."""
        return cls.from_dict(files.read(path))

    @classmethod
    def from_applied_transforms(cls, applied: Sequence[tuple[str, Mapping[str, Any]]], **arguments: Any) -> Compose:
        """A policy without randomness that does what ``result["applied_transforms"]`` tells.

        Args:
            applied: What a call gave back.
            **arguments: Further arguments of :class:`Compose`, such as ``bbox_params``.
        """
        return cls(nodes_of_applied(applied), **arguments)

    # -- explaining --------------------------------------------------------------------------------------------------

    def explain(self, image: Any, index: int = 0, epoch: int = 0, *, seek_index: SeekIndex | None = None) -> str:
        """What would be done to a sample, in words: draws, operations, and the plan they are carried out by.

        Args:
            image: An image, its size as ``(height, width)``, or a file: its bytes or its path. Of a JPEG file it is
                told which rows are decoded.
            index: The sample's index.
            epoch: The epoch.
            seek_index: The seek index that the file would be decoded with.
        """
        seeds = self._seeds_of(index, epoch)
        if isinstance(image, (np.ndarray, tuple, list)):
            return self._pipeline.explain(seeds, _format(image))
        return self._pipeline.explain_file(seeds, image, seek_index)

    # -- running -----------------------------------------------------------------------------------------------------

    def __call__(
        self,
        *args: Any,
        index: int | None = None,
        epoch: int = 0,
        seek_index: SeekIndex | None = None,
        force_apply: bool = False,
        **data: Any,
    ) -> dict[str, Any]:
        """Augments one image and everything that belongs to it.

        Args:
            *args: None: every target is named.
            index: The sample's index: the result is then a function of ``(seed, epoch, index)`` alone. Without it,
                every call draws afresh.
            epoch: The epoch, together with ``index``.
            seek_index: Where to find seek indexes of JPEG files, see :class:`fastaug.SeekIndex`. It changes no pixel.
            force_apply: Accepted for older code; a policy's own ``p`` decides.
            **data: The targets. ``image`` is an array (height × width × channels or height × width, ``uint8`` or
                ``float32``), the bytes of an image file, or a path. A ``mask`` may be a file, too: of a PNG file with a
                palette it is the numbers of the colours, one ``uint8`` per pixel.

        Returns:
            The same names with augmented values; what is no target is passed through.
        """
        del force_apply
        if args:
            raise KeyError("pass every target by name, for example policy(image=image)")
        if len(data) == 1 and "image" in data and not self._records:
            # Without the general machinery, which takes longer than flipping a small image.
            tensor = self._to_tensor
            layout = HWC if tensor is None else CHW
            made = self._pipeline.run_image(self._seeds(index, epoch), data["image"], layout, seek_index)
            return {"image": made if tensor is None else to_tensor(made)}
        call = Call(self, data)
        arrays, boxes, keypoints, applied = self._pipeline.run(
            self._seeds(index, epoch),
            call.pixels,
            call.names,
            call.columns,
            call.boxes,
            call.box_labels(),
            call.keypoints,
            self._records,
            index=seek_index,
        )
        return call.result(arrays, boxes, keypoints, applied)

    def _tell_applied(self, result: dict[str, Any], records: list[dict[str, Any]]) -> None:
        """Adds to a result what was applied, where the policy was asked to tell."""
        if self.save_applied_params:
            result["applied_transforms"] = applied_list(self._by_path, records)

    def _seeds(self, index: int | None, epoch: int) -> tuple[int, int, int]:
        if index is not None:
            return self._seeds_of(index, epoch)
        call = next(self._calls)
        self._calls_made[0] = call + 1
        return (self._own_seed, randomness.domain(), call)

    def _seeds_of(self, index: Any, epoch: Any) -> tuple[int, int, int]:
        return (self._own_seed, check_count("epoch", epoch), check_count("index", index))

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
        index: SeekIndex | None = None,
        **targets: Sequence[Any],
    ) -> dict[str, Any]:
        """Augments many samples on all threads.

        Args:
            images: One image per sample: arrays, bytes of image files, or paths.
            indices: The samples' indices, see ``__call__``. Without them, every call draws afresh.
            epoch: The epoch, together with ``indices``.
            out: An array to write the images into; it must have the right shape and type.
            layout: ``"CHW"`` or ``"HWC"``.
            dtype: ``"uint8"``, ``"float32"``, ``"float16"`` or ``"bfloat16"``, whose bits come as ``uint16``, since numpy
                has no such type; by default whatever the policy makes.
            threads: How many threads; by default :func:`fastaug.get_num_threads`, and one in a DataLoader worker.
            index: Where to find seek indexes of JPEG files, see :class:`fastaug.SeekIndex`: crops are decoded faster, to
                the same pixels.
            **targets: Further targets, each with one value per sample: ``masks=[…]`` (one mask each, or a list of
                masks each), ``bboxes=[…]``, ``keypoints=[…]``, label fields, additional targets.

        Returns:
            ``image``: one array of all images where they come out with one size, else a list of arrays; further
            targets likewise, by their names.
        """
        return run_batch(self, images, indices, epoch, out, layout, dtype, threads, index, targets)


def check_policy(given: Any) -> Compose:
    """The policy of a loader: one that does nothing if none was given."""
    if given is None:
        return Compose([])
    if not isinstance(given, Compose):
        raise PolicyError(f"policy must be a Compose, got {shown(given)}")
    return given


@functools.cache
def _settings(kind: type[Compose]) -> dict[str, Any]:
    general = dict(inspect.signature(Compose).parameters)
    own = inspect.signature(kind).parameters
    names = [name for name in general if name not in ("transforms", *_ACCEPTED_ONLY)] + [*kind.further_arguments]
    return {name: (own.get(name) or general[name]).default for name in names}


def _nested(transforms: Any) -> Any:
    """A policy inside a policy is its transforms in a row."""
    if isinstance(transforms, Compose):
        return [Sequential(transforms.transforms, transforms.p)]
    if isinstance(transforms, (Transform, Container)) or not isinstance(transforms, Iterable):
        return transforms
    return [Sequential(child.transforms, p=child.p) if isinstance(child, Compose) else child for child in transforms]


def _listed(other: Any) -> list[Transform | Container]:
    return [other] if isinstance(other, (Transform, Container)) else list(other)


def _number_lambdas(nodes: Sequence[dict[str, Any]], numbers: Iterator[int]) -> None:
    """Says in a policy's JSON under which number its pipeline holds the functions of each Lambda."""
    for node in nodes:
        if node["transform"] == Lambda.__name__:
            node["params"] = {"callback": next(numbers)}
        _number_lambdas(node["params"].get("transforms", ()), numbers)


def _one_number(value: Any) -> Any:
    """Plain data in which 30.0 is written as 30, so that equal policies have equal fingerprints."""
    if isinstance(value, Mapping):
        return {name: _one_number(entry) for name, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_one_number(entry) for entry in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _format(image: Any) -> tuple[int, int, int, bool]:
    """Height, width, channels and whether values are floats, of an image or of a size."""
    if isinstance(image, np.ndarray):
        if image.ndim not in (2, 3):
            raise ShapeError(f"image: expected height × width or height × width × channels, got shape {image.shape}")
        channels = image.shape[2] if image.ndim == 3 else 1
        return image.shape[0], image.shape[1], channels, image.dtype == np.float32
    if len(image) != 2:
        raise PolicyError(f"image: must be an image or its size (height, width), got {shown(image)}")
    height, width = image
    return check_side("image: height", height), check_side("image: width", width), 3, False


def _find_to_tensor(nodes: Sequence[Any]) -> ToTensorV2 | None:
    """The ``ToTensorV2`` of a policy; it must always run, since it decides the type of the result."""
    found = [node for node in nodes if isinstance(node, ToTensorV2)]
    hidden = [path for path, node in walk("", nodes) if isinstance(node, ToTensorV2) and path.count("transforms[") > 1]
    if hidden:
        raise PolicyError(
            f"{hidden[0]}: ToTensorV2 decides the type of the result, so it stands at the policy's top level"
        )
    for node in found:
        if node.p != 1:
            raise PolicyError(f"ToTensorV2.p: must be 1, since it decides the type of the result, got {node.p!r}")
    return found[-1] if found else None
