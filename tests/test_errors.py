"""Guards what errors say: the path, the argument, what is accepted, and what was probably meant."""

from __future__ import annotations

import re

import numpy as np
import pytest

import fastaug as A
from pictures import photo


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: A.HorizontalFlip(prob=0.5), r"HorizontalFlip.prob: there is no such argument.*arguments: p"),
        (lambda: A.RandomCrop(hight=3, width=3), r"RandomCrop.hight: .*did you mean 'height'\?"),
        (lambda: A.RandomCrop(height=3), r"RandomCrop.width: is required"),
        (lambda: A.RandomCrop(0, 3), r"RandomCrop.height: must be a whole number from 1.*got 0"),
        (lambda: A.RandomCrop(2.5, 3), r"RandomCrop.height: must be a whole number, got 2.5"),
        (lambda: A.RandomCrop("3", 3), r"RandomCrop.height: must be a whole number, got '3'"),
        (lambda: A.RandomCrop(3, 3, height=4), r"RandomCrop.height: given twice"),
        (lambda: A.RandomCrop(*range(20)), r"RandomCrop: takes at most \d+ arguments without names \(.*\), got 20"),
        (lambda: A.HorizontalFlip(p=1.5), r"HorizontalFlip.p: must be between 0 and 1, got 1.5"),
        (lambda: A.HorizontalFlip(p=True), r"HorizontalFlip.p: must be between 0 and 1"),
        (lambda: A.Resize(8, 8, interpolation="linaer"), r"Resize.interpolation: must be one of.*did you mean 'linear'\?"),
        (lambda: A.Resize(8, 8, interpolation=99), r"Resize.interpolation: must be one of.*OpenCV's numbers.*got 99"),
        (lambda: A.Pad(2, border_mode="mirrored"), r"Pad.border_mode: must be one of.*did you mean 'mirror|reflect101"),
        (lambda: A.Blur(blur_limit=5, blur_range=(3, 5)), r"Blur.blur_range: given twice, as blur_\w+ and as blur_\w+"),
        (lambda: A.Rotate(limit=10, angle_range=10), r"Rotate.angle_range: given twice"),
        (lambda: A.RandomGamma(gamma_limit="high"), r"RandomGamma.gamma_range: must be a pair"),
        (lambda: A.Affine(scale=(1.2, 0.8)), r"Affine.scale: the first number must not be above the second"),
        (lambda: A.Affine(translate_px=3, translate_percent=0.1), r"Affine: give translate_percent or translate_px"),
        (lambda: A.Affine(scale={"z": 1}), r"Affine.scale: must be a mapping with x and y"),
        (lambda: A.Affine(rotate=float("nan")), r"Affine.rotate: must be a finite number, got nan"),
        (lambda: A.Crop(10, 0, 10, 5), r"Crop.x_max: must be above x_min=10, got 10"),
        (lambda: A.SmallestMaxSize(), r"SmallestMaxSize: give either max_size or max_size_hw"),
        (lambda: A.CropAndPad(), r"CropAndPad: give exactly one of px, percent"),
        (lambda: A.PadIfNeeded(pad_height_divisor=3), r"PadIfNeeded: give either min_height or pad_height_divisor"),
        (lambda: A.Sharpen(kernel_size=4), r"Sharpen.kernel_size: must be odd, got 4"),
        (lambda: A.ToGray(method="mean"), r"ToGray.method: must be one of.*average"),
        (lambda: A.Posterize(num_bits=9), r"Posterize.num_bits"),
        (lambda: A.Solarize(threshold_range=(0.2, 1.4)), r"Solarize.threshold_range"),
        (lambda: A.GaussNoise(std_range=(-0.1, 0.1)), r"GaussNoise.std_range"),
        (lambda: A.CoarseDropout(fill="nothing"), r"CoarseDropout.fill: must be.*random"),
        (lambda: A.GridDropout(ratio=1.5), r"GridDropout.ratio"),
        (lambda: A.RandomResizedCrop((8, 8), scale=(0.5, 1.5)), r"RandomResizedCrop.scale"),
        (lambda: A.RandomResizedCrop((8, 0)), r"RandomResizedCrop.size"),
        (lambda: A.Normalize(std=0), r"Normalize.std"),
        (lambda: A.Lambda(image=3), r"Lambda.image: must be a function, got 3"),
        (lambda: A.BboxParams("coco", min_area=-1) and A.Compose([], bbox_params=A.BboxParams("coco", min_area=-1)),
         r"min_area: must be at least 0, got -1"),
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_argument_is_an_error_that_helps(make, words):
    with pytest.raises(A.PolicyError, match=words):
        make()


