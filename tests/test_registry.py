"""Guards every transform by its name: a transform added later goes through all of this without anyone writing a test."""

from __future__ import annotations

import copy
import json
import pickle
import re

import numpy as np
import pytest

import fastaug as A
from every_transform import CASES, NAMES, case_id, default
from fastaug.transforms.declare import REGISTRY
from oracle import plainly
from pictures import labels, noise, photo, same

every_case = pytest.mark.parametrize("case", CASES, ids=case_id)
every_name = pytest.mark.parametrize("name", NAMES)


def make(case):
    name, arguments = case
    return default(name, **arguments)


def policy_of(case, **arguments):
    return A.Compose([make(case)], **{"seed": 11, **arguments})


def picture(case, height=37, width=53, channels=3, dtype=np.uint8, seed=0):
    """A picture of the type that shows what a transform does."""
    return photo(height, width, channels, np.float32 if case[0] == "FromFloat" else dtype, seed)


def attempt(policy, **data):
    """A result, or ``None`` if the policy refuses this number of channels, in words."""
    try:
        return policy(**data)
    except ValueError as error:
        words = str(error)
        assert "panicked" not in words
        assert type(policy[0]).__name__ in words
        assert "channel" in words, words
        return None


# -- as data ---------------------------------------------------------------------------------------------------------


@every_case
def test_every_way_of_writing_it_down_means_the_same(case):
    transform = make(case)
    again = {
        "pickle": pickle.loads(pickle.dumps(transform)),
        "copy": copy.copy(transform),
        "deep copy": copy.deepcopy(transform),
        "repr": eval(repr(transform), vars(A)),
        "json": A.Compose.from_json(A.Compose([transform]).to_json())[0],
        "yaml": A.Compose.from_yaml(A.Compose([transform]).to_yaml())[0],
        "own arguments": type(transform)(**json.loads(json.dumps(transform.params())), p=transform.p),
    }
    image = picture(case)
    expected = A.Compose([transform], seed=2)(image=image, index=3)
    for way, other in again.items():
        assert other == transform, way
        assert hash(other) == hash(transform), way
        assert same(A.Compose([other], seed=2)(image=image, index=3), expected), way


@every_name
def test_arguments_are_documented_and_typed(name):
    import inspect
    import typing

    kind = REGISTRY[name]
    signature = inspect.signature(kind)
    assert sorted(signature.parameters) == sorted(kind.fields)
    assert "p" in kind.fields
    hints = typing.get_type_hints(kind)
    for argument, entry in kind.fields.items():
        assert argument in hints, f"{name}.{argument} has no type"
        # The documentation wraps its lines.
        words = " ".join(kind.__doc__.split())
        assert re.search(rf"\b{argument} \(.*?\): {re.escape(' '.join(entry.doc.split()).rstrip('.'))}", words)
        for alias in entry.aliases:
            assert f"``{alias}``" in kind.__doc__
    for part in ("Args:", "Targets:", "Examples:"):
        assert part in kind.__doc__, f"{name} has no {part}"
    assert (kind.__doc__.splitlines()[0]).endswith(".")


@every_name
def test_the_example_of_the_documentation_works(name):
    """Examples show what they print; those that print nothing must at least run."""
    import doctest

    example = doctest.DocTestParser().get_doctest(REGISTRY[name].__doc__, {}, name, None, 0)
    assert example.examples, f"{name} has no example"
    shown = [part for part in example.examples if part.want]
    if not shown:
        # A line that would print something the documentation leaves out.
        for part in example.examples:
            exec(compile(part.source, name, "exec"), example.globs)
        return
    assert doctest.DocTestRunner(verbose=False).run(example).failed == 0


@every_name
def test_an_unknown_argument_is_refused(name):
    with pytest.raises(A.PolicyError, match=rf"{name}.no_such_argument: there is no such argument"):
        default(name, no_such_argument=1)


@every_name
def test_two_names_of_one_argument_are_refused(name):
    kind = REGISTRY[name]
    for entry in kind.fields.values():
        for alias in entry.aliases:
            value = getattr(default(name), entry.name)
            assert getattr(default(name), alias) == value
            with pytest.raises(A.PolicyError, match=f"{name}.{entry.name}: given twice"):
                kind(**{entry.name: value, alias: value})


