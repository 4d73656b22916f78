"""Contrast on a picture, and the scrim: a soft gradient that gives text the contrast it needs.

Only luminance is judged here. Which texts there are, and their colours, is `compose`'s to say.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops

from creative_assets.studio.sight import Rgb, contrast_ratio, luminance, relative_luminance
from creative_assets.studio.values import Box

Edge = Literal["left", "top", "right", "bottom"]

_WORST_PERCENTILE = 5
_LIKELY_WORST = 0.15  # a veil hardly changes which pixels are the worst: three times as many do
_REDUCED_BY = 4  # contrast is judged on 4x4 means: what the eye blends on a phone
_ALPHA_STEPS = 50
_LETTER_PX = 12  # about the width of a small letter's strokes and gaps together
_CALM = 5.5  # mean bend between neighbours, of 255 levels, that does not disturb
_MOST_CALMING = 0.6


@dataclass(frozen=True, slots=True)
class Need:
    """A text in `color` over `pixels`, shaped (n, 3), that needs at least this `contrast`."""

    pixels: NDArray[np.uint8]
    color: Rgb
    contrast: float


@dataclass(frozen=True, slots=True)
class Scrim:
    """A veil of `color` that leans on one `edge`.

    It is even for `even_px` from the edge, as strong as `alpha` (0 to 1), then fades out over
    `fade_px`. One that leans on a side may have an `onset`: nothing above its first row, all below
    its second.
    """

    edge: Edge
    even_px: int
    fade_px: int
    color: Rgb
    alpha: float
    onset: tuple[int, int] | None = None


def pixels_behind(picture: Image.Image, boxes: Sequence[Box]) -> list[NDArray[np.uint8]]:
    """What contrast is judged on behind each box, shaped (n, 3); boxes are near each other."""
    left_px = min(box.left_px for box in boxes)
    top_px = min(box.top_px for box in boxes)
    right_px = max(box.right_px for box in boxes)
    bottom_px = max(box.bottom_px for box in boxes)
    around = picture.crop((left_px, top_px, right_px, bottom_px))
    reduced = np.asarray(around.reduce(_REDUCED_BY))
    found = []
    for box in boxes:
        rows = _cells(box.top_px - top_px, box.bottom_px - top_px)
        columns = _cells(box.left_px - left_px, box.right_px - left_px)
        found.append(reduced[rows, columns].reshape(-1, 3))
    return found


def worst_contrast(pixels: NDArray[np.uint8], color: Rgb) -> float:
    """The contrast of `color` with `pixels`, shaped (n, 3): the 5th percentile of them."""
    return float(np.percentile(_contrasts(pixels, color), _WORST_PERCENTILE))


def veiled_contrast(pixels: NDArray[np.uint8], color: Rgb, veil: Rgb, alpha: float) -> float:
    """The worst contrast of `color` with `pixels` under an even veil."""
    return worst_contrast(_veiled(pixels, veil, alpha), color)


def mean_color(picture: Image.Image, box: Box) -> Rgb:
    """The mean colour of the picture inside `box`."""
    [pixels] = pixels_behind(picture, [box])
    red, green, blue = pixels.mean(axis=0)
    return (round(red), round(green), round(blue))


def least_alpha(needs: Sequence[Need], veil: Rgb) -> float:
    """The weakest even veil of that colour with which all `needs` are met; 1.0 where none is."""
    worst = [_worst_of(need) for need in needs]

    def met(step: int) -> bool:
        return all(
            np.partition(_contrasts(_veiled(pixels, veil, step / _ALPHA_STEPS), need.color), rank)[
                rank
            ]
            >= need.contrast
            for need, (pixels, rank) in zip(needs, worst, strict=True)
        )

    low, high = 0, _ALPHA_STEPS
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if met(middle) else (middle + 1, high)
    return low / _ALPHA_STEPS


def calming_alpha(picture: Image.Image, box: Box) -> float:
    """The veil under which detail behind `box` no longer competes with letters; often 0.

    Contrast alone does not see it: text over dots of two harmless greys is legible and tiring.
    """
    grey = np.asarray(picture.crop(box.corners).convert("L").reduce(_LETTER_PX), dtype=np.float64)
    # Second differences: an even slope, however steep, disturbs nobody.
    bends = [np.abs(np.diff(grey, n=2, axis=axis)) for axis in (0, 1)]
    busyness = float(np.mean([bend.mean() if bend.size else 0.0 for bend in bends]))
    needed = 1 - _CALM / max(busyness, _CALM)
    return round(min(needed, _MOST_CALMING) * _ALPHA_STEPS) / _ALPHA_STEPS


def lay_scrim(picture: Image.Image, scrim: Scrim) -> Image.Image:
    """A new picture with the scrim on it."""
    veiled = picture.copy()
    box = scrim_box(scrim, picture.size)
    along_height = scrim.edge in {"top", "bottom"}
    length = box.height_px if along_height else box.width_px
    strength = scrim.alpha * (1 - _ramp(length, scrim.even_px, scrim.even_px + scrim.fade_px))
    levels = (255 * strength).round().astype(np.uint8)
    if scrim.edge in {"bottom", "right"}:
        levels = levels[::-1]
    mask = np.empty((box.height_px, box.width_px), dtype=np.uint8)
    mask[:] = levels[:, None] if along_height else levels[None, :]
    shown = Image.fromarray(mask)
    if scrim.onset:
        rows = (255 * _ramp(picture.height, *scrim.onset)).round().astype(np.uint8)
        mask = np.empty_like(mask)
        mask[:] = rows[:, None]
        shown = ImageChops.multiply(shown, Image.fromarray(mask))
    veiled.paste(scrim.color, box.corners, shown)
    return veiled


def scrim_box(scrim: Scrim, size: tuple[int, int]) -> Box:
    """All of a picture of that size that the scrim touches."""
    width_px, height_px = size
    reach_px = scrim.even_px + scrim.fade_px
    if scrim.edge in {"top", "bottom"}:
        height_px = min(reach_px, height_px)
    else:
        width_px = min(reach_px, width_px)
    return Box(
        left_px=size[0] - width_px if scrim.edge == "right" else 0,
        top_px=size[1] - height_px if scrim.edge == "bottom" else 0,
        width_px=width_px,
        height_px=height_px,
    )


def _ramp(length: int, start: int, end: int) -> NDArray[np.float64]:
    """0 up to `start`, 1 from `end` on; smoothstep, so that no line shows at either."""
    share = np.clip((np.arange(length) + 0.5 - start) / max(end - start, 1), 0, 1)
    return share * share * (3 - 2 * share)


def _cells(start_px: int, end_px: int) -> slice:
    """The cells of the reduced picture that a span touches."""
    return slice(start_px // _REDUCED_BY, -(-end_px // _REDUCED_BY))


def _contrasts(pixels: NDArray[np.uint8], color: Rgb) -> NDArray[np.float64]:
    return contrast_ratio(relative_luminance(pixels), luminance(color))


def _veiled(pixels: NDArray[np.uint8], veil: Rgb, alpha: float) -> NDArray[np.uint8]:
    mixed = pixels + (np.array(veil, dtype=np.float64) - pixels) * alpha
    return mixed.round().astype(np.uint8)


def _worst_of(need: Need) -> tuple[NDArray[np.uint8], int]:
    """The pixels that can be among the worst, and which of them counts."""
    rank = math.floor(_WORST_PERCENTILE / 100 * (len(need.pixels) - 1))
    kept = min(max(math.ceil(_LIKELY_WORST * len(need.pixels)), rank + 1), len(need.pixels))
    order = np.argpartition(_contrasts(need.pixels, need.color), kept - 1)
    return need.pixels[order[:kept]], rank
