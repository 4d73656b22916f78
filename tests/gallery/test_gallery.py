"""Finals look as they did when somebody last looked at each of them.

When a change of their look is wanted: `make gallery`, look, `make golden`.
"""

from collections.abc import Callable

import pytest
from PIL import Image, ImageDraw

from creative_assets.studio.compose import Composition
from creative_assets.studio.values import Box
from tests.gallery.finals import Cell, final, golden_cells
from tests.gallery.likeness import golden_of, least_tile_ssim
from tests.gallery.render import GOLDEN

ALIKE = 0.93
CELLS = list(golden_cells())
SOME = CELLS[::7]
by_cell = pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
by_some_cells = pytest.mark.parametrize("cell", SOME, ids=lambda cell: cell.name)


def golden(cell: Cell) -> Image.Image:
    with Image.open(GOLDEN / f"{cell.name}.webp") as opened:
        return opened.convert("L")


def legal_line(made: Composition) -> Box:
    return next(block for block in made.report.blocks if block.role == "legal_line").line_boxes[0]


def with_a_tofu_box(cell: Cell) -> Image.Image:
    """A box stands in the place of one letter of the smallest text."""
    made = final(cell)
    line = legal_line(made)
    image, height = made.image.copy(), line.height_px
    left = line.left_px + 4 * height
    letter = (left, line.top_px, left + round(0.6 * height), line.bottom_px - 1)
    ImageDraw.Draw(image).rectangle(letter, outline="black", fill="white", width=2)
    return image


def with_shifted_text(cell: Cell) -> Image.Image:
    """The headline's first line is 2 px lower."""
    made = final(cell)
    headline = next(block for block in made.report.blocks if block.role == "headline")
    line = headline.line_boxes[0].inset(-2)
    image = made.image.copy()
    image.paste(made.image.crop(line.corners), (line.left_px, line.top_px + 2))
    return image


def without_logo(cell: Cell) -> Image.Image:
    return final(cell, logo=False).image


FAULTS: dict[str, Callable[[Cell], Image.Image]] = {
    "a tofu box": with_a_tofu_box,
    "text shifted by 2 px": with_shifted_text,
    "a missing logo": without_logo,
}


@by_cell
def test_a_final_looks_as_when_somebody_looked(cell: Cell) -> None:
    assert least_tile_ssim(golden_of(final(cell).image), golden(cell)) >= ALIKE


@by_some_cells
@pytest.mark.parametrize("fault", FAULTS)
def test_a_small_fault_does_not_pass_for_the_golden_image(cell: Cell, fault: str) -> None:
    spoilt = golden_of(FAULTS[fault](cell))

    assert least_tile_ssim(spoilt, golden(cell)) < ALIKE
