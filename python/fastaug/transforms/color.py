"""Transforms that change colours, pixel by pixel."""

from __future__ import annotations

from typing import Any

from fastaug.errors import PolicyError
from fastaug.transforms import kinds
from fastaug.transforms.declare import IMAGE_TARGETS, Transform, apply_probability, field
from fastaug.transforms.shared_fields import Number, Pair


class RandomBrightnessContrast(Transform, targets=IMAGE_TARGETS):
    """Multiplies and shifts all values.

    Examples:
        >>> import fastaug as A
        >>> A.RandomBrightnessContrast(brightness_limit=0.3, p=1)
        RandomBrightnessContrast(brightness_range=(-0.3, 0.3), p=1.0)
    """

    brightness_range: float | Pair = field(
        kinds.Range(scalar=kinds.around_zero),
        default=(-0.2, 0.2),
        alias="brightness_limit",
        doc="Range of the shift; a number *b* means (−b, b).",
    )
    contrast_range: float | Pair = field(
        kinds.Range(scalar=kinds.around_zero),
        default=(-0.2, 0.2),
        alias="contrast_limit",
        doc="What is added to a factor of 1; a number *c* means (−c, c).",
    )
    brightness_by_max: bool = field(
        kinds.flag, default=False, doc="Shift by a share of the greatest value instead of the image's mean."
    )
    ensure_safe_output: bool = field(
        kinds.flag,
        default=False,
        alias="ensure_safe_range",
        doc="Weaken factor and shift so that no value leaves the range.",
    )
    p: float = apply_probability(0.5)


class ColorJitter(Transform, targets=IMAGE_TARGETS):
    """Changes brightness, contrast, saturation and hue in random order.

    Examples:
        >>> import fastaug as A
        >>> A.ColorJitter(brightness=0.2, hue=0.1, p=1)
        ColorJitter(hue_range=(-0.1, 0.1), p=1.0)
    """

    brightness_range: float | Pair = field(
        kinds.Range(scalar=kinds.around_one),
        default=(0.8, 1.2),
        alias="brightness",
        doc="Range of the brightness factor; a number *b* means (1 − b, 1 + b).",
    )
    contrast_range: float | Pair = field(
        kinds.Range(scalar=kinds.around_one),
        default=(0.8, 1.2),
        alias="contrast",
        doc="Range of the contrast factor, likewise.",
    )
    saturation_range: float | Pair = field(
        kinds.Range(scalar=kinds.around_one),
        default=(0.8, 1.2),
        alias="saturation",
        doc="Range of the saturation factor, likewise.",
    )
    hue_range: float | Pair = field(
        kinds.Range(scalar=kinds.around_zero),
        default=(-0.5, 0.5),
        alias="hue",
        doc="Range of the shift of hue, where 1 is all the way round; a number *h* means (−h, h).",
    )
    p: float = apply_probability(0.5)


class PhotoMetricDistort(Transform, targets=IMAGE_TARGETS):
    """Changes brightness, contrast, saturation and hue, each only sometimes: the distortion of the SSD detector.

    Examples:
        >>> import fastaug as A
        >>> A.PhotoMetricDistort(hue_range=(-0.03, 0.03), p=1)
        PhotoMetricDistort(hue_range=(-0.03, 0.03), p=1.0)
    """

    brightness_range: Pair = field(
        kinds.Range(scalar=kinds.around_one),
        default=(0.875, 1.125),
        alias="brightness",
        doc="Range of the brightness factor.",
    )
    contrast_range: Pair = field(
        kinds.Range(scalar=kinds.around_one), default=(0.5, 1.5), alias="contrast", doc="Range of the contrast factor."
    )
    saturation_range: Pair = field(
        kinds.Range(scalar=kinds.around_one),
        default=(0.5, 1.5),
        alias="saturation",
        doc="Range of the saturation factor.",
    )
    hue_range: Pair = field(
        kinds.Range(scalar=kinds.around_zero),
        default=(-0.05, 0.05),
        alias="hue",
        doc="Range of the shift of hue; 1 is all the way round.",
    )
    distort_p: float = field(kinds.probability, default=0.5, doc="Probability of each of the steps.")
    p: float = apply_probability(0.5)


class RandomGamma(Transform, targets=IMAGE_TARGETS):
    """Raises all values to a power.

    Examples:
        >>> import fastaug as A
        >>> A.RandomGamma(gamma_limit=(60, 140), p=1)
        RandomGamma(gamma_range=(60, 140), p=1.0)
    """

    gamma_range: float | Pair = field(
        kinds.Range(scalar=kinds.from_low(1)),
        default=(80, 120),
        alias="gamma_limit",
        doc="Range of a hundred times the exponent; a number *g* means (1, g).",
    )
    p: float = apply_probability(0.5)


class HueSaturationValue(Transform, targets=IMAGE_TARGETS):
    """Shifts hue, saturation and value.

    Examples:
        >>> import fastaug as A
        >>> A.HueSaturationValue(hue_shift_limit=10, p=1)
        HueSaturationValue(hue_shift_range=(-10, 10), p=1.0)
    """

    hue_shift_range: float | Pair = field(
        kinds.Range(scalar=kinds.around_zero),
        default=(-20, 20),
        alias="hue_shift_limit",
        doc="Range of the shift of hue, where 180 is all the way round; a number *h* means (−h, h).",
    )
    sat_shift_range: float | Pair = field(
        kinds.Range(scalar=kinds.around_zero),
        default=(-30, 30),
        alias="sat_shift_limit",
        doc="Range of the shift of saturation (0…255), likewise.",
    )
    val_shift_range: float | Pair = field(
        kinds.Range(scalar=kinds.around_zero),
        default=(-20, 20),
        alias="val_shift_limit",
        doc="Range of the shift of value (0…255), likewise.",
    )
    p: float = apply_probability(0.5)


