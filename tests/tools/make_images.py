"""Paints the pictures in examples/images: six small scenes with masks, boxes and keypoints of what is in them.

    python tests/tools/make_images.py [FOLDER]

Everything is made of noise, gradients and shapes from fixed seeds, so there is nobody's photo and nobody's licence in
the repository. Scenes are painted at twice their size and averaged, which gives soft edges. Besides the JPEGs it writes
one mask per picture (a PNG of labels) and ``annotations.json``. Needs numpy and Pillow.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

Plane = npt.NDArray[np.float32]
Colour = Sequence[float]

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "images"
LARGEST_FILE = 40 * 1024
SUPERSAMPLING = 2


# -- the brush -------------------------------------------------------------------------------------------------------


@dataclass
class Scene:
    """A picture in the making, in coordinates of the finished picture."""

    height: int
    width: int
    gray: bool = False
    classes: tuple[str, ...] = ()
    boxes: list[list[float]] = field(default_factory=list)
    box_labels: list[str] = field(default_factory=list)
    keypoints: list[list[float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        size = (self.height * SUPERSAMPLING, self.width * SUPERSAMPLING)
        rows, columns = np.mgrid[: size[0], : size[1]].astype(np.float32)
        self.y: Plane = (rows + 0.5) / SUPERSAMPLING
        self.x: Plane = (columns + 0.5) / SUPERSAMPLING
        self.pixels = np.zeros((*size, 3), np.float32)
        self.labels = np.zeros(size, np.uint8)

    def paint(self, where: Plane | npt.NDArray[np.bool_], colour: Colour | npt.NDArray[np.float32]) -> None:
        """Lays a colour over the picture, as opaque as ``where`` says (0…1)."""
        cover = np.clip(where, 0, 1).astype(np.float32)[..., None]
        self.pixels += cover * (np.asarray(colour, np.float32) - self.pixels)

    def shade(self, factor: Plane | npt.NDArray[np.float32]) -> None:
        """Darkens or lightens the picture."""
        self.pixels *= factor[..., None]

    def label(self, where: npt.NDArray[np.bool_], name: str, box: bool = True) -> None:
        """Notes an object that was painted."""
        self.labels[where] = self.classes.index(name) + 1
        if box:
            rows, columns = np.flatnonzero(where.any(1)), np.flatnonzero(where.any(0))
            edges = (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
            self.boxes.append([float(edge) / SUPERSAMPLING for edge in edges])
            self.box_labels.append(name)

    def mark(self, *points: tuple[float, float]) -> None:
        """Notes keypoints."""
        self.keypoints += [[round(x, 1), round(y, 1)] for x, y in points]

    def noise(self, seed: int, scale: float | tuple[float, float], octaves: int = 5, rough: float = 0.5) -> Plane:
        """Fractal noise around 0, within about ±1; ``scale`` is the size of its largest patches (down, across)."""
        down, across = (scale, scale) if isinstance(scale, (int, float)) else scale
        generator = np.random.default_rng(seed)
        total = np.zeros_like(self.x)
        weight = 1.0
        for octave in range(octaves):
            total += weight * _patches(generator, self.y / down * 2**octave, self.x / across * 2**octave)
            weight *= rough
        return total

    def grain(self, seed: int, strength: float) -> None:
        """The noise of a sensor."""
        generator = np.random.default_rng(seed)
        self.pixels += strength * generator.standard_normal((*self.x.shape, 1), np.float32)

    def finished(self) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
        """The picture and its labels at their final size."""
        block = self.pixels.reshape(self.height, SUPERSAMPLING, self.width, SUPERSAMPLING, 3)
        picture = (np.clip(block.mean((1, 3)), 0, 1) * 255 + 0.5).astype(np.uint8)
        labels = self.labels[SUPERSAMPLING // 2 :: SUPERSAMPLING, SUPERSAMPLING // 2 :: SUPERSAMPLING]
        return picture, np.ascontiguousarray(labels)


def _patches(generator: np.random.Generator, down: Plane, across: Plane) -> Plane:
    """Random values on a grid, smoothly connected."""
    rows, columns = int(down.max()) + 2, int(across.max()) + 2
    grid = generator.uniform(-1, 1, (rows, columns)).astype(np.float32)
    top, left = down.astype(np.intp), across.astype(np.intp)
    y, x = _smooth(down - top), _smooth(across - left)
    above = grid[top, left] * (1 - x) + grid[top, left + 1] * x
    below = grid[top + 1, left] * (1 - x) + grid[top + 1, left + 1] * x
    return above * (1 - y) + below * y


def _smooth(t: Plane) -> Plane:
    return t * t * (3 - 2 * t)


def ramp(low: float, high: float, values: Plane) -> Plane:
    """0 below ``low``, 1 above ``high``, smooth between (or the other way round)."""
    return _smooth(np.clip((values - low) / (high - low), 0, 1))


def mix(first: Colour, second: Colour, share: Plane) -> npt.NDArray[np.float32]:
    """A colour between two others for every pixel."""
    a, b = np.asarray(first, np.float32), np.asarray(second, np.float32)
    return a + share[..., None] * (b - a)


def inside_polygon(scene: Scene, corners: Sequence[tuple[float, float]]) -> npt.NDArray[np.bool_]:
    """Whether pixels lie inside a polygon (even-odd rule)."""
    inside = np.zeros(scene.x.shape, bool)
    for (x0, y0), (x1, y1) in zip(corners, [*corners[1:], corners[0]], strict=True):
        if y0 != y1:
            crosses = (scene.y >= min(y0, y1)) & (scene.y < max(y0, y1))
            inside ^= crosses & (scene.x < x0 + (scene.y - y0) * (x1 - x0) / (y1 - y0))
    return inside


# -- the scenes ------------------------------------------------------------------------------------------------------


def balloons() -> Scene:
    """Hot-air balloons over hills in the morning; upright."""
    scene = Scene(500, 375, classes=("balloon", "hill"))
    high = scene.y / scene.height
    scene.paint(np.ones_like(high), mix((0.25, 0.48, 0.80), (0.98, 0.86, 0.72), ramp(0.0, 0.8, high)))
    clouds = ramp(0.15, 0.95, scene.noise(11, (60, 190), 6, 0.55) + 0.25)
    scene.paint(0.75 * clouds * ramp(0.75, 0.3, high), (1.0, 0.97, 0.94))
    layers = (
        (0.70, 26, (0.55, 0.63, 0.70)),
        (0.78, 34, (0.38, 0.52, 0.50)),
        (0.86, 30, (0.24, 0.40, 0.27)),
    )
    for number, (base, swing, colour) in enumerate(layers):
        edge = base * scene.height + swing * scene.noise(20 + number, 130, 4, 0.45)[:1]
        hill = scene.y > edge
        texture = 1 + (0.05 + 0.09 * number) * scene.noise(30 + number, (5, 11), 3, 0.6)
        scene.paint(hill, np.asarray(colour, np.float32) * texture[..., None])
        scene.label(hill, "hill", box=False)
    fabrics: tuple[tuple[float, float, float, tuple[Colour, ...]], ...] = (
        (262, 285, 34, ((0.98, 0.80, 0.25), (0.20, 0.45, 0.75))),
        (300, 110, 46, ((0.16, 0.55, 0.50), (0.97, 0.93, 0.84), (0.93, 0.47, 0.20))),
        (128, 178, 88, ((0.84, 0.16, 0.18), (0.98, 0.75, 0.18), (0.97, 0.94, 0.88))),
    )
    for x, y, radius, colours in fabrics:
        _balloon(scene, x, y, radius, colours)
    scene.grain(40, 0.012)
    return scene


def _balloon(scene: Scene, x: float, y: float, radius: float, colours: Sequence[Colour]) -> None:
    down = (scene.y - y) / radius
    # Round above, drawn in to a mouth below.
    half = np.where(down < 0.25, np.sqrt(np.clip(1 - down**2, 0, 1)), 0)
    half = np.where(down >= 0.25, 0.968 - 0.92 * np.clip((down - 0.25) / 1.1, 0, 1) ** 1.35, half)
    envelope = (np.abs(scene.x - x) < half * radius) & (down > -1) & (down < 1.35)
    across = np.clip((scene.x - x) / np.maximum(half * radius, 0.5), -1, 1)
    gore = ((np.arcsin(across) / np.pi + 0.5) * 9).astype(np.intp) % len(colours)
    fabric = np.asarray(colours, np.float32)[gore]
    light = 1.08 - 0.45 * ramp(-0.4, 1.0, 0.75 * across + 0.5 * down) - 0.25 * ramp(0.75, 1.0, np.abs(across))
    basket_top, basket = y + 1.62 * radius, 0.17 * radius
    for side in (-1, 1):
        along = np.clip((scene.y - (y + 1.3 * radius)) / (0.34 * radius), 0, 1)
        rope = x + side * (0.05 + 0.10 * along) * radius
        near = (np.abs(scene.x - rope) < 0.7) & (scene.y > y + 1.3 * radius) & (scene.y < basket_top)
        scene.paint(near, (0.25, 0.2, 0.18))
    scene.paint(envelope, fabric * light[..., None])
    wicker = (np.abs(scene.x - x) < basket) & (scene.y > basket_top) & (scene.y < basket_top + 1.6 * basket)
    weave = 0.85 + 0.15 * np.sin(scene.y * 2.4) * np.sin(scene.x * 2.4)
    scene.paint(wicker, np.asarray((0.50, 0.33, 0.18), np.float32) * weave[..., None])
    scene.label(envelope | wicker, "balloon")
    scene.mark((x, y - radius), (x, y + 1.35 * radius), (x, basket_top + basket))


def fruit() -> Scene:
    """Oranges and apples on a wooden table by a window."""
    scene = Scene(375, 500, classes=("orange", "apple"))
    wall = ramp(520, 40, np.hypot(scene.x - 60, (scene.y + 20) * 1.3))
    scene.paint(np.ones_like(wall), mix((0.24, 0.27, 0.31), (0.86, 0.83, 0.76), wall))
    scene.shade(1 + 0.03 * scene.noise(50, 9, 3))
    table = scene.y > 205
    rings = scene.noise(51, (7, 260), 5, 0.6) + 0.25 * np.sin(scene.y / 2.6 + 3 * scene.noise(52, (30, 200), 2))
    wood = mix((0.34, 0.20, 0.11), (0.66, 0.44, 0.26), np.clip(0.5 + 0.5 * rings, 0, 1))
    planks = np.exp(-((np.abs((scene.y - 205) % 58 - 29) - 29) ** 2) / 1.2)
    scene.paint(table, wood * (1 - 0.6 * planks)[..., None] * (0.62 + 0.55 * wall)[..., None])
    scene.paint(0.5 * ramp(5, 0, np.abs(scene.y - 205)), (0.13, 0.09, 0.07))
    spheres: tuple[tuple[str, float, float, float, Colour, Colour], ...] = (
        ("orange", 250, 172, 56, (0.96, 0.55, 0.10), (0.93, 0.47, 0.07)),
        ("apple", 360, 200, 52, (0.75, 0.10, 0.12), (0.90, 0.62, 0.20)),
        ("apple", 148, 214, 54, (0.48, 0.66, 0.18), (0.80, 0.78, 0.30)),
        ("orange", 266, 262, 62, (0.97, 0.60, 0.12), (0.95, 0.50, 0.08)),
        ("orange", 428, 288, 40, (0.98, 0.63, 0.14), (0.94, 0.50, 0.09)),
    )
    for number, (kind, x, y, radius, skin, other) in enumerate(spheres):
        shadow = np.hypot((scene.x - x - 0.75 * radius) / 1.5, (scene.y - y - 0.88 * radius) / 0.30)
        scene.paint(0.68 * ramp(1.15 * radius, 0.35 * radius, shadow), (0.10, 0.06, 0.05))
        _sphere(scene, 60 + number, kind, x, y, radius, skin, other)
    scene.grain(70, 0.012)
    return scene


def _sphere(scene: Scene, seed: int, kind: str, x: float, y: float, radius: float, skin: Colour, other: Colour) -> None:
    across, down = (scene.x - x) / radius, (scene.y - y) / radius
    ball = across**2 + down**2 < 1
    depth = np.sqrt(np.clip(1 - across**2 - down**2, 0, 1))
    light = np.clip(-0.55 * across - 0.55 * down + 0.63 * depth, 0, 1)
    glint = np.clip(-0.42 * across - 0.45 * down + 0.79 * depth, 0, 1)
    if kind == "orange":
        pores = scene.noise(seed, 3.2, 2, 0.6)
        body = mix(skin, other, np.clip(0.5 + 0.5 * scene.noise(seed + 100, 40, 2), 0, 1))
        body = body * (1 + 0.10 * pores * (0.4 + light))[..., None]
        shine = 0.35 * glint**18 * (1 + 0.5 * pores)
    else:
        streaks = scene.noise(seed, (26, 4), 3, 0.6)
        body = mix(skin, other, ramp(-0.1, 1.3, streaks + 0.9 * (across * 0.8 - down * 0.4)))
        shine = 0.6 * glint**40
    rim = np.asarray((0.30, 0.18, 0.10), np.float32) * np.clip(down, 0, 1)[..., None] * (1 - depth)[..., None]
    scene.paint(ball, body * (0.20 + 0.95 * light)[..., None] + 0.8 * rim + shine[..., None])
    if kind == "apple":
        hollow = np.hypot(across / 0.34, (down + 0.74) / 0.12)
        scene.paint(ball * 0.75 * ramp(1, 0.2, hollow), (0.20, 0.13, 0.05))
        bend = x + 0.10 * radius * ((y - 0.70 * radius - scene.y) / (0.4 * radius)) ** 2
        stalk = (
            (np.abs(scene.x - bend) < 0.045 * radius) & (scene.y < y - 0.70 * radius) & (scene.y > y - 1.14 * radius)
        )
        scene.paint(stalk, (0.26, 0.17, 0.08))
        ball = ball | stalk
    else:
        navel = np.hypot(across - 0.12, (down + 0.62) * 1.6)
        scene.paint(0.8 * ramp(0.11, 0.04, navel), (0.30, 0.33, 0.10))
    scene.label(ball, kind)
    scene.mark((x - 0.42 * radius, y - 0.45 * radius), (x, y))


def lake() -> Scene:
    """Mountains, a lake, two sailing boats."""
    scene = Scene(375, 500, classes=("boat", "mountain"))
    shore = 215.0
    high = scene.y / shore
    scene.paint(np.ones_like(high), mix((0.22, 0.45, 0.76), (0.80, 0.89, 0.95), ramp(0.0, 1.0, high)))
    clouds = ramp(0.0, 0.9, scene.noise(80, (45, 160), 6, 0.55))
    scene.paint(0.85 * clouds * ramp(0.85, 0.25, high), (1.0, 0.99, 0.97))
    far = 118 + 58 * _ridge(scene, 81, 150)[:1]
    near = 172 + 40 * _ridge(scene, 82, 90)[:1]
    facets = scene.noise(83, (34, 22), 5, 0.62)
    rock = scene.y > far
    snow = ramp(18, -14, scene.y - far - 46 - 30 * facets)
    light = np.clip(0.75 + 0.5 * facets, 0.35, 1.2)[..., None]
    scene.paint(rock, mix((0.38, 0.42, 0.52), (0.96, 0.97, 1.0), snow) * light)
    scene.label(rock, "mountain", box=False)
    forest = scene.y > near
    scene.paint(
        forest, np.asarray((0.11, 0.24, 0.17), np.float32) * (1 + 0.6 * scene.noise(84, (9, 3), 3, 0.7))[..., None]
    )
    scene.label(forest, "mountain", box=False)

    # The water mirrors what stands above it, drawn out by the waves.
    water = scene.y > shore
    waves = scene.noise(85, (3.2, 46), 4, 0.62)
    depth = (scene.y - shore) / (scene.height - shore)
    mirrored = np.clip(2 * shore - scene.y - (3 + 22 * depth) * waves, 0, shore - 1)
    rows = (mirrored * SUPERSAMPLING).astype(np.intp)
    aside = np.clip(scene.x + 6 * depth * waves, 0, scene.width - 1)
    reflection = scene.pixels[rows, (aside * SUPERSAMPLING).astype(np.intp)]
    tint = mix((0.30, 0.46, 0.55), (0.05, 0.20, 0.32), ramp(0.0, 1.0, depth))
    scene.paint(water, 0.62 * reflection + 0.38 * tint + 0.06 * np.clip(waves, 0, 1)[..., None])
    scene.labels[water] = 0
    scene.paint(0.45 * ramp(2.5, 0, np.abs(scene.y - shore)), (0.08, 0.13, 0.13))
    _boat(scene, 150, 288, 1.25, (0.86, 0.20, 0.17))
    _boat(scene, 372, 246, 0.66, (0.95, 0.80, 0.30))
    scene.grain(90, 0.010)
    return scene


def _ridge(scene: Scene, seed: int, scale: float) -> Plane:
    """Noise with sharp crests."""
    return 1 - 2.6 * np.abs(scene.noise(seed, scale, 6, 0.5)) * 0.6


def _boat(scene: Scene, x: float, y: float, size: float, stripe: Colour) -> None:
    def at(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        return [(x + size * across, y + size * down) for across, down in points]

    flipped = at([(-44, 13), (46, 13), (30, 22), (4, 90), (-30, 22)])
    ripple = scene.noise(86, (2.5, 30), 3, 0.6)
    scene.paint(0.4 * inside_polygon(scene, flipped) * np.clip(0.7 + 0.8 * ripple, 0, 1), (0.93, 0.94, 0.93))
    main = inside_polygon(scene, at([(2, -104), (3, -6), (50, -6), (30, -50)]))
    fore = inside_polygon(scene, at([(-2, -96), (-3, -6), (-42, -4), (-18, -48)]))
    band = np.abs((scene.y - y) / size + 38 + 0.12 * (scene.x - x) / size) < 6
    belly = 0.84 + 0.16 * np.sin((scene.x - x) / size / 17)
    scene.paint(main, mix((0.97, 0.96, 0.93), stripe, band.astype(np.float32)) * belly[..., None])
    scene.paint(fore, np.asarray((0.94, 0.93, 0.90), np.float32) * belly[..., None])
    mast = (np.abs(scene.x - x) < 1.1 * size) & (scene.y > y - 110 * size) & (scene.y < y)
    scene.paint(mast, (0.32, 0.24, 0.18))
    hull = inside_polygon(scene, at([(-48, -2), (52, -4), (36, 14), (-36, 14)]))
    planks = 0.9 + 0.1 * np.sin((scene.y - y) / size * 1.6)
    scene.paint(hull, np.asarray((0.45, 0.24, 0.13), np.float32) * planks[..., None])
    scene.paint(hull & (scene.y < y + 1.5 * size), (0.96, 0.94, 0.90))
    scene.label(main | fore | mast | hull, "boat")
    scene.mark((x, y - 110 * size), (x - 48 * size, y - 2 * size), (x + 52 * size, y - 4 * size))


def street() -> Scene:
    """A street after sunset: lit windows, three cars, a wet road."""
    scene = Scene(375, 500, classes=("car", "building"))
    kerb = 262.0
    scene.paint(
        np.ones_like(scene.y),
        mix((0.10, 0.13, 0.30), (0.95, 0.56, 0.38), ramp(0.0, kerb, scene.y + 10 * scene.noise(100, 90))),
    )
    generator = np.random.default_rng(101)
    for depth, (share, tone) in enumerate(((0.55, 0.42), (1.0, 0.20))):
        left = -10.0
        while left < scene.width:
            width = generator.uniform(46, 92)
            top = kerb - share * generator.uniform(105, 235) - (30 if depth == 0 else 0)
            _building(scene, generator, left, left + width - 3 * depth, top, kerb, tone)
            left += width
    road = scene.y > kerb
    depth_of_road = (scene.y - kerb) / (scene.height - kerb)
    ripples = scene.noise(102, (3, 14), 4, 0.6)
    rows = np.clip(kerb - 1.15 * (scene.y - kerb) - 7 * ripples, 0, kerb - 1)
    columns = np.clip(scene.x + 5 * ripples, 0, scene.width - 1)
    mirror = scene.pixels[(rows * SUPERSAMPLING).astype(np.intp), (columns * SUPERSAMPLING).astype(np.intp)]
    asphalt = np.asarray((0.11, 0.11, 0.14), np.float32) * (1 + 0.35 * scene.noise(103, 2.4, 2))[..., None]
    scene.paint(road, asphalt + (0.50 - 0.25 * depth_of_road)[..., None] * mirror)
    scene.labels[road] = 0
    scene.paint(road & (scene.y < kerb + 6), (0.33, 0.31, 0.32))
    dashes = (np.abs(scene.y - 330) < 2.6) & ((scene.x + 20) % 84 < 46)
    scene.paint(0.8 * dashes, (0.88, 0.84, 0.72))
    _car(scene, 118, 296, 0.80, (0.75, 0.14, 0.14))
    _car(scene, 392, 292, 0.74, (0.86, 0.84, 0.80))
    _car(scene, 282, 352, 1.18, (0.12, 0.38, 0.66))
    scene.grain(110, 0.016)
    return scene


def _building(
    scene: Scene, generator: np.random.Generator, left: float, right: float, top: float, bottom: float, tone: float
) -> None:
    wall = (scene.x > left) & (scene.x < right) & (scene.y > top) & (scene.y < bottom)
    hue = generator.uniform(0.8, 1.2, 3).astype(np.float32) * np.asarray((1.0, 0.88, 0.98), np.float32)
    weather = 1 + 0.18 * scene.noise(int(left) + 200, (40, 9), 4, 0.6)
    scene.paint(wall, tone * hue * weather[..., None])
    step, high = generator.uniform(10, 14), generator.uniform(15, 19)
    columns = int((right - left - 6) // step)
    rows = int((bottom - 26 - top - 8) // high)
    if columns < 1 or rows < 1:
        return
    column = ((scene.x - left - 4) / step).astype(np.intp)
    row = ((scene.y - top - 8) / high).astype(np.intp)
    pane = (scene.x - left - 4) / step % 1
    storey = (scene.y - top - 8) / high % 1
    is_window = wall & (scene.x > left + 4) & (column < columns) & (scene.y > top + 8) & (row < rows)
    is_window &= (pane > 0.2) & (pane < 0.8) & (storey > 0.22) & (storey < 0.80)
    lit = generator.uniform(0, 1, (rows, columns)).astype(np.float32)
    chosen = lit[np.clip(row, 0, rows - 1), np.clip(column, 0, columns - 1)]
    glow = mix((1.0, 0.72, 0.32), (1.0, 0.92, 0.70), ramp(0.55, 1.0, chosen)) * (1.15 - 0.4 * storey)[..., None]
    scene.paint(is_window, mix((0.09, 0.11, 0.19), (0.30, 0.30, 0.40), 1 - storey))
    scene.paint(is_window & (chosen > 0.55), glow)
    scene.label(wall, "building", box=False)


def _car(scene: Scene, x: float, y: float, size: float, paintwork: Colour) -> None:
    def at(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        return [(x + size * across, y + size * down) for across, down in points]

    shadow = np.hypot((scene.x - x) / (72 * size), (scene.y - y - 3 * size) / (7 * size))
    scene.paint(0.8 * ramp(1.0, 0.6, shadow), (0.02, 0.02, 0.03))
    body = inside_polygon(
        scene,
        at(
            [
                (-64, -6),
                (-66, -18),
                (-58, -26),
                (-36, -29),
                (-20, -46),
                (22, -46),
                (40, -29),
                (60, -24),
                (66, -14),
                (65, -5),
            ]
        ),
    )
    light = 1.12 - 0.55 * ramp(-46, -2, (scene.y - y) / size) + 0.25 * np.exp(-(((scene.y - y) / size + 27) ** 2) / 4)
    scene.paint(body, np.asarray(paintwork, np.float32) * light[..., None])
    sky = mix(
        (0.55, 0.48, 0.52), (0.10, 0.11, 0.17), ramp(-44, -28, (scene.y - y) / size + 0.15 * (scene.x - x) / size)
    )
    for corners in ([(-30, -29), (-18, -42), (-2, -42), (-2, -29)], [(3, -29), (3, -42), (20, -42), (33, -29)]):
        scene.paint(inside_polygon(scene, at(corners)), sky)
    wheels = np.zeros(scene.x.shape, bool)
    for across in (-40, 41):
        radius = np.hypot(scene.x - x - across * size, scene.y - y + 3 * size) / size
        scene.paint(radius < 12.5, (0.05, 0.05, 0.06))
        scene.paint(radius < 7.5, (0.62, 0.63, 0.66))
        scene.paint(radius < 2.5, (0.20, 0.20, 0.22))
        wheels |= radius < 12.5
    for across, colour in ((64, (1.0, 0.95, 0.75)), (-64, (1.0, 0.20, 0.12))):
        distance = np.hypot((scene.x - x - across * size) / 1.2, scene.y - y + 18 * size) / size
        scene.paint(0.75 * np.exp(-((distance / 11) ** 2)), colour)
        scene.paint(distance < 3.2, colour)
    scene.label(body | wheels, "car")
    scene.mark((x - 40 * size, y - 3 * size), (x + 41 * size, y - 3 * size), (x, y - 46 * size))


def garden() -> Scene:
    """Flowers before blurred green."""
    scene = Scene(375, 500, classes=("flower", "leaf"))
    green = np.clip(0.5 + 0.55 * scene.noise(120, 150, 3, 0.5), 0, 1)
    scene.paint(np.ones_like(green), mix((0.07, 0.20, 0.09), (0.48, 0.66, 0.28), green))
    generator = np.random.default_rng(121)
    for _ in range(46):
        x, y, radius = generator.uniform(0, 500), generator.uniform(0, 375), generator.uniform(9, 30)
        distance = np.hypot(scene.x - x, scene.y - y)
        disc = ramp(radius + 1.5, radius - 1.5, distance) * (0.55 + 0.45 * ramp(0.5 * radius, radius, distance))
        tint = mix((0.75, 0.85, 0.45), (0.95, 0.92, 0.70), np.full((1, 1), generator.uniform(), np.float32))
        scene.paint(generator.uniform(0.06, 0.22) * disc, np.broadcast_to(tint, scene.pixels.shape))
    stems = ((118, 150, 60), (292, 132, 330), (420, 226, 400), (210, 286, 230))
    for x, y, foot in stems:
        along = np.clip((scene.y - y) / (scene.height - y), 0, 1)
        middle = x + (foot - x) * along**1.6
        stem = (np.abs(scene.x - middle) < 3.4) & (scene.y > y)
        scene.paint(stem, mix((0.20, 0.40, 0.12), (0.45, 0.64, 0.26), np.clip((scene.x - middle) / 7 + 0.5, 0, 1)))
        scene.label(stem, "leaf", box=False)
    for x, y, length, angle in ((70, 300, 92, -0.7), (352, 300, 96, -2.4), (300, 345, 84, -0.35), (160, 350, 70, -2.7)):
        _leaf(scene, x, y, length, angle)
    kinds: tuple[tuple[float, float, float, int, Colour, Colour], ...] = (
        (118, 150, 78, 13, (0.99, 0.97, 0.95), (0.80, 0.78, 0.90)),
        (292, 132, 66, 8, (0.93, 0.36, 0.55), (0.62, 0.10, 0.36)),
        (420, 226, 72, 16, (0.99, 0.80, 0.16), (0.90, 0.48, 0.06)),
        (210, 286, 52, 6, (0.55, 0.44, 0.88), (0.28, 0.16, 0.58)),
    )
    for number, (x, y, radius, petals, tip, base) in enumerate(kinds):
        _flower(scene, 130 + number, x, y, radius, petals, tip, base)
    scene.grain(140, 0.010)
    return scene


def _leaf(scene: Scene, x: float, y: float, length: float, angle: float) -> None:
    along = (scene.x - x) * np.cos(angle) + (scene.y - y) * np.sin(angle)
    aside = (scene.y - y) * np.cos(angle) - (scene.x - x) * np.sin(angle)
    half = 0.19 * length * np.sin(np.pi * np.clip(along / length, 0, 1)) ** 0.8
    blade = (np.abs(aside) < half) & (along > 0) & (along < length)
    ribs = 0.5 + 0.5 * np.sin((along - 1.3 * np.abs(aside)) / 2.2)
    light = 0.8 + 0.25 * (aside < 0) + 0.10 * ribs - 0.35 * (np.abs(aside) < 0.8)
    scene.paint(blade, np.asarray((0.20, 0.46, 0.15), np.float32) * light[..., None])
    scene.label(blade, "leaf", box=False)


def _flower(scene: Scene, seed: int, x: float, y: float, radius: float, petals: int, tip: Colour, base: Colour) -> None:
    distance = np.hypot(scene.x - x, scene.y - y) / radius
    angle = np.arctan2(scene.y - y, scene.x - x)
    scene.paint(0.45 * ramp(1.15, 0.6, np.hypot(scene.x - x - 9, scene.y - y - 12) / radius), (0.03, 0.08, 0.03))
    whole = np.zeros(scene.x.shape, bool)
    for ring, reach in enumerate((1.0, 0.80)):
        turn = angle + ring * np.pi / petals + 0.3
        within = (turn / (2 * np.pi) * petals) % 1 - 0.5
        edge = reach * (0.62 + 0.38 * np.abs(np.cos(np.pi * within)) ** 0.55)
        petal = distance < edge
        veins = 1 + 0.06 * np.sin(within * 40) + 0.05 * scene.noise(seed, 6, 2)
        fold = 1 - 0.38 * np.clip((np.abs(within) - 0.28) / 0.22, 0, 1) ** 2
        light = veins * fold * (1.06 - 0.22 * ramp(-1, 1, np.cos(angle - 0.8))) * (0.86 + 0.14 * ring)
        scene.paint(petal, mix(base, tip, ramp(0.12, 0.75, distance / reach)) * light[..., None])
        whole |= petal
    centre = distance < 0.27
    seeds = np.sin(distance * radius * 1.7) * np.sin(angle * 21 + distance * 30)
    scene.paint(centre, mix((0.50, 0.28, 0.05), (0.98, 0.80, 0.22), np.clip(0.55 + 0.45 * seeds, 0, 1)))
    scene.shade(1 - 0.35 * ramp(0.05, 0.0, np.abs(distance - 0.28)))
    scene.label(whole, "flower")
    scene.mark((x, y))


def moon() -> Scene:
    """The moon over dunes; gray."""
    scene = Scene(375, 500, gray=True, classes=("moon", "dune"))
    generator = np.random.default_rng(150)
    scene.paint(np.ones_like(scene.y), np.repeat((0.05 + 0.20 * ramp(0, 280, scene.y))[..., None], 3, axis=2))
    for _ in range(170):
        x, y, size = generator.uniform(0, 500), generator.uniform(0, 240), generator.uniform(0.5, 1.25)
        star = np.exp(-((scene.x - x) ** 2 + (scene.y - y) ** 2) / size**2)
        scene.paint(generator.uniform(0.3, 1.0) * star, (1.0, 1.0, 1.0))
    x, y, radius = 348.0, 112.0, 74.0
    scene.paint(0.35 * np.exp(-((np.hypot(scene.x - x, scene.y - y) / (1.6 * radius)) ** 2)), (0.85, 0.85, 0.85))
    across, down = (scene.x - x) / radius, (scene.y - y) / radius
    depth = np.sqrt(np.clip(1 - across**2 - down**2, 0, 1))
    disc = across**2 + down**2 < 1
    seas = ramp(0.05, 0.65, scene.noise(151, 58, 4, 0.55))
    surface = 0.86 - 0.34 * seas + 0.05 * scene.noise(152, 7, 3, 0.6)
    for _ in range(34):
        crater_x, crater_y = generator.uniform(-0.85, 0.85, 2)
        size = generator.uniform(0.03, 0.13) * (1 - 0.4 * np.hypot(crater_x, crater_y))
        distance = np.hypot(across - crater_x, down - crater_y) / size
        slope = ((across - crater_x) * 0.8 + (down - crater_y) * 0.6) / size
        surface += 0.16 * slope * ramp(1.0, 0.75, distance) + 0.10 * np.exp(-(((distance - 1.05) / 0.12) ** 2))
    moonlight = np.clip(0.35 + 0.75 * (0.85 * depth + 0.35 * across - 0.2 * down), 0, 1.1)
    scene.paint(disc, np.repeat((surface * moonlight)[..., None], 3, axis=2))
    scene.label(disc, "moon")
    scene.mark((x, y))
    for number, (base, swing, tone) in enumerate(((238, 22, 0.40), (276, 30, 0.52), (322, 26, 0.62))):
        edge = base + swing * scene.noise(160 + number, (400, 190), 3, 0.4)[:1]
        dune = scene.y > edge
        below = scene.y - edge
        ripples = np.sin(below / (1.6 + 0.02 * below) + 2.4 * scene.noise(170 + number, (26, 60), 3))
        lit = ramp(-0.5, 0.6, scene.noise(180 + number, (90, 130), 3, 0.45) - 0.006 * below)
        brightness = tone * (0.35 + 0.75 * lit) * (1 + 0.10 * ripples) + 0.25 * np.exp(-((below / 3.0) ** 2))
        scene.paint(dune, np.repeat(brightness[..., None], 3, axis=2))
        scene.label(dune, "dune", box=number == 2)
    scene.grain(190, 0.016)
    return scene


SCENES: tuple[Callable[[], Scene], ...] = (balloons, fruit, garden, lake, moon, street)


# -- files -----------------------------------------------------------------------------------------------------------


def save(scene: Scene, name: str, folder: Path) -> None:
    """Writes the JPEG, as good as fits into the limit, and the mask."""
    picture, labels = scene.finished()
    image = Image.fromarray(picture)
    if scene.gray:
        image = image.convert("L")
    path = folder / f"{name}.jpg"
    for quality in range(92, 20, -2):
        image.save(path, quality=quality, subsampling="4:2:0", optimize=True)
        if path.stat().st_size <= LARGEST_FILE:
            break
    Image.fromarray(labels).save(folder / f"{name}-mask.png", optimize=True)


def main() -> None:
    """Paints all scenes."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    notes = {}
    for make in SCENES:
        scene = make()
        save(scene, make.__name__, folder)
        notes[f"{make.__name__}.jpg"] = {
            "mask": f"{make.__name__}-mask.png",
            "classes": list(scene.classes),
            "bboxes": scene.boxes,
            "labels": scene.box_labels,
            "keypoints": scene.keypoints,
        }
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(note)}" for name, note in notes.items())
    (folder / "annotations.json").write_text(f"{{\n{lines}\n}}\n")


if __name__ == "__main__":
    main()
