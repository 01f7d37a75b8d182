"""Distances to other libraries: how they are measured, what is allowed, and the table of them in ``docs/semantics.md``.

A parity test hands two results to the fixture ``compare``. The bound of the kind of transform always holds; on top of it, no distance
may be greater than the one that the documentation states. ``pytest --write-semantics`` writes the table anew.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

DOCUMENT = Path(__file__).parents[1] / "docs" / "semantics.md"
BEGIN, END = "<!-- distances: written by pytest --write-semantics -->", "<!-- end of distances -->"

# Other processors run other code inside OpenCV: a documented share may be missed by this much.
SLACK = 0.002


@dataclass(frozen=True)
class Distance:
    """How far two images are apart. Levels are 1/255 of the range, for float images too."""

    greatest: float
    equal: float
    within_one: float


@dataclass(frozen=True)
class Bound:
    """What is allowed: the greatest difference in levels, or a share of values within one level."""

    greatest: float | None = None
    within_one: float = 0.0


EXACT = Bound(greatest=0)
ONE_LEVEL = Bound(greatest=1)
TWO_LEVELS = Bound(greatest=2)
WARP = Bound(within_one=0.999)
FLOAT = Bound(greatest=255e-6)
"""1e-6 of the range: for float images and for results of Normalize."""


def measure(ours, theirs, interior=0):
    """The distance of two images of the same shape; ``interior`` leaves out a frame of so many pixels."""
    assert ours.shape == theirs.shape, f"shapes differ: {ours.shape} and {theirs.shape}"
    assert ours.dtype == theirs.dtype, f"types differ: {ours.dtype} and {theirs.dtype}"
    if interior:
        ours, theirs = (image[interior:-interior, interior:-interior] for image in (ours, theirs))
    difference = np.abs(ours.astype(np.float64) - theirs.astype(np.float64))
    if ours.dtype.kind == "f":
        difference = difference * 255
    return Distance(
        greatest=float(difference.max(initial=0)),
        equal=float((difference == 0).mean()) if difference.size else 1.0,
        within_one=float((difference <= 1 + 1e-4).mean()) if difference.size else 1.0,
    )


def check(name, distance, bound):
    """Fails if a distance is out of bounds."""
    if bound.greatest is not None:
        assert distance.greatest <= bound.greatest + 1e-9, (
            f"{name}: differs by up to {distance.greatest:g} levels, allowed are {bound.greatest:g}; {distance}"
        )
    assert distance.within_one >= bound.within_one, (
        f"{name}: {distance.within_one:.3%} lie within one level, at least {bound.within_one:.3%} must; {distance}"
    )


@dataclass
class Distances:
    """What the documentation states and what this run measured."""

    documented: dict[tuple[str, str], Distance] = field(default_factory=dict)
    measured: dict[tuple[str, str], Distance] = field(default_factory=dict)

    @classmethod
    def read(cls):
        """The table in the documentation."""
        text = DOCUMENT.read_text(encoding="utf-8")
        table = text[text.index(BEGIN) : text.index(END)]
        documented = {}
        for line in table.splitlines():
            row = re.match(r"\| (.+) \| (.+) \| ([\d.e-]+) \| ([\d.]+) % \| ([\d.]+) % \|$", line)
            if row:
                name, reference, greatest, equal, within = row.groups()
                documented[name, reference] = Distance(float(greatest), float(equal) / 100, float(within) / 100)
        return cls(documented)

    def add(self, name, reference, distance):
        """Remembers a distance; several of one row count as the worst of them."""
        key = (name, reference)
        worst = self.measured.get(key, distance)
        self.measured[key] = Distance(
            max(worst.greatest, distance.greatest),
            min(worst.equal, distance.equal),
            min(worst.within_one, distance.within_one),
        )

    def check(self, name, reference, distance):
        """Fails if a distance is greater than the documented one."""
        stated = self.documented.get((name, reference))
        assert stated is not None, (
            f"{name} against {reference} is not in {DOCUMENT.name}: write it there with pytest --write-semantics"
        )
        # The table rounds what it states.
        assert distance.greatest <= stated.greatest * 1.01 + 1e-9, f"{name}: {distance} is worse than {stated}"
        for measured, of_table in ((distance.equal, stated.equal), (distance.within_one, stated.within_one)):
            assert measured >= of_table - SLACK, f"{name}: {distance} is worse than {stated}"

    def write(self):
        """Writes the table anew; rows that this run did not measure stay."""
        rows = self.documented | self.measured
        lines = [
            "| transform | reference | greatest difference (levels) | equal | within one level |",
            "|---|---|---|---|---|",
        ]
        for (name, reference), distance in sorted(rows.items()):
            greatest = f"{distance.greatest:.3g}"
            # Rounded towards the worse, so that the very run that wrote the table passes it.
            equal, within = (np.floor(share * 1e4) / 100 for share in (distance.equal, distance.within_one))
            lines.append(f"| {name} | {reference} | {greatest} | {equal:.2f} % | {within:.2f} % |")
        text = DOCUMENT.read_text(encoding="utf-8")
        begin, end = text.index(BEGIN) + len(BEGIN), text.index(END)
        DOCUMENT.write_text(text[:begin] + "\n" + "\n".join(lines) + "\n" + text[end:], encoding="utf-8")
