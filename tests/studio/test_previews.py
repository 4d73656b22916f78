"""Previews stay small enough for a table's cell and an event log."""

import io
from collections.abc import Sequence

import pytest
from PIL import Image

from creative_assets.studio.previews import PREVIEW_BYTES, STRIP_BYTES, previews_of, strip_of


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
