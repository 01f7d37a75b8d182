"""Images that are arrays already."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from fastaug.errors import SourceError, shown
from fastaug.sources.mapped import Mapped
from fastaug.sources.numbers import check_number
from fastaug.sources.protocol import Indexed
from fastaug.sources.targets import Labels, Targets


class Arrays(Indexed):
    """Images in one array, or in a list of arrays.

    Memory maps (``np.load(path, mmap_mode="r")``) are sent to other processes as the name of their file.

    Args:
        images: An array of images (count × height × width, or × channels too), or a sequence of arrays, one per image.
        targets: What belongs to each: labels, or anything else, as a sequence or an array; or a dictionary of those, as in
            ``{"mask": masks, "label": labels}``. By default nothing.

    Examples:
        >>> import numpy as np
        >>> from fastaug.sources import Arrays
        >>> image, label = Arrays(np.zeros((10, 32, 32, 3), np.uint8), range(10)).read(3)
    """

    def __init__(self, images: Any, targets: Any = None) -> None:
        if isinstance(images, np.ndarray) and images.dtype != object:
            if images.ndim < 3:
                raise SourceError(
                    f"images must be count × height × width, with channels or without; got {images.shape}"
                )
            self._images: Any = Mapped(images)
        elif isinstance(images, (str, bytes)) or not hasattr(images, "__len__") or not hasattr(images, "__getitem__"):
            raise TypeError(f"images must be an array or a sequence of arrays, got {shown(images)}")
        else:
            self._images = images
        self._count = len(images)
        self._targets = Targets(targets, self._count)

    def __len__(self) -> int:
        return self._count

    def read(self, index: int) -> tuple[npt.NDArray[Any], Any]:
        """One sample: its image and its target."""
        number = check_number(index, self._count)
        images = self._images.array if isinstance(self._images, Mapped) else self._images
        return np.asarray(images[number]), self._targets[number]

    def labels(self) -> Labels:
        """The labels of all samples."""
        return self._targets.labels()

    def __repr__(self) -> str:
        return f"Arrays of {self._count} images"
