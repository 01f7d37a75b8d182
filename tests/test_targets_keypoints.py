"""Guards keypoints: formats, labels and their mapping, visibility, angles and scales, and that they go where the pixels go."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import fastaug as A
from markers import centroid, with_dot
from pictures import photo, same

HEIGHT, WIDTH = 60, 80

# Column order of each format for x=10, y=20, angle=30°, scale=2, z=7.
WRITTEN = {
    "xy": (10, 20),
    "yx": (20, 10),
    "xya": (10, 20, 30),
    "xys": (10, 20, 2),
    "xyas": (10, 20, 30, 2),
    "xysa": (10, 20, 2, 30),
    "xyz": (10, 20, 7),
}
FLIPPED = {
    "xy": (69, 20),
    "yx": (20, 69),
    "xya": (69, 20, 150),
    "xys": (69, 20, 2),
    "xyas": (69, 20, 150, 2),
    "xysa": (69, 20, 2, 150),
    "xyz": (69, 20, 7),
}


def image():
    return photo(HEIGHT, WIDTH)


def policy(transforms, form="xy", **params):
    return A.Compose(transforms, keypoint_params=A.KeypointParams(form, **params), seed=1)


@pytest.mark.parametrize("form", WRITTEN)
def test_every_format_is_read_and_written(form):
    result = policy([A.HorizontalFlip(p=1)], form)(image=image(), keypoints=np.array([WRITTEN[form]], np.float64))
    np.testing.assert_allclose(result["keypoints"], [FLIPPED[form]], rtol=1e-12)


@pytest.mark.parametrize("form", WRITTEN)
def test_keypoints_that_do_not_move_come_back_as_they_were(form):
    points = np.array([WRITTEN[form]], np.float32)
    assert same(policy([A.InvertImg(p=1)], form)(image=image(), keypoints=points)["keypoints"], points)


def test_radians_when_asked():
    points = np.array([[10, 20, 0.5]])
    result = policy([A.HorizontalFlip(p=1)], "xya", angle_in_degrees=False)(image=image(), keypoints=points)
    np.testing.assert_allclose(result["keypoints"], [[69, 20, np.pi - 0.5]])


def test_containers_and_extra_columns():
    flip = policy([A.HorizontalFlip(p=1)])
    assert flip(image=image(), keypoints=[[10, 20]])["keypoints"] == [[69, 20]]
    assert flip(image=image(), keypoints=[(10, 20, "nose")])["keypoints"] == [(69, 20, "nose")]
    assert flip(image=image(), keypoints=((10, 20),))["keypoints"] == ((69, 20),)
    given_array = np.array([[10, 20, 5, 6]], np.float32)
    assert same(flip(image=image(), keypoints=given_array)["keypoints"], np.array([[69, 20, 5, 6]], np.float32))
    assert same(flip(image=image(), keypoints=np.empty((0, 3), np.float32))["keypoints"], np.empty((0, 3), np.float32))
    assert flip(image=image(), keypoints=[])["keypoints"] == []


def test_what_leaves_the_image_is_dropped_with_its_labels():
    cut = policy([A.Crop(0, 0, 40, HEIGHT)], label_fields=["names"])
    result = cut(image=image(), keypoints=[(39.5, 5), (40, 5), (3, 3)], names=["in", "out", "deep"])
    assert result["keypoints"] == [(39.5, 5), (3, 3)]
    assert result["names"] == ["in", "deep"]


def test_what_leaves_the_image_is_kept_when_asked():
    cut = policy([A.Crop(10, 10, 40, HEIGHT)], remove_invisible=False)
    assert cut(image=image(), keypoints=[(5, 50), (70, 3)])["keypoints"] == [(-5, 40), (60, -7)]


def test_keypoints_outside_are_refused_unless_invisible_ones_are_kept():
    with pytest.raises(A.TargetError, match=r"keypoints\[1\].*outside the image of 60×80.*remove_invisible=False"):
        policy([A.NoOp()])(image=image(), keypoints=[(1, 1), (81, 5)])
    assert policy([A.NoOp()], remove_invisible=False)(image=image(), keypoints=[(81, 5)])["keypoints"] == [(81, 5)]


def test_checks_after_each_transform_or_only_at_the_end():
    there_and_back = [A.Crop(0, 0, 20, HEIGHT), A.Pad((0, 0, 60, 0))]
    assert policy(there_and_back)(image=image(), keypoints=[(50, 5)])["keypoints"] == []
    late = policy(there_and_back, check_each_transform=False)
    assert late(image=image(), keypoints=[(50, 5)])["keypoints"] == [(50, 5)]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_that_are_none_are_refused(value):
    with pytest.raises(A.TargetError, match=r"keypoints\[0\].*not a finite number"):
        policy([A.NoOp()])(image=image(), keypoints=[(value, 5)])


def test_keypoints_without_a_format_are_refused():
    with pytest.raises(A.TargetError, match=r"keypoint_params=KeypointParams\("):
        A.Compose([A.NoOp()])(image=image(), keypoints=[(1, 2)])
    with pytest.raises(A.PolicyError, match="coord_format"):
        A.Compose([], keypoint_params=A.KeypointParams("xyq"))


SIDES = {"HorizontalFlip": {"names": {"left eye": "right eye", "right eye": "left eye"}}}


def test_labels_swap_under_the_transform_that_mirrors():
    mirrored = policy([A.HorizontalFlip(p=1)], label_fields=["names"], label_mapping=SIDES)
    names = ["left eye", "nose", "right eye"]
    points = [(10, 20), (15, 30), (20, 20)]
    result = mirrored(image=image(), keypoints=points, names=names)
    assert result["names"] == ["right eye", "nose", "left eye"]
    assert result["keypoints"] == [(69, 20), (64, 30), (59, 20)]


def test_labels_swap_only_when_the_transform_ran():
    some = policy([A.HorizontalFlip(p=0.5)], label_fields=["names"], label_mapping=SIDES)
    outcomes = set()
    for index in range(30):
        result = some(image=image(), keypoints=[(10, 20)], names=("left eye",), index=index)
        assert result["names"] == ("right eye",) if result["keypoints"] == [(69, 20)] else ("left eye",)
        outcomes.add(result["names"])
    assert outcomes == {("left eye",), ("right eye",)}


def test_labels_swapped_twice_are_back():
    twice = policy([A.HorizontalFlip(p=1), A.HorizontalFlip(p=1)], label_fields=["names"], label_mapping=SIDES)
    assert twice(image=image(), keypoints=[(10, 20)], names=["left eye"])["names"] == ["left eye"]


def test_labels_in_arrays_keep_their_type():
    mapping = {"VerticalFlip": {"ids": {36: 45, 45: 36}}}
    some = policy([A.VerticalFlip(p=1)], label_fields=["ids"], label_mapping=mapping)
    result = some(image=image(), keypoints=[(1, 2), (3, 4), (5, 6)], ids=np.array([36, 45, 7], np.int16))
    assert same(result["ids"], np.array([45, 36, 7], np.int16))


def test_labels_are_mapped_by_the_name_in_the_policy():
    inside = policy(
        [A.OneOf([A.SomeOf([A.HorizontalFlip(p=1)], n=1)], p=1)], label_fields=["names"], label_mapping=SIDES
    )
    assert inside(image=image(), keypoints=[(10, 20)], names=["left eye"])["names"] == ["right eye"]


def test_a_mapping_of_unknown_fields_is_refused():
    with pytest.raises(A.PolicyError, match=r"label_mapping\['HorizontalFlip'\].*names.*not among label_fields"):
        A.KeypointParams("xy", label_mapping=SIDES)


def test_erased_keypoints_are_dropped():
    points = np.array([[x, y] for x in range(2, WIDTH, 6) for y in range(2, HEIGHT, 6)], np.float32)
    erase = A.Compose(
        [A.CoarseDropout((3, 3), (15, 20), (15, 20), p=1)], keypoint_params=A.KeypointParams("xy"), seed=1
    )
    dropped = 0
    for index in range(20):
        result = erase(image=np.full((HEIGHT, WIDTH), 255, np.uint8), keypoints=points, index=index)
        visible = result["image"][points[:, 1].astype(int), points[:, 0].astype(int)] == 255
        assert same(result["keypoints"], points[visible])
        dropped += (~visible).sum()
    assert dropped


# What the transform does to a point at (10, 20), angle 30°, scale 2, of an image 80 wide and 60 high.
EXACT = {
    "HorizontalFlip": (A.HorizontalFlip(p=1), (69, 20, 150, 2)),
    "VerticalFlip": (A.VerticalFlip(p=1), (10, 39, 330, 2)),
    "half turn": (A.D4(group_element="r180", p=1), (69, 39, 210, 2)),
    "Resize": (A.Resize(120, 160), (20, 40, 30, 4)),
    "Crop": (A.Crop(5, 7, 60, 50), (5, 13, 30, 2)),
    "Pad": (A.Pad((1, 2, 3, 4)), (11, 22, 30, 2)),
}


@pytest.mark.parametrize("name", EXACT)
def test_angles_and_scales_change_with_positions(name):
    transform, expected = EXACT[name]
    result = policy([transform], "xyas")(image=image(), keypoints=[(10, 20, 30, 2)])["keypoints"]
    np.testing.assert_allclose(result, [expected], atol=0.51 if name == "Resize" else 1e-9)


@st.composite
def points_in_image(draw):
    return draw(st.integers(12, WIDTH - 13)), draw(st.integers(12, HEIGHT - 13))


MOVES = [
    A.HorizontalFlip(p=1),
    A.VerticalFlip(p=1),
    A.Transpose(p=1),
    A.RandomRotate90(p=1),
    A.D4(p=1),
    A.RandomCrop(50, 60),
    A.PadIfNeeded(90, 100, position="random"),
    A.Affine(scale=(0.8, 1.3), rotate=(-40, 40), shear=(-8, 8), translate_percent=(-0.1, 0.1), p=1),
    A.Affine(rotate=(-90, 90), fit_output=True, p=1),
    A.Rotate(limit=60, p=1),
    A.Rotate(limit=30, crop_border=True, p=1),
    A.SafeRotate(limit=60, p=1),
    A.ShiftScaleRotate(p=1),
    A.Perspective(scale=(0.03, 0.08), p=1),
    A.Perspective(scale=(0.03, 0.08), fit_output=True, p=1),
    A.Perspective(scale=(0.03, 0.08), keep_size=False, p=1),
]


@pytest.mark.parametrize("transform", MOVES, ids=repr)
@given(point=points_in_image(), index=st.integers(0, 2**40))
def test_keypoints_follow_the_pixels(transform, point, index):
    """The centre of a dot drawn around the keypoint is found where the keypoint says it is."""
    result = policy([transform], "xy")(image=with_dot(HEIGHT, WIDTH, *point), keypoints=[point], index=index)
    height, width = result["image"].shape
    if not result["keypoints"]:
        return
    x, y = result["keypoints"][0]
    # Near the border the dot is cut, so that its centre is elsewhere.
    assume(9 <= x < width - 9 and 9 <= y < height - 9)
    np.testing.assert_allclose(centroid(result["image"]), [x, y], atol=0.6)


TURNS = [
    A.HorizontalFlip(p=1),
    A.VerticalFlip(p=1),
    A.Transpose(p=1),
    A.RandomRotate90(p=1),
    A.D4(p=1),
    A.Affine(scale=(0.8, 1.3), rotate=(-180, 180), translate_percent=(-0.1, 0.1), p=1),
    A.Affine(rotate=(-90, 90), fit_output=True, p=1),
    A.Rotate(limit=60, p=1),
    A.Rotate(limit=30, crop_border=True, p=1),
    A.ShiftScaleRotate(p=1),
]
"""Without those that shear or squeeze: there, all angles of a picture do not turn alike."""


@pytest.mark.parametrize("transform", TURNS, ids=repr)
@given(point=points_in_image(), angle=st.integers(0, 359), index=st.integers(0, 2**40))
def test_angles_follow_the_pixels(transform, point, angle, index):
    """The direction from a point to its neighbour, before and after, turns like the angle that it has."""
    step = 5.0
    radians = np.deg2rad(angle)
    # Angles run against the clock: y points down.
    neighbour = (point[0] + step * np.cos(radians), point[1] - step * np.sin(radians))
    some = policy([transform], "xya", remove_invisible=False)
    result = some(image=image(), keypoints=[(*point, angle), (*neighbour, angle)], index=index)["keypoints"]
    (x0, y0, made), (x1, y1, _) = result
    direction = np.rad2deg(np.arctan2(-(y1 - y0), x1 - x0))
    assert abs((made - direction + 180) % 360 - 180) < 1, (result, direction)
