"""Campaigns: the budget of each, and whether its waiting variants may start.

A campaign whose brief was accepted is first weighed against its budget and the deployment's limit;
one that is over either is held until a person lets it go. What it would cost is `estimate`'s.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

import sqlalchemy as sa

from creative_assets.studio.database import METADATA, Database
from creative_assets.studio.errors import DecisionConflictError, MissingInputError

Gate = Literal["unweighed", "open", "held"]

CAMPAIGNS = sa.Table(
    "campaigns",
    METADATA,
    sa.Column("campaign_id", sa.Text, primary_key=True),
    sa.Column("budget_usd", sa.Double),
    sa.Column("snapshot_path", sa.Text, nullable=False),
    sa.Column("gate", sa.Text, nullable=False),
    sa.Column("price", sa.Text, nullable=False),
    sa.Column("held_because", sa.Text, nullable=False),
)

GOES = sa.Table(
    "goes",
    METADATA,
    sa.Column("campaign_id", sa.Text, primary_key=True),
    sa.Column("snapshot_path", sa.Text, primary_key=True),
    sa.Column("price", sa.Text, nullable=False),
    sa.Column("held_because", sa.Text, nullable=False),
    sa.Column("given_by", sa.Text, nullable=False),
    sa.Column("given_at", sa.Double, nullable=False),
)


@dataclass(frozen=True)
class Campaign:
    """A campaign as its newest accepted brief has it.

    Attributes:
        budget_usd: What it may cost in all; None is without a limit.
        gate: `unweighed` until somebody has compared its price with what it may cost.
        price: What its waiting variants were priced at, in words; empty before.
        held_because: Why it waits for a person; empty where it does not.
    """

    campaign_id: str
    budget_usd: float | None
    snapshot_path: str
    gate: Gate = "unweighed"
    price: str = ""
    held_because: str = ""


@dataclass(frozen=True)
class Go:
    """Somebody let a campaign start though it was held."""

    campaign_id: str
    snapshot_path: str
    price: str
    held_because: str
    given_by: str
    given_at: float


class Campaigns:
    """The campaigns in one database."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        """Keep rows in `database`; `clock` tells the time."""
        self._database = database
        self._clock = clock

    def save(self, campaign: Campaign) -> None:
        """Keep a campaign, in place of what was known of it."""
        with self._database.writing() as connection:
            self._database.upsert(connection, CAMPAIGNS, [asdict(campaign)])

    def ids(self) -> list[str]:
        """The campaigns of all briefs that were ever accepted."""
        question = sa.select(CAMPAIGNS.c.campaign_id).order_by(CAMPAIGNS.c.campaign_id)
        with self._database.reading() as connection:
            return list(connection.scalars(question))

    def by_id(self, campaign_ids: Iterable[str]) -> dict[str, Campaign]:
        """The campaigns among `campaign_ids` that are known."""
        column = CAMPAIGNS.c.campaign_id
        with self._database.reading() as connection:
            found = self._database.among(connection, sa.select(CAMPAIGNS), column, campaign_ids)
            return {row.campaign_id: Campaign(**row._asdict()) for row in found}

    def at(self, gate: Gate) -> list[Campaign]:
        """The campaigns at a gate, by ID."""
        question = sa.select(CAMPAIGNS).where(CAMPAIGNS.c.gate == gate)
        with self._database.reading() as connection:
            rows = connection.execute(question.order_by(CAMPAIGNS.c.campaign_id))
            return [Campaign(**row._asdict()) for row in rows]

    def weighed(self, campaign: Campaign, price: str, held_because: str) -> None:
        """Open the gate, or hold the campaign for a reason; not where its brief has changed."""
        gate = "held" if held_because else "open"
        with self._database.writing() as connection:
            connection.execute(
                sa.update(CAMPAIGNS)
                .where(
                    CAMPAIGNS.c.campaign_id == campaign.campaign_id,
                    CAMPAIGNS.c.snapshot_path == campaign.snapshot_path,
                    CAMPAIGNS.c.gate == "unweighed",
                )
                .values(gate=gate, price=price, held_because=held_because)
            )

    def let_go(self, campaign_id: str, given_by: str, price: str | None = None) -> Go:
        """Let a held campaign start, and keep who did.

        Args:
            campaign_id: Its ID.
            given_by: Who lets it go.
            price: What it was priced at when they looked; None where they take any.

        Raises:
            MissingInputError: There is no such campaign.
            DecisionConflictError: It is not held, or has another price by now.
        """
        with self._database.writing() as connection:
            question = sa.select(CAMPAIGNS).where(CAMPAIGNS.c.campaign_id == campaign_id)
            row: Any = connection.execute(question.with_for_update()).one_or_none()
            if row is None:
                raise MissingInputError(
                    f"No accepted brief has the campaign {campaign_id}. Check its name."
                )
            if row.gate != "held":
                raise DecisionConflictError(
                    f"{campaign_id} is not held: it waits for nobody's go, so none was given."
                )
            if price is not None and price != row.price:
                raise DecisionConflictError(
                    f"{campaign_id} was not let go: its price was {price} when you looked, and is "
                    f"{row.price} now. Look at it again."
                )
            go = Go(
                campaign_id,
                row.snapshot_path,
                row.price,
                row.held_because,
                given_by,
                self._clock(),
            )
            self._database.upsert(connection, GOES, [asdict(go)])
            opening = sa.update(CAMPAIGNS).where(CAMPAIGNS.c.campaign_id == campaign_id)
            connection.execute(opening.values(gate="open", held_because=""))
            return go

    def goes(self, campaign_id: str) -> list[Go]:
        """Every go that was given for the campaign, oldest first."""
        question = sa.select(GOES).where(GOES.c.campaign_id == campaign_id)
        with self._database.reading() as connection:
            rows = connection.execute(question.order_by(GOES.c.given_at))
            return [Go(**row._asdict()) for row in rows]
