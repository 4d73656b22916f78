"""Finals that are as they should be pass every check."""

import itertools

import pytest

from creative_assets.standin.copywriter import locales
from tests.gallery.finals import FORMATS, LAYOUTS
from tests.gallery.scenes import SCENES
from tests.specimens import found_in, specimen_of

LOOKS = tuple(itertools.product(LAYOUTS, FORMATS, SCENES))
TURNS = 10


@pytest.mark.parametrize("number,locale", list(enumerate(locales())))
def test_finals_that_are_as_they_should_be_pass_every_check(number: int, locale: str) -> None:
    for turn in range(TURNS):
        layout, format_name, scene = LOOKS[(number * TURNS + turn) % len(LOOKS)]
        specimen = specimen_of(locale, format_name, layout, scene, take=turn + 1)

        assert [finding.message for finding in found_in(specimen)] == [], (layout, scene)
