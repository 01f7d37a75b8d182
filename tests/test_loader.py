"""Guards the loader: what it gives, in which order, and that this depends on nothing but seed, epoch and index."""

from __future__ import annotations

import gc
import io
import pickle
import threading
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

import fastaug as A
from fastaug.loading.order import Listed, Shuffled
from fastaug.loading.shares import Shares
from loading import SAMPLES, digest, epoch, policy, samples, write_files
from pictures import encoded, photo, same
from pictures import labels as mask_of


@pytest.fixture(scope="module")
def items(tmp_path_factory):
    return write_files(tmp_path_factory.mktemp("files"))


def loader(items, **arguments):
    return A.Loader(items, policy(), **{"batch_size": 8, "shuffle": True, "seed": 5} | arguments)


# -- what it gives -----------------------------------------------------------------------------------------------------


def test_batches_unpack_and_have_names(items):
    with loader(items, shuffle=False) as load:
        assert len(load) == 5
        batches = list(load)
    images, labels = batches[0]
    assert images.shape == (8, 3, 24, 20) and images.dtype == np.float32
    assert labels.dtype == np.int64 and labels.tolist() == [0, 1, 2, 3, 4, 0, 1, 2]
    first = batches[0]
    assert first.image is images and first.label is labels and first["image"] is images and first[1] is labels
    assert first.index.tolist() == list(range(8)) and first.path == [path for path, _ in items[:8]]
    assert first.epoch == 0 and "label" in first and "mask" not in first
    assert set(dict(first)) == {"image", "label"}
    assert len(batches[-1].image) == SAMPLES % 8
    with pytest.raises(AttributeError, match="this batch has image, label, and no mask"):
        _ = first.mask
    copy = pickle.loads(pickle.dumps(first))
    assert same(copy.image, first.image) and copy.path == first.path


def test_progress_is_told(items):
    tqdm = pytest.importorskip("tqdm").tqdm
    with loader(items) as load, tqdm(load, disable=None, file=io.StringIO()) as bar:
        assert bar.total == len(load) == 5
        assert sum(len(images) for images, _ in bar) == SAMPLES


def test_its_pixels_are_those_of_the_policy(items):
    alone = policy(seed=5)
    for batch in loader(items, shuffle=True):
        for index, image in zip(batch.index, batch.image, strict=True):
            expected = alone(image=items[index][0], index=int(index), epoch=0)["image"]
            assert same(np.ascontiguousarray(image.transpose(1, 2, 0)), expected)


def test_a_seed_of_the_policy_is_respected(items):
    with_seed = A.Loader(items, policy(seed=77), 8, seed=1)
    assert samples(with_seed) == samples(A.Loader(items, policy(seed=77), 8, seed=2))
    assert samples(A.Loader(items, policy(), 8, seed=1)) != samples(A.Loader(items, policy(), 8, seed=2))


@pytest.mark.parametrize("dtype", ["uint8", "float32", "float16", "bfloat16"])
@pytest.mark.parametrize("layout", ["CHW", "HWC"])
def test_types_and_layouts(items, dtype, layout):
    plain = A.Compose([A.CenterCrop(24, 20)] + ([] if dtype == "uint8" else [A.Normalize()]))
    expected = A.Loader(items, plain, 8)
    made = next(iter(A.Loader(items, plain, 8, layout=layout, dtype=dtype))).image
    expected = next(iter(expected)).image
    if layout == "HWC":
        expected = expected.transpose(0, 2, 3, 1)
    if dtype == "bfloat16":
        assert made.dtype == np.uint16
        bits = np.ascontiguousarray(expected).view(np.uint32)
        rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16
        assert np.array_equal(made, rounded.astype(np.uint16))
    else:
        assert same(made, np.ascontiguousarray(expected.astype(dtype)))


def test_any_list_is_a_source(items):
    paths = [path for path, _ in items]
    images, nothing = next(iter(A.Loader(paths, policy(), 4)))
    assert nothing is None and images.shape == (4, 3, 24, 20)
    encoded = [Path(path).read_bytes() for path in paths]
    assert same(next(iter(A.Loader(encoded, policy(), 4))).image, images)
    arrays = [A.imdecode(data) for data in encoded]
    assert same(next(iter(A.Loader(arrays, policy(), 4))).image, images)
    named = [{"image": path, "label": 3.5, "name": "x"} for path in paths]
    batch = next(iter(A.Loader(named, policy(), 4)))
    assert batch.label.dtype == np.float64 and batch.name == ["x"] * 4
    assert set(batch.targets) == {"label", "name"}


