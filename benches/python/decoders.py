"""What decodes JPEG files: fastaug and its peers, each imported only if it is there, and kept to one thread.

Every function takes the bytes of a file and gives a numpy array in memory of its own, RGB or gray, as stored (EXIF's
orientation is nobody's business here). A library that cannot be imported is named as missing, with the reason.
"""

from __future__ import annotations

import os

os.environ.update(
    NO_ALBUMENTATIONS_UPDATE="1",
    CUDA_VISIBLE_DEVICES="-1",
    TF_CPP_MIN_LOG_LEVEL="3",
    **dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"), "1"),
)

import inspect
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module, metadata
from io import BytesIO
from typing import Any

import numpy as np

import fastaug

Decode = Callable[[bytes], Any]

FASTAUG = "fastaug"
SIMPLEJPEG = "simplejpeg"
OPENCV = "OpenCV"
PILLOW = "Pillow"
TORCHVISION = "torchvision"
KORNIA = "kornia-rs"
IMAGEIO = "imageio"
PYTURBOJPEG = "PyTurboJPEG"
JPEG4PY = "jpeg4py"
TENSORFLOW = "TensorFlow"

REGION, SCALE = "region", "scale"
"""Keywords of ``fastaug.imdecode`` that not every version has."""


@dataclass(frozen=True)
class Decoder:
    """What one library can do; ``None`` for what it has no function for."""

    version: str
    rgb: Decode
    gray: Decode | None = None
    eighth: Decode | None = None
    header: Decode | None = None
    region: Callable[[bytes, int, int, int, int], Any] | None = None


def find() -> tuple[dict[str, Decoder], dict[str, str]]:
    """The libraries that are there, fastaug first, and why the others are not."""
    found, missing = {}, {}
    for name, make in _DECODERS.items():
        try:
            found[name] = make()
        except (ImportError, OSError, RuntimeError) as error:
            missing[name] = first_line(error)
    return found, missing


def fastaug_has(keyword: str) -> bool:
    """Whether this version's ``imdecode`` takes such an argument."""
    return keyword in inspect.signature(fastaug.imdecode).parameters


def first_line(error: Exception) -> str:
    """What went wrong, in short."""
    return (str(error).splitlines() or [type(error).__name__])[0]


# -- one function for each library -----------------------------------------------------------------------------------


def _fastaug() -> Decoder:
    fastaug.set_num_threads(1)
    imdecode: Any = fastaug.imdecode
    return Decoder(
        f"{fastaug.__version__} ({fastaug.simd_level()})",
        rgb=imdecode,
        gray=lambda data: imdecode(data, "gray"),
        eighth=(lambda data: imdecode(data, scale=1 / 8)) if fastaug_has(SCALE) else None,
        header=fastaug.decode_info,
        region=(lambda data, *rectangle: imdecode(data, region=rectangle)) if fastaug_has(REGION) else None,
    )


def _simplejpeg() -> Decoder:
    simplejpeg = import_module("simplejpeg")
    decode = simplejpeg.decode_jpeg
    return Decoder(
        metadata.version("simplejpeg"),
        rgb=decode,
        gray=lambda data: decode(data, colorspace="GRAY"),
        eighth=lambda data: decode(data, min_factor=8),
        header=simplejpeg.decode_jpeg_header,
    )


def _opencv() -> Decoder:
    cv2 = import_module("cv2")
    cv2.setNumThreads(1)

    def decode(flags: int) -> Decode:
        flags |= cv2.IMREAD_IGNORE_ORIENTATION
        return lambda data: cv2.imdecode(np.frombuffer(data, np.uint8), flags)

    return Decoder(
        cv2.__version__,
        rgb=decode(cv2.IMREAD_COLOR_RGB),
        gray=decode(cv2.IMREAD_GRAYSCALE),
        eighth=decode(cv2.IMREAD_REDUCED_COLOR_8 | cv2.IMREAD_COLOR_RGB),
    )


