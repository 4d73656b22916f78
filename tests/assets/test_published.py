"""Only approved bytes go out, whole, once, and with their lineage."""

import hashlib
import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import jsonschema
import pytest

from creative_assets.definitions import defs
from creative_assets.partitions import range_tags
from creative_assets.resources.opening import Archive
from creative_assets.resources.studio import StudioResource
from creative_assets.sensors.decisions import decisions
from creative_assets.studio.lineage import manifest_schema
from creative_assets.studio.review import (
    Approval,
    ChangeRequest,
    Opinion,
    Reviewer,
    decide,
    look_at,
)

Review = Callable[..., dg.ExecuteInProcessResult]
Make = Callable[..., dg.ExecuteInProcessResult]
Tick = Callable[[], tuple[list[str | None], int]]

ANN = Reviewer(name="Ann", verified=True, through="cli")
APPROVE = {"decision": "approve", "name": "Ann"}
NEW_COPY = {"new_take": True, "new_take_of": ["ad_copy"]}

pytestmark = pytest.mark.usefixtures("settings", "asking")


def decided(archive: Archive, key: str, opinion: Opinion) -> None:
    seen = look_at(key, archive.decisions)
    decide(seen, opinion, ANN, f"{key}-{seen.newest}", archive.decisions)


def published() -> dict[str, bytes]:
    """Path → content of all that went out."""
    root = Path("var/published")
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def manifests() -> dict[str, dict[str, Any]]:
    """Variant → its manifest."""
    found = [json.loads(text) for path, text in published().items() if path.endswith(".json")]
    return {manifest["variant"]: manifest for manifest in found}


def materialized(instance: dg.DagsterInstance) -> set[str]:
    return instance.get_materialized_partitions(dg.AssetKey("published_creatives"))


@pytest.fixture
def publish(instance: dg.DagsterInstance) -> Callable[[str, str], dg.ExecuteInProcessResult]:
    """Launches publishing for a range of variants, as a person does."""

    def execute(first: str, last: str) -> dg.ExecuteInProcessResult:
        return (
            defs()
            .resolve_job_def("publish")
            .execute_in_process(
                instance=instance, tags=range_tags(first, last), raise_on_error=False
            )
        )

    return execute


def failure(result: dg.ExecuteInProcessResult) -> str:
    data = result.failure_data_for_node("published_creatives")
    assert data is not None
    assert data.user_failure_data is not None
    return str(data.user_failure_data.description)


def test_what_is_approved_is_published_byte_for_byte_and_nothing_else(
    keys: list[str], review: Review, tick: Tick, archive: Archive, instance: dg.DagsterInstance
) -> None:
    review(keys[0], keys[1], **APPROVE)

    tick()

    assert set(manifests()) == materialized(instance) == set(keys[:2])
    for key in keys[:2]:
        finals = look_at(key, archive.decisions).finals
        path = f"Nordlys/{key}/{finals.version}/1x1.jpg"
        assert published()[path] == archive.store.get(finals.files["1x1"].path)


def test_a_published_approval_is_shown_without_another_run(
    keys: list[str], tick: Tick, archive: Archive
) -> None:
    tick()
    decided(archive, keys[0], Approval())

    assert tick() == ([keys[0]], 1)
    assert tick() == ([], 0)
    assert archive.decisions.untold(9) == {}


def test_the_manifest_tells_the_lineage_in_the_form_that_its_schema_says(
    keys: list[str], tick: Tick, archive: Archive
) -> None:
    decided(archive, keys[0], ChangeRequest(scope="copy", note="Say it shorter."))
    tick()
    decided(archive, keys[0], Approval(note="Better."))
    tick()
    tick()

    manifest = manifests()[keys[0]]
    schema = manifest_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(manifest, schema)
    operations = [used["operation"] for used in manifest["generations"]]
    assert sorted(operations) == ["ad_copy", "art_direction", "context_pack", "image", "logo_spot"]
    copy = manifest["generations"][operations.index("ad_copy")]
    assert copy["take"] == 2
    assert "Say it shorter." in json.dumps(copy["request"])
    request, approval = manifest["decisions"]
    assert request["round"]["made"] == ["ad_copy", "final_creatives"]
    assert approval["note"] == "Better."
    assert manifest["approved_by_decision"] == approval["id"]
    measured = {told["check"]: told["numbers"] for told in manifest["checks"]}
    assert list(measured) == ["specification", "legibility", "brand", "copy", "picture"]
    assert measured["legibility"]["contrast_of_needed"] >= 1
    (file,) = manifest["files"]
    assert approval["sha256"] == {"1x1": file["sha256"]}
    assert file["marks"]["ai_system"].startswith("gpt-image")


