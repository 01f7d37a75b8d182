"""The names of shards: lists, patterns with stars, and ranges in braces."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable, Iterator
from itertools import islice

from fastaug.errors import SourceError, shown

_MOST = 100_000
"""Names that a pattern may stand for."""

_RANGE = re.compile(r"(-?[0-9]{1,18})\.\.(-?[0-9]{1,18})(?:\.\.(-?[0-9]{1,18}))?")

Pattern = str | os.PathLike[str]


def shard_paths(shards: Pattern | Iterable[Pattern]) -> list[str]:
    """Absolute paths of all shards, in the order given; those of a pattern with stars sorted."""
    listed = [shards] if isinstance(shards, (str, os.PathLike)) else list(shards)
    found = [os.path.abspath(path) for pattern in listed for path in _expanded(os.fspath(pattern))]
    if not found:
        raise SourceError(f"there are no shards: got {shown(shards)}")
    return found


def _expanded(pattern: str) -> Iterator[str]:
    if re.match(r"(pipe:|[a-z0-9]+://)", pattern):
        raise SourceError(f"{pattern}: shards must be files, so that single samples can be read from them")
    if os.path.exists(pattern):
        yield pattern
        return
    names = list(islice(_braces(pattern), _MOST + 1))
    if len(names) > _MOST:
        raise SourceError(f"{pattern}: stands for more than {_MOST} shards")
    for name in names:
        if not glob.has_magic(name) or os.path.exists(name):
            yield name
            continue
        there = sorted(glob.glob(name, recursive=True))
        if not there:
            raise SourceError(f"{name}: no file has such a name")
        yield from there


def _braces(pattern: str) -> Iterator[str]:
    """All that a pattern stands for, as shells have it: ``{000..015}``, ``{a,b}``, one in another."""
    group = _first_group(pattern)
    if group is None:
        yield pattern
        return
    start, end, parts = group
    numbers = _RANGE.fullmatch(parts[0]) if len(parts) == 1 else None
    if len(parts) == 1 and numbers is None:
        for rest in _braces(pattern[end:]):
            yield pattern[:end] + rest
        return
    choices = _numbers(numbers) if numbers else (choice for part in parts for choice in _braces(part))
    for choice in choices:
        for rest in _braces(pattern[end:]):
            yield pattern[:start] + choice + rest


def _first_group(pattern: str) -> tuple[int, int, list[str]] | None:
    """Where the first braces open and end, and what commas part in them."""
    start = pattern.find("{")
    while start >= 0:
        depth, parts, begin = 0, [], start + 1
        for place in range(start, len(pattern)):
            letter = pattern[place]
            depth += (letter == "{") - (letter == "}")
            if depth == 0 or (depth == 1 and letter == ","):
                parts.append(pattern[begin:place])
                begin = place + 1
            if depth == 0:
                return start, place + 1, parts
        start = pattern.find("{", start + 1)
    return None


def _numbers(found: re.Match[str]) -> Iterator[str]:
    first, last, step = int(found[1]), int(found[2]), abs(int(found[3] or 1)) or 1
    is_padded = any(text.lstrip("-").startswith("0") and len(text.lstrip("-")) > 1 for text in (found[1], found[2]))
    width = max(len(found[1]), len(found[2])) if is_padded else 0
    numbers = range(first, last + 1, step) if first <= last else range(first, last - 1, -step)
    return (f"{number:0{width}}" for number in numbers)
