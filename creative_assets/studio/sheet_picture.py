"""The contact sheet as one picture: labelled rows of pictures, or many small ones.

What is shown on it is `contact_sheet`'s to say. The page with all finals is `sheet_page`.
"""

import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageOps

from creative_assets.studio.fonts import face_for
from creative_assets.studio.lettering import draw_line
from creative_assets.studio.previews import places_in_row
from creative_assets.studio.typography import (
    Limits,
    Overflow,
    TypeSpec,
    direction_of,
    fit_text,
)
from creative_assets.studio.values import Box, Size

# How large the pictures on it are: as much as their number leaves of a picture to be looked at.
_PICTURES_PIXELS = 4_000_000
_HIGHEST_ROW_PX = 380
_WHOLE_PX = 1080

_PAPER = (250, 249, 246)
_RULE = (226, 224, 218)
_MARGIN_PX, _GAP_PX, _HEAD_PX = 64, 20, 164
_LABEL_PX, _LEAST_STEP_PX, _BETWEEN_ROWS_PX = 250, 150, 44

# An overview: what a picture and its caption take, and how many columns go with how many rows.
_CELL_PX, _CAPTION_PX, _SECTION_PX = (330, 90), 44, 60
_FEWEST_COLUMNS, _ROWS_TO_COLUMNS = 4, 2.5

# First word of a character's Unicode name → a locale that sets it right. Kana before Han.
_LABEL_LOCALES = {
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "HANGUL": "ko",
    "CJK": "zh-Hans",
    "ARABIC": "ar",
    "HEBREW": "he",
    "THAI": "th",
}


@dataclass(frozen=True, slots=True)
class _Lettering:
    """How a kind of text is set on a contact sheet."""

    weight: int
    largest_px: int
    smallest_px: int
    max_lines: int
    color: tuple[int, int, int]


_TITLE = _Lettering(700, largest_px=44, smallest_px=24, max_lines=1, color=(28, 28, 30))
_LABEL = _Lettering(650, largest_px=28, smallest_px=16, max_lines=3, color=(28, 28, 30))
_SECTION = _Lettering(650, largest_px=28, smallest_px=16, max_lines=1, color=(28, 28, 30))
_CAPTION = _Lettering(400, largest_px=16, smallest_px=14, max_lines=1, color=(104, 104, 110))
_DETAIL = _Lettering(400, largest_px=20, smallest_px=14, max_lines=4, color=(104, 104, 110))


def row_height_px(sizes: Sequence[Size], rows: int) -> int:
    """How high the pictures are on a sheet with so many rows of pictures of those sizes.

    A whole fraction of most finals' height: a JPEG is decoded at such a size itself.
    """
    width_of_unit = places_in_row(sizes, 1000)[-1].right_px / 1000
    most_px = min(_HIGHEST_ROW_PX, math.sqrt(_PICTURES_PIXELS / (width_of_unit * rows)))
    return _WHOLE_PX // math.ceil(_WHOLE_PX / most_px)


def draw_sheet(
    rows: Sequence[tuple[str, Sequence[Image.Image]]], title: str, row_px: int
) -> Image.Image:
    """Labelled rows of pictures (RGB), `row_px` high, under a title.

    A label may be in any script; its second and further lines are set smaller.

    Raises:
        RenderError: A label or the title has a character that no font has.
    """
    places = [places_in_row([_size(image) for image in images], row_px) for _, images in rows]
    pictures_px = _MARGIN_PX + _LABEL_PX
    width_px = pictures_px + max(row[-1].right_px for row in places) + _MARGIN_PX
    step_px = max(row_px, _LEAST_STEP_PX) + _BETWEEN_ROWS_PX
    height_px = _HEAD_PX + len(rows) * step_px - _BETWEEN_ROWS_PX + _MARGIN_PX
    sheet = _titled(title, width_px, height_px)
    for index, (label, images) in enumerate(rows):
        top_px = _HEAD_PX + index * step_px
        line_px = top_px - _BETWEEN_ROWS_PX // 2
        ImageDraw.Draw(sheet).line(
            (_MARGIN_PX, line_px, width_px - _MARGIN_PX, line_px), fill=_RULE
        )
        _write_label(sheet, label, top_px, step_px - _BETWEEN_ROWS_PX)
        for image, place in zip(images, places[index], strict=True):
            size = (place.width_px, place.height_px)
            small = image.resize(size, Image.Resampling.BICUBIC, reducing_gap=1.0)
            sheet.paste(small, (pictures_px + place.left_px, top_px + place.top_px))
    return sheet


