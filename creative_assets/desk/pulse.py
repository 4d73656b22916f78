"""How Dagster's daemon fares, in words for people who wait for something that it has to take up."""

import time
from dataclasses import dataclass
from typing import Literal

from creative_assets.desk.desk import Desk
from creative_assets.studio.in_words import moment
from creative_assets.studio.vitals import Orchestration

_UNTOLD = (
    "Nothing is taken up without Dagster’s daemon, and whether one works cannot be told from here: "
    "the desk needs the daemon’s DAGSTER_HOME."
)
_NEVER = (
    "Waiting for Dagster’s daemon, which was never heard of. Nothing is taken up without it: tell "
    "those who run the desk."
)
_SWITCHED_OFF = (
    "Dagster’s sensor “briefs”, which takes briefs in and starts them, is not switched on. Tell "
    "those who run the desk."
)


@dataclass(frozen=True)
class Pulse:
    """Whether what waits is taken up, and what is to be said of it.

    Attributes:
        state: `untold` where the desk cannot ask.
    """

    state: Literal["well", "ill", "untold"]
    said: str


def pulse(desk: Desk) -> Pulse:
    """How the daemon fares now, as far as the desk can tell."""
    vitals = desk.watch.vitals()
    seen = vitals.orchestration
    if seen is None:
        return Pulse("untold", _UNTOLD)
    return _of_daemon(seen, is_well=vitals.parts["daemon"] == "ok")


def _of_daemon(seen: Orchestration, *, is_well: bool) -> Pulse:
    if seen.heard_s is None:
        return Pulse("ill", _NEVER)
    heard = f"last heard of on {moment(time.time() - seen.heard_s)}"
    if not is_well:
        said = f"Waiting for Dagster’s daemon, {heard}. Nothing is taken up without it: tell those "
        return Pulse("ill", f"{said}who run the desk.")
    if seen.sensors and "briefs" not in seen.sensors:  # none is known while a daemon starts
        return Pulse("ill", _SWITCHED_OFF)
    return Pulse("well", f"Dagster’s daemon, {heard}, takes it within half a minute.")
