"""The main job on bundled pictures: a classification policy in batches on all threads, and a picture of what it does.

Run by `make demo`. Writes demo.png: originals on the left, augmented views with masks, boxes and keypoints beside them.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import png

import fastaug as A

Picture = npt.NDArray[np.uint8]

IMAGES = Path(__file__).parent / "images"
FILES = sorted(IMAGES.glob("*.jpg"))
ANNOTATIONS: dict[str, Any] = json.loads((IMAGES / "annotations.json").read_text())
GREEN, RED, BLUE = (60, 220, 90), (240, 70, 60), (70, 120, 255)

CLASSIFICATION = A.Compose(
    [
        A.RandomResizedCrop(size=(224, 224), scale=(0.3, 1.0)),
        A.HorizontalFlip(p=0.5),
        A.ColorJitter(hue_range=(-0.05, 0.05), p=0.5),
        A.CoarseDropout(num_holes_range=(1, 3), p=0.3),
        A.Normalize(),
    ],
    seed=137,
)

VIEWS = A.Compose(
    [
        A.Affine(scale=(0.8, 1.2), rotate=(-20, 20), p=0.9),
        A.RandomResizedCrop(size=(200, 200), scale=(0.5, 1.0)),
        A.HorizontalFlip(p=0.5),
        A.ColorJitter(hue_range=(-0.08, 0.08), p=0.8),
        A.CoarseDropout(num_holes_range=(1, 3), fill="random", p=0.4),
    ],
    bbox_params=A.BboxParams("pascal_voc", min_visibility=0.2),
    keypoint_params=A.KeypointParams("xy"),
    seed=7,
)


def throughput() -> None:
    """Files to finished tensors, one by one and in batches on all threads."""
    batch = [FILES[number % len(FILES)] for number in range(64)]

    def one_by_one() -> None:
        for number, path in enumerate(batch):
            CLASSIFICATION(image=path, index=number)

    def batched() -> None:
        CLASSIFICATION.batch(batch, indices=range(64))

    def rate(run: object) -> float:
        best = 0.0
        for _ in range(5):
            begin = time.perf_counter()
            run()  # type: ignore[operator]
            best = max(best, len(batch) / (time.perf_counter() - begin))
        return best

    one_by_one()
    plain, threaded = rate(one_by_one), rate(batched)
    print(f"JPEG files → RandomResizedCrop 224, flip, jitter, dropout → normalized float32 CHW ({A.simd_level()})")
    print(f"  one by one, one thread      {plain:8,.0f} images/s")
    print(f"  batches of 64, {A.get_num_threads()} threads    {threaded:8,.0f} images/s   ({threaded / plain:.2f} ×)")


def outline(image: Picture, box: list[float], colour: tuple[int, int, int]) -> None:
    """Draws a box's edges."""
    height, width = image.shape[:2]
    left, right = (int(np.clip(round(edge), 0, width - 1)) for edge in box[::2])
    top, bottom = (int(np.clip(round(edge), 0, height - 1)) for edge in box[1::2])
    for thickness in range(2):
        image[np.clip([top + thickness, bottom - thickness], 0, height - 1), left : right + 1] = colour
        image[top : bottom + 1, np.clip([left + thickness, right - thickness], 0, width - 1)] = colour


def annotated(result: dict[str, object]) -> Picture:
    """An image with its mask tinted, its boxes outlined and its keypoints dotted."""
    image = np.array(result["image"], dtype=np.uint8)
    mask = np.asarray(result["mask"]) > 0
    image[mask] = (0.6 * image[mask] + 0.4 * np.array(BLUE)).astype(np.uint8)
    for box in np.asarray(result["bboxes"], dtype=np.float64).reshape(-1, 4).tolist():
        outline(image, box, GREEN)
    for x, y in np.asarray(result["keypoints"], dtype=np.float64).reshape(-1, 2).tolist():
        image[max(round(y) - 3, 0) : round(y) + 4, max(round(x) - 3, 0) : round(x) + 4] = RED
    return image


def grid() -> Picture:
    """One row per picture: the original and six views."""
    fitted = A.Compose(
        [A.LetterBox((200, 200), fill=40)],
        bbox_params=A.BboxParams("pascal_voc"),
        keypoint_params=A.KeypointParams("xy"),
    )
    rows = []
    for number, path in enumerate(FILES[:5]):
        known = ANNOTATIONS[path.name]
        # Only the first class is shown: the others are hills, leaves and houses behind.
        mask = A.imread(path.with_name(known["mask"]), mode="gray") == 1
        data = {"mask": mask.astype(np.uint8), "bboxes": known["bboxes"], "keypoints": known["keypoints"]}
        data["image"] = A.imread(path)
        views = [annotated(fitted(**data))]
        views += [annotated(VIEWS(**data, index=10 * number + view)) for view in range(6)]
        rows.append(
            np.concatenate([np.pad(view, ((3, 3), (3, 3), (0, 0)), constant_values=255) for view in views], axis=1)
        )
    return np.concatenate(rows, axis=0)


def main() -> None:
    """Measures, then draws."""
    throughput()
    png.write("demo.png", grid())
    print("wrote demo.png: originals on the left, augmented views with mask, box and keypoints beside them")


if __name__ == "__main__":
    main()
