"""The libraries that fastaug is compared with, and how one of them is made to do what fastaug drew."""

from __future__ import annotations

import warnings

import albumentations
import cv2
import numpy as np

import fastaug as A
from pictures import labels, noise, photo

__all__ = ["ALBUMENTATIONS", "OPENCV", "PILLOW", "albumentations", "both", "cv2", "drawn", "forced", "peer", "pictures"]

ALBUMENTATIONS, OPENCV, PILLOW = "albumentations 2.0.8", "OpenCV 5", "Pillow"


def pictures(dtype, *, gray=True, colour=True):
    """Photo-like and structureless, even and odd, gray and coloured."""
    if colour:
        yield photo(150, 200, dtype=dtype)
        yield noise(61, 83, dtype=dtype)
    if gray:
        yield photo(97, 133, 0, dtype=dtype)
        yield noise(40, 31, 0, dtype=dtype)


def peer(name, **arguments):
    """albumentations' transform of this name, always applied."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return getattr(albumentations, name)(**arguments, p=1.0)


def forced(transform, **params):
    """The same transform, made to use these values instead of drawing."""
    transform.get_params = dict
    transform.get_params_dependent_on_data = lambda **_: params
    return transform


def both(name, arguments, image, **targets):
    """What either library makes of the same arguments; both dialects are understood here, so those of 2.0.8 are given."""
    ours = A.Compose([getattr(A, name)(**arguments, p=1)])(image=image, **targets)
    theirs = albumentations.Compose([peer(name, **arguments)])(image=image, **targets)
    return ours, theirs


def drawn(transform, index=0, **data):
    """A result and the values it was drawn with."""
    policy = A.Compose([transform], seed=77, save_applied_params=True)
    result = policy(**data, index=index)
    ((_, params),) = result.pop("applied_transforms")
    return result, params


def mask_for(image, dtype=np.uint8):
    """Labels of an image's size."""
    return labels(*image.shape[:2], dtype=dtype)
