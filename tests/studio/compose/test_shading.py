"""Where text and logo share one side of a picture, a shade over all of it takes a scrim's place."""

import numpy as np
import pytest
from PIL import Image

from creative_assets.studio.compose import OverlayText, TextStyle, common_ranking, draw, set_text
from creative_assets.studio.compose.grounds import BEARABLE
from creative_assets.studio.compose.shading import shaded
from creative_assets.studio.formats import format_named
from creative_assets.studio.layout import FormatPlan, Zones
from creative_assets.studio.logo import place_logo
from creative_assets.studio.logo_places import View
from creative_assets.studio.logo_spots import logo_candidates
from creative_assets.studio.values import Box
from tests.drawn import BOTH
from tests.plans import plan_for

STYLE = TextStyle(
    locale="en-US", direction="ltr", primary_color="#0B3D2E", palette=("#f4e9d8", "#d97742")
)
TEXT = OverlayText(
    headline="Slow mornings, cold-brewed",
    subline="Beans steeped 18 hours.",
    call_to_action="Try it",
    legal_line="T&C",
)
MIDDLING, DARK, LIGHT = "#7c7c7c", "#101418", "#f2f2f0"


def view(format_name: str, color: str) -> View:
    """A flat picture with its subject on the other side than the text."""
    fmt = format_named(format_name)
    frame = Image.new("RGB", (fmt.size.width_px, fmt.size.height_px), color)
    plan = plan_for(fmt, "en-US")
    zones = Zones.model_validate({name: getattr(plan, name) for name in Zones.model_fields})
    if format_name == "16x9":
        subject = Box(left_px=1300, top_px=200, width_px=400, height_px=700)
        zones = zones.model_copy(update={"subject": subject})
    return View(frame, fmt, zones)


def made(planned: View) -> Image.Image:
    """The final with logo and text."""
    [[spot, *_]] = logo_candidates([planned], BOTH, "ltr", "top-left")
    fields = {name: getattr(planned.zones, name) for name in Zones.model_fields}
    plan = FormatPlan(format=planned.fmt.name, size=planned.fmt.size, logo=spot, **fields)
    branded = place_logo(planned.frame, BOTH, spot)
    setting = set_text(branded, plan, planned.fmt, TEXT, STYLE)
    return draw(setting, common_ranking([setting])).image


def test_a_side_with_logo_and_text_is_shaded_from_top_to_bottom_without_a_cloud() -> None:
    [planned] = shaded([view("16x9", MIDDLING)], STYLE, BOTH)

    assert planned.zones.shade is not None
    beside_text = np.asarray(made(planned), dtype=int)[:, :90]
    assert np.abs(beside_text - 0x7C).min() > 10
    assert np.ptp(beside_text, axis=0).max() <= 6  # over the height of a logo, which nobody sees
    with_a_cloud = np.asarray(made(view("16x9", MIDDLING)), dtype=int)[:, :90]
    assert np.ptp(with_a_cloud, axis=0).max() > 15


def test_a_shade_leaves_the_subject_as_it_is() -> None:
    [planned] = shaded([view("16x9", MIDDLING)], STYLE, BOTH)

    subject = np.asarray(planned.frame.crop(planned.zones.subject.corners), dtype=int)
    assert np.abs(subject - 0x7C).max() <= 6


def test_beside_the_text_what_a_picture_shows_is_dimmed_and_not_smeared() -> None:
    plain = view("16x9", MIDDLING)
    for left in range(0, plain.frame.width, 48):
        plain.frame.paste("#a0a0a0", (left, 0, left + 24, plain.frame.height))
    [planned] = shaded([plain], STYLE, BOTH)
    assert planned.zones.shade is not None
    fade = planned.zones.shade.fade
    outer = slice(fade.even_px + round(0.55 * fade.fade_px), fade.even_px + fade.fade_px)
    before, after = (
        np.asarray(frame.convert("L"), dtype=int)[500, outer]
        for frame in (plain.frame, planned.frame)
    )

    assert after.mean() != pytest.approx(before.mean(), rel=0.03)
    stripes, left_of_them = np.abs(np.diff(before)).sum(), np.abs(np.diff(after)).sum()
    assert left_of_them / after.mean() > 0.8 * stripes / before.mean()


@pytest.mark.parametrize("color", [DARK, LIGHT])
def test_a_picture_that_text_and_logo_read_on_has_no_shade(color: str) -> None:
    plain = view("16x9", color)

    assert shaded([plain], STYLE, BOTH) == (plain,)


def test_only_text_on_one_side_of_a_picture_has_a_shade() -> None:
    views = [view(name, MIDDLING) for name in ("1x1", "4x5", "9x16")]

    assert shaded(views, STYLE, BOTH) == tuple(views)


@pytest.mark.parametrize("color,darkens", [(DARK, True), (LIGHT, False)])
def test_a_shade_is_dark_or_light_as_the_other_formats_of_the_ad_are(
    color: str, *, darkens: bool
) -> None:
    views = [view("16x9", MIDDLING), view("1x1", color), view("9x16", color)]

    shade = shaded(views, STYLE, BOTH)[0].zones.shade

    assert shade is not None
    assert shade.tone.darkens is darkens
    assert 0 < shade.alpha <= BEARABLE


def test_text_on_a_shade_is_light_where_it_is_dark() -> None:
    for other in (DARK, LIGHT):
        planned, _ = shaded([view("16x9", MIDDLING), view("1x1", other)], STYLE, BOTH)
        assert planned.zones.shade is not None
        text_zone = np.asarray(made(planned).crop(planned.zones.text_zone.corners).convert("L"))
        ground, extremes = np.median(text_zone), (text_zone.min(), text_zone.max())
        lighter = extremes[1] - ground > ground - extremes[0]
        assert lighter == planned.zones.shade.tone.darkens
