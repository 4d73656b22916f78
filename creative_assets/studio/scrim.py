"""Contrast on a picture, and the scrim: a soft gradient that gives text the contrast it needs.

Only luminance is judged here. Which texts there are, and their colours, is `compose`'s to say.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops

from creative_assets.studio.sight import Rgb, contrast_ratio, luminance, relative_luminance
from creative_assets.studio.values import Box

Edge = Literal["left", "top", "right", "bottom"]

_WORST_PERCENTILE = 5
# A veil hardly changes which pixels are the worst: of those around the 5th percentile, a few do.
_FROM_PERCENTILE, _FEW = 2.5, 8
_REDUCED_BY = 4  # contrast is judged on 4x4 means: what the eye blends on a phone
_ALPHA_STEPS = 50
_GREY_WEIGHTS = np.array((0.299, 0.587, 0.114))  # ITU-R BT.601, as Pillow's mode L
_LETTER_PX = 12  # about the width of a small letter's strokes and gaps together
_CALM = 5.5  # mean bend between neighbours, of 255 levels, that does not disturb
_MOST_CALMING = 0.6
# Below or above a subject most of a scrim is gone in the first third of its fade. From a side that
# would look like the edge of a curtain.
_SOON = 0.55


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


@dataclass(frozen=True, slots=True)
class Behind:
    """A part of a picture as contrast is judged on it: means of squares, shaped (…, …, 3)."""

    box: Box
    means: NDArray[np.uint8]

    def pixels(self, box: Box) -> NDArray[np.uint8]:
        """What is behind a box inside this part, shaped (n, 3)."""
        rows = _cells(box.top_px - self.box.top_px, box.bottom_px - self.box.top_px)
        columns = _cells(box.left_px - self.box.left_px, box.right_px - self.box.left_px)
        return self.means[rows, columns].reshape(-1, 3)

    def mean_color(self, box: Box) -> Rgb:
        """The mean colour behind a box inside this part."""
        red, green, blue = self.pixels(box).mean(axis=0)
        return (round(red), round(green), round(blue))


def behind(picture: Image.Image, box: Box) -> Behind:
    """The part of a picture (RGB) that is behind `box`."""
    return Behind(box, np.asarray(picture.crop(box.corners).reduce(_REDUCED_BY)))


def worst_contrast(pixels: NDArray[np.uint8], color: Rgb) -> float:
    """The contrast of `color` with `pixels`, shaped (n, 3): the 5th percentile of them."""
    return float(np.percentile(_contrasts(pixels, color), _WORST_PERCENTILE))


def least_alpha(needs: Sequence[Need], veil: Rgb) -> float:
    """The weakest even veil of that colour with which all `needs` are met; 1.0 where none is."""
    worst = [_worst_of(need) for need in needs]
    counts = [len(pixels) for pixels in worst]
    pixels = np.concatenate(worst)
    inks = np.repeat([luminance(need.color) for need in needs], counts)
    wanted = np.repeat([need.contrast for need in needs], counts)

    def met(step: int) -> bool:
        grounds = relative_luminance(_veiled(pixels, veil, step / _ALPHA_STEPS))
        return bool((contrast_ratio(grounds, inks) >= wanted).all())

    low, high = 0, _ALPHA_STEPS
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if met(middle) else (middle + 1, high)
    return low / _ALPHA_STEPS


def calming_alpha(part: Behind) -> float:
    """The veil under which detail behind text no longer competes with letters; often 0.

    Contrast alone does not see it: text over dots of two harmless greys is legible and tiring.
    """
    grey = _in_letters(part.means @ _GREY_WEIGHTS)
    # Second differences: an even slope, however steep, disturbs nobody.
    bends = [np.abs(np.diff(grey, n=2, axis=axis)) for axis in (0, 1)]
    busyness = float(np.mean([bend.mean() if bend.size else 0.0 for bend in bends]))
    needed = 1 - _CALM / max(busyness, _CALM)
    return round(min(needed, _MOST_CALMING) * _ALPHA_STEPS) / _ALPHA_STEPS


def lay_scrim(picture: Image.Image, scrim: Scrim) -> Image.Image:
    """A new picture with the scrim on it."""
    veiled = picture.copy()
    box, even = scrim_box(scrim, picture.size), _even_box(scrim, picture.size)
    for part in _beside(even, box):
        veiled.paste(scrim.color, part.corners, _mask(scrim, part, picture.size))
    # Where it is even, a table is four times as fast as a mask, and gives the same levels.
    veiled.paste(picture.crop(even.corners).point(_table(scrim)), even.corners)
    return veiled


def scrim_box(scrim: Scrim, size: tuple[int, int]) -> Box:
    """All of a picture of that size that the scrim touches."""
    width_px, height_px = size
    reach_px = scrim.even_px + scrim.fade_px
    left_px = top_px = 0
    match scrim.edge:
        case "top":
            height_px = min(reach_px, height_px)
        case "bottom":
            top_px = max(height_px - reach_px, 0)
        case "left":
            width_px = min(reach_px, width_px)
        case "right":
            left_px = max(width_px - reach_px, 0)
    if scrim.onset:
        top_px = max(scrim.onset[0], 0)
    return Box(
        left_px=left_px, top_px=top_px, width_px=width_px - left_px, height_px=height_px - top_px
    )


def _mask(scrim: Scrim, part: Box, size: tuple[int, int]) -> Image.Image:
    """A mask (L) of how strong the scrim is in a part of a picture of that size."""
    rows, columns = slice(part.top_px, part.bottom_px), slice(part.left_px, part.right_px)
    along_height = scrim.edge in {"top", "bottom"}
    length = size[1] if along_height else size[0]
    end_px = scrim.even_px + scrim.fade_px
    bend = _SOON if along_height else 1.0
    strength = scrim.alpha * (1 - _ramp(length, scrim.even_px, end_px, bend))
    if scrim.edge in {"bottom", "right"}:
        strength = strength[::-1]
    if along_height:
        return Image.fromarray(np.repeat(_levels(strength[rows])[:, None], part.width_px, axis=1))
    across = np.repeat(_levels(strength[columns])[None, :], part.height_px, axis=0)
    if scrim.onset is None:
        return Image.fromarray(across)
    down = np.repeat(_levels(_ramp(size[1], *scrim.onset)[rows])[:, None], part.width_px, axis=1)
    return ImageChops.multiply(Image.fromarray(across), Image.fromarray(down))


def _even_box(scrim: Scrim, size: tuple[int, int]) -> Box:
    """Where the scrim has its full strength."""
    box = scrim_box(replace(scrim, fade_px=0), size)
    if scrim.onset is None:
        return box
    top_px = min(max(scrim.onset[1], box.top_px), box.bottom_px)
    return box.model_copy(update={"top_px": top_px, "height_px": box.bottom_px - top_px})


def _beside(even: Box, box: Box) -> list[Box]:
    """What `box` has beside `even`, which shares its edge: above, below, left and right of it."""
    above = (box.left_px, box.top_px, box.right_px, even.top_px)
    below = (box.left_px, even.bottom_px, box.right_px, box.bottom_px)
    left = (box.left_px, even.top_px, even.left_px, even.bottom_px)
    right = (even.right_px, even.top_px, box.right_px, even.bottom_px)
    return [
        Box(left_px=x, top_px=y, width_px=to_x - x, height_px=to_y - y)
        for x, y, to_x, to_y in (above, below, left, right)
        if to_x > x and to_y > y
    ]


def _table(scrim: Scrim) -> list[int]:
    """Pillow's own blending (`Paste.c`) of each level of each channel, at full strength."""
    share = int(_levels(np.array(scrim.alpha)))
    blended = np.arange(256) * (255 - share) + np.array(scrim.color)[:, None] * share + 128
    table: list[int] = (((blended >> 8) + blended) >> 8).ravel().tolist()
    return table


