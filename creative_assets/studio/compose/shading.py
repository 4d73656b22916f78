"""Which pictures get a shade before their logo and text, and whether a dark or a light one.

Judged on all that a text zone holds, as the words are not known yet. How a shade is laid is
`shade`'s matter; what the words need beyond it, `grounds` lays.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from creative_assets.studio.compose.grounds import BEARABLE, Line, changed, cost_of, strength
from creative_assets.studio.compose.rooms import edge_of
from creative_assets.studio.compose.texts import Role, TextStyle, unit_px
from creative_assets.studio.compose.themes import scrim_themes
from creative_assets.studio.formats import safe_box
from creative_assets.studio.layouts import frame_shape, layout_named
from creative_assets.studio.logo import Logo, ink_contrast, ink_of
from creative_assets.studio.logo_places import GOOD_LOGO_CONTRAST, View
from creative_assets.studio.scrim import (
    ALPHAS,
    Fade,
    Scrim,
    Tone,
    behind,
    calming_alpha,
    lights_under,
    local_colors,
    samples,
    toned,
)
from creative_assets.studio.shade import Shade, fade_behind, lay_shade
from creative_assets.studio.sight import Floats
from creative_assets.studio.values import Box

# A text zone is judged as if that many lines filled it, the first of them a headline's.
_LINES, _HEADLINES = 6, 3
_WEAK = 0.2  # a scrim up to here may open around a logo, and nobody sees it


@dataclass(frozen=True, slots=True)
class _Need:
    """How strong a shade of that tone has to be for a theme, and what speaks against it."""

    tone: Tone
    alpha: float
    cost: float


def shaded(views: Sequence[View], style: TextStyle, logo: Logo) -> tuple[View, ...]:
    """The same views; a column that needs a strong scrim with a shade in the place of it.

    Its tone is the one that all formats of the ad bear best, as they share their colours.
    """
    if not any(map(_is_column, views)):
        return tuple(views)
    needs = [_needs(view, style, logo) if _is_on_picture(view) else None for view in views]
    costs = [sum(each.cost for each in column) for column in zip(*filter(None, needs), strict=True)]
    best = costs.index(min(costs))
    return tuple(
        _with_shade(view, found[best]) if found and _is_column(view) else view
        for view, found in zip(views, needs, strict=True)
    )


def _is_on_picture(view: View) -> bool:
    return layout_named(view.zones.layout).ground == "scrim"


def _is_column(view: View) -> bool:
    """Whether the text is on one side of the picture, and the logo above it."""
    on_side = edge_of(view.zones.text_zone, view.fmt) in {"left", "right"}
    return _is_on_picture(view) and on_side and frame_shape(view.fmt) == "landscape"


def _needs(view: View, style: TextStyle, logo: Logo) -> tuple[_Need, ...]:
    """For each theme, what the whole text zone would take, and a column's logo above it."""
    text, top_px = view.zones.text_zone, safe_box(view.fmt).top_px
    headroom_px = text.top_px - top_px if _is_column(view) else 0
    picture = view.frame.crop((text.left_px, text.top_px - headroom_px, *text.corners[2:]))
    zone = Box(left_px=0, top_px=0, width_px=picture.width, height_px=picture.height)
    lines = _lines(zone, headroom_px)
    boxes = [line.box for line in lines]
    above = [_logo_box(zone, headroom_px, style)] if headroom_px else []
    part, local = behind(picture, zone), local_colors(picture)
    calm, found = calming_alpha(part, boxes), samples(part, [*boxes, *above])
    needs = []
    for tone, themes in scrim_themes(style):
        scrim = Scrim(picture.size, toned(local, tone), Fade("left", picture.width, 0))
        lights = lights_under(scrim, found, darkest=not tone.darkens)
        change = changed(local, scrim, zone)
        for_logo = _least_for_logo(lights[:, -1], logo) if above else 0.0
        for theme in themes:
            for_text = strength(lights[:, : len(lines)], calm, theme, lines)
            alpha = max(for_text, for_logo)
            needs.append(_Need(tone, min(alpha, BEARABLE), cost_of(theme, alpha, change)))
    return tuple(needs)


def _lines(zone: Box, headroom_px: int) -> Sequence[Line]:
    """As if they filled the zone below a logo."""
    edges = np.linspace(headroom_px, zone.height_px, _LINES + 1).round().astype(int).tolist()
    lines = []
    for number, (top_px, bottom_px) in enumerate(itertools.pairwise(edges)):
        large = number < _HEADLINES
        role: Role = "headline" if large else "subline"
        box = zone.model_copy(update={"top_px": top_px, "height_px": bottom_px - top_px})
        lines.append(Line(role, large=large, box=box))
    return lines


def _logo_box(zone: Box, height_px: int, style: TextStyle) -> Box:
    """Where a logo stands most often: above the half of the text where reading starts."""
    width_px = zone.width_px // 2
    left_px = 0 if style.direction == "ltr" else zone.width_px - width_px
    return Box(left_px=left_px, top_px=0, width_px=width_px, height_px=height_px)


def _least_for_logo(lights: Floats, logo: Logo) -> float:
    """The weakest of `ALPHAS`, whose luminances these are, on which a version is read well.

    As strong as can be is not asked for: a logo may have a plate.
    """
    inks = [ink_of(file) for file in logo.versions.values()]
    for alpha, light in zip(ALPHAS, lights.tolist(), strict=True):
        if alpha > BEARABLE:
            break
        if any(ink_contrast(ink, light, light) >= GOOD_LOGO_CONTRAST for ink in inks):
            return alpha
    return BEARABLE


def _with_shade(view: View, need: _Need) -> View:
    if need.alpha <= _WEAK:
        return view
    zones, frame = view.zones, view.frame
    edge = edge_of(zones.text_zone, view.fmt)
    fade = fade_behind(zones.text_zone, zones.subject, frame.size, edge, unit_px(view.fmt))
    shade = Shade(tone=need.tone, fade=fade, alpha=need.alpha)
    return view._replace(
        frame=lay_shade(frame, shade), zones=zones.model_copy(update={"shade": shade})
    )
