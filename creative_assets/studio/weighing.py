"""Weighing campaigns before they start: what is to be made, against what it may cost.

A campaign that may cost too much waits for a person, and a note beside its brief says so. Weighing
costs nothing: it computes versions, and looks at most at which outputs are there.
"""

import time
from pathlib import PurePosixPath

from creative_assets.studio.acceptance import WAITING_SUFFIX, load_jobs
from creative_assets.studio.budget import Budgets
from creative_assets.studio.campaigns import Campaign, Campaigns, Go
from creative_assets.studio.estimate import Estimate, estimate
from creative_assets.studio.records import Records
from creative_assets.studio.stages import ModelChoice
from creative_assets.studio.store import Store


def weigh(
    inbox: Store,
    store: Store,
    records: Records,
    choice: ModelChoice,
    *,
    limit_usd: float | None,
    budget_s: float,
) -> None:
    """Open or hold each campaign whose brief was accepted since; none is begun after `budget_s`.

    Args:
        inbox: Where a held campaign's submitter finds the note.
        store: Holds what was made already.
        records: Hold the campaigns and their variants.
        choice: Which models would be asked.
        limit_usd: What any campaign may cost without a person's go; None is without a limit.
        budget_s: Campaigns that are left are weighed the next time.
    """
    started = time.monotonic()
    campaigns, budgets = Campaigns(records.database), Budgets(records.database)
    for campaign in campaigns.at("unweighed"):
        if time.monotonic() - started > budget_s:
            return
        rows = records.variants.of_campaign(campaign.campaign_id)
        waiting = [row.key for row in rows if row.active and row.launch is None]
        jobs, _ = load_jobs(waiting, store, records)
        paid_usd = budgets.paid_usd(campaign.campaign_id)
        # Where nothing was made before, nothing is looked for.
        has_begun = any(row.launch is not None or row.status != "waiting" for row in rows)
        needed = estimate(jobs, choice, store if has_begun or paid_usd else None)
        reason = why_held(needed, campaign.budget_usd, paid_usd, limit_usd)
        if reason:
            _leave_note(campaign, needed, reason, inbox, records)
        campaigns.weighed(campaign, str(needed), reason)


def why_held(
    needed: Estimate, budget_usd: float | None, paid_usd: float, limit_usd: float | None
) -> str:
    """Why a campaign must wait for a person, in words; empty where it need not."""
    if not needed.to_make or (budget_usd is None and limit_usd is None):
        return ""
    cost = needed.cost
    if cost is None or needed.is_open_ended:
        return f"its price is {needed}, so nobody can say whether it keeps to what it may cost"
    if budget_usd is not None and paid_usd + cost.high_usd > budget_usd:
        before = f" after USD {paid_usd:.2f} that are spent" if paid_usd else ""
        return f"it may cost {needed}{before}, and its budget_usd is {budget_usd:.2f}"
    if limit_usd is not None and cost.high_usd > limit_usd:
        return f"it may cost {needed}, and campaigns here may cost USD {limit_usd:.2f}"
    return ""


def let_go(
    campaign_id: str, given_by: str, inbox: Store, records: Records, price: str | None = None
) -> Go:
    """Let a held campaign start, and take the note beside its brief away.

    Its budget stays the limit that no call exceeds.

    Raises what `Campaigns.let_go` does.
    """
    go = Campaigns(records.database).let_go(campaign_id, given_by, price)
    path = records.briefs.owner_of(campaign_id)
    if path is not None:
        inbox.delete(path + WAITING_SUFFIX)
    return go


def _leave_note(
    campaign: Campaign, needed: Estimate, reason: str, inbox: Store, records: Records
) -> None:
    path = records.briefs.owner_of(campaign.campaign_id)
    if path is not None:
        note = _note(campaign, needed, reason, PurePosixPath(path).name)
        inbox.put(path + WAITING_SUFFIX, note.encode())


def _note(campaign: Campaign, needed: Estimate, reason: str, name: str) -> str:
    calls = ", ".join(f"{count} × {what}" for what, count in sorted(needed.to_make.items()))
    return (
        f"# {campaign.campaign_id} waits for a go\n\n"
        f"`{name}` has no problems, and nothing of it was started: {reason}.\n\n"
        f"- **Variants:** {needed.variants}\n"
        f"- **To make:** {calls}\n"
        f"- **Price:** {needed}\n\n"
        f"Whoever may spend that starts it with `creative-assets go {campaign.campaign_id}`. "
        "`budget_usd` stays the limit: what would exceed it is not asked for. Or change the brief: "
        "it is weighed again.\n"
    )
