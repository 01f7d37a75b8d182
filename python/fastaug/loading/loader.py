"""``Loader``: finished batches of a source, epoch after epoch."""

from __future__ import annotations

import hashlib
import os
import re
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypedDict

import numpy.typing as npt

from fastaug import _core
from fastaug.composition.arguments import check_count, check_flag
from fastaug.composition.batch import Way, check_dtype, check_layout
from fastaug.composition.compose import Compose, check_policy
from fastaug.composition.threads import threads_for
from fastaug.errors import PolicyError, shown
from fastaug.loading.batch import Batch, Collate, check_collate
from fastaug.loading.faults import Faults, OnError, check_on_error
from fastaug.loading.making import Made, Maker
from fastaug.loading.order import order_of, ranks
from fastaug.loading.reading import Reader
from fastaug.loading.run import Run
from fastaug.loading.shares import Shares, Tail, check_tail
from fastaug.loading.statistics import Statistics
from fastaug.sources.protocol import Samples, as_source

if TYPE_CHECKING:
    from typing_extensions import Self

    from fastaug.loading.growing import GrowingIndex
    from fastaug.loading.order import Order

STATE_VERSION = 1

MOST_IO_THREADS = 8
"""More are not started unless they are asked for."""

Path = str | os.PathLike[str]


class Arguments(TypedDict, total=False):
    """The arguments of a loader that one for other arrays passes on."""

    shuffle: bool
    sampler: Any
    seed: int
    drop_last: bool
    tail: Tail | None
    rank: int | None
    world_size: int | None
    threads: int | None
    io_threads: int | None
    prefetch: int
    read_ahead: int
    index: _core.SeekIndex | Path | None
    on_error: OnError
    max_errors: int | None
    collate: Collate


