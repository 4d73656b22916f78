"""A scrim gives text its contrast in the picture's own colours, and shows no border anywhere."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from creative_assets.studio.scrim import (
    ALPHAS,
    Edge,
    Fade,
    Scrim,
    Spared,
    Tone,
    behind,
    calming_alpha,
    lay_scrim,
    least_alpha,
    lights_under,
    local_colors,
    samples,
    toned,
    worst_contrast,
)
from creative_assets.studio.sight import relative_luminance
from creative_assets.studio.values import Box

Color = tuple[int, int, int]
WHITE, BLACK = (255, 255, 255), (0, 0, 0)
DARK, LIGHT = Tone(BLACK, 0.06, darkens=True), Tone(WHITE, 0.6, darkens=False)
SIZE = (480, 320)
LINE = Box(left_px=20, top_px=20, width_px=160, height_px=48)
WHOLE = Fade("top", even_px=320, fade_px=1)


def flat(color: Color) -> Image.Image:
    return Image.new("RGB", SIZE, color)


def scrim_for(picture: Image.Image, tone: Tone = DARK, fade: Fade = WHOLE) -> Scrim:
    return Scrim(picture.size, toned(local_colors(picture), tone), fade)


def contrast_on(picture: Image.Image) -> float:
    return worst_contrast(behind(picture, LINE).pixels(LINE), WHITE)


def least(picture: Image.Image, contrast: float) -> float:
    found = samples(behind(picture, LINE), [LINE])
    lights = lights_under(scrim_for(picture), found, darkest=False)
    return least_alpha(lights, [WHITE], [contrast])


def test_the_worst_part_of_a_picture_decides_about_contrast() -> None:
    picture = flat(BLACK)
    picture.paste(WHITE, (20, 20, 52, 68))  # a fifth of the line
    assert contrast_on(picture) == pytest.approx(1.0)


def test_a_few_specks_do_not() -> None:
    picture = flat(BLACK)
    picture.paste(WHITE, (20, 20, 28, 28))
    assert contrast_on(picture) > 15


def test_where_contrast_holds_no_scrim_is_needed() -> None:
    assert least(flat(BLACK), 4.5) == 0.0


@given(level=st.integers(0, 255), wanted=st.floats(1.5, 8.5))
def test_the_weakest_scrim_that_does_is_found(level: int, wanted: float) -> None:
    picture = flat((level, level, level))
    alpha = least(picture, wanted)
    assert contrast_on(lay_scrim(picture, scrim_for(picture), alpha)) >= 0.97 * wanted
    if alpha:
        weaker = ALPHAS[ALPHAS.index(alpha) - 1]
        assert contrast_on(lay_scrim(picture, scrim_for(picture), weaker)) < 1.03 * wanted


@given(color=st.tuples(*[st.integers(0, 255)] * 3), tone=st.sampled_from([DARK, LIGHT]))
def test_colours_are_turned_no_further_than_their_limit(color: Color, tone: Tone) -> None:
    own = np.full((2, 2, 3), color, dtype=np.uint8)
    light = float(relative_luminance(own)[0, 0])
    turned = toned(own, tone)
    found = float(relative_luminance(turned)[0, 0])
    if light <= tone.limit if tone.darkens else light >= tone.limit:
        assert (turned == own).all()
    else:
        assert found == pytest.approx(tone.limit, abs=0.03)
        assert found <= tone.limit if tone.darkens else found >= tone.limit


def test_a_scrim_keeps_the_hue_of_each_part_of_a_picture() -> None:
    picture = flat((90, 150, 230))
    picture.paste((220, 120, 90), (0, 160, 480, 320))
    laid = lay_scrim(picture, scrim_for(picture), 0.8)
    for x_y, strongest in (((240, 60), 2), ((240, 280), 0)):
        levels = laid.getpixel(x_y)
        assert isinstance(levels, tuple)
        assert levels[strongest] == max(levels)
        assert max(levels) > 1.8 * min(levels)


def test_a_picture_that_is_dark_enough_keeps_its_tones_and_loses_its_detail() -> None:
    picture = flat((20, 30, 70))
    for left_px in range(0, 480, 12):
        picture.paste((40, 50, 90), (left_px, 0, left_px + 4, 320))
    laid = lay_scrim(picture, scrim_for(picture), 0.8)
    before, after = (np.asarray(each, dtype=float) for each in (picture, laid))
    assert np.abs(before.mean(axis=(0, 1)) - after.mean(axis=(0, 1))).max() < 1.5
    assert after[..., 0].std() < 0.3 * before[..., 0].std()


@pytest.mark.parametrize(
    "edge, near, far",
    [
        ("top", (240, 5), (240, 315)),
        ("bottom", (240, 315), (240, 5)),
        ("left", (5, 160), (475, 160)),
        ("right", (475, 160), (5, 160)),
    ],
)
def test_a_scrim_leans_on_its_edge(edge: Edge, near: tuple[int, int], far: tuple[int, int]) -> None:
    picture = flat(WHITE)
    laid = lay_scrim(picture, scrim_for(picture, fade=Fade(edge, 60, 120)), 0.6)
    assert laid.convert("L").getpixel(near) in range(120, 160)
    assert laid.getpixel(far) == WHITE


@pytest.mark.parametrize("edge", ["top", "bottom", "left", "right"])
@pytest.mark.parametrize(
    "spared",
    [None, Spared(Box(left_px=0, top_px=0, width_px=90, height_px=60), fade_px=(160, 70))],
)
def test_a_scrim_has_no_visible_border(edge: Edge, spared: Spared | None) -> None:
    fade = Fade(edge, even_px=80, fade_px=140, spared=spared)
    laid = lay_scrim(flat(WHITE), scrim_for(flat(WHITE), fade=fade), 0.7)
    levels = np.asarray(laid, dtype=int)
    for axis in (0, 1):  # a border is a step; the steepest slope here is 140 levels in 70 px
        assert np.abs(np.diff(levels, axis=axis)).max() <= 5


def test_a_scrim_spares_a_box_all_the_way_to_its_edges() -> None:
    picture = Image.effect_noise(SIZE, 90).convert("RGB")
    spared = Box(left_px=40, top_px=30, width_px=120, height_px=50)
    fade = Fade("left", even_px=480, fade_px=1, spared=Spared(spared, fade_px=(60, 60)))
    laid = lay_scrim(picture, scrim_for(picture, fade=fade), 0.8)
    assert laid.crop(spared.corners).tobytes() == picture.crop(spared.corners).tobytes()
    assert laid.getpixel((400, 200)) != picture.getpixel((400, 200))


def test_the_picture_itself_stays_as_it_was() -> None:
    picture = flat(WHITE)
    lay_scrim(picture, scrim_for(picture), 0.5)
    assert picture.tobytes() == flat(WHITE).tobytes()


def checks(contrast: int, size: tuple[int, int]) -> Image.Image:
    cells = Image.new("L", (size[0] // 24, size[1] // 24))
    width = cells.width
    cells.putdata(
        [120 + contrast * ((i % width + i // width) % 2) for i in range(width * cells.height)]
    )
    return cells.resize(size, Image.Resampling.NEAREST).convert("RGB")


def test_busy_detail_wants_calming_and_a_calm_slope_does_not() -> None:
    slope = Image.linear_gradient("L").resize(SIZE).convert("RGB")
    busy = checks(60, SIZE)
    assert calming_alpha(behind(slope, LINE), [LINE]) == 0.0
    wanted = [calming_alpha(behind(checks(each, SIZE), LINE), [LINE]) for each in (0, 30, 60, 90)]
    assert wanted[0] == 0.0
    assert all(less <= more for less, more in pairwise(wanted))
    assert calming_alpha(behind(busy, LINE), [LINE]) > 0.3


def test_detail_behind_one_line_is_enough_however_calm_all_the_rest_is() -> None:
    picture = flat((120, 120, 120))
    picture.paste(checks(80, (192, 96)), (0, 216))
    whole = Box(left_px=0, top_px=0, width_px=480, height_px=320)
    low = Box(left_px=10, top_px=240, width_px=160, height_px=40)
    part = behind(picture, whole)
    assert calming_alpha(part, [LINE]) == 0.0
    assert calming_alpha(part, [LINE, low]) > 0.3


def test_the_mean_colour_is_of_the_box_alone() -> None:
    picture = flat(WHITE)
    picture.paste((10, 20, 30), LINE.corners)
    assert behind(picture, LINE).mean_color(LINE) == (10, 20, 30)
