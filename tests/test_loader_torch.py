"""Guards the loader's tensors and the data set for torch's own DataLoader."""

from __future__ import annotations

import hashlib
import pickle
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch

import fastaug as A
import fastaug.torch as T
from loading import SAMPLES, policy, samples, write_files
from pictures import labels as mask_of
from pictures import photo, same


@pytest.fixture(scope="module")
def items(tmp_path_factory):
    return write_files(tmp_path_factory.mktemp("files"))


def test_batches_are_tensors_over_the_same_bytes(items):
    made = list(T.Loader(items, policy(), 8, shuffle=True, seed=5))
    plain = list(A.Loader(items, policy(), 8, shuffle=True, seed=5))
    for tensors, arrays in zip(made, plain, strict=True):
        images, labels = tensors
        assert isinstance(images, torch.Tensor) and isinstance(labels, torch.Tensor)
        assert same(images.numpy(), arrays.image) and same(labels.numpy(), arrays.label)
        assert same(tensors.index.numpy(), arrays.index) and tensors.path == arrays.path
        assert not images.is_pinned() or torch.cuda.is_available()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16, "bfloat16"])
@pytest.mark.parametrize("memory_format", [None, torch.channels_last])
def test_types_and_memory_formats(items, dtype, memory_format):
    expected = next(iter(T.Loader(items, policy(), 8))).image
    made = next(iter(T.Loader(items, policy(), 8, dtype=dtype, memory_format=memory_format))).image
    wanted = torch.bfloat16 if dtype == "bfloat16" else dtype
    assert made.dtype == wanted and made.shape == expected.shape
    assert made.is_contiguous(memory_format=memory_format or torch.contiguous_format)
    assert torch.equal(made, expected.to(wanted))


def test_bytes_for_normalizing_on_the_device(items):
    plain = A.Compose([A.RandomResizedCrop(size=(24, 20))])
    images, _ = next(iter(T.Loader(items, plain, 8, dtype=torch.uint8)))
    assert images.dtype == torch.uint8 and images.shape == (8, 3, 24, 20)
    with pytest.raises(A.PolicyError, match="dtype must be uint8, float32, float16 or bfloat16, got torch.int64"):
        T.Loader(items, plain, 8, dtype=torch.int64)


def test_devices(items):
    batch = next(iter(T.Loader(items, policy(), 8, device="meta")))
    assert batch.image.device.type == batch.label.device.type == "meta"
    assert next(iter(T.Loader(items, policy(), 8, device="cpu"))).image.device.type == "cpu"


def test_images_of_several_sizes_and_targets():
    given = [
        {
            "image": photo(20 + number, 30),
            "mask": mask_of(20 + number, 30),
            "bboxes": [[1, 2, 9, 9]],
            "labels": [number],
        }
        for number in range(4)
    ]
    rule = A.Compose([A.HorizontalFlip(p=1)], bbox_params=A.BboxParams("pascal_voc", label_fields=["labels"]))
    batch = next(iter(T.Loader(given, rule, 4, memory_format=torch.channels_last)))
    assert [tuple(image.shape) for image in batch.image] == [(3, 20 + number, 30) for number in range(4)]
    assert all(isinstance(mask, torch.Tensor) for mask in batch.mask)
    assert batch.bboxes[0].shape == (1, 4) and batch.labels[3].tolist() == [3]
    images, targets = batch
    assert set(targets) == {"mask", "bboxes", "labels"} and len(images) == 4


def test_a_policy_that_makes_tensors_itself(items):
    rule = A.Compose([A.RandomResizedCrop(size=(24, 20)), A.HorizontalFlip(), A.Normalize(), A.ToTensorV2()])
    made = next(iter(T.Loader(items, rule, 8)))
    assert torch.equal(made.image, next(iter(T.Loader(items, policy(), 8))).image)


# -- in torch's DataLoader ---------------------------------------------------------------------------------------------


def collected(loader):
    made = {}
    for batch in loader:
        for index, image in zip(batch.index.tolist(), batch.image, strict=True):
            made[index] = image.numpy().copy()
    return made


def digests(loader):
    return {
        index: hashlib.sha256(np.ascontiguousarray(image)).hexdigest() for index, image in collected(loader).items()
    }


