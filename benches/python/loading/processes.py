"""The other end of ``worker.py``: starts it, asks it, and knows what memory and time its process and all below take."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

QUIET_AFTER = 3.0
"""Seconds that a loader is given to end what it makes ahead."""

PATIENCE = 600
"""Seconds that opening may take, or an epoch."""

LOOKS_EVERY = 0.5
"""Seconds between two looks at the memory."""

_HERE = Path(__file__).resolve().parents[1]


class NotThere(Exception):
    """A way that did not open, and why."""


class Process:
    """One way in a process of its own."""

    def __init__(self, name: str, task: str, folder: Path, entries: int, python: str = sys.executable) -> None:
        self.name = name
        self._log = Path(folder, f"{name}.log")
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [python, "-m", "loading.worker", name, task, str(folder), str(entries)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                cwd=_HERE,
                env=_environment(),
            )
        known = self._hear()
        self.reads: list[str] = known["reads"]
        self.versions: dict[str, str] = known["versions"]
        self.peak = 0
        with self._watched():
            self._hear()
        self._settle()

    def epoch(self) -> dict[str, Any]:
        """Loads an epoch and says what it took; the machine is left alone afterwards."""
        self._say("epoch")
        took = self._hear()
        self.peak = max(self.peak, _memory(self._process.pid))
        self._settle()
        return took

    def close(self) -> None:
        """Ends it."""
        with suppress(OSError):
            self._say("close")
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _say(self, what: str) -> None:
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()

    def _hear(self) -> dict[str, Any]:
        """The answer, which is one line. Who hangs is ended and not there."""
        if not select.select([self._process.stdout], [], [], PATIENCE)[0]:
            self._process.kill()
            raise NotThere(f"no answer in {PATIENCE} seconds")
        line = self._process.stdout.readline()
        if line:
            answer: dict[str, Any] = json.loads(line)
            if "error" in answer:
                self.close()
                raise NotThere(answer["error"])
            return answer
        status = self._process.wait()
        said = [line.strip() for line in self._log.read_text().splitlines() if line.strip()]
        raise NotThere(f"its process ended with {status}: {said[-1] if said else 'without a word'}")

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Looks at the memory meanwhile; only where no clock runs, since it takes time."""
        done = threading.Event()

        def watch() -> None:
            while not done.wait(LOOKS_EVERY):
                self.peak = max(self.peak, _memory(self._process.pid))

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join()

    def _settle(self) -> None:
        """Waits until nothing is made ahead any more."""
        until = time.monotonic() + QUIET_AFTER
        before = _ticks(self._process.pid)
        while time.monotonic() < until:
            time.sleep(0.1)
            now = _ticks(self._process.pid)
            if now - before <= 1:
                return
            before = now


def _environment() -> dict[str, str]:
    paths = [str(_HERE), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}


# -- what the system knows -------------------------------------------------------------------------------------------


def _family(process: int) -> list[int]:
    """A process and all below it."""
    children = defaultdict(list)
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            fields = _fields(int(folder.name))
            if fields:
                children[int(fields[1])].append(int(folder.name))
    family, new = [], [process]
    while new:
        family += new
        new = [child for parent in new for child in children[parent]]
    return family


def _fields(process: int) -> list[str]:
    """Of its status, from the state on; none if it is gone."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _ticks(process: int) -> int:
    """The processor's time that a family took."""
    every = [_fields(member) for member in _family(process)]
    return sum(int(fields[11]) + int(fields[12]) for fields in every if fields)


def _memory(process: int) -> int:
    """Resident bytes of a family: what each has for itself, and what the one with most of it shares."""
    own, shared = 0, [0]
    for member in _family(process):
        try:
            lines = Path(f"/proc/{member}/smaps_rollup").read_text().splitlines()[1:]
        except OSError:
            continue
        sizes = {line.split(":")[0]: 1024 * int(line.split()[1]) for line in lines}
        own += sizes["Private_Clean"] + sizes["Private_Dirty"]
        shared.append(sizes["Shared_Clean"] + sizes["Shared_Dirty"])
    return own + max(shared)
