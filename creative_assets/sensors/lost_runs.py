"""Runs whose worker is gone without a word are ended, so that Dagster starts them again.

Most launchers tell Dagster that a worker has died. Celery's cannot where a whole machine died or
was cut off, and the default one cannot where the code server died as well; the run would stay until
it has taken too long. What a worker says of itself, its heartbeat in the records, tells in a
minute.
"""

import json

import dagster as dg

from creative_assets.resources.studio import StudioResource

_INTERVAL_S = 15  # a worker that lives beats at least once in between


@dg.sensor(
    name="lost_runs",
    minimum_interval_seconds=_INTERVAL_S,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=(
        "Ends runs of the stages whose worker has not been heard of, by its heartbeat in the "
        "records, for half a minute and two looks. Dagster then starts them again."
    ),
)
def lost_runs(context: dg.SensorEvaluationContext, studio: StudioResource) -> dg.SensorResult:
    """Fail each run whose heartbeat has lapsed and stood still since the last tick.

    One look is not enough: after an outage of the database everybody's heartbeat has lapsed.
    """
    with studio.archive() as archive:
        lapsed = archive.records.holders.lapsed()
    started = context.instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))
    runs = [run for run in started if run.run_id in lapsed]
    seen: dict[str, float] = json.loads(context.cursor or "{}")
    lost = [run for run in runs if seen.get(run.run_id) == lapsed[run.run_id]]
    for run in lost:
        context.instance.report_run_failed(
            run,
            "Its worker has not been heard of for half a minute: it was killed, or cut off from "
            "the records. What it had done is kept.",
        )
    silent = {run.run_id: lapsed[run.run_id] for run in runs if run not in lost}
    return dg.SensorResult(
        skip_reason=f"{len(lost)} runs ended, {len(silent)} not heard of since lately.",
        cursor=json.dumps(silent),
    )
