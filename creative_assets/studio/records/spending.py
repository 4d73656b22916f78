"""What was paid, by campaign, variant, stage, model, day and generation.

The charges know every call that may have been billed; the ledger what each generation has cost.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from creative_assets.studio.budget import CHARGES
from creative_assets.studio.database import Database
from creative_assets.studio.holders import HOLDERS, is_alive
from creative_assets.studio.records.ledger import GENERATIONS

_DAY_S = 86_400
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class SpentRow:
    """What one variant of a campaign was charged on one day for one kind of request.

    Attributes:
        day: Of the requests' first calls, in UTC.
        requests: How many were paid for, answered or not.
        generations: How many of their answers were kept.
        cost_usd: As far as it is known.
        unpriced: Calls that may have cost something, and nobody knows what.
        list_price_usd: What the kept answers are by the models' lists, as far as it is known.
        generation_key: Of the one generation that it is about; None where it is about all.
    """

    campaign_id: str
    variant_key: str
    stage: str
    operation: str
    service: str
    model: str
    day: date
    requests: int
    generations: int
    calls: int
    cost_usd: float
    unpriced: int
    list_price_usd: float
    generation_key: str | None = None


class Spending:
    """What was paid, as one database knows it."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        """Add up what is in `database`; `clock` tells the time."""
        self._database = database
        self._clock = clock

    def lines(
        self, campaign_id: str | None = None, *, by_generation: bool = False
    ) -> list[SpentRow]:
        """What was spent, to be summed by whatever is asked. All campaigns without an ID.

        A request whose process died while it waited for an answer counts as unpriced.
        """
        charges = CHARGES.c
        begun_at: sa.ColumnElement[float] = charges.begun_at
        if self._database.is_postgres:  # its cast rounds; SQLite's cuts off, and may know no floor
            begun_at = sa.func.floor(begun_at)
        day = (sa.cast(begun_at, sa.BigInteger) // _DAY_S).label("day")
        is_lost = charges.under_way & ~is_alive(self._clock())
        what = (
            charges.campaign_id,
            charges.variant_key,
            charges.stage,
            charges.operation,
            charges.service,
            charges.model,
            day,
            *([charges.generation_key] if by_generation else []),
        )
        question = (
            sa.select(
                *what,
                sa.func.count().label("requests"),
                sa.func.sum(charges.generations).label("generations"),
                sa.func.sum(charges.calls).label("calls"),
                sa.func.sum(charges.cost_usd).label("cost_usd"),
                sa.func.sum(charges.unpriced + sa.case((is_lost, 1), else_=0)).label("unpriced"),
                sa.func.sum(charges.list_price_usd).label("list_price_usd"),
            )
            .outerjoin_from(CHARGES, HOLDERS, HOLDERS.c.holder == charges.holder)
            .group_by(*what)
            .order_by(*what)
        )
        if campaign_id is not None:
            question = question.where(charges.campaign_id == campaign_id)
        with self._database.reading() as connection:
            return [
                SpentRow(**row._asdict() | {"day": _EPOCH + timedelta(days=row.day)})
                for row in connection.execute(question)
            ]

    def of_variant(self, variant_key: str) -> tuple[float | None, int]:
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
        with self._database.reading() as connection:
            cost_usd, attempts, unknown = connection.execute(question).one()
        return (None if unknown else float(cost_usd), int(attempts))

    def by_variant(self, keys: Iterable[str] | None = None) -> dict[str, tuple[float | None, int]]:
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
        with self._database.reading() as connection:
            found: Iterable[sa.Row[Any]] = (
                connection.execute(question)
                if keys is None
                else self._database.among(connection, question, table.variant_key, keys)
            )
            return {
                row.variant_key: (None if row.unknown else float(row.cost_usd), row.generations)
                for row in found
            }
