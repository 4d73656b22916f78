"""Display banners, down to 320x50: a logo that is known, and a line of logo, text and picture."""

import pytest
from PIL import Image, ImageDraw

from creative_assets.studio.formats import Format, all_formats, format_named, safe_box
from creative_assets.studio.layout import framed, plan_zones
from creative_assets.studio.layouts import layout_named
from creative_assets.studio.logo import Logo, LogoFile
from creative_assets.studio.logo_places import View
from creative_assets.studio.logo_spots import logo_candidates
from creative_assets.studio.values import Direction

DISPLAY = [fmt for fmt in all_formats().values() if fmt.name.startswith("display-")]
LOW = ["display-728x90", "display-970x250", "display-320x50", "display-320x100"]
GREEN = (11, 61, 46)


def wordmark(color: str) -> LogoFile:
    bars = "".join(f'<rect x="{x}" width="12" height="100"/>' for x in range(0, 300, 24))
    content = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 100">{bars}</svg>'
    return LogoFile(f"{color}.svg", content.replace("<rect", f'<rect fill="{color}"').encode())


LOGO = Logo({"default": wordmark("#0B3D2E"), "light": wordmark("#FFFFFF")})


def scene(fmt: Format) -> Image.Image:
    """A striped can in the picture that a format is cut from."""
    size = format_named(fmt.shape).size
    picture = Image.new("RGB", (size.width_px, size.height_px), (225, 215, 200))
    x, y, side = size.width_px // 2, size.height_px // 3, 120
    draw = ImageDraw.Draw(picture)
    draw.rectangle((x - side, y - 2 * side, x + side, y + 2 * side), fill=(170, 40, 30))
    draw.rectangle((x - side, y - side // 2, x + side, y + side // 2), fill=(20, 90, 60))
    return picture


@pytest.mark.parametrize("name", LOW)
@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_a_low_banner_is_a_line_of_logo_text_and_picture(name: str, direction: Direction) -> None:
    fmt = format_named(name)
    zones = plan_zones(scene(fmt), fmt, layout_named(fmt.layout or "overlay"), direction)
    frame = framed(scene(fmt), fmt, zones, GREEN)

    [[spot, *_]] = logo_candidates([View(frame, fmt, zones)], LOGO, direction, None)

    in_order = [spot.box, zones.text_zone, zones.picture]
    left_to_right = in_order if direction == "ltr" else in_order[::-1]
    edges = [edge for box in left_to_right for edge in (box.left_px, box.right_px)]
    assert edges == sorted(edges)
    assert abs(spot.box.top_px + spot.box.height_px / 2 - fmt.size.height_px / 2) <= 1


@pytest.mark.parametrize("fmt", DISPLAY, ids=lambda fmt: fmt.name)
@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_a_logo_on_a_banner_is_large_enough_to_be_known(fmt: Format, direction: Direction) -> None:
    zones = plan_zones(scene(fmt), fmt, layout_named(fmt.layout or "overlay"), direction)
    frame = framed(scene(fmt), fmt, zones, GREEN)

    [spots] = logo_candidates([View(frame, fmt, zones)], LOGO, direction, None)
    for spot in spots:
        assert spot.box.width_px * spot.box.height_px >= 600
        assert safe_box(fmt).contains(spot.box)
        assert not spot.box.overlaps(zones.text_zone)


def test_a_towers_panel_ends_with_the_logo() -> None:
    fmt = format_named("display-160x600")
    zones = plan_zones(scene(fmt), fmt, layout_named("panel"), "ltr")
    frame = framed(scene(fmt), fmt, zones, GREEN)

    [[spot, *_]] = logo_candidates([View(frame, fmt, zones)], LOGO, "ltr", None)

    assert not spot.box.overlaps(zones.picture)
    assert spot.box.top_px >= zones.text_zone.bottom_px
