"""How far a command has come."""

from __future__ import annotations

import sys
import time


class Bar:
    """A bar on a terminal; elsewhere a line every ten seconds."""

    WIDTH = 40

    def __init__(self, total: float, quiet: bool) -> None:
        self.total = total
        self.quiet = quiet
        self.begin = self.shown = time.monotonic()
        self.is_terminal = sys.stderr.isatty()
        self.pause = 0.1 if self.is_terminal else 10.0
        self._width = 0

    def show(self, done: float, words: str) -> None:
        """Tells how much is done, unless that was told just now."""
        now = time.monotonic()
        if self.quiet or (now - self.shown < self.pause and done < self.total):
            return
        self.shown = now
        if not self.is_terminal:
            print(words, file=sys.stderr, flush=True)
            return
        filled = min(int(self.WIDTH * done / self.total), self.WIDTH) if self.total else 0
        # What stood there before may have been longer.
        self._width = max(self._width, len(words))
        line = f"\r[{'#' * filled}{' ' * (self.WIDTH - filled)}] {words:<{self._width}} "
        print(line, end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Goes to the next line."""
        if self.is_terminal and not self.quiet and self.shown > self.begin:
            print(file=sys.stderr)


class FileBar(Bar):
    """A bar of files that are gone through, to be called with how many are done."""

    def __call__(self, done: int) -> None:
        rate = done / max(time.monotonic() - self.begin, 1e-9)
        left = (self.total - done) / max(rate, 1e-9)
        self.show(done, f"{done:,} of {self.total:,} files, {rate:,.0f}/s, {left:,.0f} s left")
