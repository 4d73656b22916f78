"""The sheet's picture is labelled in any script, and stays a picture that somebody can open."""

import pytest
from PIL import Image

from creative_assets.studio.sheet_picture import draw_sheet, row_height_px
from creative_assets.studio.values import Size


def picture() -> Image.Image:
    return Image.new("RGB", (320, 200), "teal")


def test_a_contact_sheet_shows_each_picture_at_one_height() -> None:
    red, blue = Image.new("RGB", (100, 100), "red"), Image.new("RGB", (100, 200), "blue")
    sheet = draw_sheet([("en-US", [red, blue]), ("ar-AE", [blue])], "nordlys", 380)
    colors = {color: count for count, color in sheet.getcolors(1 << 24) or ()}
    assert colors[(255, 0, 0)] == 380 * 380
    assert colors[(0, 0, 255)] == 2 * 380 * 190


@pytest.mark.parametrize(
    "label",
    ["ja-JP\n夏の朝に、ゆっくり", "صباحات هادئة", "hi-IN\nगर्मियों की सुबह", "th-TH\nกาแฟ"],
)
def test_a_contact_sheet_is_labelled_in_any_script(label: str) -> None:
    rows = [(label, [picture()])]
    assert (
        draw_sheet(rows, "x", 200).tobytes() != draw_sheet([("", [picture()])], "x", 200).tobytes()
    )


@pytest.mark.parametrize(
    "name",
    ["word " * 60, "Donaudampfschifffahrtsgesellschaftskaffee", "コールドブリュー" * 15, "W" * 120],
)
def test_a_label_or_title_that_is_too_long_is_shortened(name: str) -> None:
    shortened = draw_sheet([(name, [picture()])], name, 200)
    assert shortened.size == draw_sheet([("x", [picture()])], "x", 200).size


def test_more_rows_make_lower_pictures_and_not_a_larger_sheet() -> None:
    sizes = [Size(width_px=1080, height_px=1080), Size(width_px=1920, height_px=1080)]

    few, many = row_height_px(sizes, 4), row_height_px(sizes, 40)

    assert few == 360
    assert 40 * many**2 <= 4 * 360**2 * 4
