"""The formats are data that fits together."""

import pytest

from creative_assets.studio.errors import RenderError
from creative_assets.studio.formats import (
    Format,
    all_formats,
    format_named,
)

FORMATS = list(all_formats().values())
by_name = pytest.mark.parametrize("fmt", FORMATS, ids=lambda fmt: fmt.name)


def test_there_are_four_formats() -> None:
    sizes = {fmt.name: str(fmt.size) for fmt in FORMATS}

    assert sizes == {
        "1x1": "1080x1080",
        "4x5": "1080x1350",
        "9x16": "1080x1920",
        "16x9": "1920x1080",
    }


@by_name
def test_a_name_is_the_ratio_of_the_size(fmt: Format) -> None:
    width, height = map(int, fmt.name.split("x"))

    assert fmt.size.width_px * height == fmt.size.height_px * width


@by_name
def test_a_format_says_who_checked_it_against_what(fmt: Format) -> None:
    assert fmt.checked_on.year >= 2026
    assert fmt.source


def test_an_unknown_format_is_answered_with_the_known_ones() -> None:
    with pytest.raises(RenderError, match="'2x3'; use one of 1x1, 4x5, 9x16, 16x9"):
        format_named("2x3")
