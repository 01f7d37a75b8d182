"""The numbers of samples."""

from __future__ import annotations

import operator
from typing import Any


def check_number(index: Any, count: int) -> int:
    """The number of a sample, from 0; numpy's numbers too. None counts from the end: a wrong number should not pass."""
    number = operator.index(index)
    if not 0 <= number < count:
        raise IndexError(f"there are {count} samples, numbered from 0; got {number}")
    return number