def test_without_a_policy_files_are_decoded(items):
    batch = next(iter(A.Loader(items, None, 3, layout="HWC")))
    assert isinstance(batch.image, list)
    assert all(same(image, A.imread(path)) for image, path in zip(batch.image, batch.path, strict=True))


def test_masks_and_boxes(items, tmp_path):
    rows = [[[1, 2, 20, 30], [5, 5, 30, 30]], [], [[0, 0, 40, 40]]]
    words = [["cat", "dog"], [], ["cat"]]
    numbers = [[1, 2], [], [3]]
    given = [
        {
            "image": photo(40, 48, seed=number),
            "mask": mask_of(40, 48),
            "bboxes": rows[number],
            "words": words[number],
            "numbers": numbers[number],
            "number": number,
        }
        for number in range(3)
    ]
    rule = A.Compose([A.HorizontalFlip(p=1)], bbox_params=A.BboxParams("pascal_voc", label_fields=["words", "numbers"]))
    batch = next(iter(A.Loader(given, rule, 3)))
    assert batch.mask.shape == (3, 40, 48) and same(batch.mask[0], mask_of(40, 48)[:, ::-1].copy())
    assert [boxes.shape for boxes in batch.bboxes] == [(2, 4), (0, 4), (1, 4)]
    assert batch.words == words
    assert [list(row) for row in batch.numbers] == numbers and batch.number.tolist() == [0, 1, 2]
    padded = next(iter(A.Loader(given, rule, 3, collate="pad")))
    assert padded.bboxes.shape == (3, 2, 4) and (padded.bboxes[1] == -1).all()
    assert np.allclose(padded.bboxes[0, 0], [28, 2, 47, 30])
    assert padded.numbers.tolist() == [[1, 2], [-1, -1], [3, -1]]


def test_samples_with_different_numbers_of_masks():
    given = [
        {
            "image": photo(40, 48, seed=count),
            "masks": np.stack([mask_of(40, 48)] * count) if count else np.empty((0, 40, 48)),
        }
        for count in (2, 0, 3, 1)
    ]
    batch = next(iter(A.Loader(given, A.Compose([A.HorizontalFlip(p=1)]), 4, threads=2)))
    assert batch.image.shape == (4, 3, 40, 48)
    assert [len(masks) for masks in batch.masks] == [2, 0, 3, 1]
    assert all(same(mask, mask_of(40, 48)[:, ::-1].copy()) for masks in batch.masks for mask in masks)


def test_targets_that_do_not_fit_are_faults(items, tmp_path):
    """Also where the core has to look into a file to see it."""
    for name, shape in (("right", (40, 48)), ("wrong", (40, 47))):
        (tmp_path / f"{name}.png").write_bytes(encoded(mask_of(*shape)))
    image = tmp_path / "image.png"
    image.write_bytes(encoded(photo(40, 48)))
    given = [
        {"image": str(image), "mask": str(tmp_path / "right.png")},
        {"image": str(image), "mask": str(tmp_path / "wrong.png")},
        {"image": str(image)},
        {"image": photo(40, 48), "mask": mask_of(40, 48)},
    ]
    rule = A.Compose([A.HorizontalFlip(p=1)])
    load = A.Loader(given, rule, 4, on_error="skip")
    with pytest.warns(UserWarning) as told:
        batch = next(iter(load))
    assert batch.index.tolist() == [0, 3] and same(batch.mask[0], batch.mask[1])
    messages = " ".join(str(entry.message) for entry in told)
    assert "got 40×48 and a mask of 40×47; if that is meant, use Compose(…, is_check_shapes=False)" in messages
    assert "must have the same targets" in messages
    with pytest.raises(A.ShapeError, match="same height and width"):
        rule(image=str(image), mask=str(tmp_path / "wrong.png"))
    with pytest.raises(A.SampleError, match="sample 1: .*same height and width"):
        list(A.Loader(given[:2], rule, 4))


# -- order -------------------------------------------------------------------------------------------------------------


def test_every_sample_comes_once_and_epochs_differ(items):
    load = loader(items)
    first = [index for batch in load for index in batch.index.tolist()]
    second = [index for batch in load for index in batch.index.tolist()]
    assert sorted(first) == sorted(second) == list(range(SAMPLES))
    assert first != second and first != sorted(first)


