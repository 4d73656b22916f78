"""Light, calm and what draws the eye are measured as people see them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from creative_assets.studio.sight import (
    blurred,
    contrast,
    contrast_ratio,
    luminance,
    relative_luminance,
    see,
)
from creative_assets.studio.values import Box

LEFT = Box(left_px=0, top_px=0, width_px=400, height_px=600)
RIGHT = Box(left_px=400, top_px=0, width_px=400, height_px=600)


def half_busy() -> Image.Image:
    """Even on the left, noise on the right."""
    picture = Image.new("RGB", (800, 600), (200, 190, 180))
    noise = np.random.default_rng(1).integers(0, 255, (60, 40, 3)).astype(np.uint8)
    picture.paste(Image.fromarray(noise).resize((400, 600), Image.Resampling.NEAREST), (400, 0))
    return picture


def test_luminance_and_contrast_are_those_of_wcag() -> None:
    white, grey, black = relative_luminance(
        np.array([[255] * 3, [119] * 3, [0] * 3], dtype=np.uint8)
    )

    assert contrast_ratio(white, black) == pytest.approx(21)
    assert contrast_ratio(white, grey) == pytest.approx(4.48, abs=0.01)  # as WCAG has it for #777


def test_one_colour_is_measured_as_a_picture_is() -> None:
    grey = (119, 119, 119)

    assert luminance(grey) == pytest.approx(see(Image.new("RGB", (9, 9), grey)).luminance[0, 0])
    assert contrast(grey, (255, 255, 255)) == pytest.approx(4.48, abs=0.01)
    assert contrast((255, 255, 255), grey) == contrast(grey, (255, 255, 255))


@given(st.integers(0, 12), st.integers(1, 40), st.integers(1, 40))
def test_a_blur_leaves_an_even_picture_as_it_is(radius: int, rows: int, columns: int) -> None:
    assert np.allclose(blurred(np.full((rows, columns), 0.3), radius), 0.3)


def test_a_blur_is_the_mean_of_the_neighbours() -> None:
    dot = np.zeros((5, 5))
    dot[2, 2] = 9

    expected = np.zeros((5, 5))
    expected[1:4, 1:4] = 1
    assert np.allclose(blurred(dot, 1), expected)


def test_an_even_part_is_calm_and_a_noisy_one_is_not() -> None:
    sight = see(half_busy())

    assert sight.calmness(LEFT) > 0.9
    assert sight.calmness(RIGHT) < 0.4


def test_the_range_of_light_leaves_out_a_few_sparks() -> None:
    night = Image.new("RGB", (800, 600))
    ImageDraw.Draw(night).rectangle((100, 100, 200, 200), fill="white")

    assert see(night).luminance_range(LEFT) == (0, 0)
    spark = Box(left_px=110, top_px=110, width_px=80, height_px=80)
    assert min(see(night).luminance_range(spark)) == pytest.approx(1)


def test_a_thing_on_an_even_ground_draws_the_eye() -> None:
    picture = Image.new("RGB", (800, 600), (230, 220, 210))
    ImageDraw.Draw(picture).ellipse((500, 250, 600, 350), fill=(180, 30, 30))

    assert see(picture).draw(RIGHT) > 0.999


def test_nothing_draws_the_eye_on_an_even_picture() -> None:
    assert see(Image.new("RGB", (800, 600), (90, 20, 10))).salience.max() == 0


def test_a_glow_in_the_sky_draws_the_eye_less_than_a_thing() -> None:
    glow = Image.radial_gradient("L").resize((400, 600)).point(lambda value: 255 - value // 2)
    picture = Image.new("RGB", (800, 600), (128, 128, 128))
    picture.paste(glow.convert("RGB"), (0, 0))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((560, 200, 640, 400), fill=(180, 30, 30))
    draw.rectangle((560, 280, 640, 320), fill=(250, 240, 220))

    assert see(picture).draw(RIGHT) > 0.6


def test_a_box_beyond_the_picture_is_measured_where_it_overlaps() -> None:
    beyond = Box(left_px=-50, top_px=-50, width_px=900, height_px=700)

    assert see(half_busy()).draw(beyond) == pytest.approx(1)


def test_a_thing_in_the_colour_of_the_ground_is_seen_against_the_wall() -> None:
    picture = Image.new("RGB", (800, 600), (235, 225, 210))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 400, 800, 600), fill=(30, 80, 60))
    draw.rectangle((520, 150, 620, 400), fill=(30, 80, 60))

    assert see(picture).draw(RIGHT) > 0.95
