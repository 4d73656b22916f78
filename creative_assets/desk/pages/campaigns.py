"""The campaigns with their progress, and one campaign's gallery."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from creative_assets.desk.desk import Desk, TheDesk
from creative_assets.desk.money import money_of
from creative_assets.desk.pages.rendering import fragment, page
from creative_assets.desk.pages.visible import Selected
from creative_assets.desk.pulse import pulse
from creative_assets.desk.seeing import VisibleCampaign
from creative_assets.desk.sign_in import SignedIn
from creative_assets.studio.campaigns import Campaigns
from creative_assets.studio.checks import Finding
from creative_assets.studio.dead_letters import DeadLetter, by_reason, letter_of
from creative_assets.studio.exhibit import findings_on, product_name, product_names, services_behind
from creative_assets.studio.listing import (
    ListedVariant,
    VariantFilter,
    first_finals,
    list_campaigns,
    list_variants,
    locales_of,
    products_of,
    progress_of,
)
from creative_assets.studio.models.services import STAND_IN

router = APIRouter()

_CAMPAIGNS_A_PAGE = 20
_VARIANTS_A_PAGE = 24
_GLIMPSES = 4
_TOLD_FAILURES = 100

After = Annotated[str, Query(max_length=300)]
"""Where a page begins; empty for the first."""


@dataclass(frozen=True)
class Shown:
    """A variant in the gallery, with its product's name and what the checks found."""

    variant: ListedVariant
    product: str
    findings: tuple[Finding, ...]


@router.get("/")
def campaigns(request: Request, desk: TheDesk, person: SignedIn, after: After = "") -> Response:
    """The campaigns of somebody's brands."""
    found = list_campaigns(
        desk.archive.records, after=after or None, most=_CAMPAIGNS_A_PAGE, brands=person.brands
    )
    ids = [each.campaign_id for each in found.campaigns]
    glimpses = first_finals(ids, desk.archive.records, most=_GLIMPSES)
    known = Campaigns(desk.archive.records.database).by_id(ids)
    held = {name for name, campaign in known.items() if campaign.gate == "held"}
    return page(request, "campaigns.html", found=found, glimpses=glimpses, held=held, after=after)


@router.get("/campaigns/{campaign_id}")
def gallery(
    request: Request,
    desk: TheDesk,
    campaign_id: VisibleCampaign,
    selected: Selected,
    after: After = "",
) -> Response:
    """A campaign's finals: product by product, and in each its locales."""
    records = desk.archive.records
    found = list_variants(
        selected.of(campaign_id), records, after=after or None, most=_VARIANTS_A_PAGE
    )
    progress = progress_of([campaign_id], records)[campaign_id]
    return page(
        request,
        "gallery.html",
        progress=progress,
        campaign_id=campaign_id,
        money=money_of(campaign_id, desk),
        failures=_failures(campaign_id, desk) if progress.failed else {},
        shown=shown(found.variants, desk),
        selected=selected,
        locales=locales_of(campaign_id, records),
        products=_products(campaign_id, desk),
        severities=desk.severities,
        after=after,
        next_after=found.next_after,
        by_stand_in=by_stand_in(found.variants, desk),
    )


@router.get("/campaigns/{campaign_id}/progress")
def progress(desk: TheDesk, campaign_id: VisibleCampaign) -> Response:
    """How the campaign fares, for a gallery that is open."""
    found = progress_of([campaign_id], desk.archive.records)[campaign_id]
    waits = found.waiting and not money_of(campaign_id, desk).held_because
    return fragment("_progress.html", progress=found, pulse=pulse(desk) if waits else None)


def _failures(campaign_id: str, desk: Desk) -> dict[str, list[DeadLetter]]:
    """What has failed of the campaign by reason, as far as there is room to tell it."""
    wanted = VariantFilter(campaign_id=campaign_id, status="failed")
    failed = list_variants(wanted, desk.archive.records, after=None, most=_TOLD_FAILURES)
    return by_reason([letter_of(each.row) for each in failed.variants])


def _products(campaign_id: str, desk: Desk) -> dict[str, str]:
    """The campaign's products by ID, with their names."""
    records = desk.archive.records
    (campaign,) = Campaigns(records.database).by_id([campaign_id]).values() or (None,)
    names = product_names(campaign.snapshot_path, desk.archive.store) if campaign else {}
    return {each: names.get(each, each) for each in products_of(campaign_id, records)}


def by_stand_in(variants: Sequence[ListedVariant], desk: Desk) -> str:
    """How much of what can be seen of them the stand-in played: all, some, or none."""
    finals = [each.seen.finals for each in variants if each.seen]
    services = services_behind(finals, desk.archive.store, desk.archive.records)
    if STAND_IN not in services:
        return "none"
    return "all" if len(services) == 1 else "some"


def shown(variants: Sequence[ListedVariant], desk: Desk) -> list[Shown]:
    """The variants with what the store holds of them."""
    store, severities = desk.archive.store, desk.severities
    found = []
    for variant in variants:
        finals = variant.seen and variant.seen.finals
        found.append(
            Shown(
                variant,
                product_name(variant.row, store),
                findings_on(finals, severities, store) if finals else (),
            )
        )
    return found
