import numpy as np
import pytest
from PIL import Image

from creative_assets.studio.compose.drawing import draw_pill, outlined
from creative_assets.studio.values import Box

BOX = Box(left_px=10, top_px=12, width_px=120, height_px=40)


def test_a_pill_is_full_in_its_middle_round_at_its_ends_and_nowhere_else() -> None:
    image = Image.new("RGB", (150, 70), "white")
    draw_pill(image, BOX, (10, 20, 30))
    assert image.getpixel((70, 32)) == (10, 20, 30)
    assert image.getpixel((10, 12)) == (255, 255, 255)
    changed = Image.eval(image.convert("L"), lambda level: 255 - level).getbbox()
    assert changed == BOX.corners


def test_a_pill_is_the_same_from_left_and_right_and_above_and_below() -> None:
    image = Image.new("L", (140, 64), 255).convert("RGB")
    draw_pill(image, BOX, (0, 0, 0))
    levels = np.asarray(image.convert("L"), dtype=int)[12:52, 10:130]
    assert np.abs(levels - levels[::-1]).max() <= 8
    assert np.abs(levels - levels[:, ::-1]).max() <= 8


@pytest.mark.parametrize("radius_px", [0, 6, 200])
def test_a_card_lets_the_picture_through_a_little_and_leaves_the_rest_alone(radius_px: int) -> None:
    picture = Image.new("RGB", (150, 70), "black")
    white, grey = (255, 255, 255), (200, 200, 200)
    card = outlined(picture, BOX, fill=white, line=grey, line_px=1, radius_px=radius_px, alpha=0.95)
    assert picture.getpixel((70, 32)) == (0, 0, 0)
    level = card.convert("L").getpixel((70, 32))
    assert level in range(240, 244)
    assert card.convert("L").getbbox() == BOX.corners
