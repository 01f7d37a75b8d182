"""One training in several processes: which samples each of them gets, and that together they get every one.

    torchrun --nproc-per-node 2 examples/train_distributed.py --out /tmp/shapes

The loader asks torch.distributed which process it is in, so nothing has to be passed to it, and no sampler is needed. Prints the
loss of every step, then compares the samples of all processes with those that one process would have got.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import shapes
import torch
import torch.distributed as distributed
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from train_classifier import POLICY, SEED, network

import fastaug as A
from fastaug.torch import ImageFolder, Loader

EPOCHS = 2
BATCH_SIZE = 32
"""Of each process."""
IMAGES = 400


def train(loader: Loader) -> list[torch.Tensor]:
    """Trains, and gives the samples' numbers of each epoch."""
    model = DistributedDataParallel(network())
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    seen = []
    for epoch in range(EPOCHS):
        numbers = []
        for step, batch in enumerate(loader):
            loss = nn.functional.cross_entropy(model(batch.image), batch.label)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            numbers.append(batch.index)
            mean = loss.detach() / distributed.get_world_size()
            distributed.all_reduce(mean)
            if distributed.get_rank() == 0:
                print(f"epoch {epoch} step {step}: loss {mean:.4f}", flush=True)
        seen.append(torch.cat(numbers))
    return seen


def gathered(numbers: torch.Tensor) -> list[torch.Tensor]:
    """What each process has, as many numbers in all of them."""
    parts = [torch.empty_like(numbers) for _ in range(distributed.get_world_size())]
    distributed.all_gather(parts, numbers)
    return parts


def check(source: ImageFolder, seen: list[torch.Tensor]) -> bool:
    """Whether the processes had no sample in common and left none out, in the order of a single process."""
    world_size = distributed.get_world_size()
    alone = Loader(source, A.Compose([]), BATCH_SIZE * world_size, shuffle=True, seed=SEED, rank=0, world_size=1)
    are_right = True
    for epoch, numbers in enumerate(seen):
        parts = gathered(numbers)
        every = torch.cat(parts)
        are_disjoint = len(every.unique()) == len(every)
        are_complete = len(every.unique()) == len(source)
        # A step of one process is the batches of all processes, one behind the other.
        steps = zip(*(part.split(BATCH_SIZE) for part in parts), strict=True)
        are_in_order = torch.equal(
            torch.cat([torch.cat(step) for step in steps]), torch.cat([batch.index for batch in alone])
        )
        if distributed.get_rank() == 0:
            words = [("disjoint", are_disjoint), ("complete", are_complete), ("in one order", are_in_order)]
            told = ", ".join(name if is_true else f"NOT {name}" for name, is_true in words)
            print(f"epoch {epoch}: {world_size} processes with {len(numbers)} samples each: {told}")
        are_right &= are_disjoint and are_complete and are_in_order
    return are_right


def main() -> int:
    """Joins the other processes, trains, checks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("shapes"), help="a folder for the pictures")
    options = parser.parse_args()
    torch.set_num_threads(1)
    distributed.init_process_group("gloo")
    try:
        folder = options.out / "distributed"
        if distributed.get_rank() == 0:
            shapes.write(folder, IMAGES, seed=1)
        distributed.barrier()
        source = ImageFolder(folder, cache=False)
        seen = train(Loader(source, POLICY, BATCH_SIZE, shuffle=True, seed=SEED))
        return 0 if check(source, seen) else 1
    finally:
        distributed.destroy_process_group()


if __name__ == "__main__":
    sys.exit(main())
