"""What a picture shows: how light it is, where it is calm, and what draws the eye.

Measurements of pixels belong here. What follows from them, for text or logo, does not.
"""

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor

from creative_assets.studio.images import as_rgb
from creative_assets.studio.salience import Cells, densest, salience
from creative_assets.studio.values import Box

Floats = NDArray[np.float64]
Rgb = tuple[int, int, int]

# As good as the whole picture for what is asked here, and measured in milliseconds.
_THUMBNAIL_PX = 160
_LUMINANCE_WEIGHTS = np.array((0.2126, 0.7152, 0.0722))
_SRGB_KNEE = 0.04045
# Of a cell of the grid, on each side: a pale cap or rim is easily missed.
_SUBJECT_MARGIN = 0.4


@dataclass(frozen=True)
class Sight:
    """What a picture's thumbnail shows, as maps of (rows, columns).

    Attributes:
        scale: Thumbnail pixels for one pixel of the picture.
        luminance: WCAG's relative luminance, 0..1.
        lightness: Its perceptual counterpart, 0..1.
        edges: How much neighbours differ, 0..1.
        salience: How much a place draws the eye; adds up to 1, or is 0 everywhere.
        subject: Where the subject is, in pixels of the picture; None where nothing draws the eye.
        as_asked: Whether the picture was composed for this very format, and has its subject there.
    """

    scale: float
    luminance: Floats
    lightness: Floats
    edges: Floats
    salience: Floats
    subject: Box | None
    as_asked: bool = False

    def within(self, box: Box) -> tuple[slice, slice]:
        """The rows and columns under a box of the picture; at least one of each."""
        rows, columns = self.luminance.shape
        top = min(max(math.floor(box.top_px * self.scale), 0), rows - 1)
        left = min(max(math.floor(box.left_px * self.scale), 0), columns - 1)
        bottom = max(min(math.ceil(box.bottom_px * self.scale), rows), top + 1)
        right = max(min(math.ceil(box.right_px * self.scale), columns), left + 1)
        return slice(top, bottom), slice(left, right)

    def calmness(self, box: Box) -> float:
        """0 (busy) to 1 (even)."""
        part = self.within(box)
        return float(calmness(self.edges[part].mean(), self.lightness[part].std()))

    def luminance_range(self, box: Box) -> tuple[float, float]:
        """The luminances that a tenth of the box is below, and a tenth above."""
        low, high = _ranked(self.luminance[self.within(box)], (0.1, 0.9))
        return low, high

    def sharpest(self, box: Box) -> float:
        """The strength, 0..1, of the sharpest twentieth of the edges in the box."""
        return _ranked(self.edges[self.within(box)], (0.95,))[0]

    def draw(self, box: Box) -> float:
        """The share, 0..1, of what draws the eye that lies in the box."""
        return float(self.salience[self.within(box)].sum())

    def felt(self, box: Box, level: float) -> float:
        """The share, 0..1, of the box where each pixel draws the eye at least that much."""
        return float((self.salience[self.within(box)] >= level).mean())

    def density(self, box: Box) -> tuple[float, float]:
        """How much a pixel in the box draws the eye: on average, and where it does so most."""
        part = self.salience[self.within(box)]
        return float(part.mean()), _ranked(part, (0.9,))[0]


def calmness(edges: Floats | float, deviation: Floats | float) -> Floats:
    """0 (busy) to 1 (even), by the mean of the edges and the standard deviation of lightness."""
    calm: Floats = np.exp(-9 * np.asarray(edges) - 2.5 * np.asarray(deviation))
    return calm


def rgb(color: str) -> Rgb:
    """A colour given as `#rrggbb`."""
    red, green, blue = ImageColor.getrgb(color)[:3]
    return (red, green, blue)


def relative_luminance(pixels: NDArray[np.uint8]) -> Floats:
    """WCAG 2.2's relative luminance, 0..1, of sRGB pixels shaped (…, 3)."""
    luminance: Floats = _linear()[pixels] @ _LUMINANCE_WEIGHTS
    return luminance


def luminance(color: Rgb) -> float:
    """WCAG 2.2's relative luminance, 0..1, of one colour."""
    return float(relative_luminance(np.array(color, dtype=np.uint8)))


