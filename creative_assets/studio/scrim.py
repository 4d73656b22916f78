"""Contrast on a picture, and the scrim: a long, soft gradient that gives text its contrast.

A scrim is no fog of one colour: it darkens or lightens the picture to its own colours, blurred, and
only as far as text asks; where the picture is dark or light enough it only calms its detail.
Which texts there are, and their colours, is `compose`'s to say.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageFilter

from creative_assets.studio.sight import (
    Floats,
    Rgb,
    contrast_ratio,
    luminance,
    relative_luminance,
)
from creative_assets.studio.values import Box

Edge = Literal["left", "top", "right", "bottom"]
Levels = NDArray[np.uint8]

_WORST_PERCENTILE = 5
_SAMPLES = 240  # of what is behind a line, enough to know its 5th percentile
_GOLDEN = 0.618033988749895
ALPHAS = tuple(step / 20 for step in range(21))
"""The strengths of a scrim, weakest first."""
_REDUCED_BY = 4  # contrast is judged on 4x4 means: what the eye blends on a phone
_GREY_WEIGHTS = np.array((0.299, 0.587, 0.114))  # ITU-R BT.601, as Pillow's mode L
_LETTER_PX = 12  # about the width of a small letter's strokes and gaps together
_CALM = 8.0  # root mean square of bends between neighbours, of 255 levels, that does not disturb
_MOST_CALMING = 0.7
_LOCAL_PX = 16  # a local colour is the mean of a square of that many pixels, ...
_LOCAL_BLUR = 2.2  # ... blurred with its neighbours, by that many squares
_TONE_STEPS = 6


@dataclass(frozen=True, slots=True)
class Tone:
    """What a scrim turns a picture's own colours to: mixed with `color`, up to a luminance.

    `limit` is the most relative luminance that stays where it `darkens`, for light text, else the
    least.
    """

    color: Rgb
    limit: float
    darkens: bool


@dataclass(frozen=True, slots=True)
class Spared:
    """A box without any scrim.

    It sets in over `fade_px` (across, down) around the box, or that many times as far around it as
    `further` says.
    """

    box: Box
    fade_px: tuple[int, int]
    further: int = 0

    def strength(self, across_px: Floats, down_px: Floats) -> Floats:
        """From 0, without any, to 1, at these columns and rows, broadcast."""
        left_px, top_px, right_px, bottom_px = self.box.corners
        beside = _away(across_px, left_px, right_px) / self.fade_px[0]
        above = _away(down_px, top_px, bottom_px) / self.fade_px[1]
        return _smooth(np.hypot(beside, above) - self.further)


@dataclass(frozen=True, slots=True)
class Fade:
    """Where a scrim that leans on an `edge` is, and how strong there, whatever its tone.

    It is whole for `even_px` from the edge, then fades out over `fade_px`.
    """

    edge: Edge
    even_px: int
    fade_px: int
    spared: Spared | None = None

    def box(self, size: tuple[int, int]) -> Box:
        """All of a picture of that size that the scrim touches."""
        width_px, height_px = size
        reach_px = self.even_px + self.fade_px
        left_px = max(width_px - reach_px, 0) if self.edge == "right" else 0
        top_px = max(height_px - reach_px, 0) if self.edge == "bottom" else 0
        if self.edge in {"left", "right"}:
            width_px = min(reach_px, width_px)
        else:
            height_px = min(reach_px, height_px)
        return Box(left_px=left_px, top_px=top_px, width_px=width_px, height_px=height_px)

    def strength(self, across_px: Floats, down_px: Floats, size: tuple[int, int]) -> Floats:
        """From 0 to 1, at these columns and rows of a picture of that size, broadcast."""
        from_edge_px = {
            "left": across_px,
            "right": size[0] - across_px,
            "top": down_px,
            "bottom": size[1] - down_px,
        }[self.edge]
        strength = 1 - _smooth((from_edge_px - self.even_px) / max(self.fade_px, 1))
        if self.spared is not None:
            strength = strength * self.spared.strength(across_px, down_px)
        return np.broadcast_to(strength, np.broadcast_shapes(across_px.shape, down_px.shape))


@dataclass(frozen=True, slots=True)
class Samples:
    """What is behind some lines, at some points of each.

    `across_px` and `down_px` are shaped (lines, points), `pixels` (lines, points, 3).
    """

    across_px: Floats
    down_px: Floats
    pixels: Levels


@dataclass(frozen=True)
class Behind:
    """A part of a picture as contrast is judged on it: means of squares, shaped (…, …, 3)."""

    box: Box
    means: Levels

    def pixels(self, box: Box) -> Levels:
        """What is behind a box inside this part, shaped (n, 3)."""
        return self.squares(box).reshape(-1, 3)

    def squares(self, box: Box) -> Levels:
        """What is behind a box inside this part, shaped (rows, columns, 3)."""
        rows = _cells(box.top_px - self.box.top_px, box.bottom_px - self.box.top_px)
        columns = _cells(box.left_px - self.box.left_px, box.right_px - self.box.left_px)
        squares: Levels = self.means[rows, columns]
        return squares

    def mean_color(self, box: Box) -> Rgb:
        """The mean colour behind a box inside this part."""
        red, green, blue = self.pixels(box).mean(axis=0)
        return (round(red), round(green), round(blue))


@dataclass(frozen=True, slots=True)
class Scrim:
    """A scrim for a picture of that `size`: what it turns colours to where it is whole, and where.

    `colors` are those of large squares, shaped (rows, columns, 3).
    """

    size: tuple[int, int]
    colors: Levels
    fade: Fade

    @property
    def box(self) -> Box:
        """All that it touches."""
        return self.fade.box(self.size)


def behind(picture: Image.Image, box: Box) -> Behind:
    """The part of a picture (RGB) that is behind `box`."""
    return Behind(box, np.asarray(picture.crop(box.corners).reduce(_REDUCED_BY)))


def local_colors(picture: Image.Image) -> Levels:
    """A picture's (RGB) own colours where no detail is left: means of large squares, blurred."""
    return np.asarray(picture.reduce(_LOCAL_PX).filter(ImageFilter.GaussianBlur(_LOCAL_BLUR)))


