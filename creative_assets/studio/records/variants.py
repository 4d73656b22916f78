"""The rows of variants: which version is wanted, which launch makes it, and how it fares."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

import sqlalchemy as sa

from creative_assets.studio.campaigns import CAMPAIGNS
from creative_assets.studio.database import METADATA, Database

VARIANTS = sa.Table(
    "variants",
    METADATA,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("campaign_id", sa.Text, nullable=False),
    sa.Column("locale", sa.Text, nullable=False),
    sa.Column("product_id", sa.Text, nullable=False),
    sa.Column("brand", sa.Text, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("snapshot_path", sa.Text, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("launch", sa.Integer),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("failed_stage", sa.Text),
    sa.Column("error_class", sa.Text),
    sa.Column("error_message", sa.Text),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("cost_usd", sa.Double),
    sa.Column("run_id", sa.Text),
    sa.Column("updated_at", sa.Double, nullable=False),
    sa.Column("wanted_at", sa.Double),
    sa.Column("ready_at", sa.Double),
    # In the order in which people look through them.
    sa.Index("variants_of_campaign", "campaign_id", "product_id", "locale"),
    sa.Index("variants_of_launch", "launch"),
)


VariantState = Literal["waiting", "running", "done", "failed"]


@dataclass(frozen=True)
class VariantStatus:
    """How a variant fares. A failed one says where, why, after how many attempts, at what cost."""

    status: VariantState
    failed_stage: str | None = None
    error_class: str | None = None
    error_message: str | None = None
    attempts: int = 0
    cost_usd: float | None = None
    run_id: str | None = None


@dataclass(frozen=True)
class VariantRow:
    """A variant: which version of it is wanted, in which launch it is made, and how it fares.

    Attributes:
        brand: The name of the brand that it is for; empty where that was not kept yet.
        active: False once its brief no longer names it.
        launch: Number of the launch that carries this version; None while it waits for one.
        updated_at: Set by each write; what a caller gives is not used.
        wanted_at: When a brief first asked for this version; set where the row is kept.
        ready_at: When this version was first done; None before.
    """

    key: str
    campaign_id: str
    locale: str
    product_id: str
    brand: str
    version: str
    snapshot_path: str
    active: bool = True
    launch: int | None = None
    status: VariantState = "waiting"
    failed_stage: str | None = None
    error_class: str | None = None
    error_message: str | None = None
    attempts: int = 0
    cost_usd: float | None = None
    run_id: str | None = None
    updated_at: float = 0.0
    wanted_at: float | None = None
    ready_at: float | None = None


class Variants:
    """The variants in one database."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        """Keep rows in `database`; `clock` tells the time."""
        self._database = database
        self._clock = clock

    def of_campaign(self, campaign_id: str) -> list[VariantRow]:
        """The campaign's variants by key, also those no longer active."""
        question = sa.select(VARIANTS).where(VARIANTS.c.campaign_id == campaign_id)
        return self._rows(question.order_by(VARIANTS.c.key))

    def by_key(self, keys: Iterable[str]) -> dict[str, VariantRow]:
        """The variants among `keys` that are known."""
        with self._database.reading() as connection:
            found = self._database.among(connection, sa.select(VARIANTS), VARIANTS.c.key, keys)
            return {row.key: VariantRow(**row._asdict()) for row in found}

    def active(self, campaign_ids: Iterable[str]) -> list[VariantRow]:
        """The variants of these campaigns that a brief names, by key."""
        question, campaign = sa.select(VARIANTS).where(VARIANTS.c.active), VARIANTS.c.campaign_id
        with self._database.reading() as connection:
            found = self._database.among(connection, question, campaign, campaign_ids)
            rows = [VariantRow(**row._asdict()) for row in found]
        return sorted(rows, key=lambda row: row.key)

    def failed(self) -> list[VariantRow]:
        """The variants that a brief names and whose newest run failed, by key."""
        return self._in_state("failed")

    def waiting_for_runs(self) -> list[VariantRow]:
        """The variants that a launch carries and no run has finished, by key."""
        return self._in_state("waiting", VARIANTS.c.launch.is_not(None))

    def upsert(self, rows: Collection[VariantRow]) -> None:
        """Keep `rows` whole, in place of what was known of the same variants."""
        now = self._clock()
        times = {"updated_at": now, "wanted_at": now}
        with self._database.writing() as connection:
            self._database.upsert(connection, VARIANTS, [asdict(row) | times for row in rows])

    def retire(self, keys: Iterable[str]) -> None:
        """Mark variants that their brief no longer names; the next launch takes them away."""
        self._update(keys, {"active": False, "launch": None})

    def unlaunched(self, limit: int) -> list[VariantRow]:
        """Up to `limit` variants that no launch carries yet, retired ones too; oldest first.

        Those of a campaign that is not weighed yet, or held, are left where they wait.
        """
        may_start = sa.or_(CAMPAIGNS.c.gate == "open", CAMPAIGNS.c.gate.is_(None))
        question = (
            sa.select(VARIANTS)
            .outerjoin(CAMPAIGNS, CAMPAIGNS.c.campaign_id == VARIANTS.c.campaign_id)
            .where(VARIANTS.c.launch.is_(None), sa.or_(may_start, ~VARIANTS.c.active))
        )
        return self._rows(question.order_by(VARIANTS.c.updated_at, VARIANTS.c.key).limit(limit))

    def relaunch(self, keys: Iterable[str]) -> None:
        """Let those of the variants that are not done wait for a launch once more."""
        waiting = {"status": "waiting", "launch": None}
        self._update(keys, waiting, VARIANTS.c.active, VARIANTS.c.status != "done")

    def assign_launch(self, keys: Iterable[str], launch: int) -> None:
        """Let `launch` carry the variants; one that another launch carries already stays there."""
        self._update(keys, {"launch": launch}, VARIANTS.c.launch.is_(None))

    def launched(self, after_launch: int) -> list[VariantRow]:
        """The variants that later launches than `after_launch` carry, launch by launch."""
        question = sa.select(VARIANTS).where(VARIANTS.c.launch > after_launch)
        return self._rows(question.order_by(VARIANTS.c.launch, VARIANTS.c.key))

    def last_launch(self) -> int:
        """The number of the newest launch; 0 before the first."""
        with self._database.reading() as connection:
            return connection.scalar(sa.select(sa.func.max(VARIANTS.c.launch))) or 0

    def set_status(self, key: str, version: str, status: VariantStatus) -> bool:
        """Keep how this version of the variant fares. False if another version is wanted by now."""
        now = self._clock()
        values: dict[str, Any] = asdict(status) | {"updated_at": now}
        if status.status == "done":
            values["ready_at"] = sa.func.coalesce(VARIANTS.c.ready_at, now)
        with self._database.writing() as connection:
            updated = connection.execute(
                sa.update(VARIANTS)
                .where(VARIANTS.c.key == key, VARIANTS.c.version == version)
                .values(values)
            )
            return updated.rowcount == 1

    def _in_state(
        self, state: VariantState, *conditions: sa.ColumnElement[bool]
    ) -> list[VariantRow]:
        wanted = (VARIANTS.c.active, VARIANTS.c.status == state, *conditions)
        return self._rows(sa.select(VARIANTS).where(*wanted).order_by(VARIANTS.c.key))

    def _rows(self, question: sa.Select[Any]) -> list[VariantRow]:
        with self._database.reading() as connection:
            return [VariantRow(**row._asdict()) for row in connection.execute(question)]

    def _update(
        self,
        keys: Iterable[str],
        values: dict[str, Any],
        *conditions: sa.ColumnElement[bool],
    ) -> None:
        rows = [{"a_key": key} for key in sorted(set(keys))]  # in one order, as in `upsert`
        if not rows:
            return
        updating = sa.update(VARIANTS).where(VARIANTS.c.key == sa.bindparam("a_key"), *conditions)
        with self._database.writing() as connection:
            connection.execute(updating.values(values | {"updated_at": self._clock()}), rows)
