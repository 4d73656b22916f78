"""What Dagster's storage says of its daemon, by an instance of its own."""

import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._daemon.types import DaemonHeartbeat

from creative_assets.assets.specs import CREATIVES_JOB
from creative_assets.definitions import defs
from creative_assets.resources.heartbeats import SENSORS, orchestration, orchestration_of
from creative_assets.studio.vitals import Vitals

pytestmark = pytest.mark.usefixtures("settings")


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as opened:
        yield opened


def beat(instance: dg.DagsterInstance, age_s: float) -> None:
    """The heartbeats of all daemons that the instance needs, as they were so long ago."""
    for kind in instance.get_daemon_statuses():
        instance.add_daemon_heartbeat(DaemonHeartbeat(time.time() - age_s, kind, "1", None))


def daemon(instance: dg.DagsterInstance) -> str:
    vitals = Vitals(has_store=True, has_records=True, orchestration=orchestration_of(instance))
    return vitals.parts["daemon"]


def test_a_daemon_that_beats_is_alive_and_one_that_stopped_is_dead(
    instance: dg.DagsterInstance,
) -> None:
    never = daemon(instance)
    beat(instance, age_s=5)
    alive = daemon(instance)
    beat(instance, age_s=3_600)
    dead = daemon(instance)

    assert (never, alive, dead) == ("failing", "ok", "failing")


def test_runs_under_way_are_counted_and_ended_ones_are_not(instance: dg.DagsterInstance) -> None:
    job = defs().resolve_job_def(CREATIVES_JOB)
    for status in (dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.SUCCESS):
        instance.create_run_for_job(job, status=status, asset_selection=frozenset())

    seen = orchestration_of(instance)

    assert (seen.runs, seen.longest_queued_s) == ({"queued": 0, "under_way": 1}, 0.0)


def test_the_sensors_that_are_watched_are_those_that_there_are() -> None:
    assert {sensor.name for sensor in defs().sensors or ()} == SENSORS


def test_where_no_dagster_is_named_nothing_is_known_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DAGSTER_HOME")

    assert orchestration() is None
