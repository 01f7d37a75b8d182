"""Writes the benchmarks' document, and the README's table, from what the five programs beside it measured.

    python benches/python/tables.py TRANSFORMS.json PIPELINES.json DECODE.json LOADER.json FIRST_BATCH.json
        docs/benchmarks.md [--readme README.md]

Every number comes from the five files. Nothing is left out: where fastaug is slower, the table and the sentence above it
say so.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

README = Path(__file__).resolve().parents[2] / "README.md"
BEGIN, END = "<!-- benchmarks -->", "<!-- /benchmarks -->"

Row = dict[str, Any]
Report = dict[str, Any]


# -- the parts of the document ---------------------------------------------------------------------------------------


def document(transforms: Report, pipelines: Report, decoding: Report, loading: Report, first_batch: Report) -> str:
    """All of docs/benchmarks.md."""
    parts = [
        "# Benchmarks",
        "<!-- Written by `make bench` (benches/python/tables.py); changes by hand are lost. -->",
        *method(transforms, pipelines),
        "## Pipelines",
        "From a decoded photo to a float32 tensor, channels first, each sample by itself on one thread. Ratios compare"
        " with the fastest peer.",
        pipelines_table(pipelines),
        "## Batches and threads",
        "The same samples through `Compose.batch`, fastaug alone.",
        batches_table(pipelines),
        "## One transform at a time",
        *transforms_part(transforms),
        "## Decoding",
        *decoding_part(decoding),
        "## Loading",
        *loading_part(loading),
        first_batch_part(first_batch),
        "## What a call costs beside its pixels",
        costs_table(pipelines),
        "## Peak memory",
        "What a call on one photo of 12 megapixels adds to the process at its peak, its result included, as a multiple"
        f" of the larger of input and output. The goal is {pipelines['goals']['memory']:g}×.",
        memory_table(pipelines),
    ]
    return "\n\n".join(parts) + "\n"


def method(transforms: Report, pipelines: Report) -> list[str]:
    """How it was measured, on what, and with what."""
    return [
        "All libraries run in one process, one thread each, on the same decoded images. They take turns: in every round"
        " each handles all images once or more, and the best round of each counts"
        f" ({_rounds(transforms, pipelines)}). Ratios are of figures from one run; the figures themselves depend on the"
        " machine. Parameters are fixed wherever the libraries draw differently, so that all do the same work; results"
        " are contiguous for all. `benches/python/cases.py` and `benches/python/pipelines.py` say what is compared.",
        f"Measured on {_of_each(transforms, pipelines, _machine)}.",
        f"Images: {_of_each(transforms, pipelines, lambda report: report['photos'])}.",
        f"Versions: {_of_each(transforms, pipelines, _versions)}.",
    ]


def pipelines_table(pipelines: Report, goals: bool = True) -> str:
    """Pipelines, sample by sample."""
    rows = [row for row in pipelines["rows"] if row["peers"]]
    peers = _peers(rows)
    body = [
        [
            row["name"],
            *_figures(row, peers),
            _ratio(row["ratio_to_best"]),
            *[_at_least(row, row["ratio_to_best"])] * goals,
        ]
        for row in rows
    ]
    return _table(["images/s", "fastaug", *peers, "to the fastest", *["goal"] * goals], body)


def batches_table(pipelines: Report) -> str:
    """Batches, and how they scale with threads."""
    body = []
    for row in pipelines["rows"]:
        if row["peers"]:
            continue
        scaling = f"{row['ratio_to_one_thread']:.2f}×" if "ratio_to_one_thread" in row else ""
        goal = _at_least(row, row.get("ratio_to_one_thread", 0))
        body.append([row["name"], f"{row['fastaug']:,.0f}", scaling, goal])
    return _table(["images/s", "fastaug", "to one thread", "goal"], body)


def transforms_part(transforms: Report) -> list[str]:
    """The summary and the table of single transforms."""
    rows = transforms["rows"]
    peers = _peers(rows)
    compared = [row for row in rows if row["ratio_to_best"] is not None]
    slower = sorted((row for row in compared if row["ratio_to_best"] < 1), key=lambda row: row["ratio_to_best"])
    if slower:
        names = ", ".join(f"{row['name']} ({row['ratio_to_best']:.2f}×)" for row in slower)
        verdict = f"In {len(slower)} of {len(compared)} rows fastaug is **slower** than the fastest peer: {names}."
    else:
        verdict = f"In none of the {len(compared)} rows is fastaug slower than the fastest peer."
    goals = transforms["goals"]["geometric_means"]
    means = [
        f"{mean:.2f}× {peer} ({_count(rows, peer)} rows" + (f"; goal {goals[peer]:g}×)" if peer in goals else ")")
        for peer, mean in transforms["geometric_means"].items()
    ]
    body = [[row["name"], *_figures(row, peers), _ratio(row["ratio_to_best"])] for row in rows]
    return [
        f"{verdict} The goal is none.",
        f"Geometric mean of fastaug's speed over the rows that a peer has: {', '.join(means)}.",
        "The last column is fastaug over the fastest peer; a dash means that a library has nothing like it.",
        _table(["images/s", "fastaug", *peers, "to the fastest"], body),
    ]


def decoding_part(decoding: Report) -> list[str]:
    """What ``decode.py`` measured: files to pixels, headers, files to tensors."""
    missing = [f"{name} ({reason})" for name, reason in decoding["missing"].items()]
    parts = [
        "From the bytes of a JPEG in memory to a numpy array, in colour unless it says gray. Everyone decodes on one"
        f" thread, in turn, best of {decoding['rounds']} rounds by {decoding['clock']}; TensorFlow is asked for the exact"
        f" transform that is the others' default. Measured on {_machine(decoding)}.",
        f"Files: {decoding['files']}.",
        f"Versions: {_versions(decoding)}.",
        f"Missing: {'; '.join(missing)}." if missing else "None of the libraries is missing.",
        decoding_table(decoding["rows"]),
        f"Regions are {decoding['rectangles']:,} rectangles as RandomResizedCrop draws them: {decoding['regions_by']} for"
        " fastaug, all of the picture and a copy of the rectangle for the others (the fastest few with whole photos), or"
        " the peer's own decoding of regions where it is named. Thumbnails have an eighth of the sides.",
    ]
    notes = [*decoding["not_measured"], *(note for row in decoding["rows"] for note in row["notes"])]
    if notes:
        parts.append(f"Left out: {'; '.join(notes)}.")
    parts += ["Files whose pixels are fastaug's to the last bit:", equality_table(decoding["rows"])]
    if decoding["header_microseconds"]:
        parts += ["Reading the header alone, the mean over all photos:", headers_table(decoding)]
    if decoding["loading"]:
        parts += [
            "From encoded JPEG to RandomResizedCrop 224, HorizontalFlip, Normalize and float32 with channels first, a file"
            " at a time and in batches of fastaug and of libraries that load batches only:",
            decoding_table(decoding["loading"]),
        ]
    if any(row["peers"] for row in decoding["batches"]):
        parts.append(decoding_table(decoding["batches"]))
    return parts


def decoding_table(rows: Sequence[Row]) -> str:
    """Rows with goals, some of which speak of one peer."""
    peers = _peers(rows)
    body = [[row["name"], *_figures(row, peers), _ratio(row["ratio_to_best"]), _decoding_goal(row)] for row in rows]
    return _table(["images/s", "fastaug", *peers, "to the fastest", "goal"], body)


def _decoding_goal(row: Row) -> str:
    peer = row.get("goal_peer")
    if peer is None:
        return "" if row["ratio_to_best"] is None else _at_least(row, row["ratio_to_best"])
    if peer not in row["peers"]:
        return f"{row['goal']:g}× {peer}"
    ratio = row["fastaug"] / row["peers"][peer]
    return f"{row['goal']:g}× {peer}: {ratio:.2f}×{_missed(row, ratio)}"


def equality_table(rows: Sequence[Row]) -> str:
    """The share of files on which each peer agrees with fastaug."""
    peers = _peers(rows)
    body = [[row["name"], *(_share(row["equal"].get(peer)) for peer in peers)] for row in rows]
    return _table(["equal files", *peers], body)


def _share(share: float | None) -> str:
    if share is None:
        return "–"
    # Only all of them is 100%.
    return "100%" if share == 1 else f"{min(100 * share, 99.9):.3g}%"


def headers_table(decoding: Report) -> str:
    """Microseconds a header."""
    goal = decoding["goals"]["header_microseconds"]
    body = [
        [name, f"{microseconds:.2f} µs", _at_most(goal, microseconds, "µs") if name == "fastaug" else ""]
        for name, microseconds in decoding["header_microseconds"].items()
    ]
    return _table(["", "time", "goal"], body)


def loading_part(loading: Report) -> list[str]:
    """What ``loader.py`` measured: files to batches, all loaders in turn."""
    parts = [
        f"From JPEG files to batches of float32 with channels first, {loading['threads']} threads or worker processes each,"
        " every loader in a process of its own. They take turns, an epoch each, and the best epoch of"
        f" {loading['rounds']} counts; starting workers and the first {loading['untimed']} batches of an epoch are left out,"
        " and the time until the first batch stands beside. Memory is the peak of a process and all below it; pages that"
        " several of them share count once, files that are mapped count as far as they are in memory."
        " TurboLoader reads one tar; FFCV reads a file of its own, for which it has encoded the pictures anew (quality 90)."
        f" `benches/python/loading` has how each is set up. Measured on {_machine(loading)}.",
        f"Files: {loading['files']}.",
        f"Versions: {_versions(loading)}.",
    ]
    for row in loading["rows"]:
        parts += loading_row(row)
    return parts


def loading_row(row: Row) -> list[str]:
    """One kind of training data: everybody's speed, fastaug's ratios to each peer, the goals, and who is missing."""
    body = []
    for name, way in sorted(row["ways"].items(), key=lambda item: item[1]["images_per_second"], reverse=True):
        speed = way["images_per_second"]
        ratios = [
            f"{row['ways'][ours]['images_per_second'] / speed:.2f}×" if name in row["peers"] else ""
            for ours in row["ratios_of"]
        ]
        cells = [name, _rate(speed), *ratios, f"{way['memory'] / 1e6:,.0f} MB", f"{1000 * way['first_batch']:,.0f} ms"]
        body.append(cells)
    header = ["", "images/s", *(f"{ours} over it" for ours in row["ratios_of"]), "memory", "first batch"]
    parts = [f"**{row['name']}**: {row['about']}.", _table(header, body)]
    if row["goals"]:
        goals = [
            f"{goal['way']}: {goal['ratio']:.2f}× {goal['over']}{_of_medians(goal)}"
            f" (goal {goal['goal']:g}×{_missed(goal, goal['ratio'])})"
            for goal in row["goals"]
        ]
        parts.append("; ".join(goals) + ".")
    if row["stayed"]:
        shares = ", ".join(f"{name} {100 * share:.0f}%" for name, share in row["stayed"].items())
        parts.append(f"Of the files, these shares stayed in memory: {shares}.")
    if row["missing"]:
        parts.append(f"Missing: {'; '.join(f'{name} ({reason})' for name, reason in row['missing'].items())}.")
    return parts


def _of_medians(goal: Row) -> str:
    return f", {goal['medians']:.2f}× by median epochs" if "medians" in goal else ""


def first_batch_part(report: Report) -> str:
    """How long a loader takes to begin with many files."""
    times = report["milliseconds"]
    return (
        f"**First batch of {report['files']:,} files** in folders that were listed before, {report['batch']} of them, from the"
        f" source's constructor on, in {len(times)} processes one after the other: {times[0]:,.0f} ms in the best (goal"
        f" {_at_most(report['goal'], times[0], 'ms')}), {times[len(times) // 2]:,.0f} in the median, {times[-1]:,.0f} in the"
        f" worst. The listing takes {report['listing'] / 1000:.1f} s. Measured on {_machine(report)}."
    )


def costs_table(pipelines: Report) -> str:
    """The empty call and the import."""
    goals = pipelines["goals"]
    nothing = pipelines["no_op_microseconds"]
    body = [
        [
            f"a call of `Compose([NoOp()])` on 32×32, {name}",
            f"{microseconds:.1f} µs",
            _at_most(goals["no_op_microseconds"], microseconds, "µs") if name == "fastaug" else "",
        ]
        for name, microseconds in nothing.items()
    ]
    body.append(
        [
            "`import fastaug` once numpy is there",
            f"{pipelines['import_milliseconds']:.0f} ms",
            _at_most(goals["import_milliseconds"], pipelines["import_milliseconds"], "ms"),
        ]
    )
    return _table(["", "time", "goal"], body)


def memory_table(pipelines: Report) -> str:
    """Peak memory per policy; what is over the goal is marked."""
    goal = pipelines["goals"]["memory"]
    body = [
        [name, f"{share:.2f}×" if round(share, 2) <= goal else f"**{share:.2f}× over the goal**"]
        for name, share in pipelines["memory"].items()
    ]
    return _table(["policy", "peak"], body)


# -- the README ------------------------------------------------------------------------------------------------------


def readme_part(transforms: Report, pipelines: Report, loading: Report) -> str:
    """What stands between the README's markers."""
    rows = transforms["rows"]
    compared = [row for row in rows if row["ratio_to_best"] is not None]
    slower = sum(row["ratio_to_best"] < 1 for row in compared)
    means = ", ".join(f"{mean:.1f}× {peer}" for peer, mean in transforms["geometric_means"].items())
    return "\n\n".join(
        [
            f"JPEG files to batches of float32 ({loading['rows'][0]['about'].split(';')[0]}), {loading['threads']} threads or"
            " worker processes each, in turn:",
            loaders_table(loading["rows"][0]),
            "Decoded photo to float32 tensor, one thread each, all libraries in turn in one process:",
            pipelines_table(pipelines, goals=False),
            f"One transform at a time, geometric mean: {means}; slower than the fastest peer in {slower} of"
            f" {len(compared)} rows. All of it, and how it was measured: [benchmarks](docs/benchmarks.md).",
        ]
    )