@pytest.mark.filterwarnings("ignore:This DataLoader will create")
@pytest.mark.parametrize(("workers", "method"), [(0, None), (1, "fork"), (2, "fork"), (2, "spawn"), (3, "forkserver")])
def test_every_number_of_workers_gives_the_loaders_pixels(items, workers, method):
    data = T.dataset(items, policy(), seed=5)
    loader = torch.utils.data.DataLoader(
        data,
        batch_size=8,
        shuffle=True,
        num_workers=workers,
        persistent_workers=workers > 0,
        multiprocessing_context=method,
    )
    load = A.Loader(items, policy(), 8, seed=5)
    for epoch in (0, 3):
        data.set_epoch(epoch)
        load.set_epoch(epoch)
        expected = samples(load)
        assert len(expected) == SAMPLES
        assert digests(loader) == expected
    batch = next(iter(loader))
    images, labels = batch
    assert isinstance(batch, T.Batch) and len(images) == len(labels) == 8


def test_samples_one_by_one(items):
    data = T.dataset(items, policy(), seed=5)
    assert len(data) == SAMPLES
    image, label = data[7]
    batch = next(iter(T.Loader(items, policy(), 8, seed=5)))
    assert torch.equal(image, batch.image[7]) and label == 7 % 5
    assert torch.equal(data[-1][0], data[SAMPLES - 1][0])
    with pytest.raises(IndexError, match="no sample 37 among 37"):
        data[SAMPLES]
    unlabelled = T.dataset([path for path, _ in items], policy())
    assert unlabelled[0][1] is None


class Million:
    """A million samples that nobody lists."""

    def __len__(self):
        return 1_000_000

    def read(self, index):
        return photo(30, 30, seed=index % 7), index


def test_a_data_set_travels_light():
    data = T.dataset(Million(), policy())
    next(iter(torch.utils.data.DataLoader(data, batch_size=4)))
    copy = pickle.loads(pickle.dumps(data))
    assert len(pickle.dumps(data)) < 4000
    assert torch.equal(copy[999_999][0], data[999_999][0])


def test_faults_in_a_data_set(items):
    broken = [*items[:3], ("/nowhere/x.jpg", 1)]
    with pytest.raises(A.SampleError, match="sample 3: /nowhere/x.jpg"):
        list(torch.utils.data.DataLoader(T.dataset(broken, policy()), batch_size=4))
    data = T.dataset(broken, policy(), on_error="skip")
    with pytest.warns(UserWarning, match="sample 3: /nowhere/x.jpg"):
        skipped = next(iter(torch.utils.data.DataLoader(data, batch_size=4)))
    assert skipped.index.tolist() == [0, 1, 2] and [fault.index for fault in data.errors] == [3]
    with pytest.warns(UserWarning, match="sample 3: /nowhere/x.jpg"):
        replaced = next(
            iter(torch.utils.data.DataLoader(T.dataset(broken, policy(), on_error="replace"), batch_size=4))
        )
    assert replaced.index.tolist() == [0, 1, 2, 0]
    with pytest.warns(UserWarning), pytest.raises(A.SampleError, match="no sample of the batch could be used"):
        list(torch.utils.data.DataLoader(T.dataset(broken, policy(), on_error="skip"), sampler=[3]))
    with pytest.raises(A.PolicyError, match="policy must be a Compose"):
        T.dataset(items, A.Normalize())


@pytest.mark.parametrize("workers", [0, 1])
def test_a_sample_that_comes_again_is_told(items, workers):
    data = T.dataset(items, policy())

    def batches(workers, **arguments):
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            loader = torch.utils.data.DataLoader(data, 8, num_workers=workers, **arguments)
            made = [batch.image for batch in loader]
        return made, any("comes again in epoch" in str(one.message) for one in told)

    first, is_told = batches(workers)
    assert not is_told
    data.set_epoch(1)
    other, is_told = batches(workers)
    assert not is_told and not torch.equal(first[0], other[0])
    # All processes know what one of them has had.
    again, is_told = batches(0)
    assert is_told and torch.equal(again[0], other[0])
    data = T.dataset(items, policy())
    (repeated,), is_told = batches(0, sampler=[3] * 8)
    assert is_told and torch.equal(repeated[0], repeated[7])
    # What draws nothing may come as often as one likes.
    data = T.dataset(items, A.Compose([A.Resize(8, 8)]))
    assert not any(batches(0)[1] for _ in range(2))


