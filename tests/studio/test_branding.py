"""The logo goes where the vision model says, among computed spots, and is proven on the output."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from creative_assets.resources.opening import Archive, open_workbench
from creative_assets.settings import Settings
from creative_assets.standin.behaviour import Behaviour, FaultRule
from creative_assets.standin.serve import StandIn
from creative_assets.studio.branding import (
    BrandedImages,
    LogoChoice,
    LogoChoices,
    choose_spots,
    logo_wish_of,
)
from creative_assets.studio.images import open_picture
from creative_assets.studio.logo import MATCH_NEEDED, LogoSpot
from creative_assets.studio.produce import Event, Job, StageDone, VariantFailed, produce
from creative_assets.studio.stages import BRANDED_IMAGES, STAGES
from creative_assets.studio.values import Box
from tests.specimens import variant_of

Accept = Callable[[dict[str, Any]], list[Job]]


def spot(name: str) -> LogoSpot:
    box = Box(left_px=0, top_px=0, width_px=100, height_px=40)
    return LogoSpot(name=name, box=box, version="default", contrast=5, calmness=0.9, plate=False)


CANDIDATES = {"1x1": [spot("top-left"), spot("top-right")], "9x16": [spot("bottom-left")]}


def choices(**spots: str) -> LogoChoices:
    names = {"square": "1x1", "story": "9x16"}
    return LogoChoices(
        choices=tuple(
            LogoChoice(format=names[name], candidate=candidate, reason="It is calm there.")
            for name, candidate in spots.items()
        )
    )


def test_the_models_choice_counts_with_its_reason() -> None:
    chosen = choose_spots(CANDIDATES, choices(square="top-right", story="bottom-left"))

    assert [(each.spot.name, each.by) for each in chosen.values()] == [
        ("top-right", "model"),
        ("bottom-left", "model"),
    ]
    assert chosen["1x1"].reason == "It is calm there."


@pytest.mark.parametrize(
    "answer,said",
    [
        (choices(square="on the nose", story="bottom-left"), "it named 'on the nose'"),
        (choices(story="bottom-left"), "it gave none"),
        (None, "it gave none"),
    ],
)
def test_an_answer_that_names_no_computed_spot_falls_back_to_the_best_and_says_so(
    answer: LogoChoices | None, said: str
) -> None:
    chosen = choose_spots(CANDIDATES, answer)["1x1"]

    assert (chosen.spot.name, chosen.by) == ("top-left", "fallback")
    assert said in chosen.reason


@pytest.mark.parametrize(
    "locale,imagery,wish",
    [
        ("en-US", "localized", "top-left"),
        ("he-IL", "localized", "top-right"),
        ("he-IL", "shared", "top-left"),
    ],
)
def test_a_wish_for_the_logos_side_is_mirrored_where_the_picture_is(
    locale: str, imagery: str, wish: str
) -> None:
    changes = {"logo_wish": "top-left", "imagery": imagery}
    variant = variant_of(locale, "1x1", "overlay").model_copy(update=changes)

    assert logo_wish_of(variant) == wish


def branded(job: Job, settings: Settings, archive: Archive) -> BrandedImages:
    """The branded images of one variant, by a run of all stages up to them."""
    events: list[Event] = []

    async def run() -> None:
        async with open_workbench(settings, archive) as bench:
            await produce([job], STAGES[:-1], bench, events.append, variants_in_flight=1)

    asyncio.run(run())
    assert not [event for event in events if isinstance(event, VariantFailed)]
    (data,) = [
        event.output.data
        for event in events
        if isinstance(event, StageDone) and event.output.stage == BRANDED_IMAGES
    ]
    assert isinstance(data, BrandedImages)
    return data


def test_the_logo_is_found_on_the_outputs_own_pixels_at_the_formats_size(
    brief: dict[str, Any], accepted: Accept, served: Settings, archive: Archive, stand_in: StandIn
) -> None:
    (image,) = branded(accepted(brief)[0], served, archive).images

    picture = open_picture(archive.store.get_verified(image.file), image.file.path)
    assert picture.size == (1080, 1080)
    assert image.chosen_by == "model"
    assert image.match >= MATCH_NEEDED
    assert not image.plan.logo.box.overlaps(image.plan.text_zone)
    assert stand_in.requests()[-1].operation == "logo_spot"


def test_a_vision_model_that_does_not_answer_in_time_holds_up_no_picture(
    brief: dict[str, Any], accepted: Accept, served: Settings, archive: Archive, stand_in: StandIn
) -> None:
    slow = FaultRule(kind="drip", operation="logo_spot")
    stand_in.change(Behaviour(faults=(slow,), drip_s=60))
    impatient = served.model_copy(update={"text_deadline_s": 4})

    (image,) = branded(accepted(brief)[0], impatient, archive).images

    assert image.chosen_by == "fallback"
    assert "it gave none" in image.reason
    assert image.match >= MATCH_NEEDED
