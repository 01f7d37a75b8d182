"""Every transform by name, with arguments for those that need some: what the tests over the whole registry go through.

The tables are by argument, not by transform, so that a transform added later is covered as it is.
"""

from __future__ import annotations

from fastaug import _core
from fastaug.transforms.declare import REGISTRY

NAMES = sorted(_core.transform_names())

ARGUMENTS = {
    "height": 12,
    "width": 10,
    "size": (12, 10),
    "max_size": 24,
    "min_max_height": (6, 9),
    "px": (-2, 3),
    "mask_indices": (1, 2),
    "x_max": 9,
    "y_max": 8,
    "min_height": 40,
    "min_width": 44,
}
"""Values for arguments that have no default or one that is too large for small pictures, by the argument's name."""

TINY = {
    "height": 1,
    "width": 1,
    "size": (1, 1),
    "max_size": 2,
    "min_max_height": (1, 1),
    "px": (0, 1),
    "mask_indices": (0, 1),
    "x_max": 1,
    "y_max": 1,
    "min_height": 3,
    "min_width": 2,
}
"""The same for an image of one pixel."""


def default(name, table=ARGUMENTS, **arguments):
    """A transform by name that always runs."""
    kind = REGISTRY[name]
    given = {argument: value for argument, value in table.items() if argument in kind.fields}
    return kind(**{**given, **arguments, "p": 1.0})


