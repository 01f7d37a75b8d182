"""Guards policies as data: JSON, YAML, files, pickles and fingerprints all mean the same pixels, and newer ones are refused."""

from __future__ import annotations

import json
import os
import pickle

import pytest

import fastaug as A
from pictures import photo, same


def policy(seed=7):
    return A.Compose(
        [
            A.RandomCrop(20, 24),
            A.OneOf([A.InvertImg(p=0.3), A.SomeOf([A.ToGray(p=1), A.Solarize(p=0.2)], n=2)], p=0.7),
            A.SelectiveChannelTransform([A.InvertImg(p=0.5)], channels=(0, 2)),
            A.OneOrOther(A.HorizontalFlip(p=1), A.VerticalFlip(p=1), p=0.4),
            A.CoarseDropout(fill=(1, 2, 3), p=0.5),
        ],
        bbox_params=A.BboxParams("yolo", label_fields=["names"], min_visibility=0.1),
        keypoint_params=A.KeypointParams(
            "xy",
            ["left_or_right"],
            label_mapping={
                "HorizontalFlip": {"left_or_right": {"l": "r", "r": "l"}},
            },
        ),
        additional_targets={"other": "image"},
        p=0.9,
        seed=seed,
        mask_interpolation="nearest_exact",
    )


def pixels(some_policy):
    return [some_policy(image=photo(), index=index)["image"] for index in range(12)]


def save_and_load(suffix):
    def way(some_policy, directory):
        path = directory / f"policy{suffix}"
        some_policy.save(path)
        return A.Compose.load(path)

    return way


def save_and_load_by_function(some_policy, directory):
    path = os.fspath(directory / "policy.json")
    A.save(some_policy, path)
    return A.load(path)


WAYS = {
    "dict": lambda p, _: A.Compose.from_dict(p.to_dict()),
    "functions": lambda p, _: A.from_dict(A.to_dict(p)),
    "json": lambda p, _: A.Compose.from_json(p.to_json()),
    "indented json": lambda p, _: A.Compose.from_json(p.to_json(indent=4)),
    "yaml": lambda p, _: A.Compose.from_yaml(p.to_yaml()),
    "pickle": lambda p, _: pickle.loads(pickle.dumps(p)),
    "repr": lambda p, _: eval(repr(p), vars(A)),
    "json file": save_and_load(".json"),
    "yaml file": save_and_load(".yaml"),
    "yml file": save_and_load(".yml"),
    "file by function": save_and_load_by_function,
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_there_and_back_gives_the_same_pixels(way, tmp_path):
    original = policy()
    again = WAYS[way](original, tmp_path)
    assert again == original
    assert again.fingerprint == original.fingerprint
    assert same(pixels(again), pixels(original))


def test_plain_data_only():
    data = policy().to_dict()
    assert json.loads(json.dumps(data)) == data
    assert data["fastaug"] == A._core.FORMAT_VERSION
    assert data["draws"] == A._core.DRAWS_VERSION


def test_files_say_what_they_hold(tmp_path):
    policy().save(tmp_path / "policy.yaml")
    policy().save(tmp_path / "policy.json")
    assert "transform: RandomCrop" in (tmp_path / "policy.yaml").read_text()
    assert json.loads((tmp_path / "policy.json").read_text()) == policy().to_dict()


def test_the_fingerprint_follows_everything_that_changes_pixels():
    base = policy()
    assert base.fingerprint == policy().fingerprint
    assert len(base.fingerprint) == 64
    others = [
        policy(seed=8),
        policy() + A.NoOp(),
        A.Compose([A.HorizontalFlip(p=0.4)]),
        A.Compose([A.HorizontalFlip()]),
    ]
    assert len({base.fingerprint, *(other.fingerprint for other in others)}) == 5


def test_the_fingerprint_does_not_depend_on_how_it_was_written():
    assert A.Compose([A.Blur(blur_limit=5)]).fingerprint == A.Compose([A.Blur(blur_range=(3, 5))]).fingerprint


def test_a_newer_format_is_refused_with_words():
    data = policy().to_dict()
    with pytest.raises(A.PolicyError, match="format version 99, written by a newer fastaug.*upgrade"):
        A.Compose.from_dict(data | {"fastaug": 99})
    with pytest.raises(A.PolicyError, match="draws of version 99.*upgrade"):
        A.Compose.from_dict(data | {"draws": 99})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"surprise": 1}, "unknown entries: surprise"),
        ({"transforms": [{"transform": "HorizontalFlop", "p": 1, "params": {}}]}, "did you mean 'HorizontalFlip'"),
        ({"transforms": [{"transform": "RandomCrop", "p": 1, "params": {"height": 0, "width": 3}}]}, "height.*got 0"),
        ({"transforms": [{"transform": "HorizontalFlip", "p": 7, "params": {}}]}, "HorizontalFlip.p"),
        ({"transforms": ["HorizontalFlip"]}, "a node of a policy is a mapping"),
    ],
)
def test_a_damaged_policy_is_refused_with_words(change, words):
    with pytest.raises(A.PolicyError, match=words):
        A.Compose.from_dict(policy().to_dict() | change)


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", "nonsense {", '{"fastaug": "1"}', '{"transforms": []}'])
def test_text_that_is_no_policy_is_refused_with_words(text):
    with pytest.raises(A.PolicyError):
        A.Compose.from_json(text)
    with pytest.raises(A.PolicyError):
        A.Compose.from_yaml(text)


def test_a_lambda_can_be_pickled_but_not_written(tmp_path):
    some_policy = A.Compose([A.HorizontalFlip(p=1), A.Lambda(image=invert)])
    again = pickle.loads(pickle.dumps(some_policy))
    assert same(again(image=photo()), some_policy(image=photo()))
    with pytest.raises(A.PolicyError, match=r"transforms\[1\].Lambda.*use pickle"):
        some_policy.save(tmp_path / "policy.json")


def invert(image, **_):
    return 255 - image


def test_a_missing_file_is_an_ordinary_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        A.Compose.load(tmp_path / "nothing.json")


def test_replay_settings_are_saved_too():
    some_policy = A.ReplayCompose([A.RandomCrop(20, 24)], seed=3)
    again = A.ReplayCompose.from_dict(some_policy.to_dict())
    assert isinstance(again, A.ReplayCompose)
    assert same(again(image=photo(), index=1)["image"], some_policy(image=photo(), index=1)["image"])
