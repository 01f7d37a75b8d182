"""Transforms that change colours, pixel by pixel.

"The greatest value" is 255 for ``uint8`` images and 1 for ``float32`` ones; results are cut to the range in between.
"""

from __future__ import annotations

from typing import Any, Literal

from fastaug.errors import PolicyError, shown
from fastaug.transforms import kinds
from fastaug.transforms.declare import IMAGE_TARGETS, Transform, apply_probability, field
from fastaug.transforms.shared_fields import Number, Pair

GrayMethod = Literal["weighted_average", "from_lab", "desaturation", "average", "max", "pca"]
"""How a gray value is found."""
EqualizeMode = Literal["cv", "pil"]
"""Whose arithmetic equalizes."""
AutoContrastMethod = Literal["cdf", "pil"]
"""How values are stretched."""


class RandomBrightnessContrast(Transform, targets=IMAGE_TARGETS):
    """Changes contrast, then brightness: all values are multiplied by one number, and another is added.

    The factor is 1 plus a number from ``contrast_range``. What is added is a number from ``brightness_range`` times the
    image's mean, or times the greatest value with ``brightness_by_max``.

    Examples:
        >>> import fastaug as A
        >>> A.RandomBrightnessContrast(brightness_limit=0.3, p=1)
        RandomBrightnessContrast(brightness_range=(-0.3, 0.3), p=1.0)
    """

    brightness_range: float | Pair = field(
        kinds.Range(scalar=kinds.around_zero),
        default=(-0.2, 0.2),
        also="brightness_limit",
        doc="Range of the brightness, 0 for none; a number *b* means (−b, b).",
    )
    contrast_range: float | Pair = field(
        kinds.Range(scalar=kinds.around_zero),
        default=(-0.2, 0.2),
        also="contrast_limit",
        doc="Range of the contrast, 0 for none; a number *c* means (−c, c).",
    )
    brightness_by_max: bool = field(
        kinds.flag, default=False, doc="Measure brightness by the greatest value instead of the image's mean."
    )
    ensure_safe_output: bool = field(
        kinds.flag,
        default=False,
        also="ensure_safe_range",
        doc="Weaken both until no value would leave the range, instead of cutting.",
    )
    p: float = apply_probability(0.5)


class ColorJitter(Transform, targets=IMAGE_TARGETS):
    """Changes brightness, contrast, saturation and hue, in random order: torchvision's transform of this name.

    A factor of 1 leaves things as they are, 0 takes all of it away: black, plain gray, colourless. On gray images
    saturation and hue do nothing.

    Examples:
        >>> import fastaug as A
        >>> A.ColorJitter(brightness=0.2, hue=0.1, p=1)
        ColorJitter(hue_range=(-0.1, 0.1), p=1.0)
    """

    brightness_range: float | Pair = field(
        kinds.Range(scalar=kinds.around_one),
        default=(0.8, 1.2),
        also="brightness",
        doc="Range of the brightness factor; a number *b* means (1 − b, 1 + b).",
    )
    contrast_range: float | Pair = field(
        kinds.Range(scalar=kinds.around_one),
        default=(0.8, 1.2),
        also="contrast",
        doc="Range of the contrast factor, likewise.",
    )
    saturation_range: float | Pair = field(
        kinds.Range(scalar=kinds.around_one),
        default=(0.8, 1.2),
        also="saturation",
        doc="Range of the saturation factor, likewise.",
    )
    hue_range: float | Pair = field(
        kinds.Range(scalar=kinds.around_zero),
        default=(-0.5, 0.5),
        also="hue",
        doc="Range of the shift of hue, where 1 is all the way round; a number *h* means (−h, h).",
    )
    p: float = apply_probability(0.5)


class PhotoMetricDistort(Transform, targets=IMAGE_TARGETS):
    """Changes brightness, contrast, saturation and hue, each only sometimes: the distortion of the SSD detector.

    Contrast changes either before or after saturation and hue, each with the same probability.

    Examples:
        >>> import fastaug as A
        >>> A.PhotoMetricDistort(hue_range=(-0.03, 0.03), p=1)
        PhotoMetricDistort(hue_range=(-0.03, 0.03), p=1.0)
    """

    brightness_range: float | Pair = field(
        kinds.Range(scalar=kinds.around_one),
        default=(0.875, 1.125),
        also="brightness",
        doc="Range of the brightness factor; a number *b* means (1 − b, 1 + b).",
    )
    contrast_range: float | Pair = field(
        kinds.Range(scalar=kinds.around_one),
        default=(0.5, 1.5),
        also="contrast",
        doc="Range of the contrast factor, likewise.",
    )
    saturation_range: float | Pair = field(
        kinds.Range(scalar=kinds.around_one),
        default=(0.5, 1.5),
        also="saturation",
        doc="Range of the saturation factor, likewise.",
    )
    hue_range: float | Pair = field(
        kinds.Range(scalar=kinds.around_zero),
        default=(-0.05, 0.05),
        also="hue",
        doc="Range of the shift of hue, where 1 is all the way round; a number *h* means (−h, h).",
    )
    distort_p: float = field(kinds.probability, default=0.5, doc="Probability of each of the four steps.")
    p: float = apply_probability(0.5)


