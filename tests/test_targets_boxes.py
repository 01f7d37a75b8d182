"""Guards boxes: formats, containers, labels, filters, errors, and that they go where the pixels go."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fastaug as A
from markers import extent, with_marker
from pictures import photo, same

HEIGHT, WIDTH = 60, 80
BOX = (10, 20, 50, 45)
"""Left, top, right, bottom."""

WRITTEN = {
    "pascal_voc": (10, 20, 50, 45),
    "coco": (10, 20, 40, 25),
    "albumentations": (10 / 80, 20 / 60, 50 / 80, 45 / 60),
    "yolo": (30 / 80, 32.5 / 60, 40 / 80, 25 / 60),
    "cxcywh": (30, 32.5, 40, 25),
}
FLIPPED = {
    "pascal_voc": (30, 20, 70, 45),
    "coco": (30, 20, 40, 25),
    "albumentations": (30 / 80, 20 / 60, 70 / 80, 45 / 60),
    "yolo": (50 / 80, 32.5 / 60, 40 / 80, 25 / 60),
    "cxcywh": (50, 32.5, 40, 25),
}


def flip(form, **params):
    return A.Compose([A.HorizontalFlip(p=1)], bbox_params=A.BboxParams(form, **params))


def image():
    return photo(HEIGHT, WIDTH)


@pytest.mark.parametrize("form", WRITTEN)
def test_every_format_is_read_and_written(form):
    result = flip(form)(image=image(), bboxes=np.array([WRITTEN[form]]))
    np.testing.assert_allclose(result["bboxes"], [FLIPPED[form]], rtol=1e-12)


@pytest.mark.parametrize("form", WRITTEN)
def test_boxes_that_do_not_move_come_back_as_they_were(form):
    policy = A.Compose([A.InvertImg(p=1)], bbox_params=A.BboxParams(form))
    boxes = np.array([WRITTEN[form]], np.float32)
    np.testing.assert_allclose(policy(image=image(), bboxes=boxes)["bboxes"], boxes, rtol=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_arrays_come_back_as_arrays_of_their_type(dtype):
    result = flip("pascal_voc")(image=image(), bboxes=np.array([BOX], dtype))["bboxes"]
    assert same(result, np.array([FLIPPED["pascal_voc"]], dtype))


def test_whole_numbers_come_back_as_float():
    assert flip("pascal_voc")(image=image(), bboxes=np.array([BOX]))["bboxes"].dtype == np.float32


def test_lists_and_tuples_come_back_as_such():
    policy = flip("pascal_voc")
    assert policy(image=image(), bboxes=[list(BOX)])["bboxes"] == [[30, 20, 70, 45]]
    assert policy(image=image(), bboxes=[BOX])["bboxes"] == [(30, 20, 70, 45)]
    assert policy(image=image(), bboxes=(BOX,))["bboxes"] == ((30, 20, 70, 45),)


def test_extra_columns_are_carried_along():
    policy = A.Compose([A.Crop(0, 0, 40, HEIGHT)], bbox_params=A.BboxParams("pascal_voc"))
    boxes = np.array([[60, 5, 70, 15, 1, 0.5], [10, 20, 50, 45, 2, 0.25], [5, 5, 8, 8, 3, 0.125]], np.float32)
    result = policy(image=image(), bboxes=boxes)["bboxes"]
    assert same(result, np.array([[10, 20, 40, 45, 2, 0.25], [5, 5, 8, 8, 3, 0.125]], np.float32))
    rows = [(60, 5, 70, 15, "gone", None), (10, 20, 50, 45, "cat", {"id": 7})]
    assert policy(image=image(), bboxes=rows)["bboxes"] == [(10, 20, 40, 45, "cat", {"id": 7})]


def test_label_fields_of_any_type_follow_their_boxes():
    policy = A.Compose(
        [A.Crop(0, 0, 40, HEIGHT)], bbox_params=A.BboxParams("pascal_voc", label_fields=["names", "ids", "things"])
    )
    things = [object(), object(), object()]
    result = policy(
        image=image(),
        bboxes=[(60, 5, 70, 15), BOX, (5, 5, 8, 8)],
        names=["far", "cat", "dog"],
        ids=np.array([10, 20, 30], np.int64),
        things=tuple(things),
    )
    assert result["names"] == ["cat", "dog"]
    assert same(result["ids"], np.array([20, 30], np.int64))
    assert result["things"] == (things[1], things[2])


@pytest.mark.parametrize("columns", [4, 5, 7])
def test_no_boxes_keep_their_shape(columns):
    empty = np.empty((0, columns), np.float32)
    policy = flip("pascal_voc", label_fields=["names"])
    result = policy(image=image(), bboxes=empty, names=[])
    assert same(result["bboxes"], empty)
    assert result["names"] == []
    assert policy(image=image(), bboxes=[], names=[])["bboxes"] == []


def test_boxes_that_all_leave_give_an_empty_array_of_the_same_width():
    policy = A.Compose([A.Crop(70, 50, 80, 60)], bbox_params=A.BboxParams("pascal_voc"))
    assert policy(image=image(), bboxes=np.array([[*BOX, 9]], np.float32))["bboxes"].shape == (0, 5)


def kept(box, window, **params):
    """What is left of a box when the image is cut to a window."""
    policy = A.Compose([A.Crop(*window)], bbox_params=A.BboxParams("pascal_voc", **params))
    return [tuple(row) for row in policy(image=image(), bboxes=[box])["bboxes"]]


def test_min_area_counts_visible_pixels():
    window = (0, 0, 20, 60)  # leaves 10 × 25 of the box
    assert kept(BOX, window, min_area=250) == [(10, 20, 20, 45)]
    assert kept(BOX, window, min_area=251) == []


def test_min_visibility_is_a_share_of_what_was_there():
    window = (0, 0, 20, 60)  # leaves a quarter of the box
    assert kept(BOX, window, min_visibility=0.2499) == [(10, 20, 20, 45)]
    assert kept(BOX, window, min_visibility=0.26) == []


def test_min_width_and_min_height_are_pixels():
    window = (0, 0, 20, 30)  # leaves 10 × 10
    assert kept(BOX, window, min_width=10, min_height=10) == [(10, 20, 20, 30)]
    assert kept(BOX, window, min_width=10.5) == []
    assert kept(BOX, window, min_height=10.5) == []


def test_max_accept_ratio_is_long_by_short():
    window = (0, 0, 20, 60)  # leaves 10 × 25
    assert kept(BOX, window, max_accept_ratio=2.6) == [(10, 20, 20, 45)]
    assert kept(BOX, window, max_accept_ratio=2.4) == []


def test_checks_after_each_transform_or_only_at_the_end():
    there_and_back = [A.Crop(0, 0, 20, 60), A.Pad((0, 0, 60, 0))]
    for each, expected in ((True, [(10, 20, 20, 45)]), (False, [(10, 20, 50, 45)])):
        params = A.BboxParams("pascal_voc", check_each_transform=each)
        policy = A.Compose(there_and_back, bbox_params=params)
        assert [tuple(row) for row in policy(image=image(), bboxes=[BOX])["bboxes"]] == expected


def test_clip_after_transform_can_be_left_out():
    assert kept(BOX, (0, 0, 20, 60), clip_after_transform=False) == [(10, 20, 50, 45)]


def test_a_rounding_outside_is_clipped():
    policy = flip("albumentations")
    boxes = np.array([[0.5, -1e-6, 1.0000001, 0.5]], np.float64)
    np.testing.assert_array_equal(policy(image=image(), bboxes=boxes)["bboxes"], [[0, 0, 0.5, 0.5]])


WRONG = {
    "reaches out of the image": (10, 20, 90, 45),
    "has no width": (50, 20, 10, 45),
    "has no height": (10, 20, 50, 20),
    "not a finite number": (10, 20, float("nan"), 45),
}


@pytest.mark.parametrize("words", WRONG)
def test_a_wrong_box_is_an_error_with_its_row_and_value(words):
    with pytest.raises(A.TargetError, match=words) as caught:
        flip("pascal_voc")(image=image(), bboxes=[BOX, WRONG[words]])
    message = str(caught.value)
    assert "bboxes[1]" in message
    assert "20" in message
    assert "filter_invalid_bboxes=True" in message


@pytest.mark.parametrize("words", WRONG)
def test_a_wrong_box_is_dropped_when_asked(words):
    policy = flip("pascal_voc", filter_invalid_bboxes=True, label_fields=["names"])
    result = policy(image=image(), bboxes=[WRONG[words], BOX], names=["wrong", "right"])
    assert result["bboxes"] == [(30, 20, 70, 45)]
    assert result["names"] == ["right"]


def test_boxes_that_reach_out_are_clipped_when_asked():
    for name in ("clip_bboxes_on_input", "clip"):
        policy = flip("pascal_voc", **{name: True})
        assert policy(image=image(), bboxes=[(-10, 20, 50, 70)])["bboxes"] == [(30, 20, 80, 60)]


def test_infinite_boxes_are_refused():
    with pytest.raises(A.TargetError, match="finite"):
        flip("pascal_voc")(image=image(), bboxes=[(0, 0, float("inf"), 5)])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"bboxes": [(1, 2, 3)]}, r"bboxes\[0\] must have at least 4 values"),
        ({"bboxes": np.zeros((2, 3))}, "at least 4 columns, got 3"),
        ({"bboxes": np.zeros(4)}, r"must have shape \(count, 4 or more\)"),
        ({"bboxes": [("a", "b", "c", "d")]}, "coordinates must be numbers"),
        ({"bboxes": [BOX]}, "'names' is a label field of bboxes, but was not given"),
        ({"bboxes": [BOX], "names": []}, "names has 0 labels for 1 bboxes"),
    ],
)
def test_boxes_of_the_wrong_shape_are_refused_with_words(data, words):
    with pytest.raises(A.TargetError, match=words):
        flip("pascal_voc", label_fields=["names"])(image=image(), **data)


def test_boxes_without_a_format_are_refused():
    with pytest.raises(A.TargetError, match=r"bbox_params=BboxParams\("):
        A.Compose([A.HorizontalFlip(p=1)])(image=image(), bboxes=[BOX])
    with pytest.raises(A.PolicyError, match="coord_format"):
        A.BboxParams()
    with pytest.raises(A.PolicyError, match="coord_format"):
        A.Compose([], bbox_params=A.BboxParams("voc"))


def test_both_dialects_name_the_format():
    assert A.BboxParams(format="coco") == A.BboxParams(coord_format="coco") == A.BboxParams("coco")
    with pytest.raises(A.PolicyError, match="two names of one argument"):
        A.BboxParams("coco", format="coco")


def test_additional_boxes_have_rows_of_their_own():
    policy = A.Compose(
        [A.Crop(0, 0, 40, HEIGHT)],
        bbox_params=A.BboxParams("pascal_voc"),
        additional_targets={"ignored": "bboxes"},
    )
    result = policy(image=image(), bboxes=[(60, 5, 70, 15), BOX], ignored=[(1, 2, 3, 4), (61, 5, 70, 15)])
    assert result["bboxes"] == [(10, 20, 40, 45)]
    assert result["ignored"] == [(1, 2, 3, 4)]


def test_erased_areas_are_taken_out_of_boxes():
    params = A.BboxParams("pascal_voc", min_visibility=0.501)
    policy = A.Compose(
        [A.CoarseDropout((6, 6), (20, 20), (20, 20), p=1)], bbox_params=params, seed=0, save_applied_params=True
    )
    boxes = np.array([[0, 0, 20, 20], [40, 10, 70, 50], [10, 40, 30, 60]], np.float32)
    outcomes = set()
    for index in range(60):
        white = np.full((HEIGHT, WIDTH), 255, np.uint8)
        result = policy(image=white, bboxes=boxes, index=index)
        for row in range(3):
            left, top, right, bottom = boxes[row].astype(int)
            part = result["image"][top:bottom, left:right]
            share = (part == 255).mean()
            left_over = extent(part)
            if left_over is None or share < 0.501:
                outcomes.add("gone")
                continue
            expected = left_over + [left, top, left, top]
            assert any((abs(box - expected) < 1e-6).all() for box in result["bboxes"]), (index, row)
            outcomes.add("whole" if share == 1 else "part")
    assert outcomes == {"gone", "part", "whole"}


@st.composite
def boxes_in_image(draw):
    left = draw(st.integers(0, WIDTH - 6))
    top = draw(st.integers(0, HEIGHT - 6))
    return (left, top, draw(st.integers(left + 5, WIDTH)), draw(st.integers(top + 5, HEIGHT)))


EXACT_MOVES = [
    A.HorizontalFlip(p=1),
    A.VerticalFlip(p=1),
    A.Transpose(p=1),
    A.RandomRotate90(p=1),
    A.D4(p=1),
    A.RandomCrop(40, 50),
    A.CenterCrop(40, 51),
    A.Pad((3, 4, 5, 6)),
    A.PadIfNeeded(90, 100, position="random"),
    A.CropAndPad(px=((-5, 5), (-5, 5), (-5, 5), (-5, 5)), keep_size=False),
]


@given(box=boxes_in_image(), index=st.integers(0, 2**40), order=st.permutations(range(len(EXACT_MOVES))))
def test_boxes_follow_pixels_that_move_whole(box, index, order):
    policy = A.Compose([EXACT_MOVES[number] for number in order[:3]], bbox_params=A.BboxParams("pascal_voc"), seed=1)
    marked = with_marker(HEIGHT, WIDTH, box)
    try:
        result = policy(image=marked, bboxes=[box], index=index)
    except A.ShapeError as error:
        assert "needs an image of at least" in str(error)  # one crop after another may ask too much
        return
    found = extent(result["image"])
    if found is None:
        assert result["bboxes"] == []
    else:
        np.testing.assert_allclose(result["bboxes"], [found])


RESIZES = [
    A.Resize(90, 130),
    A.SmallestMaxSize(100),
    A.LongestMaxSize(150),
    A.LetterBox((100, 120)),
    A.RandomScale((0.5, 1.0), p=1),
    A.RandomResizedCrop((80, 96), scale=(0.5, 1.0)),
    A.RandomSizedCrop((30, 50), (80, 90)),
    A.CropAndPad(percent=(-0.1, 0.1)),
]


@pytest.mark.parametrize("transform", RESIZES, ids=lambda transform: type(transform).__name__)
@given(box=boxes_in_image(), index=st.integers(0, 2**40))
def test_boxes_follow_pixels_that_are_resized(transform, box, index):
    policy = A.Compose([transform], bbox_params=A.BboxParams("pascal_voc"), seed=1)
    result = policy(image=with_marker(HEIGHT, WIDTH, box), bboxes=[box], index=index)
    found = extent(result["image"])
    boxes = np.asarray(result["bboxes"], np.float64).reshape(-1, 4)
    if found is None:
        # Less than half a pixel can be left of it.
        assert (np.minimum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]) <= 1.6).all()
    elif len(boxes):
        np.testing.assert_allclose(boxes[0], found, atol=1.6)
    else:
        assert np.minimum(found[2] - found[0], found[3] - found[1]) <= 1.6


WARPS = [
    A.Affine(scale=(0.7, 1.3), rotate=(-40, 40), shear=(-10, 10), translate_percent=(-0.1, 0.1), p=1),
    A.Affine(scale=(0.7, 1.3), rotate=(-40, 40), fit_output=True, p=1),
    A.Affine(scale={"x": (0.5, 1.5), "y": (0.8, 1.2)}, keep_ratio=False, translate_px=(-10, 10), p=1),
    A.Rotate(limit=60, p=1),
    A.SafeRotate(limit=60, p=1),
    A.ShiftScaleRotate(p=1),
    A.Perspective(scale=(0.05, 0.15), p=1),
    A.Perspective(scale=(0.05, 0.15), fit_output=True, p=1),
    A.Perspective(scale=(0.05, 0.15), keep_size=False, p=1),
]


@pytest.mark.parametrize("transform", WARPS, ids=repr)
@given(box=boxes_in_image(), index=st.integers(0, 2**40))
def test_boxes_follow_pixels_that_are_warped(transform, box, index):
    """The corners of the box bound the warped marker, to the pixel that interpolation may add or take."""
    policy = A.Compose([transform], bbox_params=A.BboxParams("pascal_voc"), seed=1)
    result = policy(image=with_marker(HEIGHT, WIDTH, box), bboxes=[box], index=index)
    found = extent(result["image"])
    boxes = np.asarray(result["bboxes"], np.float64).reshape(-1, 4)
    if found is None or not len(boxes):
        left_over = boxes if len(boxes) else found if found is None else found[None]
        if left_over is not None and len(left_over):
            sides = np.minimum(left_over[:, 2] - left_over[:, 0], left_over[:, 3] - left_over[:, 1])
            # The box around a leaning marker may reach into the image where the marker itself does not.
            assert (sides <= 5).all(), (boxes, found)
        return
    # A sharp corner of the turned box is thinner than a pixel, and cut by the image it may end earlier than its box.
    assert (boxes[0, :2] <= found[:2] + 1.5).all(), (boxes, found)
    assert (boxes[0, 2:] >= found[2:] - 1.5).all(), (boxes, found)
    touches = (boxes[0] <= 0.5) | (boxes[0] >= np.array([*result["image"].shape[1::-1]] * 2) - 0.5)
    if not touches.any():
        np.testing.assert_allclose(boxes[0], found, atol=3)


def test_a_transform_says_whether_it_needs_labels():
    by_label = A.ConstrainedCoarseDropout(bbox_labels=["a"], p=1)
    assert by_label.needs_labels
    assert not A.ConstrainedCoarseDropout(mask_indices=[1], p=1).needs_labels
    assert not A.CoarseDropout().needs_labels