def test_parts_of_sources(tmp_path, items):
    for number, (path, label) in enumerate(items[:12]):
        (tmp_path / f"class{label}").mkdir(exist_ok=True)
        (tmp_path / f"class{label}" / f"{number:02}.jpg").write_bytes(Path(path).read_bytes())
    source = T.ImageFolder(tmp_path)
    train, validation = torch.utils.data.random_split(source, [9, 3])
    for part in (train, validation, torch.utils.data.ConcatDataset([train, validation])):
        batches = list(T.Loader(part, policy(), 4))
        assert sum(len(batch.image) for batch in batches) == len(part)
        assert [label for batch in batches for label in batch.label.tolist()] == [part[n][1] for n in range(len(part))]


def test_all_images_have_the_type_and_the_layout():
    class Pairs:
        def __len__(self):
            return 2

        def read(self, index):
            image = np.full((40, 50, 3), 100 + index, np.uint8)
            return image, {"image2": image, "images": [image, image], "mask": image[:, :, 0]}

    rule = A.Compose([A.Normalize()], additional_targets={"image2": "image"})
    plain = next(iter(T.Loader(Pairs(), rule, 2)))
    batch = next(iter(T.Loader(Pairs(), rule, 2, dtype=torch.bfloat16, memory_format=torch.channels_last)))
    assert batch.mask.dtype == torch.uint8
    for name in ("image", "image2"):
        assert batch[name].dtype == torch.bfloat16 and batch[name].shape == (2, 3, 40, 50)
        assert torch.equal(batch[name], plain[name].to(torch.bfloat16))
        assert batch[name].is_contiguous(memory_format=torch.channels_last)
    for made, expected in zip(batch["images"], plain["images"], strict=True):
        for one, other in zip(made, expected, strict=True):
            assert one.shape == (3, 40, 50) and torch.equal(one, other.to(torch.bfloat16))


def test_batches_move_as_tensors_do(items):
    batch = next(iter(T.Loader([(path, label) for path, label in items[:4]], policy(), 4)))
    moved = batch.to("meta", non_blocking=True)
    assert moved.image.device.type == moved.label.device.type == moved.index.device.type == "meta"
    assert batch.image.device.type == "cpu" and moved.path == batch.path
    assert batch.to(torch.float64).image.dtype == torch.float64
    if torch.cuda.is_available():
        assert batch.pin_memory().image.is_pinned()
    else:
        # Without a GPU torch cannot, and says so; what is asked is the tensors.
        with pytest.raises(RuntimeError):
            batch.pin_memory()


USER = """
import torch
from fastaug import Compose
from fastaug.torch import ImageFolder, Loader, dataset

policy = Compose([])
good = Loader(ImageFolder("train"), policy, 3, shuffle=True, dtype=torch.bfloat16, on_error="skip")
Loader([("a.jpg", 1)], policy, 3)
with good as same:
    reveal_type(same)
for images, labels in good:
    pass
Loader(ImageFolder("train"), policy, batchsize=3)
Loader(ImageFolder("train"), policy, on_error="ignore")
Loader(5, policy)
dataset(ImageFolder("train"), policy, colate="pad")
"""


def test_types_are_told_to_checkers(tmp_path):
    api = pytest.importorskip("mypy.api")
    script = tmp_path / "user.py"
    script.write_text(USER)
    told, wrong, _ = api.run(["--strict", "--cache-dir", str(tmp_path / "cache"), str(script)])
    assert not wrong
    lines = [int(line.split(":")[1]) for line in told.splitlines() if ": error:" in line]
    assert lines == [13, 14, 15, 16], told
    assert 'Revealed type is "fastaug.torch.loader.Loader"' in told


def test_a_data_set_of_the_users_own(items):
    rule = policy(seed=5)

    class Own(torch.utils.data.Dataset):
        def __len__(self):
            return SAMPLES

        def __getitem__(self, index):
            path, label = items[index]
            return rule(image=path, index=index)["image"].transpose(2, 0, 1), label

    images, _ = next(iter(torch.utils.data.DataLoader(Own(), batch_size=8)))
    assert torch.equal(images, next(iter(T.Loader(items, policy(), 8, seed=5))).image)