class RandomGamma(Transform, targets=IMAGE_TARGETS):
    """Raises all values, as shares of the greatest, to a power.

    Exponents below 1 (ranges below 100) make the image brighter, above 1 darker; black and white stay.

    Examples:
        >>> import fastaug as A
        >>> A.RandomGamma(gamma_limit=(60, 140), p=1)
        RandomGamma(gamma_range=(60, 140), p=1.0)
    """

    gamma_range: float | Pair = field(
        kinds.Range(scalar=kinds.from_low(1)),
        default=(80, 120),
        also="gamma_limit",
        doc="Range of a hundred times the exponent; a number *g* means (1, g).",
    )
    p: float = apply_probability(0.5)


class HueSaturationValue(Transform, targets=IMAGE_TARGETS):
    """Shifts hue, saturation and value, in the HSV colour space.

    Examples:
        >>> import fastaug as A
        >>> A.HueSaturationValue(hue_shift_limit=10, p=1)
        HueSaturationValue(hue_shift_range=(-10, 10), p=1.0)
    """

    hue_shift_range: float | Pair = field(
        kinds.Range(scalar=kinds.around_zero),
        default=(-20, 20),
        also="hue_shift_limit",
        doc="Range of the shift of hue, where 180 is all the way round; a number *h* means (−h, h).",
    )
    sat_shift_range: float | Pair = field(
        kinds.Range(scalar=kinds.around_zero),
        default=(-30, 30),
        also="sat_shift_limit",
        doc="Range of the shift of saturation (0…255), likewise.",
    )
    val_shift_range: float | Pair = field(
        kinds.Range(scalar=kinds.around_zero),
        default=(-20, 20),
        also="val_shift_limit",
        doc="Range of the shift of value (0…255), likewise.",
    )
    p: float = apply_probability(0.5)


def _shift(channel: str) -> Any:
    return field(
        kinds.Range(scalar=kinds.around_zero),
        default=(-20, 20),
        also=f"{channel}_shift_limit",
        doc="Range of what is added, in the image's own units (0…255, or 0…1); a number *s* means (−s, s).",
    )


class RGBShift(Transform, targets=IMAGE_TARGETS):
    """Adds a random amount to each of the three channels.

    Examples:
        >>> import fastaug as A
        >>> A.RGBShift(10, 10, 10, p=1)
        RGBShift(r_shift_range=(-10, 10), g_shift_range=(-10, 10), b_shift_range=(-10, 10), p=1.0)
    """

    r_shift_range: float | Pair = _shift("r")
    g_shift_range: float | Pair = _shift("g")
    b_shift_range: float | Pair = _shift("b")
    p: float = apply_probability(0.5)


class ToGray(Transform, targets=IMAGE_TARGETS):
    """Makes the image gray.

    ``weighted_average`` weighs red, green and blue as the eye does (0.299, 0.587, 0.114), ``from_lab`` takes the
    lightness of L*a*b*, ``desaturation`` the middle between the greatest and the least channel, ``average`` their mean,
    ``max`` the greatest, and ``pca`` the first principal component of the image's colours.

    Examples:
        >>> import fastaug as A
        >>> A.ToGray(num_output_channels=1, p=1)
        ToGray(num_output_channels=1, p=1.0)
    """

    num_output_channels: int = field(kinds.whole, default=3, doc="Channels of the result, all alike.")
    method: GrayMethod = field(kinds.word(GrayMethod), default="weighted_average", doc="How the gray value is found.")
    p: float = apply_probability(0.5)


class ToSepia(Transform, targets=IMAGE_TARGETS):
    """Makes the image brown, like an old photograph: each channel becomes a fixed mixture of all three.

    Examples:
        >>> import fastaug as A
        >>> A.ToSepia(p=1)
        ToSepia(p=1.0)
    """

    p: float = apply_probability(0.5)


class ChannelShuffle(Transform, targets=IMAGE_TARGETS):
    """Puts the channels into a random order, or a given one.

    Examples:
        >>> import fastaug as A
        >>> A.ChannelShuffle(channel_order=(2, 1, 0), p=1)  # RGB to BGR
        ChannelShuffle(channel_order=(2, 1, 0), p=1.0)
    """

    channel_order: tuple[int, ...] | list[int] | None = field(
        kinds.optional(kinds.several(kinds.whole)),
        default=None,
        kw_only=True,
        doc="This order always, instead of a random one: where each channel comes from.",
    )
    p: float = apply_probability(0.5)


class InvertImg(Transform, targets=IMAGE_TARGETS):
    """Takes all values from the greatest: a negative.

    Examples:
        >>> import numpy as np, fastaug as A
        >>> A.InvertImg(p=1)(image=np.array([[0, 100, 255]], np.uint8))["image"]
        array([[255, 155,   0]], dtype=uint8)
    """

    p: float = apply_probability(0.5)


