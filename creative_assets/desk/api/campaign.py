"""One campaign: what it is, how its brief and its variants fare, and what it has yet to cost."""

from dataclasses import asdict

from fastapi import APIRouter
from pydantic import Field

from creative_assets.desk.api.answers import Campaign, campaign_answer
from creative_assets.desk.api.description import BriefProblem, problems
from creative_assets.desk.arrival import ArrivalState
from creative_assets.desk.desk import TheDesk
from creative_assets.desk.money import money_of
from creative_assets.desk.seeing import CampaignIdInPath, VisibleCampaign, visible_arrival
from creative_assets.desk.sign_in import SignedIn
from creative_assets.studio.acceptance import load_jobs
from creative_assets.studio.dead_letters import what_to_do
from creative_assets.studio.estimate import estimate
from creative_assets.studio.listing import (
    VariantFilter,
    list_variants,
    locales_of,
    products_of,
    progress_of,
)
from creative_assets.studio.values import Frozen

router = APIRouter(prefix="/campaigns/{campaign_id}", tags=["campaigns"])

_SHOWN_FAILURES = 100


class CampaignDetail(Campaign):
    """A campaign, what it may cost, and what its variants are for."""

    budget_usd: float | None = Field(description="What it may cost in all; none is no limit.")
    charged_usd: float = Field(
        description="What counts against it: calls of unknown cost at the most they may cost."
    )
    locales: tuple[str, ...]
    products: tuple[str, ...] = Field(description="Their IDs.")


class FailedVariant(Frozen):
    """A variant whose newest run failed."""

    variant: str
    stage: str | None
    error: str | None
    message: str | None
    what_to_do: str = Field(description="What people can do about errors of this kind.")


class CampaignStatus(Frozen):
    """What became of a submitted brief."""

    campaign_id: str
    brief: ArrivalState = Field(
        description="waiting in the inbox, also in a newer version; refused; held; or accepted."
    )
    held_because: str = Field(
        description="Why nothing of it is started until a person lets it go; else empty."
    )
    price: str = Field(description="What a held one was priced at, in words; else empty.")
    problems: tuple[BriefProblem, ...] = Field(description="Of a brief that was refused.")
    progress: Campaign | None = Field(description="None before the first version is accepted.")
    failed: tuple[FailedVariant, ...] = Field(description="The first hundred.")


class CampaignEstimate(Frozen):
    """What is to be made yet, and at what list price; the ledger may hold some of it already."""

    variants: int
    to_make: dict[str, int] = Field(description="Generations, by operation.")
    to_reuse: dict[str, int] = Field(description="That are there already, or shared.")
    low_usd: float
    high_usd: float
    unpriced_models: tuple[str, ...] = Field(description="Not in it, for want of a price.")


@router.get("", responses=problems(404))
def campaign(campaign_id: VisibleCampaign, desk: TheDesk) -> CampaignDetail:
    """One campaign, once its brief was accepted."""
    records = desk.archive.records
    money = money_of(campaign_id, desk)
    return CampaignDetail(
        **campaign_answer(progress_of([campaign_id], records)[campaign_id]).model_dump(),
        budget_usd=money.budget_usd,
        charged_usd=money.charged_usd,
        locales=tuple(locales_of(campaign_id, records)),
        products=tuple(products_of(campaign_id, records)),
    )


@router.get("/status", responses=problems(404))
def status(campaign_id: CampaignIdInPath, person: SignedIn, desk: TheDesk) -> CampaignStatus:
    """What became of a brief, from the moment it was submitted."""
    records = desk.archive.records
    arrival = visible_arrival(campaign_id, person, desk)
    progress = progress_of([campaign_id], records).get(campaign_id)
    failed = VariantFilter(campaign_id=campaign_id, status="failed")
    page = list_variants(failed, records, after=None, most=_SHOWN_FAILURES)
    return CampaignStatus(
        campaign_id=campaign_id,
        brief=arrival.state,
        held_because=arrival.held_because,
        price=arrival.price,
        problems=tuple(BriefProblem(**asdict(each)) for each in arrival.problems),
        progress=campaign_answer(progress) if progress else None,
        failed=tuple(
            FailedVariant(
                variant=each.row.key,
                stage=each.row.failed_stage,
                error=each.row.error_class,
                message=each.row.error_message,
                what_to_do=what_to_do(each.row.error_class or ""),
            )
            for each in page.variants
        ),
    )


@router.get("/estimate", responses=problems(404))
def estimated(campaign_id: VisibleCampaign, desk: TheDesk) -> CampaignEstimate:
    """What the campaign's variants, as they are wanted now, have yet to cost."""
    archive = desk.archive
    rows = archive.records.variants.of_campaign(campaign_id)
    jobs, _ = load_jobs([row.key for row in rows if row.active], archive.store, archive.records)
    found = estimate(jobs, desk.choice, archive.store)
    return CampaignEstimate(
        variants=found.variants,
        to_make=dict(found.to_make),
        to_reuse=dict(found.to_reuse),
        low_usd=found.list_price.low_usd,
        high_usd=found.list_price.high_usd,
        unpriced_models=tuple(sorted(found.unpriced)),
    )
