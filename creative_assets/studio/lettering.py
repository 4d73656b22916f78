"""Lettering: one measured line becomes ink, a mask that any colour can be laid through.

Where lines go and what colour they take is decided by whoever asks.
"""

import math
from dataclasses import dataclass

from PIL import Image, ImageDraw, features

from creative_assets.studio.fonts import drawing_font
from creative_assets.studio.typography import TypeSpec, autospaced, measure
from creative_assets.studio.values import Box

_SMALL_PX = 48
_FINER = 3


@dataclass(frozen=True, slots=True)
class Ink:
    """A drawn line: its mask (L), cropped to its ink, and where that is to go."""

    mask: Image.Image
    box: Box

    def moved_to(self, left_px: int, baseline_px: float) -> "Ink":
        """The ink, as drawn by `draw_line`, with its left edge and its baseline there."""
        top_px = round(baseline_px) + self.box.top_px
        return Ink(self.mask, self.box.model_copy(update={"left_px": left_px, "top_px": top_px}))


def draw_line(line: str, spec: TypeSpec, size_px: int) -> Ink:
    """The ink of one line; its box's left is 0, and its top is counted from the baseline."""
    # FreeType moves each letter to a whole pixel: small text is drawn larger, for even spacing.
    scale = _FINER if size_px < _SMALL_PX else 1
    drawn_px = scale * size_px
    width_px = math.ceil(measure(line, spec).width * drawn_px)
    mask = Image.new("L", (width_px + 2 * drawn_px, 4 * drawn_px))
    shaped = features.check("raqm")  # without Raqm, Pillow takes neither direction nor language
    ImageDraw.Draw(mask).text(
        (drawn_px, 2 * drawn_px),
        autospaced(line, spec.locale),
        fill=255,
        font=drawing_font(spec.face, spec.weight, drawn_px),
        anchor="ls",
        direction=spec.direction if shaped else None,
        language=spec.locale if shaped else None,
    )
    if scale > 1:
        mask = mask.reduce(scale)
    left, top, right, bottom = mask.getbbox() or (0, 0, 1, 1)
    box = Box(left_px=0, top_px=top - 2 * size_px, width_px=right - left, height_px=bottom - top)
    return Ink(mask.crop((left, top, right, bottom)), box)
