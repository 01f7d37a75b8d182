"""Guards the loader against samples, targets and orders that are not as they should be: each is told, none spoils others."""

from __future__ import annotations

import pickle
import subprocess
import sys
import threading
import time
import traceback

import numpy as np
import pytest
from PIL import Image

import fastaug as A
from fastaug.sources import Arrays
from pictures import photo, same

pytestmark = pytest.mark.filterwarnings("ignore:sample .*:UserWarning", "ignore:.* further ones of this kind")

IMAGES = [photo(30, 40, seed=seed) for seed in range(12)]


class Samples:
    """Images with targets, as a function of the number."""

    def __init__(self, target, count=8):
        self.target = target
        self.count = count

    def __len__(self):
        return self.count

    def read(self, index):
        return IMAGES[index % len(IMAGES)], self.target(index)


def indices(loader):
    return [index for batch in loader for index in batch.index.tolist()]


# -- targets that are missing, or too many ---------------------------------------------------------------------------


@pytest.mark.parametrize("batch_size", [1, 2, 3, 8])
@pytest.mark.parametrize("threads", [1, 3])
def test_what_a_sample_has_does_not_depend_on_its_batch(batch_size, threads):
    mask = np.zeros((30, 40), np.uint8)
    one_too_many = Samples(lambda index: {"mask": mask} if index == 5 else {})
    one_missing = Samples(lambda index: {} if index == 5 else {"mask": mask})
    one_without_label = Samples(lambda index: None if index == 5 else index)
    for source, told in [
        (one_too_many, "it has image, mask, and the source's first sample image"),
        (one_missing, "it has image, and the source's first sample image, mask"),
        (one_without_label, "it has image, and the source's first sample image, label"),
    ]:
        loader = A.Loader(source, None, batch_size, on_error="skip", threads=threads)
        assert indices(loader) == [0, 1, 2, 3, 4, 6, 7]
        assert told in str(loader.errors.cases[0])
        replaced = A.Loader(source, None, batch_size, on_error="replace", threads=threads)
        assert indices(replaced) == [0, 1, 2, 3, 4, 6, 6, 7]
        with pytest.raises(A.SampleError, match=f"sample 5: {told}"):
            list(A.Loader(source, None, batch_size, threads=threads))


def test_a_first_sample_that_cannot_be_read_says_nothing():
    def target(index):
        if index < 3:
            raise OSError("gone")
        return {"mask": np.zeros((30, 40), np.uint8)} if index != 6 else {}

    assert indices(A.Loader(Samples(target), None, 4, on_error="skip")) == [3, 4, 5, 7]


BOXES = A.Compose([], bbox_params=A.BboxParams("pascal_voc", label_fields=["labels"]))
POINTS = A.Compose([], keypoint_params=A.KeypointParams("xy"))


@pytest.mark.parametrize(
    ("policy", "name", "good", "bad"),
    [
        *((BOXES, "bboxes", [[1, 1, 5, 5]], bad) for bad in (None, 5, [None], [5], "boxes", [[1, 2]], [["a"] * 4])),
        *((BOXES, "labels", [1], bad) for bad in (None, 5, np.array(3), [1, 2], object())),
        *((POINTS, "keypoints", [[1, 1]], bad) for bad in (None, 5, [None], [[1]], object())),
        *((A.Compose([]), "masks", [np.zeros((30, 40), np.uint8)], bad) for bad in (None, 5, object(), [None], [5])),
        *((A.Compose([]), "mask", np.zeros((30, 40), np.uint8), bad) for bad in (5, [], object())),
    ],
)
def test_a_malformed_target_is_a_fault_of_its_sample(policy, name, good, bad):
    def target(index):
        whole = {"bboxes": [[1, 1, 5, 5]], "labels": [1]} if policy is BOXES else {}
        return whole | {name: bad if index == 2 else good}

    source = Samples(target, 6)
    with pytest.raises(A.SampleError, match=rf"sample 2: .*{name}"):
        list(A.Loader(source, policy, 3))
    assert indices(A.Loader(source, policy, 3, on_error="skip")) == [0, 1, 3, 4, 5]
    assert indices(A.Loader(source, policy, 3, on_error="replace")) == [0, 1, 3, 3, 4, 5]


def test_masks_that_are_none_are_left_alone():
    batch = next(iter(A.Loader(Samples(lambda index: {"mask": None}), A.Compose([A.Resize(8, 8)]), 4)))
    assert batch.image.shape == (4, 3, 8, 8) and batch["mask"] == [None] * 4


