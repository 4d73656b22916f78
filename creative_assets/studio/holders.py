"""Who is at work: a holder is a process that says by its heartbeat that it is alive.

What a holder claims or reserves lapses with its heartbeat.
"""

import time
from collections.abc import Callable

import sqlalchemy as sa

from creative_assets.studio.database import METADATA, Database

HOLDERS = sa.Table(
    "holders",
    METADATA,
    sa.Column("holder", sa.Text, primary_key=True),
    sa.Column("alive_until", sa.Double, nullable=False),
    sa.Column("note", sa.Text, nullable=False),  # the run that it works in
)


LEASE_S = 30.0
"""How long a heartbeat holds."""


class Watch:
    """Which holders are alive, as one process sees it. Safe to ask from many threads."""

    def __init__(
        self, clock: Callable[[], float], steady_clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Compare with the time by `clock`; `steady_clock` is never put back."""
        self._clock = clock
        self._steady_clock = steady_clock
        self._beats: dict[str, tuple[float, float]] = {}

    def is_alive(self, holder: str, alive_until: float | None) -> bool:
        """Whether a holder is, whose row says at this moment that it is until `alive_until`.

        None: it has no row. Where the clock was put back, the dead would live on until it has
        caught up: whose row stands still before our eyes for `LEASE_S` is dead at any time.
        """
        if alive_until is None:
            return False
        now_s = self._steady_clock()
        beat, since_s = self._beats.get(holder, (alive_until, now_s))
        if beat != alive_until:
            since_s = now_s
        self._beats[holder] = (alive_until, since_s)
        return alive_until > self._clock() and now_s - since_s < LEASE_S


class Holders:
    """The holders in one database."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        """Keep rows in `database`; `clock` tells the time."""
        self._database = database
        self._clock = clock

    def heartbeat(self, holder: str, lease_s: float, note: str = "") -> None:
        """Say that `holder` is alive, and will be for `lease_s` seconds; `note`: in which run."""
        alive = {"holder": holder, "alive_until": self._clock() + lease_s, "note": note}
        with self._database.writing() as connection:
            self._database.upsert(connection, HOLDERS, [alive])

    def retire(self, holder: str) -> None:
        """Forget `holder`; what it still claims is free."""
        with self._database.writing() as connection:
            connection.execute(sa.delete(HOLDERS).where(HOLDERS.c.holder == holder))

    def lapsed(self) -> dict[str, float]:
        """The runs of which no holder is alive, though one died in them: until when it was."""
        note, alive_until = HOLDERS.c.note, sa.func.max(HOLDERS.c.alive_until)
        question = (
            sa.select(note, alive_until)
            .where(note != "")
            .group_by(note)
            .having(alive_until < self._clock())
        )
        with self._database.reading() as connection:
            return {row.note: row[1] for row in connection.execute(question)}


def is_alive(now: float) -> sa.ColumnElement[bool]:
    """Whether the holder that is joined to a row is alive; one that is not there is not."""
    return sa.func.coalesce(HOLDERS.c.alive_until, 0.0) > now
