"""How a deployment fares: each part for itself, and `unknown` is not `failing`."""

from collections.abc import Callable
from typing import Any

import pytest

from creative_assets.resources.opening import Archive
from creative_assets.studio.produce import Job
from creative_assets.studio.records.ledger import GenerationClaim
from creative_assets.studio.store.memory import MemoryStore
from creative_assets.studio.vitals import DAEMON_S, SENSOR_S, Orchestration, Vitals, measured

Accept = Callable[[dict[str, Any]], list[Job]]

WELL = Orchestration(
    daemons={"SENSOR": (True, 3.0)},
    sensors={"briefs": 4.0, "notices": None},
    runs={"queued": 1, "under_way": 1},
    longest_queued_s=5 * SENSOR_S,
)


class _MuteStore(MemoryStore):
    """A store whose server is away."""

    def _is_file(self, path: str) -> bool:
        raise ConnectionError(path)


def call(archive: Archive, key: str, error_class: str | None = None) -> None:
    """A generation that was lately begun; one that failed where there is an error."""
    claim = GenerationClaim(
        *(key, "ann", "openai", "image", "m", "summer", "summer/en-US/tea", "base_images"),
        take=1,
        request_json="{}",
    )
    archive.records.holders.heartbeat("ann", lease_s=60)
    archive.records.ledger.claim(claim)
    if error_class is not None:
        archive.records.ledger.fail(key, "ann", error_class, "No.", 1)


def part(name: str, **changes: object) -> str:
    seen = Orchestration(**(vars(WELL) | changes))
    return Vitals(has_store=True, has_records=True, orchestration=seen).parts[name]


def test_a_fresh_deployment_is_well_and_what_was_not_asked_is_unknown(archive: Archive) -> None:
    vitals = measured(archive.store, archive.records, None)

    assert vitals.parts == {
        **dict.fromkeys(("records", "store"), "ok"),
        **dict.fromkeys(("models", "daemon", "sensors", "queue"), "unknown"),
    }
    assert not vitals.is_failing


def test_variants_are_counted_by_status(
    archive: Archive, accepted: Accept, brief: dict[str, Any]
) -> None:
    accepted(brief)

    assert measured(archive.store, archive.records, WELL).variants == {"waiting": 1}


def test_models_that_answer_nothing_are_failing(archive: Archive) -> None:
    call(archive, "k1", "ServerFaultError")

    assert measured(archive.store, archive.records, WELL).parts["models"] == "failing"


def test_a_refusal_by_policy_is_not_the_models_fault(archive: Archive) -> None:
    call(archive, "k1", "ContentRefusedError")
    call(archive, "k2")

    vitals = measured(archive.store, archive.records, WELL)

    assert vitals.calls == {"claimed": 1}
    assert vitals.parts["models"] == "unknown"


def test_a_store_that_does_not_answer_is_failing(archive: Archive) -> None:
    vitals = measured(_MuteStore("memory://mute"), archive.records, WELL)

    assert (vitals.parts["store"], vitals.parts["records"]) == ("failing", "ok")


def test_a_deployment_whose_parts_are_well_is_well() -> None:
    vitals = Vitals(has_store=True, has_records=True, orchestration=WELL)

    assert not vitals.is_failing


@pytest.mark.parametrize(
    "name, changes",
    [
        ("daemon", {"daemons": {"SENSOR": (True, 1.0), "BACKFILL": (False, None)}}),
        ("daemon", {"daemons": {"SENSOR": (True, DAEMON_S), "BACKFILL": (True, 2 * DAEMON_S)}}),
        ("sensors", {"sensors": {"briefs": SENSOR_S + 1}}),
        ("queue", {"runs": {"queued": 1, "under_way": 0}}),
    ],
)
def test_a_part_that_is_not_well_is_named(name: str, changes: dict[str, object]) -> None:
    assert part(name) == "ok"
    assert part(name, **changes) == "failing"
