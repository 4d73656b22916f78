"""What campaigns are charged, and the budget that no campaign's charges exceed.

A charge is one request that somebody asks a model and pays for: all its calls, those whose answers
were of no use included. Under a budget it is reserved before each call, at the most that the call
may cost, in the one transaction that also looks whether so much is left. What a call costs is
`prices`'s to say, and whether a campaign may start at all `campaigns`'s.
"""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Literal

import sqlalchemy as sa

from creative_assets.studio.campaigns import CAMPAIGNS
from creative_assets.studio.database import METADATA, Database
from creative_assets.studio.errors import BudgetSpentError, RequestRejectedError
from creative_assets.studio.holders import HOLDERS, Watch

CHARGES = sa.Table(
    "charges",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("generation_key", sa.Text, nullable=False),
    sa.Column("holder", sa.Text, nullable=False),
    sa.Column("campaign_id", sa.Text, nullable=False),
    sa.Column("variant_key", sa.Text, nullable=False),
    sa.Column("stage", sa.Text, nullable=False),
    sa.Column("service", sa.Text, nullable=False),
    sa.Column("operation", sa.Text, nullable=False),
    sa.Column("model", sa.Text, nullable=False),
    sa.Column("begun_at", sa.Double, nullable=False),
    sa.Column("calls", sa.Integer, nullable=False),
    sa.Column("cost_usd", sa.Double, nullable=False),
    sa.Column("unpriced", sa.Integer, nullable=False),
    sa.Column("most_usd", sa.Double, nullable=False),
    sa.Column("under_way", sa.Boolean, nullable=False),
    sa.Column("generations", sa.Integer, nullable=False),
    sa.Column("list_price_usd", sa.Double, nullable=False),
    sa.Index("charges_of_campaign", "campaign_id"),
    sa.Index("charges_of_generation", "generation_key"),
)


@dataclass(frozen=True)
class Charge:
    """What one request costs the campaign that asks it, so far.

    Attributes:
        calls: Calls to the model that were made.
        cost_usd: What they cost, as far as that is known.
        unpriced: Calls that may have cost something, and nobody knows what.
        most_usd: What any one call may cost; 0 where the campaign has no budget.
        generations: 1 once there is an answer that is kept.
        list_price_usd: What that answer is by the model's list, as far as it is known.
    """

    id: str
    generation_key: str
    holder: str
    campaign_id: str
    variant_key: str
    stage: str
    service: str
    operation: str
    model: str
    begun_at: float
    calls: int = 0
    cost_usd: float = 0.0
    unpriced: int = 0
    most_usd: float = 0.0
    generations: int = 0
    list_price_usd: float = 0.0


class Budgets:
    """The charges in one database."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], float] = time.time,
        watch: Watch | None = None,
    ) -> None:
        """Keep rows in `database`; `clock` tells the time, `watch` which holders are alive."""
        self._database = database
        self._watch = watch or Watch(clock)

    def is_limited(self, campaign_id: str) -> bool:
        """Whether the campaign has a budget."""
        with self._database.reading() as connection:
            return connection.scalar(_budget_of(campaign_id)) is not None

    def reserve(self, charge: Charge) -> Literal["reserved", "wait"]:
        """Keep `most_usd` of the campaign's budget for the next call of `charge`.

        `wait` where the call may still fit once calls of others, now under way, are known to have
        cost less than they might; and where the holder's own heartbeat is late, since nobody would
        count what it reserves.

        Raises:
            BudgetSpentError: The call could exceed the budget, whatever becomes of the others.
        """
        with self._database.writing() as connection:
            # The lock, on PostgreSQL, lets one look at a time; SQLite has one writer anyway.
            budget_usd = connection.scalar(_budget_of(charge.campaign_id).with_for_update())
            if budget_usd is not None:
                alive = self._alive(connection)
                paid_usd, reserved_usd = self._totals(connection, charge, alive)
                paid_usd += charge.cost_usd + charge.unpriced * charge.most_usd
                if paid_usd + charge.most_usd > budget_usd:
                    raise _spent(charge, budget_usd, paid_usd)
                is_heard = charge.holder in alive
                if paid_usd + reserved_usd + charge.most_usd > budget_usd or not is_heard:
                    if charge.calls:  # two that wait must not wait for each other's last call
                        close_charge(self._database, connection, charge)
                    return "wait"
            self._database.upsert(connection, CHARGES, [asdict(charge) | {"under_way": True}])
            return "reserved"

    def paid_usd(self, campaign_id: str) -> float:
        """What the campaign has cost at most: calls of unknown cost count as the most they may."""
        question = sa.select(sa.func.coalesce(sa.func.sum(_AT_MOST), 0.0))
        with self._database.reading() as connection:
            of_campaign = question.where(CHARGES.c.campaign_id == campaign_id)
            return float(connection.scalar(of_campaign) or 0.0)

    def _alive(self, connection: sa.Connection) -> list[str]:
        """The holders that are alive: processes, and so never many."""
        rows = connection.execute(sa.select(HOLDERS.c.holder, HOLDERS.c.alive_until))
        return [row.holder for row in rows if self._watch.is_alive(row.holder, row.alive_until)]

    def _totals(
        self, connection: sa.Connection, charge: Charge, alive: list[str]
    ) -> tuple[float, float]:
        """What the campaign's other charges have cost at most, and what they keep reserved."""
        reserved = CHARGES.c.under_way & CHARGES.c.holder.in_(alive)
        question = sa.select(
            sa.func.coalesce(sa.func.sum(_AT_MOST), 0.0),
            sa.func.coalesce(sa.func.sum(sa.case((reserved, CHARGES.c.most_usd), else_=0.0)), 0.0),
        ).where(CHARGES.c.campaign_id == charge.campaign_id, CHARGES.c.id != charge.id)
        paid_usd, reserved_usd = connection.execute(question).one()
        return float(paid_usd), float(reserved_usd)


_AT_MOST = CHARGES.c.cost_usd + CHARGES.c.unpriced * CHARGES.c.most_usd


def close_charge(database: Database, connection: sa.Connection, charge: Charge) -> None:
    """Keep what a request has cost in the end; nothing is reserved for it any more."""
    database.upsert(connection, CHARGES, [asdict(charge) | {"under_way": False}])


def check_priced(most_usd: float | None, charge: Charge) -> float:
    """What a call may cost at most, where it is known.

    Raises:
        RequestRejectedError: It is not, so that nobody could keep to a budget.
    """
    if most_usd is None:
        raise RequestRejectedError(
            f"{charge.campaign_id} has a budget, and what {charge.model} costs at "
            f"{charge.service} is unknown. Take budget_usd out of the brief, or configure a model "
            "whose price is known."
        )
    return most_usd


def _budget_of(campaign_id: str) -> sa.Select[tuple[float | None]]:
    return sa.select(CAMPAIGNS.c.budget_usd).where(CAMPAIGNS.c.campaign_id == campaign_id)


def _spent(charge: Charge, budget_usd: float, paid_usd: float) -> BudgetSpentError:
    return BudgetSpentError(
        f"The budget of {charge.campaign_id} is USD {budget_usd:.2f}. USD {paid_usd:.4f} of it are "
        f"spent, and {charge.operation} by {charge.model} may cost USD {charge.most_usd:.4f} more, "
        "so it was not asked for. Raise budget_usd in the brief: what is done is kept."
    )