def _levels(strength: NDArray[np.float64]) -> NDArray[np.uint8]:
    return (255 * strength).round().astype(np.uint8)


def _ramp(length: int, start: int, end: int, bend: float = 1.0) -> NDArray[np.float64]:
    """0 up to `start`, 1 from `end` on; a smoothstep, that rises sooner with a `bend` below 1."""
    share = np.clip((np.arange(length) + 0.5 - start) / max(end - start, 1), 0, 1) ** bend
    return share * share * (3 - 2 * share)


def _cells(start_px: int, end_px: int) -> slice:
    """The cells of the reduced picture that a span touches."""
    return slice(start_px // _REDUCED_BY, -(-end_px // _REDUCED_BY))


def _contrasts(pixels: NDArray[np.uint8], color: Rgb) -> NDArray[np.float64]:
    return contrast_ratio(relative_luminance(pixels), luminance(color))


def _veiled(pixels: NDArray[np.uint8], veil: Rgb, alpha: float) -> NDArray[np.uint8]:
    mixed = pixels + (np.array(veil, dtype=np.float64) - pixels) * alpha
    return mixed.round().astype(np.uint8)


def _worst_of(need: Need) -> NDArray[np.uint8]:
    """A few of the pixels that decide: just under the 5th percentile of contrast."""
    last = len(need.pixels) - 1
    start, end = (math.floor(share / 100 * last) for share in (_FROM_PERCENTILE, _WORST_PERCENTILE))
    order = np.argpartition(_contrasts(need.pixels, need.color), (start, end))
    chosen = order[start : end + 1]
    return need.pixels[chosen[:: max(1, len(chosen) // _FEW)]]


def _in_letters(grey: NDArray[np.float64]) -> NDArray[np.float64]:
    """Means over squares of a letter's size; a rest at the end is left out."""
    size = _LETTER_PX // _REDUCED_BY
    rows, columns = max(grey.shape[0] // size, 1), max(grey.shape[1] // size, 1)
    kept = grey[: rows * size, : columns * size]
    squares = kept.reshape(rows, kept.shape[0] // rows, columns, kept.shape[1] // columns)
    means: NDArray[np.float64] = squares.mean(axis=(1, 3))
    return means
