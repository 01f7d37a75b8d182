"""Arguments that many transforms share, declared once."""

from __future__ import annotations

from typing import Any, Literal

from fastaug.transforms import kinds
from fastaug.transforms.choices import BORDERS, INTERPOLATIONS
from fastaug.transforms.declare import field

Number = int | float
"""What a number may be given as."""
Pair = tuple[float, float] | list[float]
"""A range or two numbers."""
Fill = Number | tuple[Number, ...] | list[Number]
"""A colour."""
RandomFill = Literal["random", "random_uniform", "inpaint_telea", "inpaint_ns"]
"""What erased pixels may become beside a colour."""
Position = Literal["center", "top_left", "top_right", "bottom_left", "bottom_right", "random"]
"""Where an image lies on a larger canvas."""
AreaForDownscale = Literal["image", "image_mask"]
"""What is shrunk by taking the mean over areas."""
RotateMethod = Literal["largest_box", "ellipse"]
"""How boxes turn."""


def interpolation() -> Any:
    """How values between pixels of the image are found."""
    return field(
        kinds.one_of(INTERPOLATIONS),
        default="linear",
        doc=(
            f"How values between pixels are found: {', '.join(INTERPOLATIONS.names)}, or OpenCV's number (see"
            " ``fastaug.constants``). The ``antialias`` ones are Pillow's and do not alias when shrinking."
        ),
    )


def mask_interpolation() -> Any:
    """How values between pixels of masks are found."""
    return field(
        kinds.one_of(INTERPOLATIONS),
        default="nearest",
        doc="The same for masks. Anything but nearest mixes labels.",
    )


def area_for_downscale() -> Any:
    """Whether shrinking takes the mean over areas."""
    return field(
        kinds.optional(kinds.word(AreaForDownscale)),
        default=None,
        doc=(
            "Take the mean over areas whenever the size shrinks, whatever ``interpolation`` says: ``'image'`` for"
            " images, ``'image_mask'`` for masks too, ``None`` for neither."
        ),
    )


def border_mode(*also: str) -> Any:
    """What stands outside the image."""
    return field(
        kinds.one_of(BORDERS),
        default="constant",
        also=("pad_mode", *also),
        doc=(
            f"What stands outside the image: {', '.join(BORDERS.names)}, or OpenCV's number. ``constant`` takes"
            " ``fill`` and ``fill_mask``."
        ),
    )


_FILL = "Colour of a constant border in the image's own units: one number, or one per channel."


def fill(*also: str, default: Any = 0, doc: str = _FILL) -> Any:
    """A colour of the image."""
    return field(kinds.fill(), default=default, also=("value", "fill_value", *also), doc=doc)


def border_fill_mask(*also: str) -> Any:
    """The label of a constant border in masks."""
    return field(
        lambda owner, name, value: 0 if value is None else kinds.fill()(owner, name, value),
        default=0,
        also=("mask_value", "mask_fill_value", *also),
        doc="Label of a constant border in masks; ``None`` means 0.",
    )


def hole_fill() -> Any:
    """What erased pixels become."""
    return field(
        kinds.fill(RandomFill),
        default=0,
        also=("value", "fill_value"),
        doc=(
            "What erased pixels become: a number, one per channel, ``'random'`` (noise), ``'random_uniform'`` (one"
            " random colour per hole), ``'inpaint_telea'`` or ``'inpaint_ns'`` (continued from around the hole)."
        ),
    )


def hole_fill_mask() -> Any:
    """What erased labels become."""
    return field(
        kinds.optional(kinds.fill()),
        default=None,
        also=("mask_value", "mask_fill_value"),
        doc="What erased pixels of masks become; ``None`` leaves masks alone.",
    )


def pad_if_needed() -> Any:
    """Whether smaller images are padded."""
    return field(
        kinds.flag, default=False, doc="Pad images that are too small; without it they are refused with an error."
    )


def position(where: str = "Where the image lies on the larger canvas.") -> Any:
    """Where an image lies on a larger canvas."""
    return field(kinds.word(Position), default="center", doc=where)


def pad_position() -> Any:
    """Where a smaller image lies after padding."""
    return position("Where a smaller image lies after padding.")


def rotate_method() -> Any:
    """How boxes are rotated."""
    return field(
        kinds.word(RotateMethod),
        default="largest_box",
        doc=(
            "What a turned box becomes: the upright box around its four turned corners (``largest_box``), or around the"
            " turned ellipse inside it (``ellipse``), which is tighter for round objects."
        ),
    )
