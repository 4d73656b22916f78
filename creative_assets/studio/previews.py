"""Small copies of pictures, for tables and pages that people look through."""

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from creative_assets.studio.errors import RenderError
from creative_assets.studio.values import Box, Size

# Markdown under 1,000 characters is shown in Dagster's table itself, longer one behind a link;
# and every row of the event log is stored, so that even the larger copy stays small.
STRIP_BYTES = 690
PREVIEW_BYTES = 11_000
"""Of the larger copy, for each four pictures or fewer."""

_STRIP_SOURCE_PX = 64  # the height from which a strip is made: more than it ever has
_PREVIEW_SOURCE_PX = 320
_MOST_IN_STRIP = 6

_LEAST_HEIGHT_PX = 16
_QUALITY = 50
# Of photographs at that quality: where the search for a size begins, and how it goes on.
_PIXELS_A_BYTE = 20
_BYTES_BY_HEIGHT = 1.3
# By the row's height.
_GAP_BY_HEIGHT = 0.025
_WIDEST_BY_HEIGHT = 2.0


@dataclass(frozen=True)
class Previews:
    """Pictures side by side, as WebP: a strip for a table's row, and where made a larger copy."""

    strip: bytes
    preview: bytes | None = None


def strip_of(pictures: Sequence[Image.Image]) -> Previews:
    """The smallest copies of the first `pictures`, in their order."""
    shown = side_by_side(pictures[:_MOST_IN_STRIP], _STRIP_SOURCE_PX)
    return Previews(thumbnail(shown, STRIP_BYTES))


def small_copy(picture: Image.Image) -> Image.Image:
    """Enough of a picture (RGB) for a strip."""
    return picture.reduce(max(1, picture.height // _STRIP_SOURCE_PX))


def previews_of(pictures: Sequence[Image.Image]) -> Previews:
    """Small copies of `pictures`, in their order, in both sizes."""
    together = side_by_side(pictures, _PREVIEW_SOURCE_PX)
    fours = math.ceil(len(pictures) / 4)
    strip = (
        thumbnail(together, STRIP_BYTES)
        if len(pictures) <= _MOST_IN_STRIP
        else strip_of(pictures).strip
    )
    return Previews(strip, thumbnail(together, fours * PREVIEW_BYTES))


def side_by_side(images: Sequence[Image.Image], height_px: int) -> Image.Image:
    """The images (RGB) on white, where `places_in_row` has them."""
    sizes = [Size(width_px=image.width, height_px=image.height) for image in images]
    places = places_in_row(sizes, height_px)
    row = Image.new("RGB", (places[-1].right_px, height_px), "white")
    for image, place in zip(images, places, strict=True):
        size = (place.width_px, place.height_px)
        small = image.resize(size, Image.Resampling.BICUBIC, reducing_gap=1.0)
        row.paste(small, (place.left_px, place.top_px))
    return row


def places_in_row(sizes: Sequence[Size], height_px: int) -> tuple[Box, ...]:
    """Where pictures of those sizes stand in a row, in its pixels.

    Each is as high as the row; one that would be more than twice as wide is that wide, and stands
    in the middle.
    """
    places: list[Box] = []
    left_px = 0
    for size in sizes:
        width = min(size.ratio, _WIDEST_BY_HEIGHT) * height_px
        high_px = max(1, round(width / size.ratio))
        place = Box(
            left_px=left_px,
            top_px=(height_px - high_px) // 2,
            width_px=max(1, round(width)),
            height_px=high_px,
        )
        places.append(place)
        left_px = place.right_px + round(_GAP_BY_HEIGHT * height_px)
    return tuple(places)


def thumbnail(picture: Image.Image, max_bytes: int) -> bytes:
    """The picture (RGB), never enlarged, as a WebP of at most `max_bytes`.

    Raises:
        RenderError: Not even the smallest copy is that small.
    """
    likely_px = math.sqrt(max_bytes * _PIXELS_A_BYTE * picture.height / picture.width)
    height_px = min(picture.height, int(likely_px))
    while height_px >= _LEAST_HEIGHT_PX:
        buffer = io.BytesIO()
        width_px = max(1, round(picture.width * height_px / picture.height))
        size = (width_px, height_px)
        small = picture.resize(size, Image.Resampling.BICUBIC, reducing_gap=1.0)
        small.save(buffer, format="WEBP", quality=_QUALITY, method=2)
        size_bytes = buffer.tell()
        if size_bytes <= max_bytes:
            return buffer.getvalue()
        # A little below, so that a second try nearly always fits.
        height_px = int(height_px * 0.95 * (max_bytes / size_bytes) ** (1 / _BYTES_BY_HEIGHT))
    raise RenderError(
        f"A picture of {picture.width}x{picture.height} px does not fit {max_bytes} bytes, even "
        f"{_LEAST_HEIGHT_PX} px high. Allow more bytes."
    )
