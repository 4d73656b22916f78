"""Rows: what must be claimed atomically or asked by question, in one SQL database.

Generations with their cost, known briefs, variants with their status, and takes. Bytes belong in
`store`; what a row means to a brief or a stage belongs to the module that reads and writes it here.

All times are seconds since the epoch, UTC. Every method is one short transaction, safe to call from
many threads and processes; what the database itself raises is `database`'s to say.
"""

import json
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

import sqlalchemy as sa

from creative_assets.studio.budget import Charge, close_charge
from creative_assets.studio.campaigns import CAMPAIGNS
from creative_assets.studio.database import METADATA, Database, open_database
from creative_assets.studio.errors import MissingInputError, PermanentError
from creative_assets.studio.holders import HOLDERS
from creative_assets.studio.store import StoredFile

GENERATIONS = sa.Table(
    "generations",
    METADATA,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("holder", sa.Text, nullable=False),
    sa.Column("claimed_at", sa.Double, nullable=False),
    sa.Column("service", sa.Text, nullable=False),
    sa.Column("operation", sa.Text, nullable=False),
    sa.Column("model", sa.Text, nullable=False),
    sa.Column("campaign_id", sa.Text, nullable=False),
    sa.Column("variant_key", sa.Text, nullable=False),
    sa.Column("stage", sa.Text, nullable=False),
    sa.Column("take", sa.Integer, nullable=False),
    sa.Column("request_json", sa.Text, nullable=False),
    sa.Column("result_path", sa.Text),
    sa.Column("result_sha256", sa.Text),
    sa.Column("result_bytes", sa.BigInteger),
    sa.Column("media_type", sa.Text),
    sa.Column("usage_json", sa.Text),
    sa.Column("cost_usd", sa.Double),
    sa.Column("list_price_usd", sa.Double),
    sa.Column("wasted_cost_usd", sa.Double, nullable=False),
    sa.Column("wasted_unpriced", sa.Integer, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("seconds", sa.Double),
    sa.Column("request_id", sa.Text),
    sa.Column("error_class", sa.Text),
    sa.Column("error_message", sa.Text),
    sa.Column("completed_at", sa.Double),
    # With what their costs are added up from, so that no wide row is read for it.
    sa.Index(
        "generations_of_campaign",
        *("campaign_id", "state", "cost_usd", "wasted_cost_usd", "wasted_unpriced"),
    ),
    sa.Index("generations_of_variant", "variant_key"),
)

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

TAKES = sa.Table(
    "takes",
    METADATA,
    sa.Column("variant_key", sa.Text, primary_key=True),
    sa.Column("stage", sa.Text, primary_key=True),
    sa.Column("asked_by", sa.Text, primary_key=True),
    sa.Column("take", sa.Integer, nullable=False),
)


@dataclass(frozen=True)
class GenerationClaim:
    """A request that somebody is about to pay for.

    Attributes:
        key: SHA-256 of the request, in hex.
        holder: Who asks; must send a heartbeat first.
        request_json: The request for people to read, without secrets.
    """

    key: str
    holder: str
    service: str
    operation: str
    model: str
    campaign_id: str
    variant_key: str
    stage: str
    take: int
    request_json: str


@dataclass(frozen=True)
class GenerationResult:
    """A model's answer that is kept.

    Attributes:
        usage: As the service reported it.
        cost_usd: What was paid; None where the price is unknown.
        list_price_usd: What the model's list price would be; None where it is unknown.
    """

    file: StoredFile
    media_type: str
    usage: dict[str, Any] | None
    cost_usd: float | None
    list_price_usd: float | None
    attempts: int
    seconds: float
    request_id: str | None


@dataclass(frozen=True)
class GenerationRow:
    """A generation as the ledger knows it. What is not known yet is None.

    Attributes:
        wasted_cost_usd: Paid for answers that could not be used.
        wasted_unpriced: How many more such answers there were, at unknown prices.
    """

    key: str
    state: Literal["claimed", "done", "failed"]
    holder: str
    claimed_at: float
    service: str
    operation: str
    model: str
    campaign_id: str
    variant_key: str
    stage: str
    take: int
    request_json: str
    file: StoredFile | None
    media_type: str | None
    usage: dict[str, Any] | None
    cost_usd: float | None
    list_price_usd: float | None
    wasted_cost_usd: float
    wasted_unpriced: int
    attempts: int
    seconds: float | None
    request_id: str | None
    error_class: str | None
    error_message: str | None
    completed_at: float | None


@dataclass(frozen=True)
class ClaimOutcome:
    """What became of a claim.

    Attributes:
        kind: `claimed`: the caller holds it now, and makes it. `done`: the result is in `row`.
            `held`: somebody alive makes it: come back later.
    """

    kind: Literal["claimed", "done", "held"]
    row: GenerationRow | None = None


@dataclass(frozen=True)
class SpendRow:
    """What one campaign spent on one operation of one stage by one model of one service.

    Attributes:
        generations: How many were completed.
        cost_usd: Their cost, as far as it is known.
        wasted_cost_usd: Paid besides, for answers that could not be used.
        unpriced: Answers, used or not, whose price is unknown.
        list_price_usd: What the completed ones cost by the list, as far as it is known.
    """

    campaign_id: str
    stage: str
    operation: str
    service: str
    model: str
    generations: int
    cost_usd: float
    wasted_cost_usd: float
    unpriced: int
    list_price_usd: float


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


class Records:
    """The rows of one database. `open_records` makes one."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        """Keep rows in `database`; `clock` tells the time."""
        self.database = database
        self._clock = clock

    def close(self) -> None:
        """Close all connections."""
        self.database.close()

    # Generations

    def heartbeat(self, holder: str, lease_s: float, note: str = "") -> None:
        """Say that `holder` is alive, and will be for `lease_s` seconds."""
        alive = {"holder": holder, "alive_until": self._clock() + lease_s, "note": note}
        with self.database.writing() as connection:
            self.database.upsert(connection, HOLDERS, [alive])

    def retire_holder(self, holder: str) -> None:
        """Forget `holder`; what it still claims is free."""
        with self.database.writing() as connection:
            connection.execute(sa.delete(HOLDERS).where(HOLDERS.c.holder == holder))

    def claim(self, claim: GenerationClaim) -> ClaimOutcome:
        """Claim a generation, so that nobody else pays for it.

        A claim succeeds if the generation is new, has failed, or its holder is dead. Of several
        claims at once exactly one succeeds.

        Raises:
            PermanentError: The holder never sent a heartbeat, so its claim would not last.
        """
        with self.database.reading() as connection:
            settled = self._settled(connection, claim)
        if settled is not None:
            return settled
        with self.database.writing() as connection:
            self._check_holder(connection, claim.holder)
            fresh = asdict(claim) | {"state": "claimed", "claimed_at": self._clock()}
            unspent = {"wasted_cost_usd": 0.0, "wasted_unpriced": 0, "attempts": 0}
            inserting = self.database.insert(GENERATIONS).on_conflict_do_nothing()
            if connection.execute(inserting, fresh | unspent).rowcount == 1:
                return ClaimOutcome("claimed")
            settled = self._settled(connection, claim, lock=True)
            if settled is not None:
                return settled
            again = fresh | {"error_class": None, "error_message": None}
            for payer in ("campaign_id", "variant_key", "stage"):
                del again[payer]  # what was wasted on it stays with whoever asked first
            connection.execute(
                sa.update(GENERATIONS).where(GENERATIONS.c.key == claim.key).values(again)
            )
            return ClaimOutcome("claimed")

    def complete(
        self, key: str, holder: str, result: GenerationResult, charge: Charge | None = None
    ) -> GenerationRow:
        """Keep the result that `holder` paid for, and its `charge`; the row that holds from now on.

        The first result stays, whoever brings it: a claim that was taken over may still be answered
        first by the one who lost it. A second one is booked as waste, and its row names the other
        holder and file.

        Raises:
            MissingInputError: Nobody claimed this key.
        """
        with self.database.writing() as connection:
            keeping = (
                sa.update(GENERATIONS)
                .where(GENERATIONS.c.key == key, GENERATIONS.c.state != "done")
                .values(
                    state="done",
                    holder=holder,
                    result_path=result.file.path,
                    result_sha256=result.file.sha256,
                    result_bytes=result.file.size_bytes,
                    media_type=result.media_type,
                    usage_json=None if result.usage is None else json.dumps(result.usage),
                    cost_usd=result.cost_usd,
                    list_price_usd=result.list_price_usd,
                    attempts=GENERATIONS.c.attempts + result.attempts,
                    seconds=result.seconds,
                    request_id=result.request_id,
                    error_class=None,
                    error_message=None,
                    completed_at=self._clock(),
                )
            )
            kept = connection.execute(keeping).rowcount == 1
            self._close(connection, charge)
            row = self._generation(connection, key)
            is_repeated_call = row.holder == holder and row.request_id == result.request_id
            if kept or is_repeated_call:
                return row
            self._add_waste(connection, key, result.cost_usd)
            return self._generation(connection, key)

    def add_waste(self, key: str, cost_usd: float | None) -> None:
        """Book an answer that was paid for and cannot be used; None where its price is unknown."""
        with self.database.writing() as connection:
            self._add_waste(connection, key, cost_usd)

    def fail(
        self,
        key: str,
        holder: str,
        error_class: str,
        error_message: str,
        attempts: int,
        charge: Charge | None = None,
    ) -> None:
        """Give a claim up, with the reason and what it was charged.

        Changes nothing of the claim if `holder` no longer holds it.
        """
        with self.database.writing() as connection:
            self._close(connection, charge)
            connection.execute(
                sa.update(GENERATIONS)
                .where(
                    GENERATIONS.c.key == key,
                    GENERATIONS.c.holder == holder,
                    GENERATIONS.c.state == "claimed",
                )
                .values(
                    state="failed",
                    error_class=error_class,
                    error_message=error_message,
                    attempts=GENERATIONS.c.attempts + attempts,
                )
            )

    def generations_by_key(self, keys: Iterable[str]) -> dict[str, GenerationRow]:
        """The generations among `keys` that are known."""
        with self.database.reading() as connection:
            found = self.database.among(connection, sa.select(GENERATIONS), GENERATIONS.c.key, keys)
            return {row.key: _generation_row(row) for row in found}

    def spend(self, campaign_id: str | None = None) -> list[SpendRow]:
        """What a campaign spent, by stage, operation and model; without an ID, what each did."""
        table = GENERATIONS.c
        by = (table.campaign_id, table.stage, table.operation, table.service, table.model)
        done = table.state == "done"
        unpriced = sa.case((sa.and_(done, table.cost_usd.is_(None)), 1), else_=0)
        question = (
            sa.select(
                *by,
                sa.func.sum(sa.case((done, 1), else_=0)).label("generations"),
                sa.func.coalesce(sa.func.sum(table.cost_usd), 0.0).label("cost_usd"),
                sa.func.sum(table.wasted_cost_usd).label("wasted_cost_usd"),
                sa.func.sum(unpriced + table.wasted_unpriced).label("unpriced"),
                sa.func.coalesce(sa.func.sum(table.list_price_usd), 0.0).label("list_price_usd"),
            )
            .group_by(*by)
            .order_by(*by)
        )
        if campaign_id is not None:
            question = question.where(table.campaign_id == campaign_id)
        with self.database.reading() as connection:
            return [SpendRow(**row._asdict()) for row in connection.execute(question)]

    def spent_on(self, variant_key: str) -> tuple[float | None, int]:
        """What was paid for a variant so far (None: unknown), and in how many attempts."""
        table = GENERATIONS.c
        unpriced = sa.and_(table.state == "done", table.cost_usd.is_(None))
        question = sa.select(
            sa.func.coalesce(sa.func.sum(table.cost_usd), 0.0)
            + sa.func.coalesce(sa.func.sum(table.wasted_cost_usd), 0.0),
            sa.func.coalesce(sa.func.sum(table.attempts), 0),
            sa.func.coalesce(
                sa.func.sum(sa.case((unpriced, 1), else_=0) + table.wasted_unpriced), 0
            ),
        ).where(table.variant_key == variant_key)
        with self.database.reading() as connection:
            cost_usd, attempts, unknown = connection.execute(question).one()
        return (None if unknown else float(cost_usd), int(attempts))

    def spent_by_variant(
        self, keys: Iterable[str] | None = None
    ) -> dict[str, tuple[float | None, int]]:
        """Variant → what was paid for it so far (None: unknown), and for how many generations.

        Of all variants without `keys`; one that nothing was paid for is not among them.
        """
        table = GENERATIONS.c
        is_done = table.state == "done"
        unpriced = sa.case((sa.and_(is_done, table.cost_usd.is_(None)), 1), else_=0)
        question = sa.select(
            table.variant_key,
            (
                sa.func.coalesce(sa.func.sum(table.cost_usd), 0.0)
                + sa.func.sum(table.wasted_cost_usd)
            ).label("cost_usd"),
            sa.func.sum(sa.case((is_done, 1), else_=0)).label("generations"),
            sa.func.sum(unpriced + table.wasted_unpriced).label("unknown"),
        ).group_by(table.variant_key)
        with self.database.reading() as connection:
            found: Iterable[sa.Row[Any]] = (
                connection.execute(question)
                if keys is None
                else self.database.among(connection, question, table.variant_key, keys)
            )
            return {
                row.variant_key: (None if row.unknown else float(row.cost_usd), row.generations)
                for row in found
            }

    # Briefs

    def known_briefs(self) -> dict[str, BriefRow]:
        """Every brief that was checked, by its path in the inbox."""
        with self.database.reading() as connection:
            rows = connection.execute(sa.select(BRIEFS).order_by(BRIEFS.c.path))
            return {row.path: BriefRow(**row._asdict()) for row in rows}

    def save_brief(self, row: BriefRow) -> None:
        """Keep what is known of a brief, in place of what was."""
        with self.database.writing() as connection:
            self.database.upsert(connection, BRIEFS, [asdict(row)])

    def forget_brief(self, path: str) -> None:
        """Forget a brief that is gone from the inbox."""
        with self.database.writing() as connection:
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
        with self.database.reading() as connection:
            return connection.scalar(question)

    # Variants

    def variants_of(self, campaign_id: str) -> list[VariantRow]:
        """The campaign's variants by key, also those no longer active."""
        question = sa.select(VARIANTS).where(VARIANTS.c.campaign_id == campaign_id)
        return self._variant_rows(question.order_by(VARIANTS.c.key))

    def variants(self, keys: Iterable[str]) -> dict[str, VariantRow]:
        """The variants among `keys` that are known."""
        with self.database.reading() as connection:
            found = self.database.among(connection, sa.select(VARIANTS), VARIANTS.c.key, keys)
            return {row.key: VariantRow(**row._asdict()) for row in found}

    def active_variants(self, campaign_ids: Iterable[str]) -> list[VariantRow]:
        """The variants of these campaigns that a brief names, by key."""
        question, campaign = sa.select(VARIANTS).where(VARIANTS.c.active), VARIANTS.c.campaign_id
        with self.database.reading() as connection:
            found = self.database.among(connection, question, campaign, campaign_ids)
            rows = [VariantRow(**row._asdict()) for row in found]
        return sorted(rows, key=lambda row: row.key)

    def failed_variants(self) -> list[VariantRow]:
        """The variants that a brief names and whose newest run failed, by key."""
        return self._in_state("failed")

    def waiting_for_runs(self) -> list[VariantRow]:
        """The variants that a launch carries and no run has finished, by key."""
        return self._in_state("waiting", VARIANTS.c.launch.is_not(None))

    def upsert_variants(self, rows: Collection[VariantRow]) -> None:
        """Keep `rows` whole, in place of what was known of the same variants."""
        now = self._clock()
        times = {"updated_at": now, "wanted_at": now}
        with self.database.writing() as connection:
            self.database.upsert(connection, VARIANTS, [asdict(row) | times for row in rows])

    def retire_variants(self, keys: Iterable[str]) -> None:
        """Mark variants that their brief no longer names; the next launch takes them away."""
        self._update_variants(keys, {"active": False, "launch": None})

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
        return self._variant_rows(
            question.order_by(VARIANTS.c.updated_at, VARIANTS.c.key).limit(limit)
        )

    def relaunch(self, keys: Iterable[str]) -> None:
        """Let those of the variants that are not done wait for a launch once more."""
        waiting = {"status": "waiting", "launch": None}
        self._update_variants(keys, waiting, VARIANTS.c.active, VARIANTS.c.status != "done")

    def assign_launch(self, keys: Iterable[str], launch: int) -> None:
        """Let `launch` carry the variants; one that another launch carries already stays there."""
        self._update_variants(keys, {"launch": launch}, VARIANTS.c.launch.is_(None))

    def launched(self, after_launch: int) -> list[VariantRow]:
        """The variants that later launches than `after_launch` carry, launch by launch."""
        question = sa.select(VARIANTS).where(VARIANTS.c.launch > after_launch)
        return self._variant_rows(question.order_by(VARIANTS.c.launch, VARIANTS.c.key))

    def last_launch(self) -> int:
        """The number of the newest launch; 0 before the first."""
        with self.database.reading() as connection:
            return connection.scalar(sa.select(sa.func.max(VARIANTS.c.launch))) or 0

    def set_status(self, key: str, version: str, status: VariantStatus) -> bool:
        """Keep how this version of the variant fares. False if another version is wanted by now."""
        now = self._clock()
        values: dict[str, Any] = asdict(status) | {"updated_at": now}
        if status.status == "done":
            values["ready_at"] = sa.func.coalesce(VARIANTS.c.ready_at, now)
        with self.database.writing() as connection:
            updated = connection.execute(
                sa.update(VARIANTS)
                .where(VARIANTS.c.key == key, VARIANTS.c.version == version)
                .values(values)
            )
            return updated.rowcount == 1

    # Takes

    def current_takes(self, keys: Iterable[str]) -> dict[tuple[str, str], int]:
        """(variant key, stage) → its newest take. What is absent is at take 1."""
        newest = sa.func.max(TAKES.c.take).label("take")
        question = sa.select(TAKES.c.variant_key, TAKES.c.stage, newest).group_by(
            TAKES.c.variant_key, TAKES.c.stage
        )
        with self.database.reading() as connection:
            found = self.database.among(connection, question, TAKES.c.variant_key, keys)
            return {(row.variant_key, row.stage): row.take for row in found}

    def ask_new_take(self, keys: Iterable[str], stage: str, asked_by: str) -> None:
        """Add one take of `stage` to each variant; asking again under one `asked_by` adds none."""
        of_stage = sa.select(TAKES.c.variant_key, TAKES.c.asked_by, TAKES.c.take).where(
            TAKES.c.stage == stage
        )
        wanted = set(keys)
        with self.database.writing() as connection:
            if self.database.is_postgres:
                connection.execute(sa.text("LOCK TABLE takes IN SHARE ROW EXCLUSIVE MODE"))
            newest = dict.fromkeys(wanted, 1)
            for row in self.database.among(connection, of_stage, TAKES.c.variant_key, wanted):
                newest[row.variant_key] = max(newest[row.variant_key], row.take)
                if row.asked_by == asked_by:
                    wanted.discard(row.variant_key)
            asked = {"stage": stage, "asked_by": asked_by}
            rows = [asked | {"variant_key": key, "take": newest[key] + 1} for key in wanted]
            if rows:
                connection.execute(sa.insert(TAKES), rows)

    # What the methods above share

    def _settled(
        self, connection: sa.Connection, claim: GenerationClaim, *, lock: bool = False
    ) -> ClaimOutcome | None:
        """The outcome of a claim to a generation that is done or held; None if it is to be had.

        What the claimer holds itself is to be had: it asks again because it could not give it up.
        """
        question = (
            sa.select(GENERATIONS, HOLDERS.c.alive_until)
            .outerjoin(HOLDERS, HOLDERS.c.holder == GENERATIONS.c.holder)
            .where(GENERATIONS.c.key == claim.key)
        )
        if lock:  # on PostgreSQL; SQLite has one writer at a time anyway
            question = question.with_for_update(of=GENERATIONS)
        found = connection.execute(question).one_or_none()
        if found is None:
            return None
        if found.state == "done":
            return ClaimOutcome("done", _generation_row(found))
        is_alive = found.alive_until is not None and found.alive_until > self._clock()
        is_others = found.state == "claimed" and found.holder != claim.holder
        return ClaimOutcome("held") if is_others and is_alive else None

    def _close(self, connection: sa.Connection, charge: Charge | None) -> None:
        if charge is not None:
            close_charge(self.database, connection, charge)

    def _check_holder(self, connection: sa.Connection, holder: str) -> None:
        if connection.scalar(sa.select(HOLDERS.c.holder).where(HOLDERS.c.holder == holder)) is None:
            raise PermanentError(
                f"{holder} claims a generation without a heartbeat, so others would take it for "
                "dead and pay again. Call heartbeat first, and until the holder is retired."
            )

    def _generation(self, connection: sa.Connection, key: str) -> GenerationRow:
        question = sa.select(GENERATIONS).where(GENERATIONS.c.key == key)
        row = connection.execute(question).one_or_none()
        if row is None:
            raise MissingInputError(
                f"No generation {key} is known to the records. Claim it before it is made."
            )
        return _generation_row(row)

    def _add_waste(self, connection: sa.Connection, key: str, cost_usd: float | None) -> None:
        table = GENERATIONS.c
        connection.execute(
            sa.update(GENERATIONS)
            .where(table.key == key)
            .values(
                wasted_cost_usd=table.wasted_cost_usd + (cost_usd or 0.0),
                wasted_unpriced=table.wasted_unpriced + int(cost_usd is None),
            )
        )

    def _in_state(
        self, state: VariantState, *conditions: sa.ColumnElement[bool]
    ) -> list[VariantRow]:
        wanted = (VARIANTS.c.active, VARIANTS.c.status == state, *conditions)
        return self._variant_rows(sa.select(VARIANTS).where(*wanted).order_by(VARIANTS.c.key))

    def _variant_rows(self, question: sa.Select[Any]) -> list[VariantRow]:
        with self.database.reading() as connection:
            return [VariantRow(**row._asdict()) for row in connection.execute(question)]

    def _update_variants(
        self,
        keys: Iterable[str],
        values: dict[str, Any],
        *conditions: sa.ColumnElement[bool],
    ) -> None:
        rows = [{"a_key": key} for key in sorted(set(keys))]  # in one order, as in `upsert`
        if not rows:
            return
        updating = sa.update(VARIANTS).where(VARIANTS.c.key == sa.bindparam("a_key"), *conditions)
        with self.database.writing() as connection:
            connection.execute(updating.values(values | {"updated_at": self._clock()}), rows)


def open_records(
    url: str, clock: Callable[[], float] = time.time, *, patience_s: float = 0.0
) -> Records:
    """The records in the database at `url`: see `open_database`, also for what is raised."""
    return Records(open_database(url, patience_s), clock)


def _generation_row(row: sa.Row[Any]) -> GenerationRow:
    """The row of GENERATIONS as callers see it."""
    fields = {column.name: getattr(row, column.name) for column in GENERATIONS.columns}
    path, sha256, size_bytes = (
        fields.pop(name) for name in ("result_path", "result_sha256", "result_bytes")
    )
    usage_json = fields.pop("usage_json")
    return GenerationRow(
        file=path and StoredFile(path=path, sha256=sha256, size_bytes=size_bytes),
        usage=usage_json and json.loads(usage_json),
        **fields,
    )
