"""The libraries side by side: imported, kept to one thread, and named with their versions."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path
from typing import Any

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


def machine() -> dict[str, Any]:
    """The computer, as far as it matters to speed."""
    return {
        "cpu": _cpu_model(),
        "cores": len(os.sched_getaffinity(0)),
        "system": f"{sys.platform} {platform.machine()}",
    }


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or "unknown"
