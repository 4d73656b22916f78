"""The comparison finds a pixel that changed where no text is."""

import pytest
from PIL import Image

from creative_assets.studio.compose import Composition, TextReport
from creative_assets.studio.untouched import Untouched, compare
from creative_assets.studio.values import Box


def composition(dot: tuple[int, int] | None, text: Box) -> Composition:
    """A white picture of 20 × 10 pixels with at most one dark pixel, and a text's ground."""
    image = Image.new("RGB", (20, 10), "white")
    if dot is not None:
        image.putpixel(dot, (254, 255, 255))
    report = TextReport(
        blocks=(), scrim=text, scrim_color="#000000", scrim_alpha=0.5, button_color=None
    )
    return Composition(image, report)


LEFT = Box(left_px=0, top_px=0, width_px=4, height_px=10)
RIGHT = Box(left_px=15, top_px=0, width_px=9, height_px=10)


@pytest.mark.parametrize(
    "dot, changed", [(None, 0), ((2, 5), 0), ((16, 5), 0), ((4, 0), 1), ((14, 9), 1)]
)
def test_only_what_changes_outside_both_texts_counts(
    dot: tuple[int, int] | None, changed: int
) -> None:
    compared = compare("1x1", composition(None, LEFT), composition(dot, RIGHT))

    assert compared == Untouched(format="1x1", outside_px=110, changed_outside_px=changed)