@pytest.mark.parametrize(
    "arguments", [{"threads": 1}, {"threads": 3}, {"prefetch": 1, "io_threads": 1}, {"read_ahead": 1}]
)
def test_nothing_but_seed_epoch_and_index_matters(items, arguments):
    load, other = loader(items), loader(items, **arguments)
    assert epoch(load) == epoch(other)
    assert epoch(load) == epoch(other)


def test_the_size_of_batches_does_not_change_samples(items):
    assert samples(loader(items, batch_size=8)) == samples(loader(items, batch_size=5))
    order = [index for batch in loader(items, batch_size=8) for index in batch.index.tolist()]
    assert order == [index for batch in loader(items, batch_size=5) for index in batch.index.tolist()]


def test_epochs_can_be_set(items):
    load = loader(items)
    zero, one, two = epoch(load), epoch(load), epoch(load)
    load.set_epoch(1)
    assert load.epoch == 1 and epoch(load) == one
    assert load.epoch == 2 and epoch(load) == two
    load.set_epoch(0)
    assert epoch(load) == zero


def test_an_iteration_that_was_left_makes_a_new_epoch(items):
    load = loader(items)
    expected = [epoch(loader(items)), None]
    for batch in load:
        assert digest(batch) == expected[0][0]
        break
    assert load.epoch == 0
    other = loader(items)
    other.set_epoch(1)
    assert epoch(load) == epoch(other)


def test_two_iterations_at_once(items):
    load = loader(items, shuffle=False)
    alike = [
        (first.index.tolist(), second.index.tolist(), first.epoch, second.epoch)
        for first, second in zip(load, load, strict=True)
    ]
    assert all(first == second for first, second, *_ in alike) and {row[2:] for row in alike} == {(0, 1)}


def test_a_permutation_of_a_hundred_million():
    order = Shuffled(100_000_000)
    begin = time.perf_counter()
    places = np.arange(2000, dtype=np.int64) * 49_999
    indices, keys = order.at(3, 1, places)
    assert len(set(indices.tolist())) == 2000 and same(indices, keys)
    assert indices.min() >= 0 and indices.max() < 100_000_000
    assert abs(indices.mean() / 50_000_000 - 1) < 0.1
    assert time.perf_counter() - begin < 60  # A list of them would take longer than this, and 800 MB.


class Endless:
    """A hundred million samples that take no memory."""

    def __len__(self):
        return 100_000_000

    def read(self, index):
        return np.full((4, 4, 3), index % 256, np.uint8), index % 10


def test_a_hundred_million_samples_take_little_memory():
    tracemalloc.start()
    load = A.Loader(Endless(), None, 64, shuffle=True, threads=1)
    batch = next(iter(load))
    assert (batch.image[:, 0, 0, 0] == batch.index % 256).all()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    load.close()
    assert peak < 16 * 1024 * 1024


def test_weights_take_sixteen_bytes_a_sample():
    weights = np.ones(1_000_000, np.float32)
    tracemalloc.start()
    order = A.Weighted(weights)
    indices, _ = order.at(0, 0, np.arange(64, dtype=np.int64))
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert indices.max() > 900_000 and kept < 9_000_000 and peak < 20_000_000


def test_weighted_with_replacement(items):
    weights = np.zeros(SAMPLES)
    weights[[3, 10]] = [1, 3]
    load = A.Loader(items, policy(), 50, sampler=A.Weighted(weights, samples=2000))
    drawn = np.concatenate([batch.index for batch in load])
    assert len(drawn) == 2000 and set(drawn.tolist()) == {3, 10}
    assert abs(np.mean(drawn == 10) - 0.75) < 0.04
    # The same sample looks different each time.
    batch = next(iter(load))
    same_one = batch.image[batch.index == 10]
    assert len({image.tobytes() for image in same_one}) == len(same_one) > 10


def test_weighted_without_replacement(items):
    weights = np.ones(SAMPLES)
    weights[:5] = [0, 50, 50, 50, 50]
    load = A.Loader(items, policy(), 4, sampler=A.Weighted(weights, samples=12, replacement=False))
    firsts = []
    for _ in range(20):
        drawn = np.concatenate([batch.index for batch in load]).tolist()
        assert len(set(drawn)) == 12 and 0 not in drawn
        firsts += drawn[:4]
    assert sum(index in (1, 2, 3, 4) for index in firsts) > 50
    with pytest.raises(A.PolicyError, match="37 cannot be drawn of 36 without"):
        A.Weighted(weights, samples=37, replacement=False)


