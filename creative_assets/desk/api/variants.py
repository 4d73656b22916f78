"""Variants: what was made of each, and what was decided on it."""

from typing import Annotated

from fastapi import APIRouter, Query

from creative_assets.desk.api.answers import Page, Variant, variant_answer
from creative_assets.desk.api.description import problems
from creative_assets.desk.desk import TheDesk
from creative_assets.desk.seeing import CAMPAIGN_ID
from creative_assets.desk.sign_in import SignedIn
from creative_assets.studio.listing import Standing, VariantFilter, list_variants
from creative_assets.studio.records.variants import VariantState
from creative_assets.studio.rules import CAMPAIGN_ID_PATTERN, PRODUCT_ID_PATTERN

router = APIRouter(prefix="/variants", tags=["variants"])

_LOCALE = r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}"
VARIANT_KEY = f"^{CAMPAIGN_ID_PATTERN}/{_LOCALE}/{PRODUCT_ID_PATTERN}$"


@router.get("", responses=problems())
def variants(  # noqa: PLR0913 - one parameter a filter
    person: SignedIn,
    desk: TheDesk,
    *,
    campaign: Annotated[str | None, Query(pattern=CAMPAIGN_ID)] = None,
    locale: Annotated[str | None, Query(pattern=f"^{_LOCALE}$")] = None,
    product: Annotated[str | None, Query(pattern=f"^{PRODUCT_ID_PATTERN}$")] = None,
    status: Annotated[VariantState | None, Query()] = None,
    standing: Annotated[
        Standing | None, Query(description="What was decided on the finals as they are now.")
    ] = None,
    cursor: Annotated[str | None, Query(pattern=VARIANT_KEY)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Page[Variant]:
    """The variants of one's brands that briefs name, by campaign, product and locale."""
    wanted = VariantFilter(
        campaign_id=campaign,
        locale=locale,
        product_id=product,
        status=status,
        decision=standing,
        brands=person.brands,
    )
    page = list_variants(wanted, desk.archive.records, after=cursor, most=limit)
    return Page(items=tuple(map(variant_answer, page.variants)), next=page.next_after)