# -- images ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.uint8, np.float32], ids=["uint8", "float32"])
@pytest.mark.parametrize("channels", [0, 1, 2, 3, 4, 5], ids=["flat", "1", "2", "3", "4", "5"])
@every_case
def test_any_number_of_channels_of_either_type(case, channels, dtype):
    """Right result, of the same kind of shape, equal to the plain way, from an input that stays as it is."""
    policy = policy_of(case)
    for height, width in ((37, 53), (64, 48)):
        image = photo(height, width, channels, dtype)
        before = image.copy()
        for index in range(2):
            result = attempt(policy, image=image, index=index)
            assert same(image, before), "the input was modified"
            if result is None:
                assert channels != 3, "three channels must work"
                continue
            made = np.asarray(result["image"])
            assert made.dtype in (np.uint8, np.float32)
            assert np.isfinite(made).all()
            assert not np.shares_memory(made, image)
            if case[0] not in ("ToGray", "ToTensorV2"):
                assert made.ndim == image.ndim
                assert made.shape[2:] == image.shape[2:]
            assert same(plainly(policy, index=index, image=image), result)


@every_case
def test_flat_gray_and_gray_with_an_axis_hold_the_same(case):
    policy = policy_of(case)
    flat = attempt(policy, image=picture(case, channels=0), index=1)
    deep = attempt(policy, image=picture(case, channels=1), index=1)
    assert (flat is None) == (deep is None)
    if flat is not None:
        flat, deep = np.asarray(flat["image"]), np.asarray(deep["image"])
        assert flat.tobytes() == deep.tobytes()


def arrangements(image):
    """The same pixels, otherwise in memory: every result must be the same bytes."""
    height, width = image.shape[:2]
    rows = np.zeros((2 * height, *image.shape[1:]), image.dtype)
    rows[::2] = image
    yield "every second row", rows[::2]
    columns = np.zeros((height, 2 * width, *image.shape[2:]), image.dtype)
    columns[:, ::2] = image
    yield "every second column", columns[:, ::2]
    yield "upside down", np.ascontiguousarray(image[::-1])[::-1]
    yield "mirrored", np.ascontiguousarray(image[:, ::-1])[:, ::-1]
    yield "turned", np.ascontiguousarray(image[::-1, ::-1])[::-1, ::-1]
    yield "transposed", np.ascontiguousarray(np.swapaxes(image, 0, 1)).swapaxes(0, 1)
    yield "Fortran", np.asfortranarray(image)
    if image.ndim == 3:
        yield "channels first", np.ascontiguousarray(image.transpose(2, 0, 1)).transpose(1, 2, 0)
        yield "BGR", np.ascontiguousarray(image[:, :, ::-1])[:, :, ::-1]
    frame = np.zeros((height + 6, width + 9, *image.shape[2:]), image.dtype)
    frame[2 : height + 2, 5 : width + 5] = image
    yield "cut from a frame", frame[2 : height + 2, 5 : width + 5]
    locked = image.copy()
    locked.flags.writeable = False
    yield "read-only", locked


@pytest.mark.parametrize("dtype", [np.uint8, np.float32], ids=["uint8", "float32"])
@every_case
def test_the_arrangement_in_memory_does_not_matter(case, dtype):
    policy = policy_of(case)
    image, mask = picture(case, 19, 26, dtype=dtype), labels(19, 26, np.int32)
    expected = policy(image=image, mask=mask, index=2)
    for (how, arranged), (_, arranged_mask) in zip(arrangements(image), arrangements(mask), strict=False):
        before = arranged.copy()
        assert same(policy(image=arranged, mask=arranged_mask, index=2), expected), how
        assert (arranged == before).all(), how


# -- targets ---------------------------------------------------------------------------------------------------------

POINTS = {
    "bbox_params": A.BboxParams("pascal_voc", label_fields=["names"]),
    "keypoint_params": A.KeypointParams("xyas", label_fields=["parts"]),
}


def everything(case, height=37, width=53):
    """Every target at once."""
    return {
        "image": picture(case, height, width),
        "images": [picture(case, height, width, seed=seed) for seed in (3, 4)],
        "mask": labels(height, width),
        "masks": [labels(height, width, np.uint16), labels(height, width) > 2],
        "bboxes": np.array([[2, 3, 30, 20], [10, 10, 50, 35], [0, 0, 53, 37]], np.float32),
        "names": ["a", "b", "c"],
        "keypoints": np.array([[5, 6, 30, 2], [50, 30, 200, 1]], np.float32),
        "parts": ["x", "y"],
    }


