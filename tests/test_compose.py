"""Guards ``Compose``: arguments, order, probability, addition, indexing, equality, ``repr``, determinism as a fact."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import fastaug as A
from pictures import labels, photo, same


def applied(policy, **data):
    """The names of what a call applied."""
    return [name for name, _ in policy(**data)["applied_transforms"]]


def test_transforms_run_in_order():
    image = photo(40, 60)
    crop_then_flip = A.Compose([A.RandomCrop(40, 60), A.HorizontalFlip(p=1)])(image=image)["image"]
    assert same(crop_then_flip, image[:, ::-1].copy())
    left = A.Compose([A.Crop(0, 0, 20, 40), A.HorizontalFlip(p=1)])(image=image)["image"]
    right = A.Compose([A.HorizontalFlip(p=1), A.Crop(0, 0, 20, 40)])(image=image)["image"]
    assert same(left, image[:, 19::-1].copy())
    assert same(right, image[:, :39:-1].copy())


def test_the_result_is_new_and_the_input_stays():
    image = photo()
    before = image.copy()
    result = A.Compose([A.NoOp(p=1)])(image=image)["image"]
    assert same(image, before)
    assert same(result, image)
    assert not np.shares_memory(result, image)


def test_p_of_the_policy_decides_about_all_of_it():
    image = photo()
    never = A.Compose([A.HorizontalFlip(p=1), A.Normalize()], p=0)
    assert same(never(image=image)["image"], image)
    half = A.Compose([A.HorizontalFlip(p=1), A.InvertImg(p=1)], p=0.5, seed=3, save_applied_params=True)
    seen = {tuple(applied(half, image=image, index=index)) for index in range(40)}
    assert seen == {(), ("HorizontalFlip", "InvertImg")}


def test_an_empty_policy_gives_back_what_came():
    image = photo()
    policy = A.Compose([])
    assert policy.is_deterministic
    assert same(policy(image=image)["image"], image)


def test_addition_and_subtraction_make_new_policies():
    base = A.Compose([A.HorizontalFlip(p=1)], seed=3)
    assert [type(t).__name__ for t in base + A.InvertImg(p=1)] == ["HorizontalFlip", "InvertImg"]
    assert [type(t).__name__ for t in base + [A.InvertImg(p=1), A.ToGray(p=1)]] == [
        "HorizontalFlip",
        "InvertImg",
        "ToGray",
    ]
    assert [type(t).__name__ for t in A.InvertImg(p=1) + base] == ["InvertImg", "HorizontalFlip"]
    assert [type(t).__name__ for t in [A.InvertImg(p=1)] + base] == ["InvertImg", "HorizontalFlip"]
    longer = base + A.InvertImg(p=1)
    assert [type(t).__name__ for t in longer - A.HorizontalFlip] == ["InvertImg"]
    assert longer - A.InvertImg(p=1) == base
    assert len(base) == 1
    assert longer.seed == 3
    with pytest.raises(A.PolicyError, match="no .*ToGray.* to take away"):
        base - A.ToGray


def test_length_indexing_and_iteration():
    children = [A.HorizontalFlip(p=1), A.InvertImg(p=0.5), A.Normalize()]
    policy = A.Compose(children)
    assert len(policy) == 3
    assert list(policy) == children
    assert policy[1] == children[1]
    assert policy[-1] == children[-1]
    with pytest.raises(IndexError):
        policy[3]


def test_repr_is_code():
    policy = A.Compose(
        [
            A.RandomCrop(20, 24),
            A.OneOf([A.InvertImg(p=0.3), A.SomeOf([A.ToGray(p=1), A.Solarize(p=0.2)], n=2, p=0.9)], p=0.7),
            A.OneOrOther(A.HorizontalFlip(p=1), A.VerticalFlip(p=1), p=0.4),
            A.RandomOrder([A.RandomGamma(), A.Posterize()], n=2),
            A.SelectiveChannelTransform([A.InvertImg(p=1)], channels=(0, 2)),
            A.Sequential([A.Normalize(mean=[0.5], std=[0.25])], p=1),
        ],
        bbox_params=A.BboxParams("coco", label_fields=["names"], min_area=3),
        keypoint_params=A.KeypointParams("xya", remove_invisible=False),
        additional_targets={"depth": "mask"},
        p=0.75,
        strict=True,
        mask_interpolation="linear",
        seed=11,
        save_applied_params=True,
        merge_geometry=True,
    )
    again = eval(repr(policy), vars(A))
    assert again == policy
    assert repr(again) == repr(policy)


def test_equality_and_hash_follow_the_arguments():
    assert A.Compose([A.HorizontalFlip()], seed=1) == A.Compose([A.HorizontalFlip(p=0.5)], seed=1)
    assert A.Compose([A.HorizontalFlip()], seed=1) != A.Compose([A.HorizontalFlip()], seed=2)
    assert A.Compose([A.HorizontalFlip()]) != A.Compose([A.VerticalFlip()])
    assert hash(A.Compose([A.HorizontalFlip()], seed=1)) == hash(A.Compose([A.HorizontalFlip()], seed=1))


def test_a_copy_gives_the_same_pixels_even_without_a_seed():
    image = photo()
    policy = A.Compose([A.RandomCrop(20, 24), A.HorizontalFlip()])
    for again in (copy.copy(policy), copy.deepcopy(policy), pickle.loads(pickle.dumps(policy))):
        for index in range(8):
            assert same(again(image=image, index=index), policy(image=image, index=index))


def test_a_copy_goes_on_counting_where_the_original_stood():
    image = photo()
    policy = A.Compose([A.RandomCrop(8, 8)], seed=5)
    for _ in range(3):
        policy(image=image)
    again = pickle.loads(pickle.dumps(policy))
    assert [same(policy(image=image), again(image=image)) for _ in range(5)] == [True] * 5


@pytest.mark.parametrize(
    ("transforms", "expected"),
    [
        ([A.Normalize()], True),
        ([A.HorizontalFlip(p=1)], True),
        ([A.HorizontalFlip(p=0)], True),
        ([A.HorizontalFlip(p=0.5)], False),
        ([A.CenterCrop(8, 8), A.Normalize()], True),
        ([A.RandomCrop(8, 8)], False),
        ([A.OneOf([A.HorizontalFlip(p=1)], p=1)], True),
        ([A.OneOf([A.HorizontalFlip(p=1), A.VerticalFlip(p=1)], p=1)], False),
        ([A.OneOf([A.HorizontalFlip(p=1), A.VerticalFlip(p=0)], p=1)], True),
        ([A.SomeOf([A.HorizontalFlip(p=1), A.VerticalFlip(p=1)], n=2)], True),
        ([A.SomeOf([A.HorizontalFlip(p=1), A.VerticalFlip(p=1)], n=1)], False),
        ([A.RandomOrder([A.HorizontalFlip(p=1), A.InvertImg(p=1)], n=2)], False),
        ([A.Sequential([A.RandomCrop(8, 8)], p=0)], True),
        ([A.Lambda(image=lambda image, **_: image)], False),
    ],
    ids=str,
)
def test_determinism_is_a_checkable_fact(transforms, expected):
    assert A.Compose(transforms).is_deterministic is expected


def test_strict_refuses_what_is_no_target():
    image = photo()
    with pytest.raises(A.TargetError, match="'name' is no target"):
        A.Compose([A.NoOp()], strict=True)(image=image, name="x")
    assert A.Compose([A.NoOp()])(image=image, name="x")["name"] == "x"


def test_targets_are_named():
    with pytest.raises(KeyError, match="image=image"):
        A.Compose([A.NoOp()])(photo())


def test_an_image_is_needed():
    with pytest.raises(A.ShapeError, match="no image"):
        A.Compose([A.NoOp()])(name="x")


def test_sizes_are_compared_unless_told_not_to():
    image, mask = photo(20, 30), labels(20, 31)
    with pytest.raises(A.ShapeError, match=r"image 20×30.*mask 20×31.*is_check_shapes=False"):
        A.Compose([A.HorizontalFlip(p=1)])(image=image, mask=mask)
    result = A.Compose([A.HorizontalFlip(p=1)], is_check_shapes=False)(image=image, mask=mask)
    assert same(result["mask"], mask[:, ::-1].copy())


def test_additional_targets_move_along():
    image, other = photo(seed=1), photo(seed=2)
    depth = labels(dtype=np.uint16)
    policy = A.Compose(
        [A.RandomCrop(16, 16), A.HorizontalFlip(), A.InvertImg(p=1)],
        additional_targets={"right": "image", "depth": "mask"},
        seed=1,
    )
    for index in range(6):
        result = policy(image=image, right=other, depth=depth, index=index)
        assert same(result["right"], policy(image=other, index=index)["image"])
        assert same(result["depth"], policy(image=image, mask=depth, index=index)["mask"])


def test_additional_targets_must_be_something():
    with pytest.raises(A.PolicyError, match=r"additional_targets\['x'\].*must be one of"):
        A.Compose([], additional_targets={"x": "picture"})
    with pytest.raises(A.PolicyError, match="mask is a target already"):
        A.Compose([], additional_targets={"mask": "image"})


def test_mask_interpolation_of_the_policy_counts_for_all_masks():
    image = photo(20, 30)
    mask = np.zeros((20, 30), np.uint8)
    mask[:, 15:] = 200
    by_default = A.Compose([A.Resize(31, 47)])(image=image, mask=mask)["mask"]
    smooth = A.Compose([A.Resize(31, 47)], mask_interpolation="linear")(image=image, mask=mask)["mask"]
    by_number = A.Compose([A.Resize(31, 47)], mask_interpolation=1)(image=image, mask=mask)["mask"]
    assert set(np.unique(by_default)) == {0, 200}
    assert len(np.unique(smooth)) > 2
    assert same(smooth, by_number)


def test_a_policy_inside_a_policy_is_its_transforms():
    image = photo()
    inner = A.Compose([A.HorizontalFlip(p=1), A.InvertImg(p=1)])
    assert same(A.Compose([inner])(image=image), A.Compose([A.HorizontalFlip(p=1), A.InvertImg(p=1)])(image=image))


def test_what_can_not_be_asked_for_is_refused():
    with pytest.raises(A.PolicyError, match="instance_binding: not supported"):
        A.Compose([], instance_binding=["a"])


def test_a_single_transform_runs_alone():
    image = photo()
    assert same(A.HorizontalFlip(p=1)(image=image)["image"], image[:, ::-1].copy())
    assert same(A.OneOf([A.InvertImg(p=1)], p=1)(image=image)["image"], 255 - image)


def test_explain_tells_draws_and_operations():
    policy = A.Compose([A.RandomCrop(16, 24), A.HorizontalFlip(p=1), A.Normalize()], seed=3)
    for text in (policy.explain((48, 64), index=4), policy.explain(photo(), index=4)):
        for word in ("RandomCrop", "HorizontalFlip", "Normalize", "16", "24"):
            assert word in text
    assert policy.explain((48, 64), index=4) == policy.explain((48, 64), index=4)
    assert len({policy.explain((48, 64), index=index) for index in range(10)}) > 1


def test_explain_tells_what_is_fused():
    policy = A.Compose([A.RandomResizedCrop((32, 32)), A.HorizontalFlip(p=1), A.Normalize()], seed=0)
    text = policy.explain((60, 80), index=1)
    for words in ("crop=", "resize to 32×32", "one pass [flip left–right; normalize", "reads nothing"):
        assert words in text


def every_container():
    """A policy and one container of each kind, with something of each that must not change."""
    flip = A.HorizontalFlip(p=1)
    return [
        (A.Compose([flip]), "p"),
        (A.Compose([flip]), "seed"),
        (A.Compose([flip]), "transforms"),
        (A.ReplayCompose([flip]), "save_key"),
        (A.Sequential([flip]), "transforms"),
        (A.OneOf([flip]), "p"),
        (A.SomeOf([flip]), "n"),
        (A.RandomOrder([flip]), "replace"),
        (A.OneOrOther(flip, flip), "transforms"),
        (A.SelectiveChannelTransform([flip]), "channels"),
        (A.BboxParams("coco"), "min_area"),
        (A.KeypointParams("xy"), "label_mapping"),
    ]


@pytest.mark.parametrize(
    ("thing", "name"), every_container(), ids=lambda value: value if isinstance(value, str) else type(value).__name__
)
def test_policies_never_change(thing, name):
    owner = type(thing).__name__
    before = repr(thing)
    with pytest.raises(AttributeError, match=rf"{owner}.{name} never changes; build a new {owner} with {name}="):
        setattr(thing, name, getattr(thing, name))
    with pytest.raises(AttributeError, match=rf"{owner}.{name} never changes"):
        delattr(thing, name)
    assert repr(thing) == before


@pytest.mark.parametrize("make", [A.Compose, A.OneOf, A.SomeOf])
def test_the_transforms_of_a_policy_never_change(make):
    policy = make([A.HorizontalFlip(p=1)])
    with pytest.raises(AttributeError, match="there is no append; build a new policy"):
        policy.transforms.append(A.Normalize())
    with pytest.raises(TypeError, match="build a new policy"):
        policy.transforms[0] = A.Normalize()
    with pytest.raises(AttributeError, match="never changes"):
        policy.transforms += [A.Normalize()]
    with pytest.raises(AttributeError, match="no attribute 'height'"):
        policy.transforms.height  # noqa: B018
    assert policy.transforms == [A.HorizontalFlip(p=1)]


def test_additional_targets_never_change():
    policy = A.Compose([A.HorizontalFlip()], additional_targets={"right": "image"})
    with pytest.raises(TypeError):
        policy.additional_targets["left"] = "image"
    assert policy.additional_targets == {"right": "image"}


def test_the_transforms_of_a_policy_are_read_like_a_list():
    flip, invert, gray = A.HorizontalFlip(p=1), A.InvertImg(p=1), A.ToGray(p=1)
    for policy in (A.Compose([flip, invert]), A.OneOf([flip, invert])):
        children = policy.transforms
        assert len(children) == 2
        assert list(children) == [flip, invert]
        assert children == [flip, invert] == children
        assert children != [flip]
        assert children[0] is flip
        assert children[-1] is invert
        assert children[1:] + [gray] == [invert, gray]
        assert children + [gray] == [flip, invert, gray]
        assert [gray] + children == [gray, flip, invert]
        assert repr(children) == repr([flip, invert])
        assert flip in children
        for again in (copy.copy(policy), copy.deepcopy(policy), pickle.loads(pickle.dumps(policy))):
            assert again == policy
            assert again.transforms == children
            with pytest.raises(AttributeError, match="never changes"):
                again.p = 0


def test_a_subclass_may_have_attributes_of_its_own():
    class Counted(A.Compose):
        def __init__(self, transforms):
            self.count = 0
            super().__init__(transforms)

        def __call__(self, **data):
            self.count += 1
            return super().__call__(**data)

    policy = Counted([A.NoOp()])
    policy(image=photo())
    policy(image=photo())
    assert policy.count == 2


def invert(image, **_):
    return 255 - image


def halve(image, **_):
    return image // 2


def wrapped(policy_of):
    return lambda function: A.Compose([policy_of(A.Lambda(image=function))], seed=1)


@pytest.mark.parametrize(
    "make",
    [wrapped(lambda node: node), wrapped(lambda node: A.OneOf([node])), wrapped(lambda node: A.OneOrOther(node, node))],
)
def test_policies_with_other_functions_are_others(make):
    assert make(invert) == make(invert)
    assert make(invert) != make(halve)
    assert hash(make(invert)) == hash(make(invert))
    assert hash(make(invert).transforms[0]) == hash(make(invert).transforms[0])


def test_a_lambda_of_two_policies_stays_what_it_is():
    first, second = A.Lambda(image=invert), A.Lambda(image=halve)
    before = (repr(first), hash(first), dict(vars(first)))
    one = A.Compose([first, second])
    other = A.Compose([second, A.OneOf([first], p=1), first])
    assert (repr(first), hash(first), dict(vars(first))) == before
    image = photo()
    assert same(one(image=image)["image"], (255 - image) // 2)
    assert same(other(image=image)["image"], 255 - (255 - image // 2))


def test_functions_that_cannot_be_hashed_are_fine():
    class Add:
        __hash__ = None

        def __init__(self, number):
            self.number = number

        def __eq__(self, other):
            return self.number == other.number

        def __call__(self, image, **_):
            return image + np.uint8(self.number)

    policies = [A.Compose([A.Lambda(image=Add(number))]) for number in (1, 1, 2)]
    assert policies[0] == policies[1] != policies[2]
    assert hash(policies[0]) == hash(policies[1])
