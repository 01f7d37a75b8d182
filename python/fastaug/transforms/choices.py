"""Arguments with a fixed set of values: their names, their numbers in OpenCV, and older spellings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np

from fastaug import constants
from fastaug.errors import PolicyError, shown


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """The end of a message about an unknown word: the one that is closest, if any is close."""
    import difflib

    close = difflib.get_close_matches(word, list(words), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


@dataclass(frozen=True)
class Choices:
    """The values that an argument accepts."""

    names: tuple[str, ...]
    numbers: dict[int, str] = field(default_factory=dict)
    synonyms: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, words: Any, numbers: dict[int, str] | None = None, synonyms: dict[str, str] | None = None) -> Choices:
        """The choices that a ``Literal`` lists, of which some may be synonyms of others."""
        synonyms = synonyms or {}
        names = tuple(word for word in get_args(words) if word not in synonyms)
        return cls(names, numbers or {}, synonyms)

    def canonical(self, owner: str, name: str, value: Any) -> str:
        """The one name of a value, however it was written."""
        if isinstance(value, (int, np.integer)) and not isinstance(value, bool) and int(value) in self.numbers:
            return self.numbers[int(value)]
        if isinstance(value, str):
            lowered = value.lower().removeprefix("cv2.").removeprefix("inter_").removeprefix("border_")
            lowered = self.synonyms.get(lowered, lowered)
            if lowered in self.names:
                return lowered
            hint = did_you_mean(lowered, [*self.names, *self.synonyms])
        else:
            hint = ""
        numbers = f" (or OpenCV's numbers {sorted(self.numbers)})" if self.numbers else ""
        raise PolicyError(f"{owner}.{name}: must be one of {', '.join(self.names)}{numbers}, got {shown(value)}{hint}")


Interpolation = Literal[
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
    "bilinear",
    "bicubic",
    "lanczos",
]
"""How values between pixels are found. ``antialias`` is Pillow's; the last three are other words for earlier ones."""

INTERPOLATIONS = Choices.of(
    Interpolation,
    {
        constants.INTER_NEAREST: "nearest",
        constants.INTER_LINEAR: "linear",
        constants.INTER_CUBIC: "cubic",
        constants.INTER_AREA: "area",
        constants.INTER_LANCZOS4: "lanczos4",
        constants.INTER_LINEAR_EXACT: "linear_exact",
        constants.INTER_NEAREST_EXACT: "nearest_exact",
    },
    {"bilinear": "linear", "bicubic": "cubic", "lanczos": "lanczos4"},
)

Border = Literal[
    "constant", "replicate", "reflect", "wrap", "reflect101", "reflect_101", "edge", "symmetric", "mirror", "default"
]
"""What stands outside the image. The last five are OpenCV's, numpy's and SciPy's other words for earlier ones."""

BORDERS = Choices.of(
    Border,
    {
        constants.BORDER_CONSTANT: "constant",
        constants.BORDER_REPLICATE: "replicate",
        constants.BORDER_REFLECT: "reflect",
        constants.BORDER_WRAP: "wrap",
        constants.BORDER_REFLECT_101: "reflect101",
    },
    {
        "reflect_101": "reflect101",
        "edge": "replicate",
        "symmetric": "reflect",
        "mirror": "reflect101",
        "default": "reflect101",
    },
)
