"""Pictures come from the art direction and the product's photos, one for each native shape."""

import io
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from creative_assets.resources.opening import Archive
from creative_assets.standin.serve import StandIn
from creative_assets.studio.acceptance import kept_at
from creative_assets.studio.brief import FileRef
from creative_assets.studio.context import ContextPack
from creative_assets.studio.formats import (
    MAX_UPSCALE,
    all_formats,
    format_named,
    formats_of,
)
from creative_assets.studio.images import open_picture
from creative_assets.studio.pictures import (
    MAX_ATTEMPTS,
    ArtDirection,
    art_direction_request,
    composition_direction,
    make_base_images,
    picture_prompt,
    shapes_for,
)
from creative_assets.studio.produce import Job
from creative_assets.studio.product_match import MATCH_NEEDED
from creative_assets.studio.workbench import Workbench
from tests.gallery.finals import EXAMPLE

Accept = Callable[[dict[str, Any]], list[Job]]
Bench = Callable[[], AbstractAsyncContextManager[Workbench]]

FORMATS = ("1x1", "4x5", "9x16", "16x9")
ART = ArtDirection(
    concept="the first quiet minute",
    subject="a can",
    setting="a table",
    lighting="morning sun",
    mood="calm",
    palette=("#0b3d2e", "#f4e9d8"),
    avoid=("clutter", "hands"),
)
PACK = ContextPack(
    summary="s",
    tone="t",
    formality="informal",
    dos=("do",),
    donts=("No flags.",),
    cultural_notes=("Weeks begin on Sunday.",),
    visual_notes=("Plausible streets.",),
    legal_notes=("Ask a lawyer.",),
)


def png() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGBA", (300, 400), (200, 40, 40, 255)).save(buffer, "PNG")
    return buffer.getvalue()


CHANNELS = ("meta-feed", "stories", "google-responsive", "google-display", "pinterest", "walmart")
MODELS = ("gpt-image-2.6-flare", "gpt-image-1", "dall-e-3", "a-compatible-servers")


def test_all_channels_together_need_no_more_pictures_than_the_four_shapes() -> None:
    shapes = shapes_for(formats_of(CHANNELS), "gpt-image-2.6-flare")

    assert {str(shape.size): shape.composed_for for shape in shapes} == {
        "1200x1200": "square",
        "1088x1360": "portrait",
        "1088x1920": "story",
        "1920x1088": "16x9",
    }
    assert sorted(name for shape in shapes for name in shape.formats) == sorted(
        formats_of(CHANNELS)
    )


def test_a_small_format_alone_gets_the_picture_that_its_shape_always_has() -> None:
    (shape,) = shapes_for(["display-300x600"], "gpt-image-2.6-flare")

    assert (str(shape.size), shape.composed_for) == ("1088x1920", "9x16")


@pytest.mark.parametrize("model", MODELS)
def test_no_format_needs_more_enlargement_than_half_as_much_again(model: str) -> None:
    for name in all_formats():
        (shape,) = shapes_for([name], model)
        wanted = format_named(name).size
        upscale = max(
            wanted.width_px / shape.size.width_px, wanted.height_px / shape.size.height_px
        )
        assert upscale <= 1.5 < MAX_UPSCALE


@pytest.mark.parametrize(
    "model,expected",
    [
        (
            "gpt-image-2.6-flare",
            {
                "1088x1088": ("1x1",),
                "1088x1360": ("4x5",),
                "1088x1920": ("9x16",),
                "1920x1088": ("16x9",),
            },
        ),
        (
            "gpt-image-1",
            {"1024x1024": ("1x1",), "1024x1536": ("4x5", "9x16"), "1536x1024": ("16x9",)},
        ),
        (
            "dall-e-3",
            {"1024x1024": ("1x1", "4x5"), "1024x1792": ("9x16",), "1792x1024": ("16x9",)},
        ),
    ],
)
def test_formats_share_a_picture_where_the_model_has_no_shape_of_their_own(
    model: str, expected: dict[str, tuple[str, ...]]
) -> None:
    assert {str(shape.size): shape.formats for shape in shapes_for(FORMATS, model)} == expected


def test_a_prompt_is_labelled_lines_with_a_calm_place_for_the_text() -> None:
    lines = picture_prompt(ART, "Nordlys", "Keep it calm.", from_photos=False).splitlines()

    assert lines[0] == "Advertising photograph for Nordlys: the first quiet minute"
    assert "Palette: #0b3d2e, #f4e9d8" in lines
    assert "Composition: Keep it calm." in lines
    assert "Avoid: clutter; hands" in lines
    assert lines[-1].startswith("No text, no lettering, no logos")


def test_only_with_photos_the_prompt_asks_to_keep_the_product_as_they_show_it() -> None:
    assert "photos" in picture_prompt(ART, "Nordlys", "Calm.", from_photos=True)
    assert "photos" not in picture_prompt(ART, "Nordlys", "Calm.", from_photos=False)


