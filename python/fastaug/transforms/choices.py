"""Arguments with a fixed set of values: their names, their numbers in OpenCV, and older spellings."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fastaug.errors import PolicyError


@dataclass(frozen=True)
class Choices:
    """The values that an argument accepts."""

    names: tuple[str, ...]
    numbers: dict[int, str] = field(default_factory=dict)
    synonyms: dict[str, str] = field(default_factory=dict)

    def canonical(self, owner: str, name: str, value: Any) -> str:
        """The one name of a value, however it was written."""
        if isinstance(value, (int, np.integer)) and not isinstance(value, bool) and int(value) in self.numbers:
            return self.numbers[int(value)]
        if isinstance(value, str):
            lowered = value.lower().removeprefix("cv2.").removeprefix("inter_").removeprefix("border_")
            lowered = self.synonyms.get(lowered, lowered)
            if lowered in self.names:
                return lowered
            close = difflib.get_close_matches(lowered, [*self.names, *self.synonyms], n=1)
            hint = f"; did you mean {self.synonyms.get(close[0], close[0])!r}?" if close else ""
        else:
            hint = ""
        numbers = f" (or OpenCV's numbers {sorted(self.numbers)})" if self.numbers else ""
        raise PolicyError(f"{owner}.{name}: must be one of {', '.join(self.names)}{numbers}, got {value!r}{hint}")


INTERPOLATIONS = Choices(
    (
        "nearest",
        "linear",
        "cubic",
        "area",
        "lanczos4",
        "linear_exact",
        "nearest_exact",
        "antialias",
        "antialias_cubic",
        "antialias_lanczos",
    ),
    {0: "nearest", 1: "linear", 2: "cubic", 3: "area", 4: "lanczos4", 5: "linear_exact", 6: "nearest_exact"},
    {"bilinear": "linear", "bicubic": "cubic", "lanczos": "lanczos4"},
)
"""How values between pixels are found. The ``antialias`` ones are Pillow's."""

BORDERS = Choices(
    ("constant", "replicate", "reflect", "wrap", "reflect101"),
    {0: "constant", 1: "replicate", 2: "reflect", 3: "wrap", 4: "reflect101"},
    {"reflect_101": "reflect101", "edge": "replicate", "mirror": "reflect101", "default": "reflect101"},
)
"""What stands outside the image."""
