"""Many samples at once: ``Compose.batch``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fastaug.composition import randomness
from fastaug.errors import ShapeError, TargetError

if TYPE_CHECKING:
    from fastaug.composition.compose import Compose

_LAYOUTS = {"HWC": 0, "CHW": 1}
_DTYPES = ("uint8", "float32", "float16")


def run_batch(
    policy: Compose,
    images: Any,
    indices: Any,
    epoch: int,
    out: Any,
    layout: str,
    dtype: Any,
    threads: int | None,
    targets: dict[str, Any],
) -> dict[str, Any]:
    """Runs a policy on many samples; see :meth:`Compose.batch`."""
    from fastaug.composition.compose import _Call

    count = len(images)
    if layout not in _LAYOUTS:
        raise ShapeError(f"layout must be CHW or HWC, got {layout!r}")
    wanted = None if dtype is None else np.dtype(dtype).name
    if wanted is not None and wanted not in _DTYPES:
        raise ShapeError(f"dtype must be one of {', '.join(_DTYPES)}, got {wanted}")
    for name, values in targets.items():
        if len(values) != count:
            raise TargetError(f"{name} has {len(values)} entries for {count} images")
    if indices is not None and len(indices) != count:
        raise TargetError(f"indices has {len(indices)} entries for {count} images")
    if count == 0:
        return {"image": [], **{name: [] for name in targets}}

    masks = targets.get("masks")
    one_mask_each = masks is not None and all(_is_one_image(mask) for mask in masks)
    calls = []
    for number in range(count):
        data = {"image": images[number]}
        for name, values in targets.items():
            single = "mask" if name == "masks" and one_mask_each else name
            data[single] = values[number]
        try:
            calls.append(_Call(policy, data, layout=_LAYOUTS[layout], dtype=wanted))
        except ValueError as error:
            raise type(error)(f"sample {number}: {error}") from None
    first = calls[0]
    if any(call.names != first.names for call in calls):
        raise TargetError("every sample of a batch must have the same targets, and as many masks")
    if indices is None:
        seeds = [policy._seeds(None, 0) for _ in range(count)]
    else:
        seeds = [policy._seeds(int(index), epoch) for index in indices]
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
        _threads(threads),
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


def _is_one_image(mask: Any) -> bool:
    return isinstance(mask, (str, bytes)) or hasattr(mask, "__fspath__") or getattr(mask, "ndim", 0) == 2


def _tensor_if(policy: Compose, arrays: Any) -> Any:
    from fastaug.composition.compose import _tensor

    if policy._to_tensor is None:
        return arrays
    return [_tensor(array) for array in arrays] if isinstance(arrays, list) else _tensor(arrays)


def _threads(threads: int | None) -> int:
    """How many threads; 0 lets the core decide."""
    if threads is None:
        return 1 if randomness.worker_info() is not None else 0
    if threads < 1:
        raise ShapeError(f"threads must be at least 1, got {threads}")
    return threads
