"""Guards doing it once more: ``applied_transforms``, ``from_applied_transforms`` and ``ReplayCompose`` repeat every byte."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pytest

import fastaug as A
from pictures import labels, photo, same

POINTS = {
    "bbox_params": A.BboxParams("pascal_voc", label_fields=["names"]),
    "keypoint_params": A.KeypointParams("xyas", remove_invisible=False),
}


def everything(seed=0):
    """All targets of one sample."""
    return {
        "image": photo(48, 64, seed=seed),
        "mask": labels(48, 64),
        "bboxes": np.array([[3, 4, 30, 40], [20, 10, 60, 44]], np.float32),
        "names": ["a", "b"],
        "keypoints": np.array([[5, 6, 30, 2], [50, 40, 200, 1]], np.float32),
    }


def rich():
    """Transforms that draw everything that can be drawn: places, colours, orders, noise, holes."""
    return [
        A.RandomResizedCrop(size=(40, 44), p=1),
        A.OneOf([A.Affine(rotate=(-30, 30), scale=(0.7, 1.3), p=1), A.Perspective(p=1)], p=0.8),
        A.SquareSymmetry(),
        A.CoarseDropout(num_holes_range=(2, 4), fill="random", p=0.8),
        A.GridDropout(fill="random_uniform", p=0.4),
        A.ColorJitter(p=0.8),
        A.SomeOf([A.RandomGamma(p=1), A.Posterize((2, 6), p=1), A.ChannelShuffle(p=1)], n=2),
        A.MotionBlur(p=0.5),
        A.GaussNoise(per_channel=True, p=0.7),
        A.PixelDropout(0.05, p=0.5),
        A.SelectiveChannelTransform([A.RandomBrightnessContrast(p=1)], channels=(0, 2)),
        A.Normalize(),
    ]


def without_record(result):
    return {name: value for name, value in result.items() if name not in ("applied_transforms", "replay")}


def test_what_was_applied_repeats_every_byte():
    policy = A.Compose(rich(), **POINTS, seed=2, save_applied_params=True)
    for index in range(25):
        data = everything(index)
        result = policy(**data, index=index)
        again = A.Compose.from_applied_transforms(result["applied_transforms"], **POINTS)
        assert again.is_deterministic
        assert same(without_record(again(**data)), without_record(result)), policy.explain((48, 64), index=index)


def test_the_record_survives_json():
    policy = A.Compose(rich(), **POINTS, seed=2, save_applied_params=True)
    data = everything()
    for index in range(5):
        result = policy(**data, index=index)
        record = json.loads(json.dumps(result["applied_transforms"]))
        again = A.Compose.from_applied_transforms(record, **POINTS)
        assert same(without_record(again(**data)), without_record(result))


def test_the_record_says_names_and_drawn_values():
    policy = A.Compose(
        [A.RandomCrop(20, 24), A.RandomBrightnessContrast(p=1), A.HorizontalFlip(p=0), A.Rotate(limit=20, p=1)],
        save_applied_params=True,
        seed=0,
    )
    for index in range(10):
        (crop, where), (light, values), (turn, angles) = policy(image=photo(), index=index)["applied_transforms"]
        assert (crop, light, turn) == ("RandomCrop", "RandomBrightnessContrast", "Rotate")
        assert where["height"] == 20
        assert where["width"] == 24
        assert -0.2 <= values["brightness_range"] <= 0.2
        assert -0.2 <= values["contrast_range"] <= 0.2
        assert -20 <= angles["angle_range"] <= 20


def test_only_what_ran_is_recorded():
    policy = A.Compose([A.HorizontalFlip(p=0), A.NoOp(p=1)], save_applied_params=True)
    assert [name for name, _ in policy(image=photo())["applied_transforms"]] == ["NoOp"]
    assert "applied_transforms" not in A.Compose([A.NoOp(p=1)])(image=photo())


def test_a_changed_record_does_what_it_says():
    image = photo()
    record = [("RandomCrop", {"height": 10, "width": 12, "x": 3, "y": 5}), ("HorizontalFlip", {})]
    result = A.Compose.from_applied_transforms(record)(image=image)["image"]
    assert same(result, image[5:15, 3:15][:, ::-1].copy())


def test_a_transform_by_its_older_argument_names():
    image = photo()
    old = [("RandomBrightnessContrast", {"brightness_limit": 0.21, "contrast_limit": -0.08})]
    new = [("RandomBrightnessContrast", {"brightness_range": 0.21, "contrast_range": -0.08})]
    made = A.Compose.from_applied_transforms(old)(image=image)
    assert same(made, A.Compose.from_applied_transforms(new)(image=image))
    assert not same(made["image"], image)


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ([3], r"applied\[0\]: must be \(name, parameters\), got 3"),
        ([("NoSuchThing", {})], "NoSuchThing: there is no transform of this name"),
        ([("RandomCrop", {"height": 10})], "RandomCrop.width: is required"),
    ],
)
def test_a_wrong_record_is_refused(record, words):
    with pytest.raises(A.PolicyError, match=words):
        A.Compose.from_applied_transforms(record)


def test_replay_compose_repeats_every_byte():
    policy = A.ReplayCompose(rich(), **POINTS, seed=5)
    for index in range(10):
        data = everything(index)
        first = policy(**data, index=index)
        assert "applied_transforms" not in first
        again = A.ReplayCompose.replay(first["replay"], **data)
        assert same(without_record(again), without_record(first))


def test_replay_on_another_image_does_the_same_to_it():
    policy = A.ReplayCompose([A.RandomCrop(20, 20), A.HorizontalFlip()], seed=5)
    first, other = photo(seed=1), photo(seed=2)
    both = policy(image=np.concatenate([first, other], axis=2), index=3)
    again = A.ReplayCompose.replay(both["replay"], image=other)["image"]
    assert same(again, np.ascontiguousarray(both["image"][:, :, 3:]))


def test_replay_keeps_settings_and_the_chosen_key():
    policy = A.ReplayCompose([A.HorizontalFlip(p=1)], save_key="again", additional_targets={"right": "image"})
    image = photo()
    result = policy(image=image, right=image)
    assert "replay" not in result
    assert same(A.ReplayCompose.replay(result["again"], image=image, right=image)["right"], image[:, ::-1].copy())


def test_replay_compose_is_copied_with_its_settings():
    policy = A.ReplayCompose([A.RandomCrop(20, 20)], save_key="again", seed=1)
    copied = pickle.loads(pickle.dumps(policy))
    assert same(copied(image=photo(), index=1)["image"], policy(image=photo(), index=1)["image"])
    assert "again" in copied(image=photo())


def test_a_lambda_is_repeated_too():
    policy = A.ReplayCompose([A.RandomCrop(20, 20), A.Lambda(image=lambda image, **_: 255 - image)], seed=1)
    image = photo()
    first = policy(image=image, index=1)
    assert same(A.ReplayCompose.replay(first["replay"], image=image)["image"], first["image"])


def test_repr_and_copies_keep_the_chosen_key():
    policy = A.ReplayCompose([A.RandomCrop(20, 20)], save_key="again", seed=1, save_applied_params=True)
    assert "save_key='again'" in repr(policy)
    assert "save_key" not in repr(A.ReplayCompose([A.NoOp()]))
    for again in (
        eval(repr(policy), vars(A)),
        A.ReplayCompose.from_dict(policy.to_dict()),
        A.ReplayCompose.from_json(policy.to_json()),
        pickle.loads(pickle.dumps(policy)),
        policy + [],
    ):
        assert type(again) is A.ReplayCompose
        assert again == policy
        assert again.save_key == "again"
        assert set(again(image=photo())) == {"image", "again", "applied_transforms"}


def test_results_of_a_loaded_policy_have_what_those_of_the_saved_one_have(tmp_path):
    policy = A.ReplayCompose([A.RandomCrop(20, 20)], seed=1)
    again = A.ReplayCompose.from_dict(policy.to_dict())
    assert set(again(image=photo())) == set(policy(image=photo())) == {"image", "replay"}
    policy.save(tmp_path / "policy.json")
    for loaded in (A.load(tmp_path / "policy.json"), A.from_dict(policy.to_dict())):
        assert type(loaded) is A.ReplayCompose
        assert loaded == policy


def test_replay_composes_with_other_keys_are_others():
    assert A.ReplayCompose([A.NoOp()], save_key="a") != A.ReplayCompose([A.NoOp()], save_key="b")
    assert A.ReplayCompose([A.NoOp()]) != A.Compose([A.NoOp()])


@pytest.mark.parametrize("key", ["image", "depth", 3, None])
def test_a_key_that_would_hide_something_is_refused(key):
    with pytest.raises(A.PolicyError, match=r"ReplayCompose.save_key: must be a name that is no target"):
        A.ReplayCompose([A.NoOp()], save_key=key, additional_targets={"depth": "mask"})


def test_batches_say_how_to_repeat_each_sample():
    policy = A.ReplayCompose([A.RandomCrop(20, 20), A.HorizontalFlip()], seed=5)
    images = [photo(seed=seed) for seed in range(3)]
    made = policy.batch(images, layout="HWC", indices=range(3))
    assert set(made) == {"image", "replay"}
    for image, record, result in zip(images, made["replay"], made["image"], strict=True):
        assert same(A.ReplayCompose.replay(record, image=image)["image"], np.ascontiguousarray(result))


@pytest.mark.parametrize(
    "record",
    [
        ("RandomCrop", 3),
        ("RandomCrop", None),
        (3, {}),
        ("SelectiveChannelTransform", {"channels": (0,)}),
        "ab",
        {"a": 1},
    ],
)
def test_a_record_of_a_wrong_form_is_refused(record):
    with pytest.raises(A.PolicyError, match=r"applied\[0\]"):
        A.Compose.from_applied_transforms([record])


@pytest.mark.parametrize("record", [{}, {"applied": []}, None, [], "replay"])
def test_what_is_no_record_is_refused_in_words(record):
    with pytest.raises(A.PolicyError, match="must be the record of a ReplayCompose"):
        A.ReplayCompose.replay(record, image=photo())
