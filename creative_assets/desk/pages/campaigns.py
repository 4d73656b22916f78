"""The campaigns with their progress, and one campaign's gallery."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from creative_assets.desk.desk import Desk, TheDesk
from creative_assets.desk.pages.rendering import fragment, page
from creative_assets.desk.pages.visible import Selected
from creative_assets.desk.seeing import VisibleCampaign
from creative_assets.desk.sign_in import SignedIn
from creative_assets.studio.checks import Finding
from creative_assets.studio.exhibit import brief_behind, findings_on, services_behind
from creative_assets.studio.listing import (
    ListedVariant,
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
    return page(request, "campaigns.html", found=found, glimpses=glimpses, after=after)


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
    return page(
        request,
        "gallery.html",
        progress=progress_of([campaign_id], records)[campaign_id],
        shown=shown(found.variants, desk),
        selected=selected,
        locales=locales_of(campaign_id, records),
        products=products_of(campaign_id, records),
        severities=desk.severities,
        after=after,
        next_after=found.next_after,
        by_stand_in=by_stand_in(found.variants, desk),
    )


@router.get("/campaigns/{campaign_id}/progress")
def progress(desk: TheDesk, campaign_id: VisibleCampaign) -> Response:
    """How the campaign fares, for a gallery that is open."""
    found = progress_of([campaign_id], desk.archive.records)[campaign_id]
    return fragment("_progress.html", progress=found)


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
        brief = finals and brief_behind(finals, store)
        found.append(
            Shown(
                variant,
                brief.product_name if brief else variant.row.product_id,
                findings_on(finals, severities, store) if finals else (),
            )
        )
    return found
