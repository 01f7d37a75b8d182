"""Image augmentation at the speed of the machine.

    import fastaug as A

    policy = A.Compose([A.RandomResizedCrop(size=(224, 224)), A.HorizontalFlip(), A.Normalize()], seed=0)
    batch = policy.batch(paths, indices=range(64), epoch=0)["image"]  # float32, 64 × 3 × 224 × 224

Names and meanings are those of Albumentations, in both of its dialects. Nothing but numpy is needed to run it.
"""

from fastaug import constants, sources
from fastaug._core import (
    SeekIndex,
    __version__,
    decode_info,
    decode_planes,
    get_num_threads,
    imdecode,
    imencode,
    imread,
    simd_level,
)
from fastaug.composition import (
    BboxParams,
    Compose,
    KeypointParams,
    OneOf,
    OneOrOther,
    RandomOrder,
    ReplayCompose,
    SelectiveChannelTransform,
    Sequential,
    SomeOf,
    from_dict,
    load,
    save,
    to_dict,
)
from fastaug.composition.threads import set_num_threads
from fastaug.errors import DecodeError, PolicyError, SampleError, ShapeError, SourceError, TargetError
from fastaug.indexing import build_index, check_index
from fastaug.loading import Balanced, Batch, Loader, Weighted
from fastaug.transforms import *
from fastaug.transforms import __all__ as _transforms

__all__ = [
    "Balanced",
    "Batch",
    "BboxParams",
    "Compose",
    "DecodeError",
    "KeypointParams",
    "Loader",
    "OneOf",
    "OneOrOther",
    "PolicyError",
    "RandomOrder",
    "ReplayCompose",
    "SampleError",
    "SeekIndex",
    "SelectiveChannelTransform",
    "Sequential",
    "ShapeError",
    "SomeOf",
    "SourceError",
    "TargetError",
    "Weighted",
    "__version__",
    "build_index",
    "check_index",
    "constants",
    "decode_info",
    "decode_planes",
    "from_dict",
    "get_num_threads",
    "imdecode",
    "imencode",
    "imread",
    "load",
    "save",
    "set_num_threads",
    "simd_level",
    "sources",
    "to_dict",
    *_transforms,
]
