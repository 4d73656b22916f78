"""Renders the gallery for people to look at, or its golden images."""

import argparse
from itertools import groupby
from pathlib import Path

from PIL import Image
from rich.progress import track

from creative_assets.studio.sheet_picture import draw_sheet
from tests.gallery.finals import LAYOUTS, Cell, cells, final, golden_cells
from tests.gallery.likeness import golden_of

GOLDEN = Path(__file__).parent / "golden"
_SHOWN_PX = 380


def render_all(folder: Path) -> None:
    """Every final at full size, and a contact sheet for each locale."""
    for locale, group in groupby(track(list(cells())), key=lambda cell: cell.locale):
        small: dict[Cell, Image.Image] = {}
        for cell in group:
            image = final(cell).image
            _save(image, folder / f"{cell.name}.jpg", "JPEG", quality=90)
            small[cell] = image.resize((round(_SHOWN_PX * image.width / image.height), _SHOWN_PX))
        rows = [(layout, _of_layout(small, layout)) for layout in LAYOUTS]
        _save(draw_sheet(rows, locale, _SHOWN_PX), folder / f"{locale}.jpg", "JPEG", quality=88)


def render_golden(folder: Path) -> None:
    """The golden images, in place of those that are there."""
    for cell in track(list(golden_cells())):
        _save(golden_of(final(cell).image), folder / f"{cell.name}.webp", "WEBP", quality=92)


def _of_layout(pictures: dict[Cell, Image.Image], layout: str) -> list[Image.Image]:
    return [picture for cell, picture in pictures.items() if cell.layout == layout]


def _save(image: Image.Image, path: Path, file_format: str, **options: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, file_format, **options)


def main() -> None:
    """`golden`, or else the folder for the whole gallery."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", help="the folder for every final, or `golden`")
    target = parser.parse_args().target
    if target == "golden":
        render_golden(GOLDEN)
    else:
        render_all(Path(target))


if __name__ == "__main__":
    main()
