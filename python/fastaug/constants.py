"""OpenCV's numbers for interpolations and borders, so that nobody needs OpenCV for a constant.

Names work everywhere that these numbers do: ``interpolation="linear"`` is ``interpolation=constants.INTER_LINEAR``.
"""

from typing import Final

INTER_NEAREST: Final = 0
INTER_LINEAR: Final = 1
INTER_CUBIC: Final = 2
INTER_AREA: Final = 3
INTER_LANCZOS4: Final = 4
INTER_LINEAR_EXACT: Final = 5
INTER_NEAREST_EXACT: Final = 6

BORDER_CONSTANT: Final = 0
BORDER_REPLICATE: Final = 1
BORDER_REFLECT: Final = 2
BORDER_WRAP: Final = 3
BORDER_REFLECT_101: Final = 4
BORDER_REFLECT101: Final = BORDER_REFLECT_101
BORDER_DEFAULT: Final = BORDER_REFLECT_101

__all__ = [
    "BORDER_CONSTANT",
    "BORDER_DEFAULT",
    "BORDER_REFLECT",
    "BORDER_REFLECT101",
    "BORDER_REFLECT_101",
    "BORDER_REPLICATE",
    "BORDER_WRAP",
    "INTER_AREA",
    "INTER_CUBIC",
    "INTER_LANCZOS4",
    "INTER_LINEAR",
    "INTER_LINEAR_EXACT",
    "INTER_NEAREST",
    "INTER_NEAREST_EXACT",
]