def _pillow() -> Decoder:
    image = import_module("PIL.Image")

    def decode(mode: str, eighths: int) -> Decode:
        def run(data: bytes) -> Any:
            picture = image.open(BytesIO(data), formats=("JPEG",))
            if mode == "L" or eighths < 8:
                # Pillow takes the smallest scale that is not below the size asked for.
                picture.draft(mode, tuple(side * eighths // 8 for side in picture.size))
            return np.asarray(picture if picture.mode == mode else picture.convert(mode))

        return run

    return Decoder(
        metadata.version("pillow"),
        rgb=decode("RGB", 8),
        gray=decode("L", 8),
        eighth=decode("RGB", 1),
        header=lambda data: image.open(BytesIO(data), formats=("JPEG",)).size,
    )


def _torchvision() -> Decoder:
    torch, io = import_module("torch"), import_module("torchvision.io")
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    # Tensors over bytes could be written to; nobody does.
    warnings.filterwarnings("ignore", "The given buffer is not writable")

    def decode(mode: Any) -> Decode:
        def run(data: bytes) -> Any:
            tensor = io.decode_jpeg(torch.frombuffer(data, dtype=torch.uint8), mode=mode)
            return tensor.permute(1, 2, 0).contiguous().numpy()

        return run

    version = metadata.version("torchvision")
    return Decoder(version, rgb=decode(io.ImageReadMode.RGB), gray=decode(io.ImageReadMode.GRAY))


def _kornia() -> Decoder:
    decoder = import_module("kornia_rs").io.ImageDecoder()
    version = metadata.version("kornia-rs")
    return Decoder(version, rgb=decoder.decode, gray=decoder.decode_gray8, header=decoder.read_header)


def _imageio() -> Decoder:
    iio = import_module("imageio.v3")
    given = {"extension": ".jpg", "plugin": "pillow"}
    return Decoder(
        metadata.version("imageio"),
        rgb=lambda data: iio.imread(data, mode="RGB", **given),
        gray=lambda data: iio.imread(data, mode="L", **given),
        header=lambda data: iio.improps(data, **given),
    )


def _pyturbojpeg() -> Decoder:
    turbojpeg = import_module("turbojpeg")
    jpeg = turbojpeg.TurboJPEG()
    # What libjpeg overlooks in damaged files, the others overlook in silence or tell stderr.
    warnings.filterwarnings("ignore", module="turbojpeg")
    rgb, gray = turbojpeg.TJPF_RGB, turbojpeg.TJPF_GRAY
    return Decoder(
        metadata.version("PyTurboJPEG"),
        rgb=lambda data: jpeg.decode(data, pixel_format=rgb),
        gray=lambda data: jpeg.decode(data, pixel_format=gray),
        eighth=lambda data: jpeg.decode(data, pixel_format=rgb, scaling_factor=(1, 8)),
        header=jpeg.decode_header,
    )


def _jpeg4py() -> Decoder:
    jpeg4py = import_module("jpeg4py")
    # The library behind it is looked for when the first file is opened.
    jpeg4py.JPEG(np.zeros(1, np.uint8))

    def decode(pixel_format: int) -> Decode:
        return lambda data: jpeg4py.JPEG(np.frombuffer(data, np.uint8)).decode(pixfmt=pixel_format)

    version = metadata.version("jpeg4py")
    return Decoder(version, rgb=decode(jpeg4py.TJPF_RGB), gray=decode(jpeg4py.TJPF_GRAY))


def _tensorflow() -> Decoder:
    tensorflow = one_thread_of_tensorflow()
    io = tensorflow.io
    # As exact as the others; TensorFlow's own default is a faster transform that gives other pixels.
    exact = {"dct_method": "INTEGER_ACCURATE"}
    return Decoder(
        tensorflow.__version__,
        rgb=lambda data: io.decode_jpeg(data, channels=3, **exact).numpy(),
        gray=lambda data: io.decode_jpeg(data, channels=1, **exact).numpy(),
        eighth=lambda data: io.decode_jpeg(data, channels=3, ratio=8, **exact).numpy(),
        header=lambda data: io.extract_jpeg_shape(data).numpy(),
        region=lambda data, x, y, width, height: io.decode_and_crop_jpeg(
            data, (y, x, height, width), channels=3, **exact
        ).numpy(),
    )


def one_thread_of_tensorflow() -> Any:
    """TensorFlow without its pools."""
    tensorflow = import_module("tensorflow")
    tensorflow.config.threading.set_intra_op_parallelism_threads(1)
    tensorflow.config.threading.set_inter_op_parallelism_threads(1)
    return tensorflow


_DECODERS: dict[str, Callable[[], Decoder]] = {
    FASTAUG: _fastaug,
    SIMPLEJPEG: _simplejpeg,
    OPENCV: _opencv,
    PILLOW: _pillow,
    TORCHVISION: _torchvision,
    KORNIA: _kornia,
    IMAGEIO: _imageio,
    PYTURBOJPEG: _pyturbojpeg,
    JPEG4PY: _jpeg4py,
    TENSORFLOW: _tensorflow,
}
