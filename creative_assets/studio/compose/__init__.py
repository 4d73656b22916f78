"""Composition: headline, subline, call to action and legal line, set into a plan's text zone.

`texts` says how each is set, `rooms` where, `fitting` how large, and `placing` at which pixel;
`grounds` judges and lays what they stand on, `themes` has the colours, and `reports` tells what
was done.
Where the zone lies is `layout`'s to say, how lines break is `typography`'s, and files are
`export`'s.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from PIL import Image

from creative_assets.studio.compose.drawing import draw_pill
from creative_assets.studio.compose.fitting import Misfit, Stack, fit_rooms
from creative_assets.studio.compose.grounds import Grounded, Judged, Scene, judge, lay_ground
from creative_assets.studio.compose.placing import Placed, place
from creative_assets.studio.compose.reports import (
    BlockReport,
    TextReport,
    redrawn,
    report_of,
    text_boxes,
)
from creative_assets.studio.compose.rooms import Room, rooms
from creative_assets.studio.compose.texts import (
    OverlayText,
    Role,
    TextStyle,
    spared_roles,
    words_of,
)
from creative_assets.studio.compose.themes import FAINT_BUTTON, mix
from creative_assets.studio.errors import RenderError
from creative_assets.studio.formats import Format
from creative_assets.studio.layout import FormatPlan
from creative_assets.studio.layouts import layout_named
from creative_assets.studio.scrim import behind
from creative_assets.studio.sight import contrast
from creative_assets.studio.values import Box

__all__ = [
    "BlockReport",
    "Composition",
    "OverlayText",
    "Setting",
    "TextReport",
    "TextStyle",
    "check_fit",
    "common_ranking",
    "compose_text",
    "draw",
    "redrawn",
    "set_text",
    "spared_roles",
    "text_boxes",
]

_OUTLINE = 0.0022  # of the short edge


@dataclass(frozen=True, slots=True)
class Composition:
    """The finished picture (RGB), and what was set on it."""

    image: Image.Image
    report: TextReport


@dataclass(frozen=True, slots=True)
class Setting:
    """Texts at their places on a frame, and what each theme would take there; nothing drawn."""

    scene: Scene
    judged: tuple[Judged, ...]


def compose_text(
    frame: Image.Image, plan: FormatPlan, fmt: Format, text: OverlayText, style: TextStyle
) -> Composition:
    """Set `text` on one `frame`, in the colours that are best there.

    Finals of one ad share theirs: see `set_text` and `draw`.

    Raises:
        RenderError: See `set_text`.
    """
    setting = set_text(frame, plan, fmt, text, style)
    return draw(setting, common_ranking([setting]))


def set_text(
    frame: Image.Image, plan: FormatPlan, fmt: Format, text: OverlayText, style: TextStyle
) -> Setting:
    """Place `text` on `frame` (RGB, the format's size, logo on it) inside the plan's text zone.

    Keeps a gap to the subject, with smaller text if need be; where text does not fit so, without.
    Small banners go without a subline, or without a button too, where that does not fit.

    Raises:
        RenderError: A text does not fit at its smallest size, or has a character without a glyph.
    """
    stack, room = _fitted(plan, fmt, text, style)
    scene = Scene(frame, place(stack, room, style), room, plan, fmt, style)
    return Setting(scene, judge(scene) if layout_named(plan.layout).ground == "scrim" else ())


def check_fit(plan: FormatPlan, fmt: Format, text: OverlayText, style: TextStyle) -> None:
    """Check that `set_text` could place the text on any frame with that plan.

    Raises:
        RenderError: See `set_text`.
    """
    _fitted(plan, fmt, text, style)


def common_ranking(settings: Sequence[Setting]) -> tuple[int, ...]:
    """The numbers of the themes, the one first that costs all settings of one ad least together.

    A setting on a flat ground has no choice, and no say.
    """
    costs = [[each.cost for each in setting.judged] for setting in settings if setting.judged]
    totals = [sum(column) for column in zip(*costs, strict=True)]
    return tuple(sorted(range(len(totals)), key=lambda number: (totals[number], number)))


def draw(setting: Setting, ranking: Sequence[int]) -> Composition:
    """The finished picture, in the first theme of a ranking that it can bear."""
    scene = setting.scene
    judged = [setting.judged[number] for number in ranking] if setting.judged else []
    grounded = lay_ground(layout_named(scene.plan.layout).ground, scene, judged)
    report = report_of(scene.placed, grounded, scene.fmt)
    _write(grounded, scene.placed)
    return Composition(grounded.image, report)


def _fitted(
    plan: FormatPlan, fmt: Format, text: OverlayText, style: TextStyle
) -> tuple[Stack, Room]:
    words = words_of(text)
    if "headline" not in words:
        raise RenderError(f"The headline ({style.locale}) is empty. Give one, or ask for new copy.")
    choices = rooms(plan, layout_named(plan.layout), fmt)
    misfit = Misfit("")
    for said in _fewer_and_fewer(words, fmt):
        found = fit_rooms(said, choices, fmt, style)
        if not isinstance(found, Misfit):
            return found
        misfit = found
    raise RenderError(misfit.message)


def _fewer_and_fewer(words: Mapping[Role, str], fmt: Format) -> Iterator[Mapping[Role, str]]:
    """All the words, and then without one more of those that the format can do without."""
    yield words
    left = dict(words)
    for role in spared_roles(fmt.size):
        if left.pop(role, None):
            yield dict(left)


def _write(grounded: Grounded, placed: tuple[Placed, ...]) -> None:
    """Write the placed texts onto the ground's own picture."""
    image, theme = grounded.image, grounded.theme
    for each in placed:
        if each.block.role == "call_to_action":
            _draw_button(grounded, each.box)
        for ink in each.inks:
            image.paste(theme.inks[each.block.role], ink.box.corners, ink.mask)


def _draw_button(grounded: Grounded, box: Box) -> None:
    image, theme = grounded.image, grounded.theme
    faint = contrast(theme.button, behind(image, box).mean_color(box)) < FAINT_BUTTON
    if faint:
        draw_pill(image, box, mix(theme.button, theme.label, 0.5))
        box = box.inset(max(1, round(_OUTLINE * min(image.size))))
    draw_pill(image, box, theme.button)
