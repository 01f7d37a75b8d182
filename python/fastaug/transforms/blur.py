"""Transforms that blur, sharpen, or shift colours against each other: a pixel depends on its surroundings."""

from __future__ import annotations

from fastaug.errors import PolicyError
from fastaug.transforms import kinds
from fastaug.transforms.choices import INTERPOLATIONS
from fastaug.transforms.declare import IMAGE_TARGETS, Transform, apply_probability, field
from fastaug.transforms.shared_fields import Pair


class Blur(Transform, targets=IMAGE_TARGETS):
    """Replaces each pixel by the mean of the square around it.

    Examples:
        >>> import fastaug as A
        >>> A.Blur(blur_limit=5, p=1)
        Blur(blur_range=(3, 5), p=1.0)
    """

    blur_range: int | Pair = field(
        kinds.kernel_range(3),
        default=(3, 7),
        alias="blur_limit",
        doc="Range of the square's side, odd; a number *k* means (3, k).",
    )
    p: float = apply_probability(0.5)


class GaussianBlur(Transform, targets=IMAGE_TARGETS):
    """Replaces each pixel by a weighted mean, the weights falling off like a bell.

    Examples:
        >>> import fastaug as A
        >>> A.GaussianBlur(sigma_limit=(1, 2), p=1)
        GaussianBlur(sigma_range=(1, 2), p=1.0)
    """

    blur_range: int | Pair = field(
        kinds.kernel_range(0),
        default=(0, 0),
        alias="blur_limit",
        doc="Range of the kernel's side, odd; 0 takes it from sigma. A number *k* means (0, k).",
    )
    sigma_range: float | Pair = field(
        kinds.Range(scalar=kinds.from_low(0)),
        default=(0.5, 3.0),
        alias="sigma_limit",
        doc="Range of the bell's deviation in pixels; a number *s* means (0, s).",
    )
    blur_z_range: int | Pair | None = field(
        kinds.optional(kinds.kernel_range(0)), default=None, doc="Concerns volumes only, which fastaug does not have."
    )
    sigma_z_range: float | Pair | None = field(
        kinds.optional(kinds.Range(scalar=kinds.from_low(0))), default=None, doc="Concerns volumes only, likewise."
    )
    volume_mode: str = field(kinds.choice("slice", "volume"), default="slice", doc="Concerns volumes only, likewise.")
    p: float = apply_probability(0.5)


class MotionBlur(Transform, targets=IMAGE_TARGETS):
    """Blurs along a line, as if the camera had moved.

    Examples:
        >>> import fastaug as A
        >>> A.MotionBlur(blur_limit=9, p=1)
        MotionBlur(blur_range=(3, 9), p=1.0)
    """

    blur_range: int | Pair = field(
        kinds.kernel_range(3),
        default=(3, 7),
        alias="blur_limit",
        doc="Range of the line's length, odd; a number *k* means (3, k).",
    )
    allow_shifted: bool = field(kinds.flag, default=True, doc="Let the line lie beside the middle.")
    angle_range: Pair = field(
        kinds.Range(scalar=kinds.exactly), default=(0, 360), doc="Range of the line's angle in degrees."
    )
    direction_range: Pair = field(
        kinds.Range(scalar=kinds.exactly),
        default=(-1.0, 1.0),
        doc="Range of the direction: −1 blurs backwards, 0 both ways, 1 forwards.",
    )
    p: float = apply_probability(0.5)


class Sharpen(Transform, targets=IMAGE_TARGETS):
    """Blends the image with a sharper one.

    Examples:
        >>> import fastaug as A
        >>> A.Sharpen(alpha_range=(0.2, 0.5), p=1)
        Sharpen(p=1.0)
    """

    alpha_range: Pair = field(
        kinds.Range(scalar=kinds.exactly), default=(0.2, 0.5), alias="alpha", doc="Range of the sharper image's share."
    )
    lightness_range: Pair = field(
        kinds.Range(scalar=kinds.exactly),
        default=(0.5, 1.0),
        alias="lightness",
        doc="Range of its lightness (kernel method).",
    )
    method: str = field(
        kinds.choice("kernel", "gaussian"),
        default="kernel",
        doc="By a kernel of 3×3, or by taking a blurred image away.",
    )
    kernel_size: int = field(kinds.whole, default=5, doc="Side of the blur's kernel, odd (gaussian method).")
    sigma: float = field(kinds.number, default=1.0, doc="Deviation of the blur (gaussian method).")
    p: float = apply_probability(0.5)

    def check(self) -> None:
        """A kernel has a centre."""
        if self.__dict__["kernel_size"] % 2 == 0 or self.__dict__["kernel_size"] < 1:
            raise PolicyError(f"Sharpen.kernel_size: must be odd, got {self.__dict__['kernel_size']}")


class ChromaticAberration(Transform, targets=IMAGE_TARGETS):
    """Bends the red and blue channels differently, as a cheap lens does.

    Examples:
        >>> import fastaug as A
        >>> A.ChromaticAberration(primary_distortion_limit=0.5, mode="red_blue", p=1)
        ChromaticAberration(primary_distortion_range=(-0.5, 0.5), mode='red_blue', p=1.0)
    """

    primary_distortion_range: float | Pair = field(
        kinds.Range(scalar=kinds.around_zero),
        default=(-0.02, 0.02),
        alias="primary_distortion_limit",
        doc="Range of the bend that grows with the square of the distance from the middle; a number *d* means (−d, d).",
    )
    secondary_distortion_range: float | Pair = field(
        kinds.Range(scalar=kinds.around_zero),
        default=(-0.05, 0.05),
        alias="secondary_distortion_limit",
        doc="Range of the bend that grows with its fourth power; a number *d* means (−d, d).",
    )
    mode: str = field(
        kinds.choice("green_purple", "red_blue", "random"),
        default="green_purple",
        doc="Which fringes appear: green_purple, red_blue or random.",
    )
    interpolation: int | str = field(
        kinds.one_of(INTERPOLATIONS), default="linear", doc="How values between pixels are found."
    )
    p: float = apply_probability(0.5)
