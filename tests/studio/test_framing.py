"""On real photographs the subject is kept whole, and no text covers it."""

import pytest

from creative_assets.studio.formats import Format, format_named
from creative_assets.studio.layout import Zones, plan_zones
from creative_assets.studio.layouts import Layout, all_layouts
from creative_assets.studio.values import Box, Direction, Size
from tests.photographs import PHOTOGRAPHS, photograph, subject_of

LAYOUTS = list(all_layouts().values())


def sized(name: str, width_px: int, height_px: int) -> Format:
    size = Size(width_px=width_px, height_px=height_px)
    return format_named("1x1").model_copy(update={"name": name, "size": size})


FORMATS = [
    *(format_named(name) for name in ("1x1", "4x5", "9x16", "16x9")),
    sized("landscape", 1200, 628),
    sized("pin", 1000, 1500),
]
# Subjects that are larger than the crop, or than what is left of it beside the text, in a panel
# too: the faces and wheels of these fill their photograph. And a clock whose blur begins under the
# text.
TOO_LARGE = {
    ("cat", "1x1"),
    ("motorcycle", "1x1"),
    ("motorcycle", "16x9"),
    ("motorcycle", "landscape"),
    ("pagoda", "1x1"),
    ("pagoda", "16x9"),
    ("retina", "1x1"),
    ("retina", "4x5"),
    ("retina", "16x9"),
    ("retina", "pin"),
    ("clock", "16x9"),
    ("clock", "landscape"),
}


def on_final(box: Box, zones: Zones) -> Box:
    """A box of the source, in pixels of the final, as far as it is shown."""
    scale = zones.picture.width_px / zones.crop.width_px
    shown = box.common(zones.crop)
    return Box(
        left_px=zones.picture.left_px + round((shown.left_px - zones.crop.left_px) * scale),
        top_px=zones.picture.top_px + round((shown.top_px - zones.crop.top_px) * scale),
        width_px=round(shown.width_px * scale),
        height_px=round(shown.height_px * scale),
    )


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
@pytest.mark.parametrize("fmt", FORMATS, ids=lambda fmt: fmt.name)
@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_a_photographs_subject_survives_every_crop_that_can_hold_it_and_no_text_covers_it(
    name: str, fmt: Format, layout: Layout, direction: Direction
) -> None:
    subject = subject_of(name)

    zones = plan_zones(photograph(name), fmt, layout, direction)

    survives = subject.common(zones.crop).area_px / subject.area_px
    shown = on_final(subject, zones)
    covered = shown.common(zones.text_zone).area_px / shown.area_px
    if (name, fmt.name) in TOO_LARGE:
        assert survives > 0.5
        assert covered < 0.4
    else:
        assert survives >= 0.95
        assert covered <= 0.005
