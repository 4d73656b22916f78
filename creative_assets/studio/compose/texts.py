"""The words of one ad, and how each kind of them is set: its weight, its sizes, its lines.

Where words go, and in which colours, is decided elsewhere in this package.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from creative_assets.studio.fonts import Face
from creative_assets.studio.formats import Format
from creative_assets.studio.typography import TypeSpec
from creative_assets.studio.values import Direction, Frozen, Size, TextRole

Role = TextRole

# On a phone that is WCAG's large text (24 px, or 19 bold), as a share of the unit.
_LARGE_TEXT = 0.05
_PHONE = 0.62  # width ÷ height of what fills a phone's screen
_SMALL_BANNER_PX = 400_000  # in all
_WIDE_UNIT, _LOW_UNIT = 0.62, 2.4  # of the frame's width and height
_TALL_UNIT, _NARROW_UNIT = 0.4, 1.6  # of the frame's height and width


@dataclass(frozen=True, slots=True)
class Look:
    """How a kind of text is set.

    `largest`, `smallest` and `gap_above` are shares of the format's unit. `floor_px` is the least
    size in the smallest banners, which are shown pixel for pixel.
    """

    name: str
    weight: int
    largest: float
    smallest: float
    floor_px: int
    gap_above: float
    lines_in_band: int
    lines_in_column: int


LOOKS: Mapping[Role, Look] = {
    "headline": Look(
        "headline",
        weight=700,
        largest=0.104,
        smallest=0.040,
        floor_px=12,
        gap_above=0.0,
        lines_in_band=3,
        lines_in_column=4,
    ),
    "subline": Look(
        "subline",
        weight=450,
        largest=0.041,
        smallest=0.026,
        floor_px=10,
        gap_above=0.040,
        lines_in_band=3,
        lines_in_column=5,
    ),
    "call_to_action": Look(
        "call to action",
        weight=650,
        largest=0.034,
        smallest=0.025,
        floor_px=10,
        gap_above=0.044,
        lines_in_band=1,
        lines_in_column=1,
    ),
    "legal_line": Look(
        "legal line",
        weight=400,
        largest=0.0224,
        smallest=0.0186,
        floor_px=8,
        gap_above=0.034,
        lines_in_band=3,
        lines_in_column=4,
    ),
}


class OverlayText(Frozen):
    """The words of one ad; None for what a format has no room for, or the ad has not."""

    headline: str
    subline: str | None
    call_to_action: str | None
    legal_line: str | None


class TextStyle(Frozen):
    """What decides about the look of the words; colours as `#rrggbb`.

    `keep_together` holds names that no line break may split, such as the brand's; `fonts` are the
    brand's own, best first.
    """

    locale: str
    direction: Direction
    primary_color: str
    palette: tuple[str, ...] = ()
    keep_together: tuple[str, ...] = ()
    fonts: tuple[Face, ...] = ()


def words_of(text: OverlayText) -> Mapping[Role, str]:
    """What there is to set, in reading order, without stray spaces and empty texts."""
    words = {role: _clean(getattr(text, role) or "") for role in LOOKS}
    return {role: value for role, value in words.items() if value}


def spared_roles(size: Size) -> tuple[Role, ...]:
    """The texts that a final of that size may go without where they do not fit, in that order."""
    small = size.width_px * size.height_px < _SMALL_BANNER_PX
    return ("subline", "call_to_action") if small else ()


def spec_of(role: Role, face: Face, style: TextStyle) -> TypeSpec:
    """How a text of this kind is set, all but its size."""
    return TypeSpec(
        face=face,
        weight=LOOKS[role].weight,
        locale=style.locale,
        direction=style.direction,
        small=role != "headline",
        names=style.keep_together,
    )


def unit_px(fmt: Format) -> float:
    """What sizes are shares of: the short edge, or more where a long frame has the room."""
    width_px, height_px = fmt.size.width_px, fmt.size.height_px
    return max(
        min(width_px, height_px),
        min(_WIDE_UNIT * width_px, _LOW_UNIT * height_px),
        min(_TALL_UNIT * height_px, _NARROW_UNIT * width_px),
    )


def sizes_px(role: Role, fmt: Format) -> tuple[int, int]:
    """The smallest and the largest size of a text in a format."""
    look, unit = LOOKS[role], unit_px(fmt)
    smallest = max(round(look.smallest * unit), look.floor_px)
    if role == "legal_line" and fmt.size.ratio <= _PHONE:  # it is seen on a phone only
        smallest = max(round(look.largest * unit), look.floor_px)
    return smallest, max(round(look.largest * unit), smallest)


def is_large(size_px: int, fmt: Format) -> bool:
    """Whether a text of this size is WCAG's large text."""
    return size_px >= _LARGE_TEXT * unit_px(fmt)


def _clean(words: str) -> str:
    # Composed letters: a font may have the letter and lack the loose mark. Hard spaces stay.
    return re.sub(r"[ \t\r\n]+", " ", unicodedata.normalize("NFC", words)).strip()
