"""The policies whose pixels are written down in ``data/golden.json``, and how they become one hash."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np

import fastaug as A
from every_transform import NAMES, default
from pictures import labels, photo

FILE = Path(__file__).parent / "data" / "golden.json"

POINTS = {
    "bbox_params": A.BboxParams("pascal_voc", min_visibility=0.2),
    "keypoint_params": A.KeypointParams("xyas", remove_invisible=False),
}


def classification():
    return A.Compose(
        [
            A.RandomResizedCrop(size=(40, 44), scale=(0.3, 1.0)),
            A.HorizontalFlip(p=0.5),
            A.Affine(scale=(0.8, 1.2), rotate=(-15, 15), balanced_scale=True, p=0.5),
            A.OneOf(
                [
                    A.CoarseDropout((0.02, 0.1), (0.05, 0.15), (0.05, 0.15), p=1),
                    A.GridDropout(ratio=0.4, unit_size_range=(0.05, 0.15), p=1),
                ],
                p=0.4,
            ),
            A.OneOf([A.ToGray(p=1), A.ChannelDropout(p=1)], p=0.2),
            A.PhotoMetricDistort(p=0.5),
            A.GaussianBlur(blur_limit=(3, 5), p=0.2),
            A.Normalize(),
        ],
        **POINTS,
        seed=137,
    )


def detection():
    return A.Compose(
        [
            A.LetterBox(size=(56, 56)),
            A.HorizontalFlip(p=0.5),
            A.Perspective(p=0.5),
            A.CoarseDropout((3, 8), (0.05, 0.15), (0.05, 0.15), fill="random", p=0.3),
            A.ColorJitter(brightness=(0.7, 1.3), hue=(-0.05, 0.05), p=0.5),
            A.MotionBlur(blur_limit=5, p=0.3),
            A.ToFloat(),
        ],
        **POINTS,
        seed=7,
    )


def segmentation():
    return A.Compose(
        [
            A.RandomCrop(40, 60, pad_if_needed=True),
            A.D4(),
            A.SomeOf([A.RandomGamma(p=1), A.CLAHE(p=1), A.Sharpen(p=1), A.Posterize(p=1)], n=2),
            A.GaussNoise(noise_scale_factor=0.5, p=0.5),
            A.PixelDropout(mask_drop_value=9, p=0.5),
        ],
        **POINTS,
        seed=11,
    )


PIPELINES = {"classification": classification, "detection": detection, "segmentation": segmentation}


def sample(number, dtype=np.uint8):
    """Everything that belongs to a sample, all of it computed in whole numbers."""
    height, width = 48 + number % 5, 64 + number % 7
    return {
        "image": photo(height, width, dtype=dtype, seed=number),
        "mask": labels(height, width),
        "bboxes": np.array([[3, 4, 30, 40], [20, 10, 60, 44]], np.float32),
        "keypoints": np.array([[5, 6, 30, 2], [50, 40, 200, 1]], np.float32),
    }


def digest(results):
    """One hash over samples in order: every byte of images and masks, boxes and keypoints to the last bit."""
    found = hashlib.sha256()
    for result in results:
        for name in ("image", "mask", "bboxes", "keypoints"):
            value = np.asarray(result[name])
            found.update(f"{name} {value.dtype} {value.shape}".encode())
            found.update(value.tobytes())
    return found.hexdigest()


def golden():
    """Name → hash, for every transform by itself and for whole pipelines."""
    hashes = {}
    for name, make in PIPELINES.items():
        policy = make()
        hashes[name] = digest(policy(**sample(number), index=number, epoch=1) for number in range(40))
    for name in NAMES:
        policy = A.Compose([default(name)], **POINTS, seed=5)
        for dtype in (np.uint8, np.float32):
            hashes[f"{name} {np.dtype(dtype).name}"] = digest(
                policy(**sample(number, dtype), index=number) for number in range(12)
            )
    return hashes


def written():
    """What the file says."""
    return json.loads(FILE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    print(json.dumps({"level": A.simd_level(), "hashes": golden()}))
