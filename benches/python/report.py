"""Rows of a benchmark: ratios, printing, JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import peers
from machine import machine

Row = dict[str, Any]


def row(name: str, images_per_second: Mapping[str, float], **further: Any) -> Row:
    """One row; ``images_per_second`` has fastaug's figure and those of the peers that took part."""
    others = {peer: images_per_second[peer] for peer in peers.PEERS if peer in images_per_second}
    ours = images_per_second["fastaug"]
    ratio = ours / max(others.values()) if others else None
    return {"name": name, "fastaug": ours, "peers": others, "ratio_to_best": ratio, **further}


def geometric_means(rows: Sequence[Row]) -> dict[str, float]:
    """By how much fastaug is faster than each peer, over the rows that the peer has."""
    means = {}
    for peer in peers.PEERS:
        logarithms = [math.log(row["fastaug"] / row["peers"][peer]) for row in rows if peer in row["peers"]]
        if logarithms:
            means[peer] = math.exp(sum(logarithms) / len(logarithms))
    return means


def print_header() -> None:
    """The columns' names."""
    print(f"{'images/s':<34}{'fastaug':>10}" + "".join(f"{peer:>17}" for peer in peers.PEERS) + f"{'to best':>10}")


def print_row(row: Row) -> None:
    """One line."""
    figures = [f"{row['peers'][peer]:>17,.0f}" if peer in row["peers"] else f"{'–':>17}" for peer in peers.PEERS]
    ratio = row["ratio_to_best"]
    note = "" if ratio is None else f"{ratio:>9.2f}×" + ("  slower" if ratio < 1 else "")
    goal = f"  (goal {row['goal']:g}×)" if "goal" in row else ""
    print(f"{row['name']:<34}{row['fastaug']:>10,.0f}{''.join(figures)}{note}{goal}", flush=True)


def write(path: Path | None, rows: list[Row], **further: Any) -> None:
    """Writes the JSON that ``tables.py`` reads."""
    if path is None:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    data = {"rows": rows, "machine": machine(), "versions": peers.versions(), **further}
    path.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n")
