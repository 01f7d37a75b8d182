"""Which random numbers a bare call gets: every call its own, in every process its own.

A call with an index is a pure function of ``(seed, epoch, index)``. A call without one is numbered by the policy, and the
numbers live in a domain that belongs to the process: the main process has one fixed domain (so that a script with a seed
repeats itself), and each worker that was forked or spawned has another.
"""

from __future__ import annotations

import os
import sys
from typing import Any

MAIN_DOMAIN = 2**64 - 1
"""The domain of bare calls in a process that nobody forked or spawned."""

_domain: int | None = None
_identity_at_fork: tuple[int, ...] | None = None


def _worker_identity() -> tuple[int, ...]:
    """How ``multiprocessing`` numbers this process; empty if it did not start it."""
    multiprocessing = sys.modules.get("multiprocessing.process")
    if multiprocessing is None:
        return ()
    return tuple(getattr(multiprocessing.current_process(), "_identity", ()))


def _forget_domain() -> None:
    global _domain, _identity_at_fork
    _domain = None
    _identity_at_fork = _worker_identity()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_domain)


def worker_info() -> Any:
    """What torch says of the DataLoader worker that this process is, without importing torch."""
    data = sys.modules.get("torch.utils.data")
    return None if data is None else data.get_worker_info()


def _find_domain() -> int:
    worker = worker_info()
    if worker is not None:
        # torch draws a base seed for each epoch and adds the worker's number: repeatable under torch.manual_seed.
        parts: tuple[object, ...] = ("torch", worker.seed)
    else:
        identity = _worker_identity()
        if identity and identity != _identity_at_fork:
            parts = ("multiprocessing", *identity)
        elif _identity_at_fork is not None:
            # A bare os.fork leaves nothing to tell siblings apart by.
            parts = ("fork", os.urandom(16))
        else:
            return MAIN_DOMAIN
    # Only workers come here, and it takes longer to import than the rest of this package.
    from hashlib import blake2b

    return int.from_bytes(blake2b(repr(parts).encode(), digest_size=8).digest(), "little")


def domain() -> int:
    """The domain of this process's bare calls."""
    global _domain
    if _domain is None:
        _domain = _find_domain()
    return _domain