def draw_overview(
    sections: Mapping[str, Sequence[tuple[str, Image.Image]]], title: str
) -> Image.Image:
    """Many labelled pictures (RGB) under a title: section → label and picture, each small.

    Raises:
        RenderError: A label, a section's name or the title has a character that no font has.
    """
    pictures = sum(map(len, sections.values()))
    columns = max(_FEWEST_COLUMNS, math.ceil(math.sqrt(pictures / _ROWS_TO_COLUMNS)))
    step_px = (_CELL_PX[0] + _GAP_PX, _CELL_PX[1] + _CAPTION_PX)
    lines = sum(math.ceil(len(section) / columns) for section in sections.values())
    width_px = 2 * _MARGIN_PX + columns * step_px[0] - _GAP_PX
    height_px = _HEAD_PX + len(sections) * _SECTION_PX + lines * step_px[1] + _MARGIN_PX
    sheet = _titled(title, width_px, height_px)
    top_px = _HEAD_PX
    for name, section in sections.items():
        _write(sheet, name, _room(_MARGIN_PX, top_px, width_px - 2 * _MARGIN_PX), _SECTION)
        top_px += _SECTION_PX
        for index, (label, picture) in enumerate(section):
            left_px = _MARGIN_PX + index % columns * step_px[0]
            cell_px = top_px + index // columns * step_px[1]
            sheet.paste(ImageOps.contain(picture, _CELL_PX), (left_px, cell_px))
            _write(sheet, label, _room(left_px, cell_px + _CELL_PX[1] + 4, _CELL_PX[0]), _CAPTION)
        top_px += math.ceil(len(section) / columns) * step_px[1]
    return sheet


def _titled(title: str, width_px: int, height_px: int) -> Image.Image:
    sheet = Image.new("RGB", (width_px, height_px), _PAPER)
    _write(sheet, title, _room(_MARGIN_PX, _MARGIN_PX - 12, width_px - 2 * _MARGIN_PX), _TITLE)
    return sheet


def _room(left_px: int, top_px: int, width_px: int) -> Box:
    return Box(left_px=left_px, top_px=top_px, width_px=width_px, height_px=_HEAD_PX)


def _size(image: Image.Image) -> Size:
    return Size(width_px=image.width, height_px=image.height)


def _write_label(sheet: Image.Image, label: str, top_px: int, height_px: int) -> None:
    for index, line in enumerate(filter(None, map(str.strip, label.splitlines()))):
        room = Box(
            left_px=_MARGIN_PX,
            top_px=top_px,
            width_px=_LABEL_PX - 2 * _GAP_PX,
            height_px=height_px,
        )
        top_px = _write(sheet, line, room, _DETAIL if index else _LABEL) + _GAP_PX // 2


def _write(sheet: Image.Image, text: str, room: Box, lettering: _Lettering) -> int:
    """Write `text`, shortened to its room, at the top left; returns where it ends, from the top."""
    locale = _likely_locale(text)
    spec = TypeSpec(face_for(text, locale), lettering.weight, locale, direction_of(locale))
    limits = Limits(
        width_px=room.width_px,
        min_size_px=lettering.smallest_px,
        max_size_px=lettering.largest_px,
        max_lines=lettering.max_lines,
    )
    while isinstance(setting := fit_text(text, spec, limits), Overflow):
        kept = int(len(text) * (1 - setting.excess)) - 2
        text = f"{text[: max(kept, 0)]}…"
    for line, baseline_px in zip(setting.lines, setting.baselines_px, strict=True):
        ink = draw_line(line, spec, setting.size_px)
        placed = ink.moved_to(room.left_px, room.top_px + baseline_px)
        sheet.paste(lettering.color, placed.box.corners, placed.mask)
    return room.top_px + math.ceil(setting.height_px)


def _likely_locale(text: str) -> str:
    """A label says no locale: the first script that needs a face or line breaks of its own."""
    scripts = {unicodedata.name(character, "").split(" ")[0] for character in text}
    return next((locale for script, locale in _LABEL_LOCALES.items() if script in scripts), "en")