def test_an_error_while_running_names_the_path():
    policy = A.Compose([A.NoOp(), A.OneOf([A.Sequential([A.RandomCrop(100, 100)], p=1)], p=1)])
    with pytest.raises(
        A.ShapeError,
        match=r"transforms\[1\].OneOf.transforms\[0\].Sequential.transforms\[0\].RandomCrop: needs an image of at least"
        r" 100×100.*got 48×64.*pad_if_needed=True",
    ):
        policy(image=photo())


def test_a_policy_read_from_a_file_names_the_path():
    data = A.Compose([A.OneOf([A.Blur(p=1), A.RandomCrop(3, 3)])]).to_dict()
    data["transforms"][0]["params"]["transforms"][1]["params"]["height"] = -1
    with pytest.raises(A.PolicyError, match=r"RandomCrop.height.*got -1"):
        A.Compose.from_dict(data)


def test_every_error_is_a_value_error():
    for kind in (A.PolicyError, A.DecodeError, A.ShapeError, A.TargetError):
        assert issubclass(kind, ValueError)
        assert kind.__doc__


def test_errors_survive_pickling():
    import pickle

    for kind in (A.PolicyError, A.DecodeError, A.ShapeError, A.TargetError):
        error = pickle.loads(pickle.dumps(kind("words")))
        assert type(error) is kind
        assert str(error) == "words"


def test_transforms_never_change():
    transform = A.RandomCrop(3, 4)
    with pytest.raises(AttributeError, match="never changes"):
        transform.height = 5
    with pytest.raises(AttributeError, match="RandomCrop has no attribute 'depth'"):
        transform.depth  # noqa: B018
    assert A.Blur(blur_limit=5).blur_limit == A.Blur(blur_limit=5).blur_range == (3, 5)


@pytest.mark.parametrize("shape", [(5,), (2, 3, 4, 5), ()])
def test_arrays_of_other_dimensions_are_refused(shape):
    with pytest.raises(A.ShapeError, match="expected height × width"):
        A.Compose([A.NoOp()])(image=np.zeros(shape, np.uint8))


@pytest.mark.parametrize("thing", [None, 3, [[1, 2]], object(), {"a": 1}])
def test_things_that_are_no_images_are_refused(thing):
    with pytest.raises((TypeError, ValueError), match="numpy array, the bytes of an image file or a path"):
        A.Compose([A.NoOp()])(image=thing)


HUGE = 10**400
"""A whole number beyond all floats."""


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: A.RandomGamma(gamma_range=(HUGE, HUGE)), r"RandomGamma.gamma_range: must be a finite number"),
        (lambda: A.RandomCrop(HUGE, 3), r"RandomCrop.height: must be a whole number"),
        (lambda: A.RandomCrop(10**9999, 3), r"RandomCrop.height: must be a whole number.*thousands of digits"),
        (lambda: A.Rotate(limit=-HUGE), r"Rotate.angle_range: must be a finite number"),
        (lambda: A.SomeOf([A.NoOp()], n=HUGE), r"SomeOf.n: must be a whole number"),
        (lambda: A.SelectiveChannelTransform([A.NoOp()], channels=3), r"channels: must be a list"),
        (lambda: A.SelectiveChannelTransform([A.NoOp()], channels=["a"]), r"channels\[0\]: must be a whole number"),
        (lambda: A.Compose(3), r"Compose.transforms: must be a list of transforms, got 3"),
        (lambda: A.OneOf(None), r"OneOf.transforms: must be a list of transforms, got None"),
        (lambda: A.Compose([], bbox_params={"coord_format": "coco", "min_aera": 3}), r"BboxParams.min_aera: there is no"),
        (lambda: A.Compose([], bbox_params="coco"), r"expected BboxParams"),
        (lambda: A.BboxParams("coco", min_area="3"), r"BboxParams.min_area: must be a finite number, got '3'"),
        (lambda: A.BboxParams("coco", label_fields="names"), r"BboxParams.label_fields: must be a list of names"),
        (lambda: A.BboxParams(["coco"]), r"BboxParams.coord_format: must be a word"),
        (lambda: A.KeypointParams("xy", label_mapping=3), r"KeypointParams.label_mapping: must be a mapping"),
        (lambda: A.KeypointParams("xy", remove_invisible=3), r"remove_invisible: must be True or False"),
        (lambda: A.Compose([], additional_targets=["a"]), r"additional_targets: must be a mapping"),
        (lambda: A.Compose([], additional_targets={3: "mask"}), r"additional_targets: names must be strings"),
        (lambda: A.Compose([], strict="no"), r"Compose.strict: must be True or False, got 'no'"),
        (lambda: A.set_num_threads(-1), r"threads must be a whole number of at least 0, got -1"),
        (lambda: A.set_num_threads(1.5), r"threads must be a whole number"),
        (lambda: A.set_num_threads(2**70), r"threads must be a whole number"),
        (lambda: A.Compose([]).batch([], threads=-1), r"threads must be a whole number of at least 1, got -1"),
        (lambda: A.Compose([]).batch([], threads="2"), r"threads must be a whole number"),
        (lambda: A.Compose([]).batch([], layout="NCHW"), r"layout must be CHW or HWC, got 'NCHW'"),
        (lambda: A.Compose([]).batch([], layout=["CHW"]), r"layout must be CHW or HWC"),
        (lambda: A.Compose([]).batch([], dtype="nonsense"), r"dtype must be one of .*nonsense"),
        (lambda: A.Compose([]).explain((4, 4), index=-1), r"index must be a whole number of at least 0, got -1"),
        (lambda: A.Compose([]).explain((4, 4), epoch=1.5), r"epoch must be a whole number of at least 0, got 1.5"),
        (lambda: A.Compose([]).explain((-4, 4)), r"image: height must be a whole number of at least 1, got -4"),
        (lambda: A.Compose([]).explain((4, 2**80)), r"image: width must be a whole number"),
        (lambda: A.Compose([]).explain((4, 4, 3)), r"image: must be an image or its size"),
    ],
    ids=range(32),
)  # fmt: skip
def test_an_argument_of_a_wrong_form_is_an_error_that_helps(make, words):
    with pytest.raises(A.PolicyError, match=words):
        make()


