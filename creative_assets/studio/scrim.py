"""Contrast on a picture, and the scrim: a soft gradient that gives text the contrast it needs.

Only luminance is judged here. Which texts there are, and their colours, is `compose`'s to say.
"""

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
_REDUCED_BY = 4  # contrast is judged on 4x4 means: what the eye blends on a phone
_ALPHA_STEPS = 50
_LETTER_PX = 12  # about the width of a small letter's strokes and gaps together
_CALM = 5.5  # mean bend between neighbours, of 255 levels, that does not disturb
_MOST_CALMING = 0.6


@dataclass(frozen=True, slots=True)
class Need:
    """A text in `color` over `box` that needs at least this `contrast`."""

    box: Box
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


def worst_contrast(picture: Image.Image, box: Box, color: Rgb) -> float:
    """The contrast of `color` with what is behind `box`: the 5th percentile of its pixels."""
    return _worst(_pixels(picture, box), color)


def mean_color(picture: Image.Image, box: Box) -> Rgb:
    """The mean colour of the picture inside `box`."""
    red, green, blue = _pixels(picture, box).mean(axis=0)
    return (round(red), round(green), round(blue))


def least_alpha(picture: Image.Image, needs: Sequence[Need], color: Rgb) -> float:
    """The weakest even veil of `color` with which all `needs` are met; 1.0 where none is."""
    samples = [(_pixels(picture, need.box), need) for need in needs]
    veil = np.array(color, dtype=np.float64)

    def met(step: int) -> bool:
        alpha = step / _ALPHA_STEPS
        return all(
            _worst(pixels + (veil - pixels) * alpha, need.color) >= need.contrast
            for pixels, need in samples
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
    if not scrim.alpha:
        return veiled
    along_height = scrim.edge in {"top", "bottom"}
    length = min(scrim.even_px + scrim.fade_px, picture.height if along_height else picture.width)
    strength = scrim.alpha * (1 - _ramp(length, scrim.even_px, scrim.even_px + scrim.fade_px))
    levels = (255 * strength).round().astype(np.uint8)
    if scrim.edge in {"bottom", "right"}:
        levels = levels[::-1]
    if along_height:
        mask = Image.fromarray(levels[:, None]).resize((picture.width, length))
        at = (0, picture.height - length if scrim.edge == "bottom" else 0)
    else:
        mask = Image.fromarray(levels[None, :]).resize((length, picture.height))
        if scrim.onset:
            rows = (255 * _ramp(picture.height, *scrim.onset)).round().astype(np.uint8)
            mask = ImageChops.multiply(mask, Image.fromarray(rows[:, None]).resize(mask.size))
        at = (picture.width - length if scrim.edge == "right" else 0, 0)
    veiled.paste(scrim.color, (*at, at[0] + mask.width, at[1] + mask.height), mask)
    return veiled


def _ramp(length: int, start: int, end: int) -> NDArray[np.float64]:
    """0 up to `start`, 1 from `end` on; smoothstep, so that no line shows at either."""
    share = np.clip((np.arange(length) + 0.5 - start) / max(end - start, 1), 0, 1)
    return share * share * (3 - 2 * share)


def _pixels(picture: Image.Image, box: Box) -> NDArray[np.float64]:
    reduced = picture.crop(box.corners).reduce(_REDUCED_BY)
    return np.asarray(reduced, dtype=np.float64).reshape(-1, 3)


def _worst(pixels: NDArray[np.float64], color: Rgb) -> float:
    behind = relative_luminance(pixels.round().astype(np.uint8))
    return float(np.percentile(contrast_ratio(behind, luminance(color)), _WORST_PERCENTILE))