def test_balanced_classes():
    labels = np.array([0] * 900 + [1] * 90 + [2] * 10)
    images = [photo(8, 8, seed=number % 7) for number in range(1000)]
    load = A.Loader(list(zip(images, labels.tolist(), strict=True)), None, 100, sampler=A.Balanced(labels, 3000))
    drawn = np.concatenate([batch.label for batch in load])
    assert np.abs(np.bincount(drawn) / 1000 - 1).max() < 0.12

    class Labelled(list):
        def read(self, index):
            return self[index]

        def labels(self):
            return labels

    by_name = A.Loader(Labelled(zip(images, labels.tolist(), strict=True)), None, 100, sampler="balanced")
    assert len(np.unique(next(iter(by_name)).label)) == 3
    with pytest.raises(A.PolicyError, match="cannot tell its labels"):
        A.Loader(images, None, sampler="balanced")


def test_a_list_and_a_sampler(items):
    load = A.Loader(items, policy(), 3, sampler=[5, 1, 4, 1, 5, 9, 2])
    batches = list(load)
    assert [batch.index.tolist() for batch in batches] == [[5, 1, 4], [1, 5, 9], [2]]
    twice = {
        image.tobytes()
        for batch in batches
        for index, image in zip(batch.index, batch.image, strict=True)
        if index == 5
    }
    assert len(twice) == 2

    class Sampler:
        def set_epoch(self, number):
            self.number = number

        def __iter__(self):
            return iter([self.number, self.number + 1, 7])

    load = A.Loader(items, policy(), 2, sampler=Sampler())
    assert [batch.index.tolist() for batch in load] == [[0, 1], [7]]
    assert [batch.index.tolist() for batch in load] == [[1, 2], [7]]
    with pytest.raises(A.PolicyError, match=r"sampler gave 37, but the source has 37 samples"):
        Listed([37], SAMPLES).begin(0)
    with pytest.raises(A.PolicyError, match="whole numbers"):
        Listed([0.5], SAMPLES).begin(0)


def test_threads_of_an_epoch_that_was_left_do_not_draw_the_next_one_again():
    class Drawn:
        """Other numbers each time, as torch's RandomSampler gives them."""

        times = 0

        def __len__(self):
            return SAMPLES

        def __iter__(self):
            self.times += 1
            return iter(np.random.default_rng(self.times).permutation(SAMPLES).tolist())

    order, places = Listed(Drawn(), SAMPLES), np.arange(SAMPLES)
    order.begin(0)
    first, _ = order.at(0, 0, places)
    order.begin(1)
    second, _ = order.at(0, 1, places)
    assert not np.array_equal(first, second)
    assert np.array_equal(order.at(0, 0, places)[0], first)
    assert np.array_equal(order.at(0, 1, places)[0], second)
    assert order.indices.times == 2
    order.begin(1)  # Entered again: it is asked again.
    assert order.indices.times == 3


