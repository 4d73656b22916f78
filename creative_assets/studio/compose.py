"""Composition: headline, subline, call to action and legal line, set into a plan's text zone.

Sizes, colours and places of text are decided here. Where the zone lies is `layout`'s to say, how
lines break is `typography`'s, how text stays legible is `scrim`'s, and files are `export`'s.
"""

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from PIL import Image, ImageColor, ImageDraw, features

from creative_assets.studio.errors import RenderError
from creative_assets.studio.fonts import Face, face_for, face_named, script_of
from creative_assets.studio.formats import Format, safe_box, subject_gap_px
from creative_assets.studio.layout import FormatPlan
from creative_assets.studio.lettering import Ink, draw_line
from creative_assets.studio.scrim import (
    Edge,
    Need,
    Scrim,
    calming_alpha,
    lay_scrim,
    least_alpha,
    mean_color,
    worst_contrast,
)
from creative_assets.studio.sight import Rgb, contrast, luminance
from creative_assets.studio.typography import Limits, Overflow, Setting, TypeSpec, fit_text
from creative_assets.studio.values import Box, Direction, Frozen

Role = Literal["headline", "subline", "call_to_action", "legal_line"]

WHITE: Rgb = (255, 255, 255)
NEAR_BLACK: Rgb = (22, 22, 24)


@dataclass(frozen=True, slots=True)
class _Look:
    """How a role is set; sizes are fractions of the frame's short edge, so formats match."""

    name: str
    weight: int
    largest: float
    smallest: float
    gap_above: float


_LOOKS: Mapping[Role, _Look] = {
    "headline": _Look("headline", 700, largest=0.104, smallest=0.046, gap_above=0.0),
    "subline": _Look("subline", 450, largest=0.041, smallest=0.026, gap_above=0.040),
    "call_to_action": _Look("call to action", 650, largest=0.034, smallest=0.025, gap_above=0.044),
    "legal_line": _Look("legal line", 400, largest=0.0215, smallest=0.0175, gap_above=0.034),
}
_SUBLINE_TO_HEADLINE = 0.45
_TIGHTEST_GAPS = 0.6  # share of its size that a gap keeps beside the smallest headline
_WIDE_ZONE = 0.62  # a text zone of this share of the frame's width is a band, else a column
_LINES_IN_BAND: Mapping[Role, int] = {
    "headline": 3,
    "subline": 3,
    "call_to_action": 1,
    "legal_line": 3,
}
_LINES_IN_COLUMN: Mapping[Role, int] = {
    "headline": 4,
    "subline": 5,
    "call_to_action": 1,
    "legal_line": 4,
}

_ROOM_KEPT = 0.7  # share of a text zone that a subject beside it cannot take
_ROUNDING_PX = 2  # anti-aliased ink may reach this much beyond its metrics

# A button's padding and height, in em of its label.
_PAD_X, _BUTTON_HEIGHT = 1.2, 2.5
# From the baseline to the middle of a script's letters without their marks, in em of Noto Sans.
_LABEL_MIDDLE = {
    "Arab": 0.26,
    "Hebr": 0.32,
    "Deva": 0.31,
    "Beng": 0.31,
    "Taml": 0.29,
    "Telu": 0.28,
    "Thai": 0.29,
    "Jpan": 0.38,
    "Kore": 0.37,
    "Hans": 0.38,
    "Hant": 0.38,
}
_CAPITALS_MIDDLE = 0.345
_OUTLINE = 0.0022  # of the short edge
_FAINT_BUTTON = 2.2  # below this contrast with its surroundings a button gets an outline

_LARGE_TEXT = 0.05  # of the short edge; on a phone that is WCAG's large text (24 px, or 19 bold)
_CONTRAST_LARGE, _CONTRAST_SMALL = 3.0, 4.5  # WCAG 2.2, success criterion 1.4.3
_AIM_LARGE, _AIM_SMALL = 4.0, 4.8  # more than that: encoding moves pixels, and glances are short
_SCRIM_MARGIN = 0.03  # of the short edge: how far the even part of a scrim reaches beyond text
_FADE_OF_BAND, _FADE_OF_COLUMN = 0.26, 0.45  # of the short edge: how long it then fades out
_FAINT_BUTTON_COST = 0.1  # losing the button is as bad as changing the picture by this share
_PAPER = 0.7  # a palette colour this light serves as paper, and as the headline's ink on a photo
_TITLE_CONTRAST = 6.0  # the headline takes the brand's colour where it reads this well


