from collections.abc import Callable, Sequence
from os import PathLike
from typing import Any, Literal, final

import numpy as np
import numpy.typing as npt

__all__ = [
    "DRAWS_VERSION",
    "FORMAT_VERSION",
    "DecodeError",
    "FileBytes",
    "FilePart",
    "IndexWriter",
    "OpenFile",
    "Pipeline",
    "PolicyError",
    "SeekIndex",
    "ShapeError",
    "TargetError",
    "__version__",
    "check_transform",
    "decode_info",
    "decode_planes",
    "draws",
    "get_num_threads",
    "imdecode",
    "imencode",
    "imread",
    "paint_polygon",
    "paint_runs",
    "permuted",
    "read_ahead",
    "set_num_threads",
    "simd_level",
    "transform_names",
]

FORMAT_VERSION: int
DRAWS_VERSION: int
__version__: str

class PolicyError(ValueError): ...
class DecodeError(ValueError): ...
class ShapeError(ValueError): ...
class TargetError(ValueError): ...

_Mode = Literal["rgb", "bgr", "gray", "rgba", "cmyk", "unchanged"]
_Seeds = tuple[int, int, int]
_Column = tuple[int, int, str | None]
_Rows = npt.NDArray[np.float64]
_Answer = tuple[_Rows, npt.NDArray[np.int64]] | None

@final
class Pipeline:
    def __new__(cls, policy: str, functions: Sequence[dict[str, Callable[..., Any]]]) -> Pipeline: ...
    @property
    def is_random(self) -> bool: ...
    def run(
        self,
        seeds: _Seeds,
        pixels: list[Any],
        names: Sequence[str],
        columns: Sequence[_Column],
        boxes: _Rows | None,
        labels: Sequence[float | str | None] | None,
        keypoints: _Rows | None,
        record: bool,
        plain: bool = False,
        index: SeekIndex | None = None,
    ) -> tuple[list[Any], _Answer, _Answer, str | None]: ...
    def run_image(self, seeds: _Seeds, image: Any, layout: int, index: SeekIndex | None = None) -> Any: ...
    def run_batch(
        self,
        seeds: Sequence[_Seeds],
        samples: Sequence[list[Any] | None],
        names: Sequence[str],
        columns: Sequence[_Column],
        boxes: Sequence[_Rows | None] | None,
        labels: Sequence[Sequence[float | str | None] | None] | None,
        keypoints: Sequence[_Rows | None] | None,
        record: bool,
        out: npt.NDArray[Any] | None,
        threads: int,
        index: SeekIndex | None = None,
        collected: bool = False,
    ) -> tuple[
        list[Any], list[tuple[_Answer, _Answer, str | None] | None], list[tuple[int, Exception]], tuple[float, float]
    ]: ...
    def explain(self, seeds: _Seeds, size: tuple[int, int, int, bool]) -> str: ...
    def explain_file(self, seeds: _Seeds, file: Any, index: SeekIndex | None = None) -> str: ...

@final
class OpenFile:
    def __new__(cls, path: str | PathLike[str]) -> OpenFile: ...
    def fileno(self) -> int: ...

@final
class FilePart:
    def __new__(cls, file: str | PathLike[str] | OpenFile, offset: int, size: int) -> FilePart: ...
    def __len__(self) -> int: ...
    def __bytes__(self) -> bytes: ...
    @property
    def path(self) -> str: ...
    @property
    def offset(self) -> int: ...

@final
class FileBytes:
    def __len__(self) -> int: ...

def read_ahead(files: Sequence[str | PathLike[str] | FilePart]) -> list[FileBytes | Exception | None]: ...
def permuted(seed: int, epoch: int, length: int, places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]: ...
def draws(seed: int, epoch: int, places: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]: ...

@final
class SeekIndex:
    def __new__(cls, path: str | PathLike[str]) -> SeekIndex: ...
    def __len__(self) -> int: ...
    def __contains__(self, data: bytes, /) -> bool: ...
    @property
    def path(self) -> str: ...
    def check(self, files: Sequence[str | PathLike[str] | FilePart], threads: int = 0) -> list[str]: ...
    def damaged(self) -> int: ...

@final
class IndexWriter:
    def __new__(cls, path: str | PathLike[str], budget: int) -> IndexWriter: ...
    def add(self, files: Sequence[str | PathLike[str] | FilePart], threads: int = 0) -> list[str]: ...
    def finish(self) -> None: ...

def check_transform(name: str, params: str) -> None: ...
def transform_names() -> list[str]: ...
def get_num_threads() -> int: ...
def set_num_threads(threads: int) -> None: ...
def simd_level() -> str: ...
def imread(
    path: str | PathLike[str],
    mode: _Mode = "rgb",
    *,
    region: Sequence[int] | None = None,
    scale: float = 1.0,
    orient: bool = False,
    tolerant: bool = False,
    index: SeekIndex | None = None,
    threads: int = 1,
) -> npt.NDArray[Any]: ...
def imdecode(
    data: bytes | bytearray | memoryview | npt.NDArray[np.uint8],
    mode: _Mode = "rgb",
    *,
    region: Sequence[int] | None = None,
    scale: float = 1.0,
    orient: bool = False,
    tolerant: bool = False,
    index: SeekIndex | None = None,
    threads: int = 1,
) -> npt.NDArray[Any]: ...
def imencode(
    image: npt.NDArray[np.uint8],
    quality: int = 95,
    *,
    subsampling: Literal["4:4:4", "4:2:2", "4:2:0", "4:4:0", "4:1:1"] = "4:2:0",
    optimize: bool = False,
    restart_interval: int = 0,
) -> bytes: ...
def decode_planes(
    data: bytes | bytearray | memoryview | npt.NDArray[np.uint8] | str | PathLike[str],
    *,
    scale: float = 1.0,
    tolerant: bool = False,
) -> list[npt.NDArray[np.uint8]]: ...
def decode_info(data: bytes | bytearray | str | PathLike[str]) -> dict[str, Any]: ...
def paint_polygon(mask: npt.NDArray[np.uint8], corners: npt.NDArray[np.float64]) -> None: ...
def paint_runs(mask: npt.NDArray[np.uint8], runs: bytes | npt.NDArray[np.uint32]) -> None: ...