# -- ranks -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tail", ["drop", "pad", "uneven"])
@pytest.mark.parametrize("length", [1, 7, 8, 16, 37, 40, 41])
def test_shares_cover_the_epoch(tail, length):
    for world, each in ((1, 8), (2, 4), (4, 2)):
        shares = [Shares(length, each, rank, world, tail) for rank in range(world)]
        steps = [share.steps() for share in shares]
        dealt = [
            share.places(0, step).tolist() for step in range(max(steps)) for share in shares if step < share.steps()
        ]
        flat = [place for places in dealt for place in places]
        if tail == "drop":
            assert flat == list(range(length // 8 * 8)) and len(set(steps)) == 1
        elif tail == "uneven":
            assert flat == list(range(length)) and max(steps) - min(steps) <= 1
        else:
            assert len(set(steps)) == 1 and set(flat) == set(range(length)) and len(flat) - length < world
            assert flat[:length] == list(range(length))


@pytest.mark.parametrize("world", [2, 4])
def test_ranks_together_see_what_one_process_sees(items, world):
    whole = list(loader(items, batch_size=8, tail="uneven"))
    parts = [
        list(loader(items, batch_size=8 // world, rank=rank, world_size=world, tail="uneven")) for rank in range(world)
    ]
    for step, batch in enumerate(whole):
        there = [part[step] for part in parts if step < len(part)]
        assert same(np.concatenate([part.index for part in there]), batch.index)
        assert same(np.concatenate([part.image for part in there]), batch.image)


def test_ranks_are_checked(items):
    with pytest.raises(A.PolicyError, match="belong together"):
        loader(items, rank=1)
    with pytest.raises(A.PolicyError, match="got rank 2 of 2"):
        loader(items, rank=2, world_size=2)
    assert loader(items, rank=1, world_size=2).tail == "pad"


# -- going on where it was left ----------------------------------------------------------------------------------------


def test_a_state_at_any_step_goes_on_with_the_next_sample(items):
    """More than a hundred stops, at places and with other settings drawn by a seed."""
    expected = []
    whole = loader(items)
    for _ in range(3):
        expected.append(epoch(whole))
    random = np.random.default_rng(3)
    for _ in range(110):
        number, step = int(random.integers(3)), int(random.integers(0, 6))
        load = loader(items, threads=int(random.integers(1, 4)), prefetch=int(random.integers(1, 6)))
        load.set_epoch(number)
        iterator = iter(load)
        for _batch in range(step):
            next(iterator)
        state = pickle.loads(pickle.dumps(load.state_dict()))
        assert len(pickle.dumps(state)) < 600
        load.close()
        assert load.state_dict() == state
        again = loader(items, threads=int(random.integers(1, 4)), prefetch=int(random.integers(1, 6)))
        again.load_state_dict(state)
        assert epoch(again) == expected[number][step:]
        assert again.epoch == number + 1


def test_a_state_at_the_end_of_an_epoch_begins_the_next(items):
    load = loader(items)
    list(load)
    state = load.state_dict()
    again = loader(items)
    again.load_state_dict(state)
    assert again.epoch == 1 and epoch(again) == epoch(load)


def test_a_state_goes_on_in_another_number_of_processes(items):
    load = loader(items, batch_size=8)
    whole = list(loader(items, batch_size=8, tail="uneven"))
    iterator = iter(load)
    next(iterator), next(iterator)
    state = load.state_dict()
    parts = []
    for rank in range(2):
        part = loader(items, batch_size=4, rank=rank, world_size=2, tail="uneven")
        part.load_state_dict(state)
        parts.append(list(part))
    for step, batch in enumerate(whole[2:]):
        there = [part[step] for part in parts if step < len(part)]
        assert same(np.concatenate([part.image for part in there]), batch.image)


def test_set_epoch_keeps_the_place_of_a_loaded_state(items):
    load = loader(items)
    expected = epoch(load)
    iterator = iter(loader(items))
    first = loader(items)
    iterator = iter(first)
    next(iterator)
    again = loader(items)
    again.load_state_dict(first.state_dict())
    again.set_epoch(0)
    assert epoch(again) == expected[1:]
    again.load_state_dict(first.state_dict())
    again.set_epoch(1)
    assert len(epoch(again)) == len(expected)


def test_a_state_of_something_else_is_refused(items):
    state = loader(items).state_dict()
    with pytest.raises(A.PolicyError, match="a source of 37 samples, and this one has 36"):
        loader(items[1:]).load_state_dict(state)
    with pytest.raises(A.PolicyError, match="another policy"):
        A.Loader(items, A.Compose([A.Resize(8, 8)]), 8, shuffle=True, seed=5).load_state_dict(state)
    with pytest.raises(A.PolicyError, match="the seed 5, and this loader's is 6"):
        loader(items, seed=6).load_state_dict(state)
    with pytest.raises(A.PolicyError, match="the order Shuffled of 37, and this loader's is InOrder of 37"):
        loader(items, shuffle=False).load_state_dict(state)
    with pytest.raises(A.PolicyError, match="no state of a loader"):
        loader(items).load_state_dict({})
    loader(items[1:]).load_state_dict(state, strict=False)


# -- faults ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def damaged(items, tmp_path_factory):
    """A source of which some files are damaged, missing, or empty."""
    folder = tmp_path_factory.mktemp("damaged")
    given = list(items)
    for number, contents in ((4, "cut"), (11, "missing"), (12, "empty"), (13, "words"), (30, "cut")):
        path = folder / f"{number}.jpg"
        if contents == "cut":
            path.write_bytes(Path(items[number][0]).read_bytes()[:-300])
        elif contents != "missing":
            path.write_bytes(b"" if contents == "empty" else b"this is no picture")
        given[number] = (str(path), items[number][1])
    return given


BAD = {4, 11, 12, 13, 30}


@pytest.mark.filterwarnings("ignore:sample ")
@pytest.mark.parametrize("on_error", ["skip", "replace"])
def test_a_folder_as_folders_are(items, tmp_path, on_error):
    """Of 2,000 files 20 are damaged, 2 are missing and 2 are empty: an epoch goes through, the same for all threads."""
    whole = [Path(path).read_bytes() for path, _ in items]
    for number in range(2000):
        folder = tmp_path / "train" / f"class{number % 4}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number:04}.jpg").write_bytes(whole[number % SAMPLES])
    source = A.sources.ImageFolder(tmp_path / "train", cache=False)
    wrong = np.random.default_rng(3).choice(2000, 24, replace=False).tolist()
    for index in wrong[:20]:
        path = Path(source.path(index))
        # Behind a crop nothing is read, and nothing found wrong: what is damaged is the beginning.
        path.write_bytes(path.read_bytes()[:200])
    for index in wrong[20:22]:
        Path(source.path(index)).unlink()
    for index in wrong[22:]:
        Path(source.path(index)).write_bytes(b"")
    epochs = []
    for threads in (1, 2, 3):
        load = A.Loader(source, policy(), 64, shuffle=True, seed=5, on_error=on_error, threads=threads)
        indices, digests = [], []
        for batch in load:
            indices += batch.index.tolist()
            digests.append(digest(batch))
        epochs.append(digests)
        assert sorted(fault.index for fault in load.errors) == sorted(wrong)
        assert not set(indices) & set(wrong) and set(indices) | set(wrong) == set(range(2000))
        assert len(indices) == (1976 if on_error == "skip" else 2000)
    assert epochs[0] == epochs[1] == epochs[2]


def test_a_fault_is_raised_with_all_that_is_known(damaged):
    load = loader(damaged, shuffle=False)
    with pytest.raises(A.SampleError, match=r"sample 4: .*4\.jpg: .*\(byte \d+\)") as raised:
        list(load)
    assert raised.value.index == 4 and raised.value.path == damaged[4][0]
    assert isinstance(raised.value.__cause__, A.DecodeError)
    # What was not handed out counts as not seen.
    assert load.state_dict()["place"] == 0
    load = loader(damaged, shuffle=False, batch_size=2)
    seen = []
    with pytest.raises(A.SampleError, match="sample 4: "):
        seen.extend(load)
    assert len(seen) == 2 and load.state_dict()["place"] == 4


def test_faults_are_skipped(items, damaged):
    load = loader(damaged, on_error="skip")
    with pytest.warns(UserWarning, match="of this kind are only counted"):
        batches = list(load)
    assert {index for batch in batches for index in batch.index.tolist()} == set(range(SAMPLES)) - BAD
    assert all(len(batch.image) == len(batch.index) == len(batch.label) == len(batch.path) for batch in batches)
    assert len(load.errors) == 5 and {case.index for case in load.errors} == BAD
    assert load.stats()["errors"] == 5
    assert samples(loader(damaged, on_error="skip", threads=1)) == {
        index: made for index, made in samples(loader(items, threads=3)).items() if index not in BAD
    }


def test_faults_are_replaced_by_what_comes_next(damaged):
    def collected(**arguments):
        load = loader(damaged, on_error="replace", **arguments)
        return load, list(load)

    with pytest.warns(UserWarning):
        load, batches = collected()
        _, others = collected(threads=1, batch_size=5)
    order = Shuffled(SAMPLES).at(5, 0, np.arange(SAMPLES, dtype=np.int64))[0].tolist()
    made = [index for batch in batches for index in batch.index.tolist()]
    assert len(made) == SAMPLES and len(load.errors) == 5
    for place, index in enumerate(made):
        wanted = order[place]
        step = place
        while wanted in BAD:
            step += 1
            wanted = order[step % SAMPLES]
        assert index == wanted
    images = np.concatenate([batch.image for batch in batches])
    assert same(images, np.concatenate([batch.image for batch in others]))
    # A sample that stands in for another looks different from its own appearance.
    assert len({image.tobytes() for image in images}) == SAMPLES


def test_too_many_faults_are_raised(damaged):
    with (
        pytest.warns(UserWarning),
        pytest.raises(A.SampleError, match="more than max_errors=2 samples of the epoch failed"),
    ):
        list(loader(damaged, on_error="skip", max_errors=2))
    nothing = [("/nowhere/a.jpg", 0), ("/nowhere/b.jpg", 1)]
    with pytest.raises(A.SampleError, match="nothing was found to replace sample"):
        list(A.Loader(nothing, policy(), 2, on_error="replace"))
    with pytest.warns(UserWarning), pytest.raises(A.SampleError, match="not one sample of the epoch could be used"):
        list(A.Loader(nothing, policy(), 2, on_error="skip"))


def test_what_a_source_raises_is_a_fault():
    class Source:
        def __len__(self):
            return 6

        def read(self, index):
            if index == 2:
                raise KeyError("two")
            return photo(30, 30, seed=index), index

        def path(self, index):
            return f"row {index}"

    with pytest.raises(A.SampleError, match=r"sample 2 \(row 2\): KeyError: 'two'") as raised:
        list(A.Loader(Source(), policy(), 3))
    assert isinstance(raised.value.__cause__, KeyError)
    with pytest.warns(UserWarning, match="KeyError"):
        batches = list(A.Loader(Source(), policy(), 3, on_error="skip"))
    assert [batch.index.tolist() for batch in batches] == [[0, 1], [3, 4, 5]]


def test_a_warning_for_each_kind(damaged):
    with pytest.warns(UserWarning) as told:
        load = loader(damaged, on_error="skip", shuffle=False)
        list(load)
    assert len(told) == len(load.errors.kinds)


# -- threads and memory ------------------------------------------------------------------------------------------------


def threads_of_loaders():
    return [thread for thread in threading.enumerate() if thread.name.startswith("fastaug-")]


def wait_for_no_threads():
    end = time.monotonic() + 10
    while threads_of_loaders() and time.monotonic() < end:
        time.sleep(0.01)
    return threads_of_loaders()


def test_no_thread_is_left_behind(items):
    gc.collect()  # Iterators of other tests.
    assert not wait_for_no_threads()
    load = loader(items)
    list(load)
    assert not wait_for_no_threads()
    for _ in load:
        break
    gc.collect()
    assert not wait_for_no_threads()
    try:
        for _ in load:
            raise ValueError("the training loop")
    except ValueError:
        pass
    gc.collect()
    assert not wait_for_no_threads()
    iterator = iter(load)
    next(iterator)
    load.close()
    assert not threads_of_loaders()
    with pytest.raises(RuntimeError, match="the loader was closed"):
        next(iterator)
    with load:
        iterator = iter(load)
    assert not threads_of_loaders()
    assert len(list(load)) == 5
    del load, iterator
    gc.collect()
    assert not wait_for_no_threads()


def test_batches_that_are_held_are_not_written_into(items):
    load = loader(items, batch_size=16, prefetch=2)
    big = A.Compose([A.RandomResizedCrop(size=(128, 128)), A.Normalize()])
    load = A.Loader(items, big, 16, shuffle=True, prefetch=2)
    held, views = [], []
    for _ in range(4):
        for batch in load:
            held.append((batch.image, batch.image.copy()))
            views.append((batch.image[1:3, 0], batch.image[1:3, 0].copy()))
            del batch
    assert all(same(image, copy) for image, copy in held)
    del held
    for _ in range(2):
        for batch in load:
            del batch
    assert all(same(np.ascontiguousarray(view), copy) for view, copy in views)


def test_what_waits_is_bounded(items):
    made = []

    class Counting(list):
        def read(self, index):
            made.append(index)
            return self[index]

    load = A.Loader(Counting(items * 20), policy(), 4, prefetch=2)
    iterator = iter(load)
    next(iterator)
    deadline = time.monotonic() + 5
    count = -1
    while time.monotonic() < deadline and count != len(made):
        count = len(made)
        time.sleep(0.2)
    assert len(made) <= 4 * (1 + 2 + 4 + 2)
    assert load.stats()["queue_depth"] == 2
    load.close()
    encoded_files = [(Path(path).read_bytes(), label) for path, label in items]
    bounded = A.Loader(Counting(encoded_files * 20), policy(), 4, prefetch=2, read_ahead=1)
    made.clear()
    iterator = iter(bounded)
    next(iterator)
    time.sleep(0.5)
    assert len(made) <= 4 * 6
    bounded.close()


def test_a_slow_consumer_costs_no_time(items):
    load = loader(items)
    iterator = iter(load)
    next(iterator)
    time.sleep(0.5)
    before = time.process_time()
    time.sleep(1.5)
    assert time.process_time() - before < 0.2
    assert load.stats()["queue_depth"] == 4
    load.close()


def test_two_loaders_at_once(items):
    first, second = loader(items * 5), loader(items * 5, seed=6)
    expected = [epoch(loader(items * 5)), epoch(loader(items * 5, seed=6))]
    together = [(digest(one), digest(other)) for one, other in zip(first, second, strict=True)]
    assert [list(column) for column in zip(*together, strict=True)] == expected


def test_two_loaders_share_the_threads(items):
    given = {"first": 0, "second": 0}
    is_over = threading.Event()

    def consume(name, load):
        for _ in load:
            given[name] += 1
            if is_over.is_set():
                break
        is_over.set()

    loaders = {"first": loader(items * 50, threads=2), "second": loader(items * 50, threads=2, seed=6)}
    threads = [threading.Thread(target=consume, args=one) for one in loaders.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # When one has all of its batches, the other is not far behind.
    assert max(given.values()) == len(loaders["first"])
    assert min(given.values()) > max(given.values()) / 4, given


# -- telling -----------------------------------------------------------------------------------------------------------


def test_what_is_told(items):
    load = loader(items * 4)
    assert load.bottleneck().startswith("Too little")
    list(load)
    stats = load.stats()
    assert stats["samples"] == SAMPLES * 4 and stats["batches"] == len(load) and stats["errors"] == 0
    assert stats["images_per_second"] > 0 and stats["decode_seconds"] > 0 and stats["read_seconds"] > 0
    assert 0 <= stats["mean_queue_depth"] <= 6
    for _ in load:
        time.sleep(0.05)
    load.set_epoch(7)
    slow = loader(items * 4)
    for _ in slow:
        time.sleep(0.1)
    assert slow.bottleneck().startswith("The consumer limits")
    assert "37" in repr(loader(items))

    class Slow(list):
        def read(self, index):
            time.sleep(0.01)
            return self[index]

    reading = A.Loader(Slow(items), policy(), 8, io_threads=1)
    list(reading)
    assert reading.bottleneck().startswith("Reading limits")


def test_arguments_are_checked(items):
    for arguments, message in (
        ({"batch_size": 0}, "batch_size must be a whole number of at least 1"),
        ({"on_error": "ignore"}, "on_error must be one of raise, skip, replace"),
        ({"tail": "wrap"}, "tail must be one of drop, pad, uneven"),
        ({"tail": "pad", "drop_last": True}, "contradict"),
        ({"collate": "stack"}, "collate must be 'list' or 'pad'"),
        ({"sampler": [1, 2]}, "shuffle and sampler both say"),
        ({"layout": "NCHW"}, "layout must be CHW or HWC"),
        ({"dtype": "int8"}, "dtype must be one of"),
        ({"seed": -1}, "seed must be a whole number"),
    ):
        with pytest.raises(A.PolicyError, match=message):
            loader(items, **arguments)
    with pytest.raises(TypeError, match="a source has __len__"):
        A.Loader("train/", policy())
    with pytest.raises(A.PolicyError, match="policy must be a Compose"):
        A.Loader(items, [A.Resize(2, 2)])


def test_a_seek_index_changes_no_pixel(items, tmp_path):
    path = tmp_path / "train.index"
    A.build_index([path for path, _ in items], path)
    assert epoch(loader(items, index=path)) == epoch(loader(items))
    assert epoch(loader(items, index=A.SeekIndex(path))) == epoch(loader(items))


def test_an_index_that_makes_itself(items, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    load = loader(items, index="auto")
    plain = loader(items)
    assert epoch(load) == epoch(plain)
    load._growing._thread.join()
    made = list((tmp_path / "fastaug" / "indexes").iterdir())
    assert any(len(A.SeekIndex(file)) == SAMPLES for file in made if file.suffix == ".index")
    assert epoch(load) == epoch(plain)
    assert load._index is None or len(load._index) == SAMPLES
    load.close()


def test_an_index_that_cannot_make_itself_disturbs_nobody(items, tmp_path, monkeypatch, capfd):
    (tmp_path / "a file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "a file"))
    load = loader(items, index="auto")
    assert epoch(load) == epoch(loader(items))
    load.close()
    assert "Traceback" not in capfd.readouterr().err


def test_an_index_that_makes_itself_does_not_read_all_samples_that_are_no_files(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    contents = A.imencode(photo())

    class Shards:
        read_by_index = 0

        def __len__(self):
            return 1000

        def read(self, index):
            self.read_by_index += threading.current_thread().name == "fastaug-index"
            if index == 0:
                raise OSError("this one is damaged")
            return contents, 0

    source = Shards()
    load = A.Loader(source, policy(), 4, index="auto", on_error="skip")
    with pytest.warns(UserWarning, match="this one is damaged"):
        next(iter(load))
    load._growing._thread.join()
    load.close()
    assert source.read_by_index < 300