class OverlayText(Frozen):
    """The words of one ad."""

    headline: str
    subline: str
    call_to_action: str
    legal_line: str | None


class TextStyle(Frozen):
    """What decides about the look of the words; colours as `#rrggbb`.

    `keep_together` holds names that no line break may split, such as the brand's.
    """

    locale: str
    direction: Direction
    primary_color: str
    palette: tuple[str, ...] = ()
    keep_together: tuple[str, ...] = ()


class BlockReport(Frozen):
    """One text as it was set.

    `box` holds its ink, or the button of a call to action; `line_boxes` the ink of each line.
    `contrast` is WCAG's, of the worst line.
    """

    role: Role
    lines: tuple[str, ...]
    size_px: int
    box: Box
    line_boxes: tuple[Box, ...]
    color: str
    contrast: float
    contrast_needed: float
    font: str


class TextReport(Frozen):
    """All texts as they were set, and the scrim behind them (`None` where none was needed)."""

    blocks: tuple[BlockReport, ...]
    scrim: Box | None
    scrim_color: str
    scrim_alpha: float


@dataclass(frozen=True, slots=True)
class Composition:
    """The finished picture (RGB), and what was set on it."""

    image: Image.Image
    report: TextReport


@dataclass(frozen=True, slots=True)
class _Block:
    """A fitted text. Width and height are the button's for a call to action."""

    role: Role
    spec: TypeSpec
    setting: Setting
    width_px: int
    height_px: int
    gap_above_px: int


@dataclass(frozen=True, slots=True)
class _Placed:
    """A block at its place; `box` is the button's for a call to action, else the inks'."""

    block: _Block
    box: Box
    inks: tuple[Ink, ...]


@dataclass(frozen=True, slots=True)
class _Theme:
    """Which veil goes with which inks."""

    veil: Rgb
    inks: Mapping[Role, Rgb]


def compose_text(
    frame: Image.Image, plan: FormatPlan, fmt: Format, text: OverlayText, style: TextStyle
) -> Composition:
    """Set `text` on `frame` (RGB, the format's size, logo on it) inside the plan's text zone.

    Keeps a gap to the subject, with smaller text if need be; where text does not fit so, without.

    Raises:
        RenderError: A text does not fit at its smallest size, or has a character without a glyph.
    """
    zone = _common(plan.text_zone, safe_box(fmt)).inset(_ROUNDING_PX)
    room = _away_from(plan.subject, zone, fmt)
    try:
        stack = _fit_stack(room, fmt, text, style)
    except RenderError:
        if room == zone:
            raise
        room = zone
        stack = _fit_stack(room, fmt, text, style)
    placed = _place(stack, room, fmt, style)
    theme, scrim = _choose_scrim(frame, placed, plan, fmt, style)
    veiled = lay_scrim(frame, scrim)
    image = veiled.copy()
    for each in placed:
        if each.block.role == "call_to_action":
            _draw_button(image, each.box, style, theme)
        for ink in each.inks:
            image.paste(theme.inks[each.block.role], ink.box.corners, ink.mask)
    blocks = tuple(_report(each, veiled, theme, style, fmt) for each in placed)
    report = TextReport(
        blocks=blocks,
        scrim=_scrim_box(scrim, fmt) if scrim.alpha else None,
        scrim_color=_hex(scrim.color),
        scrim_alpha=scrim.alpha,
    )
    return Composition(image=image, report=report)


def redrawn(
    report: TextReport, style: TextStyle
) -> tuple[tuple[BlockReport, tuple[Ink, ...]], ...]:
    """Each text of a report with the ink of its lines, drawn again as it was set.

    Raises:
        RenderError: A font of the report is not there any more.
    """
    return tuple(
        (
            block,
            tuple(
                Ink(
                    draw_line(
                        line, _spec(block.role, face_named(block.font), style), block.size_px
                    ).mask,
                    box,
                )
                for line, box in zip(block.lines, block.line_boxes, strict=True)
            ),
        )
        for block in report.blocks
    )


# Fitting: sizes first, places later.