@every_case
def test_all_targets_together(case):
    policy = policy_of(case, **POINTS)
    for index in range(4):
        data = everything(case)
        before = copy.deepcopy(data)
        result = policy(**data, index=index)
        assert same(data, before), "the input was modified"
        assert same(plainly(policy, index=index, **data), result)
        size = np.asarray(result["mask"]).shape
        image = np.asarray(result["image"])
        assert (image.shape[-2:] if case[0] == "ToTensorV2" else image.shape[:2]) == size
        assert [np.asarray(one).dtype for one in result["masks"]] == [np.uint16, np.bool_]
        assert all(np.asarray(one).shape == size for one in result["masks"])
        assert len(result["names"]) == len(result["bboxes"]) <= 3
        assert len(result["parts"]) == len(result["keypoints"]) <= 2
        for one, alone in zip(result["images"], data["images"], strict=True):
            # The same draw for all; a policy that looks at pixels looks at the first image of the call.
            assert np.asarray(one).shape == image.shape
            if not looks_at_pixels(policy):
                assert same(one, policy(image=alone, mask=data["mask"], index=index)["image"])


def looks_at_pixels(policy):
    """Whether what is drawn or done depends on the pixels of the image or mask."""
    return type(policy[0]).__name__ in ("ConstrainedCoarseDropout", "RandomBrightnessContrast", "ColorJitter", "Equalize",
        "PhotoMetricDistort", "AutoContrast", "CLAHE", "Normalize", "ToGray")  # fmt: skip


@every_case
def test_only_the_declared_targets_change(case):
    transform = make(case)
    policy = A.Compose([transform], **POINTS, seed=11)
    if "mask" in transform.targets:
        pytest.skip("moves all targets")
    for index in range(3):
        data = everything(case)
        result = policy(**data, index=index)
        for name in ("mask", "masks", "bboxes", "names", "keypoints", "parts"):
            assert same(result[name], data[name]), name


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int32", "float32", "bool"])
@every_case
def test_masks_keep_type_and_labels(case, dtype):
    if case[1].get("area_for_downscale") == "image_mask":
        pytest.skip("takes means of masks, which was asked for")
    policy = policy_of(case)
    mask = labels(37, 53, dtype)
    allowed = set(np.unique(mask).tolist()) | {0}
    for name in ("fill_mask", "mask_drop_value"):
        allowed |= {case[1].get(name, 0)}
    for index in range(3):
        made = np.asarray(policy(image=picture(case), mask=mask, index=index)["mask"])
        assert made.dtype == mask.dtype
        assert set(np.unique(made).tolist()) <= allowed


# -- the same everywhere ---------------------------------------------------------------------------------------------


@every_case
def test_threads_and_batches_do_not_matter(case):
    policy = policy_of(case)
    images = [picture(case, seed=seed) for seed in range(9)]
    masks = [labels(37, 53, classes=2 + seed) for seed in range(9)]
    expected = [
        np.asarray(policy(image=image, mask=mask, index=index)["image"])
        for index, (image, mask) in enumerate(zip(images, masks, strict=True))
    ]
    layout = "CHW" if case[0] == "ToTensorV2" else "HWC"
    for threads in (1, 2, 8):
        made = policy.batch(images, masks=masks, indices=range(9), threads=threads, layout=layout)["image"]
        for one, alone in zip(made, expected, strict=True):
            assert same(np.ascontiguousarray(np.asarray(one)), alone)


@every_case
def test_what_was_applied_can_be_repeated(case):
    policy = policy_of(case, **POINTS, save_applied_params=True)
    for index in range(4):
        data = everything(case)
        result = policy(**data, index=index)
        again = A.Compose.from_applied_transforms(json.loads(json.dumps(result["applied_transforms"])), **POINTS)
        assert again.is_deterministic
        repeated = again(**data)
        for name in data:
            assert same(repeated[name], result[name]), name


@every_case
def test_a_deterministic_transform_never_varies_and_a_random_one_does(case):
    policy = policy_of(case)
    # Small enough to be padded; large enough for limits of tiles and holes in small objects to make a difference.
    varies = []
    for height, width in ((37, 53), (160, 200)):
        data = {"image": noise(height, width), "mask": labels(height, width)}
        outcomes = {np.asarray(policy(**data, index=index)["image"]).tobytes() for index in range(60)}
        varies.append(len(outcomes) > 1)
    assert any(varies) != policy.is_deterministic


@every_case
def test_explain_names_it(case):
    policy = policy_of(case)
    assert case[0] in policy.explain(picture(case), index=0)


@every_name
def test_p_decides(name):
    transform = type(default(name))
    arguments = default(name).params()
    if name == "ToTensorV2":
        pytest.skip("always runs")
    never = A.Compose([transform(**arguments, p=0)])
    image = photo(37, 53, dtype=np.float32)
    assert never.is_deterministic
    assert same(never(image=image)["image"], image)
