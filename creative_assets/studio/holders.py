"""Who is at work: a holder is a process that says by its heartbeat that it is alive.

What a holder claims or reserves lapses with its heartbeat.
"""

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