def _away_from(subject: Box, zone: Box, fmt: Format) -> Box:
    """The part of a zone that keeps a gap to the subject beside it."""
    gap_px = subject_gap_px(fmt)
    left_px, top_px, right_px, bottom_px = zone.corners
    least_px = (round(_ROOM_KEPT * zone.width_px), round(_ROOM_KEPT * zone.height_px))
    match _edge(zone, fmt):
        case "bottom":
            top_px = min(max(top_px, subject.bottom_px + gap_px), bottom_px - least_px[1])
        case "top":
            bottom_px = max(min(bottom_px, subject.top_px - gap_px), top_px + least_px[1])
        case "left":
            right_px = max(min(right_px, subject.left_px - gap_px), left_px + least_px[0])
        case "right":
            left_px = min(max(left_px, subject.right_px + gap_px), right_px - least_px[0])
    return Box(
        left_px=left_px, top_px=top_px, width_px=right_px - left_px, height_px=bottom_px - top_px
    )


def _fit_stack(zone: Box, fmt: Format, text: OverlayText, style: TextStyle) -> tuple[_Block, ...]:
    """The blocks from top to bottom, with the largest headline at which all fit the zone."""
    words = {role: _clean(getattr(text, role) or "") for role in _LOOKS}
    specs = {
        role: _spec(role, face_for(value, style.locale), style)
        for role, value in words.items()
        if value
    }
    if "headline" not in specs:
        raise RenderError(f"The headline ({style.locale}) is empty. Give one, or ask for new copy.")

    def fit(role: Role, largest_px: int) -> Setting:
        limits = _limits(role, zone, fmt, largest_px)
        setting = fit_text(words[role], specs[role], limits, style.keep_together)
        if isinstance(setting, Overflow):
            raise RenderError(_overflow_message(role, setting, zone, fmt, style))
        return setting

    short_px = _short_px(fmt)
    smallest_px = math.ceil(_LOOKS["headline"].smallest * short_px)
    largest_px = fit("headline", round(_LOOKS["headline"].largest * short_px)).size_px
    stack: tuple[_Block, ...] = ()
    for headline_px in (*range(largest_px, smallest_px, -2), smallest_px):
        largest: dict[Role, int] = {
            "headline": headline_px,
            "subline": round(headline_px * _SUBLINE_TO_HEADLINE),
            # These two give way last: they are small already.
            "call_to_action": short_px if headline_px > smallest_px else 0,
            "legal_line": short_px if headline_px > smallest_px else 0,
        }
        settings = {role: fit(role, largest[role]) for role in specs}
        share = (headline_px - smallest_px) / (_LOOKS["headline"].largest * short_px - smallest_px)
        gaps = _TIGHTEST_GAPS + (1 - _TIGHTEST_GAPS) * share
        stack = tuple(
            _block(role, specs[role], settings[role], round(gaps * look.gap_above * short_px))
            for role, look in _LOOKS.items()
            if role in settings
        )
        if _height(stack) <= zone.height_px:
            return stack
    raise RenderError(_too_tall_message(stack, zone, fmt, style))


def _limits(role: Role, zone: Box, fmt: Format, largest_px: int) -> Limits:
    look, short_px = _LOOKS[role], _short_px(fmt)
    smallest_px = math.ceil(look.smallest * short_px)
    largest_px = min(max(largest_px, smallest_px), round(look.largest * short_px))
    padding_px = 2 * _PAD_X * largest_px if role == "call_to_action" else 0
    return Limits(
        # Without Raqm nothing is kerned, and lines come out a little wider than measured.
        width_px=zone.width_px * (0.995 if features.check("raqm") else 0.97) - padding_px,
        min_size_px=smallest_px,
        max_size_px=largest_px,
        max_lines=(_LINES_IN_BAND if _is_band(zone, fmt) else _LINES_IN_COLUMN)[role],
    )


def _block(role: Role, spec: TypeSpec, setting: Setting, gap_above_px: int) -> _Block:
    if role != "call_to_action":
        width_px, height_px = math.ceil(setting.width_px), math.ceil(setting.height_px)
    else:
        width_px = math.ceil(setting.width_px + 2 * _PAD_X * setting.size_px)
        height_px = round(_BUTTON_HEIGHT * setting.size_px)
    return _Block(role, spec, setting, width_px, height_px, gap_above_px)


