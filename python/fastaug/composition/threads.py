"""How many threads batches run on."""

from __future__ import annotations

from fastaug import _core
from fastaug.composition import randomness
from fastaug.composition.arguments import check_threads


def set_num_threads(threads: int) -> None:
    """Sets the number of threads that batches run on; 0 means as many as this process may use."""
    _core.set_num_threads(check_threads(threads, 0))


def threads_for(threads: int | None) -> int:
    """The number of threads that an argument asks for; without one all that were set, and one in a DataLoader worker."""
    if threads is None:
        return 1 if randomness.worker_info() is not None else _core.get_num_threads()
    return check_threads(threads, 1)
