"""The layouts are data that fits any format, and say in words what they want of a picture."""

import re
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creative_assets.studio.errors import RenderError
from creative_assets.studio.formats import Format, all_formats, format_named, safe_box
from creative_assets.studio.layouts import (
    FrameShape,
    Layout,
    all_layouts,
    composition_words,
    frame_box,
    frame_shape,
    layout_named,
    panel_color,
    picture_box,
    subject_box,
    text_zones,
    zone_box,
)
from creative_assets.studio.values import Direction, LayoutName, Size

LAYOUTS = list(all_layouts().values())
FORMATS = [fmt for fmt in all_formats().values() if fmt.text_and_logo]
# Those that pictures are composed for; others are cut from these.
COMPOSED = [fmt for fmt in FORMATS if fmt.ratio == format_named(fmt.shape).ratio]
# As display networks sell them, and with as much safe zone as a story has.
SIZES = [(1080, 1080), (1080, 1350), (1080, 1920), (1920, 1080), (1200, 628), (1000, 1500)]
DISPLAY_SIZES = [(300, 250), (728, 90), (160, 600), (300, 600), (970, 250), (320, 50), (320, 100)]
by_layout = pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
by_format = pytest.mark.parametrize("fmt", FORMATS, ids=lambda fmt: fmt.name)
by_direction = pytest.mark.parametrize("direction", ["ltr", "rtl"])
by_size = pytest.mark.parametrize("size", SIZES + DISPLAY_SIZES)


def sized(size: tuple[int, int]) -> Format:
    """A format of that size, with the safe zone of a square post."""
    return format_named("1x1").model_copy(
        update={"size": Size(width_px=size[0], height_px=size[1])}
    )


def test_a_brief_can_choose_each_layout() -> None:
    assert tuple(all_layouts()) == get_args(LayoutName)


def test_an_unknown_layout_is_answered_with_the_known_ones() -> None:
    with pytest.raises(RenderError, match="'poster'; use one of overlay, panel, card"):
        layout_named("poster")


@by_layout
def test_a_layout_knows_where_text_goes_in_a_frame_of_any_shape(layout: Layout) -> None:
    assert set(layout.zones) == set(get_args(FrameShape))
    assert all(zones for zones in layout.zones.values())


@pytest.mark.parametrize(
    "size,shape",
    [
        ((1080, 1080), "square"),
        ((300, 250), "square"),
        ((1080, 1350), "portrait"),
        ((1000, 1500), "portrait"),
        ((1080, 1920), "tall"),
        ((300, 600), "tall"),
        ((160, 600), "tower"),
        ((1200, 628), "landscape"),
        ((1920, 1080), "landscape"),
        ((970, 250), "strip"),
        ((320, 50), "strip"),
    ],
)
def test_a_frame_has_the_shape_that_its_name_says(size: tuple[int, int], shape: str) -> None:
    assert frame_shape(sized(size)) == shape


@by_layout
@by_size
@by_direction
def test_text_stays_in_the_safe_zone_and_the_subject_clear_of_it(
    layout: Layout, size: tuple[int, int], direction: Direction
) -> None:
    fmt = sized(size)
    for zone in text_zones(layout, fmt):
        text = zone_box(zone, fmt, direction)
        subject = subject_box(layout, zone, fmt, direction)
        assert safe_box(fmt).contains(text)
        assert safe_box(fmt).contains(subject)
        assert min(subject.width_px, subject.height_px) > 0.2 * min(size)
        assert not subject.overlaps(text)


@by_layout
@by_size
@by_direction
def test_text_is_on_the_picture_except_in_a_panel_beside_it(
    layout: Layout, size: tuple[int, int], direction: Direction
) -> None:
    fmt = sized(size)
    for zone in text_zones(layout, fmt):
        shown, text = (
            picture_box(layout, zone, fmt, direction),
            zone_box(zone, fmt, direction),
        )
        if layout.ground == "panel":
            assert frame_box(fmt).contains(shown)
            assert not shown.overlaps(text.inset(-round(0.03 * min(size))))
            assert shown.width_px * shown.height_px > 0.2 * size[0] * size[1]
        else:
            assert shown == frame_box(fmt)


@by_layout
@by_format
def test_right_to_left_mirrors_every_place(layout: Layout, fmt: Format) -> None:
    for zone in text_zones(layout, fmt):
        for ltr, rtl in (
            (zone_box(zone, fmt, "ltr"), zone_box(zone, fmt, "rtl")),
            (picture_box(layout, zone, fmt, "ltr"), picture_box(layout, zone, fmt, "rtl")),
            (subject_box(layout, zone, fmt, "ltr"), subject_box(layout, zone, fmt, "rtl")),
        ):
            assert abs(ltr.left_px - (fmt.size.width_px - rtl.right_px)) <= 1
            assert abs(ltr.width_px - rtl.width_px) <= 1
            assert (ltr.top_px, ltr.height_px) == (rtl.top_px, rtl.height_px)


@by_layout
@by_format
def test_a_text_zone_has_room_for_an_advertisement(layout: Layout, fmt: Format) -> None:
    [zone, *_] = text_zones(layout, fmt)
    text = zone_box(zone, fmt, "ltr")
    short_px = min(fmt.size.width_px, fmt.size.height_px)

    assert text.width_px >= 0.57 * short_px
    assert text.height_px >= 0.34 * short_px


@by_layout
def test_above_a_column_of_text_there_is_room_for_a_logo(layout: Layout) -> None:
    fmt = format_named("16x9")
    [zone, *_] = text_zones(layout, fmt)

    assert zone_box(zone, fmt, "ltr").top_px - safe_box(fmt).top_px >= 0.16 * fmt.size.height_px


@by_layout
@pytest.mark.parametrize("fmt", COMPOSED, ids=lambda fmt: fmt.name)
@by_direction
def test_the_words_ask_for_calm_where_the_text_goes_and_a_gap_beside_it(
    layout: Layout, fmt: Format, direction: Direction
) -> None:
    words = composition_words(layout, fmt, direction)
    [zone, *_] = text_zones(layout, fmt)
    text = zone_box(zone, fmt, direction)
    width_px, height_px = fmt.size.width_px, fmt.size.height_px
    reach = {
        "lower": (height_px - text.top_px) / height_px,
        "upper": text.bottom_px / height_px,
        "left": text.right_px / width_px,
        "right": (width_px - text.left_px) / width_px,
    }

    [(side, percent)] = re.findall(
        r"Keep the (lower|upper|left|right) (\d+)% of the frame calm", words
    )
    assert 0.02 < int(percent) / 100 - reach[side] < (0.16 if layout.ground == "panel" else 0.09)
    opposite = {"lower": "upper", "left": "right", "right": "left"}[side]
    assert f"in the {opposite} part" in words


@given(st.integers(0, 0xFFFFFF))
def test_a_panel_has_the_brands_first_colour(color: int) -> None:
    red, green, blue = panel_color(f"#{color:06x}")

    assert (red << 16) + (green << 8) + blue == color