def loaders_table(row: Row) -> str:
    """fastaug and its peers, side by side."""
    shown = [*row["ratios_of"], *row["peers"]]
    best = max(row["ways"][peer]["images_per_second"] for peer in row["peers"])
    ways = sorted(((row["ways"][name]["images_per_second"], name) for name in shown), reverse=True)
    body = [
        [f"**{name}**" if name in row["ratios_of"] else name, _rate(speed), f"{speed / best:.2f}×"]
        for speed, name in ways
    ]
    return _table(["", "images/s", "to the fastest peer"], body)


def rewrite_readme(path: Path, part: str) -> None:
    """Puts the part between the markers, if the file has them."""
    if not path.is_file():
        return
    text = path.read_text()
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if begin and end:
        path.write_text(f"{before}{BEGIN}\n\n{part}\n\n{END}{after}")


# -- words and cells -------------------------------------------------------------------------------------------------


def _rounds(transforms: Report, pipelines: Report) -> str:
    one, other = transforms["rounds"], pipelines["rounds"]
    if one == other:
        return f"best of {one} rounds"
    return f"best of {one} rounds for transforms, of {other} for pipelines"


def _of_each(transforms: Report, pipelines: Report, describe: Any) -> str:
    """The same words for both reports once, different ones side by side."""
    one, other = describe(transforms), describe(pipelines)
    return one if one == other else f"{one} (transforms); {other} (pipelines)"


