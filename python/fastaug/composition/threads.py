"""How many threads batches run on."""

from __future__ import annotations

from fastaug import _core
from fastaug.composition.arguments import check_threads


def set_num_threads(threads: int) -> None:
    """Sets the number of threads that batches run on; 0 means as many as this process may use."""
    _core.set_num_threads(check_threads(threads, 0))
