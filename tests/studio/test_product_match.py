"""A product is told from another in its place, wherever it stands and in whatever light."""

import pytest
from PIL import Image, ImageEnhance

from creative_assets.studio.images import open_picture
from creative_assets.studio.product_match import MATCH_NEEDED, Product, ProductFound, product_match
from tests.gallery.finals import EXAMPLE
from tests.photographs import photograph

PACKS = ("cold-brew-can", "fjord-roast-bag")


def pack(name: str) -> Image.Image:
    return open_picture((EXAMPLE / "photos" / f"{name}.png").read_bytes(), name)


def found_in(picture: Image.Image, *photos: Image.Image) -> ProductFound:
    return product_match([Product(photo) for photo in photos], picture)


def standing(name: str, height_px: int, at: tuple[int, int]) -> Image.Image:
    small = pack(name).convert("RGBA")
    small.thumbnail((height_px, height_px))
    picture = photograph("pagoda").copy()
    picture.paste(small, at, small)
    return picture


@pytest.mark.parametrize("name", PACKS)
@pytest.mark.parametrize("height_px,at", [(700, (80, 150)), (450, (900, 420))])
def test_a_product_is_found_where_it_stands(name: str, height_px: int, at: tuple[int, int]) -> None:
    found = found_in(standing(name, height_px, at), pack(name))

    assert found.score >= MATCH_NEEDED
    assert abs(found.box.left_px - at[0]) < 0.1 * height_px
    assert abs(found.box.top_px - at[1]) < 0.1 * height_px
    assert abs(found.box.height_px - height_px) < 0.15 * height_px


@pytest.mark.parametrize("name", PACKS)
def test_darker_and_paler_it_is_the_same_product(name: str) -> None:
    picture = standing(name, 600, (500, 200))
    dusk = ImageEnhance.Brightness(picture).enhance(0.6)
    haze = ImageEnhance.Color(picture).enhance(0.6)

    assert found_in(dusk, pack(name)).score >= MATCH_NEEDED
    assert found_in(haze, pack(name)).score >= MATCH_NEEDED


@pytest.mark.parametrize("name,other", [PACKS, PACKS[::-1]])
def test_the_brands_other_product_is_another_one(name: str, other: str) -> None:
    assert found_in(standing(other, 600, (500, 200)), pack(name)).score < MATCH_NEEDED


@pytest.mark.parametrize("name", ["astronaut", "coffee", "flower", "motorcycle", "rocket"])
def test_no_product_is_found_where_there_is_none(name: str) -> None:
    assert found_in(photograph(name), *map(pack, PACKS)).score < MATCH_NEEDED


def test_of_photos_of_several_sides_the_one_that_is_shown_counts() -> None:
    picture = standing(PACKS[0], 600, (500, 200))

    assert found_in(picture, *map(pack, PACKS)).score >= MATCH_NEEDED
    assert found_in(picture, *map(pack, PACKS[::-1])).score >= MATCH_NEEDED


def test_an_opaque_photo_on_an_even_ground_is_cut_out() -> None:
    on_white = Image.new("RGB", (900, 1500), "white")
    can = pack("cold-brew-can")
    on_white.paste(can, (140, 50), can)

    found = found_in(standing("cold-brew-can", 600, (500, 200)), on_white)

    assert found.score >= MATCH_NEEDED


def test_a_product_of_one_colour_is_told_by_that_colour() -> None:
    red = Image.new("RGBA", (100, 200), "#cc2211")
    picture = Image.new("RGB", (600, 600), "#dddddd")
    picture.paste("#cc2211", (200, 200, 300, 400))

    assert found_in(picture, red).score >= MATCH_NEEDED
    assert found_in(picture, Image.new("RGBA", (100, 200), "#1133cc")).score < MATCH_NEEDED
