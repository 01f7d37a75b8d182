"""Guards ``Compose.batch``: layouts, types, memory of the caller's, unequal sizes, every target, errors that name the sample."""

from __future__ import annotations

import numpy as np
import pytest

import fastaug as A
from pictures import encoded, labels, noise, photo, same


def images(count=5, **arguments):
    return [photo(40, 52, seed=seed, **arguments) for seed in range(count)]


def policy(*more, **arguments):
    return A.Compose([A.RandomCrop(24, 30), A.HorizontalFlip(), *more], seed=8, **arguments)


def one_by_one(some_policy, some_images, indices, epoch=0, **more):
    return [
        some_policy(image=image, index=index, epoch=epoch, **more)["image"]
        for image, index in zip(some_images, indices, strict=True)
    ]


@pytest.mark.parametrize("layout", ["HWC", "CHW"])
def test_a_batch_is_its_samples(layout):
    made = policy().batch(images(), indices=range(3, 8), epoch=2, layout=layout)["image"]
    expected = np.stack(one_by_one(policy(), images(), range(3, 8), epoch=2))
    if layout == "CHW":
        expected = np.ascontiguousarray(expected.transpose(0, 3, 1, 2))
    assert same(made, expected)
    assert made.flags.c_contiguous
    assert made.flags.owndata or made.base is not None


def test_channels_come_first_by_default():
    assert policy().batch(images())["image"].shape == (5, 3, 24, 30)


def test_gray_images():
    flat = policy().batch(images(channels=0), indices=range(5), layout="HWC")["image"]
    deep = policy().batch(images(channels=1), indices=range(5), layout="HWC")["image"]
    assert flat.shape == (5, 24, 30)
    assert deep.shape == (5, 24, 30, 1)
    assert policy().batch(images(channels=0))["image"].shape == (5, 1, 24, 30)
    assert same(flat, np.ascontiguousarray(deep[..., 0]))


def test_one_array_of_images_is_as_good_as_a_list():
    together = np.stack(images())
    assert same(policy().batch(together, indices=range(5)), policy().batch(images(), indices=range(5)))


@pytest.mark.parametrize("dtype", ["float32", "float16", np.float32, np.dtype("float16")])
@pytest.mark.parametrize("layout", ["HWC", "CHW"])
def test_floats_in_the_type_asked_for(dtype, layout):
    some = policy(A.Normalize())
    made = some.batch(images(), indices=range(5), dtype=dtype, layout=layout)["image"]
    expected = some.batch(images(), indices=range(5), layout=layout)["image"]
    assert expected.dtype == np.float32
    assert same(made, expected.astype(dtype))


def test_bytes_in_the_type_asked_for():
    made = policy().batch(images(), indices=range(5), dtype="uint8")["image"]
    assert same(made, policy().batch(images(), indices=range(5))["image"])


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_bytes_as_floats_keep_their_values(dtype):
    made = policy().batch(images(), indices=range(5), dtype=dtype)["image"]
    assert same(made, policy().batch(images(), indices=range(5))["image"].astype(dtype))


def test_a_type_that_would_change_the_values_is_refused():
    with pytest.raises(A.ShapeError, match="cannot be written as uint8: ask for another dtype, or change the policy"):
        policy(A.Normalize()).batch(images(), dtype="uint8")
    with pytest.raises(A.PolicyError, match="dtype must be one of uint8, float32, float16, bfloat16, got int16"):
        policy().batch(images(), dtype="int16")


def test_into_memory_of_the_caller():
    some = policy(A.Normalize())
    expected = some.batch(images(), indices=range(5))["image"]
    room = np.full((7, 3, 24, 30), np.nan, np.float32)
    made = some.batch(images(), indices=range(5), out=room[1:6])["image"]
    assert np.shares_memory(made, room)
    assert same(room[1:6].copy(), expected)
    assert np.isnan(room[[0, 6]]).all()


@pytest.mark.parametrize(
    "room",
    [
        np.zeros((5, 3, 24, 31), np.float32),
        np.zeros((4, 3, 24, 30), np.float32),
        np.zeros((5, 3, 24, 30), np.uint8),
        np.zeros((5, 3, 24, 30), np.float64),
        np.zeros((5, 24, 30, 3), np.float32).transpose(0, 3, 1, 2),
        np.zeros((5, 3, 24, 60), np.float32)[..., ::2],
    ],
    ids=["width", "count", "uint8", "float64", "transposed", "strided"],
)
def test_memory_that_does_not_fit_is_refused(room):
    with pytest.raises(A.ShapeError, match=r"out must be a writable, C-contiguous array of shape \[5, 3, 24, 30\]"):
        policy(A.Normalize()).batch(images(), out=room)