@pytest.mark.parametrize(
    "locale,imagery,direction",
    [("en-US", "localized", "ltr"), ("ar-AE", "localized", "rtl"), ("ar-AE", "shared", "ltr")],
)
def test_a_picture_is_laid_out_as_its_locale_reads_unless_all_locales_share_it(
    brief: dict[str, Any], accepted: Accept, locale: str, imagery: str, direction: str
) -> None:
    (job,) = accepted(brief | {"target_locales": [locale], "imagery": imagery})

    assert composition_direction(job.variant) == direction


async def test_the_art_director_knows_the_market_unless_all_locales_share_the_picture(
    brief: dict[str, Any], accepted: Accept, bench: Bench
) -> None:
    (localized,) = accepted(brief)
    (shared,) = accepted(brief | {"imagery": "shared"})
    async with bench() as opened:
        choice = opened.choice

    assert art_direction_request(localized.variant, PACK, choice, 1).facts["context"] == {
        "locale": "en-US",
        "visual_notes": ["Plausible streets."],
        "cultural_notes": ["Weeks begin on Sunday."],
        "donts": ["No flags."],
    }
    assert art_direction_request(shared.variant, PACK, choice, 1).facts["context"] is None


@pytest.mark.parametrize(
    "model,operation,size,uses_photos",
    [
        ("gpt-image-2.6-flare", "image_edit", (1088, 1088), True),
        ("dall-e-3", "image", (1024, 1024), False),
    ],
)
async def test_photos_are_the_reference_where_the_model_takes_any(  # noqa: PLR0913, PLR0917 - a table's columns and fixtures
    brief: dict[str, Any],
    accepted: Accept,
    bench: Bench,
    stand_in: StandIn,
    archive: Archive,
    model: str,
    operation: str,
    size: tuple[int, int],
    uses_photos: bool,  # noqa: FBT001 - a column of the table
) -> None:
    (job,) = accepted(brief)
    photo: FileRef = kept_at("summer", "photos/can.png", png())
    archive.store.put_once(photo.path, png())
    variant = job.variant.model_copy(update={"photos": (photo,)})
    async with bench() as opened, opened.generations.holding():
        choice = opened.choice.model_copy(update={"image_model": model})
        made = await make_base_images(variant, PACK, 1, replace(opened, choice=choice))

    (picture,) = made.data.pictures
    (row,) = archive.records.ledger.by_key([picture.generation]).values()
    content = archive.store.get_verified(picture.file)
    assert stand_in.requests()[-1].operation == operation
    assert open_picture(content, "picture").size == size
    assert picture.uses_photos is uses_photos
    assert ("The photos show the product" in row.request_json) is uses_photos
    assert [use.operation for use in made.uses] == ["art_direction", "image"]
    assert made.pictures is not None


async def test_a_picture_of_another_product_is_asked_for_twice_more_and_the_best_is_kept(
    brief: dict[str, Any], accepted: Accept, bench: Bench, stand_in: StandIn, archive: Archive
) -> None:
    (job,) = accepted(brief)
    # Magenta, and wholly transparent: the stand-in has nothing to set into its scenes.
    unseen = io.BytesIO()
    Image.new("RGBA", (80, 120), (255, 0, 255, 0)).save(unseen, "PNG")
    photo = kept_at("summer", "photos/can.png", unseen.getvalue())
    archive.store.put_once(photo.path, unseen.getvalue())
    variant = job.variant.model_copy(update={"photos": (photo,)})
    async with bench() as opened, opened.generations.holding():
        made = await make_base_images(variant, PACK, 1, opened)
        again = await make_base_images(variant, PACK, 1, opened)

    (picture,) = made.data.pictures
    attempts = [use.key for use in made.uses if use.operation == "image"]
    best = max(range(MAX_ATTEMPTS), key=lambda index: picture.product_matches[index])
    assert len(set(attempts)) == len(picture.product_matches) == MAX_ATTEMPTS
    assert max(picture.product_matches) < MATCH_NEEDED
    assert picture.generation == attempts[best]
    assert again.data == made.data
    assert sum(call.operation == "image_edit" for call in stand_in.requests()) == MAX_ATTEMPTS


async def test_the_products_own_picture_is_asked_for_once(
    brief: dict[str, Any], accepted: Accept, bench: Bench, stand_in: StandIn, archive: Archive
) -> None:
    (job,) = accepted(brief)
    content = (EXAMPLE / "photos" / "cold-brew-can.png").read_bytes()
    photo = kept_at("summer", "photos/can.png", content)
    archive.store.put_once(photo.path, content)
    variant = job.variant.model_copy(update={"photos": (photo,), "formats": FORMATS})
    async with bench() as opened, opened.generations.holding():
        made = await make_base_images(variant, PACK, 1, opened)

    for picture in made.data.pictures:
        (match,) = picture.product_matches
        assert match >= MATCH_NEEDED
    calls = [call for call in stand_in.requests() if call.operation == "image_edit"]
    assert len(calls) == len(made.data.pictures)
