"""The sensor `lost_runs`: a run whose worker has gone silent ends, and no other does."""

from collections.abc import Callable
from typing import Any

import dagster as dg
import pytest

from creative_assets.assets.specs import CREATIVES_JOB
from creative_assets.definitions import defs
from creative_assets.resources.opening import Archive, open_workbench
from creative_assets.resources.studio import StudioResource
from creative_assets.sensors.lost_runs import lost_runs
from creative_assets.settings import Settings

STARTED, SUCCESS = dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.SUCCESS

Look = Callable[[], None]

pytestmark = pytest.mark.usefixtures("settings")


@pytest.fixture
def look(instance: dg.DagsterInstance) -> Look:
    """Lets the sensor look once more."""
    cursors: list[str | None] = [None]

    def tick() -> None:
        context = dg.build_sensor_context(
            instance=instance, cursor=cursors[-1], resources={"studio": StudioResource()}
        )
        result: Any = lost_runs(context)
        cursors.append(result.cursor)

    return tick


def run_in(instance: dg.DagsterInstance, status: dg.DagsterRunStatus) -> str:
    job = defs().resolve_job_def(CREATIVES_JOB)
    return instance.create_run_for_job(job, status=status, asset_selection=frozenset()).run_id


def status_of(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterRunStatus:
    run = instance.get_run_by_id(run_id)
    assert run is not None
    return run.status


def fall_silent(archive: Archive, run_id: str, ago_s: float = 1.0) -> None:
    """As if the worker of the run had been heard of for the last time."""
    archive.records.holders.heartbeat(f"worker of {run_id}", -ago_s, run_id)


def test_a_run_whose_worker_is_silent_at_two_looks_is_failed(
    archive: Archive, instance: dg.DagsterInstance, look: Look
) -> None:
    run_id = run_in(instance, STARTED)
    fall_silent(archive, run_id)

    look()
    once = status_of(instance, run_id)
    look()

    assert (once, status_of(instance, run_id)) == (STARTED, dg.DagsterRunStatus.FAILURE)


def test_a_worker_that_was_only_cut_off_for_a_while_keeps_its_run(
    archive: Archive, instance: dg.DagsterInstance, look: Look
) -> None:
    run_id = run_in(instance, STARTED)
    for ago_s in (30.0, 20.0, 10.0):
        fall_silent(archive, run_id, ago_s)
        look()

    assert status_of(instance, run_id) == STARTED


def test_a_run_that_another_worker_has_taken_up_goes_on(
    archive: Archive, instance: dg.DagsterInstance, look: Look
) -> None:
    run_id = run_in(instance, STARTED)
    fall_silent(archive, run_id)
    archive.records.holders.heartbeat("the other", 30, run_id)
    look()
    look()

    assert status_of(instance, run_id) == STARTED


async def test_a_run_that_ended_and_one_whose_worker_said_goodbye_are_left_alone(
    settings: Settings, archive: Archive, instance: dg.DagsterInstance, look: Look
) -> None:
    ended, working = run_in(instance, SUCCESS), run_in(instance, STARTED)
    fall_silent(archive, ended)
    async with open_workbench(settings, archive, working) as bench, bench.generations.holding():
        pass
    look()
    look()

    assert (status_of(instance, ended), status_of(instance, working)) == (SUCCESS, STARTED)


async def test_a_worker_says_in_its_heartbeat_which_run_it_works_in(
    settings: Settings, archive: Archive
) -> None:
    async with open_workbench(settings, archive, "run 1") as bench, bench.generations.holding():
        with archive.records.database.reading() as connection:
            notes = connection.exec_driver_sql("SELECT note FROM holders").scalars().all()

    assert notes == ["run 1"]
