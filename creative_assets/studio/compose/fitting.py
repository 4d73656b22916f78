"""Fitting: the sizes and lines at which all texts of an ad fit a room together. No places yet."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from PIL import features

from creative_assets.studio.compose.rooms import ROUNDING_PX, Room
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

# Of the headline's size: what a subline has at most, and to be as large as a button's words.
_SUBLINE_TO_HEADLINE, _LARGE_SUBLINE = 0.45, 0.62
_TIGHTEST_GAPS = 0.6  # share of its size that a gap keeps beside the smallest headline
_TIGHTEST_LINES, _LOOSE_FROM = 0.84, 0.5  # beside the smallest headline, and from halfway none
_ALMOST, _LEAST_SHARE = 0.85, 0.7  # of the size in the whole zone: what a subject may take
_NO_LIMIT_PX = 10_000
_LEAST_GAP_UNIT_PX = 230
_PAD_X, _BUTTON_HEIGHT = 1.2, 2.5  # a button's padding and height, in em of its label
# Those that stand beside a logo in the room's corner.
BESIDE_LOGO: tuple[Role, ...] = ("call_to_action", "legal_line")
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

    @property
    def headline_px(self) -> int:
        """The size of its headline."""
        return self.blocks[0].setting.size_px

    @property
    def button_px(self) -> int | None:
        """The size of its button's words; None without a button."""
        buttons = [block for block in self.blocks if block.role == "call_to_action"]
        return buttons[0].setting.size_px if buttons else None


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why texts do not fit, and what would help."""

    message: str


def fit_rooms(
    words: Mapping[Role, str], rooms: Sequence[Room], fmt: Format, style: TextStyle
) -> tuple[Stack, Room] | Misfit:
    """The texts in the first room that holds them almost as large as the last and largest does.

    So sizes hardly depend on the picture, which decides about the other rooms; and a button's
    not at all.

    Raises:
        RenderError: A character has no glyph.
    """
    whole = rooms[-1]
    largest = fit_stack(words, whole, fmt, style)
    if isinstance(largest, Misfit) or len(rooms) == 1:
        return largest if isinstance(largest, Misfit) else (largest, whole)
    for share in (_ALMOST, _LEAST_SHARE):
        least_px = round(share * largest.headline_px)
        for room in rooms[:-1]:
            found = fit_stack(words, room, fmt, style, least_px, largest.button_px)
            if isinstance(found, Stack):
                return found, room
    return largest, whole


def fit_stack(
    words: Mapping[Role, str],
    room: Room,
    fmt: Format,
    style: TextStyle,
    least_px: int = 0,
    button_px: int | None = None,
) -> Stack | Misfit:
    """The largest headline, of `least_px` or more, at which all texts fit; the rest follows it.

    The button's words have `button_px`, or are at most as large as the subline.

    Raises:
        RenderError: A character has no glyph.
    """
    specs = {
        role: spec_of(role, face_for(value, style.locale, style.fonts, LOOKS[role].weight), style)
        for role, value in words.items()
    }
    fitter = _Fitter(words, specs, fmt, style, least_px, button_px)
    if room.shape != "row" or "call_to_action" not in words:
        return _fit_column(fitter, tuple(words), room, room.box.width_px - ROUNDING_PX)
    button = fitter.fit("call_to_action", room, room.box.width_px)
    if isinstance(button, Misfit):
        return button
    beside = _block("call_to_action", specs["call_to_action"], button, 0)
    width_px = room.box.width_px - ROUNDING_PX - beside.width_px - round(_BESIDE * button.size_px)
    roles = tuple(role for role in words if role != "call_to_action")
    stack = _fit_column(fitter, roles, room, width_px)
    return stack if isinstance(stack, Misfit) else Stack(stack.blocks, beside)


@dataclass(frozen=True, slots=True)
class _Sizing:
    """One thing to try: gaps and line spacing are shares of their own."""

    headline_px: int
    gaps: float
    spacing: float
    large_subline: bool = False
    small_rest: bool = False


@dataclass(frozen=True, slots=True)
class _Fitter:
    """What stays the same while sizes are tried."""

    words: Mapping[Role, str]
    specs: Mapping[Role, TypeSpec]
    fmt: Format
    style: TextStyle
    least_px: int
    button_px: int | None

    def fit(
        self,
        role: Role,
        room: Room,
        width_px: int,
        most_px: int = _NO_LIMIT_PX,
        spacing: float = 1.0,
    ) -> Setting | Misfit:
        """One text at its best size up to `most_px`, or up to its own largest."""
        limits = _limits(role, room, width_px, self, most_px, spacing)
        setting = fit_text(self.words[role], self.specs[role], limits, self.style.keep_together)
        if isinstance(setting, Overflow):
            return Misfit(_overflow_message(role, setting, limits, width_px, self))
        return setting

    def most_px(self, role: Role, above: Sequence[Block], sizing: _Sizing) -> int:
        """The most that a text may have below those blocks.

        Button and legal line give way last: they are small already.
        """
        _, usual_button_px = sizes_px("call_to_action", self.fmt)
        if role == "headline":
            return sizing.headline_px
        if role == "subline":
            large_px = _LARGE_SUBLINE * above[0].setting.size_px if sizing.large_subline else 0
            usual_px = _SUBLINE_TO_HEADLINE * sizing.headline_px
            return round(max(usual_px, min(large_px, usual_button_px)))
        if sizing.small_rest:
            return 0
        if role == "legal_line":
            return _NO_LIMIT_PX
        return self.button_px or above[-1].setting.size_px


def _fit_column(
    fitter: _Fitter, roles: Sequence[Role], room: Room, width_px: int
) -> Stack | Misfit:
    headline = fitter.fit("headline", room, width_px)
    if isinstance(headline, Misfit):
        return headline
    stack = Stack(())
    for sizing in _sizings(headline.size_px, fitter):
        gaps_px = sizing.gaps * _gap_unit_px(room, fitter.fmt)
        blocks: list[Block] = []
        for role in roles:
            beside_px = room.logo_corner.width_px if room.logo_corner and role in BESIDE_LOGO else 0
            most_px = fitter.most_px(role, blocks, sizing)
            setting = fitter.fit(role, room, width_px - beside_px, most_px, sizing.spacing)
            if isinstance(setting, Misfit):
                return setting
            gap_px = round(gaps_px * LOOKS[role].gap_above)
            blocks.append(_block(role, fitter.specs[role], setting, gap_px))
        stack = Stack(_above_logo(blocks, room))
        if stack.height_px <= height_for(stack, room):
            return stack
    return Misfit(_too_tall_message(stack, room, fitter))


def height_for(stack: Stack, room: Room) -> int:
    """What a room has for a stack: all of it, or what is above a logo that nothing is beside."""
    if room.logo_corner is None or stack.blocks[-1].role in BESIDE_LOGO:
        return room.box.height_px
    return room.box.height_px - room.logo_corner.height_px


def _above_logo(blocks: Sequence[Block], room: Room) -> tuple[Block, ...]:
    """The same, with so large a gap above those beside the logo that the others are above it."""
    first = next((n for n, block in enumerate(blocks) if block.role in BESIDE_LOGO), None)
    if room.logo_corner is None or first is None:
        return tuple(blocks)
    taken_px = sum(block.gap_above_px + block.height_px for block in blocks[first:])
    lacking_px = max(0, room.logo_corner.height_px - taken_px)
    lower = replace(blocks[first], gap_above_px=blocks[first].gap_above_px + lacking_px)
    return (*blocks[:first], lower, *blocks[first + 1 :])


def _sizings(largest_px: int, fitter: _Fitter) -> Iterator[_Sizing]:
    """What to try, from the best: smaller headlines, closer lines, and a smaller rest at last."""
    smallest_px, own_largest_px = sizes_px("headline", fitter.fmt)
    _, button_px = sizes_px("call_to_action", fitter.fmt)
    least_px = max(smallest_px, fitter.least_px)
    for headline_px in (*range(largest_px, least_px, -2), least_px):
        share = (headline_px - smallest_px) / max(own_largest_px - smallest_px, 1)
        gaps = _TIGHTEST_GAPS + (1 - _TIGHTEST_GAPS) * share
        spacing = min(1.0, _TIGHTEST_LINES + (1 - _TIGHTEST_LINES) * share / _LOOSE_FROM)
        # A large headline's subline is as large as the button's words anyway.
        may_be_small = _SUBLINE_TO_HEADLINE * headline_px < button_px
        for large_subline in (True, False) if may_be_small else (True,):
            yield _Sizing(headline_px, gaps, spacing, large_subline)
    if least_px == smallest_px:
        yield _Sizing(smallest_px, _TIGHTEST_GAPS, _TIGHTEST_LINES, small_rest=True)


def _gap_unit_px(room: Room, fmt: Format) -> float:
    # Texts in a tower's width are as large as in a small square; in a strip there is no height.
    return unit_px(fmt) if room.shape == "row" else max(unit_px(fmt), _LEAST_GAP_UNIT_PX)


def _limits(
    role: Role, room: Room, width_px: int, fitter: _Fitter, most_px: int, spacing: float
) -> Limits:
    look, (smallest_px, largest_px) = LOOKS[role], sizes_px(role, fitter.fmt)
    if role == "headline":
        smallest_px = min(max(smallest_px, fitter.least_px), largest_px)
    largest_px = min(max(most_px, smallest_px), largest_px)
    padding_px = 2 * _PAD_X * largest_px if role == "call_to_action" else 0
    return Limits(
        # Without Raqm nothing is kerned, and lines come out a little wider than measured.
        width_px=width_px * (0.995 if features.check("raqm") else 0.97) - padding_px,
        min_size_px=smallest_px,
        max_size_px=largest_px,
        max_lines=look.lines_in_column if room.narrow else look.lines_in_band,
        spacing=spacing,
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
    available_px = height_for(stack, room)
    excess_px = stack.height_px - available_px
    longest = max(stack.blocks, key=lambda block: len(block.setting.lines))
    percent = min(math.ceil(100 * excess_px / longest.height_px), 100)
    return (
        f"The texts ({fitter.style.locale}) do not fit the text zone of {fitter.fmt.name}: at "
        f"their smallest sizes they are {excess_px} px taller than its {available_px} px. "
        f"Shorten the {LOOKS[longest.role].name} by about {percent} %."
    )