def _height(stack: Sequence[_Block]) -> int:
    return sum(block.height_px for block in stack) + sum(block.gap_above_px for block in stack[1:])


def _spec(role: Role, face: Face, style: TextStyle) -> TypeSpec:
    return TypeSpec(
        face=face,
        weight=_LOOKS[role].weight,
        locale=style.locale,
        direction=style.direction,
        small=role != "headline",
    )


def _clean(words: str) -> str:
    # Composed letters: a font may have the letter and lack the loose mark. Hard spaces stay.
    return re.sub(r"[ \t\r\n]+", " ", unicodedata.normalize("NFC", words)).strip()


def _overflow_message(
    role: Role, overflow: Overflow, zone: Box, fmt: Format, style: TextStyle
) -> str:
    percent = math.ceil(100 * overflow.excess)
    if overflow.word:
        why = f"{overflow.word!r} alone is wider than the {zone.width_px} px there"
        fix = f"Use a word about {percent} % shorter, or mark where it may break (U+00AD)"
    else:
        lines = _limits(role, zone, fmt, 0).max_lines
        why = f"it takes {overflow.lines} lines, and there is room for {lines}"
        fix = f"Shorten it by about {percent} %"
    return (
        f"The {_LOOKS[role].name} ({style.locale}) does not fit the text zone of {fmt.name}: even "
        f"at its smallest size, {overflow.size_px} px, {why}. {fix}."
    )


def _too_tall_message(stack: Sequence[_Block], zone: Box, fmt: Format, style: TextStyle) -> str:
    excess_px = _height(stack) - zone.height_px
    longest = max(stack, key=lambda block: len(block.setting.lines))
    share = excess_px / longest.height_px
    return (
        f"The texts ({style.locale}) do not fit the text zone of {fmt.name}: at their smallest "
        f"sizes they are {excess_px} px taller than its {zone.height_px} px. Shorten the "
        f"{_LOOKS[longest.role].name} by about {min(math.ceil(100 * share), 100)} %."
    )


# Placing: where each block goes, and its lines as ink.


