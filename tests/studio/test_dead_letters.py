"""What has failed: told with what to do, kept until it is done, and launched again on request."""

import inspect
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from creative_assets.resources.opening import Archive
from creative_assets.standin.behaviour import Behaviour, FaultRule
from creative_assets.standin.serve import StandIn
from creative_assets.studio import errors
from creative_assets.studio.campaigns import Campaigns
from creative_assets.studio.dead_letters import (
    OTHERWISE,
    DeadLetter,
    by_reason,
    dead_letters,
    deliver,
    letter_of,
    retry,
    what_to_do,
)
from creative_assets.studio.errors import CreativeAssetsError, MissingInputError
from creative_assets.studio.launches import next_launch
from creative_assets.studio.produce import Job, produce
from creative_assets.studio.records.variants import VariantStatus
from creative_assets.studio.stages import STAGES
from creative_assets.studio.workbench import Workbench

Accept = Callable[[dict[str, Any]], list[Job]]
Bench = Callable[[], AbstractAsyncContextManager[Workbench]]

ROAST, TEA, TONIC = (f"summer/en-US/{name}" for name in ("roast", "tea", "tonic"))
REFUSED = VariantStatus("failed", "ad_copy", "ContentRefusedError", "No.", 2, 0.5, "run-1")
NO_KEY = VariantStatus("failed", "ad_copy", "RequestRejectedError", "No.", 1, 0.0, "run-1")
NOT_OF_VARIANTS = {
    *("DecisionConflictError", "DecisionRejectedError", "ApprovalBlockedError"),
    *("NotApprovedError", "KeyReusedError", "RequestUnderWayError", "StoppedError"),
}
"""No variant ends with one of these."""


@pytest.fixture(autouse=True)
def versions(accepted: Accept, brief: dict[str, Any], archive: Archive) -> dict[str, str]:
    """Three variants that were launched: key → the version that is wanted."""
    products = [
        {"id": name.lower(), "name": name, "description": f"{name}, brewed slowly."}
        for name in ("Roast", "Tea", "Tonic")
    ]
    accepted(brief | {"products": products})
    campaigns = Campaigns(archive.records.database)
    (campaign,) = campaigns.at("unweighed")
    campaigns.weighed(campaign, "USD 0.00", "")
    archive.records.variants.assign_launch([ROAST, TEA, TONIC], 1)
    return {row.key: row.version for row in archive.records.variants.of_campaign("summer")}


def leaves() -> set[str]:
    classes = [
        each
        for _, each in inspect.getmembers(errors, inspect.isclass)
        if issubclass(each, CreativeAssetsError) and not each.__subclasses__()
    ]
    return {each.__name__ for each in classes}


def kept(archive: Archive) -> dict[str, DeadLetter]:
    """Path in the store → the letter there."""
    return {
        path: DeadLetter.model_validate_json(archive.store.get(path))
        for path in archive.store.find("dead_letters")
    }


def test_every_error_that_a_variant_can_end_with_has_words_of_its_own() -> None:
    wordless = {name for name in leaves() if what_to_do(name) == OTHERWISE}

    assert wordless == NOT_OF_VARIANTS


def test_a_defect_of_the_program_is_for_the_operators() -> None:
    assert what_to_do("ZeroDivisionError") == OTHERWISE


async def test_a_variant_that_fails_in_a_run_tells_its_class_attempts_cost_and_run(
    accepted: Accept, brief: dict[str, Any], bench: Bench, stand_in: StandIn, archive: Archive
) -> None:
    (job,) = accepted(brief)
    stand_in.change(Behaviour(faults=(FaultRule(kind="moderation_blocked", operation="image"),)))

    async with bench() as opened:
        await produce([job], STAGES, opened, lambda _: None, variants_in_flight=1)

    (letter,) = dead_letters([job.variant.key], archive.records)
    assert (letter.stage, letter.error_class) == ("base_images", "ContentRefusedError")
    assert "refused the content by its policy" in letter.message
    assert letter.what_to_do.startswith("The model's policy refused the content")
    assert letter.attempts >= 1
    assert letter.cost_usd is not None
    assert letter.cost_usd > 0


def test_a_letter_stands_in_the_store_until_its_variant_is_done(
    archive: Archive, versions: dict[str, str]
) -> None:
    archive.records.variants.set_status(TEA, versions[TEA], REFUSED)

    deliver(["summer"], archive.store, archive.records, "run-1")
    failed = kept(archive)
    archive.records.variants.relaunch([TEA])
    deliver(["summer"], archive.store, archive.records, "run-2")
    waiting = kept(archive)
    archive.records.variants.set_status(TEA, versions[TEA], VariantStatus("done"))
    deliver(["summer"], archive.store, archive.records, "run-3")

    (letter,) = dead_letters(["*"], archive.records) or failed.values()
    assert failed == {f"dead_letters/{TEA}.json": letter}
    assert (letter.run_id, letter.cost_usd) == ("run-1", 0.5)
    assert waiting == failed
    assert kept(archive) == {}


def test_a_letter_that_a_crash_kept_back_is_made_up_for_by_the_next_run(
    archive: Archive, versions: dict[str, str]
) -> None:
    archive.records.variants.set_status(TEA, versions[TEA], REFUSED)

    deliver(["summer"], archive.store, archive.records, "another run")

    assert list(kept(archive)) == [f"dead_letters/{TEA}.json"]


def test_a_letter_goes_when_no_brief_names_its_variant_any_more(
    archive: Archive, versions: dict[str, str]
) -> None:
    archive.records.variants.set_status(TEA, versions[TEA], REFUSED)
    deliver(["summer"], archive.store, archive.records, "run-1")

    archive.records.variants.retire([TEA])
    deliver(["summer"], archive.store, archive.records, "run-2")

    assert kept(archive) == {}
    assert dead_letters(["*"], archive.records) == []


def test_a_retry_launches_what_has_failed_and_nothing_else(
    archive: Archive, versions: dict[str, str]
) -> None:
    archive.records.variants.set_status(ROAST, versions[ROAST], VariantStatus("done"))
    archive.records.variants.set_status(TEA, versions[TEA], REFUSED)

    keys = retry(["summer/*"], archive.records)
    launch = next_launch(archive.records, 1, most=10)

    assert keys == [TEA]
    assert launch is not None
    assert launch.wanted == (TEA,)


def test_a_retry_takes_along_what_a_stopped_run_had_not_begun(
    archive: Archive, versions: dict[str, str]
) -> None:
    archive.records.variants.set_status(ROAST, versions[ROAST], VariantStatus("done"))
    archive.records.variants.set_status(TEA, versions[TEA], NO_KEY)

    assert retry(["summer/*"], archive.records) == [TEA, TONIC]


def test_a_retry_of_what_has_not_failed_is_refused_and_names_the_way_to_find_out(
    archive: Archive,
) -> None:
    with pytest.raises(MissingInputError, match="creative-assets failures"):
        retry([TEA], archive.records)


def test_letters_are_grouped_by_reason_the_most_frequent_first(
    archive: Archive, versions: dict[str, str]
) -> None:
    for key, status in ((ROAST, NO_KEY), (TEA, REFUSED), (TONIC, REFUSED)):
        archive.records.variants.set_status(key, versions[key], status)
    letters = [letter_of(row) for row in archive.records.variants.failed()]

    groups = by_reason(letters)

    assert {name: [each.variant_key for each in group] for name, group in groups.items()} == {
        "ContentRefusedError": [TEA, TONIC],
        "RequestRejectedError": [ROAST],
    }
    assert list(groups) == ["ContentRefusedError", "RequestRejectedError"]
