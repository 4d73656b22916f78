"""What generations have cost, added up from the ledger."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from creative_assets.studio.database import Database
from creative_assets.studio.records.ledger import GENERATIONS


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


class Spending:
    """What the generations in one database have cost."""

    def __init__(self, database: Database) -> None:
        """Add up what is in `database`."""
        self._database = database

    def by_model(self, campaign_id: str | None = None) -> list[SpendRow]:
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
        with self._database.reading() as connection:
            return [SpendRow(**row._asdict()) for row in connection.execute(question)]

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
