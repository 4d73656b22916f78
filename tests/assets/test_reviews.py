"""Decisions in Dagster: made by launching partitions, shown for the very bytes they are about."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import dagster as dg
import pytest
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.execution.api import execute_run_iterator

from creative_assets.assets.approved import APPROVED_KEY
from creative_assets.assets.specs import CREATIVES_JOB
from creative_assets.definitions import defs
from creative_assets.partitions import PARTITIONS_NAME, range_tags
from creative_assets.resources.opening import Archive
from creative_assets.resources.studio import StudioResource
from creative_assets.sensors.decisions import decisions, spans
from creative_assets.standin.behaviour import Behaviour
from creative_assets.standin.serve import StandIn
from creative_assets.studio.decision_log import Decision
from creative_assets.studio.produce import Job
from creative_assets.studio.review import Approval, ChangeRequest, Reviewer, decide, look_at

Accept = Callable[[dict[str, Any]], list[Job]]
Make = Callable[..., dg.ExecuteInProcessResult]
Review = Callable[..., dg.ExecuteInProcessResult]
Tick = Callable[[], tuple[list[str | None], int]]

REVIEWS_KEY = dg.AssetKey("reviews")
ANN = Reviewer(name="Ann", verified=True, through="cli")
APPROVE = {"decision": "approve", "name": "Ann", "note": "Good."}
NEW_PICTURE = {"new_take": True, "new_take_of": ["base_images"]}

pytestmark = pytest.mark.usefixtures("settings", "asking", "publishing_by_hand")


def statuses(instance: dg.DagsterInstance, keys: Sequence[str]) -> dict[str, str]:
    """Variant → what Dagster shows of `approved`."""
    found = instance.event_log_storage.get_asset_check_partition_info(
        [APPROVED_KEY], partition_keys=list(keys)
    )
    return {
        str(info.partition_key): (
            info.latest_execution_status.value if info.is_current else "cleared"
        )
        for info in found
    }


def in_the_log(archive: Archive, keys: Sequence[str]) -> list[Decision]:
    """The decisions on some variants, oldest first."""
    decided = archive.decisions.decisions_on(keys)
    return sorted(
        (made for decisions in decided.values() for made in decisions),
        key=lambda made: made.number,
    )


def failure(result: dg.ExecuteInProcessResult) -> str:
    data = result.failure_data_for_node("reviews")
    assert data is not None
    assert data.user_failure_data is not None
    return str(data.user_failure_data.description)


def test_fresh_finals_are_pending(keys: list[str], instance: dg.DagsterInstance) -> None:
    assert statuses(instance, keys) == dict.fromkeys(keys, "FAILED")
    record = instance.event_log_storage.get_latest_asset_check_execution_by_key([APPROVED_KEY])
    evaluation = record[APPROVED_KEY].evaluation
    assert isinstance(evaluation, dg.AssetCheckEvaluation)
    assert evaluation.severity == dg.AssetCheckSeverity.WARN
    assert str(evaluation.description).startswith("Pending")


def test_a_launch_decides_its_partitions_in_one_go_and_no_other(
    keys: list[str], review: Review, tick: Tick, instance: dg.DagsterInstance, archive: Archive
) -> None:
    result = review(keys[0], keys[1], **APPROVE)
    tick()

    assert result.success
    made = in_the_log(archive, keys)
    assert [(found.variant_key, found.decided_by, found.verified) for found in made] == [
        (keys[0], "Ann", False),
        (keys[1], "Ann", False),
    ]
    assert statuses(instance, keys) == {
        keys[0]: "SUCCEEDED",
        keys[1]: "SUCCEEDED",
        keys[2]: "FAILED",
    }


def test_a_retried_launch_decides_nothing_twice(
    keys: list[str], review: Review, instance: dg.DagsterInstance, archive: Archive
) -> None:
    first = review(keys[0], keys[1], **APPROVE)
    job = defs().resolve_implicit_global_asset_job_def().get_subset(asset_selection={REVIEWS_KEY})
    retry = instance.create_run_for_job(
        job,
        run_config={"ops": {"reviews": {"config": APPROVE}}},
        tags=range_tags(keys[0], keys[2]),
        root_run_id=first.run_id,
        parent_run_id=first.run_id,
        asset_selection=frozenset([REVIEWS_KEY]),
    )

    events = list(execute_run_iterator(InMemoryJob(job), retry, instance))

    assert events[-1].event_type == dg.DagsterEventType.PIPELINE_SUCCESS
    assert [found.variant_key for found in in_the_log(archive, keys)] == keys


@pytest.mark.parametrize(
    "config, problem",
    [
        (APPROVE | {"scope": "copy"}, "An approval takes no scope"),
        (APPROVE | {"name": "  "}, "Say who decides"),
        ({"name": "Ann"}, "Say in the config `decision`"),
        ({"decision": "approve"}, "Say who decides"),
    ],
)
def test_a_launch_that_says_no_decision_is_refused_in_words(
    config: dict[str, str], problem: str, keys: list[str], review: Review, archive: Archive
) -> None:
    result = review(keys[0], keys[0], **config)

    assert not result.success
    assert problem in failure(result)
    assert "Nothing was decided" in failure(result)
    assert in_the_log(archive, keys) == []


def test_a_variant_without_finals_is_named_and_holds_back_no_other(
    keys: list[str], review: Review, instance: dg.DagsterInstance, archive: Archive
) -> None:
    instance.add_dynamic_partitions(PARTITIONS_NAME, ["winter/en-US/tea"])

    result = review(keys[2], "winter/en-US/tea", **APPROVE)

    assert "1 of 2 variants could not be decided" in failure(result)
    assert "winter/en-US/tea has no finals" in failure(result)
    assert [found.variant_key for found in in_the_log(archive, keys)] == [keys[2]]


def test_making_the_same_bytes_again_keeps_the_decision_and_names_it(
    keys: list[str], review: Review, tick: Tick, make: Make, instance: dg.DagsterInstance
) -> None:
    review(keys[0], keys[1], **APPROVE)
    tick()

    make(keys[0], keys[2])

    assert statuses(instance, keys) == {
        keys[0]: "SUCCEEDED",
        keys[1]: "SUCCEEDED",
        keys[2]: "FAILED",
    }


def test_a_new_picture_clears_the_approval_of_its_variant_alone(
    keys: list[str], review: Review, tick: Tick, make: Make, instance: dg.DagsterInstance
) -> None:
    review(keys[0], keys[1], **APPROVE)
    tick()

    make(keys[0], keys[0], **NEW_PICTURE)

    assert statuses(instance, keys[:2]) == {keys[0]: "FAILED", keys[1]: "SUCCEEDED"}


def test_executing_the_check_alone_leaves_an_approval_as_it_is(
    keys: list[str], review: Review, tick: Tick, instance: dg.DagsterInstance
) -> None:
    review(keys[0], keys[0], **APPROVE)
    tick()
    selection = dg.AssetSelection.checks(APPROVED_KEY)
    only_the_check = dg.define_asset_job("only_the_check", selection=selection)
    with_job = dg.Definitions.merge(defs(), dg.Definitions(jobs=[only_the_check]))

    result = with_job.resolve_job_def("only_the_check").execute_in_process(
        instance=instance, tags=range_tags(keys[0], keys[1])
    )

    assert result.success
    assert result.get_asset_materialization_events() == []
    assert statuses(instance, keys[:2]) == {keys[0]: "SUCCEEDED", keys[1]: "FAILED"}


def test_a_run_that_fails_before_its_finals_leaves_approvals_as_they_are(
    keys: list[str],
    review: Review,
    tick: Tick,
    make: Make,
    stand_in: StandIn,
    instance: dg.DagsterInstance,
) -> None:
    review(keys[0], keys[0], **APPROVE)
    tick()
    stand_in.change(Behaviour(vary=True, refuse=("Roast",)))

    result = make(keys[0], keys[0], **NEW_PICTURE)

    assert not result.success
    assert statuses(instance, keys[:1]) == {keys[0]: "SUCCEEDED"}


def test_a_decision_from_elsewhere_is_shown_and_done_once(
    keys: list[str], tick: Tick, instance: dg.DagsterInstance, archive: Archive
) -> None:
    tick()
    log = archive.decisions
    decide(look_at(keys[0], log), Approval(), ANN, "d1", log)
    note = ChangeRequest(scope="picture", note="Warmer light, please.")
    decide(look_at(keys[2], log), note, ANN, "d2", log)

    first, second, third = tick(), tick(), tick()

    assert first == ([keys[0], keys[2]], 2)
    assert second == third == ([], 0)
    assert log.untold(9) == {}
    assert statuses(instance, keys) == {
        keys[0]: "SUCCEEDED",
        keys[1]: "FAILED",
        keys[2]: "FAILED",
    }


def test_what_a_launch_decided_needs_no_further_run(
    keys: list[str], review: Review, tick: Tick
) -> None:
    review(keys[0], keys[2], **APPROVE)

    assert tick() == ([], 0)


def test_later_decisions_on_a_variant_are_shown_too(
    keys: list[str], tick: Tick, instance: dg.DagsterInstance, archive: Archive
) -> None:
    log = archive.decisions
    shown = []
    for number in range(3):
        note = ChangeRequest(scope="picture", note="Warmer light, please.")
        decide(look_at(keys[0], log), note if number % 2 else Approval(), ANN, f"{number}", log)
        tick()
        shown.append(statuses(instance, keys[:1])[keys[0]])

    assert shown == ["SUCCEEDED", "FAILED", "SUCCEEDED"]


def test_decisions_made_while_the_daemon_was_down_are_shown_when_it_is_back(
    keys: list[str], tick: Tick, make: Make, instance: dg.DagsterInstance, archive: Archive
) -> None:
    log = archive.decisions
    for number, key in enumerate(keys):
        decide(look_at(key, log), Approval(), ANN, f"d{number}", log)
    make(keys[2], keys[2], **NEW_PICTURE)

    tick()

    assert statuses(instance, keys) == {
        keys[0]: "SUCCEEDED",
        keys[1]: "SUCCEEDED",
        keys[2]: "FAILED",
    }


def test_a_tick_that_was_lost_is_made_good_by_the_next(
    keys: list[str], tick: Tick, instance: dg.DagsterInstance, archive: Archive
) -> None:
    tick()
    log = archive.decisions
    decide(look_at(keys[0], log), Approval(), ANN, "d1", log)
    decisions(dg.build_sensor_context(instance=instance, resources={"studio": StudioResource()}))

    assert tick() == ([keys[0]], 1)
    assert statuses(instance, keys[:1]) == {keys[0]: "SUCCEEDED"}


def test_finals_that_dagster_was_not_told_of_are_shown_by_another_run(
    keys: list[str], tick: Tick, instance: dg.DagsterInstance, archive: Archive, stand_in: StandIn
) -> None:
    tick()
    asked = len(stand_in.requests())
    known = look_at(keys[0], archive.decisions).finals
    # A run was killed when people saw its finals, and before Dagster did.
    archive.decisions.show(replace(known, version="of a run that was killed"))

    first, second = tick(), tick()

    assert (first, second) == (([], 1), ([], 0))
    assert look_at(keys[0], archive.decisions).finals == known
    assert len(stand_in.requests()) == asked
    assert archive.decisions.untold(9) == {}
    assert statuses(instance, keys[:1]) == {keys[0]: "FAILED"}


def test_a_decision_that_is_shown_during_a_run_is_shown_again_when_the_run_is_over(
    keys: list[str], review: Review, tick: Tick, instance: dg.DagsterInstance
) -> None:
    during: list[tuple[list[str | None], int]] = []

    def on_event(entry: dg.EventLogEntry) -> None:
        event = entry.dagster_event
        if event and event.event_type_value == "STEP_START" and not during:
            assert review(keys[0], keys[0], **APPROVE).success
            during.append(tick())

    run_id = str(uuid.uuid4())
    instance.add_event_listener(run_id, on_event)
    creatives = defs().resolve_job_def(CREATIVES_JOB)
    tags = range_tags(keys[0], keys[0])
    assert creatives.execute_in_process(instance=instance, run_id=run_id, tags=tags).success
    tick()

    assert during == [([], 0)]
    assert statuses(instance, keys[:1]) == {keys[0]: "SUCCEEDED"}


def test_one_run_spans_what_was_decided_in_a_campaign() -> None:
    order = ["a/1", "a/2", "a/3", "b/1", "b/2", "a/4"]

    assert spans(order, ["a/1", "a/3", "b/2"]) == [["a/1", "a/2", "a/3"], ["b/2"]]