def test_unverified_approvals_are_published_only_where_the_settings_say_so(
    keys: list[str],
    review: Review,
    tick: Tick,
    publish: Callable[[str, str], dg.ExecuteInProcessResult],
    monkeypatch: pytest.MonkeyPatch,
    archive: Archive,
) -> None:
    monkeypatch.setenv("CREATIVE_ASSETS_PUBLISH_UNVERIFIED", "false")
    review(keys[0], keys[0], **APPROVE)
    tick()
    by_hand = publish(keys[0], keys[0])
    decided(archive, keys[1], Approval())
    tick()

    assert "a verified approval of these very bytes" in failure(by_hand)
    assert set(manifests()) == {keys[1]}


def test_publishing_by_hand_takes_the_approved_and_names_the_others(
    keys: list[str],
    archive: Archive,
    publish: Callable[[str, str], dg.ExecuteInProcessResult],
) -> None:
    decided(archive, keys[1], Approval())

    result = publish(keys[0], keys[2])

    assert "2 of 3 variants were not published; the others were" in failure(result)
    assert f"{keys[0]} is not published: nobody has decided on these bytes" in failure(result)
    assert set(manifests()) == {keys[1]}


def test_publishing_again_changes_nothing(
    keys: list[str],
    archive: Archive,
    tick: Tick,
    publish: Callable[[str, str], dg.ExecuteInProcessResult],
) -> None:
    decided(archive, keys[0], Approval())
    tick()
    before = published()

    again = publish(keys[0], keys[0])

    assert again.success
    assert published() == before


def test_a_final_that_was_changed_by_hand_is_refused_with_both_hashes(
    keys: list[str],
    archive: Archive,
    tick: Tick,
    publish: Callable[[str, str], dg.ExecuteInProcessResult],
) -> None:
    decided(archive, keys[0], Approval())
    file = look_at(keys[0], archive.decisions).finals.files["1x1"]
    archive.store.put(file.path, b"something else")

    tick()
    first, second = tick(), tick()
    by_hand = publish(keys[0], keys[0])

    assert published() == {}
    assert first == second == ([], 0)
    assert file.sha256 in failure(by_hand)
    assert hashlib.sha256(b"something else").hexdigest() in failure(by_hand)


def test_a_published_name_that_has_other_bytes_is_never_overwritten(
    keys: list[str],
    archive: Archive,
    tick: Tick,
    make: Make,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CREATIVE_ASSETS_PUBLISH_TEMPLATE", "{campaign}_{locale}_{product}_{format}")
    decided(archive, keys[0], Approval())
    tick()
    before = published()
    make(keys[0], keys[0], **NEW_COPY)
    decided(archive, keys[0], Approval(note="This one too."))

    tick()
    tick()

    assert published() == before
    assert list(before) == [
        "summer_en-US_roast_1x1.jpg",
        "summer_en-US_roast_manifest.json",
    ]
    outcomes = archive.publications.of(keys).values()
    assert sum("holds other bytes" in str(made.error) for made in outcomes) == 1


def test_new_bytes_are_not_published_before_they_are_approved(
    keys: list[str], archive: Archive, tick: Tick, make: Make
) -> None:
    decided(archive, keys[0], Approval())
    tick()
    before = published()
    make(keys[0], keys[0], **NEW_COPY)

    tick()
    tick()

    assert published() == before


class Cut(BaseException):
    """The power is gone."""


def test_killed_at_any_step_between_decision_and_publication_the_end_is_the_same(
    keys: list[str], archive: Archive, tick: Tick, instance: dg.DagsterInstance
) -> None:
    tick()
    moments = ["STEP_START", "ASSET_MATERIALIZATION", "STEP_SUCCESS"]
    for key, moment in zip(keys, moments, strict=True):
        decided(archive, key, Approval())
        # The tick is lost before Dagster hears of it; the run of the next is killed.
        ticked(instance)
        (request,) = ticked(instance).run_requests or ()
        cut_off_at(moment, request, instance)

    while tick() != ([], 0):
        pass

    assert set(manifests()) == materialized(instance) == set(keys)
    assert len(published()) == 2 * len(keys)
    assert {made.error for made in archive.publications.of(keys).values()} == {None}
    assert len(archive.publications.of(keys)) == len(keys)


def ticked(instance: dg.DagsterInstance) -> dg.SensorResult:
    """What the sensor asks for now; nobody does it."""
    context = dg.build_sensor_context(instance=instance, resources={"studio": StudioResource()})
    result = decisions(context)
    assert isinstance(result, dg.SensorResult)
    return result


def cut_off_at(moment: str, request: dg.RunRequest, instance: dg.DagsterInstance) -> None:
    """Begin a run that is killed when its log says `moment`."""
    run_id = str(uuid.uuid4())

    def on_event(entry: dg.EventLogEntry) -> None:
        if entry.dagster_event and entry.dagster_event.event_type_value == moment:
            raise Cut

    instance.add_event_listener(run_id, on_event)
    job = defs().resolve_job_def(str(request.job_name))
    with pytest.raises(Cut):
        job.execute_in_process(instance=instance, run_id=run_id, tags=request.tags)
    run = instance.get_run_by_id(run_id)
    assert run is not None
    if not run.is_finished:  # as Dagster's run monitoring does
        instance.report_run_failed(run)
