"""Exact words that no format can hold are told before a run makes anything of them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from creative_assets.studio.branding import BrandedImage, BrandedImages
from creative_assets.studio.brief import Message, VariantBrief
from creative_assets.studio.copywriting import AdCopy, BackTranslation
from creative_assets.studio.exhibit import Exhibit
from creative_assets.studio.formats import format_named
from creative_assets.studio.produce import Job
from creative_assets.studio.rewording import banned, misfits
from creative_assets.studio.store import Store, StoredFile, open_store
from tests.plans import plan_for

COPY = AdCopy(
    headline="Slow mornings",
    subline="Steeped cold.",
    call_to_action="Try it",
    legal_line=None,
    alt_text="A can",
    back_translation=BackTranslation(headline="", subline="", call_to_action=""),
    sources={},
)


@pytest.fixture
def variant(brief: dict[str, Any], accepted: Callable[[dict[str, Any]], list[Job]]) -> VariantBrief:
    (job,) = accepted(brief)
    return job.variant


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path.as_uri())


def exhibit(variant: VariantBrief | None, *formats: str) -> Exhibit:
    """What is behind finals in these formats."""
    file = StoredFile(path="branded.png", size_bytes=0, sha256="")
    images = tuple(
        BrandedImage(
            plan=plan_for(format_named(name), "en-US"),
            candidates=(),
            file=file,
            chosen_by="model",
            reason="",
            match=1.0,
        )
        for name in formats
    )
    return Exhibit(variant, COPY, BrandedImages(images=images, clean=()), None)


def test_words_that_fit_are_not_complained_about(variant: VariantBrief, store: Store) -> None:
    words = Message(headline="Mornings, roasted slowly.", call_to_action="Find it near you")

    assert list(misfits(words, exhibit(variant, "1x1", "9x16", "16x9"), store)) == []


def test_each_format_is_named_in_which_words_do_not_fit(
    variant: VariantBrief, store: Store
) -> None:
    words = Message(headline="W" * 22)

    found = list(misfits(words, exhibit(variant, "1x1", "display-320x50"), store))

    assert len(found) == 1
    assert "display-320x50" in found[0]


def test_a_word_that_is_wider_than_its_place_is_named(variant: VariantBrief, store: Store) -> None:
    words = Message(headline="W" * 80)

    (told,) = misfits(words, exhibit(variant, "1x1"), store)

    assert "alone is wider than" in told


def test_a_character_that_no_font_has_is_named(variant: VariantBrief, store: Store) -> None:
    words = Message(subline="Steeped \N{EGYPTIAN HIEROGLYPH A001}")

    (told,) = misfits(words, exhibit(variant, "1x1"), store)

    assert "U+13000" in told


def test_of_what_is_gone_from_the_store_nothing_is_said(store: Store) -> None:
    assert list(misfits(Message(headline="W" * 80), exhibit(None, "1x1"), store)) == []


def test_a_banned_word_in_exact_words_is_named_with_its_line(variant: VariantBrief) -> None:
    strict = variant.model_copy(update={"banned_words": ("cheap",)})
    words = Message(headline="The cheapest mornings", subline="Steeped cold.")

    (told,) = banned(words, exhibit(strict, "1x1"))

    assert told.startswith("The headline has the banned word 'cheap'.")