def _shift(channel: str) -> Any:
    return field(
        kinds.Range(scalar=kinds.around_zero),
        default=(-20, 20),
        alias=f"{channel}_shift_limit",
        doc="Range of the shift, in values (0…255, or 0…1 for float images); a number *s* means (−s, s).",
    )


class RGBShift(Transform, targets=IMAGE_TARGETS):
    """Shifts each channel by a random amount.

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

    Examples:
        >>> import fastaug as A
        >>> A.ToGray(num_output_channels=1, p=1)
        ToGray(num_output_channels=1, p=1.0)
    """

    num_output_channels: int = field(kinds.whole, default=3, doc="Channels of the result, all alike.")
    method: str = field(
        kinds.choice("weighted_average", "from_lab", "desaturation", "average", "max", "pca"),
        default="weighted_average",
        doc="How the gray value is found: weighted_average, from_lab, desaturation, average, max or pca.",
    )
    p: float = apply_probability(0.5)


class ToSepia(Transform, targets=IMAGE_TARGETS):
    """Makes the image brownish, like an old photograph.

    Examples:
        >>> import fastaug as A
        >>> A.ToSepia(p=1)
        ToSepia(p=1.0)
    """

    p: float = apply_probability(0.5)


class ChannelShuffle(Transform, targets=IMAGE_TARGETS):
    """Puts the channels into another order.

    Examples:
        >>> import fastaug as A
        >>> A.ChannelShuffle(p=1)
        ChannelShuffle(p=1.0)
    """

    channel_order: tuple[int, ...] | list[int] | None = field(
        kinds.optional(kinds.numbers(kinds.whole)), default=None, doc="This order always, instead of a random one."
    )
    p: float = apply_probability(0.5)


class InvertImg(Transform, targets=IMAGE_TARGETS):
    """Turns light into dark.

    Examples:
        >>> import fastaug as A
        >>> A.InvertImg(p=1)
        InvertImg(p=1.0)
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
    """Keeps only the highest bits of each value.

    Examples:
        >>> import fastaug as A
        >>> A.Posterize(num_bits=(2, 5), p=1)
        Posterize(num_bits=(2, 5), p=1.0)
    """

    num_bits: Any = field(
        _bits,
        default=(4, 4),
        doc="Range of the number of bits that are kept, 1 to 7; a number is that many; a list of pairs is one per channel.",
    )
    p: float = apply_probability(0.5)


class Solarize(Transform, targets=IMAGE_TARGETS):
    """Inverts all values from a threshold on.

    Examples:
        >>> import fastaug as A
        >>> A.Solarize(threshold_range=(0.3, 0.7), p=1)
        Solarize(threshold_range=(0.3, 0.7), p=1.0)
    """

    threshold_range: float | Pair = field(
        kinds.Range(scalar=kinds.exactly),
        default=(0.5, 0.5),
        doc="Range of the threshold as a share of the greatest value.",
    )
    p: float = apply_probability(0.5)


class Equalize(Transform, targets=IMAGE_TARGETS):
    """Spreads the values evenly over the whole range.

    Examples:
        >>> import fastaug as A
        >>> A.Equalize(mode="pil", p=1)
        Equalize(mode='pil', p=1.0)
    """

    mode: str = field(kinds.choice("cv", "pil"), default="cv", doc="OpenCV's or Pillow's way.")
    by_channels: bool = field(kinds.flag, default=True, doc="Each channel by itself, or brightness only.")
    mask: None = field(
        kinds.optional(lambda owner, name, value: _no_mask(owner, name, value)),
        default=None,
        doc="Accepted as ``None`` only: values are counted over the whole image.",
    )
    mask_params: tuple[str, ...] | list[str] = field(
        lambda owner, name, value: _no_mask_params(owner, name, value),
        default=(),
        doc="Accepted empty only, with ``mask``.",
    )
    p: float = apply_probability(0.5)


def _no_mask(owner: str, name: str, value: Any) -> Any:
    raise PolicyError(f"{owner}.{name}: only None is supported, values are counted over the whole image; got {value!r}")


def _no_mask_params(owner: str, name: str, value: Any) -> tuple[str, ...]:
    if len(value):
        raise PolicyError(f"{owner}.{name}: must be empty, since mask is None; got {value!r}")
    return ()


class CLAHE(Transform, targets=IMAGE_TARGETS):
    """Equalizes brightness in tiles, with a limit to contrast.

    Examples:
        >>> import fastaug as A
        >>> A.CLAHE(clip_limit=2, p=1)
        CLAHE(clip_range=(1, 2), p=1.0)
    """

    clip_range: float | Pair = field(
        kinds.Range(scalar=kinds.from_low(1)),
        default=(1.0, 4.0),
        alias="clip_limit",
        doc="Range of the limit to contrast; a number *c* means (1, c).",
    )
    tile_grid_size: tuple[int, int] | list[int] = field(
        kinds.pair(kinds.whole), default=(8, 8), doc="Tiles down and across."
    )
    p: float = apply_probability(0.5)


class AutoContrast(Transform, targets=IMAGE_TARGETS):
    """Stretches the values to the whole range.

    Examples:
        >>> import fastaug as A
        >>> A.AutoContrast(cutoff=2, p=1)
        AutoContrast(cutoff=2, p=1.0)
    """

    cutoff: Number = field(kinds.number, default=0, doc="Percent of the values to ignore at either end.")
    ignore: int | None = field(kinds.optional(kinds.whole), default=None, doc="A value that is not counted.")
    method: str = field(kinds.choice("cdf", "pil"), default="cdf", doc="By the cumulated histogram, or Pillow's way.")
    p: float = apply_probability(0.5)
