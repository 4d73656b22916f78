"""Text and buttons are legible on any brand's colours, which are used where they read well."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from creative_assets.studio.compose.texts import TextStyle
from creative_assets.studio.compose.themes import (
    COMFORTABLE,
    FAINT_BUTTON,
    NEAR_BLACK,
    WHITE,
    hex_of,
    paper_of,
    scrim_themes,
    theme_on,
)
from creative_assets.studio.sight import contrast, luminance, rgb

colors = st.tuples(*[st.integers(0, 255)] * 3).map(hex_of)


def style(primary: str, *palette: str) -> TextStyle:
    return TextStyle(locale="en-US", direction="ltr", primary_color=primary, palette=palette)


@given(ground=colors, primary=colors, palette=st.lists(colors, max_size=3))
def test_all_text_on_a_flat_ground_is_legible(
    ground: str, primary: str, palette: list[str]
) -> None:
    theme = theme_on(rgb(ground), style(primary, *palette))
    assert contrast(theme.body, theme.ground) >= 4.5
    assert contrast(theme.title, theme.ground) >= 4.5
    assert contrast(theme.label, theme.button) >= 4.5


@given(primary=colors, palette=st.lists(colors, max_size=3))
def test_every_button_has_a_legible_label_and_is_seen_on_what_a_scrim_makes(
    primary: str, palette: list[str]
) -> None:
    for tone, themes in scrim_themes(style(primary, *palette)):
        for theme in themes:
            assert contrast(theme.label, theme.button) >= 4.5
            assert contrast(theme.button, tone.color) >= FAINT_BUTTON


@given(primary=colors, palette=st.lists(colors, max_size=3))
def test_all_text_is_easy_to_read_on_a_whole_scrim(primary: str, palette: list[str]) -> None:
    for tone, themes in scrim_themes(style(primary, *palette)):
        edge = tone.limit + 0.05
        for theme in themes:
            for ink, wanted in ((theme.body, 9), (theme.title, COMFORTABLE)):
                light = luminance(ink) + 0.05
                assert max(light / edge, edge / light) >= wanted - 1e-9


@given(primary=colors, palette=st.lists(colors, max_size=3))
@example(primary="#7a3e48", palette=["#f6ece6"])  # its paper is no lighter than text needs
def test_a_dark_scrim_darkens_and_a_light_one_lightens_in_any_brands_colours(
    primary: str, palette: list[str]
) -> None:
    (dark, _), (light, _) = scrim_themes(style(primary, *palette))
    assert (dark.darkens, light.darkens) == (True, False)


@pytest.mark.parametrize(
    "primary, dark, light", [("#0b3d2e", "#f4e9d8", "#0b3d2e"), ("#d97742", "#d97742", "#d97742")]
)
def test_a_button_gives_up_the_first_brand_colour_only_where_it_would_be_lost(
    primary: str, dark: str, light: str
) -> None:
    (_, on_dark), (_, on_light) = scrim_themes(style(primary, "#f4e9d8"))
    assert {theme.button for theme in on_dark} == {rgb(dark)}
    assert {theme.button for theme in on_light} == {rgb(light)}


def test_a_headline_takes_a_brand_colour_only_where_it_is_comfortable_to_read() -> None:
    on_cream = theme_on((244, 233, 216), style("#0b3d2e"))
    assert on_cream.title == rgb("#0b3d2e")
    # 3.4 on white: legible by the letter at that size, and weak.
    on_white = theme_on(WHITE, style("#d97742"))
    assert contrast(rgb("#d97742"), WHITE) < COMFORTABLE
    assert on_white.title == NEAR_BLACK


@pytest.mark.parametrize(
    "ground, button",
    [
        ("#0b3d2e", "#f4e9d8"),
        ("#f4e9d8", "#0b3d2e"),
        ("#123f33", "#f4e9d8"),
        ("#777777", "#0b3d2e"),
    ],
)
def test_a_button_is_inverted_only_on_a_ground_of_its_own_colour(ground: str, button: str) -> None:
    assert theme_on(rgb(ground), style("#0b3d2e", "#f4e9d8")).button == rgb(button)


def test_paper_is_the_brands_lightest_colour_where_that_is_light() -> None:
    assert paper_of(style("#0b3d2e", "#d97742", "#f4e9d8")) == rgb("#f4e9d8")
    assert paper_of(style("#0b3d2e", "#d97742")) == WHITE
