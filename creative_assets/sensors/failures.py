"""Operators are told of runs that failed: the I/O around `studio.notices`."""

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import dagster as dg

from creative_assets.resources.studio import StudioResource
from creative_assets.sensors.runs import CAMPAIGN_TAG
from creative_assets.studio.dead_letters import DeadLetter, dead_letters
from creative_assets.studio.errors import CreativeAssetsError
from creative_assets.studio.notices.news import REMEMBERED_S
from creative_assets.studio.notices.sending import send
from creative_assets.studio.notices.told import Told
from creative_assets.studio.notices.words import (
    ALERT,
    FailedRun,
    Notice,
    alert,
    alert_of_many,
)

_INTERVAL_S = 30
_HOUR_S = 3600
_RUNS_PER_TICK = 1_000
_WILL_RETRY_TAG = "dagster/will_retry"


@dg.sensor(
    name="failures",
    minimum_interval_seconds=_INTERVAL_S,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=(
        "Tells the operators' addresses in the settings of each run that has failed, with its "
        "failed variants by reason and what to do. A crashed run that Dagster tries again is none."
    ),
)
def failures(context: dg.SensorEvaluationContext, studio: StudioResource) -> dg.SkipReason:
    """Send an alert for each failed run to each address that was not told of it.

    Raises:
        CreativeAssetsError: An address could not be told, once all others were: the tick fails,
            and the next one tries again.
    """
    settings = studio.settings()
    if not settings.alert_urls:
        return dg.SkipReason("No address for alerts is set.")
    runs = _failed(context.instance)
    now, faults = time.time(), list[CreativeAssetsError]()
    with studio.archive() as archive:
        told, letters = Told(archive.records.database), dead_letters(["*"], archive.records)
        for url in settings.alert_urls:
            address = url.get_secret_value()
            known = told.subjects(address, ALERT, [run.run_id for run in runs])
            new = [
                _described(run, letters, context.instance)
                for run in runs
                if run.run_id not in known
            ]
            room = settings.alerts_per_hour - told.times(address, ALERT, now - _HOUR_S)
            try:
                for message, about in messages(new, room, settings.dagster_url):
                    send(address, message)
                    told.mark(address, ALERT, [run.run_id for run in about])
            except CreativeAssetsError as error:
                faults.append(error)
    if faults:
        raise faults[0]
    return dg.SkipReason(f"{len(runs)} runs have failed since yesterday, and all are told of.")


def messages(
    runs: Sequence[FailedRun], room: int, dagster_url: str
) -> Iterator[tuple[Notice, Sequence[FailedRun]]]:
    """At most `room` alerts, each with the runs that it tells of; the last one tells of the rest.

    Without room there is none: what waits is told of when there is.
    """
    alone = runs if len(runs) <= room else runs[: max(0, room - 1)]
    for run in alone:
        yield alert(run, dagster_url), [run]
    rest = runs[len(alone) :]
    if rest and room > 0:
        yield alert_of_many(rest, dagster_url), rest


def _failed(instance: dg.DagsterInstance) -> list[dg.DagsterRun]:
    """The runs that have lately failed for good, the oldest first."""
    wanted = dg.RunsFilter(
        statuses=[dg.DagsterRunStatus.FAILURE],
        updated_after=datetime.fromtimestamp(time.time() - REMEMBERED_S, UTC),
    )
    runs = reversed(instance.get_runs(wanted, limit=_RUNS_PER_TICK))
    return [run for run in runs if run.tags.get(_WILL_RETRY_TAG) != "true"]


def _described(
    run: dg.DagsterRun, letters: Sequence[DeadLetter], instance: dg.DagsterInstance
) -> FailedRun:
    its_own = tuple(letter for letter in letters if letter.run_id == run.run_id)
    return FailedRun(
        run_id=run.run_id,
        about=run.tags.get(CAMPAIGN_TAG) or run.job_name,
        letters=its_own,
        reason="" if its_own else _reason(run.run_id, instance),
    )


def _reason(run_id: str, instance: dg.DagsterInstance) -> str:
    """What Dagster says: of a step what it raised, of a run that was lost that it was."""
    kinds = {dg.DagsterEventType.STEP_FAILURE, dg.DagsterEventType.RUN_FAILURE}
    for entry in instance.all_logs(run_id, of_type=kinds):
        event = entry.dagster_event
        if event is not None and event.is_step_failure and event.step_failure_data.error:
            said = event.step_failure_data.user_failure_data
            return str(said.description if said else event.step_failure_data.error.message)
        if event is not None and event.message:
            return event.message
    return "Dagster says no more than that."
