"""The command ``fastaug``: what is done to data sets beside training."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from fastaug import _core
from fastaug.commands import FAILED, INTERRUPTED, bench_loader, index


def main(arguments: Sequence[str] | None = None) -> int:
    """Does what the command line says; answers with the exit status."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except KeyboardInterrupt:
        return INTERRUPTED
    except (OSError, ValueError) as error:
        print(f"fastaug: {error}", file=sys.stderr)
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="fastaug", description=__doc__)
    parser.add_argument("--version", action="version", version=f"fastaug {_core.__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for command in (index, bench_loader):
        command.add(commands)
    return parser
