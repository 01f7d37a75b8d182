"""Every transform, found by its name: round trips, replay, shapes, strides, threads, and the planner against the oracle."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import numpy as np
import pytest

import fastaug as A
from conftest import NAMES, example, picture
from fastaug import _core
from fastaug.composition.compose import _Call

BOXES = A.BboxParams("pascal_voc", label_fields=["labels"])
POINTS = A.KeypointParams("xyas")


def sample(image: np.ndarray) -> dict[str, Any]:
    height, width = image.shape[:2]
    return {
        "image": image,
        "mask": (picture(height, width, 1) // 50).astype(np.int32),
        "bboxes": [[1.5, 2, width / 2, height / 2], [width / 3, height / 3, width, height]],
        "labels": ["a", "b"],
        "keypoints": np.array([[width / 2, height / 3, 30.0, 2.0], [1, 2, 200, 1]]),
    }


def pixels(made: Any) -> np.ndarray:
    """An image as height × width × channels, tensors too."""
    return made if isinstance(made, np.ndarray) else np.asarray(made).transpose(1, 2, 0)


def equal(one: Any, two: Any) -> bool:
    if type(one).__module__ == "torch":
        one, two = np.asarray(one), np.asarray(two)
    if isinstance(one, np.ndarray):
        return one.dtype == two.dtype and np.array_equal(one, two, equal_nan=one.dtype.kind == "f")
    return bool(one == two)


def assert_same(one: dict[str, Any], two: dict[str, Any]) -> None:
    assert one.keys() == two.keys()
    for name in one:
        assert equal(one[name], two[name]), name


def test_python_and_rust_know_the_same_transforms() -> None:
    missing = set(NAMES) - set(A.__all__)
    assert not missing
    assert len(NAMES) >= 40


def test_round_trips(transform: A.Transform) -> None:
    assert eval(repr(transform), vars(A)) == transform
    assert pickle.loads(pickle.dumps(transform)) == transform
    assert copy.deepcopy(transform) == transform
    policy = A.Compose([transform], seed=5)
    text = policy.to_json()
    again = A.Compose.from_json(text)
    assert again.to_json() == text
    assert again.fingerprint == policy.fingerprint
    image = picture()
    assert_same(policy(image=image, index=3, epoch=1), again(image=image, index=3, epoch=1))
    assert_same(policy(image=image, index=3), pickle.loads(pickle.dumps(policy))(image=image, index=3))


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_replay_gives_the_same_bytes(transform: A.Transform, dtype: Any) -> None:
    data = sample(picture(dtype=dtype))
    policy = A.Compose([transform], bbox_params=BOXES, keypoint_params=POINTS, seed=1, save_applied_params=True)
    for index in range(4):
        result = policy(**data, index=index)
        applied = result.pop("applied_transforms")
        assert [name for name, _ in applied] == [type(transform).__name__]
        json.dumps(applied)
        again = A.Compose.from_applied_transforms(applied, bbox_params=BOXES, keypoint_params=POINTS)
        assert_same(again(**data), result)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("channels", [1, 2, 3, 4, 5])
def test_planned_equals_plain(transform: A.Transform, dtype: Any, channels: int) -> None:
    policy = A.Compose(
        [A.HorizontalFlip(p=0.5), transform, A.RandomCrop(13, 11, pad_if_needed=True), A.Transpose()], seed=2
    )
    image = picture(41, 35, channels, dtype)
    for index in range(3):
        call = _Call(policy, {"image": image, "mask": image[..., 0] if image.ndim == 3 else image})
        arguments = (call.pixels, call.names, call.columns, None, None, False)
        try:
            planned = policy._pipeline.run((7, 0, index), *arguments)[0]
        except ValueError as error:
            assert "panicked" not in str(error)
            assert "channels" in str(error)
            return
        plain = policy._pipeline.run((7, 0, index), *arguments, plain=True)[0]
        assert all(equal(one, two) for one, two in zip(planned, plain, strict=True))


@pytest.mark.parametrize("size", [(1, 1), (1, 17), (17, 1), (2, 3), (33, 31)])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_any_size_works_or_is_refused_in_words(transform: A.Transform, size: tuple[int, int], dtype: Any) -> None:
    policy = A.Compose([transform], seed=3)
    for gray in (False, True):
        image = picture(*size, 1 if gray else 3, dtype)
        try:
            made = policy(image=image, mask=np.zeros(size, np.uint16), index=0)
        except ValueError as error:
            assert "panicked" not in str(error)
            assert type(transform).__name__ in str(error)
        else:
            assert pixels(made["image"]).shape[:2] == made["mask"].shape
            assert np.asarray(made["mask"]).dtype == np.uint16


def test_strides_do_not_matter_and_input_stays_as_it_was(transform: A.Transform) -> None:
    image = picture(48, 60)
    mask = image[..., 0]
    policy = A.Compose([transform], seed=4)
    expected = policy(image=image, mask=mask.copy(), index=0)
    padded = np.zeros((48, 70, 3), np.uint8)
    padded[:, :60] = image
    for same in (
        padded[:, :60],
        np.ascontiguousarray(image[::-1])[::-1],
        np.ascontiguousarray(image[:, ::-1])[:, ::-1],
        np.ascontiguousarray(image[..., ::-1])[..., ::-1],
        np.asfortranarray(image),
        np.ascontiguousarray(image.transpose(1, 0, 2)).transpose(1, 0, 2),
    ):
        before = same.copy()
        same.flags.writeable = False
        assert_same(policy(image=same, mask=mask, index=0), expected)
        assert np.array_equal(same, before)


def test_threads_and_batches_do_not_matter(transform: A.Transform) -> None:
    policy = A.Compose([transform, A.Resize(16, 16)], seed=6)
    images = [picture(30 + n, 50 - n, seed=n) for n in range(9)]
    expected = [pixels(policy(image=image, index=n)["image"]) for n, image in enumerate(images)]
    for threads in (1, 2, 8):
        made = policy.batch(images, indices=range(9), layout="HWC", threads=threads)["image"]
        assert all(np.array_equal(one, two) for one, two in zip(made, expected, strict=True))


def test_deterministic_policies_say_so() -> None:
    assert A.Compose([A.CenterCrop(8, 8), A.Normalize(), A.HorizontalFlip(p=1)]).is_deterministic
    for random in (A.HorizontalFlip(p=0.5), A.RandomCrop(8, 8), A.OneOf([A.NoOp(p=1), A.Transpose(p=1)], p=1)):
        assert not A.Compose([random]).is_deterministic


def test_a_deterministic_transform_draws_nothing(transform: A.Transform) -> None:
    policy = A.Compose([transform])
    if policy.is_deterministic:
        image = picture()
        first = np.asarray(policy(image=image)["image"])
        assert all(np.array_equal(first, np.asarray(policy(image=image)["image"])) for _ in range(5))


def test_examples_cover_the_registry() -> None:
    assert all(type(example(name)).__name__ == name for name in NAMES)
    assert _core.simd_level() in {"scalar", "sse2", "sse4.2", "avx2", "neon", "simd128"}
