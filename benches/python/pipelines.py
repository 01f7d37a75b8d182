"""Whole training pipelines from decoded photo to float CHW, and what a call costs beside its pixels.

    python benches/python/pipelines.py [--images FOLDER] [--json FILE] [--rounds N]

The pipelines are those of classification (256 → 224), detection (letter box of 640, three boxes) and segmentation (crops of
512 with a mask) as they are commonly written. Every library handles the same 64 samples one by one on one thread; then
fastaug makes them as one batch, on one and on two threads. Random generators are set back before each round.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import albumentations
import numpy as np
import torch
from torchvision import tv_tensors
from torchvision.transforms import v2

import fastaug
import peers
import photos
import policies
import report
import timing

SAMPLES = 64
BILINEAR = v2.InterpolationMode.BILINEAR
BOXES = np.float32([[60, 80, 220, 300], [250, 40, 460, 180], [300, 200, 420, 360]])
THREADS_GOAL = 1.9
NOTHING_GOAL = 10.0
MEMORY_GOAL = 2.0
IMPORT_GOAL = 50.0
MEMORY_SIZE = (3000, 4000)


# -- the pipelines ---------------------------------------------------------------------------------------------------


def _finish_tensor(*more: v2.Transform) -> list[v2.Transform]:
    mean, std = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
    return [v2.ToDtype(torch.float32, scale=True), *more, v2.Normalize(mean, std, inplace=True)]


def _erase(p: float, scale: tuple[float, float]) -> v2.Transform:
    # One rectangle where the others erase several: less work than theirs.
    return v2.RandomErasing(p=p, scale=scale, ratio=(0.5, 2), inplace=True)


def torchvision_classification() -> v2.Transform:
    """The nearest that torchvision has."""
    distort = v2.RandomPhotometricDistort(
        brightness=(0.8, 1.2), contrast=(0.8, 1.2), saturation=(0.7, 1.3), hue=(-0.05, 0.05), p=0.5
    )
    return v2.Compose(
        [
            v2.Resize(256, antialias=False),
            v2.RandomCrop(224),
            v2.RandomHorizontalFlip(0.5),
            v2.RandomApply([v2.RandomAffine(15, scale=(0.8, 1.2), interpolation=BILINEAR)], 0.5),
            _erase(0.4, (0.02, 0.1)),
            v2.RandomGrayscale(0.1),
            v2.RandomApply([distort], 0.5),
            v2.RandomApply([v2.GaussianBlur(5, (0.5, 3.0))], 0.1),
            *_finish_tensor(),
        ]
    )


def torchvision_detection() -> v2.Transform:
    """The nearest that torchvision has."""
    jitter = v2.ColorJitter((0.7, 1.3), (0.7, 1.3), (0.6, 1.4), (-0.05, 0.05))
    return v2.Compose(
        [
            v2.Resize(None, max_size=640, antialias=False),
            v2.Pad((0, 80)),
            v2.RandomHorizontalFlip(0.5),
            v2.RandomApply([v2.RandomAffine(0, scale=(0.5, 1.5), interpolation=BILINEAR)], 0.5),
            _erase(0.3, (0.02, 0.1)),
            v2.RandomApply([jitter], 0.5),
            v2.RandomApply([v2.GaussianBlur(5, (1.0, 1.0))], 0.1),
            *_finish_tensor(),
            v2.ClampBoundingBoxes(),
            v2.SanitizeBoundingBoxes(labels_getter=None),
        ]
    )


def torchvision_segmentation() -> v2.Transform:
    """The nearest that torchvision has."""
    distort = v2.RandomPhotometricDistort(
        brightness=(0.8, 1.2), contrast=(0.8, 1.2), saturation=(0.75, 1.25), hue=(-0.03, 0.03), p=0.5
    )
    return v2.Compose(
        [
            v2.RandomCrop(512, pad_if_needed=True),
            v2.RandomHorizontalFlip(0.5),
            v2.RandomApply([v2.RandomAffine(10, scale=(0.8, 1.5), interpolation=BILINEAR)], 0.5),
            _erase(0.3, (0.02, 0.1)),
            v2.RandomApply([distort], 0.5),
            *_finish_tensor(v2.RandomApply([v2.GaussianNoise(sigma=0.3)], 0.1)),
        ]
    )


@dataclass(frozen=True)
class Pipeline:
    """One pipeline, in all libraries."""

    name: str
    goal: float
    transforms: Callable[[Any], list[Any]]
    torchvision: Callable[[], v2.Transform]
    boxes: bool = False
    mask: bool = False

    def policy(self, library: Any, *ending: Any) -> Any:
        """The policy in the words of fastaug and AlbumentationsX."""
        transforms = [*self.transforms(library), *ending]
        return policies.compose(library, transforms, boxes=self.boxes)


PIPELINES = (
    Pipeline("classification", 4, policies.classification, torchvision_classification),
    Pipeline("detection", 5, policies.detection, torchvision_detection, boxes=True),
    Pipeline("segmentation", 5, policies.segmentation, torchvision_segmentation, mask=True),
)


# -- speed -----------------------------------------------------------------------------------------------------------


def samples_of(pipeline: Pipeline, pictures: list[photos.Photo]) -> list[dict[str, Any]]:
    """The targets of 64 calls."""
    samples = []
    for number in range(SAMPLES):
        picture = pictures[number % len(pictures)]
        sample: dict[str, Any] = {"image": picture}
        if pipeline.boxes:
            sample["bboxes"] = BOXES
        if pipeline.mask:
            sample["mask"] = picture[..., 1] >> 6
        samples.append(sample)
    return samples


def one_by_one(pipeline: Pipeline, samples: list[dict[str, Any]], rounds: int) -> report.Row:
    """Every library, call by call."""
    ours = pipeline.policy(fastaug, fastaug.ToTensorV2())
    theirs = pipeline.policy(albumentations)
    tensors = [_tensors(sample) for sample in samples]
    composed = pipeline.torchvision()

    def run_fastaug() -> None:
        for index, sample in enumerate(samples):
            ours(**sample, index=index)

    def run_albumentationsx() -> None:
        # Faster than its ToTensorV2 with a contiguous copy after it.
        for sample in samples:
            np.ascontiguousarray(theirs(**sample)["image"].transpose(2, 0, 1))

    def run_torchvision() -> None:
        for sample in tensors:
            composed(sample)["image"].contiguous()

    figures = timing.images_per_second(
        {"fastaug": run_fastaug, peers.ALBUMENTATIONSX: run_albumentationsx, peers.TORCHVISION: run_torchvision},
        SAMPLES,
        rounds,
        before={
            peers.ALBUMENTATIONSX: lambda: theirs.set_random_seed(137),
            peers.TORCHVISION: lambda: torch.manual_seed(137),
        },
    )
    return report.row(pipeline.name, figures, goal=pipeline.goal)


def _tensors(sample: dict[str, Any]) -> dict[str, Any]:
    image = torch.from_numpy(np.ascontiguousarray(sample["image"].transpose(2, 0, 1)))
    tensors: dict[str, Any] = {"image": tv_tensors.Image(image)}
    if "bboxes" in sample:
        size = (photos.HEIGHT, photos.WIDTH)
        tensors["bboxes"] = tv_tensors.BoundingBoxes(sample["bboxes"], format="XYXY", canvas_size=size)
    if "mask" in sample:
        tensors["mask"] = tv_tensors.Mask(torch.from_numpy(sample["mask"])[None])
    return tensors


def in_batches(pipeline: Pipeline, samples: list[dict[str, Any]], rounds: int) -> list[report.Row]:
    """fastaug alone, 64 samples at once, on one and on two threads in turn."""
    policy = pipeline.policy(fastaug)
    images = [sample["image"] for sample in samples]
    targets = {name + "s" * (name == "mask"): [sample[name] for sample in samples] for name in samples[0]}
    del targets["image"]
    out = np.empty_like(policy.batch(images, indices=range(SAMPLES), **targets)["image"])

    def run(threads: int) -> timing.Run:
        return lambda: policy.batch(images, indices=range(SAMPLES), out=out, threads=threads, **targets)

    figures = timing.images_per_second({"1": run(1), "2": run(2)}, SAMPLES, rounds)
    rows = [
        report.row(f"{pipeline.name}, batch of {SAMPLES}, {threads} thread{'s' * (threads > 1)}", {"fastaug": figure})
        for threads, figure in ((1, figures["1"]), (2, figures["2"]))
    ]
    rows[1]["ratio_to_one_thread"] = figures["2"] / figures["1"]
    rows[1]["goal"] = THREADS_GOAL
    return rows


# -- what a call costs beside its pixels -----------------------------------------------------------------------------


def microseconds_of_nothing(rounds: int) -> dict[str, float]:
    """A call with nothing to do, on an image of 32×32."""
    image = np.zeros((32, 32, 3), np.uint8)

    def run(library: Any) -> timing.Run:
        policy = library.Compose([library.NoOp(p=1)], seed=137, telemetry=False)
        return lambda: policy(image=image)

    runs = {"fastaug": run(fastaug), peers.ALBUMENTATIONSX: run(albumentations)}
    return {name: 1e6 / rate for name, rate in timing.images_per_second(runs, 1, rounds).items()}


def milliseconds_of_import(rounds: int) -> float:
    """How long ``import fastaug`` takes once numpy is there, in a fresh process, the best of several."""
    program = "import numpy, time; start = time.perf_counter(); import fastaug; print(time.perf_counter() - start)"
    return 1e3 * min(float(_fresh_process("-c", program)) for _ in range(rounds))


def memory_of_calls() -> dict[str, float]:
    """Peak memory that a first call on a photo of 12 megapixels takes, over the larger of its input and output."""
    return {name: float(_fresh_process(__file__, "--memory-of", name)) for name in _MEMORY_CASES}


_MEMORY_CASES: dict[str, Callable[[], Any]] = {
    "HorizontalFlip": lambda: fastaug.Compose([fastaug.HorizontalFlip(p=1)]),
    "Affine": lambda: fastaug.Compose([fastaug.Affine(scale=(1.1, 1.1), rotate=(15, 15), p=1)]),
    "GaussianBlur": lambda: fastaug.Compose([fastaug.GaussianBlur(sigma_range=(1, 1), p=1)]),
    "Affine, GaussianBlur": lambda: fastaug.Compose(
        [fastaug.Affine(rotate=(15, 15), p=1), fastaug.GaussianBlur(sigma_range=(1, 1), p=1)]
    ),
    "CLAHE": lambda: fastaug.Compose([fastaug.CLAHE(p=1)]),
    "Normalize": lambda: fastaug.Compose([fastaug.Normalize()]),
    **{pipeline.name: (lambda pipeline=pipeline: pipeline.policy(fastaug)) for pipeline in PIPELINES},
}


def _measure_memory(name: str) -> float:
    """In a process of its own: the high-water mark of resident memory, set back just before the call."""
    fastaug.set_num_threads(1)
    policy = _MEMORY_CASES[name]()
    boxes = {"bboxes": BOXES} if name == "detection" else {}
    small = np.zeros((375, 500, 3), np.uint8)
    image = np.full((*MEMORY_SIZE, 3), 127, np.uint8)
    # Whatever is made once per process (tables, lazy imports) is no cost of the call.
    policy(image=small, index=0, **boxes)
    Path("/proc/self/clear_refs").write_text("5")
    before = _status("VmRSS")
    result = policy(image=image, index=0, **boxes)["image"]
    return (_status("VmHWM") - before) / max(image.nbytes, result.nbytes)


def _status(name: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return 1024 * int(line.split()[1])
    raise SystemExit(f"/proc/self/status: there is no {name}")


def _fresh_process(*arguments: str) -> str:
    # As everywhere but in some containers, modules are compiled once.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    ran = subprocess.run([sys.executable, *arguments], check=True, capture_output=True, text=True, env=environment)
    return ran.stdout


# -- all of it -------------------------------------------------------------------------------------------------------


def main() -> None:
    """Measures, prints, and writes the JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=Path, default=photos.BUNDLED, help="folder with JPEGs")
    parser.add_argument("--json", type=Path, help="file for the result")
    parser.add_argument("--rounds", type=int, default=7, help="rounds, of which the best counts (at least 5)")
    parser.add_argument("--memory-of", choices=_MEMORY_CASES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.memory_of:
        print(_measure_memory(options.memory_of))
        return
    rounds = max(5, options.rounds)
    peers.one_thread()
    pictures = photos.load(options.images)
    rows = []
    report.print_header()
    for pipeline in PIPELINES:
        samples = samples_of(pipeline, pictures)
        for row in (one_by_one(pipeline, samples, rounds), *in_batches(pipeline, samples, rounds)):
            report.print_row(row)
            rows.append(row)
    nothing = microseconds_of_nothing(rounds)
    loading = milliseconds_of_import(rounds)
    memory = memory_of_calls()
    print(
        f"\nNoOp on 32×32: {', '.join(f'{name} {us:.1f} µs' for name, us in nothing.items())} (goal {NOTHING_GOAL:g} µs)"
    )
    print(f"import fastaug, over numpy: {loading:.0f} ms (goal {IMPORT_GOAL:g} ms)")
    print(f"peak memory of a call over the larger of input and output (goal {MEMORY_GOAL:g}×):")
    for name, share in memory.items():
        print(f"  {name:<32}{share:>6.2f}×")
    report.write(
        options.json,
        rows,
        rounds=rounds,
        photos=photos.describe(options.images, pictures),
        no_op_microseconds=nothing,
        import_milliseconds=loading,
        memory=memory,
        goals={"no_op_microseconds": NOTHING_GOAL, "import_milliseconds": IMPORT_GOAL, "memory": MEMORY_GOAL},
    )


if __name__ == "__main__":
    main()
