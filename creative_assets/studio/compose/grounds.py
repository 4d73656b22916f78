"""What texts stand on: a scrim where the picture needs one, a flat panel, or a card.

Each of the three takes a frame and placed texts, and returns what to write on, in which colours.
How a veil is laid and how contrast is measured is `scrim`'s.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from creative_assets.studio.compose.drawing import outlined
from creative_assets.studio.compose.fitting import Block
from creative_assets.studio.compose.placing import Placed, area_of
from creative_assets.studio.compose.rooms import Room
from creative_assets.studio.compose.texts import TextStyle, is_large, unit_px
from creative_assets.studio.compose.themes import (
    COMFORTABLE,
    Theme,
    mix,
    paper_of,
    theme_on,
    veil_themes,
)
from creative_assets.studio.formats import Format
from creative_assets.studio.layout import FormatPlan
from creative_assets.studio.layouts import Ground, panel_color
from creative_assets.studio.scrim import (
    Need,
    Scrim,
    behind,
    calming_alpha,
    lay_scrim,
    least_alpha,
    scrim_box,
)
from creative_assets.studio.sight import Rgb, contrast
from creative_assets.studio.values import Box

FAINT_BUTTON = 2.2  # below this contrast with its surroundings a button gets an outline
_AIM_LARGE, _AIM_SMALL = (
    4.2,
    5.0,
)  # above WCAG's 3 and 4.5: encoding moves pixels, glances are short
_WORTH_A_COLOR = 0.15  # a veil that much stronger lets the headline have the brand's colour
_FAINT_BUTTON_COST = 0.1  # losing the button is as bad as changing the picture by this share
# Of the unit: how far the even part of a scrim reaches beyond text, and how long it then fades.
_SCRIM_MARGIN = 0.02
_FADE_OF_BAND, _FADE_OF_COLUMN = (0.16, 0.28), (0.3, 0.45)  # at least, and at most
_OVER_SUBJECT = 1.4  # the last part of a fade, over the subject's foot, is too faint to be seen
_CARD_ALPHA = 0.95
_CARD_RADIUS, _HAIRLINE = 0.026, 0.0016  # of the unit
_HAIRLINE_INK = 0.14


@dataclass(frozen=True, slots=True)
class Grounded:
    """A picture that is ready for its texts (a new one, RGB), and what was laid on it where."""

    image: Image.Image
    theme: Theme
    box: Box | None
    alpha: float


@dataclass(frozen=True, slots=True)
class Scene:
    """What a ground is chosen for."""

    frame: Image.Image
    placed: Sequence[Placed]
    room: Room
    plan: FormatPlan
    fmt: Format
    style: TextStyle


@dataclass(frozen=True, slots=True)
class _Line:
    """What contrast is asked for: the pixels behind one line, shaped (n, 3), and whose it is."""

    block: Block
    large: bool
    pixels: NDArray[np.uint8]


def lay_ground(kind: Ground, scene: Scene) -> Grounded:
    """The frame with that kind of ground on it."""
    return _GROUNDS[kind](scene)


def _on_panel(scene: Scene) -> Grounded:
    """Nothing to lay: the panel was painted with the picture."""
    ground = panel_color(scene.style.primary_color)
    return Grounded(scene.frame.copy(), theme_on(ground, scene.style), None, 0.0)


def _on_card(scene: Scene) -> Grounded:
    unit = unit_px(scene.fmt)
    room, texts = scene.room.box, area_of(scene.placed)
    # As wide as its zone, whatever it says: its edges are those of the logo and of other cards.
    across = {"left_px": room.left_px, "width_px": room.width_px}
    box = texts.model_copy(update=across).inset(-scene.room.padding_px)
    theme = theme_on(paper_of(scene.style), scene.style)
    image = outlined(
        scene.frame,
        box,
        fill=theme.ground,
        # A paper's own edge is lost on a picture as light as it is.
        line=mix(theme.ground, theme.body, _HAIRLINE_INK),
        line_px=max(1, round(_HAIRLINE * unit)),
        radius_px=round(_CARD_RADIUS * unit),
        alpha=_CARD_ALPHA,
    )
    return Grounded(image, theme, box, _CARD_ALPHA)


def _on_scrim(scene: Scene) -> Grounded:
    """Of a dark and a light veil, the one that hides less of the picture."""
    area = area_of(scene.placed)
    part = behind(scene.frame, area)
    lines = [
        _Line(each.block, is_large(each.block.setting.size_px, scene.fmt), part.pixels(ink.box))
        for each in scene.placed
        if each.block.role != "call_to_action"
        for ink in each.inks
    ]
    calm, mean = calming_alpha(part), part.mean_color(area)
    choices: list[tuple[float, int, Theme, float]] = []
    for theme in veil_themes(scene.style):
        needs = _needs(lines, replace(theme, title=theme.body))
        alpha = max(calm, least_alpha(needs, theme.ground))
        choices.append((_cost(mean, theme, alpha), len(choices), theme, alpha))
    _, _, theme, alpha = min(choices, key=lambda choice: choice[:2])
    colored = least_alpha(_needs(lines, theme), theme.ground)
    if colored <= alpha + _WORTH_A_COLOR:
        alpha = max(alpha, colored)
    else:
        theme = replace(theme, title=theme.body)
    if not alpha:
        return Grounded(scene.frame.copy(), theme, None, 0.0)
    scrim = _scrim(area, scene, theme.ground, alpha)
    box = scrim_box(scrim, scene.frame.size)
    return Grounded(lay_scrim(scene.frame, scrim), theme, box, alpha)


def _needs(lines: Sequence[_Line], theme: Theme) -> list[Need]:
    """What each line has to reach in a theme's inks; a colour of the brand's, to be comfortable."""
    needs = []
    for line in lines:
        ink = theme.inks[line.block.role]
        aim = _AIM_LARGE if line.large else _AIM_SMALL
        needs.append(Need(line.pixels, ink, aim if ink == theme.body else COMFORTABLE))
    return needs


def _cost(mean: Rgb, theme: Theme, alpha: float) -> float:
    """What a veil changes: its strength times how far it is from the picture behind it."""
    changed = alpha * sum(abs(a - b) for a, b in zip(mean, theme.ground, strict=True)) / 765
    faint = contrast(theme.button, mix(mean, theme.ground, alpha)) < FAINT_BUTTON
    return changed + (_FAINT_BUTTON_COST if faint else 0.0)


def _scrim(texts: Box, scene: Scene, veil: Rgb, alpha: float) -> Scrim:
    plan, edge, unit = scene.plan, scene.room.edge, unit_px(scene.fmt)
    width_px, height_px = scene.frame.size
    subject = plan.subject
    reach_px, space_px = {
        "left": (texts.right_px, subject.left_px - texts.right_px),
        "right": (width_px - texts.left_px, texts.left_px - subject.right_px),
        "top": (texts.bottom_px, subject.top_px - texts.bottom_px),
        "bottom": (height_px - texts.top_px, texts.top_px - subject.bottom_px),
    }[edge]
    margin_px = round(_SCRIM_MARGIN * unit)
    shortest, longest = _FADE_OF_BAND if edge in {"top", "bottom"} else _FADE_OF_COLUMN
    fade_px = round(longest * unit)
    if space_px > 0:
        before_subject_px = round(_OVER_SUBJECT * (space_px - margin_px))
        fade_px = max(min(fade_px, before_subject_px), round(shortest * unit))
    # A logo above a column was placed for the picture as it is there.
    logo_bottom_px = plan.logo.box.bottom_px
    spares_logo = edge in {"left", "right"} and logo_bottom_px < texts.top_px
    return Scrim(
        edge=edge,
        even_px=reach_px + margin_px,
        fade_px=fade_px,
        color=veil,
        alpha=alpha,
        onset=(logo_bottom_px, texts.top_px) if spares_logo else None,
    )


_GROUNDS: Mapping[Ground, Callable[[Scene], Grounded]] = {
    "scrim": _on_scrim,
    "panel": _on_panel,
    "card": _on_card,
}
