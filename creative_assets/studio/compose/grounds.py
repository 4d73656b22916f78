"""What texts stand on: a scrim where the picture needs one, a flat panel, or a card.

Each of the three takes a frame and placed texts, and returns what to write on, in which colours.
How a veil is laid and how contrast is measured is `scrim`'s.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from creative_assets.studio.compose.drawing import outlined
from creative_assets.studio.compose.placing import Placed, area_of
from creative_assets.studio.compose.rooms import Room
from creative_assets.studio.compose.texts import Role, TextStyle, is_large, unit_px
from creative_assets.studio.compose.themes import (
    COMFORTABLE,
    WHITE,
    Theme,
    mix,
    paper_of,
    scrim_themes,
    theme_on,
)
from creative_assets.studio.formats import Format
from creative_assets.studio.layout import FormatPlan
from creative_assets.studio.layouts import Ground, frame_box, panel_color
from creative_assets.studio.logo import plate_of, plate_radius_px
from creative_assets.studio.scrim import (
    Fade,
    Levels,
    Scrim,
    Spared,
    Tone,
    behind,
    calming_alpha,
    colors_at,
    lay_scrim,
    least_alpha,
    lights_under,
    local_colors,
    samples,
    toned,
)
from creative_assets.studio.shade import fade_behind
from creative_assets.studio.sight import Floats, relative_luminance
from creative_assets.studio.values import Box

_AIM_LARGE, _AIM_SMALL = (
    4.2,
    5.0,
)  # above WCAG's 3 and 4.5: encoding moves pixels, glances are short
_AT_EASE = 6.5  # text this strong is read without effort, ...
_WORTH_EASE = 0.15  # ... which a scrim may be that much stronger for
# What speaks against a theme, in shares by which the picture behind the text is changed: a headline
# that is not in the brand's colour, a logo as light as the text is dark, and a scrim too strong.
_PLAIN_COST, _UNLIKE_LOGO_COST, _UNBEARABLE_COST = 0.04, 0.14, 1.0
# Of a logo in the midst of the scrim, which would look like a cloud that opens around it.
_CLOUD_COST = 0.4
BEARABLE = 0.9
"""A stronger scrim is no picture any more."""
_CORNER = 0.3  # of the short edge: a logo this near to the frame's edge is spared up to it
_SPARED = 0.5  # of the unit: over how much a scrim sets in around a logo, where there is room
_CARD_ALPHA = 0.95
_CARD_RADIUS, _HAIRLINE = 0.026, 0.0016  # of the unit
_HAIRLINE_INK = 0.14
_LOGO_REDUCED_BY = 4
_RIM_PX = 4  # over so little a scrim sets in around a plate, which has an edge of its own
_ASKED = 24  # rows and columns at which a change of colours is measured


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
    placed: tuple[Placed, ...]
    room: Room
    plan: FormatPlan
    fmt: Format
    style: TextStyle


@dataclass(frozen=True, slots=True)
class Judged:
    """What a theme takes of a scene: a scrim of that strength, and what speaks against it."""

    theme: Theme
    scrim: Scrim
    alpha: float
    cost: float


@dataclass(frozen=True, slots=True)
class Line:
    """What contrast is asked for."""

    role: Role
    large: bool
    box: Box


def lay_ground(kind: Ground, scene: Scene, judged: Sequence[Judged]) -> Grounded:
    """The frame with that kind of ground on it; a scrim in the first theme that it can bear."""
    if kind == "scrim":
        return _on_scrim(scene, judged)
    return _on_panel(scene) if kind == "panel" else _on_card(scene)


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


def judge(scene: Scene) -> tuple[Judged, ...]:
    """Each theme on a scene that gets a scrim; the themes of one brand are always in one order."""
    area, lines = area_of(scene.placed), list(_lines(scene))
    part, local = behind(scene.frame, area), local_colors(scene.frame)
    boxes, fade = [line.box for line in lines], _fade(area, scene)
    calm, found = calming_alpha(part, boxes), samples(part, boxes)
    judged: list[Judged] = []
    for tone, themes in scrim_themes(scene.style):
        scrim = Scrim(scene.frame.size, toned(local, tone), fade)
        lights = lights_under(scrim, found, darkest=not tone.darkens)
        change = changed(local, scrim, area)
        for theme in themes:
            alpha = strength(lights, calm, theme, lines)
            cost = cost_of(theme, alpha, change) + _cost_beside_others(theme, tone, scene, fade)
            judged.append(Judged(theme, scrim, alpha, cost))
    return tuple(judged)


def strength(lights: Floats, calm: float, theme: Theme, lines: Sequence[Line]) -> float:
    """How strong a scrim has to be for lines in a theme, and a little more if that is of use.

    `lights` as of `lights_under`, and `calm` as of `calming_alpha`.
    """
    colors = [theme.inks[line.role] for line in lines]
    least = max(calm, least_alpha(lights, colors, _aims(theme, lines, at_ease=False)))
    at_ease = least_alpha(lights, colors, _aims(theme, lines, at_ease=True))
    return max(least, min(least + _WORTH_EASE, at_ease, BEARABLE))


def _aims(theme: Theme, lines: Sequence[Line], *, at_ease: bool) -> list[float]:
    """The contrast that each line has to reach; in a colour of the brand's, to be comfortable."""
    large, small = (_AIM_SMALL, _AT_EASE) if at_ease else (_AIM_LARGE, _AIM_SMALL)
    aims = [large if line.large else small for line in lines]
    return [
        aim if theme.inks[line.role] == theme.body else max(aim, COMFORTABLE)
        for line, aim in zip(lines, aims, strict=True)
    ]


