"""A brand's logo in a picture that should have none: where it is, in any colours, and how surely.

Compares edges, as they are the same in every version of a logo; upright, or nearly so. Whether the
logo at its own spot on a final is as it should be is `logo.logo_match`'s to say.
"""

import functools
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

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

Spectrum = NDArray[np.complexfloating]


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


@dataclass(frozen=True)
class _Silhouette:
    """A logo without its colours: levels, its longer side `_MASTER_PX`."""

    size: tuple[int, int]
    levels: bytes

    @property
    def picture(self) -> Image.Image:
        """Mode L."""
        return Image.frombytes("L", self.size, self.levels)


def _silhouettes(logo: Logo) -> Iterable[_Silhouette]:
    """The versions of the logo without their colours: each shape once, plain ones left out."""
    different = {_silhouette(logo_file) for logo_file in logo.versions.values()}
    return [shape for shape in different if _detail(shape.picture) >= _LEAST_DETAIL]


@functools.lru_cache(maxsize=16)
def _silhouette(logo_file: LogoFile) -> _Silhouette:
    shape = raster(logo_file, _MASTER_PX).getchannel("A")
    shape.thumbnail((_MASTER_PX, _MASTER_PX))
    return _Silhouette(shape.size, shape.tobytes())


def _detail(silhouette: Image.Image) -> float:
    """How long the outline is, in that of its box."""
    inked = np.pad(np.asarray(silhouette) >= _INKED, 1)
    outline = sum(int((inked != np.roll(inked, 1, axis)).sum()) for axis in (0, 1))
    return outline / (2 * sum(silhouette.size))


def _found(grey: Image.Image, silhouette: _Silhouette) -> Iterator[LogoFound]:
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
        rows, columns = (-(-side // _FAST) * _FAST for side in self._shape)
        self._padded = (rows, columns)
        self._edges = np.fft.rfft2(edges, self._padded)
        self._energy = np.fft.rfft2((edges**2).sum(axis=0, keepdims=True), self._padded)

    def places(self, silhouette: _Silhouette, sizes: Iterable[float]) -> list[LogoFound]:
        """The best place of a logo whose longer side is each of `sizes`, the best first."""
        found = (self._place(silhouette, size) for size in sizes)
        return sorted((each for each in found if each), key=lambda each: -each.score)

    def _place(self, silhouette: _Silhouette, size: float) -> LogoFound | None:
        scale = size * self._scale / max(silhouette.size)
        width, height = (max(_LEAST_PX, round(side * scale)) for side in silhouette.size)
        scores = self._scores(_template(silhouette, (width, height), self._padded))
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

    def _scores(self, template: "_Template") -> Levels:
        """How alike edges are with the template's at each place where it fits, 0 to 1.

        Normalized cross-correlation of gradients, where the logo has edges; of light ink on dark as
        of dark on light.
        """
        rows, columns = (
            max(0, whole - own + 1) for whole, own in zip(self._shape, template.shape, strict=True)
        )
        along = np.abs(self._sums(self._edges, template.edges))[:rows, :columns]
        there = np.maximum(self._sums(self._energy, template.weight)[:rows, :columns], 0)
        faint = template.due * (_FAINT_LEVELS / 255) ** 2
        scores: Levels = along / np.sqrt((there + faint) * template.due)
        return scores

    def _sums(self, spectrum: Spectrum, weights: Spectrum) -> Levels:
        """Of all channels together."""
        sums: Levels = np.fft.irfft2((spectrum * weights).sum(axis=0), self._padded)
        return sums


@dataclass(frozen=True)
class _Template:
    """A logo's edges at one size, as transforms over views of one size.

    Attributes:
        shape: Rows and columns, with the margin.
        edges: What gradients are multiplied with, conjugated.
        weight: The same for their squares.
        due: What a perfect match sums up to.
    """

    shape: tuple[int, int]
    edges: Spectrum
    weight: Spectrum
    due: float


@functools.lru_cache(maxsize=128)  # a campaign has few logos, and pictures of few shapes
def _template(
    silhouette: _Silhouette, size_px: tuple[int, int], view_px: tuple[int, int]
) -> _Template:
    small = silhouette.picture.resize(size_px, Image.Resampling.BOX)
    shape = np.pad(np.asarray(small, dtype=np.float32), _MARGIN_PX)
    wanted = gradient(smoothed(shape))
    weight = smoothed(smoothed(np.hypot(*wanted)))
    weight /= weight.max()
    return _Template(
        shape=(shape.shape[0], shape.shape[1]),
        edges=np.conj(np.fft.rfft2(weight * wanted, view_px)),
        weight=np.conj(np.fft.rfft2(weight[None], view_px)),
        due=float((weight * wanted**2).sum()),
    )
