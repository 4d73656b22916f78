"""Export: finished pictures as files' bytes, and the overviews that people look at.

Colour space and marks go in here. Nothing is written to a store.
"""

import io
import math
import os
import sys
import tempfile
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import IO, Any

from PIL import Image, ImageDraw, PngImagePlugin

from creative_assets.studio.errors import RenderError
from creative_assets.studio.fonts import face_for
from creative_assets.studio.lettering import draw_line
from creative_assets.studio.provenance import Marks, xmp_packet
from creative_assets.studio.typography import (
    Limits,
    Overflow,
    TypeSpec,
    direction_of,
    fit_text,
)
from creative_assets.studio.values import Box, FileType

# The settings and what they cost were measured on 1080x1920 finals.
_SETTINGS: Mapping[FileType, Mapping[str, Any]] = {
    "jpeg": {"format": "JPEG", "subsampling": "4:2:0"},
    "png": {"format": "PNG", "compress_level": 1, "compress_type": 3},  # 3 is zlib's Z_RLE
    "webp": {"format": "WEBP", "method": 2},
}
BEST_QUALITY = 90
LEAST_QUALITY = 50
"""Below it, blocks are seen around the letters."""

# Measured on 1080x1920: a tenth of the time of the fastest lossless format, PSNR above 48 dB.
_BETWEEN_STAGES: Mapping[str, Any] = {"format": "JPEG", "quality": 97, "subsampling": "4:4:4"}

_LEAST_THUMBNAIL_HEIGHT_PX = 16
_THUMBNAIL_QUALITY = 50
# Of photographs at that quality: where the search for a size begins, and how it goes on.
_PIXELS_A_BYTE = 20
_BYTES_BY_HEIGHT = 1.3
_GAP_BY_HEIGHT = 0.025

_PAPER = (250, 249, 246)
_RULE = (226, 224, 218)
_MARGIN_PX, _GAP_PX, _HEAD_PX = 64, 20, 164
_LABEL_PX, _ROW_PX, _BETWEEN_ROWS_PX = 250, 380, 44

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
_DETAIL = _Lettering(400, largest_px=20, smallest_px=14, max_lines=4, color=(104, 104, 110))


@dataclass(frozen=True, slots=True)
class Encoded:
    """A finished file. `quality` is 50 to 90, or None for a PNG, which has none."""

    content: bytes
    file_type: FileType
    quality: int | None


def encode(
    image: Image.Image, file_types: Sequence[FileType], marks: Marks, max_bytes: int | None = None
) -> Encoded:
    """An RGB picture as a file in sRGB with its marks. Same input, same bytes.

    It is of the first of `file_types` in which it has at most `max_bytes`, and there of the best
    quality that has.

    Raises:
        RenderError: It is larger in each of them.
    """
    limit = math.inf if max_bytes is None else max_bytes
    packet = xmp_packet(marks)
    sizes = []
    for file_type in file_types:
        encoded = _best_within(image, file_type, packet, limit)
        if len(encoded.content) <= limit:
            return encoded
        sizes.append(f"{len(encoded.content):,} as {file_type}")
    raise RenderError(
        f"A final of {image.width}x{image.height} px takes at least {' and '.join(sizes)} bytes,"
        f" where {limit:,} are allowed. Ask for a new take, with a calmer picture, or for the"
        " layout `panel` in `output.layout`."
    )


def encode_between_stages(image: Image.Image) -> bytes:
    """An RGB picture as a JPEG of very high quality, for the next stage: no marks."""
    return _saved(image, _BETWEEN_STAGES)


@cache
def srgb_profile() -> bytes:
    """The one ICC profile that all our files carry.

    A file, because LittleCMS writes the time of day into each profile that it makes.
    """
    return files(__package__).joinpath("data", "srgb.icc").read_bytes()


def side_by_side(images: Sequence[Image.Image], height_px: int) -> Image.Image:
    """The images (RGB) in a row on white, each `height_px` high."""
    scaled = [_at_height(image, height_px) for image in images]
    gap_px = round(_GAP_BY_HEIGHT * height_px)
    width_px = sum(image.width for image in scaled) + gap_px * (len(scaled) - 1)
    row = Image.new("RGB", (width_px, height_px), "white")
    left_px = 0
    for image in scaled:
        row.paste(image, (left_px, 0))
        left_px += image.width + gap_px
    return row


