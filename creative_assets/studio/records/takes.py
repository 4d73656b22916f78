"""The rows of takes: how often each stage of a variant was asked to be made anew, and by what."""

from collections.abc import Iterable

import sqlalchemy as sa

from creative_assets.studio.database import METADATA, Database

TAKES = sa.Table(
    "takes",
    METADATA,
    sa.Column("variant_key", sa.Text, primary_key=True),
    sa.Column("stage", sa.Text, primary_key=True),
    sa.Column("asked_by", sa.Text, primary_key=True),
    sa.Column("take", sa.Integer, nullable=False),
)


class Takes:
    """The takes in one database."""

    def __init__(self, database: Database) -> None:
        """Keep rows in `database`."""
        self._database = database

    def current(self, keys: Iterable[str]) -> dict[tuple[str, str], int]:
        """(variant key, stage) → its newest take. What is absent is at take 1."""
        newest = sa.func.max(TAKES.c.take).label("take")
        question = sa.select(TAKES.c.variant_key, TAKES.c.stage, newest).group_by(
            TAKES.c.variant_key, TAKES.c.stage
        )
        with self._database.reading() as connection:
            found = self._database.among(connection, question, TAKES.c.variant_key, keys)
            return {(row.variant_key, row.stage): row.take for row in found}

    def ask_new(self, keys: Iterable[str], stage: str, asked_by: str) -> None:
        """Add one take of `stage` to each variant; asking again under one `asked_by` adds none."""
        of_stage = sa.select(TAKES.c.variant_key, TAKES.c.asked_by, TAKES.c.take).where(
            TAKES.c.stage == stage
        )
        wanted = set(keys)
        with self._database.writing() as connection:
            if self._database.is_postgres:
                connection.execute(sa.text("LOCK TABLE takes IN SHARE ROW EXCLUSIVE MODE"))
            newest = dict.fromkeys(wanted, 1)
            for row in self._database.among(connection, of_stage, TAKES.c.variant_key, wanted):
                newest[row.variant_key] = max(newest[row.variant_key], row.take)
                if row.asked_by == asked_by:
                    wanted.discard(row.variant_key)
            asked = {"stage": stage, "asked_by": asked_by}
            rows = [asked | {"variant_key": key, "take": newest[key] + 1} for key in wanted]
            if rows:
                connection.execute(sa.insert(TAKES), rows)
