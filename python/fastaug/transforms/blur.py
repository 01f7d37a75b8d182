"""Transforms that blur, sharpen, or shift colours against each other: a pixel depends on its surroundings."""

from __future__ import annotations

from typing import Literal

from fastaug.errors import PolicyError
from fastaug.transforms import kinds
from fastaug.transforms import shared_fields as shared
from fastaug.transforms.choices import Interpolation
from fastaug.transforms.declare import IMAGE_TARGETS, Transform, apply_probability, field
from fastaug.transforms.shared_fields import Pair

SharpenMethod = Literal["kernel", "gaussian"]
"""How an image is sharpened."""
Fringes = Literal["green_purple", "red_blue", "random"]
"""Which channels are bent against each other."""
VolumeMode = Literal["slice", "volume"]
"""How volumes are blurred, where there are any."""


class Blur(Transform, targets=IMAGE_TARGETS):
    """Replaces each pixel by the mean of the square around it: the plainest blur.

    Examples:
        >>> import fastaug as A
        >>> A.Blur(blur_limit=5, p=1)
        Blur(blur_range=(3, 5), p=1.0)
    """

    blur_range: int | Pair = field(
        kinds.kernel_range(3),
        default=(3, 7),
        also="blur_limit",
        doc="Range of the square's side in pixels; a number *k* means (3, k). Even sizes become the next odd one.",
    )
    p: float = apply_probability(0.5)


class GaussianBlur(Transform, targets=IMAGE_TARGETS):
    """Replaces each pixel by a mean of its surroundings, with weights that fall off like a bell.

    ``sigma_range`` says how wide the bell is, ``blur_range`` how far it is followed; with 0, as far as it matters.

    Examples:
        >>> import fastaug as A
        >>> A.GaussianBlur(sigma_limit=(1, 2), p=1)
        GaussianBlur(sigma_range=(1, 2), p=1.0)
    """

    blur_range: int | Pair = field(
        kinds.kernel_range(0),
        default=(0, 0),
        also="blur_limit",
        doc=(
            "Range of the kernel's side in pixels; 0 takes it from sigma. A number *k* means (0, k). Even sizes become"
            " the next odd one."
        ),
    )
    sigma_range: float | Pair = field(
        kinds.Range(scalar=kinds.from_low(0)),
        default=(0.5, 3.0),
        also="sigma_limit",
        doc="Range of the bell's standard deviation in pixels; a number *s* means (0, s).",
    )
    blur_z_range: int | Pair | None = field(
        kinds.optional(kinds.kernel_range(0)), default=None, kw_only=True, doc="For volumes only; images have no depth."
    )
    sigma_z_range: float | Pair | None = field(
        kinds.optional(kinds.Range(scalar=kinds.from_low(0))), default=None, kw_only=True, doc="For volumes only."
    )
    volume_mode: VolumeMode = field(kinds.word(VolumeMode), default="slice", kw_only=True, doc="For volumes only.")
    p: float = apply_probability(0.5)


class MotionBlur(Transform, targets=IMAGE_TARGETS):
    """Blurs along a line, as if the camera had moved while the shutter was open.

    Examples:
        >>> import fastaug as A
        >>> A.MotionBlur(blur_limit=9, p=1)
        MotionBlur(blur_range=(3, 9), p=1.0)
    """

    blur_range: int | Pair = field(
        kinds.kernel_range(3),
        default=(3, 7),
        also="blur_limit",
        doc="Range of the line's length in pixels; a number *k* means (3, k). Even sizes become the next odd one.",
    )
    allow_shifted: bool = field(
        kinds.flag,
        default=True,
        doc="Let the line lie beside the middle of the kernel, so that the picture shifts a little.",
    )
    angle_range: float | Pair = field(
        kinds.Range(scalar=kinds.exactly),
        default=(0, 360),
        doc="Range of the line's angle in degrees; a number is that angle.",
    )
    direction_range: float | Pair = field(
        kinds.Range(scalar=kinds.exactly),
        default=(-1.0, 1.0),
        doc="Range of the direction: −1 blurs backwards only, 0 both ways alike, 1 forwards only.",
    )
    p: float = apply_probability(0.5)


class Sharpen(Transform, targets=IMAGE_TARGETS):
    """Blends the image with a sharpened one.

    ``kernel`` sharpens with a 3×3 kernel whose strength is ``lightness``; ``gaussian`` adds what a blur with
    ``kernel_size`` and ``sigma`` takes away.

    Examples:
        >>> import fastaug as A
        >>> A.Sharpen(alpha_range=(0.2, 0.5), p=1)
        Sharpen(p=1.0)
    """

    alpha_range: float | Pair = field(
        kinds.Range(scalar=kinds.exactly),
        default=(0.2, 0.5),
        also="alpha",
        doc="Range of the sharpened image's share: 0 leaves things as they are, 1 is the sharpened image alone.",
    )
    lightness_range: float | Pair = field(
        kinds.Range(scalar=kinds.exactly),
        default=(0.5, 1.0),
        also="lightness",
        doc="Range of the kernel's lightness (``kernel`` only).",
    )
    method: SharpenMethod = field(kinds.word(SharpenMethod), default="kernel", doc="How the image is sharpened.")
    kernel_size: int = field(kinds.whole, default=5, doc="Side of the blur's kernel, odd (``gaussian`` only).")
    sigma: float = field(kinds.number, default=1.0, doc="Standard deviation of the blur in pixels (``gaussian`` only).")
    p: float = apply_probability(0.5)

    def check(self) -> None:
        """A kernel has a centre."""
        if self.__dict__["kernel_size"] % 2 == 0 or self.__dict__["kernel_size"] < 1:
            raise PolicyError(f"Sharpen.kernel_size: must be odd, got {self.__dict__['kernel_size']}")


class ChromaticAberration(Transform, targets=IMAGE_TARGETS):
    """Bends the red and the blue channel differently, as a cheap lens does: coloured fringes towards the corners.

    ``green_purple`` bends both the same way, ``red_blue`` against each other, ``random`` draws for each.

    Examples:
        >>> import fastaug as A
        >>> A.ChromaticAberration(primary_distortion_limit=0.5, mode="red_blue", p=1)
        ChromaticAberration(primary_distortion_range=(-0.5, 0.5), mode='red_blue', p=1.0)
    """

    primary_distortion_range: float | Pair = field(
        kinds.Range(scalar=kinds.around_zero),
        default=(-0.02, 0.02),
        also="primary_distortion_limit",
        doc="Range of the bend that grows with the square of the distance from the middle; a number *d* means (−d, d).",
    )
    secondary_distortion_range: float | Pair = field(
        kinds.Range(scalar=kinds.around_zero),
        default=(-0.05, 0.05),
        also="secondary_distortion_limit",
        doc="Range of the bend that grows with its fourth power; a number *d* means (−d, d).",
    )
    mode: Fringes = field(kinds.word(Fringes), default="green_purple", doc="Which fringes appear.")
    interpolation: Interpolation | int = shared.interpolation()
    p: float = apply_probability(0.5)
