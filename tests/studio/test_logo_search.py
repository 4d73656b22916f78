"""A brand's logo that a picture should not have is found, and none is seen where there is none."""

import pytest
from PIL import Image

from creative_assets.studio.logo import Logo, LogoFile, LogoVersion, raster
from creative_assets.studio.logo_search import logo_in
from tests.gallery.finals import brand_logo
from tests.photographs import PHOTOGRAPHS, photograph


def with_logo(name: str, version: LogoVersion, width_px: int, at: tuple[int, int]) -> Image.Image:
    picture = photograph(name).copy()
    mark = raster(brand_logo().versions[version], width_px)
    picture.paste(mark, at, mark)
    return picture


@pytest.mark.parametrize(
    "name,version", [("flower", "light"), ("moon", "default"), ("pagoda", "dark")]
)
@pytest.mark.parametrize("width_px,at", [(300, (90, 80)), (700, (600, 120))])
def test_the_logo_is_found_where_it_is(
    name: str, version: LogoVersion, width_px: int, at: tuple[int, int]
) -> None:
    found = logo_in(with_logo(name, version, width_px, at), brand_logo())

    assert found
    assert abs(found.box.left_px - at[0]) < 0.05 * width_px
    assert abs(found.box.top_px - at[1]) < 0.05 * width_px
    assert abs(found.box.width_px - width_px) < 0.05 * width_px


def test_the_logo_is_found_in_colours_that_it_has_in_no_version() -> None:
    default = brand_logo().versions["default"]
    picture = photograph("flower").copy()
    mark = raster(default, 400)
    picture.paste("#e0218a", (100, 100, 100 + mark.width, 100 + mark.height), mark.getchannel("A"))

    assert logo_in(picture, Logo({"default": default}))


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_no_logo_is_seen_on_a_photograph_without_one(name: str) -> None:
    assert logo_in(photograph(name), brand_logo()) is None


def test_no_logo_is_seen_on_an_even_picture_or_one_smaller_than_a_logo() -> None:
    assert logo_in(Image.new("RGB", (900, 900), "#445566"), brand_logo()) is None
    assert logo_in(photograph("flower").resize((4, 900)), brand_logo()) is None


def test_a_logo_as_plain_as_a_square_is_seen_nowhere() -> None:
    square = (
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9H0z"/></svg>'
    )
    picture = Image.new("RGB", (900, 900), "#dddddd")
    picture.paste("#112233", (200, 200, 500, 500))

    assert logo_in(picture, Logo({"default": LogoFile("logo.svg", square)})) is None
