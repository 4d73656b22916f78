"""On real photographs the subject is kept whole, and neither text nor logo covers it."""

import itertools
from collections.abc import Mapping
from typing import NamedTuple

import pytest

from creative_assets.studio.formats import Format, format_named
from creative_assets.studio.layout import FormatPlan, Zones, framed, plan_zones
from creative_assets.studio.layouts import Layout, all_layouts, layout_named
from creative_assets.studio.logo_places import View
from creative_assets.studio.logo_spots import logo_candidates
from creative_assets.studio.values import Box, Direction, Size
from tests.drawn import BOTH
from tests.gallery.finals import LAYOUTS as NAMES
from tests.gallery.finals import framed_for
from tests.gallery.scenes import SCENES, composed_subject
from tests.photographs import PHOTOGRAPHS, photograph, subject_of

LAYOUTS = list(all_layouts().values())
PANEL = (11, 61, 46)


def sized(name: str, width_px: int, height_px: int) -> Format:
    size = Size(width_px=width_px, height_px=height_px)
    return format_named("1x1").model_copy(update={"name": name, "size": size})


FOUR = ("1x1", "4x5", "9x16", "16x9")
FORMATS = [
    *(format_named(name) for name in FOUR),
    sized("landscape", 1200, 628),
    sized("pin", 1000, 1500),
]


class Ad(NamedTuple):
    """One of the gallery's, with its plan for each format."""

    layout: str
    scene: str
    direction: Direction
    plans: Mapping[str, FormatPlan]


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
def test_a_photographs_subject_survives_every_crop_and_no_text_covers_it(
    name: str, fmt: Format, layout: Layout, direction: Direction
) -> None:
    subject = subject_of(name)

    zones = plan_zones(photograph(name), fmt, layout, direction)

    survives = subject.common(zones.crop).area_px / subject.area_px
    shown = on_final(subject, zones)
    covered = shown.common(zones.text_zone).area_px / shown.area_px
    assert survives >= 0.95
    assert covered <= 0.005


@pytest.mark.parametrize("fmt", FORMATS, ids=lambda fmt: fmt.name)
@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_no_logo_covers_a_photographs_subject(name: str, fmt: Format) -> None:
    for layout in LAYOUTS:
        zones = plan_zones(photograph(name), fmt, layout, "ltr")
        frame = framed(photograph(name), fmt, zones, PANEL)

        [[spot, *_]] = logo_candidates([View(frame, fmt, zones)], BOTH, "ltr", None)

        shown = on_final(subject_of(name), zones)
        assert shown.common(spot.box).area_px <= 0.005 * shown.area_px


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_a_picture_that_no_crop_can_show_whole_is_shown_so_on_the_panel(name: str) -> None:
    picture = photograph(name)
    for fmt in FORMATS:
        zones = plan_zones(picture, fmt, layout_named("panel"), "ltr")
        if zones.picture.left_px and zones.picture.right_px < fmt.size.width_px:
            ratio = zones.picture.width_px / zones.picture.height_px
            assert ratio == pytest.approx(picture.width / picture.height, rel=0.01)
            assert zones.crop.area_px > 0.99 * picture.width * picture.height


@pytest.fixture(
    scope="module",
    params=itertools.product(NAMES, SCENES, ("ltr", "rtl")),
    ids="-".join,
)
def ad(request: pytest.FixtureRequest) -> Ad:
    """All formats of one ad of the gallery."""
    layout, scene, direction = request.param
    plans = {name: framed_for(name, layout, scene, direction)[1] for name in FOUR}
    return Ad(layout, scene, direction, plans)


def test_a_picture_composed_for_its_layout_is_used_as_it_was_composed(ad: Ad) -> None:
    assert {(plan.layout, plan.upscale) for plan in ad.plans.values()} == {(ad.layout, 1.0)}


def test_the_subject_of_each_gallery_picture_is_whole_and_bare_and_in_a_panels_middle(
    ad: Ad,
) -> None:
    for name, plan in ad.plans.items():
        subject = composed_subject(
            SCENES[ad.scene], format_named(name), layout_named(ad.layout), ad.direction
        )
        shown = on_final(subject, plan)
        assert subject.common(plan.crop) == subject
        assert not shown.overlaps(plan.text_zone)
        assert not shown.overlaps(plan.logo.box.inset(-plan.logo.clear_space_px))
        if ad.layout == "panel" and not SCENES[ad.scene].in_corner:
            middle = shown.left_px + shown.width_px / 2
            wanted = plan.picture.left_px + plan.picture.width_px / 2
            assert middle == pytest.approx(wanted, abs=0.06 * plan.picture.width_px)


def test_the_logo_has_one_corner_in_all_formats_and_on_all_gallery_pictures(ad: Ad) -> None:
    start, end = ("left", "right") if ad.direction == "ltr" else ("right", "left")
    above_a_column = f"top-{start}"
    beside_a_band = f"bottom-{end}" if ad.layout == "panel" else f"top-{start}"
    for name, plan in ad.plans.items():
        assert plan.logo.name == (above_a_column if name == "16x9" else beside_a_band)
