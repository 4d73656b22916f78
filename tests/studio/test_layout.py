"""A plan puts subject, text and logo where they have room, on any picture."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creative_assets.studio.errors import RenderError
from creative_assets.studio.formats import (
    Format,
    all_formats,
    format_named,
)
from creative_assets.studio.layout import (
    crop_to,
    plan_zones,
)
from creative_assets.studio.layouts import layout_named, subject_box, text_zones, zone_box
from creative_assets.studio.values import Box, Direction, Size
from tests.drawn import confetti, pixels, plain, with_subject

# Banners are in `test_banners`.
FORMATS = [
    fmt
    for fmt in all_formats().values()
    if fmt.text_and_logo and not fmt.name.startswith("display-")
]
OVERLAY = layout_named("overlay")
PANEL = (11, 61, 46)
by_format = pytest.mark.parametrize("fmt", FORMATS, ids=lambda fmt: fmt.name)
by_direction = pytest.mark.parametrize("direction", ["ltr", "rtl"])


@settings(max_examples=60, deadline=None)
@given(
    width=st.integers(160, 2400),
    height=st.integers(160, 2400),
    fmt=st.sampled_from(FORMATS),
    direction=st.sampled_from(["ltr", "rtl"]),
    place=st.tuples(st.floats(0.1, 0.9), st.floats(0.1, 0.9)),
)
def test_any_picture_is_cropped_to_its_places_ratio_and_enlarged_within_limits(
    width: int, height: int, fmt: Format, direction: Direction, place: tuple[float, float]
) -> None:
    zones = plan_zones(with_subject((width, height), *place), fmt, OVERLAY, direction)

    crop, frame = zones.crop, Box(left_px=0, top_px=0, width_px=width, height_px=height)
    ratio = zones.picture.width_px / zones.picture.height_px
    assert abs(crop.width_px - crop.height_px * ratio) <= max(1, ratio)
    assert frame.contains(crop)
    assert zones.upscale == zones.picture.width_px / crop.width_px
    least = max(zones.picture.width_px / width, zones.picture.height_px / height)
    assert zones.upscale <= max(1.91, 1.01 * least)


def test_a_picture_that_is_too_small_is_refused() -> None:
    with pytest.raises(RenderError, match="8x8 px is too small for 16x9"):
        plan_zones(plain((8, 8)), format_named("16x9"), OVERLAY, "ltr")


def test_a_crop_of_another_ratio_is_refused() -> None:
    with pytest.raises(RenderError, match="with that ratio"):
        crop_to(
            plain((200, 200)),
            Box(left_px=0, top_px=0, width_px=200, height_px=198),
            Size(width_px=1080, height_px=1080),
        )


def test_a_crop_beyond_the_picture_is_refused() -> None:
    with pytest.raises(RenderError, match="expected a part of it"):
        crop_to(
            plain((200, 200)),
            Box(left_px=1, top_px=0, width_px=200, height_px=200),
            Size(width_px=1080, height_px=1080),
        )


@pytest.mark.parametrize("across", [0.2, 0.5, 0.8])
def test_a_crop_keeps_the_subject(across: float) -> None:
    fmt = format_named("9x16")
    picture = with_subject((1600, 900), across, 0.5)

    zones = plan_zones(picture, fmt, OVERLAY, "ltr")

    middle = round(across * 1600)
    assert zones.crop.left_px < middle - 90
    assert middle + 90 < zones.crop.right_px


@by_format
@by_direction
def test_the_subject_is_where_it_is(fmt: Format, direction: Direction) -> None:
    wanted = subject_box(OVERLAY, text_zones(OVERLAY, fmt)[0], fmt, direction)
    across = (wanted.left_px + wanted.width_px / 2) / fmt.size.width_px
    down = (wanted.top_px + wanted.height_px / 2) / fmt.size.height_px

    zones = plan_zones(with_subject(pixels(fmt), across, down), fmt, OVERLAY, direction)

    short_px = min(pixels(fmt))
    x, y = round(across * fmt.size.width_px), round(down * fmt.size.height_px)
    core = Box(
        left_px=x - short_px // 12,
        top_px=y - short_px // 7,
        width_px=short_px // 6,
        height_px=2 * (short_px // 7),
    )
    assert zones.subject.contains(core)
    assert zones.subject.width_px < zones.upscale * short_px / 2
    assert not zones.subject.overlaps(zones.text_zone)


@by_format
@by_direction
def test_the_first_text_zone_is_taken_on_an_even_picture(fmt: Format, direction: Direction) -> None:
    zones = plan_zones(plain(pixels(fmt)), fmt, OVERLAY, direction)

    assert zones.text_zone == zone_box(text_zones(OVERLAY, fmt)[0], fmt, direction)
    assert not zones.subject.overlaps(zones.text_zone)


@by_format
@by_direction
@pytest.mark.parametrize("place", [0, 1])
def test_text_goes_where_the_picture_is_calm(fmt: Format, direction: Direction, place: int) -> None:
    zone = text_zones(OVERLAY, fmt)[place]
    busy = subject_box(OVERLAY, zone, fmt, direction)
    picture = plain(pixels(fmt))
    picture.paste(confetti((busy.width_px, busy.height_px)), (busy.left_px, busy.top_px))

    zones = plan_zones(picture, fmt, OVERLAY, direction)

    assert zones.text_zone == zone_box(zone, fmt, direction)