def _machine(report: Report) -> str:
    machine = report["machine"]
    cores = f"{machine['cores']} core" + "s" * (machine["cores"] != 1)
    return f"{machine['cpu']}, {cores}, {machine['system']}"


def _versions(report: Report) -> str:
    return ", ".join(f"{name} {version}" for name, version in report["versions"].items())


def _peers(rows: Iterable[Row]) -> list[str]:
    """The libraries that take part, in the order of their first appearance."""
    return list(dict.fromkeys(peer for row in rows for peer in row["peers"]))


def _count(rows: Iterable[Row], peer: str) -> int:
    return sum(peer in row["peers"] for row in rows)


def _figures(row: Row, peers: Sequence[str]) -> list[str]:
    """Images a second of everyone, the fastest in bold."""
    figures = [row["fastaug"], *(row["peers"].get(peer) for peer in peers)]
    best = max(figure for figure in figures if figure is not None)
    cells = ["–" if figure is None else _rate(figure) for figure in figures]
    return [f"**{cell}**" if figure == best else cell for figure, cell in zip(figures, cells, strict=True)]


def _rate(figure: float) -> str:
    return f"{figure:,.0f}" if figure >= 20 else f"{figure:.1f}"


def _ratio(ratio: float | None) -> str:
    if ratio is None:
        return "–"
    return f"{ratio:.2f}×" if ratio >= 1 else f"**{ratio:.2f}× slower**"


