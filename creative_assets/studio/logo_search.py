"""A brand's logo in a picture that should have none: where it is, in any colours, and how surely.

Compares edges, as they are the same in every version of a logo; upright, or nearly so. Whether the
logo at its own spot on a final is as it should be is `logo.logo_match`'s to say.
"""

import functools
import math
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from creative_assets.studio.edges import Levels, gradient, smoothed
from creative_assets.studio.logo import Logo, LogoFile, raster
from creative_assets.studio.values import Box, Frozen

# From here on it is the logo. Measured, see docs/adr/0011.
MATCH_NEEDED = 0.55

# The search: on thumbnails of these sides squared, for logos of these longer sides, in its pixels.
_THUMBNAILS_PX = (96, 192)
_LONG_SIDES_PX = (26, 30, 35, 41, 47)
# The closer look at each thumbnail's best: with the logo this long, and a little more or less.
_LOOKED_AT = 2
_CLOSER_PX = 110
_SCALES = (0.9, 0.95, 1.0, 1.05, 1.1)
_AROUND = 0.2  # of the logo's longer side, beyond a place on each side

# Plainer marks are on many a picture: a square or a disc has 1, a ring 2, our examples 2.5 to 3.4.
_LEAST_DETAIL = 2.2

_MASTER_PX = 256
_INKED = 128
_MARGIN_PX = 3  # of bare ground around a silhouette: its outermost edges count
_LEAST_PX = 4
_FAST = 16  # a multiple of it has a quick transform
# Of 255: where the picture has edges no stronger than this, noise has the course of many a logo.
_FAINT_LEVELS = 12


class LogoFound(Frozen):
    """How surely a logo is in a picture, 0 to 1, and where, in the picture's pixels."""

    score: float
    box: Box


def logo_in(picture: Image.Image, logo: Logo) -> LogoFound | None:
    """The likeliest place of the logo in the picture (RGB); None where it is surely not there.

    Finds it from about a seventh of the picture's side on; a mark as plain as a ring, nowhere.

    Raises:
        RenderError: A version of the logo cannot be drawn.
    """
    grey = picture.convert("L")
    found = [each for shape in _silhouettes(logo) for each in _found(grey, shape)]
    best = max(found, key=lambda each: each.score, default=None)
    return best if best and best.score >= MATCH_NEEDED else None


def _silhouettes(logo: Logo) -> Iterable[Image.Image]:
    """The versions of the logo without their colours: each shape once, plain ones left out."""
    drawn = [_silhouette(logo_file) for logo_file in logo.versions.values()]
    different = {(shape.size, shape.tobytes()): shape for shape in drawn}.values()
    return [shape for shape in different if _detail(shape) >= _LEAST_DETAIL]


@functools.lru_cache(maxsize=16)
def _silhouette(logo_file: LogoFile) -> Image.Image:
    """Mode L, its longer side `_MASTER_PX`; shared, so not to be drawn on."""
    shape = raster(logo_file, _MASTER_PX).getchannel("A")
    shape.thumbnail((_MASTER_PX, _MASTER_PX))
    return shape


def _detail(silhouette: Image.Image) -> float:
    """How long the outline is, in that of its box."""
    inked = np.pad(np.asarray(silhouette) >= _INKED, 1)
    outline = sum(int((inked != np.roll(inked, 1, axis)).sum()) for axis in (0, 1))
    return outline / (2 * sum(silhouette.size))


def _found(grey: Image.Image, silhouette: Image.Image) -> Iterator[LogoFound]:
    """The likeliest places on each thumbnail, looked at closer."""
    whole = Box(left_px=0, top_px=0, width_px=grey.width, height_px=grey.height)
    for thumbnail_px in _THUMBNAILS_PX:
        scale = thumbnail_px / math.sqrt(whole.area_px)
        sizes = [side_px / scale for side_px in _LONG_SIDES_PX]
        likely = _View(grey, whole, scale).places(silhouette, sizes)
        for place in likely[:_LOOKED_AT]:
            size = max(place.box.width_px, place.box.height_px)
            around = place.box.inset(-round(_AROUND * size)).common(whole)
            closer = _View(grey, around, _CLOSER_PX / size)
            yield from closer.places(silhouette, [each * size for each in _SCALES])


class _View:
    """An area of a picture at a scale: its edges, as Fourier transforms for sums at every place."""

    def __init__(self, grey: Image.Image, area: Box, scale: float) -> None:
        size = (max(1, round(area.width_px * scale)), max(1, round(area.height_px * scale)))
        small = grey.resize(size, Image.Resampling.BILINEAR, area.corners, reducing_gap=1.0)
        edges = gradient(smoothed(np.asarray(small, dtype=np.float32)))
        self._area, self._scale = area, scale
        self._shape = edges.shape[1:]
        self._padded = tuple(-(-side // _FAST) * _FAST for side in self._shape)
        self._edges = np.fft.rfft2(edges, self._padded)
        self._energy = np.fft.rfft2((edges**2).sum(axis=0, keepdims=True), self._padded)

    def places(self, silhouette: Image.Image, sizes: Iterable[float]) -> list[LogoFound]:
        """The best place of a logo whose longer side is each of `sizes`, the best first."""
        found = (self._place(silhouette, size) for size in sizes)
        return sorted((each for each in found if each), key=lambda each: -each.score)

    def _place(self, silhouette: Image.Image, size: float) -> LogoFound | None:
        scale = size * self._scale / max(silhouette.size)
        width, height = (max(_LEAST_PX, round(side * scale)) for side in silhouette.size)
        scores = self._scores(silhouette.resize((width, height), Image.Resampling.BOX))
        if not scores.size:
            return None
        top, left = (int(at) for at in np.unravel_index(int(scores.argmax()), scores.shape))
        box = Box(
            left_px=self._area.left_px + round((left + _MARGIN_PX) / self._scale),
            top_px=self._area.top_px + round((top + _MARGIN_PX) / self._scale),
            width_px=round(width / self._scale),
            height_px=round(height / self._scale),
        )
        return LogoFound(score=round(float(scores[top, left]), 3), box=box)

    def _scores(self, silhouette: Image.Image) -> Levels:
        """How alike edges are with the silhouette's margin at each place, 0 to 1.

        Normalized cross-correlation of gradients, where the silhouette has edges; of light ink on
        dark as of dark on light.
        """
        shape = np.pad(np.asarray(silhouette, dtype=np.float32), _MARGIN_PX)
        wanted = gradient(smoothed(shape))
        weight = smoothed(smoothed(np.hypot(*wanted)))
        weight /= weight.max()
        due = float((weight * wanted**2).sum())
        along = np.abs(self._sums(self._edges, weight * wanted))
        there = np.maximum(self._sums(self._energy, weight[None]), 0)
        faint = due * (_FAINT_LEVELS / 255) ** 2
        scores: Levels = along / np.sqrt((there + faint) * due)
        rows, columns = (
            whole - own + 1 for whole, own in zip(self._shape, shape.shape, strict=True)
        )
        return scores[: max(0, rows), : max(0, columns)]

    def _sums(self, spectrum: NDArray[np.complexfloating], weights: Levels) -> Levels:
        """Of all channels together."""
        turned = spectrum * np.conj(np.fft.rfft2(weights, self._padded))
        sums: Levels = np.fft.irfft2(turned.sum(axis=0), self._padded)
        return sums
