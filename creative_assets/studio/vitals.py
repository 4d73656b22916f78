"""How a deployment fares, in numbers and verdicts without any names of campaigns.

What the store and the records say of it is found here; what the orchestrator says is `resources`'.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

import sqlalchemy as sa

from creative_assets.studio.errors import ContentRefusedError, CreativeAssetsError, StoppedError
from creative_assets.studio.records import Records
from creative_assets.studio.records.ledger import GENERATIONS
from creative_assets.studio.records.variants import VARIANTS
from creative_assets.studio.store import Store

Verdict = Literal["ok", "failing", "unknown"]

RECENT_S: Final = 900.0
"""Calls to models that were begun since count for how these fare."""
DAEMON_S: Final = 180.0
"""A process none of whose daemons has beaten for so long is dead. They do it every half minute;
Dagster itself waits for half an hour, since one of them alone may be busy for long."""
SENSOR_S: Final = 600.0
"""A sensor that has not ticked for so long is dead."""

_PROBE: Final = "vitals"
_NOT_THE_MODELS_FAULT = (ContentRefusedError.__name__, StoppedError.__name__)


@dataclass(frozen=True)
class Orchestration:
    """What the orchestrator says.

    Attributes:
        daemons: Kind of daemon → whether its heartbeat is fresh, and its age in seconds.
        sensors: Sensor that is switched on → seconds since its last tick; None before the first.
        runs: `queued`, `under_way`: how many there are.
        longest_queued_s: How long the oldest queued run has waited.
    """

    daemons: Mapping[str, tuple[bool, float | None]]
    sensors: Mapping[str, float | None]
    runs: Mapping[str, int]
    longest_queued_s: float

    @property
    def heard_s(self) -> float | None:
        """Seconds since any daemon's last heartbeat; None where there never was one."""
        return min((age for _, age in self.daemons.values() if age is not None), default=None)


@dataclass(frozen=True)
class Vitals:
    """How the deployment fares now.

    Attributes:
        orchestration: None where the orchestrator could not be asked.
        variants: Status → how many variants that a brief names have it; None as above.
        calls: State → how many generations that were lately begun have it.
    """

    has_store: bool
    has_records: bool
    variants: Mapping[str, int] = field(default_factory=dict)
    calls: Mapping[str, int] = field(default_factory=dict)
    orchestration: Orchestration | None = None

    @property
    def parts(self) -> dict[str, Verdict]:
        """Part of the deployment → how it fares."""
        return {
            "records": _verdict(is_ok=self.has_records),
            "store": _verdict(is_ok=self.has_store),
            "models": self._models,
            **_of_orchestration(self.orchestration),
        }

    @property
    def is_failing(self) -> bool:
        """Whether any part is."""
        return "failing" in self.parts.values()

    @property
    def _models(self) -> Verdict:
        done, failed = self.calls.get("done", 0), self.calls.get("failed", 0)
        if not done and not failed:
            return "unknown"
        return _verdict(is_ok=done > 0)


def measured(store: Store, records: Records, orchestration: Orchestration | None) -> Vitals:
    """The vitals, with one look at the store and two questions to the records."""
    try:
        store.exists(_PROBE)
        has_store = True
    except CreativeAssetsError:
        has_store = False
    try:
        return Vitals(
            has_store,
            has_records=True,
            variants=_variants(records),
            calls=_calls(records),
            orchestration=orchestration,
        )
    except CreativeAssetsError:
        return Vitals(has_store, has_records=False, orchestration=orchestration)


def _variants(records: Records) -> dict[str, int]:
    question = (
        sa.select(VARIANTS.c.status, sa.func.count().label("number"))
        .where(VARIANTS.c.active)
        .group_by(VARIANTS.c.status)
    )
    with records.database.reading() as connection:
        return {row.status: row.number for row in connection.execute(question)}


def _calls(records: Records) -> dict[str, int]:
    """What the models are to blame for, that is: a refusal by policy is none of it."""
    table = GENERATIONS.c
    blamed = sa.or_(table.error_class.is_(None), table.error_class.not_in(_NOT_THE_MODELS_FAULT))
    question = (
        sa.select(table.state, sa.func.count().label("number"))
        .where(table.claimed_at >= time.time() - RECENT_S, blamed)
        .group_by(table.state)
    )
    with records.database.reading() as connection:
        return {row.state: row.number for row in connection.execute(question)}


def _of_orchestration(seen: Orchestration | None) -> dict[str, Verdict]:
    if seen is None:
        return {"daemon": "unknown", "sensors": "unknown", "queue": "unknown"}
    late = [age_s for age_s in seen.sensors.values() if age_s is not None and age_s > SENSOR_S]
    beats = seen.heard_s is not None and seen.heard_s < DAEMON_S
    is_stuck = seen.longest_queued_s > SENSOR_S and not seen.runs["under_way"]
    return {
        "daemon": _verdict(is_ok=beats and all(is_alive for is_alive, _ in seen.daemons.values())),
        "sensors": _verdict(is_ok=not late),
        "queue": _verdict(is_ok=not is_stuck),
    }


def _verdict(*, is_ok: bool) -> Verdict:
    return "ok" if is_ok else "failing"
