"""Plans for tests of what is set into them: nothing but the text zone matters."""

from creative_assets.studio.formats import Format
from creative_assets.studio.layout import FormatPlan
from creative_assets.studio.layouts import (
    frame_box,
    layout_named,
    logo_corner,
    text_zones,
    zone_box,
)
from creative_assets.studio.logo import LogoSpot
from creative_assets.studio.typography import direction_of
from creative_assets.studio.values import Box, LayoutName

CORNER = Box(left_px=0, top_px=0, width_px=10, height_px=10)


def plan_for(fmt: Format, locale: str, zone: int = 0, layout: LayoutName = "overlay") -> FormatPlan:
    """A plan with that one of the layout's text zones, and all else in a corner out of the way."""
    place = text_zones(layout_named(layout), fmt)[zone]
    return FormatPlan(
        format=fmt.name,
        layout=layout,
        size=fmt.size,
        crop=frame_box(fmt),
        picture=frame_box(fmt),
        upscale=1.0,
        subject=CORNER,
        text_zone=zone_box(place, fmt, direction_of(locale)),
        logo_corner=logo_corner(place, fmt, direction_of(locale)),
        logo=LogoSpot(
            name="top-left", box=CORNER, version="default", contrast=5.0, calmness=1.0, plate=False
        ),
    )
