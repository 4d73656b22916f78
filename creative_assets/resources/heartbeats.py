"""What Dagster says of its own health: heartbeats, ticks and the queue, read from its storage.

The daemon itself cannot tell that it is dead: whoever asks here is another process.
"""

import time
from datetime import UTC, datetime

import dagster as dg

from creative_assets.studio.vitals import Orchestration

_UNDER_WAY = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED]


def orchestration() -> Orchestration | None:
    """How Dagster fares; None where `DAGSTER_HOME` does not say which, or its storage is away."""
    try:
        with dg.DagsterInstance.get() as instance:
            return orchestration_of(instance)
    except Exception:  # noqa: BLE001 - whatever a storage raises: no answer is an answer here
        return None


def orchestration_of(instance: dg.DagsterInstance) -> Orchestration:
    """The same of an instance."""
    now = time.time()
    queued = dg.RunsFilter(statuses=[dg.DagsterRunStatus.QUEUED])
    oldest = instance.get_run_records(queued, limit=1, ascending=True)
    return Orchestration(
        daemons={
            kind: (
                bool(status.healthy),
                now - status.last_heartbeat.timestamp if status.last_heartbeat else None,
            )
            for kind, status in instance.get_daemon_statuses().items()
        },
        sensors=_sensors(instance, now),
        runs={
            "queued": instance.get_runs_count(queued),
            "under_way": instance.get_runs_count(dg.RunsFilter(statuses=_UNDER_WAY)),
        },
        longest_queued_s=_age_s(oldest[0].create_timestamp, now) if oldest else 0.0,
    )


def _sensors(instance: dg.DagsterInstance, now: float) -> dict[str, float | None]:
    ages: dict[str, float | None] = {}
    for state in instance.all_instigator_state():
        data = state.instigator_data
        if state.instigator_type.value == "SENSOR" and state.is_running and data is not None:
            ticked_at = getattr(data, "last_tick_timestamp", None)
            ages[state.instigator_name] = None if ticked_at is None else now - ticked_at
    return ages


def _age_s(then: datetime, now: float) -> float:
    aware = then if then.tzinfo else then.replace(tzinfo=UTC)
    return now - aware.timestamp()
