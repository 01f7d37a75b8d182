"""Argument names and defaults of both dialects, for the classes that fastaug has.

``data/api_tables.json`` was read by introspection from albumentations 2.0.8 (arguments in the order of the signatures) and
AlbumentationsX 2.5.1 (names and defaults only; targets). ``<required>`` marks an argument without a default.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fastaug.transforms.declare import REGISTRY, REQUIRED, Transform

TABLES: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "data" / "api_tables.json").read_text())
OLDER, NEWER = "2.0.8", "2.5.1"
DECLARED = sorted(name for name, kind in REGISTRY.items() if kind.__name__ == name)
"""Every transform that Python declares."""


def arguments(name: str, dialect: str) -> dict[str, Any]:
    """Names and defaults of a class in a dialect; empty where it does not have the class."""
    found: dict[str, Any] = TABLES.get(name, {}).get(dialect, {})
    return found


def canonical_default(kind: type[Transform], argument: str, default: Any) -> Any:
    """What a default of a dialect is here: names for numbers, ranges for scalars."""
    entry = kind.fields[kind._names[argument]]
    return REQUIRED if default == "<required>" else entry.kind(kind.__name__, entry.name, default)