class Loader:
    """Iterates over a source in finished batches, made by threads of this process.

        loader = A.Loader(A.sources.ImageFolder("train/"), policy, batch_size=256, shuffle=True)
        for images, labels in loader:  # float32, 256 × 3 × 224 × 224
            ...

    Every pixel follows from the seed, the epoch and the sample's number in the source: not from the number of threads,
    processes or samples in a batch, nor from where an epoch was entered.

    Args:
        source: Where samples come from: something of :mod:`fastaug.sources`, or anything of a length with ``[index]``, such as
            a list of paths.
        policy: What is done to them; by default they are only decoded.
        batch_size: Samples in a batch, of this process.
        shuffle: Whether every epoch has an order of its own.
        sampler: Another order: the indices of an epoch, a sampler that gives them, ``"balanced"`` for classes that come
            equally often, :class:`fastaug.Weighted` or :class:`fastaug.Balanced`.
        seed: Of the order, and of the policy if that has none. The same in all processes.
        drop_last: Whether samples at the end that do not fill a batch are left out; short for ``tail="drop"``.
        tail: What becomes of them: ``"drop"``; ``"pad"``: the first samples of the epoch fill up, so that all processes get
            as many; ``"uneven"``: they come as they are. By default ``"uneven"`` in one process and ``"pad"`` in several.
        rank: Which of several processes this is; by default what ``torch.distributed`` says, if it is initialised.
        world_size: How many processes there are.
        layout: ``"CHW"`` or ``"HWC"``.
        dtype: ``"uint8"``, ``"float32"``, ``"float16"`` or ``"bfloat16"`` (in numpy as the bits, ``uint16``); by default
            whatever the policy makes.
        threads: How many threads make batches; by default :func:`fastaug.get_num_threads`, and one in a DataLoader worker.
        io_threads: How many threads read ahead; by default as many as make batches, but at least two and at most eight.
        prefetch: How many batches may be finished or in the making while one is used.
        read_ahead: Bytes that may have been read and not been used.
        index: Where to find seek indexes of JPEG files: a :class:`fastaug.SeekIndex` or the path of one; or ``"auto"``: it is
            made in the background while the first epoch runs, and kept in the user's cache.
        on_error: What becomes of samples that cannot be read, decoded or augmented: ``"raise"``, ``"skip"`` (the batch is
            smaller), or ``"replace"`` (by the next sample of the epoch that is whole).
        max_errors: So many of them are borne with in an epoch; then one is raised. No limit by default.
        collate: How boxes, keypoints and their labels come: ``"list"``, an array for each sample, or ``"pad"``, one array
            filled up with −1.
    """

    def __init__(
        self,
        source: Samples,
        policy: Compose | None = None,
        batch_size: int = 64,
        *,
        shuffle: bool = False,
        sampler: Any = None,
        seed: int = 0,
        drop_last: bool = False,
        tail: Tail | None = None,
        rank: int | None = None,
        world_size: int | None = None,
        layout: str = "CHW",
        dtype: str | npt.DTypeLike | None = None,
        threads: int | None = None,
        io_threads: int | None = None,
        prefetch: int = 4,
        read_ahead: int = 256 << 20,
        index: _core.SeekIndex | Path | None = None,
        on_error: OnError = "raise",
        max_errors: int | None = None,
        collate: Collate = "list",
    ) -> None:
        self.source = as_source(source)
        self.policy = check_policy(policy)
        self.batch_size = check_count("batch_size", batch_size, 1)
        self.seed = check_count("seed", seed)
        self.order: Order = order_of(self.source, check_flag("shuffle", shuffle), sampler)
        self.rank, self.world_size = ranks(rank, world_size)
        self.tail = check_tail(tail, check_flag("drop_last", drop_last), self.world_size)
        self.threads = threads_for(threads)
        self.io_threads = (
            min(max(self.threads, 2), MOST_IO_THREADS)
            if io_threads is None
            else check_count("io_threads", io_threads, 1)
        )
        self.prefetch = check_count("prefetch", prefetch, 1)
        self.read_ahead = check_count("read_ahead", read_ahead, 1)
        self.on_error = check_on_error(on_error)
        self.max_errors = None if max_errors is None else check_count("max_errors", max_errors)
        self.collate = check_collate(collate)
        self._reader = Reader(self.source, self.policy)
        self._way = Way(check_layout(layout), check_dtype(dtype), self.threads, collected=True)
        self._index, self._growing = self._seek_index(index)
        self.errors = Faults(self.max_errors)
        # The epoch that the next iteration goes through, and the place where it enters it.
        self._next = (0, 0)
        self._was_set = False
        self._run: Run | None = None
        self._statistics = Statistics(threads=self.threads, makers=self._makers)

    # -- what it is --------------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        """Batches of a whole epoch."""
        return self._shares().steps()

    @property
    def epoch(self) -> int:
        """The epoch that is being iterated over, or that comes next."""
        return self._stands()[0]

    @property
    def _makers(self) -> int:
        # While one batch waits for its last samples, the other threads begin the next one; and while one is put together in
        # Python, there must be two others for that.
        return min(1 if self.threads == 1 else 3, self.prefetch)

    def __repr__(self) -> str:
        rank = f", rank {self.rank} of {self.world_size}" if self.world_size > 1 else ""
        return f"<{type(self).__name__} of {len(self.source):,} samples, batches of {self.batch_size}{rank}>"

    # -- iterating ---------------------------------------------------------------------------------------------------

    def set_epoch(self, epoch: int) -> None:
        """Says which epoch the next iteration goes through; without it, each goes through the one behind the last. Where a
        state was loaded, its own epoch goes on where it was left."""
        number = check_count("epoch", epoch)
        if self._run is not None or number != self._next[0]:
            self._next = (number, 0)
        self._was_set = True

    def __iter__(self) -> Iterator[Batch]:
        if self._run is not None and not self._was_set:
            # The last iteration was left in the middle.
            self._next = (self._run.epoch + 1, 0)
        self._was_set = False
        self._run = self._start(*self._next)
        return _Iterator(self, self._run)

    def _start(self, epoch: int, place: int) -> Run:
        prepare = getattr(self.order, "begin", None)
        if callable(prepare):
            prepare(epoch)
        if self._growing is not None:
            self._index = self._growing.ready() or self._index
        way = replace(self._way, index=self._index)
        maker = Maker(self._reader, self.policy, self.order, self.seed, way, self.on_error, self.collate, self._finish)
        self.errors.begin()
        return Run(
            maker,
            self._shares(),
            epoch,
            place,
            self.prefetch,
            self._makers,
            self.io_threads,
            self.read_ahead,
            self._statistics,
        )

    def _shares(self) -> Shares:
        return Shares(len(self.order), self.batch_size, self.rank, self.world_size, self.tail)

    def _finish(self, batch: Batch) -> Batch:
        """What is done to a batch in the thread that made it."""
        return batch

    def _handed(self, batch: Batch) -> Batch:
        """What is done to a batch in the consumer's thread."""
        return batch

    def _take(self, run: Run) -> Batch | None:
        """The next batch of an iteration; ``None`` at its end."""
        while True:
            made = run.next()
            if made is None:
                if run is self._run and run.is_over:
                    self._end(run)
                return None
            try:
                self._note(made)
                if made.error is not None:
                    raise made.error
                if made.batch is not None:
                    run.has_given = True
                    return self._handed(made.batch)
                if run.is_over and run.begin == 0 and not run.has_given:
                    last = made.faults[-1]
                    raise last.error(f"not one sample of the epoch could be used; the last one that failed: {last}")
            except BaseException:
                run.take_back()
                raise

    def _end(self, run: Run) -> None:
        """An epoch is over: what comes next is the one behind it."""
        self._run = None
        if not self._was_set:
            self._next = (run.epoch + 1, 0)
        run.stop()

    def _note(self, made: Made) -> None:
        statistics = self._statistics
        statistics.decode_seconds += made.decoding
        statistics.busy_seconds += made.busy
        statistics.samples += made.samples
        statistics.batches += 1
        statistics.errors += len(made.faults)
        if made.error is None:
            for fault in made.faults:
                self.errors.add(fault)

    # -- ending ------------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Ends all threads; the loader can be iterated over again. One that waits for storage, or for a function of yours, is
        waited for two seconds, and ends when it has what it waits for."""
        if self._run is not None:
            self._run.close()
        if self._growing is not None:
            self._growing.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __getstate__(self) -> dict[str, Any]:
        # A copy stands where this one does, and has threads of its own.
        return self.__dict__ | {"_run": None, "_next": self._stands()}

    # -- resuming ----------------------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """Where the loader stands: behind the last batch that was handed out. A few numbers, whatever the source's size."""
        epoch, place = self._stands()
        return {
            "version": STATE_VERSION,
            "epoch": epoch,
            "place": place,
            "seed": self.seed,
            "samples": len(self.source),
            "order": self._order_name(),
            "policy": _fingerprint(self.policy),
        }

    def load_state_dict(self, state: Mapping[str, Any], strict: bool = True) -> None:
        """Goes on behind the last batch that was handed out when the state was made: with the very next sample, also with
        another number of threads, or of processes with batches of another size.

        Args:
            state: What :meth:`state_dict` gave.
            strict: Whether a state of another source, order, seed or policy is refused.
        """
        if not isinstance(state, Mapping) or state.get("version") != STATE_VERSION:
            raise PolicyError(f"this is no state of a loader of version {STATE_VERSION}: {shown(state)}")
        own = self.state_dict()
        if strict:
            words = {
                "samples": "a source of {} samples, and this one has {}",
                "order": "the order {}, and this loader's is {}",
                "seed": "the seed {}, and this loader's is {}",
                "policy": "another policy (fingerprint {}, here {})",
            }
            for name, text in words.items():
                if state.get(name) != own[name]:
                    told = text.format(state.get(name), own[name])
                    raise PolicyError(f"the state is of {told}; load_state_dict(…, strict=False) takes it all the same")
        self._next = (check_count("epoch", state.get("epoch")), check_count("place", state.get("place")))
        self._run = None
        self._was_set = False

    def _stands(self) -> tuple[int, int]:
        """The epoch and the place behind what was handed out last."""
        return self._next if self._run is None else (self._run.epoch, self._run.place)

    def _order_name(self) -> str:
        mark = getattr(self.order, "mark", None)
        told = f" ({mark})" if isinstance(mark, str) else ""
        return f"{type(self.order).__name__} of {len(self.order)}{told}"

    # -- telling -----------------------------------------------------------------------------------------------------

    def stats(self) -> dict[str, float]:
        """What was done so far, over all epochs.

        ``samples``, ``batches``, ``errors``; ``seconds`` of iterating and ``images_per_second``; ``read_seconds``,
        ``decode_seconds`` and ``augment_seconds``, each of all threads together; ``wait_seconds`` of the consumer and
        ``starved_seconds`` of the makers, who waited for files; ``queue_depth``, the batches that are finished now, and
        ``mean_queue_depth`` when one was taken; ``cache_misses``, batches that had not been read yet when their turn came.
        """
        waiting = 0 if self._run is None else self._run.waiting
        return self._statistics.told(waiting)

    def bottleneck(self) -> str:
        """In a sentence, whether storage, the CPU or the consumer limits."""
        return self._statistics.bottleneck()

    # -- seek indexes ------------------------------------------------------------------------------------------------

    def _seek_index(self, index: Any) -> tuple[_core.SeekIndex | None, GrowingIndex | None]:
        if index is None or isinstance(index, _core.SeekIndex):
            return index, None
        if not isinstance(index, (str, os.PathLike)) or not os.fspath(index):
            raise PolicyError(f"index must be a SeekIndex, the path of one, or 'auto', got {shown(index)}")
        if index == "auto":
            from fastaug.loading.growing import GrowingIndex

            return None, GrowingIndex(self.source)
        return _core.SeekIndex(os.fspath(index)), None


class _Iterator:
    """One iteration over a loader. When nobody holds it any more, its threads end."""

    def __init__(self, loader: Loader, run: Run) -> None:
        self._loader = loader
        self._run = run
        weakref.finalize(self, run.stop).atexit = False

    def __iter__(self) -> _Iterator:
        return self

    def __next__(self) -> Batch:
        try:
            batch = self._loader._take(self._run)
        except BaseException:
            self._run.stop()
            raise
        if batch is None:
            raise StopIteration
        return batch

    def __length_hint__(self) -> int:
        return max(self._run.steps - self._run._delivered, 0)


def _fingerprint(policy: Compose) -> str:
    """The policy's fingerprint; of one that holds Python functions that of its words, which have the functions' names."""
    try:
        return policy.fingerprint
    except PolicyError:
        words = re.sub(r" at 0x[0-9a-fA-F]+", "", repr(policy))
        return hashlib.blake2b(words.encode(), digest_size=16).hexdigest()
