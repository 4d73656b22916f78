"""What a campaign may cost and has cost, and whether it waits for somebody to let it start."""

from dataclasses import dataclass

from creative_assets.desk.desk import Desk
from creative_assets.studio.budget import Budgets
from creative_assets.studio.campaigns import Campaigns


@dataclass(frozen=True)
class Money:
    """A campaign's budget.

    Attributes:
        budget_usd: What it may cost in all; None is without a limit.
        charged_usd: What counts against it so far: calls of unknown cost at the most they may cost.
        held_because: Why it waits for a go; empty where it does not.
        price: What its waiting variants were priced at, in words; empty before.
    """

    budget_usd: float | None = None
    charged_usd: float = 0.0
    held_because: str = ""
    price: str = ""


def money_of(campaign_id: str, desk: Desk) -> Money:
    """The money of a campaign, also of one whose brief was never accepted."""
    database = desk.archive.records.database
    campaign = Campaigns(database).by_id([campaign_id]).get(campaign_id)
    if campaign is None:
        return Money()
    return Money(
        budget_usd=campaign.budget_usd,
        charged_usd=Budgets(database).paid_usd(campaign_id),
        held_because=campaign.held_because,
        price=campaign.price,
    )
