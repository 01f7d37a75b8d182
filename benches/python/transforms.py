"""Every transform alone, one thread against one thread.

    python benches/python/transforms.py [--images FOLDER] [--json FILE] [--only NAME …] [--rounds N]

Each library augments the same photos; results are contiguous for all (views are copied). The libraries take turns, and
each shows its best round. What is compared stands in ``cases.py``.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import albumentations
import numpy as np
import torch

import cases
import fastaug
import peers
import photos
import report
import timing

MEAN_GOAL = 3.0


def implementations(case: cases.Case, pictures: list[photos.Photo]) -> dict[str, timing.Run]:
    """For each library, what augments all photos once."""
    inputs: list[Any] = (
        [picture.astype(np.float32) / 255 for picture in pictures] if case.dtype == "float32" else pictures
    )
    runs = {"fastaug": _policy(fastaug, case, inputs)}
    if case.albumentationsx:
        runs[peers.ALBUMENTATIONSX] = _policy(albumentations, case, inputs)
    if case.opencv is not None:
        runs[peers.OPENCV] = _opencv(case.opencv, inputs)
    if case.torchvision is not None:
        runs[peers.TORCHVISION] = _torchvision(case.torchvision, inputs)
    return runs


def _policy(library: Any, case: cases.Case, inputs: list[Any]) -> timing.Run:
    policy = library.Compose([case.policy(library)], seed=137, telemetry=False)
    targets = dict(case.targets)

    def run() -> None:
        for image in inputs:
            contiguous(policy(image=image, **targets)["image"])

    return run


def _opencv(function: Any, inputs: list[Any]) -> timing.Run:
    def run() -> None:
        for image in inputs:
            np.ascontiguousarray(function(image))

    return run


def _torchvision(function: Any, inputs: list[Any]) -> timing.Run:
    tensors = [torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1))) for image in inputs]

    def run() -> None:
        for tensor in tensors:
            function(tensor).contiguous()

    return run


def contiguous(image: Any) -> Any:
    """The image itself, or a copy if it is only a view."""
    return image.contiguous() if isinstance(image, torch.Tensor) else np.ascontiguousarray(image)


def check_same_work(case: cases.Case, image: Any) -> None:
    """Whatever is compared must at least come out alike in shape and type."""
    if not case.albumentationsx:
        return
    given = image.astype(np.float32) / 255 if case.dtype == "float32" else image
    made = []
    for library in (fastaug, albumentations):
        policy = library.Compose([case.policy(library)], seed=137, telemetry=False)
        result = policy(image=given, **case.targets)["image"]
        made.append((tuple(result.shape), str(result.dtype)))
    if made[0] != made[1]:
        raise SystemExit(f"{case.name}: fastaug makes {made[0]}, AlbumentationsX {made[1]}")


def main() -> None:
    """Measures, prints, and writes the JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=Path, default=photos.BUNDLED, help="folder with JPEGs")
    parser.add_argument("--json", type=Path, help="file for the result")
    parser.add_argument("--only", nargs="+", default=[], help="cases whose names begin so")
    parser.add_argument("--rounds", type=int, default=7, help="rounds, of which the best counts (at least 5)")
    options = parser.parse_args()
    rounds = max(5, options.rounds)
    peers.one_thread()
    pictures = photos.load(options.images)
    rows = []
    report.print_header()
    for case in cases.CASES:
        if options.only and not case.name.startswith(tuple(options.only)):
            continue
        check_same_work(case, pictures[0])
        figures = timing.images_per_second(implementations(case, pictures), len(pictures), rounds)
        rows.append(report.row(case.name, figures))
        report.print_row(rows[-1])
    slower = [row["name"] for row in rows if row["ratio_to_best"] is not None and row["ratio_to_best"] < 1]
    means = report.geometric_means(rows)
    for peer, mean in means.items():
        goal = f" (goal {MEAN_GOAL:g}×)" if peer == peers.ALBUMENTATIONSX else ""
        print(f"geometric mean over {peer}: {mean:.2f}×{goal}")
    print(f"slower than the fastest peer: {', '.join(slower) if slower else 'none'} (goal: none)")
    report.write(
        options.json,
        rows,
        rounds=rounds,
        photos=photos.describe(options.images, pictures),
        geometric_means=means,
        goals={"geometric_means": {peers.ALBUMENTATIONSX: MEAN_GOAL}},
    )


if __name__ == "__main__":
    main()
