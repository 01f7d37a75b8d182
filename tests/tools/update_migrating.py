"""Writes the tables of docs/migrating.md from the declarations: ``python tests/tools/update_migrating.py``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from api_tables import DECLARED, NEWER, OLDER, arguments, canonical_default
from fastaug.errors import PolicyError
from fastaug.transforms.declare import REGISTRY, Field, Transform

PAGE = Path(__file__).resolve().parents[2] / "docs" / "migrating.md"
BEGIN, END = "<!-- generated: begin -->", "<!-- generated: end -->"
FAMILIES = {
    "size": "Size",
    "crop": "Crops",
    "flip": "Flips and quarter turns",
    "geometric": "Geometry",
    "dropout": "Dropout",
    "color": "Colour",
    "blur": "Blur and sharpness",
    "noise": "Noise",
    "compression": "Compression",
    "output": "The end of a policy",
    "custom": "Other",
}


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


def _code(value: Any) -> str:
    return f"`{value!r}`"


def one_number(entry: Field) -> str:
    """What a single number stands for where a pair is usual."""
    default = entry.default if isinstance(entry.default, tuple) else ()
    is_small = any(isinstance(end, float) for end in default) and all(abs(end) <= 2 for end in default)
    for number in (0.2, 5) if is_small or entry.default is None else (5, 0.2):
        try:
            made = entry.kind("", entry.name, number)
        except PolicyError:
            continue
        if isinstance(made, tuple):
            return f"`{number}` → {_code(made)}"
    return ""


def changed_default(kind: type[Transform], entry: Field) -> str:
    """The default of 2.0.8, where it is another one."""
    for argument, default in arguments(kind.__name__, OLDER).items():
        if kind._names.get(argument) == entry.name:
            older = canonical_default(kind, argument, default)
            return "" if older == entry.default else _code(older)
    return ""


def _rows(kind: type[Transform]) -> Iterator[tuple[str, ...]]:
    older = arguments(kind.__name__, OLDER)
    for entry in kind.fields.values():
        if entry.name == "p":
            continue
        names = [name for name in (entry.name, *entry.aliases) if name in older]
        others = [f"`{name}`" for name in entry.aliases if name not in older]
        others += [" + ".join(f"`{name}`" for name in entry.parts)] if entry.parts else []
        shown = "" if names == [entry.name] else ", ".join(f"`{name}`" for name in names) or "–"
        default = "required" if entry.is_required else _code(entry.default)
        yield f"`{entry.name}`", shown if older else "–", ", ".join(others), default, one_number(entry)


def generated() -> str:
    """Everything between the two marks."""
    lines = [BEGIN, "", "## Defaults that differ between the dialects", ""]
    lines += [f"fastaug takes those of AlbumentationsX {NEWER}.", ""]
    kinds = [REGISTRY[name] for name in DECLARED]
    rows = [
        (f"`{kind.__name__}`", f"`{entry.name}`", _code(entry.default), changed_default(kind, entry))
        for kind in kinds
        for entry in kind.fields.values()
        if changed_default(kind, entry)
    ]
    lines += _table(("transform", "argument", "fastaug", OLDER), rows)
    lines += ["## Arguments of old", "", "Refused, with this advice:", ""]
    rows = [
        (f"`{kind.__name__}`", f"`{name}`", advice)
        for kind in kinds
        for name, advice in kind._gone.items()
        if name != "always_apply"
    ]
    rows.insert(0, ("all", "`always_apply`", kinds[0]._gone["always_apply"]))
    lines += _table(("transform", "argument", "instead"), rows)
    lines += ["## Argument by argument", ""]
    lines += [
        f"The first column is the name that `repr`, saved policies and editors use. “{OLDER}” is empty where that"
        " release says the same and – where it has no such argument. “One number” says what a single number stands for. Every"
        " transform also has `p`.",
        "",
    ]
    family = {kind: kind.__module__.rpartition(".")[2] for kind in kinds}
    order = list(FAMILIES)
    kinds.sort(key=lambda kind: (order.index(family[kind]), kind.__name__))
    for name, members in groupby(kinds, key=lambda kind: family[kind]):
        lines += [f"### {FAMILIES[name]}", ""]
        for kind in members:
            only = "" if arguments(kind.__name__, OLDER) else f" (AlbumentationsX {NEWER} only)"
            lines += [f"#### {kind.__name__}{only}", ""]
            rows = list(_rows(kind))
            head = ("argument", OLDER, "also accepted", "default", "one number")
            lines += _table(head, rows) if rows else ["No arguments but `p`.", ""]
    return "\n".join([*lines, END])


def page() -> str:
    """The page as it should be."""
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    return before + generated() + rest.split(END)[1]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
