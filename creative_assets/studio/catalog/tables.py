"""What is added up from the catalog: by campaign, by stage, by what the checks found.

Frames in, frames out. How they are drawn is `plots`'s.
"""

from collections.abc import Sequence

import pandas as pd

from creative_assets.studio.records.spending import SpendRow
from creative_assets.studio.stages import STAGES

FUNNEL = ("ordered", "finished", "passed", "approved", "published")
"""A variant's way; it passed where no error of a check stands against an approval."""

TIMES = ("brief_to_ready_h", "ready_to_approved_h")


def funnel_flags(frame: pd.DataFrame) -> pd.DataFrame:
    """How far each variant has come: a row for each, a column of bools for each step."""
    finished = frame["version"].notna()
    flags = {
        "ordered": finished | True,
        "finished": finished,
        "passed": finished & frame["failed_checks"].eq(0),
        "approved": frame["decision"].eq("approved").fillna(value=False).astype(bool),
        "published": frame["manifest"].notna(),
    }
    return pd.DataFrame(flags, columns=list(FUNNEL))


def by_campaign(frame: pd.DataFrame) -> pd.DataFrame:
    """A row for each campaign: its way from ordered to published, rounds, cost, median times."""
    failed = frame["status"].eq("failed").astype(bool)
    facts = pd.concat([frame.assign(failed=failed), funnel_flags(frame)], axis="columns")
    summed = [*FUNNEL, "failed", "rounds", "generations", "cost_usd"]
    grouped = facts.groupby("campaign", sort=True)
    return grouped[summed].sum().join(grouped[list(TIMES)].median().round(2)).reset_index()


def spend_by_stage(spend: Sequence[SpendRow]) -> pd.DataFrame:
    """A row for each campaign and stage: generations, what was paid, what the list prices are."""
    rows = [
        {
            "campaign": row.campaign_id,
            "stage": row.stage,
            "generations": row.generations,
            "cost_usd": row.cost_usd + row.wasted_cost_usd,
            "list_price_usd": row.list_price_usd,
            "unpriced": row.unpriced,
        }
        for row in spend
    ]
    names = ["campaign", "stage", "generations", "cost_usd", "list_price_usd", "unpriced"]
    frame = pd.DataFrame(rows, columns=names)
    frame["stage"] = pd.Categorical(frame["stage"], categories=list(STAGES), ordered=True)
    return frame.groupby(["campaign", "stage"], observed=True).sum().reset_index()


def found_by_rule(frame: pd.DataFrame) -> pd.DataFrame:
    """A row for each rule that was broken: of how many variants, the most frequent first."""
    rules = frame["found"].str.split("\n").explode()
    counts = rules[rules.ne("")].value_counts(sort=True)
    return counts.rename_axis("rule").reset_index(name="variants")
