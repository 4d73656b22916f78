"""The rows of the ledger: who makes which generation, what came of it, and what it has cost.

A claim is won by one of all who ask, in this process or another. What is done with an answer is
`generations`' to say.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

import sqlalchemy as sa

from creative_assets.studio.budget import Charge, close_charge
from creative_assets.studio.database import METADATA, Database
from creative_assets.studio.errors import MissingInputError, PermanentError
from creative_assets.studio.holders import HOLDERS, Watch
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

WASTED_ANSWERS = sa.Table(
    "wasted_answers",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("generation_key", sa.Text, nullable=False),
    sa.Column("cost_usd", sa.Double),
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


class Ledger:
    """The generations in one database."""

    def __init__(self, database: Database, clock: Callable[[], float], watch: Watch) -> None:
        """Keep rows in `database`; `clock` tells the time, `watch` which holders are alive."""
        self._database = database
        self._clock = clock
        self._watch = watch

    def claim(self, claim: GenerationClaim) -> ClaimOutcome:
        """Claim a generation, so that nobody else pays for it.

        A claim succeeds if the generation is new, has failed, or its holder is dead. Of several
        claims at once exactly one succeeds.

        Raises:
            PermanentError: The holder never sent a heartbeat, so its claim would not last.
        """
        with self._database.reading() as connection:
            settled = self._settled(connection, claim)
        if settled is not None:
            return settled
        with self._database.writing() as connection:
            self._check_holder(connection, claim.holder)
            fresh = asdict(claim) | {"state": "claimed", "claimed_at": self._clock()}
            unspent = {"wasted_cost_usd": 0.0, "wasted_unpriced": 0, "attempts": 0}
            inserting = self._database.insert(GENERATIONS).on_conflict_do_nothing()
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
        with self._database.writing() as connection:
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
            answer_id = f"{key}/{holder}/{result.request_id}"
            self._add_waste(connection, key, answer_id, result.cost_usd)
            return self._generation(connection, key)

    def add_waste(self, key: str, answer_id: str, cost_usd: float | None) -> None:
        """Book an answer that was paid for and cannot be used; None where its price is unknown.

        Once: whoever does not know whether that succeeded may do it again.
        """
        with self._database.writing() as connection:
            self._add_waste(connection, key, answer_id, cost_usd)

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
        with self._database.writing() as connection:
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

    def by_key(self, keys: Iterable[str]) -> dict[str, GenerationRow]:
        """The generations among `keys` that are known."""
        with self._database.reading() as connection:
            found = self._database.among(
                connection, sa.select(GENERATIONS), GENERATIONS.c.key, keys
            )
            return {row.key: _generation_row(row) for row in found}

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
        is_others = found.state == "claimed" and found.holder != claim.holder
        is_held = is_others and self._watch.is_alive(found.holder, found.alive_until)
        return ClaimOutcome("held") if is_held else None

    def _close(self, connection: sa.Connection, charge: Charge | None) -> None:
        if charge is not None:
            close_charge(self._database, connection, charge)

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

    def _add_waste(
        self, connection: sa.Connection, key: str, answer_id: str, cost_usd: float | None
    ) -> None:
        answer = {"id": answer_id, "generation_key": key, "cost_usd": cost_usd}
        booking = self._database.insert(WASTED_ANSWERS).on_conflict_do_nothing()
        if connection.execute(booking, answer).rowcount == 0:
            return
        table = GENERATIONS.c
        connection.execute(
            sa.update(GENERATIONS)
            .where(table.key == key)
            .values(
                wasted_cost_usd=table.wasted_cost_usd + (cost_usd or 0.0),
                wasted_unpriced=table.wasted_unpriced + int(cost_usd is None),
            )
        )


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
