"""The shade: a long gradient over one side of a picture, from the frame's edge, for logo and text.

It is a part of the picture's plan, and laid before the logo: a scrim that comes after it has to
open around the logo, and a strong one looks like a cloud there. Which pictures get one is
`compose.shading`'s to say.
"""

from dataclasses import replace

from PIL import Image

from creative_assets.studio.scrim import (
    Edge,
    Fade,
    Scrim,
    Tone,
    dim,
    lay_scrim,
    local_colors,
    toned,
)
from creative_assets.studio.values import Box, Frozen

# A fade begins over the last part of the texts, in shares of their extent: no edge of a plateau is
# seen beside them. It goes on beyond them by so much of the unit, at least and at most.
_OVER_TEXT = 0.35
_FADE_OF_BAND, _FADE_OF_COLUMN = (0.26, 0.34), (0.35, 0.75)
# The share of the fade over which detail comes back: blurred further out, bushes and lights would
# be smears beside the texts.
_CALM = 0.6
_OVER_SUBJECT = 1.15  # the last part of a fade, over the subject's foot, is too faint to be seen


class Shade(Frozen):
    """What the picture's own colours turn to, where, and how strong: 0 to 1 where it is whole."""

    tone: Tone
    fade: Fade
    alpha: float


def lay_shade(picture: Image.Image, shade: Shade) -> Image.Image:
    """A new picture with the shade on it: detail is dimmed, and blurred away behind the texts."""
    local = local_colors(picture)
    scrim = Scrim(picture.size, toned(local, shade.tone), shade.fade)
    calm = replace(shade.fade, fade_px=round(_CALM * shade.fade.fade_px))
    dimmed = dim(picture, local, scrim, shade.alpha)
    return lay_scrim(dimmed, replace(scrim, fade=calm), shade.alpha)


def fade_behind(
    texts: Box, subject: Box, size: tuple[int, int], edge: Edge, unit_px: float
) -> Fade:
    """From a frame's edge to beyond the texts, ending before the subject's middle."""
    width_px, height_px = size
    reach_px, space_px = {
        "left": (texts.right_px, subject.left_px - texts.right_px),
        "right": (width_px - texts.left_px, texts.left_px - subject.right_px),
        "top": (texts.bottom_px, subject.top_px - texts.bottom_px),
        "bottom": (height_px - texts.top_px, texts.top_px - subject.bottom_px),
    }[edge]
    band = edge in {"top", "bottom"}
    shortest, longest = _FADE_OF_BAND if band else _FADE_OF_COLUMN
    beyond_px = max(min(longest * unit_px, _OVER_SUBJECT * space_px), shortest * unit_px)
    even_px = round(reach_px - _OVER_TEXT * (texts.height_px if band else texts.width_px))
    return Fade(edge=edge, even_px=even_px, fade_px=round(reach_px + beyond_px) - even_px)
