"""Guards reading policies that something has damaged: they load or are refused with words, whatever happened to them."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import fastaug as A
from pictures import photo


def rich(kind=A.Compose, **more):
    """A policy with every container, nested values of every type, and all settings."""
    return kind(
        [
            A.RandomResizedCrop(size=(20, 24)),
            A.OneOf([A.InvertImg(p=0.3), A.SomeOf([A.ToGray(p=1), A.Solarize(p=0.2)], n=2, replace=True)], p=0.7),
            A.SelectiveChannelTransform([A.InvertImg(p=0.5)], channels=(0, 2)),
            A.OneOrOther(A.HorizontalFlip(p=1), A.VerticalFlip(p=1), p=0.4),
            A.RandomOrder([A.RandomGamma(), A.Posterize()], n=2),
            A.Sequential([A.Affine(scale={"x": (0.5, 2)}, rotate=10), A.MotionBlur()]),
            A.CoarseDropout(fill=(1, 2, 3), p=0.5),
            A.ConstrainedCoarseDropout(bbox_labels=["a", 3]),
            A.Normalize(),
        ],
        bbox_params=A.BboxParams("yolo", label_fields=["names"], min_visibility=0.1),
        keypoint_params=A.KeypointParams("xy", ["sides"], label_mapping={"HorizontalFlip": {"sides": {"l": "r"}}}),
        additional_targets={"other": "image"},
        p=0.9,
        seed=3,
        mask_interpolation="nearest_exact",
        **more,
    ).to_dict()


def pinned():
    """A policy whose transforms repeat what was drawn."""
    transforms = [A.RandomCrop(20, 24), A.CoarseDropout(p=1), A.SquareSymmetry(p=1), A.GaussNoise(p=1)]
    applied = A.Compose(transforms, seed=1, save_applied_params=True)(image=photo())["applied_transforms"]
    return A.Compose.from_applied_transforms(applied).to_dict()


POLICIES = {"all": rich(), "replay": rich(A.ReplayCompose, save_key="again"), "pinned": pinned()}

THINGS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 300),
    st.sampled_from([2**31, 2**32, 2**63, 2**64, -(2**63) - 1, 10**400, 10**9999]),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(["Blur", "OneOf", "SomeOf", "Lambda", "ToTensorV2", "transforms", "random", "self", "p", "image"]),
    st.lists(st.one_of(st.none(), st.integers(-3, 300), st.floats(), st.text(max_size=3)), max_size=4),
    st.dictionaries(
        st.sampled_from(["self", "p", "x", "transform", "params", "transforms"]), st.integers(), max_size=2
    ),
)


def places(value):
    """Every dictionary and list in plain data."""
    if isinstance(value, (dict, list)):
        yield value
        for inner in value.values() if isinstance(value, dict) else value:
            yield from places(inner)


def damage(data, place):
    """Does one thing to a dictionary or list: removes, replaces, adds, or moves an entry."""
    draw = data.draw
    keys = list(place) if isinstance(place, dict) else list(range(len(place)))
    action = draw(st.sampled_from(["remove", "replace", "add", "swap"] if keys else ["add"]))
    if action == "remove":
        del place[draw(st.sampled_from(keys))]
    elif action == "replace":
        place[draw(st.sampled_from(keys))] = draw(THINGS)
    elif action == "swap":
        one, other = draw(st.sampled_from(keys)), draw(st.sampled_from(keys))
        place[one], place[other] = copy.deepcopy(place[other]), copy.deepcopy(place[one])
    elif isinstance(place, dict):
        place[draw(st.sampled_from(["self", "p", "n", "extra", "transforms", "params", "replay", ""]))] = draw(THINGS)
    else:
        place.append(draw(THINGS))


@settings(max_examples=1500, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_damaged_policy_loads_or_is_refused_with_words(data):
    policy = copy.deepcopy(POLICIES[data.draw(st.sampled_from(sorted(POLICIES)))])
    for _ in range(data.draw(st.integers(1, 3))):
        damage(data, data.draw(st.sampled_from(list(places(policy)))))
    try:
        loaded = A.from_dict(policy)
    except A.PolicyError as error:
        assert str(error)
        return
    assert A.from_dict(loaded.to_dict()) == loaded
    repr(loaded)
    hash(loaded)


def every_single_damage():
    """Each entry of each policy removed, and replaced by a thing of each kind."""
    for policy in POLICIES.values():
        for number, original in enumerate(places(policy)):
            for key in list(original) if isinstance(original, dict) else range(len(original)):
                for thing in ("removed", None, 3, -1, 1.5, "x", [], [1], {}, {"x": 1}, True):
                    damaged = copy.deepcopy(policy)
                    place = next(inner for at, inner in enumerate(places(damaged)) if at == number)
                    if thing == "removed":
                        del place[key]
                    else:
                        place[key] = thing
                    yield damaged


def test_every_entry_removed_or_replaced():
    loaded = 0
    for policy in every_single_damage():
        try:
            A.from_dict(policy)
            loaded += 1
        except A.PolicyError:
            pass
    assert loaded


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.data())
def test_damaged_text_loads_or_is_refused_with_words(data):
    text = json.dumps(POLICIES["all"])
    begin = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(begin, min(len(text), begin + 20)))
    middle = data.draw(st.text('{}[]",:0123456789eE.-truefalsn', max_size=5))
    try:
        A.Compose.from_json(text[:begin] + middle + text[end:])
    except A.PolicyError as error:
        assert str(error)


FLIP = {"transform": "HorizontalFlip", "p": 1, "params": {}}


@pytest.mark.parametrize(
    ("transforms", "words"),
    [
        (3, r"^transforms: must be a list of nodes, got 3"),
        ([3], r"^transforms\[0\]: a node of a policy is a mapping with transform, p and params, got 3"),
        ([{"p": 1}], r"^transforms\[0\]: a node of a policy is a mapping"),
        ([FLIP, {"transform": ["Blur"]}], r"^transforms\[1\].transform: must be the name of a transform, got \['Blur'\]"),
        ([FLIP | {"params": [1]}], r"^transforms\[0\].HorizontalFlip.params: must be a mapping from names"),
        ([FLIP | {"params": {1: 2}}], r"^transforms\[0\].HorizontalFlip.params: must be a mapping from names"),
        ([FLIP | {"replay": 3}], r"^transforms\[0\].HorizontalFlip.replay: must be a mapping"),
        ([FLIP | {"params": {"p": 1}}], r"^transforms\[0\].HorizontalFlip.params: p stands beside params"),
        ([FLIP | {"params": {"self": 1}}], r"^transforms\[0\].HorizontalFlip.self: there is no such argument"),
        ([FLIP | {"prob": 1}], r"^transforms\[0\].prob: a node of a policy has no such entry"),
        ([FLIP | {"p": 2}], r"^transforms\[0\].HorizontalFlip.p: must be between 0 and 1, got 2"),
        ([{"transform": "OneOf"}], r"^transforms\[0\].OneOf.transforms: is required"),
        ([{"transform": "OneOf", "params": {"transforms": 3}}], r"^transforms\[0\].OneOf.transforms: must be a list"),
        ([{"transform": "OneOf", "params": {"transforms": []}}], r"^transforms\[0\].OneOf.transforms: there is nothing"),
        (
            [{"transform": "OneOf", "params": {"transforms": [FLIP], "n": 3}}],
            r"^transforms\[0\].OneOf.n: there is no such argument \(arguments: transforms\)",
        ),
        (
            [{"transform": "SomeOf", "params": {"transforms": [FLIP, FLIP | {"p": 2}]}}],
            r"^transforms\[0\].SomeOf.transforms\[1\].HorizontalFlip.p: must be between 0 and 1",
        ),
        (
            [{"transform": "SomeOf", "params": {"transforms": [FLIP], "n": 99, "replace": True}}],
            r"^transforms\[0\].SomeOf.n: must be at most 64 with replace=True, got 99",
        ),
        (
            [{"transform": "SelectiveChannelTransform", "params": {"transforms": [FLIP], "channels": None}}],
            r"^transforms\[0\].SelectiveChannelTransform.channels: must be a list",
        ),
        ([{"transform": "Lambda", "params": {}}], r"^transforms\[0\].Lambda: holds Python functions"),
    ],
)  # fmt: skip
def test_the_path_of_what_is_damaged(transforms, words):
    with pytest.raises(A.PolicyError, match=words):
        A.from_dict(POLICIES["all"] | {"transforms": transforms})


def test_a_policy_without_transforms_is_none():
    with pytest.raises(A.PolicyError, match="^transforms: is required"):
        A.from_dict({name: value for name, value in POLICIES["all"].items() if name != "transforms"})


@pytest.mark.parametrize("levels", [60, 2000, 100_000])
def test_what_is_nested_too_deeply_is_refused(levels):
    node = FLIP
    for _ in range(levels):
        node = {"transform": "Sequential", "p": 1, "params": {"transforms": [node]}}
    with pytest.raises(A.PolicyError, match="nested too deeply"):
        A.from_dict(POLICIES["all"] | {"transforms": [node]})
    with pytest.raises(A.PolicyError):
        A.Compose.from_json("[" * levels)


def test_numbers_of_thousands_of_digits_are_refused():
    text = json.dumps(POLICIES["all"]).replace('"seed": 3', f'"seed": {"3" * 9999}')
    with pytest.raises(A.PolicyError, match="not valid JSON"):
        A.Compose.from_json(text)
