"""Many variants: what is shared is asked once, a failure harms no other, a re-run is free."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from copy import deepcopy
from typing import Any

import pytest

from creative_assets.resources.opening import Archive, open_workbench
from creative_assets.settings import Settings
from creative_assets.standin.behaviour import Behaviour, FaultKind, FaultRule
from creative_assets.standin.serve import StandIn
from creative_assets.studio.acceptance import kept_at, load_jobs
from creative_assets.studio.errors import (
    ContentRefusedError,
    MissingInputError,
    ModelRetiredError,
    RequestRejectedError,
)
from creative_assets.studio.produce import (
    Event,
    Job,
    StageDone,
    VariantFailed,
    kept_output,
    produce,
    stage_versions,
)
from creative_assets.studio.reading import read_brief
from creative_assets.studio.stages import (
    AD_COPY,
    BASE_IMAGES,
    BRANDED_IMAGES,
    CONTEXT_PACK,
    FINAL_CREATIVES,
    STAGES,
    VARIANT_BRIEF,
    ModelChoice,
    folder_of,
)
from creative_assets.studio.variants import resolve_variants
from creative_assets.studio.workbench import Workbench

Accept = Callable[[dict[str, Any]], list[Job]]
Bench = Callable[[], AbstractAsyncContextManager[Workbench]]

COPY_STAGES = (VARIANT_BRIEF, CONTEXT_PACK, AD_COPY)
TEA = {"id": "tea", "name": "Tea", "description": "Green tea."}


async def produced(
    jobs: list[Job], bench: Bench, stages: tuple[str, ...] = STAGES, in_flight: int = 4
) -> list[Event]:
    events: list[Event] = []
    async with bench() as opened:
        await produce(jobs, stages, opened, events.append, variants_in_flight=in_flight)
    return events


def done(events: list[Event]) -> dict[str, list[str]]:
    """Variant → the stages that are done, in the order in which that was told."""
    stages: dict[str, list[str]] = {}
    for event in events:
        if isinstance(event, StageDone):
            stages.setdefault(event.variant.key, []).append(event.output.stage)
    return stages


def failed(events: list[Event]) -> list[VariantFailed]:
    return [event for event in events if isinstance(event, VariantFailed)]


def asked(stand_in: StandIn, since: int = 0) -> Counter[str]:
    return Counter(str(call.operation) for call in stand_in.requests()[since:])


async def test_four_variants_are_made_whole_once_and_a_second_run_asks_nothing(
    brief: dict[str, Any], accepted: Accept, bench: Bench, stand_in: StandIn, archive: Archive
) -> None:
    brief["products"].append(TEA)
    brief["target_locales"] = ["en-US", "de-DE"]
    jobs = accepted(brief)

    first = await produced(jobs, bench)
    calls = asked(stand_in)
    second = await produced(jobs, bench)

    assert calls == {
        "context_pack": 2,
        "ad_copy": 4,
        "art_direction": 4,
        "image": 4,
        "logo_spot": 4,
    }
    assert asked(stand_in) == calls
    assert not failed(first + second)
    for job in jobs:
        order = done(first)[job.variant.key]
        assert sorted(order) == sorted(STAGES)
        assert order.index(BASE_IMAGES) < order.index(BRANDED_IMAGES)
        assert order[-1] == FINAL_CREATIVES
    assert not any(event.reused for event in first if event.output.stage == AD_COPY)  # type: ignore[union-attr]
    assert all(isinstance(event, StageDone) and event.reused for event in second)
    made = [use for event in first if isinstance(event, StageDone) for use in event.uses]
    assert len(made) == sum(calls.values())
    for event in second:
        assert isinstance(event, StageDone)
        for file in event.output.files.values():
            assert archive.store.get_verified(file)


async def test_shared_imagery_is_asked_once_for_a_product_whatever_the_locale(
    brief: dict[str, Any], accepted: Accept, bench: Bench, stand_in: StandIn
) -> None:
    brief["target_locales"] = ["en-US", "de-DE"]
    brief["imagery"] = "shared"

    events = await produced(accepted(brief), bench)

    assert asked(stand_in) == {
        "context_pack": 2,
        "ad_copy": 2,
        "art_direction": 1,
        "image": 1,
        "logo_spot": 1,
    }
    assert [sorted(stages) for stages in done(events).values()] == [sorted(STAGES)] * 2


async def test_a_refused_picture_stops_its_variant_alone_and_is_all_that_is_asked_for_later(
    brief: dict[str, Any], accepted: Accept, bench: Bench, stand_in: StandIn, archive: Archive
) -> None:
    brief["products"].append(TEA)
    jobs = accepted(brief)
    stand_in.change(Behaviour(vary=True, refuse=("Subject: Tea",)))

    first = await produced(jobs, bench)
    calls = len(stand_in.requests())
    recorded = archive.records.variants.by_key([job.variant.key for job in jobs])
    stand_in.change(Behaviour(vary=True))
    second = await produced(jobs, bench)

    (failure,) = failed(first)
    assert recorded["summer/en-US/cold-brew"].status == "done"
    tea = recorded["summer/en-US/tea"]
    assert (tea.status, tea.failed_stage, tea.error_class) == (
        "failed",
        BASE_IMAGES,
        "ContentRefusedError",
    )
    assert (tea.attempts, tea.cost_usd) == (failure.attempts, failure.cost_usd)
    # Copy, art direction and the refused picture; the context pack too, where tea asked first.
    assert tea.attempts in (3, 4)
    assert tea.cost_usd is not None
    assert tea.cost_usd > 0
    assert (failure.variant_key, failure.stage) == ("summer/en-US/tea", BASE_IMAGES)
    assert isinstance(failure.error, ContentRefusedError)
    assert sorted(done(first)["summer/en-US/tea"]) == sorted(COPY_STAGES)
    assert sorted(done(first)["summer/en-US/cold-brew"]) == sorted(STAGES)
    assert asked(stand_in, calls) == {"image": 1, "logo_spot": 1}
    assert not failed(second)


async def test_copy_alone_needs_no_picture_and_a_new_take_of_pictures_no_copy(
    brief: dict[str, Any], accepted: Accept, bench: Bench, stand_in: StandIn, archive: Archive
) -> None:
    (job,) = accepted(brief)

    await produced([job], bench, COPY_STAGES)
    assert asked(stand_in) == {"context_pack": 1, "ad_copy": 1}

    await produced([job], bench)
    before = len(stand_in.requests())
    archive.records.takes.ask_new([job.variant.key], BASE_IMAGES, "ann")
    (again,), _ = load_jobs([job.variant.key], archive.store, archive.records)
    events = await produced([again], bench)

    assert asked(stand_in, before) == {"art_direction": 1, "image": 1, "logo_spot": 1}
    reused = {
        event.output.stage for event in events if isinstance(event, StageDone) and event.reused
    }
    assert reused == set(COPY_STAGES)


async def test_two_runs_of_one_variant_at_the_same_time_pay_once_and_keep_the_same_bytes(
    brief: dict[str, Any], accepted: Accept, bench: Bench, stand_in: StandIn
) -> None:
    jobs = accepted(brief)

    one, other = await asyncio.gather(produced(jobs, bench), produced(jobs, bench))

    assert not failed(one + other)
    assert set(asked(stand_in).values()) == {1}
    outputs = [
        {event.output.stage: event.output for event in events if isinstance(event, StageDone)}
        for events in (one, other)
    ]
    assert outputs[0] == outputs[1]


async def test_a_stage_without_its_upstream_says_what_to_select_too(
    brief: dict[str, Any], accepted: Accept, bench: Bench, stand_in: StandIn
) -> None:
    (failure,) = failed(await produced(accepted(brief), bench, (FINAL_CREATIVES,)))

    assert isinstance(failure.error, MissingInputError)
    assert failure.stage in {AD_COPY, BRANDED_IMAGES}  # both are read at once
    assert f"{failure.stage} of summer/en-US/cold-brew" in str(failure.error)
    assert "Select it too" in str(failure.error)
    assert stand_in.requests() == ()


@pytest.mark.parametrize("kind", ["invalid_key", "insufficient_quota", "billing_limit"])
async def test_what_every_call_would_meet_is_told_once_after_few_calls(
    kind: FaultKind, brief: dict[str, Any], accepted: Accept, bench: Bench, stand_in: StandIn
) -> None:
    brief["target_locales"] = ["en-US", "de-DE", "fr-FR", "it-IT", "es-ES", "nl-NL", "da-DK"]
    stand_in.change(Behaviour(faults=(FaultRule(kind=kind),)))

    events = await produced(accepted(brief), bench, in_flight=2)

    (failure,) = failed(events)
    assert isinstance(failure.error, RequestRejectedError)
    assert len(stand_in.requests()) <= 2


async def test_a_variant_that_fails_twice_is_told_by_its_first_error_at_that_errors_stage(
    brief: dict[str, Any], accepted: Accept, bench: Bench, stand_in: StandIn
) -> None:
    # Copy comes before pictures in the order of the stages, and fails after them in time.
    refused = FaultRule(kind="refusal", operation="ad_copy")
    retired = FaultRule(kind="model_retired", operation="art_direction")
    stand_in.change(Behaviour(text_latency_s=0.3, faults=(refused, retired)))

    (failure,) = failed(await produced(accepted(brief), bench))

    assert isinstance(failure.error, ModelRetiredError)
    assert failure.stage == BASE_IMAGES


async def test_a_context_pack_that_fails_is_asked_once_for_all_who_share_it(
    brief: dict[str, Any], accepted: Accept, bench: Bench, stand_in: StandIn
) -> None:
    brief["products"].append(TEA)
    stand_in.change(Behaviour(faults=(FaultRule(kind="refusal", operation="context_pack"),)))

    events = await produced(accepted(brief), bench)

    assert [failure.stage for failure in failed(events)] == [CONTEXT_PACK] * 2
    assert asked(stand_in) == {"context_pack": 1}


async def test_a_manifest_names_its_inputs_files_and_generations(
    brief: dict[str, Any], accepted: Accept, bench: Bench, archive: Archive
) -> None:
    (job,) = accepted(brief)
    async with bench() as opened:
        choice = opened.choice
    events = await produced([job], bench, COPY_STAGES)
    versions = stage_versions(job, choice)

    kept = kept_output(job.variant.campaign_id, AD_COPY, versions[AD_COPY], archive.store)

    assert kept is not None
    told = next(
        event for event in events if isinstance(event, StageDone) and event.output.stage == AD_COPY
    )
    assert kept == told.output
    assert told.inputs == {CONTEXT_PACK: versions[CONTEXT_PACK]}
    assert kept.generations == tuple(use.key for use in told.uses)
    assert kept_output(job.variant.campaign_id, AD_COPY, "0" * 20, archive.store) is None


# Versions: each stage's changes with exactly what it reads.

CHOICE = ModelChoice(
    service="api.openai.com",
    text_model="gpt-6-luna",
    vision_model="gpt-6-luna",
    image_model="gpt-image-2.6-flare",
    image_quality="medium",
)
FILES = {"logo.svg": b"logo", "light.svg": b"light", "can.png": b"can"}
COPY_AND_FINALS = {VARIANT_BRIEF, AD_COPY, FINAL_CREATIVES}
PICTURES = {VARIANT_BRIEF, BASE_IMAGES, BRANDED_IMAGES, FINAL_CREATIVES}
LOGO_AND_FINALS = {VARIANT_BRIEF, BRANDED_IMAGES, FINAL_CREATIVES}
ALL = set(STAGES)


def versions(
    document: dict[str, Any],
    choice: ModelChoice = CHOICE,
    *,
    files: dict[str, bytes] | None = None,
    takes: dict[str, int] | None = None,
) -> dict[str, dict[str, str]]:
    """Variant → stage → version, of the brief that `document` is."""
    campaign = read_brief(json.dumps(document).encode(), "brief.json")
    contents = FILES | (files or {})
    kept = {name: kept_at(campaign.campaign_id, name, each) for name, each in contents.items()}
    return {
        variant.key: stage_versions(Job(variant, takes or {}), choice)
        for variant in resolve_variants(campaign, kept)
    }


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {stage for stage in STAGES if before[stage] != after[stage]}


def with_value(document: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """The document with `value` at `path`, such as `products.0.name`."""
    result = deepcopy(document)
    *parents, last = path.split(".")
    place: Any = result
    for name in parents:
        place = place[int(name)] if name.isdigit() else place.setdefault(name, {})
    place[last] = value
    return result


VARIANT = "summer/en-US/cold-brew"


@pytest.mark.parametrize(
    "path,value,expected",
    [
        ("brand.banned_words", {"en-US": ["cheap"]}, COPY_AND_FINALS),
        ("brand.banned_words", {"de-DE": ["billig"]}, set()),
        ("brand.legal_text", {"*": "While stocks last."}, COPY_AND_FINALS),
        ("brand.legal_text", {"de-DE": "Solange der Vorrat reicht."}, set()),
        ("brand.legal_guidelines", ["No health claims."], ALL),
        ("brand.name", "Nordlys Coffee", ALL),
        ("brand.tone", "cool", ALL),
        ("audience.description", "Hikers", ALL),
        ("brand.primary_color", "#123456", PICTURES),
        ("brand.palette", ["#123456"], PICTURES),
        ("brand.logo", {"default": "logo.svg", "light": "light.svg"}, LOGO_AND_FINALS),
        ("brand.logo", {"default": "logo.svg", "clear_space": 0.5}, LOGO_AND_FINALS),
        ("placement", {"logo": "top-left"}, LOGO_AND_FINALS),
        ("products.0.name", "Ice Brew", ALL - {CONTEXT_PACK}),
        ("products.0.description", "Steeped.", ALL - {CONTEXT_PACK}),
        ("products.0.photos", ["can.png"], PICTURES),
        ("products.0.messages", {"en-US": {"headline": "Slow."}}, COPY_AND_FINALS),
        ("messages", {"en-US": {"call_to_action": "Try it"}}, COPY_AND_FINALS),
        ("output.file_type", "png", {VARIANT_BRIEF, FINAL_CREATIVES}),
        ("output.aspect_ratios", ["1x1", "9x16"], PICTURES),
        ("output.channels", ["stories"], PICTURES),
        ("output.clean_twins", True, LOGO_AND_FINALS),
        ("output.layout", "card", PICTURES),
        ("products.1.description", "Black tea.", set()),
        ("target_locales", ["en-US", "de-DE", "ja-JP"], set()),
        ("imagery", "shared", PICTURES),
    ],
)
def test_a_change_of_the_brief_changes_exactly_the_stages_that_read_it(
    brief: dict[str, Any], path: str, value: object, expected: set[str]
) -> None:
    brief["products"].append(TEA)
    brief["target_locales"] = ["en-US", "de-DE"]

    before = versions(brief)[VARIANT]
    after = versions(with_value(brief, path, value))[VARIANT]

    assert changed(before, after) == expected


def test_shared_imagery_does_not_read_the_locales_context(brief: dict[str, Any]) -> None:
    brief["imagery"] = "shared"
    guided = with_value(brief, "brand.legal_guidelines", ["No health claims."])

    assert changed(versions(brief)[VARIANT], versions(guided)[VARIANT]) == {
        *COPY_AND_FINALS,
        CONTEXT_PACK,
    }


def test_another_locales_approved_copy_is_what_this_one_is_transcreated_from(
    brief: dict[str, Any],
) -> None:
    brief["target_locales"] = ["en-US", "de-DE"]
    approved = with_value(brief, "messages", {"en-US": {"headline": "Slow."}})
    german = "summer/de-DE/cold-brew"

    assert changed(versions(brief)[german], versions(approved)[german]) == COPY_AND_FINALS


@pytest.mark.parametrize("name,stages", [("logo.svg", LOGO_AND_FINALS), ("can.png", PICTURES)])
def test_other_bytes_under_the_same_file_name_are_a_change(
    brief: dict[str, Any], name: str, stages: set[str]
) -> None:
    brief["products"][0]["photos"] = ["can.png"]

    before = versions(brief)[VARIANT]
    after = versions(brief, files={name: b"new"})[VARIANT]

    assert changed(before, after) == stages


@pytest.mark.parametrize(
    "field,value,expected",
    [
        ("service", "stand-in", ALL - {VARIANT_BRIEF}),
        ("text_model", "gpt-6-sol", ALL - {VARIANT_BRIEF}),
        ("vision_model", "gpt-6-sol", {BRANDED_IMAGES, FINAL_CREATIVES}),
        ("image_model", "gpt-image-1", {BASE_IMAGES, BRANDED_IMAGES, FINAL_CREATIVES}),
        ("image_quality", "high", {BASE_IMAGES, BRANDED_IMAGES, FINAL_CREATIVES}),
    ],
)
def test_another_model_changes_what_it_makes_and_what_is_made_from_that(
    brief: dict[str, Any], field: str, value: str, expected: set[str]
) -> None:
    choice = CHOICE.model_copy(update={field: value})

    assert changed(versions(brief)[VARIANT], versions(brief, choice)[VARIANT]) == expected


@pytest.mark.parametrize(
    "stage,expected",
    [
        (AD_COPY, {AD_COPY, FINAL_CREATIVES}),
        (BASE_IMAGES, {BASE_IMAGES, BRANDED_IMAGES, FINAL_CREATIVES}),
    ],
)
def test_a_new_take_changes_its_stage_and_what_is_made_from_it(
    brief: dict[str, Any], stage: str, expected: set[str]
) -> None:
    after = versions(brief, takes={stage: 2})[VARIANT]

    assert changed(versions(brief)[VARIANT], after) == expected


def test_locales_share_what_does_not_know_them_and_products_their_context_pack(
    brief: dict[str, Any],
) -> None:
    brief["products"].append(TEA)
    brief["target_locales"] = ["en-US", "de-DE", "ar-AE"]
    localized, shared = versions(brief), versions(brief | {"imagery": "shared"})

    def same(document: dict[str, dict[str, str]], one: str, other: str) -> set[str]:
        return ALL - changed(document[f"summer/{one}"], document[f"summer/{other}"])

    assert same(localized, "en-US/cold-brew", "en-US/tea") == {CONTEXT_PACK}
    assert same(localized, "en-US/tea", "de-DE/tea") == set()
    assert same(shared, "en-US/tea", "de-DE/tea") == {BASE_IMAGES, BRANDED_IMAGES}
    assert same(shared, "en-US/tea", "ar-AE/tea") == {BASE_IMAGES}


async def test_two_runs_share_a_context_pack_whichever_product_made_it(
    brief: dict[str, Any], accepted: Accept, bench: Bench, stand_in: StandIn
) -> None:
    brief["products"].append(TEA)
    first, second = accepted(brief)
    stand_in.change(Behaviour(vary=True, text_latency_s=0.3))

    both = await asyncio.gather(
        produced([first], bench, COPY_STAGES), produced([second], bench, COPY_STAGES)
    )

    assert not failed(both[0] + both[1])
    assert asked(stand_in) == {"context_pack": 1, "ad_copy": 2}
    for events, job in zip(both, (first, second), strict=True):
        async with bench() as opened:
            versions = stage_versions(job, opened.choice)
        pack = next(
            event
            for event in events
            if isinstance(event, StageDone) and event.output.stage == CONTEXT_PACK
        )
        assert pack.inputs == {VARIANT_BRIEF: versions[VARIANT_BRIEF]}


async def test_what_stands_first_holds_where_a_fallback_let_two_runs_differ(
    brief: dict[str, Any], accepted: Accept, bench: Bench, stand_in: StandIn, archive: Archive
) -> None:
    (job,) = accepted(brief)
    lost = FaultRule(kind="server_error", operation="logo_spot")
    stand_in.change(Behaviour(vary=True, faults=(lost,)))
    first = await produced([job], bench)
    (manifest,) = [
        path for path in archive.store.find() if "branded_images" in path and "manifest" in path
    ]
    fell_back = archive.store.get(manifest)
    # The first run died just before its manifest was written; the model answers the second.
    archive.store.delete(manifest)
    stand_in.change(Behaviour(vary=True))
    second = await produced(
        [job], bench, tuple(stage for stage in STAGES if stage != FINAL_CREATIVES)
    )

    assert not failed(first + second)
    assert b'"fallback"' in fell_back
    assert b'"model"' in archive.store.get(manifest)


async def test_a_run_that_an_edit_of_the_brief_overtook_ends_without_a_word(
    brief: dict[str, Any], accepted: Accept, bench: Bench, stand_in: StandIn
) -> None:
    (old,) = accepted(brief)
    brief["products"][0]["description"] = "Now steeped for 20 hours."
    (new,) = accepted(brief)

    assert await produced([old], bench) == []
    assert len(stand_in.requests()) == 0
    assert sorted(done(await produced([new], bench))[new.variant.key]) == sorted(STAGES)


async def test_a_fault_that_passes_is_tried_again_for_the_next_variant_of_the_same_pack(
    brief: dict[str, Any], accepted: Accept, bench: Bench, stand_in: StandIn
) -> None:
    brief["products"].append(TEA)
    passing = FaultRule(kind="server_error", operation="context_pack", times=4)
    stand_in.change(Behaviour(vary=True, faults=(passing,)))

    events = await produced(accepted(brief), bench, COPY_STAGES, in_flight=1)

    assert [failure.stage for failure in failed(events)] == [CONTEXT_PACK]
    assert len(done(events)["summer/en-US/tea"]) == len(COPY_STAGES)


async def test_pixel_processes_make_what_the_runs_own_process_makes(
    settings: Settings, archive: Archive, accepted: Accept, brief: dict[str, Any]
) -> None:
    jobs = accepted(brief)

    async def made(cpu_workers: int) -> dict[str, Any]:
        chosen = settings.model_copy(update={"cpu_workers": cpu_workers})
        events = await produced(jobs, lambda: open_workbench(chosen, archive))
        assert not failed(events)
        return {event.output.stage: event for event in events if isinstance(event, StageDone)}

    here = await made(0)
    for stage in (BRANDED_IMAGES, FINAL_CREATIVES):
        folder = folder_of("summer", stage, here[stage].output.version)
        archive.store.delete(f"{folder}/manifest.json")
    there = await made(1)

    assert not there[FINAL_CREATIVES].reused
    assert there[FINAL_CREATIVES].output.files == here[FINAL_CREATIVES].output.files
    assert there[FINAL_CREATIVES].checks == here[FINAL_CREATIVES].checks
