"""Rows: what was told to whom, so that each thing is told once, also over restarts."""

import hashlib
import time
from collections.abc import Callable, Collection, Iterable

import sqlalchemy as sa

from creative_assets.studio.database import METADATA, Database

TOLD = sa.Table(
    "notices",
    METADATA,
    sa.Column("target", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("told_at", sa.Double, nullable=False),
    sa.Index("notices_by_time", "told_at"),
)


class Told:
    """The rows of one database. A target is kept as the hash of its address, which is a secret."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        """Keep rows in `database`; `clock` tells the time."""
        self._database = database
        self._clock = clock

    def subjects(self, target: str, kind: str, subjects: Iterable[str]) -> set[str]:
        """Those of the subjects that the target was told of."""
        question = sa.select(TOLD.c.subject).where(
            TOLD.c.target == _digest(target), TOLD.c.kind == kind
        )
        with self._database.reading() as connection:
            found = self._database.among(connection, question, TOLD.c.subject, subjects)
            return {row.subject for row in found}

    def mark(self, target: str, kind: str, subjects: Collection[str]) -> None:
        """Say that the target was told of the subjects."""
        told = {"target": _digest(target), "kind": kind, "told_at": self._clock()}
        with self._database.writing() as connection:
            rows = [told | {"subject": subject} for subject in subjects]
            self._database.upsert(connection, TOLD, rows)

    def times(self, target: str, kind: str, since: float) -> int:
        """How many times the target was told something of this kind since."""
        question = sa.select(sa.func.count(sa.distinct(TOLD.c.told_at))).where(
            TOLD.c.target == _digest(target), TOLD.c.kind == kind, TOLD.c.told_at >= since
        )
        with self._database.reading() as connection:
            return connection.scalar(question) or 0


def _digest(target: str) -> str:
    return hashlib.sha256(target.encode()).hexdigest()
