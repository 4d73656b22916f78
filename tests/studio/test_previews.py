"""Previews stay small enough for a table's cell and an event log."""

import io
from collections.abc import Sequence

import pytest
from PIL import Image

from creative_assets.studio.errors import RenderError
from creative_assets.studio.previews import (
    PREVIEW_BYTES,
    STRIP_BYTES,
    places_in_row,
    previews_of,
    side_by_side,
    strip_of,
    thumbnail,
)
from creative_assets.studio.values import Size


def picture(width_px: int = 320, height_px: int = 200, seed: int = 0) -> Image.Image:
    """A gradient with fine texture: what compresses neither very well nor badly."""
    gradient = Image.linear_gradient("L").resize((width_px, height_px))
    noise = Image.effect_mandelbrot((width_px, height_px), (-2 + seed / 10, -1.5, 1, 1.5), 60)
    return Image.merge("RGB", (gradient, noise, gradient.transpose(Image.Transpose.ROTATE_180)))


def noise(size: tuple[int, int], mode: str = "RGB") -> Image.Image:
    """What compresses worst."""
    return Image.effect_noise(size, 200).convert(mode)


@pytest.mark.parametrize(
    "pictures",
    [
        [noise((1080, 1080))],
        [noise((1080, 1080)), noise((1080, 1350)), noise((1080, 1920)), noise((1920, 1080))],
        [noise((1920, 1080))] * 4,
        [noise((300, 300), "RGBA")],
    ],
    ids=["square", "all formats", "wide", "with transparency"],
)
def test_even_noise_fits_its_limits(pictures: Sequence[Image.Image]) -> None:
    previews = previews_of(pictures)

    assert len(previews.strip) <= STRIP_BYTES
    assert len(strip_of(pictures).strip) <= STRIP_BYTES
    assert previews.preview is not None
    assert STRIP_BYTES < len(previews.preview) <= PREVIEW_BYTES


def test_pictures_stand_side_by_side_in_their_order() -> None:
    red, blue = (Image.new("RGB", (400, 400), color) for color in ("red", "blue"))

    with Image.open(io.BytesIO(previews_of([red, blue]).preview or b"")) as preview:
        shown = preview.convert("RGB")

    assert shown.width > 2 * shown.height
    left, right = (shown.getpixel((x, shown.height // 2)) for x in (5, shown.width - 5))
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    assert left[0] > left[2] + 100
    assert right[2] > right[0] + 100


@pytest.mark.parametrize("max_bytes", [4_000, 20_000, 100_000])
def test_a_thumbnail_stays_under_its_limit(max_bytes: int) -> None:
    pictures = [picture(270, 270), picture(270, 480), picture(480, 270)]
    content = thumbnail(side_by_side(pictures, 320), max_bytes)
    assert len(content) <= max_bytes
    with Image.open(io.BytesIO(content)) as strip:
        assert strip.format == "WEBP"
        assert strip.width > 2 * strip.height


def test_more_bytes_make_a_higher_thumbnail() -> None:
    def height_px(max_bytes: int) -> int:
        with Image.open(io.BytesIO(thumbnail(picture(540, 540), max_bytes))) as strip:
            return strip.height

    assert height_px(2_000) < height_px(60_000)


def test_a_limit_that_no_thumbnail_meets_is_an_error() -> None:
    with pytest.raises(RenderError, match="does not fit 40 bytes"):
        thumbnail(picture(), 40)


def test_a_banner_takes_no_more_of_a_row_than_a_picture_twice_as_wide_as_high() -> None:
    sizes = [Size(width_px=300, height_px=600), Size(width_px=728, height_px=90)]

    tower, banner = places_in_row(sizes, 100)

    assert tower.corners == (0, 0, 50, 100)
    assert banner.corners == (52, 37, 252, 62)


def test_more_pictures_make_no_wider_strip_than_six() -> None:
    banner = noise((728, 90))

    assert strip_of([banner] * 6) == strip_of([banner] * 20)
