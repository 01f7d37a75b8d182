"""Policies: randomness, results, saving, replay, errors in words."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import fastaug as A
from conftest import picture

IMAGE = picture(60, 80)


def test_a_bare_call_draws_afresh_and_an_index_is_a_pure_function() -> None:
    policy = A.Compose([A.RandomCrop(20, 20)], seed=1)
    bare = {policy(image=IMAGE)["image"].tobytes() for _ in range(20)}
    assert len(bare) > 10
    first = policy(image=IMAGE, index=4, epoch=2)["image"]
    policy(image=IMAGE)
    assert np.array_equal(first, policy(image=IMAGE, index=4, epoch=2)["image"])
    assert len({policy(image=IMAGE, index=4, epoch=epoch)["image"].tobytes() for epoch in range(20)}) > 10
    again = A.Compose([A.RandomCrop(20, 20)], seed=1)
    assert {again(image=IMAGE)["image"].tobytes() for _ in range(20)} == bare


def test_a_transform_added_at_the_end_changes_nothing_before_it() -> None:
    short = A.Compose([A.RandomCrop(20, 20), A.Transpose()], seed=1, save_applied_params=True)
    long = short + A.RandomRotate90()
    for index in range(10):
        before = short(image=IMAGE, index=index)["applied_transforms"]
        assert long(image=IMAGE, index=index)["applied_transforms"][: len(before)] == before


def test_weights_of_one_of_follow_the_children() -> None:
    policy = A.Compose(
        [A.OneOf([A.HorizontalFlip(p=0.2), A.VerticalFlip(p=0.6)], p=1)], seed=0, save_applied_params=True
    )
    names = [policy(image=IMAGE, index=index)["applied_transforms"][0][0] for index in range(2000)]
    assert abs(names.count("VerticalFlip") / 2000 - 0.75) < 0.04


def test_some_of_keeps_the_written_order_and_random_order_does_not() -> None:
    children = [A.HorizontalFlip(p=1), A.VerticalFlip(p=1), A.Transpose(p=1)]
    orders: dict[str, set[tuple[str, ...]]] = {}
    for kind in (A.SomeOf, A.RandomOrder):
        policy = A.Compose([kind(children, n=3)], seed=0, save_applied_params=True)
        runs = [policy(image=IMAGE, index=index)["applied_transforms"] for index in range(60)]
        orders[kind.__name__] = {tuple(name for name, _ in run) for run in runs}
    assert len(orders["SomeOf"]) == 1
    assert len(orders["RandomOrder"]) == 6


def test_selected_channels_only() -> None:
    policy = A.Compose([A.SelectiveChannelTransform([A.InvertImg(p=1)], channels=(0, 2))], save_applied_params=True)
    result = policy(image=IMAGE)
    assert np.array_equal(result["image"][..., [0, 2]], 255 - IMAGE[..., [0, 2]])
    assert np.array_equal(result["image"][..., 1], IMAGE[..., 1])
    again = A.Compose.from_applied_transforms(result["applied_transforms"])
    assert np.array_equal(again(image=IMAGE)["image"], result["image"])


def test_lambda_sees_every_target() -> None:
    policy = A.Compose(
        [
            A.CenterCrop(30, 40),
            A.Lambda(image=lambda image, **_: image[:, ::-1].copy(), mask=lambda mask, **_: mask + 1),
            A.HorizontalFlip(p=1),
        ]
    )
    result = policy(image=IMAGE, mask=IMAGE[..., 0])
    assert np.array_equal(result["image"], IMAGE[15:45, 20:60])
    assert np.array_equal(result["mask"], (IMAGE[15:45, 20:60, 0] + 1)[:, ::-1])
    with pytest.raises(ZeroDivisionError):
        A.Compose([A.Lambda(image=lambda image, **_: 1 // 0)])(image=IMAGE)


def test_replay_compose() -> None:
    policy = A.ReplayCompose([A.RandomCrop(20, 30), A.OneOf([A.Transpose(p=1), A.VerticalFlip(p=1)], p=0.7)], seed=0)
    for _ in range(10):
        first = policy(image=IMAGE, mask=IMAGE[..., 1])
        again = A.ReplayCompose.replay(json.loads(json.dumps(first["replay"])), image=IMAGE, mask=IMAGE[..., 1])
        assert np.array_equal(first["image"], again["image"])
        assert np.array_equal(first["mask"], again["mask"])


@pytest.mark.parametrize("suffix", [".json", ".yaml"])
def test_saving(tmp_path: Path, suffix: str) -> None:
    policy = A.Compose(
        [A.OneOf([A.Rotate(limit=20, p=1), A.NoOp(p=1)], p=0.5), A.SomeOf([A.InvertImg(), A.Transpose()], n=1)],
        bbox_params=A.BboxParams("yolo", min_area=4),
        keypoint_params=A.KeypointParams("xya", remove_invisible=False),
        additional_targets={"image2": "image"},
        seed=9,
    )
    path = tmp_path / f"policy{suffix}"
    A.save(policy, path)
    loaded = A.load(path)
    assert loaded == policy
    assert loaded.fingerprint == policy.fingerprint
    assert eval(repr(policy), vars(A)) == policy
    newer = policy.to_dict() | {"fastaug": 99}
    with pytest.raises(A.PolicyError, match="newer fastaug"):
        A.Compose.from_dict(newer)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: A.RandomCrop(0, 3), r"RandomCrop\.height: must be a whole number from 1"),
        (lambda: A.RandomCrop(heigth=3, width=3), "did you mean 'height'"),
        (lambda: A.RandomCrop(3), r"RandomCrop\.width: is required"),
        (lambda: A.Rotate(limit=3, angle_range=(1, 2)), "given twice"),
        (lambda: A.Affine(interpolation="linaer"), "did you mean 'linear'"),
        (lambda: A.HorizontalFlip(p=2), r"HorizontalFlip\.p: must be between 0 and 1"),
        (lambda: A.Compose([A.HorizontalFlip]), "is a class"),
        (lambda: A.OneOf([]), "nothing to choose from"),
        (lambda: A.RandomResizedCrop((8, 8), scale=(0.5, 2)), r"scale: both ends must lie between 0 and 1"),
        (lambda: A.BboxParams("coco", format="yolo"), "two names of one argument"),
        (lambda: A.Compose([A.ToTensorV2(p=0.5)]), "must be 1"),
    ],
)
def test_a_wrong_policy_is_refused_with_its_path(make: object, words: str) -> None:
    with pytest.raises(A.PolicyError, match=words):
        make()  # type: ignore[operator]


@pytest.mark.parametrize(
    ("data", "kind", "words"),
    [
        ({"image": IMAGE.astype(np.float64)}, A.ShapeError, "astype"),
        ({"image": IMAGE[:10]}, A.ShapeError, "at least 20×20"),
        ({"image": IMAGE[:, :0]}, A.ShapeError, "no pixels"),
        ({"image": IMAGE[None]}, A.ShapeError, "4 dimensions"),
        ({"image": "no/such/file.png"}, A.DecodeError, "no/such/file.png"),
        ({"image": b""}, A.DecodeError, "empty"),
        ({"image": b"not an image"}, A.DecodeError, "known format"),
        ({"image": IMAGE, "mask": IMAGE[:30, :, 0]}, A.ShapeError, "same height and width"),
        ({"image": IMAGE, "bboxes": [[1, 2, 3, 4]]}, A.TargetError, "bbox_params"),
        ({"mask": IMAGE[..., 0]}, A.ShapeError, None),
    ],
)
def test_wrong_input_is_refused_in_words(data: dict[str, object], kind: type[Exception], words: str | None) -> None:
    policy = A.Compose([A.RandomCrop(20, 20)])
    if words is None:
        assert policy(**data)["mask"].shape == (20, 20)
        return
    with pytest.raises(kind, match=words) as caught:
        policy(**data)
    assert "panicked" not in str(caught.value)
    assert isinstance(caught.value, ValueError)


def test_explain_tells_what_is_fused() -> None:
    policy = A.Compose([A.RandomResizedCrop((32, 32)), A.HorizontalFlip(p=1), A.Normalize()], seed=0)
    text = policy.explain((60, 80), index=1)
    for words in ("crop=", "resize to 32×32", "one pass [flip left–right; normalize", "reads nothing"):
        assert words in text
