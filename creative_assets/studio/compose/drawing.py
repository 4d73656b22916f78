"""Shapes with smooth edges: buttons and cards."""

from functools import lru_cache

from PIL import Image, ImageDraw

from creative_assets.studio.sight import Rgb
from creative_assets.studio.values import Box

_FINER = 4
_KEPT_MASKS = 32


def draw_pill(image: Image.Image, box: Box, color: Rgb) -> None:
    """Paint a box with round ends onto `image`."""
    image.paste(color, box.corners, _rounded(box.width_px, box.height_px, box.height_px // 2))


def outlined(  # noqa: PLR0913 - a shape has that many properties
    image: Image.Image,
    box: Box,
    *,
    fill: Rgb,
    line: Rgb,
    line_px: int,
    radius_px: int,
    alpha: float,
) -> Image.Image:
    """A new picture with a rounded box on it that has a thin line along its edge."""
    painted = image.copy()
    mask = _rounded(box.width_px, box.height_px, radius_px)
    painted.paste(line, box.corners, mask.point([round(alpha * level) for level in range(256)]))
    inner = box.inset(line_px)
    # The picture shows through the card alike, so its inside starts from the picture again.
    card = Image.blend(image.crop(inner.corners), Image.new("RGB", _size(inner), fill), alpha)
    painted.paste(card, inner.corners, _rounded(*_size(inner), radius_px - line_px))
    return painted


def _size(box: Box) -> tuple[int, int]:
    return (box.width_px, box.height_px)


@lru_cache(maxsize=_KEPT_MASKS)
def _rounded(width_px: int, height_px: int, radius_px: int) -> Image.Image:
    """A mask (L) of a box with rounded corners. Kept, and only read."""
    mask = Image.new("L", (width_px, height_px), 255)
    radius_px = max(min(radius_px, width_px // 2, height_px // 2), 0)
    if not radius_px:
        return mask
    # Only corners need smooth edges: a disc, drawn larger, has all four of them.
    disc = Image.new("L", (2 * radius_px * _FINER, 2 * radius_px * _FINER))
    ImageDraw.Draw(disc).ellipse((0, 0, disc.width - 1, disc.height - 1), fill=255)
    disc = disc.reduce(_FINER)
    for left_px, x in ((0, 0), (width_px - radius_px, radius_px)):
        for top_px, y in ((0, 0), (height_px - radius_px, radius_px)):
            corner = disc.crop((x, y, x + radius_px, y + radius_px))
            mask.paste(corner, (left_px, top_px))
    return mask