def toned(local: Levels, tone: Tone) -> Levels:
    """Local colours, each with the least of the tone's colour in it that brings it to its limit."""
    own, whole = local.astype(np.float64), np.array(tone.color, dtype=np.float64)

    def mixed(share: Floats) -> Levels:
        levels: Levels = (own + (whole - own) * share[..., None]).round().astype(np.uint8)
        return levels

    def short(share: Floats) -> NDArray[np.bool_]:
        lights = relative_luminance(mixed(share))
        beyond: NDArray[np.bool_] = lights > tone.limit if tone.darkens else lights < tone.limit
        return beyond

    low, high = np.zeros(local.shape[:2]), np.ones(local.shape[:2])
    high[~short(low)] = 0.0
    for _ in range(_TONE_STEPS):
        middle = (low + high) / 2
        beyond = short(middle)
        low, high = np.where(beyond, middle, low), np.where(beyond, high, middle)
    return mixed(high)


def colors_at(local: Levels, across_px: Floats, down_px: Floats) -> Levels:
    """The local colours at these columns and rows of a picture, broadcast, shaped (…, 3)."""
    rows = np.minimum((down_px / _LOCAL_PX).astype(int), local.shape[0] - 1)
    columns = np.minimum((across_px / _LOCAL_PX).astype(int), local.shape[1] - 1)
    found: Levels = local[rows, columns]
    return found


def worst_contrast(pixels: Levels, color: Rgb) -> float:
    """The contrast of `color` with `pixels`, shaped (n, 3): the 5th percentile of them."""
    return float(np.percentile(_contrasts(pixels, color), _WORST_PERCENTILE))


def samples(part: Behind, lines: Sequence[Box]) -> Samples:
    """What is behind each line, a box inside `part`, at points spread evenly over it."""
    share = (np.arange(_SAMPLES) + 0.5) / _SAMPLES
    uneven = (share * _GOLDEN * _SAMPLES) % 1  # so that no row and no column is left out
    across = np.array([[line.left_px + share * line.width_px] for line in lines])[:, 0]
    down = np.array([[line.top_px + uneven * line.height_px] for line in lines])[:, 0]
    columns = ((across - part.box.left_px) / _REDUCED_BY).astype(int)
    rows = ((down - part.box.top_px) / _REDUCED_BY).astype(int)
    return Samples(across, down, part.means[rows, columns])


def lights_under(scrim: Scrim, behind_lines: Samples, *, darkest: bool) -> Floats:
    """The luminance behind each line that decides about it, under the scrim at each strength.

    Shaped (`ALPHAS`, lines): the 5th percentile of luminance for the `darkest`, else the 95th.
    """
    at = (behind_lines.across_px, behind_lines.down_px)
    pixels = behind_lines.pixels.astype(np.float32)
    changes = (colors_at(scrim.colors, *at) - pixels) * scrim.fade.strength(*at, scrim.size)[
        ..., None
    ].astype(np.float32)
    rank = round(_WORST_PERCENTILE / 100 * (_SAMPLES - 1))
    rank = rank if darkest else _SAMPLES - 1 - rank
    lights = [
        relative_luminance((pixels + alpha * changes + 0.5).astype(np.uint8)) for alpha in ALPHAS
    ]
    ranked: Floats = np.partition(np.stack(lights), rank, axis=2)[:, :, rank]
    return ranked


def least_alpha(lights: Floats, colors: Sequence[Rgb], wanted: Sequence[float]) -> float:
    """The weakest scrim under which each line, in its colour, has the contrast wanted; else 1.0.

    `lights` are those of `lights_under`, the darkest for dark text.
    """
    inks = np.array([luminance(color) for color in colors])
    met = (contrast_ratio(lights, inks) >= wanted).all(axis=1)
    return ALPHAS[int(met.argmax())] if met.any() else ALPHAS[-1]


def calming_alpha(part: Behind, lines: Sequence[Box]) -> float:
    """The scrim under which detail behind the worst line no longer competes with its letters.

    Contrast alone does not see it: text over dots of two harmless greys is legible and tiring. A
    few bright details count more than as much of an even grain.
    """
    busiest = max((_busyness(part.squares(_widened(box, part.box))) for box in lines), default=0.0)
    needed = 1 - _CALM / max(busiest, _CALM)
    return round(min(needed, _MOST_CALMING), 2)


