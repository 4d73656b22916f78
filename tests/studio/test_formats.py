"""The formats are data that fits together, and say in words what they want of a picture."""

import math
import re

import pytest

from creative_assets.studio.errors import RenderError
from creative_assets.studio.formats import (
    Format,
    all_formats,
    composition_words,
    format_named,
    safe_box,
    subject_gap_px,
    zone_box,
)
from creative_assets.studio.values import Direction

FORMATS = list(all_formats().values())
by_name = pytest.mark.parametrize("fmt", FORMATS, ids=lambda fmt: fmt.name)
by_direction = pytest.mark.parametrize("direction", ["ltr", "rtl"])


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


@by_name
@by_direction
def test_text_stays_in_the_safe_zone(fmt: Format, direction: Direction) -> None:
    zones = [zone_box(zone, fmt.size, direction) for zone in fmt.text_zones]

    assert [zone for zone in zones if not safe_box(fmt).contains(zone)] == []


@by_name
@by_direction
def test_the_subject_keeps_clear_of_the_first_text_zone(fmt: Format, direction: Direction) -> None:
    subject = zone_box(fmt.subject_zone, fmt.size, direction)
    text = zone_box(fmt.text_zones[0], fmt.size, direction)

    assert not subject.overlaps(text.inset(-subject_gap_px(fmt)))


@by_name
def test_a_text_zone_has_room_for_an_advertisement(fmt: Format) -> None:
    zone = zone_box(fmt.text_zones[0], fmt.size, "ltr")
    short_px = min(fmt.size.width_px, fmt.size.height_px)

    assert zone.width_px >= 0.7 * short_px
    assert zone.height_px >= 0.4 * short_px


def test_above_a_column_of_text_there_is_room_for_a_logo() -> None:
    fmt = format_named("16x9")
    zone = zone_box(fmt.text_zones[0], fmt.size, "ltr")

    assert zone.top_px - safe_box(fmt).top_px >= 0.16 * fmt.size.height_px


def test_a_zone_at_the_start_is_on_the_right_where_reading_starts_there() -> None:
    fmt = format_named("16x9")
    zone = fmt.text_zones[0]

    ltr, rtl = zone_box(zone, fmt.size, "ltr"), zone_box(zone, fmt.size, "rtl")

    assert ltr.left_px == fmt.size.width_px - rtl.right_px
    assert (ltr.width_px, ltr.top_px, ltr.height_px) == (rtl.width_px, rtl.top_px, rtl.height_px)


@by_name
@by_direction
def test_the_words_ask_for_calm_where_the_text_goes_and_a_gap_beside_it(
    fmt: Format, direction: Direction
) -> None:
    asked = re.findall(
        r"Keep the (lower|upper|left|right) (\d+)% of the frame calm",
        composition_words(fmt, direction),
    )
    zone = zone_box(fmt.text_zones[0], fmt.size, direction)
    gap_px, width_px, height_px = subject_gap_px(fmt), fmt.size.width_px, fmt.size.height_px
    reach = {
        "lower": (height_px - zone.top_px + gap_px) / height_px,
        "upper": (zone.bottom_px + gap_px) / height_px,
        "left": (zone.right_px + gap_px) / width_px,
        "right": (width_px - zone.left_px + gap_px) / width_px,
    }

    [(side, percent)] = asked
    assert gap_px >= 0.04 * height_px
    assert math.isclose(reach[side], int(percent) / 100, abs_tol=0.01)


def test_the_words_follow_the_direction() -> None:
    fmt = format_named("16x9")

    assert "Keep the left 52%" in composition_words(fmt, "ltr")
    assert "Keep the right 52%" in composition_words(fmt, "rtl")


@pytest.mark.parametrize("place,words", [(0, "Keep the lower 51%"), (1, "Keep the upper 51%")])
def test_the_words_follow_the_first_text_zone(place: int, words: str) -> None:
    fmt = format_named("1x1")

    assert words in composition_words(
        fmt.model_copy(update={"text_zones": (fmt.text_zones[place],)}), "ltr"
    )
