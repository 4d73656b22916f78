"""What a picture shows: how light it is, where it is calm, and what draws the eye.

Measurements of pixels belong here. What follows from them, for text or logo, does not.
"""

import functools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from creative_assets.studio.images import as_rgb
from creative_assets.studio.values import Box

Floats = NDArray[np.float64]
Rgb = tuple[int, int, int]

# As good as the whole picture for what is asked here, and measured in milliseconds.
_THUMBNAIL_PX = 160
_LUMINANCE_WEIGHTS = np.array((0.2126, 0.7152, 0.0722))
_SRGB_KNEE = 0.04045
# Half lightness, red against green, yellow against blue: light and shadow draw the eye less than
# a colour of its own.
_OPPONENTS = np.array([[1 / 6, 1.0, 0.5], [1 / 6, -1.0, 0.5], [1 / 6, 0.0, -1.0]])


@dataclass(frozen=True)
class Sight:
    """What a picture's thumbnail shows, as maps of (rows, columns).

    Attributes:
        scale: Thumbnail pixels for one pixel of the picture.
        luminance: WCAG's relative luminance, 0..1.
        lightness: Its perceptual counterpart, 0..1.
        edges: How much neighbours differ, 0..1.
        salience: How much a place draws the eye; adds up to 1, or is 0 everywhere.
    """

    scale: float
    luminance: Floats
    lightness: Floats
    edges: Floats
    salience: Floats

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
        return math.exp(-9 * self.edges[part].mean() - 2.5 * self.lightness[part].std())

    def luminance_range(self, box: Box) -> tuple[float, float]:
        """The luminances that a tenth of the box is below, and a tenth above."""
        low, high = np.percentile(self.luminance[self.within(box)], (10, 90))
        return float(low), float(high)

    def draw(self, box: Box) -> float:
        """The share, 0..1, of what draws the eye that lies in the box."""
        return float(self.salience[self.within(box)].sum())


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
    return Sight(
        scale=1 / factor,
        luminance=luminance,
        lightness=np.cbrt(luminance),
        edges=edges,
        salience=_salience(colors, edges),
    )


def _edges(colors: Floats) -> Floats:
    """The mean difference of the three channels to the right and lower neighbour, 0..1."""
    across = np.abs(np.diff(colors, axis=1, append=colors[:, -1:])).mean(axis=2)
    down = np.abs(np.diff(colors, axis=0, append=colors[-1:])).mean(axis=2)
    edges: Floats = np.maximum(across, down)
    return edges


def _salience(colors: Floats, edges: Floats) -> Floats:
    """What is unlike the picture's left and right side at the same height, and has edges nearby.

    Sky, wall and ground go on to the sides, a subject rarely does. The glow in a sky is unlike its
    sides too, but has no edges.
    """
    seen = colors @ _OPPONENTS
    rim = max(2, seen.shape[1] // 16)
    sides = (np.median(side, axis=1, keepdims=True) for side in (seen[:, :rim], seen[:, -rim:]))
    unlike = np.min([np.abs(seen - side).mean(axis=2) for side in sides], axis=0)
    # Running sums leave values a hair below 0, which have no root.
    near_edges = np.maximum(blurred(edges, max(1, min(edges.shape) // 12)), 0)
    drawn = blurred(np.sqrt(unlike * near_edges), max(1, min(edges.shape) // 32))
    salience: Floats = np.clip(drawn - drawn.mean() - 0.25 * drawn.std() - 0.01, 0, None)
    total = salience.sum()
    return salience / total if total > 0 else salience


@functools.cache
def _linear() -> Floats:
    """The 256 values of sRGB as linear light (IEC 61966-2-1)."""
    values = np.arange(256) / 255
    return np.where(values <= _SRGB_KNEE, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