def test_a_size_may_be_a_list():
    policy = A.Compose([A.HorizontalFlip(p=1)])
    assert policy.explain([4, 4]) == policy.explain((4, 4)) == policy.explain(np.zeros((4, 4, 3), np.uint8))
    with pytest.raises(A.ShapeError, match="expected height × width"):
        policy.explain(np.zeros(4, np.uint8))


def everything_with(**functions):
    return A.Compose(
        [A.NoOp(), A.Lambda(**functions)],
        bbox_params=A.BboxParams("pascal_voc"),
        keypoint_params=A.KeypointParams("xy"),
    )


def forgets(value, **_):
    value.sum()


TARGETS = {"bboxes": [(1, 2, 10, 12)], "keypoints": [(3, 4)], "mask": np.zeros((48, 64), np.uint8)}


@pytest.mark.parametrize("target", ["image", "mask", "bboxes", "keypoints"])
@pytest.mark.parametrize("made", [None, "text", [1, 2]])
def test_a_function_that_gives_back_something_else_is_named(target, made):
    def wrong(value, **_):
        return made

    words = rf"Lambda 'wrong': the function for {target} must give back .*, got "
    with pytest.raises((A.ShapeError, A.TargetError), match=words + re.escape(repr(made))):
        everything_with(**{target: wrong})(image=photo(), **TARGETS)


def test_a_function_that_forgets_to_return_is_named():
    with pytest.raises(A.ShapeError, match=r"Lambda 'forgets'.*image must give back a numpy array, got None"):
        A.Compose([A.Lambda(image=forgets)])(image=photo())
    with pytest.raises(A.ShapeError, match=r"Lambda 'mine'.*image must give back a numpy array, got None"):
        A.Compose([A.Lambda(image=forgets, name="mine")]).batch([photo()], threads=1)


@pytest.mark.parametrize("made", [[], [[1, 2]], [[0.1, 0.1, 0.2, 0.2]] * 2, [["a"] * 4]])
def test_a_function_for_rows_gives_back_as_many(made):
    with pytest.raises(A.TargetError, match=r"Lambda '<lambda>': the function for bboxes must give back 1 rows of 4"):
        everything_with(bboxes=lambda rows, **_: made)(image=photo(), **TARGETS)


@pytest.mark.parametrize("kind", [list, np.float32, np.float64, tuple])
def test_a_function_for_rows_may_give_back_lists_or_arrays(kind):
    def same_rows(rows, **_):
        return kind(map(kind, rows.tolist())) if kind in (list, tuple) else rows.astype(kind)

    result = everything_with(bboxes=same_rows, keypoints=same_rows)(image=photo(), **TARGETS)
    np.testing.assert_allclose(result["bboxes"], TARGETS["bboxes"], rtol=1e-6)
    np.testing.assert_allclose(result["keypoints"], TARGETS["keypoints"], rtol=1e-6)