def _at_least(row: Row, figure: float) -> str:
    """The goal of a row that has one, and whether it was missed."""
    if "goal" not in row:
        return ""
    return f"{row['goal']:g}×{_missed(row, figure)}"


def _missed(row: Row, figure: float) -> str:
    return " (missed)" if round(figure, 2) < row["goal"] else ""


def _at_most(goal: float, figure: float, unit: str) -> str:
    return f"{goal:g} {unit}" + " (missed)" * (figure > goal)


def _table(header: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    """A Markdown table: names to the left, numbers to the right."""
    rules = ["---", *["---:"] * (len(header) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (header, rules, *body))


def main() -> None:
    """Reads, writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("transforms", type=Path, help="what transforms.py wrote")
    parser.add_argument("pipelines", type=Path, help="what pipelines.py wrote")
    parser.add_argument("decoding", type=Path, help="what decode.py wrote")
    parser.add_argument("loading", type=Path, help="what loader.py wrote")
    parser.add_argument("first_batch", type=Path, help="what first_batch.py wrote")
    parser.add_argument("document", type=Path, help="the Markdown file to write")
    parser.add_argument("--readme", type=Path, default=README, help="the file with the markers")
    options = parser.parse_args()
    transforms = json.loads(options.transforms.read_text())
    pipelines = json.loads(options.pipelines.read_text())
    decoding = json.loads(options.decoding.read_text())
    loading = json.loads(options.loading.read_text())
    first_batch = json.loads(options.first_batch.read_text())
    options.document.write_text(document(transforms, pipelines, decoding, loading, first_batch))
    rewrite_readme(options.readme, readme_part(transforms, pipelines, loading))


if __name__ == "__main__":
    main()
