"""The rows of briefs: what is known of each brief's file in the inbox."""

from dataclasses import asdict, dataclass

import sqlalchemy as sa

from creative_assets.studio.database import METADATA, Database

BRIEFS = sa.Table(
    "briefs",
    METADATA,
    sa.Column("path", sa.Text, primary_key=True),
    sa.Column("campaign_id", sa.Text),
    sa.Column("accepted", sa.Boolean, nullable=False),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("stamps_json", sa.Text, nullable=False),
    sa.Column("problems_json", sa.Text, nullable=False),
    sa.Column("snapshot_path", sa.Text),
    sa.Column("checked_at", sa.Double, nullable=False),
    sa.Index("briefs_of_campaign", "campaign_id"),
)


@dataclass(frozen=True)
class BriefRow:
    """What is known of a brief's file in the inbox.

    Attributes:
        path: In the inbox.
        campaign_id: None where the brief could not be read so far.
        fingerprint: Over the brief and every file that it names.
        stamps_json: What the inbox's listing said about those files.
        problems_json: What is wrong with it; an empty list if accepted.
        snapshot_path: The newest accepted snapshot in the store.
    """

    path: str
    campaign_id: str | None
    accepted: bool
    fingerprint: str
    stamps_json: str
    problems_json: str
    snapshot_path: str | None
    checked_at: float


class Briefs:
    """The known briefs in one database."""

    def __init__(self, database: Database) -> None:
        """Keep rows in `database`."""
        self._database = database

    def known(self) -> dict[str, BriefRow]:
        """Every brief that was checked, by its path in the inbox."""
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(BRIEFS).order_by(BRIEFS.c.path))
            return {row.path: BriefRow(**row._asdict()) for row in rows}

    def save(self, row: BriefRow) -> None:
        """Keep what is known of a brief, in place of what was."""
        with self._database.writing() as connection:
            self._database.upsert(connection, BRIEFS, [asdict(row)])

    def forget(self, path: str) -> None:
        """Forget a brief that is gone from the inbox."""
        with self._database.writing() as connection:
            connection.execute(sa.delete(BRIEFS).where(BRIEFS.c.path == path))

    def owner_of(self, campaign_id: str) -> str | None:
        """The path of the brief that the campaign belongs to, or None.

        It is the one that was accepted, even where a later change to it was not.
        """
        was_accepted = sa.or_(BRIEFS.c.accepted, BRIEFS.c.snapshot_path.is_not(None))
        question = (
            sa.select(BRIEFS.c.path)
            .where(BRIEFS.c.campaign_id == campaign_id, was_accepted)
            .order_by(BRIEFS.c.accepted.desc(), BRIEFS.c.path)
            .limit(1)
        )
        with self._database.reading() as connection:
            return connection.scalar(question)
