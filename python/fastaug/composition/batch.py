"""Many samples at once: ``Compose.batch``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from fastaug._core import FilePart
from fastaug.composition.call import CHW, HWC, IMAGE, Call, to_tensor
from fastaug.composition.threads import threads_for
from fastaug.errors import DecodeError, PolicyError, ShapeError, TargetError, shown

if TYPE_CHECKING:
    from fastaug._core import SeekIndex
    from fastaug.composition.compose import Compose

_LAYOUTS = {"HWC": HWC, "CHW": CHW}
BFLOAT16 = "bfloat16"
_DTYPES = ("uint8", "float32", "float16", BFLOAT16)
_OURS = (DecodeError, PolicyError, ShapeError, TargetError)


@dataclass(frozen=True)
class Way:
    """How a batch is made."""

    layout: int = CHW
    dtype: str | None = None
    threads: int = 0
    index: SeekIndex | None = None
    out: Any = None
    collected: bool = False
    """Whether failures are collected; otherwise the first one is raised."""


@dataclass(frozen=True)
class Outcome:
    """What was made of many samples."""

    columns: dict[str, Any]
    """Every target of all samples: one array where they came out alike, else a list. What it holds for a sample that
    failed is anything."""

    failures: dict[int, Exception]
    """Samples that failed, by their number, and why."""

    decoding: float = 0.0
    """Seconds that decoding took, of all threads together."""

    busy: float = 0.0
    """Seconds that everything took, of all threads together."""


def run_batch(
    policy: Compose,
    images: Any,
    indices: Any,
    epoch: int,
    out: Any,
    layout: str,
    dtype: Any,
    threads: int | None,
    index: SeekIndex | None,
    targets: dict[str, Any],
) -> dict[str, Any]:
    """Runs a policy on many samples; see :meth:`Compose.batch`."""
    count = len(images)
    way = Way(check_layout(layout), check_dtype(dtype), threads_for(threads), index, out)
    _check_lengths(count, indices, targets)
    if count == 0:
        return {"image": _nothing(policy, out, way.dtype), **{name: [] for name in targets}}

    masks = targets.get("masks")
    one_mask_each = masks is not None and all(_is_one_image(mask) for mask in masks)
    samples = []
    for number in range(count):
        data = {"image": images[number]}
        for name, values in targets.items():
            single = "mask" if name == "masks" and one_mask_each else name
            data[single] = values[number]
        samples.append(data)
    if indices is None:
        seeds = [policy._seeds(None, 0) for _ in range(count)]
    else:
        seeds = [policy._seeds_of(index, epoch) for index in indices]
    columns = run_samples(policy, samples, seeds, way).columns
    if one_mask_each:
        columns = {"masks" if name == "mask" else name: column for name, column in columns.items()}
    return columns


def run_samples(
    policy: Compose, samples: Sequence[dict[str, Any] | None], seeds: Sequence[tuple[int, int, int]], way: Way
) -> Outcome:
    """Runs a policy on samples that are dictionaries of their targets; ``None`` stands for one that is not there."""
    if not policy._records and all(sample is None or sample.keys() == {"image"} for sample in samples):
        return _run_images(policy, samples, seeds, way)
    failures: dict[int, Exception] = {}
    calls: list[Call | None] = [
        None if sample is None else _call(policy, number, sample, way, failures)
        for number, sample in enumerate(samples)
    ]
    there = [call for call in calls if call is not None]
    if not there:
        return Outcome({}, failures)
    # Samples may have different numbers of masks.
    first = max(there, key=lambda call: len(call.names))
    for number, call in enumerate(calls):
        if call is not None and not _alike(call, first):
            error = TargetError(
                f"every sample of a batch must have the same targets, and lists of masks come last: here are"
                f" {', '.join(call.targets())}, and in another one {', '.join(first.targets())}"
            )
            if not way.collected:
                raise TargetError(f"sample {number}: {error}")
            failures[number], calls[number] = error, None
    arrays, points, failed, times = policy._pipeline.run_batch(
        seeds,
        [None if call is None else call.pixels for call in calls],
        first.names,
        first.columns,
        None if first.boxes is None else [None if call is None else call.boxes for call in calls],
        [None if call is None else call.box_labels() for call in calls] if policy._asks_for_labels else None,
        None if first.keypoints is None else [None if call is None else call.keypoints for call in calls],
        policy._records,
        way.out,
        way.threads,
        way.index,
        way.collected,
    )
    failures.update(failed)
    return Outcome(_columns(policy, calls, first, arrays, points), failures, *times)


def _run_images(
    policy: Compose, samples: Sequence[dict[str, Any] | None], seeds: Sequence[tuple[int, int, int]], way: Way
) -> Outcome:
    """The same for images that have nothing beside them, without the general machinery."""
    column = (IMAGE, way.layout, way.dtype)
    pixels = [None if sample is None else [sample["image"]] for sample in samples]
    if not any(pixels):
        return Outcome({}, {})
    arrays, _, failed, times = policy._pipeline.run_batch(
        seeds, pixels, ["image"], [column], None, None, None, False, way.out, way.threads, way.index, way.collected
    )
    return Outcome({"image": _tensor_if(policy, arrays[0])}, dict(failed), *times)


def _columns(
    policy: Compose, calls: list[Call | None], first: Call, arrays: list[Any], points: list[Any]
) -> dict[str, Any]:
    """Whole columns for pixels, and lists of what each sample's own result has beside them."""
    made: dict[str, Any] = {}
    at = 0
    apart = []
    for name, kind, members in first.groups:
        if kind in ("image", "mask"):
            made[name] = _tensor_if(policy, arrays[at])
        else:
            apart.append(name)
        at += members
    if not policy._records and not apart and first.data.keys() == made.keys():
        return made
    results = [
        None if call is None or answer is None else call.result([column[number] for column in arrays], *answer)
        for number, (call, answer) in enumerate(zip(calls, points, strict=True))
    ]
    for name in next((result for result in results if result is not None), {}):
        if name not in made:
            made[name] = [None if result is None else result[name] for result in results]
    return made


