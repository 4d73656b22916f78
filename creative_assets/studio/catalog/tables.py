"""What is added up from the catalog: by campaign, by stage, by what the checks found.

Frames in, frames out. How they are drawn is `plots`'s.
"""

from collections.abc import Sequence

import pandas as pd

from creative_assets.studio.records.spending import SpentRow
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


def spend_by_stage(spend: Sequence[SpentRow]) -> pd.DataFrame:
    """A row for each campaign and stage: generations, what was paid, what the list prices are."""
    frame = _spent(spend)
    frame["stage"] = pd.Categorical(frame["stage"], categories=list(STAGES), ordered=True)
    return _added_up(frame, ["campaign", "stage"])


def spend_by_day(spend: Sequence[SpentRow]) -> pd.DataFrame:
    """A row for each day and campaign, the newest day first; the same columns."""
    return _added_up(_spent(spend), ["day", "campaign"]).sort_values(
        ["day", "campaign"], ascending=[False, True], ignore_index=True
    )


def spend_by_model(spend: Sequence[SpentRow]) -> pd.DataFrame:
    """A row for each model and service; the same columns. It names whose price is unknown."""
    return _added_up(_spent(spend), ["model", "service"])


_SUMMED = ("generations", "calls", "cost_usd", "list_price_usd", "unpriced")


def _spent(spend: Sequence[SpentRow]) -> pd.DataFrame:
    rows = [
        {"campaign": row.campaign_id, "stage": row.stage, "day": f"{row.day:%Y-%m-%d}"}
        | {"model": row.model, "service": row.service}
        | {name: getattr(row, name) for name in _SUMMED}
        for row in spend
    ]
    names = ["campaign", "stage", "day", "model", "service", *_SUMMED]
    return pd.DataFrame(rows, columns=names)


def _added_up(frame: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    return frame.groupby(by, observed=True)[list(_SUMMED)].sum().reset_index()


def found_by_rule(frame: pd.DataFrame) -> pd.DataFrame:
    """A row for each rule that was broken: of how many variants, the most frequent first."""
    rules = frame["found"].str.split("\n").explode()
    counts = rules[rules.ne("")].value_counts(sort=True)
    return counts.rename_axis("rule").reset_index(name="variants")
