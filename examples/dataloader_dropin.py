"""Policies inside an existing torch ``DataLoader``: for trainings whose loop, sampler and workers are to stay as they are.

    python examples/dataloader_dropin.py

Two ways. With ``fastaug.torch.dataset`` a worker makes a whole batch at once; this is the faster one. With a dataset of your own,
``policy(image=…)`` stands where the transform stood. Both make the pixels that ``fastaug.torch.Loader`` makes, since these follow
from the seed, the epoch and the sample's number alone.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import DataLoader, Dataset

import fastaug as A
import fastaug.torch

IMAGES = Path(__file__).parent / "images"
EPOCHS = 2
BATCH_SIZE = 4

POLICY = A.Compose(
    [
        A.RandomResizedCrop(size=(96, 96), scale=(0.3, 1.0)),
        A.HorizontalFlip(p=0.5),
        A.ColorJitter(p=0.3),
        A.Normalize(),
        A.ToTensorV2(),
    ],
    seed=137,
)


class Photos(Dataset[Any]):
    """A dataset as people have it: a file, its label, a transform."""

    def __init__(self, samples: list[tuple[Path, int]], policy: A.Compose) -> None:
        self.samples = samples
        self.policy = policy
        # Shared memory: workers that outlive an epoch see its number too.
        self.epoch = torch.zeros((), dtype=torch.int64).share_memory_()

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        path, label = self.samples[index]
        image = self.policy(image=path, index=index, epoch=int(self.epoch))["image"]  # decodes the file, too
        return image, label

    def set_epoch(self, epoch: int) -> None:
        """Says which epoch it is, to all workers."""
        self.epoch.fill_(epoch)


def epochs(dataset: Any, workers: int) -> list[torch.Tensor]:
    """The images of some epochs, as a ``DataLoader`` gives them in an order of its own."""
    torch.manual_seed(0)
    loader = DataLoader(dataset, BATCH_SIZE, shuffle=True, num_workers=workers, persistent_workers=workers > 0)
    made = []
    for epoch in range(EPOCHS):
        dataset.set_epoch(epoch)
        for images, labels in loader:
            assert len(images) == len(labels)
            made.append(images)
    return made


def main() -> int:
    """Makes the same epochs in both ways, and compares them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, default=2, help="of the DataLoader (%(default)s)")
    options = parser.parse_args()
    samples = [(path, label) for label, path in enumerate(sorted(IMAGES.glob("*.jpg")))]

    whole_batches = epochs(fastaug.torch.dataset(samples, POLICY), options.workers)
    one_by_one = epochs(Photos(samples, POLICY), options.workers)
    shapes = sorted({tuple(images.shape) for images in whole_batches}, reverse=True)
    print(f"{EPOCHS} epochs of {len(samples)} photos in {options.workers} workers: batches of {shapes}")
    same = all(torch.equal(one, other) for one, other in zip(whole_batches, one_by_one, strict=True))
    again = torch.equal(whole_batches[0], whole_batches[len(whole_batches) // EPOCHS])
    print(f"whole batches and single samples: {'the same' if same else 'OTHER'} pixels")
    print(f"the second epoch: {'the SAME' if again else 'other'} pixels")
    return 0 if same and not again else 1


if __name__ == "__main__":
    sys.exit(main())
