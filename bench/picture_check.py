"""Measures what the check `picture` finds on photographs: `python -m bench.picture_check`.

Precision and recall as docs/adr/0010 and 0011 report them. It takes a minute or two.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from bench.sightings import (
    LETTERED,
    Planted,
    crops,
    logos,
    packs,
    with_logos,
    with_packs,
    with_words,
)
from creative_assets.studio.logo import Logo
from creative_assets.studio.logo_search import logo_in
from creative_assets.studio.product_match import MATCH_NEEDED, product_match, product_on
from creative_assets.studio.scene_text import lettering_in

WORDS, LOGOS, PACKS = 240, 160, 48
SEEN, CLEAR = 2.0, 3.0  # contrasts
HIGH, WIDE = 0.04, 0.2  # shares of the picture: from here on a word, or a logo, should be found

Told = tuple[str, bool]
"""What was looked for, and whether it was found."""


def main() -> None:
    """Measure, and print."""
    told: dict[str, list[bool]] = defaultdict(list)
    for what, is_found in itertools.chain(_nothing(), _words(), _logos(), _packs()):
        told[what].append(is_found)
    table = Table("on photographs", "found", "of")
    for what, verdicts in told.items():
        table.add_row(what, str(sum(verdicts)), str(len(verdicts)))
    Console().print(table)


def _nothing() -> Iterator[Told]:
    for bare in crops():
        yield "false: lettering on a crop without any", bool(lettering_in(bare))
        for logo in logos():
            yield "false: a logo on a crop without any", logo_in(bare, logo) is not None
    for lettered in crops(LETTERED):
        yield "a thing's own lettering", bool(lettering_in(lettered))


def _words() -> Iterator[Told]:
    for planted in with_words(WORDS):
        if planted.contrast >= SEEN:
            is_found = _by_letters(planted)
            yield f"words at a contrast of {SEEN:g}", is_found
            if planted.contrast >= CLEAR and planted.share >= HIGH:
                yield f"words at {CLEAR:g}, from {HIGH:.0%} of the height on", is_found


def _logos() -> Iterator[Told]:
    for logo, planted in with_logos(LOGOS):
        if planted.contrast < SEEN:
            continue
        by_letters, by_edges = _by_letters(planted), _by_edges(planted, logo)
        is_clear = planted.contrast >= CLEAR and planted.share >= WIDE
        for how, is_found in (
            ("letters", by_letters),
            ("edges", by_edges),
            ("either", by_letters or by_edges),
        ):
            yield f"logos at a contrast of {SEEN:g}, by {how}", is_found
            if is_clear:
                yield f"logos at {CLEAR:g}, from {WIDE:.0%} of the width on, by {how}", is_found


def _packs() -> Iterator[Told]:
    products = [product_on(content, "pack") for content in packs()]
    for shown, picture in with_packs(PACKS):
        for number, product in enumerate(products):
            is_found = product_match([product], picture).score >= MATCH_NEEDED
            if number == shown:
                yield "products that are the one on the photo", is_found
            else:
                yield "false: another product, for the one on the photo", is_found


def _by_letters(planted: Planted) -> bool:
    """Whether some lettering lies mostly on what was planted, or covers a third of it."""
    areas = (
        (each.box.area_px, each.box.common(planted.box).area_px)
        for each in lettering_in(planted.picture)
    )
    return any(common > area / 2 or common > planted.box.area_px / 3 for area, common in areas)


def _by_edges(planted: Planted, logo: Logo) -> bool:
    found = logo_in(planted.picture, logo)
    return found is not None and found.box.common(planted.box).area_px > planted.box.area_px / 2


if __name__ == "__main__":
    main()