def thumbnail(picture: Image.Image, max_bytes: int) -> bytes:
    """The picture (RGB), never enlarged, as a WebP of at most `max_bytes`.

    Raises:
        RenderError: Not even the smallest copy is that small.
    """
    likely_px = math.sqrt(max_bytes * _PIXELS_A_BYTE * picture.height / picture.width)
    height_px = min(picture.height, int(likely_px))
    while height_px >= _LEAST_THUMBNAIL_HEIGHT_PX:
        buffer = io.BytesIO()
        small = _at_height(picture, height_px)
        small.save(buffer, format="WEBP", quality=_THUMBNAIL_QUALITY, method=2)
        size_bytes = buffer.tell()
        if size_bytes <= max_bytes:
            return buffer.getvalue()
        # A little below, so that a second try nearly always fits.
        height_px = int(height_px * 0.95 * (max_bytes / size_bytes) ** (1 / _BYTES_BY_HEIGHT))
    raise RenderError(
        f"A picture of {picture.width}x{picture.height} px does not fit {max_bytes} bytes, even "
        f"{_LEAST_THUMBNAIL_HEIGHT_PX} px high. Allow more bytes."
    )


def contact_sheet(rows: Sequence[tuple[str, Sequence[Image.Image]]], title: str) -> Image.Image:
    """Labelled rows of pictures (RGB) at one height, under a title.

    A label may be in any script; its second and further lines are set smaller.

    Raises:
        RenderError: A label or the title has a character that no font has.
    """
    scaled = [(label, [_at_height(image, _ROW_PX) for image in images]) for label, images in rows]
    widest_px = max((sum(image.width for image in images) for _, images in scaled), default=0)
    most = max((len(images) for _, images in scaled), default=0)
    pictures_px = _MARGIN_PX + _LABEL_PX
    width_px = pictures_px + widest_px + (most - 1) * _GAP_PX + _MARGIN_PX
    step_px = _ROW_PX + _BETWEEN_ROWS_PX
    height_px = _HEAD_PX + len(rows) * step_px - _BETWEEN_ROWS_PX + _MARGIN_PX
    sheet = Image.new("RGB", (width_px, height_px), _PAPER)
    title_room = Box(
        left_px=_MARGIN_PX,
        top_px=_MARGIN_PX - 12,
        width_px=width_px - 2 * _MARGIN_PX,
        height_px=_HEAD_PX - _MARGIN_PX,
    )
    _write(sheet, title, title_room, _TITLE)
    for index, (label, images) in enumerate(scaled):
        top_px = _HEAD_PX + index * step_px
        line_px = top_px - _BETWEEN_ROWS_PX // 2
        ImageDraw.Draw(sheet).line(
            (_MARGIN_PX, line_px, width_px - _MARGIN_PX, line_px), fill=_RULE
        )
        _write_label(sheet, label, top_px)
        left_px = pictures_px
        for image in images:
            sheet.paste(image, (left_px, top_px))
            left_px += image.width + _GAP_PX
    return sheet


def _write_label(sheet: Image.Image, label: str, top_px: int) -> None:
    for index, line in enumerate(filter(None, map(str.strip, label.splitlines()))):
        room = Box(
            left_px=_MARGIN_PX,
            top_px=top_px,
            width_px=_LABEL_PX - 2 * _GAP_PX,
            height_px=_ROW_PX,
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


def _best_within(image: Image.Image, file_type: FileType, packet: bytes, limit: float) -> Encoded:
    """The file of that type with the best quality within the limit, or else with the least."""
    if file_type == "png":
        return _encoded(image, file_type, packet, None)
    best = _encoded(image, file_type, packet, BEST_QUALITY)
    if len(best.content) <= limit:
        return best
    best = _encoded(image, file_type, packet, LEAST_QUALITY)
    low, high = LEAST_QUALITY, BEST_QUALITY  # the one fits, if any does; the other does not
    while len(best.content) <= limit and high - low > 1:
        middle = (low + high) // 2
        tried = _encoded(image, file_type, packet, middle)
        if len(tried.content) <= limit:
            best, low = tried, middle
        else:
            high = middle
    return best


def _encoded(
    image: Image.Image, file_type: FileType, packet: bytes, quality: int | None
) -> Encoded:
    options: dict[str, Any] = {**_SETTINGS[file_type], "icc_profile": srgb_profile()}
    if quality is None:
        # Pillow drops `xmp=` for PNG without a word.
        options["pnginfo"] = PngImagePlugin.PngInfo()
        options["pnginfo"].add_itxt("XML:com.adobe.xmp", packet.decode())
    else:
        options |= {"quality": quality, "xmp": packet}
    return Encoded(_saved(image, options), file_type, quality)


def _saved(image: Image.Image, options: Mapping[str, Any]) -> bytes:
    # A real file lets Pillow compress without the GIL; the copy is because it keeps the options of
    # a running save on the image, where another thread's save would find them.
    with _scratch_file() as file:
        image.copy().save(file, **options)
        file.seek(0)
        return file.read()


def _scratch_file() -> IO[bytes]:
    """A file with a descriptor; in memory where the system has such files."""
    if sys.platform == "linux":
        return os.fdopen(os.memfd_create("picture"), "w+b")
    return tempfile.TemporaryFile()


def _at_height(image: Image.Image, height_px: int) -> Image.Image:
    size = (max(1, round(image.width * height_px / image.height)), height_px)
    return image.resize(size, Image.Resampling.BICUBIC, reducing_gap=1.0)
