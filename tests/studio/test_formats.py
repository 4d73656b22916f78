"""The formats are dated data that fits together, and channels are lists of them."""

import math

import pytest

from creative_assets.studio.brief import ASPECT_RATIOS
from creative_assets.studio.errors import RenderError
from creative_assets.studio.formats import (
    Format,
    all_channels,
    all_formats,
    all_text_limits,
    file_types_for,
    format_named,
    formats_of,
    safe_box,
)
from creative_assets.studio.values import FileType

FORMATS = list(all_formats().values())
by_name = pytest.mark.parametrize("fmt", FORMATS, ids=lambda fmt: fmt.name)


def test_the_sizes_are_those_that_channels_ask_for() -> None:
    sizes = {fmt.name: str(fmt.size) for fmt in FORMATS}

    assert sizes == {
        "1x1": "1080x1080",
        "4x5": "1080x1350",
        "9x16": "1080x1920",
        "16x9": "1920x1080",
        "meta-square": "1080x1080",
        "meta-portrait": "1080x1350",
        "story": "1080x1920",
        "landscape": "1200x628",
        "square": "1200x1200",
        "portrait": "960x1200",
        "linkedin-portrait": "720x900",
        "pin": "1000x1500",
        "display-300x250": "300x250",
        "display-336x280": "336x280",
        "display-728x90": "728x90",
        "display-160x600": "160x600",
        "display-300x600": "300x600",
        "display-970x250": "970x250",
        "display-320x50": "320x50",
        "display-320x100": "320x100",
        "walmart-banner": "1200x675",
    }


@by_name
def test_what_is_delivered_has_the_ratio_that_is_asked_for(fmt: Format) -> None:
    assert math.isclose(fmt.size.ratio, fmt.ratio, rel_tol=fmt.ratio_tolerance)


@by_name
def test_a_format_says_who_checked_it_against_what(fmt: Format) -> None:
    assert fmt.checked_on.year >= 2026
    assert fmt.source


def test_a_limit_of_text_is_for_formats_that_there_are_and_says_who_checked_it() -> None:
    for limit in all_text_limits():
        assert set(limit.formats) <= set(all_formats())
        assert limit.checked_on.year >= 2026
        assert limit.source


@by_name
def test_a_format_is_cut_from_one_of_the_general_shapes(fmt: Format) -> None:
    assert fmt.shape in ASPECT_RATIOS
    assert format_named(fmt.shape).shape == fmt.shape


@by_name
def test_a_limit_of_bytes_leaves_a_byte_for_every_three_pixels(fmt: Format) -> None:
    pixels = fmt.size.width_px * fmt.size.height_px

    assert fmt.max_bytes is None or fmt.max_bytes > pixels / 3


def test_a_story_leaves_the_box_free_of_controls_that_was_published() -> None:
    box = safe_box(format_named("story"))

    assert (box.width_px, box.height_px) == (950, 979)


def test_only_a_format_that_forbids_text_has_none() -> None:
    assert [fmt.name for fmt in FORMATS if not fmt.text_and_logo] == ["walmart-banner"]
    assert all("headline" in fmt.text_roles for fmt in FORMATS if fmt.text_and_logo)


def test_a_channel_is_a_list_of_formats_and_none_is_left_out() -> None:
    named = {name for names in all_channels().values() for name in names}

    assert named <= set(all_formats())
    assert set(all_formats()) - named == {"1x1", "4x5", "9x16"}
    assert set(all_channels()) & set(all_formats()) == set()


def test_channels_that_share_a_format_get_it_once() -> None:
    assert formats_of(["meta-feed", "linkedin", "9x16"]) == (
        *("meta-square", "meta-portrait", "landscape"),
        *("square", "linkedin-portrait", "9x16"),
    )


@pytest.mark.parametrize(
    "name,wished,expected",
    [
        ("1x1", "webp", ("webp", "jpeg", "png")),
        ("story", "png", ("png", "jpeg")),
        ("story", "webp", ("jpeg", "png")),
    ],
)
def test_the_wished_file_type_is_tried_first_where_it_is_taken(
    name: str, wished: FileType, expected: tuple[FileType, ...]
) -> None:
    assert file_types_for(format_named(name), wished) == expected


def test_an_unknown_format_is_answered_with_the_known_ones() -> None:
    with pytest.raises(RenderError, match="'2x3'; use one of 1x1, 4x5, 9x16, 16x9"):
        format_named("2x3")
