"""Many samples at once: ``Compose.batch``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fastaug.composition import randomness
from fastaug.composition.arguments import check_threads
from fastaug.composition.call import CHW, HWC, Call, to_tensor
from fastaug.errors import DecodeError, PolicyError, ShapeError, TargetError, shown

if TYPE_CHECKING:
    from fastaug._core import SeekIndex
    from fastaug.composition.compose import Compose

_LAYOUTS = {"HWC": HWC, "CHW": CHW}
_DTYPES = ("uint8", "float32", "float16")
_OURS = (DecodeError, PolicyError, ShapeError, TargetError)


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
    wanted = _dtype(dtype)
    image_layout = _layout(layout)
    thread_count = _threads(threads)
    _check_lengths(count, indices, targets)
    if count == 0:
        return {"image": _nothing(policy, out, wanted), **{name: [] for name in targets}}

    masks = targets.get("masks")
    one_mask_each = masks is not None and all(_is_one_image(mask) for mask in masks)
    calls = []
    for number in range(count):
        data = {"image": images[number]}
        for name, values in targets.items():
            single = "mask" if name == "masks" and one_mask_each else name
            data[single] = values[number]
        calls.append(_call(policy, number, data, image_layout, wanted))
    first = calls[0]
    if any(call.names != first.names for call in calls):
        raise TargetError("every sample of a batch must have the same targets, and as many masks")
    if indices is None:
        seeds = [policy._seeds(None, 0) for _ in range(count)]
    else:
        seeds = [policy._seeds_of(index, epoch) for index in indices]
    arrays, points = policy._pipeline.run_batch(
        seeds,
        [call.pixels for call in calls],
        first.names,
        first.columns,
        None if first.boxes is None else [call.boxes for call in calls],
        [call.box_labels() for call in calls] if policy._asks_for_labels else None,
        None if first.keypoints is None else [call.keypoints for call in calls],
        policy._records,
        out,
        thread_count,
        index,
    )
    # One result per sample for what is small; whole columns for pixels.
    results = [call.result([column[number] for column in arrays], *points[number]) for number, call in enumerate(calls)]
    made: dict[str, Any] = {}
    at = 0
    for name, kind, members in first.groups:
        if kind in ("image", "mask"):
            plural = "masks" if name == "mask" and one_mask_each and "masks" in targets else name
            made[plural] = _tensor_if(policy, arrays[at])
        else:
            made[name] = [result[name] for result in results]
        at += members
    for name in results[0]:
        if name not in made and not (name == "mask" and one_mask_each and "masks" in targets):
            made[name] = [result[name] for result in results]
    return made


def _call(policy: Compose, number: int, data: dict[str, Any], layout: int, dtype: str | None) -> Call:
    """The call of one sample; errors say which."""
    try:
        return Call(policy, data, layout, dtype)
    except _OURS as error:
        raise type(error)(f"sample {number}: {error}") from None


def _layout(layout: Any) -> int:
    if not isinstance(layout, str) or layout not in _LAYOUTS:
        raise PolicyError(f"layout must be CHW or HWC, got {shown(layout)}")
    return _LAYOUTS[layout]


def _dtype(dtype: Any) -> str | None:
    """The name of the type that images are asked for in."""
    if dtype is None:
        return None
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
    return isinstance(mask, (str, bytes)) or hasattr(mask, "__fspath__") or getattr(mask, "ndim", 0) == 2


def _tensor_if(policy: Compose, arrays: Any) -> Any:
    if policy._to_tensor is None:
        return arrays
    return [to_tensor(array) for array in arrays] if isinstance(arrays, list) else to_tensor(arrays)


def _threads(threads: int | None) -> int:
    """How many threads; 0 lets the core decide."""
    if threads is None:
        return 1 if randomness.worker_info() is not None else 0
    return check_threads(threads, 1)
