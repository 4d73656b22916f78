import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from creative_assets.studio.scrim import (
    Edge,
    Need,
    Scrim,
    behind,
    calming_alpha,
    lay_scrim,
    least_alpha,
    worst_contrast,
)
from creative_assets.studio.values import Box

WHITE, BLACK = (255, 255, 255), (0, 0, 0)
BOX = Box(left_px=10, top_px=10, width_px=80, height_px=40)


def flat(color: tuple[int, int, int]) -> Image.Image:
    return Image.new("RGB", (200, 120), color)


def scrim(edge: Edge, alpha: float = 0.6) -> Scrim:
    return Scrim(edge=edge, even_px=40, fade_px=30, color=BLACK, alpha=alpha)


def contrast_on(picture: Image.Image) -> float:
    return worst_contrast(behind(picture, BOX).pixels(BOX), WHITE)


def need(picture: Image.Image, contrast: float) -> Need:
    return Need(behind(picture, BOX).pixels(BOX), WHITE, contrast)


def test_the_worst_part_of_a_picture_decides_about_contrast() -> None:
    picture = flat(BLACK)
    picture.paste(WHITE, (10, 10, 26, 50))  # a fifth of the box
    assert contrast_on(picture) == pytest.approx(1.0)


def test_a_few_specks_do_not() -> None:
    picture = flat(BLACK)
    picture.paste(WHITE, (10, 10, 14, 14))
    assert contrast_on(picture) > 15


def test_where_contrast_holds_no_veil_is_needed() -> None:
    assert least_alpha([need(flat(BLACK), 4.5)], BLACK) == 0.0


@given(level=st.integers(0, 255), wanted=st.floats(1.5, 12))
def test_the_weakest_veil_that_does_is_found(level: int, wanted: float) -> None:
    picture = flat((level, level, level))
    alpha = least_alpha([need(picture, wanted)], BLACK)

    def veiled(strength: float) -> float:
        covering = Scrim(edge="top", even_px=120, fade_px=1, color=BLACK, alpha=strength)
        return contrast_on(lay_scrim(picture, covering))

    assert veiled(alpha) >= 0.97 * wanted  # a level of rounding
    if alpha:
        assert veiled(alpha - 0.02) < 1.03 * wanted


def test_a_scrim_is_even_behind_the_text_and_fades_to_nothing() -> None:
    veiled = lay_scrim(flat(WHITE), scrim("bottom"))
    column = list(veiled.convert("L").crop((100, 0, 101, 120)).tobytes())
    assert column[:50] == [255] * 50
    assert len(set(column[80:])) == 1
    assert column == sorted(column, reverse=True)


@pytest.mark.parametrize(
    "edge, near, far",
    [
        ("top", (100, 5), (100, 115)),
        ("bottom", (100, 115), (100, 5)),
        ("left", (5, 60), (195, 60)),
        ("right", (195, 60), (5, 60)),
    ],
)
def test_a_scrim_leans_on_its_edge(edge: Edge, near: tuple[int, int], far: tuple[int, int]) -> None:
    veiled = lay_scrim(flat(WHITE), scrim(edge))
    assert veiled.getpixel(near) == (102, 102, 102)
    assert veiled.getpixel(far) == WHITE


def test_a_scrim_with_an_onset_spares_what_is_above_it() -> None:
    with_onset = Scrim(edge="left", even_px=40, fade_px=30, color=BLACK, alpha=0.6, onset=(30, 80))
    column = list(lay_scrim(flat(WHITE), with_onset).convert("L").crop((5, 0, 6, 120)).tobytes())
    assert column[:30] == [255] * 30
    assert set(column[80:]) == {102}
    assert column == sorted(column, reverse=True)


@pytest.mark.parametrize("edge", ["top", "bottom", "left", "right"])
@pytest.mark.parametrize("onset", [None, (20, 70)])
def test_no_line_shows_where_the_even_part_of_a_scrim_ends(
    edge: Edge, onset: tuple[int, int] | None
) -> None:
    if onset and edge in {"top", "bottom"}:
        onset = None
    laid = lay_scrim(
        flat(WHITE),
        Scrim(edge=edge, even_px=60, fade_px=50, color=(9, 30, 200), alpha=0.55, onset=onset),
    )
    levels = np.asarray(laid, dtype=int)
    steepest = 3.5 * max(WHITE) * 0.55 / 50  # a step would be fourteen times as steep
    for axis in (0, 1):
        assert np.abs(np.diff(levels, axis=axis)).max() <= math.ceil(steepest)


def test_the_picture_itself_stays_as_it_was() -> None:
    picture = flat(WHITE)
    lay_scrim(picture, scrim("top"))
    assert picture.tobytes() == flat(WHITE).tobytes()


def test_busy_detail_wants_a_veil_and_a_calm_slope_does_not() -> None:
    box = Box(left_px=0, top_px=0, width_px=240, height_px=240)
    slope = Image.linear_gradient("L").resize((240, 240)).convert("RGB")
    checks = Image.new("L", (10, 10))
    checks.putdata([120 + 60 * ((x + y) % 2) for y in range(10) for x in range(10)])
    busy = checks.resize((240, 240), Image.Resampling.NEAREST).convert("RGB")
    assert calming_alpha(behind(slope, box)) == 0.0
    assert 0.3 < calming_alpha(behind(busy, box)) <= 0.6


def test_the_mean_colour_is_of_the_box_alone() -> None:
    picture = flat(WHITE)
    picture.paste((10, 20, 30), BOX.corners)
    assert behind(picture, BOX).mean_color(BOX) == (10, 20, 30)
