"""Guards docs/loader.md and the README's part on the loader: every block of code in them runs, on tiny data."""

from __future__ import annotations

import inspect
import re
import shlex
from pathlib import Path

import pytest

import fastaug as A
from fastaug.cli import main
from pictures import photo

pytest.importorskip("torch")
from fastaug.torch import Loader

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

DOCUMENT = (ROOT / "docs" / "loader.md").read_text(encoding="utf-8")


def blocks(text):
    """Each block's language, its code, and the line that it begins in."""
    return [(found[1], found[2], text[: found.start()].count("\n") + 2) for found in BLOCK.finditer(text)]


@pytest.fixture
def surroundings(tmp_path, monkeypatch):
    """A folder with the data that the blocks speak of; caches beside it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for number in range(72):
        file = tmp_path / "train" / ("cat", "dog")[number % 2] / f"{number}.jpg"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(A.imencode(photo(50, 60, seed=number)))
    return tmp_path


def run(code, line, name, namespace):
    """Runs a block; its lines have the document's numbers in errors. Fewer epochs do."""
    exec(compile("\n" * (line - 1) + code.replace("range(90)", "range(2)"), str(name), "exec"), namespace)


@pytest.mark.filterwarnings("ignore:sample 0")
def test_every_block_of_the_document_runs(surroundings, capsys):
    namespace = {"__name__": "document"}
    ran = 0
    for language, code, line in blocks(DOCUMENT):
        if language == "python":
            run(code, line, "docs/loader.md", namespace)
        elif language == "sh":
            for command in code.splitlines():
                program, *arguments = shlex.split(command)
                assert program == "fastaug", f"line {line}: this test cannot run {program}"
                assert main(arguments) == 0, capsys.readouterr().err
        else:
            # Run by test_examples.py: what examples print, and how they are started.
            assert language == "text" or "examples/" in code, f"line {line}: nobody runs this"
            continue
        ran += 1
    assert ran >= 10
    assert (surroundings / "measured.json").exists()


def test_the_block_of_the_readme_runs(surroundings):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    of_loader = [block for block in blocks(text) if "Loader(ImageFolder(" in block[1]]
    assert of_loader, "the README does not show the loader"
    namespace = {"__name__": "readme"}
    for _, code, line in of_loader:
        run(code, line, "README.md", namespace)


def test_arguments_that_are_named_exist():
    known = {*inspect.signature(Loader).parameters, *inspect.signature(A.Loader).parameters}
    named = set(re.findall(r"`(\w+)=[^`]*`", DOCUMENT.split("## Moving")[0]))
    assert named
    assert named - known <= {"strict"}  # Of load_state_dict.