def changed(local: Levels, scrim: Scrim, area: Box) -> float:
    """How much of all there is, 0..1, a scrim that is as strong as can be changes behind texts."""
    across = np.linspace(area.left_px, area.right_px - 1, _ASKED)
    down = np.linspace(area.top_px, area.bottom_px - 1, _ASKED)[:, None]
    before, after = (colors_at(each, across, down) for each in (local, scrim.colors))
    return float(np.abs(after.astype(int) - before).mean()) / 255


def cost_of(theme: Theme, alpha: float, change: float) -> float:
    """What speaks against a theme whose scrim changes that share of a picture when it is whole."""
    plain = theme.title == theme.body
    return alpha * change + _PLAIN_COST * plain + _UNBEARABLE_COST * (alpha > BEARABLE)


def _cost_beside_others(theme: Theme, tone: Tone, scene: Scene, fade: Fade) -> float:
    """What speaks against a theme beside the logo and the shade that are there."""
    cost, shade = 0.0, scene.plan.shade
    if shade is not None and shade.tone.darkens is not tone.darkens:
        cost += _UNBEARABLE_COST
    light_text = theme.body == WHITE
    if _logo_is_light(scene) is (not light_text):
        within = fade.box(scene.frame.size).overlaps(scene.plan.logo.box)
        cost += _CLOUD_COST if within else _UNLIKE_LOGO_COST
    return cost


def _on_scrim(scene: Scene, judged: Sequence[Judged]) -> Grounded:
    chosen = next((each for each in judged if each.alpha <= BEARABLE), judged[0])
    if not chosen.alpha:
        return Grounded(scene.frame.copy(), chosen.theme, None, 0.0)
    image = lay_scrim(scene.frame, chosen.scrim, chosen.alpha)
    return Grounded(image, chosen.theme, chosen.scrim.box, chosen.alpha)


def _lines(scene: Scene) -> Iterator[Line]:
    for each in scene.placed:
        if each.block.role != "call_to_action":
            large = is_large(each.block.setting.size_px, scene.fmt)
            yield from (Line(each.block.role, large, ink.box) for ink in each.inks)


def _logo_is_light(scene: Scene) -> bool | None:
    """Whether the logo is lighter than what it stands on; None for one on its own plate."""
    spot = scene.plan.logo
    if spot.plate:
        return None
    box = spot.box
    own = np.asarray(scene.frame.crop(box.corners).reduce(_LOGO_REDUCED_BY))
    whole = frame_box(scene.fmt)
    ring = box.inset(-max(_LOGO_REDUCED_BY, box.height_px // 3)).common(whole)
    with_ring = np.asarray(scene.frame.crop(ring.corners).reduce(_LOGO_REDUCED_BY))
    return float(relative_luminance(own).mean()) > float(relative_luminance(with_ring).mean())


def _fade(texts: Box, scene: Scene) -> Fade:
    plan, unit = scene.plan, unit_px(scene.fmt)
    fade = fade_behind(texts, plan.subject, scene.frame.size, scene.room.edge, unit)
    return replace(fade, spared=_spared(texts, scene))


def _spared(texts: Box, scene: Scene) -> Spared | None:
    """The logo, which was placed for the picture as it is there."""
    spot, (width_px, height_px) = scene.plan.logo, scene.frame.size
    if spot.box.overlaps(texts):
        return None
    if spot.plate:
        plate = plate_of(spot)
        radius_px = round(plate_radius_px(plate))
        return Spared(plate.inset(radius_px), (_RIM_PX, _RIM_PX), radius_px // _RIM_PX)
    clear = spot.box.inset(-spot.clear_space_px)
    near_px = round(_CORNER * min(width_px, height_px))
    left_px = 0 if clear.left_px <= near_px else clear.left_px
    top_px = 0 if clear.top_px <= near_px else clear.top_px
    right_px = width_px if width_px - clear.right_px <= near_px else clear.right_px
    bottom_px = height_px if height_px - clear.bottom_px <= near_px else clear.bottom_px
    corner = Box(
        left_px=left_px, top_px=top_px, width_px=right_px - left_px, height_px=bottom_px - top_px
    )
    # All texts are beyond it, on one side of the logo; on the others it may be longer.
    longest_px = round(_SPARED * unit_px(scene.fmt))
    beside_px = max(clear.left_px - texts.right_px, texts.left_px - clear.right_px)
    above_px = max(clear.top_px - texts.bottom_px, texts.top_px - clear.bottom_px)
    if beside_px > above_px:
        return Spared(corner, (max(1, min(beside_px, longest_px)), longest_px))
    return Spared(corner, (longest_px, max(1, min(above_px, longest_px))))