def test_not_one_sample_of_an_epoch():
    wrong = A.Compose([A.RandomCrop(64, 64)])
    loader = A.Loader(Samples(lambda index: index), wrong, 3, on_error="skip")
    with pytest.raises(
        A.SampleError, match="not one sample of the epoch could be used; the last one that failed: sample 7"
    ):
        list(loader)
    assert len(loader.errors) == 8


def test_errors_are_borne_with_by_epoch():
    def target(index):
        if index == 3:
            raise OSError("gone")
        return index

    loader = A.Loader(Samples(target), None, 4, on_error="skip", max_errors=1)
    for _ in range(5):
        assert len(indices(loader)) == 7
    assert len(loader.errors) == 5
    with pytest.raises(A.SampleError, match="more than max_errors=0 samples of the epoch failed"):
        list(A.Loader(Samples(target), None, 4, on_error="skip", max_errors=0))


# -- what belongs to boxes -------------------------------------------------------------------------------------------


class Objects(Samples):
    box_fields = ("labels", "area")

    def __init__(self):
        super().__init__(
            lambda index: {
                "bboxes": np.array([[1, 2, 10, 12], [20, 20, 8, 8]], np.float32),
                "labels": np.array([4, 5]),
                "area": np.array([120, 64], np.float32),
                "image_id": index,
            }
        )


def test_what_the_policy_does_not_name_would_not_fit_the_boxes():
    def params(*fields):
        return A.Compose([A.Crop(16, 16, 32, 30)], bbox_params=A.BboxParams("coco", label_fields=list(fields)))

    batch = next(iter(A.Loader(Objects(), params("labels"), 2)))
    assert [len(batch[name][0]) for name in ("bboxes", "labels")] == [1, 1]
    assert batch["labels"][0].tolist() == [5] and "area" not in batch and batch["image_id"].tolist() == [0, 1]
    both = next(iter(A.Loader(Objects(), params("labels", "area"), 2)))
    assert both["area"][1].tolist() == [64]
    with pytest.raises(
        A.PolicyError, match=r"name those that you want, .*BboxParams\('coco', label_fields=\['labels'\]\)"
    ):
        A.Loader(Objects(), params())
    with pytest.raises(A.PolicyError, match="name those that you want"):
        A.Loader(Objects(), params("area"))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, bool, np.int16, np.float32])
def test_padding_fits_into_every_type(dtype):
    policy = A.Compose([], bbox_params=A.BboxParams("pascal_voc", label_fields=["crowd"]))
    source = Samples(lambda index: {"bboxes": [[1, 1, 5, 5]] * index, "crowd": np.ones(index, dtype)}, 3)
    padded = next(iter(A.Loader(source, policy, 3, collate="pad")))["crowd"]
    assert padded.tolist() == [[-1, -1], [1, -1], [1, 1]]
    assert padded.dtype == (dtype if np.issubdtype(dtype, np.floating) or dtype is np.int16 else np.int64)


def test_types_do_not_follow_from_what_is_left():
    policy = A.Compose([A.Crop(20, 20, 40, 30)], bbox_params=A.BboxParams("pascal_voc", label_fields=["area", "name"]))

    def target(index):
        # Nothing is left of the first two.
        box = [1.0, 1, 5, 5, 7] if index < 2 else [22.0, 22, 30, 29, 7]
        return {"bboxes": np.array([box], np.float32), "area": np.ones(1, np.float32), "name": ["cat"]}

    for collate in ("list", "pad"):
        gone, there = A.Loader(Samples(target, 4), policy, 2, collate=collate)
        for name in ("bboxes", "area"):
            for one, other in zip(gone[name], there[name], strict=True):
                assert (one.dtype, one.shape[1:]) == (other.dtype, other.shape[1:])
        assert (gone["name"], there["name"]) == ([[], []], [["cat"], ["cat"]])


def test_no_masks_have_the_size_of_the_image():
    policy = A.Compose([A.Resize(10, 12)])
    for count in (0, 2):
        assert policy(image=IMAGES[0], masks=np.zeros((count, 30, 40), np.uint8))["masks"].shape == (count, 10, 12)
    source = Samples(lambda index: {"masks": np.zeros((index % 2, 30, 40), np.uint8)})
    for layout in ("CHW", "HWC"):
        batch = next(iter(A.Loader(source, policy, 4, layout=layout)))
        assert [mask.shape for mask in batch["masks"]] == [(0, 10, 12), (1, 10, 12)] * 2


# -- iterating -------------------------------------------------------------------------------------------------------


