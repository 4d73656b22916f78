"""Lettering: one measured line becomes ink, a mask that any colour can be laid through.

Where lines go and what colour they take is decided by whoever asks.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw, features

from creative_assets.studio.drawn_text import as_drawn
from creative_assets.studio.errors import RenderError
from creative_assets.studio.fonts import drawing_font, script_of
from creative_assets.studio.typography import TypeSpec, measure
from creative_assets.studio.values import Box

# FreeType moves each letter to a whole pixel: small text is drawn larger, for even spacing; and all
# text whose letters hang from one bar, in which a gap of a pixel shows.
_SMALL_PX, _SMALLEST_PX = 48, 30
_BARRED_SCRIPTS = frozenset({"Beng", "Deva", "Guru"})
_FINER, _FINEST = 2, 3
_MARGIN = 0.5  # in em: hinting adds a little to measured ink, and where more is drawn, it shows
_KEPT_INKS = 128


@dataclass(frozen=True, slots=True)
class Ink:
    """A drawn line: its mask (L), cropped to its ink, and where that is to go."""

    mask: Image.Image
    box: Box

    def moved_to(self, left_px: int, baseline_px: float) -> "Ink":
        """The ink, as drawn by `draw_line`, with its left edge and its baseline there."""
        top_px = round(baseline_px) + self.box.top_px
        return Ink(self.mask, self.box.model_copy(update={"left_px": left_px, "top_px": top_px}))


@lru_cache(maxsize=_KEPT_INKS)
def draw_line(line: str, spec: TypeSpec, size_px: int) -> Ink:
    """The ink of one line; its box's left is 0, and its top is counted from the baseline.

    Kept, because formats share sizes, and who checks a final draws its lines again. Its mask is
    for reading only.

    Raises:
        RenderError: More was drawn than measured.
    """
    scale = _scale(spec, size_px)
    drawn_px, extent = scale * size_px, measure(line, spec)
    margin_px = scale * math.ceil(_MARGIN * size_px)
    baseline_px = scale * math.ceil(extent.ascent * size_px) + margin_px
    width_px = scale * math.ceil(extent.width * size_px) + 2 * margin_px
    height_px = baseline_px + scale * math.ceil(extent.descent * size_px) + margin_px
    mask = Image.new("L", (width_px, height_px))
    shaped = features.check("raqm")  # without Raqm, Pillow takes neither direction nor language
    ImageDraw.Draw(mask).text(
        (margin_px - extent.left * drawn_px, baseline_px),
        as_drawn(line, spec.locale, spec.names),
        fill=255,
        font=drawing_font(spec.face, spec.weight, drawn_px),
        anchor="ls",
        direction=spec.direction if shaped else None,
        language=spec.locale if shaped else None,
    )
    if scale > 1:
        mask = mask.reduce(scale)
    left, top, right, bottom = mask.getbbox() or (1, 1, 2, 2)
    if min(left, top, mask.width - right, mask.height - bottom) == 0:
        raise RenderError(
            f"The line {line!r} ({spec.locale}) is larger than it was measured in {spec.face.name}."
            " Install the locked Pillow and uharfbuzz."
        )
    box = Box(
        left_px=0,
        top_px=top - baseline_px // scale,
        width_px=right - left,
        height_px=bottom - top,
    )
    return Ink(mask.crop((left, top, right, bottom)), box)


def _scale(spec: TypeSpec, size_px: int) -> int:
    """How many times as large a line is drawn."""
    if size_px < _SMALLEST_PX:
        return _FINEST
    barred = script_of(spec.locale) in _BARRED_SCRIPTS
    return _FINER if barred or size_px < _SMALL_PX else 1
