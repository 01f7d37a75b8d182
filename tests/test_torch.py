"""Guards the way to torch: tensors without copies, and policies inside a ``Dataset`` under a ``DataLoader``."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

import fastaug as A
from pictures import labels, noise, photo

torch = pytest.importorskip("torch")
from torch.utils.data import DataLoader, Dataset  # noqa: E402


def test_to_tensor_gives_channels_first():
    image = photo()
    made = A.Compose([A.HorizontalFlip(p=1), A.ToTensorV2()])(image=image)["image"]
    assert isinstance(made, torch.Tensor)
    assert made.dtype == torch.uint8
    assert made.is_contiguous()
    np.testing.assert_array_equal(made.numpy(), image[:, ::-1].transpose(2, 0, 1))


def test_to_tensor_of_gray_images_has_one_channel():
    for channels in (0, 1):
        assert A.Compose([A.ToTensorV2()])(image=photo(20, 24, channels))["image"].shape == (1, 20, 24)


def test_to_tensor_after_normalize_is_float():
    made = A.Compose([A.Normalize(), A.ToTensorV2()])(image=photo())["image"]
    expected = A.Compose([A.Normalize()])(image=photo())["image"]
    assert made.dtype == torch.float32
    np.testing.assert_array_equal(made.numpy(), expected.transpose(2, 0, 1))


@pytest.mark.parametrize("transpose", [False, True])
def test_masks_become_tensors(transpose):
    flat, deep = labels(), np.stack([labels(), labels() + 1], axis=2)
    some = A.Compose([A.ToTensorV2(transpose_mask=transpose)])
    result = some(image=photo(), mask=flat, masks=[deep, deep])
    assert result["mask"].shape == (48, 64)
    assert isinstance(result["masks"], list)
    expected = deep.transpose(2, 0, 1) if transpose else deep
    np.testing.assert_array_equal(result["masks"][1].numpy(), expected)


def test_several_images_become_tensors():
    some = A.Compose([A.ToTensorV2()])
    stacked = some(images=np.stack([photo(seed=1), photo(seed=2)]))["images"]
    assert stacked.shape == (2, 3, 48, 64)
    assert [one.shape for one in some(images=[photo(), photo()])["images"]] == [(3, 48, 64)] * 2


def test_to_tensor_stands_at_the_top_and_always_runs():
    with pytest.raises(A.PolicyError, match=r"ToTensorV2.*top level"):
        A.Compose([A.OneOf([A.ToTensorV2()], p=1)])
    with pytest.raises(A.PolicyError, match=r"ToTensorV2.p: must be 1"):
        A.Compose([A.ToTensorV2(p=0.5)])


def test_a_batch_is_taken_without_a_copy():
    some = A.Compose([A.RandomCrop(16, 16), A.Normalize()], seed=1)
    made = some.batch([photo()] * 4, indices=range(4))["image"]
    for tensor in (torch.from_numpy(made), torch.from_dlpack(made)):
        assert tensor.data_ptr() == made.ctypes.data
        assert tensor.shape == (4, 3, 16, 16)
    half = some.batch([photo()] * 4, indices=range(4), dtype="float16")["image"]
    assert torch.from_numpy(half).dtype == torch.float16


def test_a_batch_with_to_tensor_is_a_tensor():
    some = A.Compose([A.RandomCrop(16, 16), A.Normalize(), A.ToTensorV2()], seed=1)
    made = some.batch([photo()] * 4, masks=[labels()] * 4, indices=range(4))
    assert isinstance(made["image"], torch.Tensor)
    assert isinstance(made["masks"], torch.Tensor)
    assert made["image"].shape == (4, 3, 16, 16)
    assert made["masks"].shape == (4, 16, 16)


POLICY = A.Compose([A.RandomCrop(8, 8), A.HorizontalFlip(), A.ToTensorV2()], seed=3)


class Pictures(Dataset):
    """An ordinary data set: the same picture again and again, so that equal samples mean equal draws."""

    def __init__(self, with_index):
        self.image = noise(64, 64)
        self.with_index = with_index
        self.policy = POLICY

    def __len__(self):
        return 48

    def __getitem__(self, index):
        arguments = {"index": index} if self.with_index else {}
        return self.policy(image=self.image, **arguments)["image"]


@pytest.mark.parametrize("workers", [0, 1, 2, 4])
def test_a_data_loader_draws_something_else_for_every_sample(workers):
    torch.manual_seed(0)
    loader = DataLoader(Pictures(with_index=False), batch_size=8, num_workers=workers)
    seen = [one.numpy().tobytes() for _ in range(2) for batch in loader for one in batch]
    assert len(seen) == 96
    assert len(set(seen)) > 90


@pytest.mark.parametrize("workers", [0, 1, 2, 4])
def test_with_an_index_the_number_of_workers_does_not_matter(workers):
    loader = DataLoader(Pictures(with_index=True), batch_size=8, num_workers=workers)
    made = torch.cat(list(loader))
    expected = torch.stack([POLICY(image=noise(64, 64), index=index)["image"] for index in range(48)])
    assert torch.equal(made, expected)


def test_workers_started_afresh_work_too():
    loader = DataLoader(Pictures(with_index=True), batch_size=24, num_workers=2, multiprocessing_context="spawn")
    expected = torch.stack([POLICY(image=noise(64, 64), index=index)["image"] for index in range(48)])
    assert torch.equal(torch.cat(list(loader)), expected)


def test_a_seed_for_torch_repeats_what_workers_draw():
    def epoch():
        torch.manual_seed(7)
        return torch.cat(list(DataLoader(Pictures(with_index=False), batch_size=8, num_workers=2)))

    assert torch.equal(epoch(), epoch())


class ThreadsInWorkers(Dataset):
    """How many threads of the pool there are after a batch in a worker: by name, since torch starts threads too."""

    def __init__(self, threads):
        self.threads = threads

    def __len__(self):
        return 2

    def __getitem__(self, index):
        arguments = {} if self.threads is None else {"threads": self.threads}
        A.Compose([A.RandomCrop(8, 8)]).batch([photo()] * 4, **arguments)
        # A thread names itself, which it may not have come to yet.
        for _ in range(200):
            names = [task.joinpath("comm").read_text() for task in Path("/proc/self/task").iterdir()]
            threads = sum(name.startswith("fastaug-") for name in names)
            if threads == (self.threads or 0):
                break
            time.sleep(0.01)
        return threads


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="threads are counted through /proc")
@pytest.mark.parametrize(("threads", "expected"), [(None, 0), (2, 2)])
def test_batches_in_workers_run_on_one_thread_by_default(threads, expected):
    loader = DataLoader(ThreadsInWorkers(threads), num_workers=1)
    assert [int(count) for batch in loader for count in batch] == [expected] * 2
