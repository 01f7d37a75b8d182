"""A training from files to a checkpoint and on from there: what the policy is good for, and that resuming changes nothing.

    python examples/train_classifier.py --out /tmp/shapes

Draws a data set (shapes.py), trains a small network with and without the policy, and prints the accuracy on held-out
pictures, clean ones and stressed ones. The training with the policy leaves a checkpoint in the middle of an epoch; a second
one starts from it, with another number of threads, and has to go through the same losses to the last bit.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import shapes
import torch
from torch import nn

import fastaug as A
from fastaug.torch import ImageFolder, Loader

PLAIN = A.Compose([A.Normalize()])
POLICY = A.Compose(
    [
        A.Affine(rotate=(-180, 180), scale=(0.8, 1.2), translate_percent=(-0.1, 0.1), p=0.9),
        A.RandomBrightnessContrast(brightness_range=(-0.1, 0.1), contrast_range=(-0.75, 0.2), p=0.7),
        A.GaussNoise(std_range=(0.02, 0.1), p=0.5),
        A.CoarseDropout(num_holes_range=(1, 2), hole_height_range=(0.15, 0.35), hole_width_range=(0.15, 0.35), p=0.6),
        A.Normalize(),
    ],
    seed=137,
)

SEED = 1


def network() -> nn.Module:
    """A small convolutional network; the same weights every time."""
    torch.manual_seed(SEED)

    def stage(before: int, after: int) -> list[nn.Module]:
        return [nn.Conv2d(before, after, 3, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU(), nn.MaxPool2d(2)]

    first = [nn.Conv2d(3, 16, 5, stride=2, padding=2, bias=False), nn.BatchNorm2d(16), nn.ReLU()]
    last = [nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(64, len(shapes.SHAPES))]
    return nn.Sequential(*first, *stage(16, 32), *stage(32, 64), *last)


@dataclass
class Training:
    """Everything that a training consists of, so that it can be written down and gone on with."""

    loader: Loader
    epochs: int
    losses: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.model = network()
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=3e-3)

    def run(self, checkpoint: Path | None = None) -> None:
        """Trains to the end, from wherever the loader stands; writes a checkpoint in the middle."""
        middle = int((self.epochs // 2 + 0.5) * len(self.loader))
        for _ in range(self.loader.epoch, self.epochs):
            self.model.train()
            for images, labels in self.loader:
                loss = nn.functional.cross_entropy(self.model(images), labels)
                self.optimizer.zero_grad()
                loss.backward()
                self.optimizer.step()
                self.losses.append(loss.item())
                if checkpoint is not None and len(self.losses) == middle:
                    self.save(checkpoint)

    def save(self, path: Path) -> None:
        """Writes all that is needed to go on."""
        torch.save(
            {
                "model": self.model.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "loader": self.loader.state_dict(),
                "losses": self.losses,
            },
            path,
        )

    def load(self, path: Path) -> None:
        """Goes on where a checkpoint was written."""
        state = torch.load(path, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.loader.load_state_dict(state["loader"])
        self.losses = state["losses"]

    def accuracy(self, folder: Path) -> float:
        """The share of a folder's pictures that are recognised."""
        self.model.eval()
        right = 0
        source = ImageFolder(folder, cache=False)
        with torch.no_grad():
            for images, labels in Loader(source, PLAIN, batch_size=200):
                right += int((self.model(images).argmax(1) == labels).sum())
        return right / len(source)


def main() -> int:
    """Draws, trains, resumes, tells."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=12, help="of each training (%(default)s)")
    parser.add_argument("--images", type=int, default=2000, help="to train with (%(default)s)")
    parser.add_argument("--batch-size", type=int, default=25, help="(%(default)s)")
    parser.add_argument("--out", type=Path, default=Path("shapes"), help="a folder for pictures and the checkpoint")
    options = parser.parse_args()
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)  # A network this small gains nothing from more, and the loader can use them.

    folder = options.out
    train = shapes.write(folder / "train", options.images, seed=1)
    clean = shapes.write(folder / "clean", 500, seed=2)
    stressed = shapes.write(folder / "stressed", 500, seed=3, is_stressed=True)
    source = ImageFolder(train, cache=False)
    print(
        f"{len(source):,} pictures of {len(source.classes)} classes to train with, 500 clean and 500 stressed held out"
    )

    def training(policy: A.Compose, threads: int) -> Training:
        loader = Loader(source, policy, options.batch_size, shuffle=True, seed=SEED, drop_last=True, threads=threads)
        return Training(loader, options.epochs)

    checkpoint = folder / "checkpoint.pt"
    trainings = {"without the policy": training(PLAIN, 2), "with the policy": training(POLICY, 2)}
    for name, run in trainings.items():
        begin = time.perf_counter()
        run.run(checkpoint if name == "with the policy" else None)
        seconds = time.perf_counter() - begin
        print(
            f"{name:<19} clean {run.accuracy(clean):6.1%}   stressed {run.accuracy(stressed):6.1%}"
            f"   ({options.epochs} epochs in {seconds:.0f} s)"
        )

    whole = trainings["with the policy"]
    print(whole.loader.bottleneck())
    resumed = training(POLICY, 1)
    resumed.load(checkpoint)
    done, (epoch, step) = len(resumed.losses), divmod(len(resumed.losses), len(resumed.loader))
    resumed.run()
    print(f"resumed behind batch {step} of epoch {epoch}: {len(resumed.losses) - done} more losses", end=", ")
    weights = zip(resumed.model.state_dict().values(), whole.model.state_dict().values(), strict=True)
    if resumed.losses != whole.losses or not all(torch.equal(one, other) for one, other in weights):
        print("and they are others")
        return 1
    print("the same to the last bit")
    return 0


if __name__ == "__main__":
    sys.exit(main())