def lay_scrim(picture: Image.Image, scrim: Scrim, alpha: float) -> Image.Image:
    """A new picture with the scrim on it, as strong as `alpha` (0 to 1) where it is whole."""
    return _laid(picture, _enlarged(scrim.colors, scrim.box), scrim, alpha)


def dim(picture: Image.Image, local: Levels, scrim: Scrim, alpha: float) -> Image.Image:
    """A new picture whose own detail is as much darker or lighter as the scrim is than its ground.

    `local` are the picture's local colours; `alpha` is as for `lay_scrim`, which blurs detail away.
    """
    part, own, wanted = picture.crop(scrim.box.corners), local + 1.0, scrim.colors + 1.0
    if wanted.sum() < own.sum():
        share = np.minimum(255 * wanted / own, 255).round().astype(np.uint8)
        dimmed = ImageChops.multiply(part, _enlarged(share, scrim.box))
    else:
        share = np.minimum(255 * (257 - wanted) / (257 - own), 255).round().astype(np.uint8)
        dimmed = ImageChops.screen(part, _enlarged(255 - share, scrim.box))
    return _laid(picture, dimmed, scrim, alpha)


def _laid(picture: Image.Image, veil: Image.Image, scrim: Scrim, alpha: float) -> Image.Image:
    """A new picture with `veil`, of the size of the scrim's box, where and as strong as it is."""
    box, size = scrim.box, veil.size
    # Computed for squares: it is as smooth between them as anyone can see.
    across = _middles(box.left_px, box.right_px, _REDUCED_BY)
    down = _middles(box.top_px, box.bottom_px, _REDUCED_BY)[:, None]
    levels = (255 * alpha * scrim.fade.strength(across, down, scrim.size)).round()
    within = (0, 0, size[0] / _REDUCED_BY, size[1] / _REDUCED_BY)
    mask = Image.fromarray(levels.astype(np.uint8)).resize(size, Image.Resampling.BILINEAR, within)
    laid = picture.copy()
    laid.paste(veil, box.corners, mask)
    return laid


def _enlarged(colors: Levels, box: Box) -> Image.Image:
    """Colours of large squares, where `box` is, at its size."""
    (rows, columns), size = colors.shape[:2], (box.width_px, box.height_px)
    left, top, right, bottom = (edge / _LOCAL_PX for edge in box.corners)
    within = (left, top, min(right, columns), min(bottom, rows))
    # Smooth at half the size, in a third of the time; no eye sees steps of two pixels in it.
    half = (math.ceil(size[0] / 2), math.ceil(size[1] / 2))
    smooth = Image.fromarray(colors).resize(half, Image.Resampling.BILINEAR, within)
    halves = (0, 0, size[0] / 2, size[1] / 2)
    return smooth.resize(size, Image.Resampling.NEAREST, halves)


def _busyness(squares: Levels) -> float:
    grey = _in_letters(squares @ _GREY_WEIGHTS)
    # Second differences: an even slope, however steep, disturbs nobody.
    bends = [np.diff(grey, n=2, axis=axis) for axis in (0, 1)]
    mean = np.mean([np.square(bend).mean() if bend.size else 0.0 for bend in bends])
    return float(np.sqrt(mean))


def _widened(line: Box, within: Box) -> Box:
    """A line with what is right above and below it: its own height may be one letter's strokes."""
    return line.inset(-2 * _LETTER_PX).common(within)


def _middles(start_px: int, end_px: int, step_px: int) -> Floats:
    middles: Floats = np.arange(start_px, end_px, step_px, dtype=np.float64) + step_px / 2
    return middles


def _away(at_px: Floats, start_px: int, end_px: int) -> Floats:
    """How far before the start or after the end; 0 between them."""
    away: Floats = np.maximum(np.maximum(start_px - at_px, at_px - end_px), 0)
    return away


def _smooth(share: Floats) -> Floats:
    """A smoothstep from 0 at 0 to 1 at 1."""
    inside = np.clip(share, 0, 1)
    smooth: Floats = inside * inside * (3 - 2 * inside)
    return smooth


def _cells(start_px: int, end_px: int) -> slice:
    """The cells of the reduced picture that a span touches."""
    return slice(start_px // _REDUCED_BY, -(-end_px // _REDUCED_BY))


def _contrasts(pixels: Levels, color: Rgb) -> Floats:
    return contrast_ratio(relative_luminance(pixels), luminance(color))


def _in_letters(grey: Floats) -> Floats:
    """Means over squares of a letter's size; a rest at the end is left out."""
    size = _LETTER_PX // _REDUCED_BY
    rows, columns = max(grey.shape[0] // size, 1), max(grey.shape[1] // size, 1)
    kept = grey[: rows * size, : columns * size]
    squares = kept.reshape(rows, kept.shape[0] // rows, columns, kept.shape[1] // columns)
    means: Floats = squares.mean(axis=(1, 3))
    return means
