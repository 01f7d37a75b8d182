"""The libraries side by side: imported, kept to one thread, and named with their versions."""

from __future__ import annotations

import os
import platform

os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")

import albumentations
import cv2
import numpy as np
import torch
import torchvision

import fastaug

ALBUMENTATIONSX = "AlbumentationsX"
OPENCV = "OpenCV"
TORCHVISION = "torchvision"
PEERS = (ALBUMENTATIONSX, OPENCV, TORCHVISION)


def one_thread() -> None:
    """One thread for everybody, and no gradients."""
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    fastaug.set_num_threads(1)


def versions() -> dict[str, str]:
    """What was compared with what."""
    return {
        "fastaug": f"{fastaug.__version__} ({fastaug.simd_level()})",
        ALBUMENTATIONSX: albumentations.__version__,
        OPENCV: cv2.__version__,
        TORCHVISION: torchvision.__version__,
        "torch": torch.__version__,
        "numpy": np.__version__,
        "Python": platform.python_version(),
    }
