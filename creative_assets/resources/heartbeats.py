"""What Dagster says of its own health: heartbeats, ticks and the queue, read from its storage.

The daemon itself cannot tell that it is dead: whoever asks here is another process.
"""

import time
from datetime import UTC, datetime

import dagster as dg

from creative_assets.studio.vitals import Orchestration

SENSORS = frozenset({"briefs", "decisions", "failures", "lost_runs", "notices"})
"""Ours alone: Dagster keeps the state of sensors that are no longer there."""

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
    """Of several states under one name, as a moved code location leaves them, the newest counts."""
    ticks: dict[str, list[float]] = {}
    for state in instance.all_instigator_state():
        if state.instigator_name in SENSORS and state.is_running:
            ticked_at = getattr(state.instigator_data, "last_tick_timestamp", None)
            ticks.setdefault(state.instigator_name, []).extend([ticked_at] if ticked_at else [])
    return {name: now - max(times) if times else None for name, times in ticks.items()}


def _age_s(then: datetime, now: float) -> float:
    aware = then if then.tzinfo else then.replace(tzinfo=UTC)
    return now - aware.timestamp()