def _alike(call: Call, other: Call) -> bool:
    """Whether two samples have the same targets, whatever the lengths of lists; the other one has the longer ones."""
    return call.targets() == other.targets() and call.names == other.names[: len(call.names)]


def _call(policy: Compose, number: int, data: dict[str, Any], way: Way, failures: dict[int, Exception]) -> Call | None:
    """The call of one sample; errors say which, or are collected."""
    try:
        return Call(policy, data, way.layout, way.dtype)
    except Exception as error:
        if way.collected:
            failures[number] = error
            return None
        if isinstance(error, _OURS):
            raise type(error)(f"sample {number}: {error}") from None
        raise


def check_layout(layout: Any) -> int:
    """The core's number of a layout."""
    if not isinstance(layout, str) or layout not in _LAYOUTS:
        raise PolicyError(f"layout must be CHW or HWC, got {shown(layout)}")
    return _LAYOUTS[layout]


def check_dtype(dtype: Any) -> str | None:
    """The name of the type that images are asked for in."""
    if dtype is None:
        return None
    if isinstance(dtype, str) and dtype == BFLOAT16:
        return BFLOAT16
    try:
        name: str = np.dtype(dtype).name
    except (TypeError, ValueError):
        name = shown(dtype)
    if name not in _DTYPES:
        raise PolicyError(f"dtype must be one of {', '.join(_DTYPES)}, got {name}")
    return name


def _check_lengths(count: int, indices: Any, targets: dict[str, Any]) -> None:
    given = targets if indices is None else {**targets, "indices": indices}
    for name, values in given.items():
        if len(values) != count:
            raise TargetError(f"{name} has {len(values)} entries for {count} images")


def _nothing(policy: Compose, out: Any, dtype: str | None) -> Any:
    """The images of an empty batch: an array of none, whose size nobody knows."""
    if out is not None and len(out):
        raise ShapeError(f"out has room for {len(out)} images, but there are none")
    return _tensor_if(policy, np.empty((0, 0, 0, 0), dtype or "uint8") if out is None else out)


def _is_one_image(mask: Any) -> bool:
    return isinstance(mask, (str, bytes, FilePart)) or hasattr(mask, "__fspath__") or getattr(mask, "ndim", 0) == 2


def _tensor_if(policy: Compose, arrays: Any) -> Any:
    if policy._to_tensor is None:
        return arrays
    return [to_tensor(array) for array in arrays] if isinstance(arrays, list) else to_tensor(arrays)
