"""Fitting: the sizes and lines at which all texts of an ad fit a room together. No places yet."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PIL import features

from creative_assets.studio.compose.rooms import Room
from creative_assets.studio.compose.texts import (
    LOOKS,
    Role,
    TextStyle,
    sizes_px,
    spec_of,
    unit_px,
)
from creative_assets.studio.fonts import face_for
from creative_assets.studio.formats import Format
from creative_assets.studio.typography import Limits, Overflow, Setting, TypeSpec, fit_text

_SUBLINE_TO_HEADLINE = 0.45
_TIGHTEST_GAPS = 0.6  # share of its size that a gap keeps beside the smallest headline
_LEAST_GAP_UNIT_PX = 230
_PAD_X, _BUTTON_HEIGHT = 1.2, 2.5  # a button's padding and height, in em of its label
_BESIDE = 0.6  # in em of the label: between the words and a button beside them


@dataclass(frozen=True, slots=True)
class Block:
    """A fitted text. Width and height are the button's for a call to action."""

    role: Role
    spec: TypeSpec
    setting: Setting
    width_px: int
    height_px: int
    gap_above_px: int


@dataclass(frozen=True, slots=True)
class Stack:
    """Blocks from top to bottom, and the button that stands beside them in a row."""

    blocks: tuple[Block, ...]
    beside: Block | None = None

    @property
    def height_px(self) -> int:
        """Of the blocks, with the gaps between them."""
        gaps_px = sum(block.gap_above_px for block in self.blocks[1:])
        return sum(block.height_px for block in self.blocks) + gaps_px


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why texts do not fit, and what would help."""

    message: str


def fit_stack(
    words: Mapping[Role, str], room: Room, fmt: Format, style: TextStyle
) -> Stack | Misfit:
    """The largest headline at which all texts fit the room, and the rest in proportion.

    Raises:
        RenderError: A character has no glyph.
    """
    specs = {
        role: spec_of(role, face_for(value, style.locale, style.fonts, LOOKS[role].weight), style)
        for role, value in words.items()
    }
    fitter = _Fitter(words, specs, fmt, style)
    if room.shape != "row" or "call_to_action" not in words:
        return _fit_column(fitter, tuple(words), room, room.box.width_px)
    button = fitter.fit("call_to_action", room, room.box.width_px)
    if isinstance(button, Misfit):
        return button
    beside = _block("call_to_action", specs["call_to_action"], button, 0)
    width_px = room.box.width_px - beside.width_px - round(_BESIDE * button.size_px)
    roles = tuple(role for role in words if role != "call_to_action")
    stack = _fit_column(fitter, roles, room, width_px)
    return stack if isinstance(stack, Misfit) else Stack(stack.blocks, beside)


@dataclass(frozen=True, slots=True)
class _Fitter:
    """What stays the same while sizes are tried."""

    words: Mapping[Role, str]
    specs: Mapping[Role, TypeSpec]
    fmt: Format
    style: TextStyle

    def fit(
        self, role: Role, room: Room, width_px: int, largest_px: int | None = None
    ) -> Setting | Misfit:
        """One text at its best size up to `largest_px`, or up to its own largest."""
        limits = _limits(role, room, width_px, self.fmt, largest_px)
        setting = fit_text(self.words[role], self.specs[role], limits, self.style.keep_together)
        if isinstance(setting, Overflow):
            return Misfit(_overflow_message(role, setting, limits, width_px, self))
        return setting


def _fit_column(
    fitter: _Fitter, roles: Sequence[Role], room: Room, width_px: int
) -> Stack | Misfit:
    smallest_px, largest_px = sizes_px("headline", fitter.fmt)
    headline = fitter.fit("headline", room, width_px)
    if isinstance(headline, Misfit):
        return headline
    stack = Stack(())
    for headline_px in (*range(headline.size_px, smallest_px, -2), smallest_px):
        # The last two give way last: they are small already.
        rest = None if headline_px > smallest_px else 0
        largest: dict[Role, int | None] = {
            "headline": headline_px,
            "subline": round(headline_px * _SUBLINE_TO_HEADLINE),
            "call_to_action": rest,
            "legal_line": rest,
        }
        share = (headline_px - smallest_px) / max(largest_px - smallest_px, 1)
        gaps_px = (_TIGHTEST_GAPS + (1 - _TIGHTEST_GAPS) * share) * _gap_unit_px(room, fitter.fmt)
        blocks = []
        for role in roles:
            setting = fitter.fit(role, room, width_px, largest[role])
            if isinstance(setting, Misfit):
                return setting
            gap_px = round(gaps_px * LOOKS[role].gap_above)
            blocks.append(_block(role, fitter.specs[role], setting, gap_px))
        stack = Stack(tuple(blocks))
        if stack.height_px <= room.box.height_px:
            return stack
    return Misfit(_too_tall_message(stack, room, fitter))


def _gap_unit_px(room: Room, fmt: Format) -> float:
    # Texts in a tower's width are as large as in a small square; in a strip there is no height.
    return unit_px(fmt) if room.shape == "row" else max(unit_px(fmt), _LEAST_GAP_UNIT_PX)


def _limits(
    role: Role, room: Room, width_px: int, fmt: Format, largest_px: int | None = None
) -> Limits:
    look, (smallest_px, own_largest_px) = LOOKS[role], sizes_px(role, fmt)
    if largest_px is not None:
        own_largest_px = min(max(largest_px, smallest_px), own_largest_px)
    padding_px = 2 * _PAD_X * own_largest_px if role == "call_to_action" else 0
    return Limits(
        # Without Raqm nothing is kerned, and lines come out a little wider than measured.
        width_px=width_px * (0.995 if features.check("raqm") else 0.97) - padding_px,
        min_size_px=smallest_px,
        max_size_px=own_largest_px,
        max_lines=look.lines_in_column if room.narrow else look.lines_in_band,
    )


def _block(role: Role, spec: TypeSpec, setting: Setting, gap_above_px: int) -> Block:
    if role != "call_to_action":
        width_px, height_px = math.ceil(setting.width_px), math.ceil(setting.height_px)
    else:
        width_px = math.ceil(setting.width_px + 2 * _PAD_X * setting.size_px)
        height_px = round(_BUTTON_HEIGHT * setting.size_px)
    return Block(role, spec, setting, width_px, height_px, gap_above_px)


def _overflow_message(
    role: Role, overflow: Overflow, limits: Limits, width_px: int, fitter: _Fitter
) -> str:
    percent = math.ceil(100 * overflow.excess)
    if overflow.word:
        why = f"{overflow.word!r} alone is wider than the {width_px} px there"
        fix = f"Use a word about {percent} % shorter, or mark where it may break (U+00AD)"
    else:
        why = f"it takes {overflow.lines} lines, and there is room for {limits.max_lines}"
        fix = f"Shorten it by about {percent} %"
    return (
        f"The {LOOKS[role].name} ({fitter.style.locale}) does not fit the text zone of "
        f"{fitter.fmt.name}: even at its smallest size, {overflow.size_px} px, {why}. {fix}."
    )


def _too_tall_message(stack: Stack, room: Room, fitter: _Fitter) -> str:
    excess_px = stack.height_px - room.box.height_px
    longest = max(stack.blocks, key=lambda block: len(block.setting.lines))
    percent = min(math.ceil(100 * excess_px / longest.height_px), 100)
    return (
        f"The texts ({fitter.style.locale}) do not fit the text zone of {fitter.fmt.name}: at "
        f"their smallest sizes they are {excess_px} px taller than its {room.box.height_px} px. "
        f"Shorten the {LOOKS[longest.role].name} by about {percent} %."
    )
