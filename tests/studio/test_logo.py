"""The logo is drawn in its own shape, where it is planned, and its presence can be proven."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from creative_assets.studio.errors import RenderError
from creative_assets.studio.logo import (
    MATCH_NEEDED,
    Ink,
    Logo,
    LogoFile,
    LogoSpot,
    aspect,
    backed_contrast,
    backing_color,
    clear_space_px,
    ink_contrast,
    ink_of,
    ink_size,
    logo_match,
    place_logo,
    plate_margin_px,
    raster,
)
from creative_assets.studio.sight import luminance, relative_luminance
from creative_assets.studio.values import Box

SHAPES = (
    '<circle cx="60" cy="50" r="40" fill="{accent}"/>'
    '<path d="M120 90V10h14l30 46V10h14v80h-14l-30-46v46z" fill="{ink}"/>'
    '<path d="M200 10h50v14h-36v19h30v14h-30v33h-14z" fill="{ink}"/>'
)


def drawing(ink: str, accent: str, view_box: str = "0 0 300 100") -> bytes:
    shapes = SHAPES.format(ink=ink, accent=accent)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view_box}">{shapes}</svg>'.encode()


def picture_file(image: Image.Image) -> LogoFile:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return LogoFile("logo.png", buffer.getvalue())


def meadow(size: tuple[int, int] = (600, 400)) -> Image.Image:
    """A picture with both calm and busy parts."""
    picture = Image.linear_gradient("L").resize(size).convert("RGB")
    draw = ImageDraw.Draw(picture)
    for x in range(0, size[0], 37):
        draw.ellipse((x, size[1] - 90, x + 30, size[1] - 40), fill=(200 - x // 4, 90, x // 4))
    return picture


def spot(left: int = 60, top: int = 40, *, plate: bool = False, width: int = 200) -> LogoSpot:
    size = ink_size(DARK, width)
    box = Box(left_px=left, top_px=top, width_px=size.width_px, height_px=size.height_px)
    return LogoSpot(
        name="top-left", box=box, version="default", contrast=9, calmness=1, plate=plate
    )


DARK = LogoFile("dark.svg", drawing("#0B3D2E", "#D97742"))
LIGHT = LogoFile("light.svg", drawing("#FFFFFF", "#F4E9D8"))
LOGO = Logo({"default": DARK, "light": LIGHT})
PLACES = pytest.mark.parametrize("plate", [False, True], ids=["bare", "plate"])


def test_a_logo_is_trimmed_to_its_ink() -> None:
    assert aspect(DARK) == pytest.approx(230 / 80, rel=0.01)


def test_wide_margins_in_a_file_make_no_difference() -> None:
    roomy = LogoFile("roomy.svg", drawing("#0B3D2E", "#D97742", "-2000 -2000 4000 4000"))

    assert aspect(roomy) == pytest.approx(aspect(DARK), rel=0.02)


@settings(max_examples=30, deadline=None)
@given(width=st.integers(40, 700))
def test_a_logo_is_never_distorted(width: int) -> None:
    mark = raster(DARK, width)

    assert mark.mode == "RGBA"
    assert mark.width == width
    assert mark.height == pytest.approx(width / aspect(DARK), abs=0.5)


def test_drawing_on_a_raster_harms_nobody_else() -> None:
    before = raster(DARK, 100).tobytes()

    raster(DARK, 100).paste((1, 2, 3, 255), (0, 0, 50, 30))

    assert raster(DARK, 100).tobytes() == before


def test_a_logo_of_pixels_works_as_one_of_shapes() -> None:
    ink = Image.new("RGBA", (90, 60))
    ink.paste((10, 20, 30, 255), (20, 10, 80, 40))

    assert aspect(picture_file(ink)) == 2
    assert raster(picture_file(ink), 30).size == (30, 15)


def test_a_logo_without_ink_is_refused() -> None:
    with pytest.raises(RenderError, match=r"logo\.png: is transparent everywhere"):
        raster(picture_file(Image.new("RGBA", (40, 40))), 30)


def test_a_logo_that_is_a_line_is_refused() -> None:
    with pytest.raises(RenderError, match="its ink is 390x10; expected one side at most 12 times"):
        aspect(picture_file(Image.new("RGBA", (390, 10), (0, 0, 0, 255))))


def test_ink_within_the_range_of_what_is_behind_it_has_no_contrast() -> None:
    assert ink_contrast(ink_of(DARK), 0.0, 1.0) == 1


def test_a_weak_accent_does_not_spoil_a_strong_name() -> None:
    assert ink_contrast(ink_of(DARK), 0.9, 0.95) > 4.5


def test_a_lost_quarter_spoils_the_whole() -> None:
    half_white = Ink(luminances=np.array([0.0, 1.0]), shares=np.array([0.5, 0.5]))

    assert ink_contrast(half_white, 1.0, 1.0) < 3


def test_a_small_line_that_is_lost_spoils_the_whole_where_a_weak_one_does_not() -> None:
    tagline = Ink(luminances=np.array([0.04, 0.22]), shares=np.array([0.94, 0.06]))

    assert ink_contrast(tagline, 0.35, 0.35) < 3
    assert ink_contrast(tagline, 0.6, 0.6) > 3


def test_a_plate_is_what_its_logo_stands_out_from() -> None:
    assert backing_color(DARK) == (255, 255, 255)
    assert backing_color(LIGHT) == (17, 17, 17)


@pytest.mark.parametrize("logo_file", [DARK, LIGHT], ids=["dark", "light"])
def test_on_any_picture_a_plate_gives_its_logo_contrast(logo_file: LogoFile) -> None:
    assert backed_contrast(logo_file, 0.0, 1.0) > 3
    assert backed_contrast(logo_file, 0.2, 0.3) > 4.5


def test_a_stronger_veil_gives_more_contrast_and_none_gives_that_of_the_ink() -> None:
    bare, weak, strong = (backed_contrast(DARK, 0.2, 0.25, alpha) for alpha in (0.0, 0.2, 0.5))

    assert bare == pytest.approx(ink_contrast(ink_of(DARK), 0.2, 0.25), rel=0.02)
    assert bare < weak < strong


def test_the_measured_contrast_on_a_veil_is_that_of_the_pixels() -> None:
    grey = Image.new("RGB", (600, 400), (140, 140, 140))
    behind = luminance((140, 140, 140))

    placed = place_logo(grey, LOGO, spot().model_copy(update={"veil": 0.35}))

    lit = relative_luminance(np.asarray(placed.crop((60, 34, 260, 39)))).mean()
    assert ink_contrast(ink_of(DARK), lit, lit) == pytest.approx(
        backed_contrast(DARK, behind, behind, 0.35), rel=0.05
    )


def test_a_veil_is_too_soft_to_be_seen_as_a_thing_of_its_own() -> None:
    grey = Image.new("RGB", (600, 400), (140, 140, 140))

    placed = place_logo(grey, LOGO, spot(300, 150).model_copy(update={"veil": 0.35}))

    row = np.asarray(placed.convert("L"), dtype=int)[150 + 30, :299]
    assert row[0] == 140
    assert row[-1] > 170
    assert np.abs(np.diff(row)).max() <= 1


@pytest.mark.parametrize("share,expected_px", [(0.0, 0), (0.25, 20), (0.5, 40), (1.0, 80)])
def test_the_clear_space_is_the_brands_own(share: float, expected_px: int) -> None:
    assert clear_space_px(Logo(LOGO.versions, share), 80) == expected_px


@PLACES
def test_placing_changes_only_the_logos_place(*, plate: bool) -> None:
    picture = meadow()

    placed = place_logo(picture, LOGO, spot(plate=plate))

    touched = spot().box.inset(-plate_margin_px(spot().box.height_px) if plate else 0)
    assert picture.tobytes() == meadow().tobytes()
    assert placed.tobytes() != picture.tobytes()
    placed.paste(picture.crop(touched.corners), touched.corners)
    assert placed.tobytes() == picture.tobytes()


def test_a_box_of_another_shape_is_refused() -> None:
    wrong = spot().model_copy(update={"box": spot().box.inset(8)})

    with pytest.raises(RenderError, match="would distort it"):
        place_logo(meadow(), LOGO, wrong)


def test_a_missing_version_is_named() -> None:
    with pytest.raises(RenderError, match="no 'dark' version for top-left; it has default, light"):
        place_logo(meadow(), LOGO, spot().model_copy(update={"version": "dark"}))


@PLACES
@pytest.mark.parametrize("quality", [100, 80, 50])
def test_a_logo_that_is_there_is_found(*, plate: bool, quality: int) -> None:
    buffer = io.BytesIO()
    place_logo(meadow(), LOGO, spot(plate=plate)).save(buffer, "JPEG", quality=quality)

    assert (
        logo_match(Image.open(buffer).convert("RGB"), LOGO, spot(plate=plate)) > 0.97 > MATCH_NEEDED
    )


@PLACES
@pytest.mark.parametrize("top", [40, 300], ids=["calm", "busy"])
def test_a_missing_logo_is_not_found(*, plate: bool, top: int) -> None:
    assert logo_match(meadow(), LOGO, spot(top=top, plate=plate)) < 0.4


def test_an_empty_plate_is_no_logo() -> None:
    empty = place_logo(meadow(), LOGO, spot(plate=True))
    empty.paste((255, 255, 255), spot().box.corners)

    assert logo_match(empty, LOGO, spot(plate=True)) == 0


@PLACES
@pytest.mark.parametrize("across,down", [(4, 0), (0, 4), (-4, 0), (6, 6)])
def test_a_logo_that_is_a_little_off_does_not_match(*, plate: bool, across: int, down: int) -> None:
    moved = place_logo(meadow(), LOGO, spot(60 + across, 40 + down, plate=plate))

    assert logo_match(moved, LOGO, spot(plate=plate)) < MATCH_NEEDED - 0.1


@pytest.mark.parametrize("stretch", [0.96, 1.04])
def test_a_stretched_logo_does_not_match(stretch: float) -> None:
    mark = raster(DARK, 200)
    stretched = mark.resize((round(mark.width * stretch), mark.height))
    picture = meadow()
    picture.paste(stretched, (60 - (stretched.width - mark.width) // 2, 40), stretched)

    assert logo_match(picture, LOGO, spot()) < MATCH_NEEDED - 0.1


def test_another_version_does_not_match() -> None:
    light = spot().model_copy(update={"version": "light"})

    assert logo_match(place_logo(meadow(), LOGO, spot()), LOGO, light) < MATCH_NEEDED - 0.2
