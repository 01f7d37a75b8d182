"""Guards the containers: who runs, how often, in which order, on which channels, to any depth."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

import fastaug as A
from pictures import labels, photo, same

IMAGE = photo(12, 16)
# Transforms that can be told apart by name; each is its own inverse or harmless.
FLIP, TURN, INVERT, SWAP = (
    A.HorizontalFlip(p=1),
    A.VerticalFlip(p=1),
    A.InvertImg(p=1),
    A.ChannelShuffle(channel_order=(1, 0, 2), p=1),
)


def runs(node, count=400):
    """What ran in each of many samples, as tuples of names."""
    policy = A.Compose([node], seed=9, save_applied_params=True)
    return Counter(
        tuple(name for name, _ in policy(image=IMAGE, index=index)["applied_transforms"]) for index in range(count)
    )


def test_sequential_runs_all_or_nothing():
    assert set(runs(A.Sequential([FLIP, INVERT], p=0.5))) == {(), ("HorizontalFlip", "InvertImg")}
    assert set(runs(A.Sequential([FLIP, INVERT], p=1), 20)) == {("HorizontalFlip", "InvertImg")}


def test_one_of_runs_exactly_one():
    seen = runs(A.OneOf([FLIP, TURN, INVERT], p=1))
    assert set(seen) == {("HorizontalFlip",), ("VerticalFlip",), ("InvertImg",)}
    assert min(seen.values()) > 80


def test_one_of_takes_p_for_weights_and_runs_the_drawn_child_for_certain():
    seen = runs(A.OneOf([A.HorizontalFlip(p=0.01), A.VerticalFlip(p=0.03)], p=1))
    assert () not in seen
    assert 0.6 < seen[("VerticalFlip",)] / 400 < 0.9


def test_one_of_never_runs_a_child_without_weight():
    assert set(runs(A.OneOf([A.HorizontalFlip(p=0), TURN], p=1))) == {("VerticalFlip",)}


def test_one_or_other_runs_one_of_two():
    seen = runs(A.OneOrOther(FLIP, TURN, p=0.75))
    assert set(seen) == {("HorizontalFlip",), ("VerticalFlip",)}
    assert 0.65 < seen[("HorizontalFlip",)] / 400 < 0.85
    assert set(runs(A.OneOrOther(transforms=[FLIP, TURN], p=1), 20)) == {("HorizontalFlip",)}
    assert set(runs(A.OneOrOther(transforms=[FLIP, TURN], p=0), 20)) == {("VerticalFlip",)}


def test_some_of_keeps_the_written_order():
    seen = runs(A.SomeOf([FLIP, TURN, INVERT], n=2))
    assert set(seen) == {
        ("HorizontalFlip", "VerticalFlip"),
        ("HorizontalFlip", "InvertImg"),
        ("VerticalFlip", "InvertImg"),
    }


def test_some_of_leaves_the_drawn_their_own_chance():
    seen = runs(A.SomeOf([A.HorizontalFlip(p=0.5), A.InvertImg(p=0.5)], n=2))
    assert set(seen) == {(), ("HorizontalFlip",), ("InvertImg",), ("HorizontalFlip", "InvertImg")}


def test_some_of_takes_no_more_than_there_are():
    assert set(runs(A.SomeOf([FLIP, INVERT], n=7), 20)) == {("HorizontalFlip", "InvertImg")}
    assert set(runs(A.SomeOf([FLIP, INVERT], n=0), 20)) == {()}


def test_some_of_with_replacement_may_repeat():
    seen = runs(A.SomeOf([FLIP, INVERT], n=3, replace=True))
    assert {len(names) for names in seen} == {3}
    assert ("HorizontalFlip",) * 3 in seen
    assert ("InvertImg",) * 3 in seen


def test_a_repeated_child_draws_anew():
    policy = A.Compose([A.SomeOf([A.RandomCrop(30, 30), A.RandomCrop(30, 30)], n=1, replace=True)], seed=1)
    twice = A.Compose(
        [A.SomeOf([A.RandomBrightnessContrast(p=1)], n=2, replace=True)], seed=1, save_applied_params=True
    )
    first, second = twice(image=IMAGE, index=0)["applied_transforms"]
    assert first != second
    assert policy(image=photo(40, 40), index=0)["image"].shape == (30, 30, 3)


def test_random_order_runs_in_any_order():
    assert len(runs(A.RandomOrder([FLIP, TURN, INVERT], n=3))) == 6


def test_selected_channels_only():
    result = A.Compose([A.SelectiveChannelTransform([INVERT], channels=(0, 2))])(image=IMAGE)["image"]
    expected = IMAGE.copy()
    expected[:, :, [0, 2]] = 255 - expected[:, :, [0, 2]]
    assert same(result, expected)


def test_selected_channels_leave_masks_and_boxes():
    policy = A.Compose([A.SelectiveChannelTransform([FLIP], channels=(1,))], bbox_params=A.BboxParams("pascal_voc"))
    mask, boxes = labels(12, 16), np.array([[1, 2, 5, 6]], np.float32)
    result = policy(image=IMAGE, mask=mask, bboxes=boxes)
    assert same(result["mask"], mask)
    assert same(result["bboxes"], boxes)
    assert same(result["image"][:, :, 1], IMAGE[:, ::-1, 1].copy())
    assert same(result["image"][:, :, 0], IMAGE[:, :, 0].copy())


def test_selected_channels_must_exist_and_keep_their_size():
    with pytest.raises(A.ShapeError, match="channel 5 was selected of an image with 3 channels"):
        A.Compose([A.SelectiveChannelTransform([FLIP], channels=(5,))])(image=IMAGE)
    with pytest.raises(A.ShapeError, match="must keep size"):
        A.Compose([A.SelectiveChannelTransform([A.Transpose(p=1)], channels=(0,))])(image=IMAGE)
    with pytest.raises(A.PolicyError, match="each once"):
        A.SelectiveChannelTransform([FLIP], channels=(0, 0))


def nested(levels):
    node = INVERT
    for level in range(levels):
        node = (A.Sequential, A.OneOf, A.SomeOf)[level % 3]([node], p=1)
    return node


def test_nesting_as_deep_as_anyone_needs():
    assert same(A.Compose([nested(39)])(image=IMAGE)["image"], 255 - IMAGE)
    with pytest.raises(A.PolicyError, match="nested too deeply"):
        A.Compose([nested(60)])


def test_a_transform_added_at_the_end_changes_no_draw_before_it():
    short = A.Compose([A.RandomCrop(8, 8), A.OneOf([A.HorizontalFlip(), A.RandomBrightnessContrast()])], seed=4)
    long = short + A.NoOp(p=0.5)
    assert all(same(short(image=IMAGE, index=index), long(image=IMAGE, index=index)) for index in range(20))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: A.OneOf([]), "nothing to choose from"),
        (lambda: A.OneOf([A.HorizontalFlip(p=0)]), "at least one child needs p above 0"),
        (lambda: A.SomeOf([], n=1), "nothing to choose from"),
        (lambda: A.SomeOf([FLIP], n=-1), "SomeOf.n: must be a whole number"),
        (lambda: A.SomeOf([FLIP], n=65, replace=True), r"SomeOf.n: must be at most 64 with replace=True, got 65"),
        (lambda: A.RandomOrder([FLIP], n=10**9, replace=True), r"RandomOrder.n: must be at most 64 with replace=True"),
        (lambda: A.SomeOf([FLIP], n=1.5), "SomeOf.n: must be a whole number"),
        (lambda: A.OneOrOther(FLIP), "first and second"),
        (lambda: A.OneOrOther(transforms=[FLIP]), "takes two"),
        (lambda: A.Sequential(FLIP), "must be a list of transforms"),
        (lambda: A.Compose([A.HorizontalFlip]), r"write HorizontalFlip\("),
        (lambda: A.Compose([FLIP, 3]), r"Compose.transforms\[1\]: must be a transform, got 3"),
        (lambda: A.Compose([FLIP], p=2), "Compose.p: must be between 0 and 1"),
        (lambda: A.OneOf([FLIP], p="1"), "OneOf.p: must be between 0 and 1"),
    ],
)
def test_what_a_container_refuses(make, words):
    with pytest.raises(A.PolicyError, match=words):
        make()


def test_many_draws_where_a_child_may_be_drawn_again():
    assert A.SomeOf([FLIP], n=64, replace=True).n == 64
    assert A.SomeOf([FLIP] * 70, n=70).n == 70
    assert same(A.Compose([A.SomeOf([FLIP], n=64, replace=True)])(image=IMAGE)["image"], IMAGE)