def _bits(owner: str, name: str, value: Any) -> Any:
    """A range of bits, or one for each channel."""
    value = kinds.nested(2, kinds.whole)(owner, name, value)
    if isinstance(value, int):
        return (value, value)
    if len(value) == 2 and all(isinstance(entry, int) for entry in value):
        return kinds.Range(kinds.whole)(owner, name, value)
    return tuple(kinds.Range(kinds.whole, kinds.exactly)(owner, name, entry) for entry in value)


class Posterize(Transform, targets=IMAGE_TARGETS):
    """Keeps only the highest bits of each value, so that fewer shades are left.

    Examples:
        >>> import fastaug as A
        >>> A.Posterize(num_bits=(2, 5), p=1)
        Posterize(num_bits=(2, 5), p=1.0)
    """

    num_bits: int | Pair | tuple[Pair | int, ...] | list[Pair] = field(
        _bits,
        default=(4, 4),
        doc="Range of the number of bits that are kept, of 8; a number is exact. From a list, one for each channel.",
    )
    p: float = apply_probability(0.5)


class Solarize(
    Transform,
    targets=IMAGE_TARGETS,
    gone={
        "threshold": "write threshold_range, a share of the greatest value: 128 of 255 is threshold_range=(0.5, 0.5)"
    },
):
    """Inverts all values of at least a threshold.

    Examples:
        >>> import fastaug as A
        >>> A.Solarize(threshold_range=(0.3, 0.7), p=1)
        Solarize(threshold_range=(0.3, 0.7), p=1.0)
    """

    threshold_range: float | Pair = field(
        kinds.Range(scalar=kinds.exactly),
        default=(0.5, 0.5),
        doc="Range of the threshold as a share of the greatest value. A number is that threshold.",
    )
    p: float = apply_probability(0.5)


def _no_mask(owner: str, name: str, value: Any) -> Any:
    raise PolicyError(
        f"{owner}.{name}: only None is supported, values are counted over the whole image; got {shown(value)}"
    )


def _no_mask_params(owner: str, name: str, value: Any) -> tuple[str, ...]:
    if value is not None and not (isinstance(value, (list, tuple)) and not value):
        raise PolicyError(f"{owner}.{name}: must be empty, since mask is None; got {shown(value)}")
    return ()


class Equalize(Transform, targets=IMAGE_TARGETS):
    """Spreads the values over the whole range, so that each part of it is used about equally often.

    Examples:
        >>> import fastaug as A
        >>> A.Equalize(mode="pil", p=1)
        Equalize(mode='pil', p=1.0)
    """

    mode: EqualizeMode = field(kinds.word(EqualizeMode), default="cv", doc="OpenCV's arithmetic or Pillow's.")
    by_channels: bool = field(
        kinds.flag, default=True, doc="Each channel by itself; without it, brightness only, which keeps colours."
    )
    mask: None = field(
        kinds.optional(_no_mask), default=None, doc="``None`` only: values are counted over the whole image."
    )
    mask_params: tuple[str, ...] | list[str] = field(
        _no_mask_params, default=(), doc="Empty only, since there is no ``mask``."
    )
    p: float = apply_probability(0.5)


class CLAHE(Transform, targets=IMAGE_TARGETS):
    """Equalizes brightness tile by tile, with a limit to how much contrast may grow.

    Contrast limited adaptive histogram equalization: details appear in dark and bright corners alike, and the limit
    keeps noise in flat areas down. Colours keep their hue.

    Examples:
        >>> import fastaug as A
        >>> A.CLAHE(clip_limit=2, p=1)
        CLAHE(clip_range=(1, 2), p=1.0)
    """

    clip_range: float | Pair = field(
        kinds.Range(scalar=kinds.from_low(1)),
        default=(1.0, 4.0),
        also="clip_limit",
        doc="Range of the limit, 1 for hardly any change; a number *c* means (1, c).",
    )
    tile_grid_size: tuple[int, int] | list[int] = field(
        kinds.pair(kinds.whole), default=(8, 8), doc="Number of tiles across and down; one number for both."
    )
    p: float = apply_probability(0.5)


class AutoContrast(Transform, targets=IMAGE_TARGETS):
    """Stretches the values of each channel to the whole range.

    Examples:
        >>> import fastaug as A
        >>> A.AutoContrast(cutoff=2, p=1)
        AutoContrast(cutoff=2, p=1.0)
    """

    cutoff: Number = field(
        kinds.number,
        default=0,
        doc="Percent of the values to leave out at either end, before looking for the least and the greatest.",
    )
    ignore: int | None = field(
        kinds.optional(kinds.whole), default=None, doc="A value that is not counted, such as a background."
    )
    method: AutoContrastMethod = field(
        kinds.word(AutoContrastMethod),
        default="cdf",
        doc="``cdf`` takes the ends from the cumulated histogram, ``pil`` is Pillow's ``ImageOps.autocontrast``.",
    )
    p: float = apply_probability(0.5)