def _variants():
    """Arguments that lead elsewhere than the defaults do."""
    fills = ("random", "random_uniform", "inpaint_telea", "inpaint_ns", (10, 200, 30))
    borders = ("replicate", "reflect", "wrap", "reflect101")
    yield from (("CoarseDropout", {"fill": fill, "fill_mask": 3}) for fill in fills)
    yield "CoarseDropout", {"num_holes_range": (0.02, 0.1)}
    yield "CoarseDropout", {"hole_height_range": (2, 5), "hole_width_range": (3, 4), "num_holes_range": (3, 5)}
    yield "ConstrainedCoarseDropout", {"fill": "random", "num_holes_range": (2, 3)}
    yield "GridDropout", {"unit_size_range": (0.05, 0.15), "fill": "random_uniform"}
    yield "GridDropout", {"holes_number_xy": (3, 4), "random_offset": False, "shift_xy": (1, 2), "fill_mask": 1}
    yield "XYMasking", {"num_masks_x": (1, 3), "mask_x_length": (1, 3), "num_masks_y": 2, "mask_y_length": (1, 2)}
    yield "Erasing", {"fill": "random", "fill_mask": 2}
    yield "PixelDropout", {"dropout_prob": 0.2, "per_channel": True, "drop_value": None}
    yield "PixelDropout", {"dropout_prob": 0.2, "drop_value": 7, "mask_drop_value": 1}
    yield "ChannelDropout", {"fill": 9}
    yield from (("Pad", {"padding": (1, 2, 3, 4), "border_mode": border}) for border in borders)
    yield "Pad", {"padding": 3, "fill": (1, 2, 3), "fill_mask": 4}
    yield "PadIfNeeded", {"min_height": None, "min_width": None, "pad_height_divisor": 16, "pad_width_divisor": 9}
    yield "PadIfNeeded", {"position": "random", "fill": 5}
    yield "RandomCrop", {"height": 30, "width": 70, "pad_if_needed": True, "border_mode": "reflect"}
    yield "CenterCrop", {"height": 60, "width": 70, "pad_if_needed": True, "pad_position": "random"}
    yield "Crop", {"x_max": 90, "y_max": 80, "pad_if_needed": True, "fill": 3}
    yield "CropAndPad", {"px": None, "percent": (-0.2, 0.2), "keep_size": False, "border_mode": "wrap"}
    yield "CropAndPad", {"px": None, "px_choices": [1, 3], "fill": 7}
    yield "CropAndPad", {"px": ((1, 3), (-2, 0), (1, 2), (0, 1)), "sample_independently": False}
    yield "LetterBox", {"size": (50, 50), "fill": 114, "position": "top_left"}
    for interpolation in ("nearest", "cubic", "area", "lanczos4", "linear_exact", "nearest_exact"):
        yield "Resize", {"height": 33, "width": 21, "interpolation": interpolation}
        yield "Resize", {"height": 90, "width": 101, "interpolation": interpolation}
    for interpolation in ("antialias", "antialias_cubic", "antialias_lanczos"):
        yield "Resize", {"height": 33, "width": 21, "interpolation": interpolation}
    yield "Resize", {"area_for_downscale": "image_mask"}
    yield "SmallestMaxSize", {"max_size": [20, 30]}
    yield "SmallestMaxSize", {"max_size": None, "max_size_hw": (20, 30)}
    yield "LongestMaxSize", {"max_size": None, "max_size_hw": (20, None)}
    yield "Affine", {"scale": (0.7, 1.4), "rotate": (-40, 40), "shear": (-10, 10), "translate_percent": (-0.1, 0.1)}
    yield "Affine", {"scale": {"x": (0.5, 1.5), "y": 1.1}, "keep_ratio": False, "translate_px": {"x": 3}, "fill": 9}
    yield "Affine", {"rotate": 30, "fit_output": True, "balanced_scale": True, "scale": (0.5, 2), "fill_mask": 4}
    yield from (("Affine", {"rotate": (-90, 90), "border_mode": border}) for border in borders)
    yield from (("Rotate", {"interpolation": interpolation}) for interpolation in ("nearest", "cubic", "lanczos4"))
    yield "Rotate", {"crop_border": True}
    yield "SafeRotate", {"border_mode": "reflect", "rotate_method": "ellipse"}
    yield "ShiftScaleRotate", {"shift_limit_x": 0.2, "shift_limit_y": (0.1, 0.1), "scale_limit": 0.4}
    yield "Perspective", {"fit_output": True, "scale": 0.2}
    yield "Perspective", {"keep_size": False, "border_mode": "replicate"}
    yield from (("D4", {"group_element": element}) for element in ("e", "r90", "r180", "r270", "v", "hvt", "h", "t"))
    yield "RandomRotate90", {"group_elements": ("r90", "r270")}
    yield "RandomBrightnessContrast", {"brightness_by_max": True, "ensure_safe_output": True}
    yield from (
        ("ToGray", {"method": method})
        for method in ("from_lab", "desaturation", "average", "max", "pca", "weighted_average")
    )
    yield "ToGray", {"num_output_channels": 1}
    yield "ChannelShuffle", {"channel_order": (2, 0, 1)}
    yield "Posterize", {"num_bits": [(1, 2), (3, 4), (5, 6)]}
    yield "Solarize", {"threshold_range": (0.2, 0.8)}
    yield "Equalize", {"mode": "pil", "by_channels": False}
    yield "CLAHE", {"tile_grid_size": (3, 5)}
    yield "AutoContrast", {"cutoff": 3, "method": "pil"}
    yield "AutoContrast", {"cutoff": 2, "ignore": 255}
    yield "GaussianBlur", {"blur_limit": (3, 7)}
    yield "MotionBlur", {"allow_shifted": False, "blur_limit": 15}
    yield "Sharpen", {"method": "gaussian"}
    yield "ChromaticAberration", {"mode": "random", "primary_distortion_limit": 0.5}
    yield "ImageCompression", {"quality_range": (5, 40)}
    yield "ImageCompression", {"quality_range": (5, 95), "compression_type": "webp"}
    yield "GaussNoise", {"per_channel": True, "mean_range": (-0.1, 0.1)}
    yield "GaussNoise", {"noise_scale_factor": 0.5}
    yield from (
        ("Normalize", {"normalization": way})
        for way in ("image", "image_per_channel", "min_max", "min_max_per_channel")
    )
    yield "Normalize", {"mean": 0.5, "std": 0.25, "max_pixel_value": None, "clip_range": (-1, 1)}
    yield "FromFloat", {"max_value": 100}
    yield "ToTensorV2", {"transpose_mask": True}


VARIANTS = [(name, arguments) for name, arguments in _variants() if name in NAMES]
"""Names and arguments beside the defaults."""

CASES = [(name, {}) for name in NAMES] + VARIANTS
"""Everything that the registry test goes through."""


def case_id(case):
    """A name for a test report."""
    name, arguments = case
    return "-".join([name, *(f"{key}={value}" for key, value in arguments.items())]).replace(" ", "")