def test_read_only_memory_is_refused():
    room = np.zeros((5, 3, 24, 30), np.uint8)
    room.flags.writeable = False
    with pytest.raises(A.ShapeError, match="writable"):
        policy().batch(images(), out=room)
    assert not room.any()


def test_unequal_sizes_come_back_as_a_list():
    some = A.Compose([A.HorizontalFlip(p=1)])
    unequal = [photo(20, 30), photo(20, 31), photo(22, 30)]
    made = some.batch(unequal, layout="HWC")["image"]
    assert isinstance(made, list)
    assert all(same(one, image[:, ::-1].copy()) for one, image in zip(made, unequal, strict=True))
    with pytest.raises(A.ShapeError, match="out needs all images to come out with one size.*20×30×3"):
        some.batch(unequal, out=np.zeros((3, 3, 20, 30), np.uint8))


def test_unequal_channels_come_back_as_a_list():
    made = A.Compose([A.NoOp()]).batch([photo(channels=3), photo(channels=1)])["image"]
    assert [one.shape[0] for one in made] == [3, 1]


def test_files_and_bytes_and_arrays_mixed(tmp_path):
    pictures = images(3)
    path = tmp_path / "picture.png"
    path.write_bytes(encoded(pictures[1]))
    mixed = [pictures[0], path, encoded(pictures[2])]
    assert same(policy().batch(mixed, indices=range(3)), policy().batch(pictures, indices=range(3)))
    assert same(policy().batch([pictures[0], str(path), pictures[2]], indices=range(3)),
                policy().batch(pictures, indices=range(3)))  # fmt: skip


def test_every_target():
    some = policy(
        bbox_params=A.BboxParams("pascal_voc", label_fields=["names"]),
        keypoint_params=A.KeypointParams("xy", remove_invisible=False),
        additional_targets={"right": "image", "depth": "mask"},
        save_applied_params=True,
    )
    pictures = images()
    data = {
        "masks": [labels(40, 52, classes=number + 2) for number in range(5)],
        "bboxes": [np.array([[1, 2, 30 + number, 20]], np.float32)[: number % 2] for number in range(5)],
        "names": [["a"][: number % 2] for number in range(5)],
        "keypoints": [[(5, 6), (7, number)] for number in range(5)],
        "right": images()[::-1],
        "depth": [labels(40, 52, np.int32)] * 5,
    }
    made = some.batch(pictures, indices=range(5), layout="HWC", **data)
    for number in range(5):
        single = {("mask" if name == "masks" else name): values[number] for name, values in data.items()}
        expected = some(image=pictures[number], **single, index=number)
        for name, value in expected.items():
            column = made["masks" if name == "mask" else name]
            assert same(
                np.ascontiguousarray(column[number]) if isinstance(value, np.ndarray) else column[number], value
            )


def test_several_masks_per_sample():
    masks = [[labels(40, 52), labels(40, 52) + number] for number in range(5)]
    made = policy().batch(images(), indices=range(5), masks=masks)["masks"]
    for number in range(5):
        expected = policy()(image=images()[number], masks=masks[number], index=number)["masks"]
        assert same(list(made[number]), expected)


def test_an_empty_batch_is_empty():
    made = policy().batch([], masks=[], indices=[])
    assert len(made["image"]) == 0
    assert len(made["masks"]) == 0


def test_an_error_names_the_sample_and_its_file(tmp_path):
    small = [*images(3), photo(10, 10), *images(1)]
    with pytest.raises(A.ShapeError, match="sample 3: .*RandomCrop: needs an image of at least 24×30.*got 10×10"):
        policy().batch(small, threads=2)
    path = tmp_path / "broken.png"
    path.write_bytes(encoded(photo())[:50])
    with pytest.raises(A.DecodeError, match=r"sample 1 \(.*broken.png\)"):
        policy().batch([images()[0], path], threads=2)
    missing = tmp_path / "missing.jpg"
    with pytest.raises(A.DecodeError, match=r"sample 1.*missing.jpg"):
        policy().batch([images()[0], missing])
    with pytest.raises(A.ShapeError, match="sample 2: image has dtype int32"):
        policy().batch([*images(2), photo().astype(np.int32)])
    boxes = A.Compose([A.NoOp()], bbox_params=A.BboxParams("coco"))
    with pytest.raises(A.TargetError, match=r"sample 1: bboxes\[0\]"):
        boxes.batch(images(2), bboxes=[[], [(50, 0, 20, 5)]])