def test_several_threads_take_from_one_iterator():
    iterator = iter(A.Loader(Samples(lambda index: index, 40), None, 4))
    taken = []

    def take():
        for batch in iterator:
            taken.extend(batch.index.tolist())
            time.sleep(0.001)

    threads = [threading.Thread(target=take, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    assert sorted(taken) == list(range(40))


def test_an_iterator_of_a_closed_loader_says_so():
    loader = A.Loader(Samples(lambda index: index, 40), None, 4)
    iterator = iter(loader)
    next(iterator)
    before = loader.state_dict()
    loader.close()
    with pytest.raises(RuntimeError, match="the loader was closed while this iterator was in use"):
        next(iterator)
    assert loader.state_dict() == before
    assert len(list(loader)) == 10


def test_an_error_that_is_caught_does_not_end_the_epoch():
    def target(index):
        if index == 9:
            raise OSError("gone")
        return index

    loader = A.Loader(Samples(target, 40), None, 4)
    iterator = iter(loader)
    assert [next(iterator).index[0] for _ in range(2)] == [0, 4]
    with pytest.raises(A.SampleError, match="sample 9: OSError: gone"):
        next(iterator)
    assert (loader.state_dict()["epoch"], loader.state_dict()["place"]) == (0, 8)
    assert next(iterator, None) is None
    assert (loader.state_dict()["epoch"], loader.state_dict()["place"]) == (0, 8)


def test_what_is_meant_for_the_program_is_no_fault():
    def leave(image, **_):
        raise SystemExit(7)

    for threads in (1, 2):
        loader = A.Loader(Samples(len_of), A.Compose([A.Lambda(image=leave)]), 4, on_error="skip", threads=threads)
        with pytest.raises(SystemExit, match="7"):
            list(loader)


def test_what_a_function_raised_is_the_cause():
    def helper(image, **_):
        return {}["missing"]

    with pytest.raises(A.SampleError) as caught:
        list(A.Loader(Samples(len_of), A.Compose([A.Lambda(image=helper)]), 4))
    cause = caught.value.__cause__.__cause__
    assert isinstance(cause, KeyError) and traceback.extract_tb(cause.__traceback__)[-1].name == "helper"


def test_the_clock_stops_when_an_iterator_is_left():
    loader = A.Loader(Samples(lambda index: index, 40), None, 4)
    for number, _ in enumerate(loader):
        if number == 2:
            break
    seconds = loader.stats()["seconds"]
    time.sleep(0.2)
    assert loader.stats()["seconds"] == seconds
    first = iter(loader)
    next(first)
    second = iter(loader)
    next(second)
    del first  # The clock is the second one's now.
    time.sleep(0.1)
    assert loader.stats()["seconds"] > seconds + 0.1


def test_a_loader_is_copied_where_it_stands():
    loader = A.Loader(Samples(len_of, 40), None, 4, index="auto")
    iterator = iter(loader)
    for _ in range(3):
        next(iterator)
    copy = pickle.loads(pickle.dumps(loader))
    assert [batch.index[0] for batch in copy] == list(range(12, 40, 4))
    assert [batch.index[0] for batch in iterator] == list(range(12, 40, 4))
    loader.close()
    pickle.dumps(loader)


def len_of(index):
    return {"number": index}


SLOW = """
import time
import numpy as np
import fastaug as A

class Slow:
    def __len__(self):
        return 1000
    def read(self, index):
        if index >= 8:
            time.sleep({seconds})
        return np.zeros((8, 8, 3), np.uint8), index

loader = A.Loader(Slow(), None, 4)
for batch in loader:
    {then}
"""


@pytest.mark.parametrize("then", ["raise SystemExit(7)", "break", "loader.close(); break"])
def test_nobody_waits_long_for_slow_storage(then):
    before = time.monotonic()
    done = subprocess.run([sys.executable, "-c", SLOW.format(seconds=1000, then=then)], timeout=300, check=False)
    assert done.returncode == (7 if "7" in then else 0)
    # It takes two seconds of patience; a reader that were waited for would take a thousand.
    assert time.monotonic() - before < 250


def test_a_batch_can_be_changed():
    points = [np.ones(index + 1, np.float32) for index in range(4)]
    alike = [np.ones(3) for _ in range(4)]
    batch = next(iter(A.Loader(Samples(lambda index: {"points": points[index], "alike": alike[index]}, 4), None, 4)))
    for array in batch["points"]:
        array[:] = 0
    batch["alike"][:] = 0
    assert all(array.all() for array in [*points, *alike])


def test_one_batch_waits_if_one_is_asked_for():
    loader = A.Loader(Samples(lambda index: index, 40), None, 4, prefetch=1, threads=2)
    iterator = iter(loader)
    next(iterator)
    end = time.monotonic() + 60
    while loader.stats()["queue_depth"] < 1 and time.monotonic() < end:
        time.sleep(0.01)
    time.sleep(0.2)
    assert loader.stats()["queue_depth"] == 1


# -- orders and states -----------------------------------------------------------------------------------------------


def test_samplers_that_cannot_be():
    source = Samples(lambda index: index, 40)
    with pytest.raises(A.PolicyError, match="sampler must be something that can be gone through again"):
        A.Loader(source, sampler=(index for index in range(20)))

    class Boasting:
        def __len__(self):
            return 9

        def __iter__(self):
            return iter(range(5))

    with pytest.raises(A.PolicyError, match="sampler says that it has 9 indices, and gave 5"):
        list(A.Loader(source, sampler=Boasting()))
    with pytest.raises(A.PolicyError, match="sampler must give whole numbers"):
        list(A.Loader(source, sampler=[[1, 2], [3]]))
    for arguments in ({"shuffle": "no"}, {"drop_last": 1}):
        with pytest.raises(A.PolicyError, match=f"{next(iter(arguments))} must be True or False"):
            A.Loader(source, **arguments)
    with pytest.raises(A.PolicyError, match="replacement must be True or False"):
        A.Weighted([1, 2], replacement="no")
    for index in (5, ""):
        with pytest.raises(A.PolicyError, match="index must be a SeekIndex, the path of one, or 'auto'"):
            A.Loader(source, index=index)
    with pytest.raises(A.PolicyError, match="policy must be a Compose"):
        A.Loader(source, A.Normalize())


def black(image, **_):
    return np.zeros_like(image)


def test_states_of_other_orders_and_policies_are_refused():
    source = Samples(lambda index: index, 40)
    lambdas = [A.Lambda(image=black)]
    pairs = [
        ({"sampler": A.Weighted(np.ones(40))}, {"sampler": A.Weighted(np.arange(40) + 1)}, "the order Weighted of 40"),
        ({"sampler": [1, 2]}, {"sampler": [5, 6]}, "the order Listed of 2"),
        ({"policy": A.Compose(lambdas)}, {"policy": A.Compose([*lambdas, A.VerticalFlip(p=1)])}, "another policy"),
    ]
    for one, other, told in pairs:
        state = A.Loader(source, **one).state_dict()
        A.Loader(source, **one).load_state_dict(state)
        with pytest.raises(A.PolicyError, match=told):
            A.Loader(source, **other).load_state_dict(state)
        A.Loader(source, **other).load_state_dict(state, strict=False)


# -- other kinds of sources ------------------------------------------------------------------------------------------


def test_pillow_images_are_images():
    pictures = [Image.fromarray(image) for image in IMAGES[:4]]
    gray = pictures[0].convert("L")
    batch = next(iter(A.Loader([(picture, 1) for picture in pictures] + [(gray, 1)], None, 5)))
    assert same(batch.image[:4], np.stack(IMAGES[:4]).transpose(0, 3, 1, 2)) and batch.image.shape == (5, 3, 30, 40)


def test_sources_have_items():
    source = Arrays(IMAGES, list(range(12)))
    assert source[3][1] == 3
    assert [label for _, label in source] == list(range(12))


def test_an_index_that_cannot_be_read_is_done_without(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    path = tmp_path / "one.jpg"
    path.write_bytes(A.imencode(IMAGES[0]))
    loader = A.Loader([path] * 4, None, 2, index="auto")
    # What is in the way is no file: reading it fails as it does where that is forbidden.
    loader._growing._path.mkdir(parents=True)
    assert len(list(loader)) == 2


def test_a_cache_does_not_take_the_place_of_another_file(tmp_path):
    from fastaug.sources import ImageFolder

    (tmp_path / "train" / "cat").mkdir(parents=True)
    (tmp_path / "train" / "cat" / "1.jpg").write_bytes(A.imencode(IMAGES[0]))
    mine = tmp_path / "mine.txt"
    mine.write_text("something else")
    with pytest.raises(A.SourceError, match=r"cache: .*mine\.txt holds something else"):
        ImageFolder(tmp_path / "train", cache=mine)
    assert mine.read_text() == "something else"
    assert len(ImageFolder(tmp_path / "train", cache=tmp_path / "listing")) == 1
    assert len(ImageFolder(tmp_path / "train", cache=tmp_path / "listing")) == 1
