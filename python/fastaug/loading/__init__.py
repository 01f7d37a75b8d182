"""Feeding a training loop: order, reading ahead, making batches, resuming."""

from fastaug.loading.batch import Batch
from fastaug.loading.loader import Loader
from fastaug.loading.order import Balanced, Weighted

__all__ = ["Balanced", "Batch", "Loader", "Weighted"]
