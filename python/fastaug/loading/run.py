"""An epoch on its way: threads that read ahead, threads that make batches, and the one that takes them, in order.

The threads know the run and nothing of the loader or the iterator, so that an iterator which nobody holds any more ends them.
Everything is bounded: batches that wait or are being made by ``prefetch``, what has been read by a number of bytes.
"""

from __future__ import annotations

import atexit
import os
import threading
import time
import weakref
from typing import TYPE_CHECKING, Any

from fastaug.loading.reading import size_of

if TYPE_CHECKING:
    from fastaug.loading.making import Made, Maker, Slot
    from fastaug.loading.shares import Shares
    from fastaug.loading.statistics import Statistics

_GLANCE = 1.0
"""Seconds after which a sleeping thread looks whether it was forgotten: an iterator that is collected while a lock is held
cannot wake it."""

_PATIENCE = 2.0
"""Seconds that are waited for threads to end."""

_READ_AHEAD_BATCHES = 4
"""So many batches are read beyond those that are being made."""

_runs: weakref.WeakSet[Run] = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    """Threads must not be surprised by the end of the interpreter."""
    for run in list(_runs):
        run.close()


class Run:
    """The batches of an epoch from a place on."""

    def __init__(
        self,
        maker: Maker,
        shares: Shares,
        epoch: int,
        begin: int,
        prefetch: int,
        makers: int,
        readers: int,
        read_ahead: int,
        statistics: Statistics,
    ) -> None:
        self.maker = maker
        self.shares = shares
        self.epoch = epoch
        self.begin = begin
        self.prefetch = max(prefetch, makers)
        self.read_ahead = read_ahead
        self.statistics = statistics
        self._number = statistics.begin()
        self.steps = shares.steps(begin)
        self.process = os.getpid()
        self.stopped = False
        self.closed = False
        self.has_given = False
        # Whoever waits is woken by those whom it waits for, and by nobody else. The lock may be taken again by the thread that
        # has it.
        self._lock = threading.RLock()
        self._can_read = threading.Condition(self._lock)
        self._can_make = threading.Condition(self._lock)
        self._is_made = threading.Condition(self._lock)
        self._to_read = 0
        self._to_make = 0
        self._delivered = 0
        self._read: dict[int, tuple[list[Slot], list[Any], int]] = {}
        self._bytes = 0
        self._made: dict[int, Made] = {}
        self._has_made = False
        self._failed: BaseException | None = None
        names = [(self._reading, "read", number) for number in range(readers)]
        names += [(self._making, "make", number) for number in range(makers)]
        self._threads = [
            threading.Thread(target=work, name=f"fastaug-{name}-{number}", daemon=True) for work, name, number in names
        ]
        _runs.add(self)
        for thread in self._threads:
            thread.start()

    # -- the consumer ------------------------------------------------------------------------------------------------

    def next(self) -> Made | None:
        """The next batch; ``None`` at the end, or after an error."""
        if self.process != os.getpid():
            raise RuntimeError(
                "this iterator was made before the process was forked, and its threads stayed behind: call iter(loader)"
                " in the process that uses it"
            )
        before = time.perf_counter()
        with self._lock:
            while self._delivered not in self._made:
                if self.is_over:
                    return None
                if self.closed:
                    raise RuntimeError("the loader was closed while this iterator was in use: iterate over it anew")
                if isinstance(self._failed, Exception):
                    raise RuntimeError(f"a thread of the loader failed: {self._failed}") from self._failed
                if self._failed is not None:
                    raise self._failed  # SystemExit, say: meant for the whole program.
                if self.stopped:
                    return None
                self._is_made.wait(_GLANCE)
            self.statistics.queue_depth_sum += len(self._made)
            made = self._made.pop(self._delivered)
            self._delivered += 1
            if self.is_over:
                self._is_made.notify_all()  # Others may wait for a batch, too.
            self._can_make.notify_all()
            self._can_read.notify()
        self.statistics.wait_seconds += time.perf_counter() - before
        return made

    def take_back(self) -> None:
        """The last batch was not handed out after all, and nothing will be."""
        self._delivered -= 1
        self.stop()

    @property
    def place(self) -> int:
        """The place of the epoch up to which everything was handed out."""
        if not self._delivered:
            return self.begin
        return self.shares.end(self.begin, self._delivered - 1)

    @property
    def is_over(self) -> bool:
        """Whether all batches were handed out."""
        return self._delivered >= self.steps

    @property
    def waiting(self) -> int:
        """Batches that are finished."""
        return len(self._made)

    def stop(self) -> None:
        """Tells the threads to end. May be called from anywhere, also while memory is being collected."""
        self.stopped = True
        self.statistics.pause(self._number)
        if self._lock.acquire(blocking=False):
            try:
                self._made.clear()
                self._read.clear()
                self._wake_all()
            finally:
                self._lock.release()

    def close(self) -> None:
        """Ends the threads and waits for them; not for ever for those that wait for storage, or for a function of the user's:
        they end when they have what they wait for, whatever that is."""
        if self.process != os.getpid():
            return
        with self._lock:
            self.closed = True
            self.stop()
        patience = time.monotonic() + _PATIENCE
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(max(patience - time.monotonic(), 0.0))

    # -- the threads -------------------------------------------------------------------------------------------------

    def _reading(self) -> None:
        while (number := self._next_to_read()) is not None:
            begin = time.perf_counter()
            try:
                slots = self.maker.slots(self.epoch, self.shares.places(self.begin, number))
                samples = self.maker.read(slots, self._is_stopped)
            except BaseException as error:
                self._fail(error)
                return
            seconds = time.perf_counter() - begin
            size = size_of(samples)
            with self._lock:
                if self.stopped:
                    return
                self._read[number] = (slots, samples, size)
                self._bytes += size
                self.statistics.read_seconds += seconds
                self._can_make.notify_all()

    def _is_stopped(self) -> bool:
        return self.stopped

    def _next_to_read(self) -> int | None:
        with self._can_read:
            while not self.stopped:
                number = self._to_read
                if number >= self.steps:
                    self._can_read.notify()  # Another one may go, too.
                    return None
                # What is needed next is read in any case.
                within = number < self._to_make + _READ_AHEAD_BATCHES and self._bytes < self.read_ahead
                if number < self._delivered + self.prefetch + _READ_AHEAD_BATCHES and (
                    within or number <= self._to_make
                ):
                    self._to_read += 1
                    self._can_read.notify()  # There may be more to read for others.
                    return number
                self._can_read.wait(_GLANCE)
        return None

    def _making(self) -> None:
        while (given := self._next_to_make()) is not None:
            number, slots, samples = given
            try:
                made = self.maker.make(self.epoch, slots, samples)
            except BaseException as error:
                self._fail(error)
                return
            del given, samples
            with self._lock:
                if self.stopped:
                    return
                self._made[number] = made
                self._is_made.notify_all()
                if not self._has_made:
                    self._has_made = True
                    self._can_make.notify_all()
                # Nothing is kept of a batch that is on its way to the consumer.
                del made

    def _next_to_make(self) -> tuple[int, list[Slot], list[Any]] | None:
        with self._can_make:
            while not (self._may_make() or self.stopped):
                self._can_make.wait(_GLANCE)
            if self.stopped or self._to_make >= self.steps:
                self._can_make.notify()
                return None
            number = self._to_make
            self._to_make += 1
            self._can_read.notify()
            before = time.perf_counter()
            if number not in self._read:
                self.statistics.cache_misses += 1
            while not self.stopped:
                if number in self._read:
                    slots, samples, size = self._read.pop(number)
                    self._bytes -= size
                    self._can_read.notify()
                    self.statistics.starved_seconds += time.perf_counter() - before
                    return number, slots, samples
                self._can_make.wait(_GLANCE)
        return None

    def _may_make(self) -> bool:
        """Whether it is time for another batch. The first one has all threads for itself, since it is waited for."""
        return self._to_make < self._delivered + self.prefetch and (self._has_made or self._to_make == 0)

    def _fail(self, error: BaseException) -> None:
        with self._lock:
            self._failed = error
            self._wake_all()

    def _wake_all(self) -> None:
        for condition in (self._can_read, self._can_make, self._is_made):
            condition.notify_all()