def test_the_first_wrong_sample_is_named_whatever_thread_meets_one_first():
    wrong = [photo(10, 10) if number % 3 == 2 else photo(40, 52) for number in range(40)]
    for threads in (1, 2, 8):
        with pytest.raises(A.ShapeError, match="sample 2: "):
            policy().batch(wrong, threads=threads)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"indices": [1, 2]}, "indices has 2 entries for 5 images"),
        ({"masks": [None] * 4}, "masks has 4 entries for 5 images"),
        ({"layout": "NCHW"}, "layout must be CHW or HWC, got 'NCHW'"),
        ({"threads": 0}, "threads must be a whole number of at least 1, got 0"),
        ({"indices": [0, 1, 2, 3, -1]}, "index must be a whole number of at least 0, got -1"),
        ({"indices": range(5), "epoch": -2}, "epoch must be a whole number of at least 0, got -2"),
    ],
)
def test_wrong_arguments_are_refused_with_words(arguments, words):
    with pytest.raises(ValueError, match=words):
        policy().batch(images(), **arguments)


def test_without_indices_every_batch_draws_afresh():
    some = A.Compose([A.RandomCrop(8, 8)], seed=1)
    picture = noise(64, 64)
    first, second = (some.batch([picture] * 4)["image"] for _ in range(2))
    assert len({one.tobytes() for one in [*first, *second]}) == 8
    again = A.Compose([A.RandomCrop(8, 8)], seed=1)
    assert same(again.batch([picture] * 4)["image"], first)


def test_the_memory_of_results_outlives_everything_else():
    made = [policy().batch(images(), indices=range(5))["image"] for _ in range(20)]
    assert all(same(one, made[0]) for one in made)
    kept = made[3][2]
    del made
    assert same(np.ascontiguousarray(kept), policy().batch(images(), indices=range(5))["image"][2])


def test_other_libraries_take_the_result_without_a_copy():
    made = policy(A.Normalize()).batch(images(), indices=range(5))["image"]
    through = np.from_dlpack(made)
    assert np.shares_memory(through, made)
    assert same(through, made)


def test_lambdas_run_in_batches():
    seen = []

    def invert(image, shape):
        seen.append(shape)
        return 255 - image

    some = A.Compose([A.RandomCrop(24, 30), A.Lambda(image=invert), A.HorizontalFlip(p=1)], seed=1)
    made = some.batch(images(), indices=range(5), layout="HWC", threads=2)["image"]
    plain = A.Compose([A.RandomCrop(24, 30), A.NoOp(), A.HorizontalFlip(p=1)], seed=1)
    assert same(made, 255 - plain.batch(images(), indices=range(5), layout="HWC")["image"])
    assert seen == [(24, 30, 3)] * 5


def test_what_a_lambda_raises_comes_through():
    def fail(image, **_):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        A.Compose([A.Lambda(image=fail)]).batch(images(), threads=2)
    with pytest.raises(KeyError, match="mine"):
        A.Compose([A.Lambda(image=fail)])(image=photo())


@pytest.mark.parametrize("wrong", [1.5, "1", None, -1, 2**64, float("nan"), True])
def test_indices_are_checked_like_an_index(wrong):
    if wrong is not None:  # Which means that there is no index.
        with pytest.raises(A.PolicyError, match="index must be a whole number of at least 0"):
            policy()(image=photo(40, 52), index=wrong)
    with pytest.raises(A.PolicyError, match="index must be a whole number of at least 0"):
        policy().batch([photo(40, 52)], indices=[wrong])


@pytest.mark.parametrize("kind", [np.int64, np.uint8, np.uint64, int])
def test_indices_of_numpy(kind):
    expected = policy().batch(images(), indices=[0, 1, 2, 3, 4])
    assert same(policy().batch(images(), indices=[kind(number) for number in range(5)]), expected)
    assert same(policy().batch(images(), indices=np.arange(5, dtype=kind), epoch=kind(0)), expected)


class Undecodable(ValueError):
    """An exception that cannot be made from a message alone."""

    def __init__(self, code, place):
        super().__init__(f"{code} at {place}")


class Broken:
    def __len__(self):
        raise Undecodable(3, "there")

    def __iter__(self):
        raise Undecodable(3, "there")


def test_errors_of_other_kinds_come_through():
    some = A.Compose([A.NoOp()], bbox_params=A.BboxParams("coco"))
    with pytest.raises(Undecodable, match="3 at there"):
        some.batch(images(1), bboxes=[Broken()])


@pytest.mark.parametrize("dtype", [None, "uint8", "float32"])
def test_the_images_of_an_empty_batch_are_an_array(dtype):
    made = policy().batch([], bboxes=[], dtype=dtype)
    assert isinstance(made["image"], np.ndarray)
    assert made["image"].ndim == 4
    assert len(made["image"]) == 0
    assert made["image"].dtype == np.dtype(dtype or "uint8")
    assert made["bboxes"] == []
    room = np.empty((0, 3, 24, 30), np.uint8)
    assert policy().batch([], out=room)["image"] is room
    with pytest.raises(A.ShapeError, match="out has room for 2 images, but there are none"):
        policy().batch([], out=np.empty((2, 3, 24, 30), np.uint8))