def contrast(one: Rgb, other: Rgb) -> float:
    """WCAG 2.2's contrast, 1..21, between two colours."""
    return float(contrast_ratio(luminance(one), luminance(other)))


def veiled(luminances: Floats, color: Rgb, alpha: float) -> Floats:
    """Relative luminances of greys after `color`, a grey too, was laid over them at `alpha`."""
    levels = np.interp(luminances, _linear(), np.arange(256))
    mixed = np.clip(levels + (color[1] - levels) * alpha, 0, 255).round().astype(np.uint8)
    behind: Floats = _linear()[mixed]
    return behind


def contrast_ratio(one: Floats | float, other: Floats | float) -> Floats:
    """WCAG 2.2's contrast, 1..21, between relative luminances."""
    return (np.maximum(one, other) + 0.05) / (np.minimum(one, other) + 0.05)


def blurred(values: Floats, radius_px: int) -> Floats:
    """The mean over squares of that radius, with the outermost values repeated."""
    size = 2 * radius_px + 1
    padded = np.pad(values, radius_px + 1, mode="edge")[:-1, :-1]
    sums = padded.cumsum(axis=0).cumsum(axis=1)
    blocks = sums[size:, size:] - sums[:-size, size:] - sums[size:, :-size] + sums[:-size, :-size]
    mean: Floats = blocks / size**2
    return mean


def see(picture: Image.Image) -> Sight:
    """Measures a picture of any mode and size."""
    factor = max(1, math.ceil(max(picture.size) / _THUMBNAIL_PX))
    small = as_rgb(picture).reduce(factor)
    pixels = np.asarray(small)
    colors = pixels / 255.0
    luminance = relative_luminance(pixels)
    edges = _edges(colors)
    cells = salience(colors, edges)
    return Sight(
        scale=1 / factor,
        luminance=luminance,
        lightness=np.cbrt(luminance),
        edges=edges,
        salience=_spread(cells, small.size),
        subject=_subject(cells, picture.size),
    )


def _ranked(values: Floats, shares: Sequence[float]) -> list[float]:
    """The values that these shares of all are below: a tenth of the time of `np.percentile`."""
    ordered = np.sort(values, axis=None)
    return [float(ordered[round(share * (ordered.size - 1))]) for share in shares]


def _spread(cells: Cells, size: tuple[int, int]) -> Floats:
    """The salient part of a grid at the thumbnail's size; adds up to 1, or is 0 everywhere."""
    drawn = np.asarray(Image.fromarray(np.maximum(cells, 0)).resize(size), dtype=np.float64)
    drawn = np.maximum(drawn, 0)  # bicubic undershoots
    total = float(drawn.sum())
    return drawn / total if total > 0 else drawn


def _subject(cells: Cells, size: tuple[int, int]) -> Box | None:
    """The part of the picture that holds most of what draws the eye for its size."""
    if not (cells > 0).any():
        return None
    left, top, right, bottom = densest(cells)
    rows, columns = cells.shape
    across, down = size[0] / columns, size[1] / rows
    left_px = max(0, round((left - _SUBJECT_MARGIN) * across))
    top_px = max(0, round((top - _SUBJECT_MARGIN) * down))
    return Box(
        left_px=left_px,
        top_px=top_px,
        width_px=min(size[0], round((right + _SUBJECT_MARGIN) * across)) - left_px,
        height_px=min(size[1], round((bottom + _SUBJECT_MARGIN) * down)) - top_px,
    )


def _edges(colors: Floats) -> Floats:
    """The mean difference of the three channels to the right and lower neighbour, 0..1."""
    across = np.abs(np.diff(colors, axis=1, append=colors[:, -1:])).mean(axis=2)
    down = np.abs(np.diff(colors, axis=0, append=colors[-1:])).mean(axis=2)
    edges: Floats = np.maximum(across, down)
    return edges


@functools.cache
def _linear() -> Floats:
    """The 256 values of sRGB as linear light (IEC 61966-2-1)."""
    values = np.arange(256) / 255
    return np.where(values <= _SRGB_KNEE, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
