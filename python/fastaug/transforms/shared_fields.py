"""Arguments that many transforms share, declared once."""

from __future__ import annotations

from typing import Any

from fastaug.transforms import kinds
from fastaug.transforms.choices import BORDERS, INTERPOLATIONS
from fastaug.transforms.declare import field

Number = int | float
"""What a number may be given as."""
Pair = tuple[float, float] | list[float]
"""A range or two numbers."""
Fill = Number | tuple[Number, ...] | list[Number]
"""A colour."""

RANDOM_FILLS = ("random", "random_uniform", "inpaint_telea", "inpaint_ns")
_POSITIONS = ("center", "top_left", "top_right", "bottom_left", "bottom_right", "random")


def interpolation() -> Any:
    """How values between pixels of the image are found."""
    return field(
        kinds.one_of(INTERPOLATIONS),
        default="linear",
        doc="How values between pixels are found, by name or by OpenCV's number; the ``antialias`` names are Pillow's.",
    )


def mask_interpolation() -> Any:
    """How values between pixels of masks are found."""
    return field(kinds.one_of(INTERPOLATIONS), default="nearest", doc="The same for masks.")


def area_for_downscale() -> Any:
    """Whether shrinking takes the mean over areas."""
    return field(
        kinds.optional(kinds.choice("image", "image_mask")),
        default=None,
        doc='Take the mean over areas when shrinking: ``"image"`` for images, ``"image_mask"`` for masks too.',
    )


def border_mode() -> Any:
    """What stands outside the image."""
    return field(
        kinds.one_of(BORDERS),
        default="constant",
        alias="pad_mode",
        doc="What stands outside the image, by name or by OpenCV's number.",
    )


def fill(
    *words: str, default: Any = 0, doc: str = "Colour of a constant border, one number or one per channel."
) -> Any:
    """A colour of the image."""
    return field(kinds.fill(*words), default=default, alias=("value", "fill_value"), doc=doc)


def fill_mask(default: Any = 0, doc: str = "Label of a constant border in masks.") -> Any:
    """A label of masks."""
    return field(kinds.optional(kinds.fill()), default=default, alias=("mask_value", "mask_fill_value"), doc=doc)


def border_fill_mask() -> Any:
    """The label of a constant border in masks."""
    return field(
        lambda owner, name, value: 0 if value is None else kinds.fill()(owner, name, value),
        default=0,
        alias=("mask_value", "mask_fill_value"),
        doc="Label of a constant border in masks.",
    )


def hole_fill() -> Any:
    """What erased pixels become."""
    return fill(
        *RANDOM_FILLS,
        doc=(
            "What erased pixels become: a number, one per channel, ``'random'`` (noise), ``'random_uniform'`` (one random"
            " colour per hole), ``'inpaint_telea'`` or ``'inpaint_ns'`` (continued from around)."
        ),
    )


def hole_fill_mask() -> Any:
    """What erased labels become."""
    return fill_mask(None, "What erased pixels of masks become; ``None`` leaves masks alone.")


def pad_if_needed() -> Any:
    """Whether smaller images are padded."""
    return field(kinds.flag, default=False, doc="Pad images that are too small, instead of refusing them.")


def position(name: str = "Where the image lies on the larger canvas.") -> Any:
    """Where an image lies on a larger canvas."""
    return field(
        kinds.choice(*_POSITIONS),
        default="center",
        doc=f"{name} One of {', '.join(_POSITIONS)}.",
    )


def rotate_method() -> Any:
    """How boxes are rotated."""
    return field(
        kinds.choice("largest_box", "ellipse"),
        default="largest_box",
        doc="How boxes turn: around their corners (``largest_box``) or around the ellipse inside them (``ellipse``).",
    )
