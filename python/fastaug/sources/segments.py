"""Segments of objects as COCO writes them, kept compactly: polygons, run lengths, and run lengths packed into text."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from fastaug import _core
from fastaug.errors import SourceError, shown
from fastaug.sources.names import Names, ends_of

Mask = npt.NDArray[np.uint8]
Values = npt.NDArray[Any]

_FARTHEST = 1e8
"""Coordinates beyond belong to no image."""

_HUNDREDTHS = 100
"""COCO rounds coordinates to hundredths of a pixel, which are whole numbers of two bytes."""

_AT_ONCE = 1 << 20


class Segments:
    """Segments by number. They are all of these three, and most of them empty.

    Args:
        polygons: Of each segment, after how many polygons it ends.
        corners: Of each polygon, after how many values it ends.
        values: Coordinates x, y, x, y; in hundredths of pixels where they are whole numbers.
        runs: Of each segment, after how many runs it ends.
        lengths: Lengths of runs.
        texts: Of each segment, its runs as text.
    """

    def __init__(
        self, polygons: Values, corners: Values, values: Values, runs: Values, lengths: Values, texts: Names
    ) -> None:
        self._polygons = polygons
        self._corners = corners
        self._values = values
        self._runs = runs
        self._lengths = lengths
        self._texts = texts

    def __len__(self) -> int:
        return len(self._polygons)

    @property
    def nbytes(self) -> int:
        """Bytes of memory."""
        arrays = (self._polygons, self._corners, self._values, self._runs, self._lengths)
        return sum(values.nbytes for values in arrays) + self._texts.nbytes

    def paint(self, number: int, mask: Mask) -> None:
        """Paints a segment into a mask: what it covers becomes 1."""
        for polygon in range(_start(self._polygons, number), int(self._polygons[number])):
            values = self._values[_start(self._corners, polygon) : int(self._corners[polygon])]
            is_whole = values.dtype.kind != "f"
            _core.paint_polygon(mask, values / _HUNDREDTHS if is_whole else np.ascontiguousarray(values))
        lengths = self._lengths[_start(self._runs, number) : int(self._runs[number])]
        if len(lengths):
            _core.paint_runs(mask, lengths)
        text = self._texts[number]
        if text:
            _core.paint_runs(mask, text.encode())


class SegmentsReader:
    """Takes segments out of an annotation file, one after the other."""

    def __init__(self) -> None:
        self._polygons = array("q")
        self._corners = array("q")
        self._values = array("d")
        self._runs = array("q")
        self._lengths = array("L" if array("L").itemsize == 4 else "I")
        self._texts: list[str] = []

    def add(self, place: str, given: Any, height: int, width: int) -> None:
        """Takes one.

        Args:
            place: Where it stands, for errors.
            given: A list of polygons, or a dictionary of ``size`` and ``counts``.
            height: Rows of its image.
            width: Columns of its image.
        """
        before = len(self._corners), len(self._lengths)
        text = ""
        try:
            if isinstance(given, Mapping):
                text = self._add_runs(given, height, width)
            elif isinstance(given, list):
                self._add_polygons(given)
            else:
                raise ValueError(f"must be a list of polygons or run lengths, got {shown(given)}")
        except (ValueError, TypeError, OverflowError) as error:
            raise SourceError(f"{place}.segmentation: {error}") from None
        self._polygons.append(len(self._corners) - before[0])
        self._runs.append(len(self._lengths) - before[1])
        self._texts.append(text)

    def done(self) -> Segments:
        """All of them."""
        return Segments(
            ends_of(_numbers(self._polygons)),
            ends_of(_numbers(self._corners)),
            _smallest(np.frombuffer(self._values, np.float64) if self._values else np.zeros(0)),
            ends_of(_numbers(self._runs)),
            np.array(self._lengths, np.uint32),
            Names.of(self._texts),
        )

    def _add_polygons(self, polygons: list[Any]) -> None:
        for number, polygon in enumerate(polygons):
            if not isinstance(polygon, list) or len(polygon) % 2:
                raise ValueError(f"polygon {number} must be a list of numbers x, y, x, y, got {shown(polygon)}")
            # Two corners enclose nothing.
            if len(polygon) < 6:
                continue
            start = len(self._values)
            self._values.extend(polygon)
            if not all(-_FARTHEST <= value <= _FARTHEST for value in self._values[start:]):
                raise ValueError(f"polygon {number} has coordinates that are none: {shown(polygon)}")
            self._corners.append(len(polygon))

    def _add_runs(self, given: Mapping[str, Any], height: int, width: int) -> str:
        """Run lengths, or the text that they were packed into."""
        if given.get("size") != [height, width]:
            raise ValueError(f"size must be that of the image, [{height}, {width}], got {shown(given.get('size'))}")
        counts = given.get("counts")
        if isinstance(counts, str) and counts and counts.isascii():
            return counts
        if not isinstance(counts, list) or not counts:
            raise ValueError(f"counts must be a list of numbers or a string, got {shown(counts)}")
        self._lengths.extend(counts)
        if sum(counts) != height * width:
            raise ValueError(f"counts must have {height * width} pixels together, got {sum(counts)}")
        return ""


def _start(ends: Values, number: int) -> int:
    return int(ends[number - 1]) if number else 0


def _numbers(values: array[int]) -> npt.NDArray[np.int64]:
    return np.array(values, np.int64)


def _smallest(values: npt.NDArray[np.float64]) -> Values:
    """Coordinates as hundredths in whole numbers, if that gives the very same floats back; else as they are."""
    least, most = 0.0, 0.0
    for start in range(0, len(values), _AT_ONCE):
        some = values[start : start + _AT_ONCE]
        hundredths = np.rint(some * _HUNDREDTHS)
        # A decimal fraction is read as the float that is nearest to it, and so is this quotient rounded. Only -0 differs.
        if not np.array_equal(hundredths / _HUNDREDTHS, some):
            return values
        least, most = min(least, float(hundredths.min())), max(most, float(hundredths.max()))
    kinds = [kind for kind in (np.uint16, np.int32) if np.iinfo(kind).min <= least and most <= np.iinfo(kind).max]
    if not kinds:
        return values
    smallest = np.empty(len(values), kinds[0])
    for start in range(0, len(values), _AT_ONCE):
        smallest[start : start + _AT_ONCE] = np.rint(values[start : start + _AT_ONCE] * _HUNDREDTHS)
    return smallest