def _place(
    stack: Sequence[_Block], zone: Box, fmt: Format, style: TextStyle
) -> tuple[_Placed, ...]:
    """The stack leans on the zone's outer edge; in a column it is centred, its legal line low."""
    edge = _edge(zone, fmt)
    slack_px = zone.height_px - _height(stack)
    top_px = zone.top_px + {"top": 0, "bottom": slack_px}.get(edge, slack_px // 2)
    placed = []
    for index, block in enumerate(stack):
        top_px += block.gap_above_px if index else 0
        if block.role == "legal_line" and edge in {"left", "right"}:
            top_px = zone.bottom_px - block.height_px
        left_px = zone.left_px if style.direction == "ltr" else zone.right_px - block.width_px
        area = Box(
            left_px=left_px, top_px=top_px, width_px=block.width_px, height_px=block.height_px
        )
        placed.append(_draw_block(block, area, zone))
        top_px += block.height_px
    return tuple(placed)


def _draw_block(block: _Block, area: Box, zone: Box) -> _Placed:
    setting, spec = block.setting, block.spec
    inks = [draw_line(line, spec, setting.size_px) for line in setting.lines]
    if block.role == "call_to_action":
        label = inks[0].moved_to(
            area.left_px + (area.width_px - inks[0].box.width_px) // 2,
            area.top_px + _label_baseline_px(block),
        )
        _check_inside(label, area, block)
        return _Placed(block, area, (label,))
    placed = []
    for ink, baseline_px in zip(inks, setting.baselines_px, strict=True):
        # Flush by ink, not by side bearings: large and small lines share one edge.
        left_px = area.left_px if spec.direction == "ltr" else area.right_px - ink.box.width_px
        placed.append(ink.moved_to(left_px, area.top_px + baseline_px))
        _check_inside(placed[-1], zone, block)
    return _Placed(block, _around([ink.box for ink in placed]), tuple(placed))


def _label_baseline_px(block: _Block) -> float:
    """Where a label's baseline is below its button's top: the same for each label in a script."""
    middle = _LABEL_MIDDLE.get(script_of(block.spec.locale), _CAPITALS_MIDDLE)
    return block.height_px / 2 + middle * block.setting.size_px


def _check_inside(ink: Ink, room: Box, block: _Block) -> None:
    if not room.inset(-_ROUNDING_PX).contains(ink.box):
        raise RenderError(
            f"The {_LOOKS[block.role].name} ({block.spec.locale}) was drawn over "
            f"{ink.box.corners}, outside of its room {room.corners}: drawing and measuring "
            f"disagree about {block.spec.face.name}. Install the locked Pillow and uharfbuzz."
        )


def _around(boxes: Sequence[Box]) -> Box:
    left_px = min(box.left_px for box in boxes)
    top_px = min(box.top_px for box in boxes)
    return Box(
        left_px=left_px,
        top_px=top_px,
        width_px=max(box.right_px for box in boxes) - left_px,
        height_px=max(box.bottom_px for box in boxes) - top_px,
    )


# Colours: the veil that has to be least strong, and what goes with it.


def _choose_scrim(
    frame: Image.Image,
    placed: Sequence[_Placed],
    plan: FormatPlan,
    fmt: Format,
    style: TextStyle,
) -> tuple[_Theme, Scrim]:
    """Of a dark and a light veil, the one that hides less of the picture."""
    area = _around([each.box for each in placed])
    texts = [each for each in placed if each.block.role != "call_to_action"]

    def cost(theme: _Theme, alpha: float) -> float:
        # What a veil changes is its strength times how far it is from the picture behind it.
        behind = mean_color(frame, area)
        changed = alpha * sum(abs(a - b) for a, b in zip(behind, theme.veil, strict=True)) / 765
        faint = contrast(_rgb(style.primary_color), _mix(behind, theme.veil, alpha)) < _FAINT_BUTTON
        return changed + (_FAINT_BUTTON_COST if faint else 0.0)

    calm = calming_alpha(frame, area)
    choices: list[tuple[float, int, _Theme, float]] = []
    for theme in _themes(style):
        needs = [
            Need(
                ink.box,
                theme.inks[each.block.role],
                _AIM_LARGE if _is_large(each, fmt) else _AIM_SMALL,
            )
            for each in texts
            for ink in each.inks
        ]
        alpha = max(calm, least_alpha(frame, needs, theme.veil))
        choices.append((cost(theme, alpha), len(choices), theme, alpha))
    _, _, theme, alpha = min(choices, key=lambda choice: choice[:2])
    return theme, _scrim(area, plan, fmt, theme.veil, alpha)


def _themes(style: TextStyle) -> tuple[_Theme, _Theme]:
    """Light text on a dark veil, and dark text on a light one; both tinted with the brand."""
    primary = _rgb(style.primary_color)
    colors = sorted((primary, *map(_rgb, style.palette)), key=luminance)
    # White or pure black reaches 4.58 on any colour, so one of these is always found.
    label = next(
        color
        for color in (WHITE, *reversed(colors), NEAR_BLACK, (0, 0, 0))
        if contrast(color, primary) >= _CONTRAST_SMALL
    )
    paper = colors[-1] if luminance(colors[-1]) >= _PAPER else WHITE
    shade = _mix((0, 0, 0), primary, 0.25)
    title = primary if contrast(primary, paper) >= _TITLE_CONTRAST else NEAR_BLACK
    return (
        _Theme(shade, _inks(title=paper, body=WHITE, label=label)),
        _Theme(paper, _inks(title=title, body=NEAR_BLACK, label=label)),
    )


def _inks(title: Rgb, body: Rgb, label: Rgb) -> Mapping[Role, Rgb]:
    return {"headline": title, "subline": body, "call_to_action": label, "legal_line": body}


def _scrim(texts: Box, plan: FormatPlan, fmt: Format, veil: Rgb, alpha: float) -> Scrim:
    edge = _edge(plan.text_zone, fmt)
    width_px, height_px = fmt.size.width_px, fmt.size.height_px
    reach = {
        "left": texts.right_px,
        "right": width_px - texts.left_px,
        "top": texts.bottom_px,
        "bottom": height_px - texts.top_px,
    }[edge]
    fade = _FADE_OF_BAND if _is_band(plan.text_zone, fmt) else _FADE_OF_COLUMN
    # A logo above a column was placed for the picture as it is there.
    logo_bottom_px = plan.logo.box.bottom_px
    spares_logo = edge in {"left", "right"} and logo_bottom_px < texts.top_px
    return Scrim(
        edge=edge,
        even_px=reach + round(_SCRIM_MARGIN * _short_px(fmt)),
        fade_px=round(fade * _short_px(fmt)),
        color=veil,
        alpha=alpha,
        onset=(logo_bottom_px, texts.top_px) if spares_logo else None,
    )


def _draw_button(image: Image.Image, box: Box, style: TextStyle, theme: _Theme) -> None:
    primary, label = _rgb(style.primary_color), theme.inks["call_to_action"]
    faint = contrast(primary, mean_color(image, box)) < _FAINT_BUTTON
    image.paste(_mix(primary, label, 0.5) if faint else primary, box.corners, _pill(box))
    if faint:
        inside = box.inset(max(2, round(_OUTLINE * min(image.size))))
        image.paste(primary, inside.corners, _pill(inside))


def _pill(box: Box) -> Image.Image:
    """A mask (L) of a box with round ends, drawn four times as large for smooth edges."""
    large = Image.new("L", (4 * box.width_px, 4 * box.height_px))
    ImageDraw.Draw(large).rounded_rectangle(
        (0, 0, large.width - 1, large.height - 1), radius=2 * box.height_px, fill=255
    )
    return large.reduce(4)


def _report(
    placed: _Placed, veiled: Image.Image, theme: _Theme, style: TextStyle, fmt: Format
) -> BlockReport:
    block, color = placed.block, theme.inks[placed.block.role]
    worst = (
        contrast(color, _rgb(style.primary_color))
        if block.role == "call_to_action"
        else min(worst_contrast(veiled, ink.box, color) for ink in placed.inks)
    )
    return BlockReport(
        role=block.role,
        lines=block.setting.lines,
        size_px=block.setting.size_px,
        box=placed.box,
        line_boxes=tuple(ink.box for ink in placed.inks),
        color=_hex(color),
        contrast=round(worst, 2),
        contrast_needed=_CONTRAST_LARGE if _is_large(placed, fmt) else _CONTRAST_SMALL,
        font=block.spec.face.name,
    )


def _is_large(placed: _Placed, fmt: Format) -> bool:
    return placed.block.setting.size_px >= _LARGE_TEXT * _short_px(fmt)


def _scrim_box(scrim: Scrim, fmt: Format) -> Box:
    width_px, height_px = fmt.size.width_px, fmt.size.height_px
    reach_px = scrim.even_px + scrim.fade_px
    if scrim.edge in {"top", "bottom"}:
        height_px = min(reach_px, height_px)
    else:
        width_px = min(reach_px, width_px)
    return Box(
        left_px=fmt.size.width_px - width_px if scrim.edge == "right" else 0,
        top_px=fmt.size.height_px - height_px if scrim.edge == "bottom" else 0,
        width_px=width_px,
        height_px=height_px,
    )


def _is_band(zone: Box, fmt: Format) -> bool:
    return zone.width_px > _WIDE_ZONE * fmt.size.width_px


def _edge(zone: Box, fmt: Format) -> Edge:
    """The edge of the frame that a zone leans on."""
    if _is_band(zone, fmt):
        below = zone.top_px + zone.bottom_px > fmt.size.height_px
        return "bottom" if below else "top"
    rightward = zone.left_px + zone.right_px > fmt.size.width_px
    return "right" if rightward else "left"


def _common(one: Box, other: Box) -> Box:
    left_px, top_px = max(one.left_px, other.left_px), max(one.top_px, other.top_px)
    return Box(
        left_px=left_px,
        top_px=top_px,
        width_px=min(one.right_px, other.right_px) - left_px,
        height_px=min(one.bottom_px, other.bottom_px) - top_px,
    )


def _short_px(fmt: Format) -> int:
    return min(fmt.size.width_px, fmt.size.height_px)


def _mix(color: Rgb, with_color: Rgb, share: float) -> Rgb:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(color, with_color, strict=True))
    return (red, green, blue)


def _rgb(color: str) -> Rgb:
    red, green, blue = ImageColor.getrgb(color)[:3]
    return (red, green, blue)


def _hex(color: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color)
