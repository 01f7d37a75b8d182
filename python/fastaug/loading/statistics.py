"""What a loader did with its time."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

WAITING_MATTERS = 0.05
"""Share of the time that a consumer may wait before it is worth a word."""


@dataclass
class Statistics:
    """Sums over everything that a loader has handed out."""

    samples: int = 0
    batches: int = 0
    errors: int = 0
    decode_seconds: float = 0.0
    """Of all threads together."""
    busy_seconds: float = 0.0
    """In which threads decoded and augmented, all together."""
    read_seconds: float = 0.0
    """Of all reading threads together."""
    starved_seconds: float = 0.0
    """How long makers waited for what had not been read."""
    wait_seconds: float = 0.0
    """How long the consumer waited."""
    cache_misses: int = 0
    """Batches that had not been read yet when their turn came."""
    queue_depth_sum: int = 0
    elapsed: float = 0.0
    threads: int = 1
    makers: int = 1
    begun: float | None = field(default=None, repr=False)
    epochs: int = 0

    def begin(self) -> int:
        """An epoch begins; answers its number among those that have begun."""
        self.pause(self.epochs)
        self.epochs += 1
        self.begun = time.perf_counter()
        return self.epochs

    def pause(self, epoch: int) -> None:
        """An epoch ends, or is left; if another one has begun since, that goes on."""
        if self.begun is not None and epoch == self.epochs:
            self.elapsed += time.perf_counter() - self.begun
            self.begun = None

    def seconds(self) -> float:
        """Time between the begin and the end of epochs."""
        running = 0.0 if self.begun is None else time.perf_counter() - self.begun
        return self.elapsed + running

    def copy(self) -> Statistics:
        """What they are now."""
        return replace(self, elapsed=self.seconds(), begun=None)

    def since(self, earlier: Statistics) -> Statistics:
        """What came after an earlier copy."""
        numbers = {
            name: value
            for name, value in vars(self.copy()).items()
            if name not in ("threads", "makers", "begun", "epochs")
        }
        return replace(self, begun=None, **{name: value - getattr(earlier, name) for name, value in numbers.items()})

    def told(self, queue: int) -> dict[str, float]:
        """Everything by name; see ``Loader.stats``."""
        seconds = self.seconds()
        return {
            "samples": self.samples,
            "batches": self.batches,
            "seconds": seconds,
            "images_per_second": self.samples / seconds if seconds else 0.0,
            "read_seconds": self.read_seconds,
            "decode_seconds": self.decode_seconds,
            "augment_seconds": max(self.busy_seconds - self.decode_seconds, 0.0),
            "wait_seconds": self.wait_seconds,
            "starved_seconds": self.starved_seconds,
            "queue_depth": queue,
            "mean_queue_depth": self.queue_depth_sum / self.batches if self.batches else 0.0,
            "cache_misses": self.cache_misses,
            "errors": self.errors,
            "threads": self.threads,
        }

    def bottleneck(self) -> str:
        """A sentence on what limits the throughput."""
        seconds = self.seconds()
        if self.batches < 2 or not seconds:
            return "Too little was loaded to tell: ask again after some batches."
        waited = self.wait_seconds / seconds
        rate = f"{self.samples / seconds:,.0f} images/s"
        if waited <= WAITING_MATTERS:
            return f"The consumer limits: at {rate} it waited for {waited:.0%} of the time, and the loader could give more."
        starved = self.starved_seconds / self.makers / seconds
        if starved > waited / 2:
            return (
                f"Reading limits: at {rate} the consumer waited for {waited:.0%} of the time, and decoding waited for files"
                f" for {starved:.0%}. Faster storage, more io_threads or larger shards help."
            )
        share = self.decode_seconds / max(self.busy_seconds, self.decode_seconds, 1e-9)
        part = f"decoding takes {share:.0%} of that"
        help = "a seek index (index=…), decode='scaled'" if share > 0.5 else "cheaper transforms, fewer of them"
        return (
            f"The CPU limits: at {rate} the consumer waited for {waited:.0%} of the time while {self.threads}"
            f" thread{'s were' if self.threads > 1 else ' was'} busy; {part}. More threads or {help} help."
        )
