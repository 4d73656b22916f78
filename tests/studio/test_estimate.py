"""An estimate counts what a run then really asks for."""

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from creative_assets.resources.opening import Archive, model_choice
from creative_assets.settings import Settings
from creative_assets.standin.serve import StandIn
from creative_assets.studio.estimate import Estimate, estimate
from creative_assets.studio.produce import Event, Job, StageDone, produce
from creative_assets.studio.stages import AD_COPY, CONTEXT_PACK, STAGES, VARIANT_BRIEF
from creative_assets.studio.workbench import Workbench

Accept = Callable[[dict[str, Any]], list[Job]]
Bench = Callable[[], AbstractAsyncContextManager[Workbench]]

TEA = {"id": "tea", "name": "Tea", "description": "Green tea."}


def asked(stand_in: StandIn) -> Counter[str]:
    return Counter(str(call.operation) for call in stand_in.requests())


async def run(jobs: list[Job], bench: Bench, stages: tuple[str, ...] = STAGES) -> list[Event]:
    events: list[Event] = []
    async with bench() as opened:
        await produce(jobs, stages, opened, events.append, variants_in_flight=4)
    return events


async def estimated(jobs: list[Job], bench: Bench) -> Estimate:
    async with bench() as opened:
        return estimate(jobs, opened.choice, opened.store)


@pytest.mark.parametrize("imagery", ["localized", "shared"])
async def test_what_is_to_make_is_what_the_run_asks_and_afterwards_nothing_is(
    imagery: str, brief: dict[str, Any], accepted: Accept, bench: Bench, stand_in: StandIn
) -> None:
    brief["imagery"] = imagery
    brief["target_locales"] = ["en-US", "de-DE"]
    jobs = accepted(brief)

    before = await estimated(jobs, bench)
    events = await run(jobs, bench)
    after = await estimated(jobs, bench)

    assert before.to_make == asked(stand_in)
    assert before.variants == 2
    assert after.to_make == Counter()
    assert after.to_reuse == before.to_make + before.to_reuse
    assert (after.list_price.low_usd, after.list_price.high_usd) == (0, 0)
    prices = [
        use.list_price_usd or 0
        for event in events
        if isinstance(event, StageDone)
        for use in event.uses
    ]
    assert before.list_price.low_usd < before.list_price.high_usd
    # The stand-in's usage is the models' as far as is known: the same order of magnitude.
    assert before.list_price.low_usd / 3 < sum(prices) < before.list_price.high_usd * 3


async def test_products_share_a_context_pack_and_what_is_done_is_not_counted_again(
    brief: dict[str, Any], accepted: Accept, bench: Bench, stand_in: StandIn
) -> None:
    brief["products"].append(TEA)
    jobs = accepted(brief)

    first = await estimated(jobs, bench)
    await run(jobs, bench, (VARIANT_BRIEF, CONTEXT_PACK, AD_COPY))
    second = await estimated(jobs, bench)

    assert (first.to_make["context_pack"], first.to_reuse["context_pack"]) == (1, 1)
    assert asked(stand_in) == {"context_pack": 1, "ad_copy": 2}
    assert second.to_make == {"art_direction": 2, "image": 2, "logo_spot": 2}
    assert second.to_reuse == {"context_pack": 2, "ad_copy": 2}


def test_formats_that_one_picture_serves_are_counted_as_one(
    brief: dict[str, Any], accepted: Accept, archive: Archive, served: Settings
) -> None:
    brief["output"]["aspect_ratios"] = ["1x1", "4x5", "9x16", "16x9"]
    jobs, choice = accepted(brief), model_choice(served)
    fixed_sizes = choice.model_copy(update={"image_model": "gpt-image-1"})

    assert estimate(jobs, choice, archive.store).to_make["image"] == 4
    assert estimate(jobs, fixed_sizes, archive.store).to_make["image"] == 3


def test_a_model_without_a_price_is_named_and_not_counted_as_free(
    brief: dict[str, Any], accepted: Accept, archive: Archive, served: Settings
) -> None:
    jobs, choice = accepted(brief), model_choice(served)
    unknown = choice.model_copy(update={"image_model": "flux-dev"})

    result = estimate(jobs, unknown, archive.store)

    assert result.unpriced == {"flux-dev"}
    assert result.list_price.low_usd > 0
