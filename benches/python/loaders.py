"""From encoded JPEG to what a network takes: RandomResizedCrop 224, HorizontalFlip, Normalize, float32 with channels first.

One by one in the libraries that augment single images; in batches in those that load data. Everybody draws from the same
distributions, bilinearly; random generators are set back before each round. Pillow's resampling is the only one that
averages when it shrinks, since it has no other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module, metadata
from importlib.util import find_spec
from io import BytesIO
from typing import Any

import numpy as np

import decoders
import fastaug
import policies
import timing
from policies import AREA, MEAN, RATIO, SEED, SIDE, STD

ALBUMENTATIONSX = "AlbumentationsX"
WITH_OPENCV = "AlbumentationsX, OpenCV"
WITH_TORCHVISION = "torchvision"
WITH_PILLOW = "Pillow, torchvision"
TF_DATA = "tf.data"
DALI = "DALI"


@dataclass(frozen=True)
class Loader:
    """One way: ``run`` handles all files once, ``before`` sets its generator back, ``give`` makes its first results."""

    run: timing.Run
    before: timing.Run
    give: Callable[[], Any]
    versions: dict[str, str]


Loaders = dict[str, Loader]


def one_by_one(files: Sequence[bytes]) -> tuple[Loaders, dict[str, str]]:
    """A file at a time; the libraries that are there, and why the others are not."""
    return _those_there(
        {
            decoders.FASTAUG: _fastaug,
            WITH_OPENCV: _albumentationsx,
            WITH_TORCHVISION: _torchvision,
            WITH_PILLOW: _pillow,
        },
        files,
    )


def in_batches(files: Sequence[bytes]) -> tuple[Loaders, dict[str, str]]:
    """All files as one batch."""
    return _those_there({decoders.FASTAUG: _fastaug_batch, TF_DATA: _tf_data, DALI: _dali}, files)


def _those_there(
    ways: dict[str, Callable[[Sequence[bytes]], Loader]], files: Sequence[bytes]
) -> tuple[Loaders, dict[str, str]]:
    found, missing = {}, {}
    for name, make in ways.items():
        try:
            loader = make(files)
        except (ImportError, OSError, RuntimeError) as error:
            missing[name] = decoders.first_line(error)
            continue
        loader.before()
        first = loader.give()
        if tuple(first.shape[-3:]) != (3, SIDE, SIDE) or str(first.dtype).removeprefix("torch.") != "float32":
            raise SystemExit(f"{name} makes {first.dtype} of {tuple(first.shape)}")
        found[name] = loader
    return found, missing


def _for_each(files: Sequence[bytes], make: Callable[[bytes], Any], **further: Any) -> Loader:
    def run() -> None:
        for data in files:
            make(data)

    return Loader(run, give=lambda: make(files[0]), **further)


def _nothing() -> None:
    """Nothing has to be set back."""


# -- one by one ------------------------------------------------------------------------------------------------------


def _policy(library: Any, *ending: Any) -> Any:
    return policies.compose(library, [*policies.imagenet(library), *ending])


def with_index(files: Sequence[bytes], index: fastaug.SeekIndex) -> Loader:
    """A file at a time in fastaug, whose places are known."""
    return _fastaug(files, index)


def _fastaug(files: Sequence[bytes], seek_index: fastaug.SeekIndex | None = None) -> Loader:
    to_tensor = find_spec("torch") is not None
    policy = _policy(fastaug, *[fastaug.ToTensorV2()] * to_tensor)

    def make(index: int) -> Any:
        image = policy(image=files[index], index=index, seek_index=seek_index)["image"]
        return image if to_tensor else np.ascontiguousarray(image.transpose(2, 0, 1))

    def run() -> None:
        for index in range(len(files)):
            make(index)

    return Loader(run, before=_nothing, give=lambda: make(0), versions={})


def _albumentationsx(files: Sequence[bytes]) -> Loader:
    albumentations, cv2 = import_module("albumentations"), import_module("cv2")
    cv2.setNumThreads(1)
    policy = _policy(albumentations)

    def make(data: bytes) -> Any:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
        # Faster than its ToTensorV2 with a contiguous copy after it.
        return np.ascontiguousarray(policy(image=image)["image"].transpose(2, 0, 1))

    versions = {ALBUMENTATIONSX: albumentations.__version__, decoders.OPENCV: cv2.__version__}
    return _for_each(files, make, before=lambda: policy.set_random_seed(SEED), versions=versions)


def _v2(first: Sequence[Any], antialias: bool) -> Any:
    torch, v2 = import_module("torch"), import_module("torchvision.transforms.v2")
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    crop = v2.RandomResizedCrop(SIDE, scale=AREA, ratio=RATIO, antialias=antialias)
    to_float = [v2.ToDtype(torch.float32, scale=True), v2.Normalize(list(MEAN), list(STD), inplace=True)]
    return v2.Compose([crop, v2.RandomHorizontalFlip(0.5), *first, *to_float])


def _torch_versions() -> dict[str, str]:
    return {name: metadata.version(name) for name in ("torchvision", "torch")}


def _torchvision(files: Sequence[bytes]) -> Loader:
    torch, io = import_module("torch"), import_module("torchvision.io")
    composed = _v2([], antialias=False)

    def make(data: bytes) -> Any:
        image = io.decode_jpeg(torch.frombuffer(data, dtype=torch.uint8), mode=io.ImageReadMode.RGB)
        return composed(image).contiguous()

    return _for_each(files, make, before=lambda: torch.manual_seed(SEED), versions=_torch_versions())


def _pillow(files: Sequence[bytes]) -> Loader:
    image = import_module("PIL.Image")
    torch, v2 = import_module("torch"), import_module("torchvision.transforms.v2")
    composed = _v2([v2.PILToTensor()], antialias=True)

    def make(data: bytes) -> Any:
        picture = image.open(BytesIO(data))
        return composed(picture if picture.mode == "RGB" else picture.convert("RGB")).contiguous()

    versions = {decoders.PILLOW: metadata.version("pillow"), **_torch_versions()}
    return _for_each(files, make, before=lambda: torch.manual_seed(SEED), versions=versions)


# -- in batches ------------------------------------------------------------------------------------------------------


def _fastaug_batch(files: Sequence[bytes]) -> Loader:
    policy = _policy(fastaug)

    def run() -> Any:
        return policy.batch(files, indices=range(len(files)), threads=1)["image"]

    return Loader(run, before=_nothing, give=run, versions={})


def _tf_data(files: Sequence[bytes]) -> Loader:
    tf = decoders.one_thread_of_tensorflow()
    mean, std = tf.constant(MEAN) * 255, tf.constant(STD) * 255
    no_boxes = tf.zeros((1, 0, 4))

    def make(data: Any) -> Any:
        begin, size, _ = tf.image.sample_distorted_bounding_box(
            tf.io.extract_jpeg_shape(data),
            no_boxes,
            seed=SEED,
            min_object_covered=0.0,
            aspect_ratio_range=RATIO,
            area_range=AREA,
            max_attempts=10,
            use_image_if_no_bounding_boxes=True,
        )
        # With TensorFlow's own, faster decoding.
        image = tf.io.decode_and_crop_jpeg(data, tf.concat([begin[:2], size[:2]], 0), channels=3)
        image = tf.image.random_flip_left_right(tf.image.resize(image, (SIDE, SIDE)), seed=SEED)
        return tf.transpose((image - mean) / std, (2, 0, 1))

    options = tf.data.Options()
    options.threading.private_threadpool_size = 1
    options.threading.max_intra_op_parallelism = 1
    options.autotune.enabled = False
    each = tf.autograph.experimental.do_not_convert(make)
    batches = tf.data.Dataset.from_tensor_slices(list(files)).map(each).batch(len(files)).with_options(options)

    def run() -> Any:
        return next(iter(batches)).numpy()

    return Loader(run, before=_nothing, give=run, versions={decoders.TENSORFLOW: tf.__version__})


def _dali(files: Sequence[bytes]) -> Loader:
    dali, fn = import_module("nvidia.dali"), import_module("nvidia.dali.fn")
    types = dali.types
    arrays = [np.frombuffer(data, np.uint8) for data in files]
    # Nothing is made ahead of time: one thread works, and the caller waits for it.
    pipeline = dali.Pipeline(
        batch_size=len(files),
        num_threads=1,
        device_id=None,
        seed=SEED,
        exec_async=False,
        exec_pipelined=False,
        prefetch_queue_depth=1,
    )
    with pipeline:
        encoded = fn.external_source(name="files", dtype=types.UINT8, ndim=1)
        cropped = fn.decoders.image_random_crop(
            encoded, device="cpu", random_area=list(AREA), random_aspect_ratio=list(RATIO), num_attempts=10
        )
        small = fn.resize(cropped, size=(SIDE, SIDE), interp_type=types.INTERP_LINEAR, antialias=False)
        tensor = fn.crop_mirror_normalize(
            small,
            dtype=types.FLOAT,
            output_layout="CHW",
            mean=[255 * value for value in MEAN],
            std=[255 * value for value in STD],
            mirror=fn.random.coin_flip(),
        )
        pipeline.set_outputs(tensor)
    pipeline.build()

    def run() -> Any:
        pipeline.feed_input("files", arrays)
        return pipeline.run()[0].as_array()

    return Loader(run, before=_nothing, give=run, versions={DALI: dali.__version__})
