"""All ways of loading, by the names that reports have for them, and the module that opens each. Imports none of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from loading.dataset import Dataset
from loading.tasks import Task
from loading.way import Way

ONE_THREAD = "fastaug, one thread"
TWO_THREADS = "fastaug, two threads"
WITH_INDEX = "fastaug, two threads, seek index"
IN_DATA_LOADER = "fastaug in a DataLoader"
BATCHES = "fastaug, Compose.batch in a loop"
SHARDS = "fastaug, shards"
SHARDS_ONE_THREAD = "fastaug, shards, one thread"
SHARDS_WITH_INDEX = "fastaug, shards, seek index"
ALBUMENTATIONSX = "AlbumentationsX, OpenCV"
TORCHVISION = "torchvision"
PILLOW = "torchvision, Pillow"
DALI = "DALI"
DALI_SHARDS = "DALI, shards"
DALI_READING = "DALI, without maps"
TF_DATA = "tf.data"
TURBOLOADER = "TurboLoader, tar"
SPDL = "SPDL"
FFCV = "FFCV, its format"
WEBDATASET = "webdataset, AlbumentationsX"


@dataclass(frozen=True)
class Opening:
    """Where a way is opened, and with what."""

    module: str
    function: str
    options: Mapping[str, Any] = field(default_factory=dict)

    def open(self, task: Task, dataset: Dataset) -> Way:
        """Imports the library and gets it ready."""
        way: Way = getattr(import_module(f"loading.{self.module}"), self.function)(task, dataset, **self.options)
        return way


WAYS = {
    ONE_THREAD: Opening("of_fastaug", "loader", {"threads": 1}),
    TWO_THREADS: Opening("of_fastaug", "loader"),
    WITH_INDEX: Opening("of_fastaug", "loader", {"seek": True}),
    IN_DATA_LOADER: Opening("of_fastaug", "in_data_loader"),
    BATCHES: Opening("of_fastaug", "batches"),
    SHARDS_ONE_THREAD: Opening("of_fastaug", "shards", {"threads": 1}),
    SHARDS: Opening("of_fastaug", "shards"),
    SHARDS_WITH_INDEX: Opening("of_fastaug", "shards", {"seek": True}),
    ALBUMENTATIONSX: Opening("of_torch", "albumentationsx"),
    TORCHVISION: Opening("of_torch", "torchvision"),
    PILLOW: Opening("of_torch", "pillow"),
    DALI: Opening("of_dali", "files"),
    DALI_READING: Opening("of_dali", "files", {"mapped": False}),
    TF_DATA: Opening("of_tensorflow", "files"),
    TURBOLOADER: Opening("of_turboloader", "archive"),
    SPDL: Opening("of_spdl", "files"),
    FFCV: Opening("of_ffcv", "beton"),
    WEBDATASET: Opening("of_torch", "webdataset"),
    DALI_SHARDS: Opening("of_dali", "shards"),
}
