"""Campaigns: submitting a brief, and the list of all."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from creative_assets.desk.api.answers import Campaign, Page, campaign_answer
from creative_assets.desk.api.description import problems
from creative_assets.desk.api.once import Attempted
from creative_assets.desk.api.uploads import MAX_UPLOAD_BYTES, REQUEST_BODY, Received, digest
from creative_assets.desk.desk import TheDesk
from creative_assets.desk.seeing import CAMPAIGN_ID
from creative_assets.desk.sign_in import SignedIn, Submitter
from creative_assets.desk.submitting import submit
from creative_assets.studio.listing import list_campaigns
from creative_assets.studio.values import Frozen

router = APIRouter(prefix="/campaigns", tags=["campaigns"])


class Submitted(Frozen):
    """A brief that lies in the inbox now; its status says what becomes of it."""

    campaign_id: str
    brief: str = Field(description="Its path in the inbox.")
    variants: int
    status: str = Field(description="Where to ask what became of it.")


@router.post(
    "",
    status_code=202,
    responses=problems(403, 409, 413, 415),
    openapi_extra=REQUEST_BODY,
    max_body_size=MAX_UPLOAD_BYTES,
)
def submit_campaign(
    upload: Received, person: Submitter, desk: TheDesk, attempt: Attempted
) -> Submitted:
    """Put a brief and its files into the inbox, from where they are taken in."""

    def make(_: str) -> Submitted:
        local, path = submit(upload, person, desk)
        brief = local.brief
        return Submitted(
            campaign_id=brief.campaign_id,
            brief=path,
            variants=len(brief.products) * len(brief.target_locales),
            status=f"{attempt.path}/{brief.campaign_id}/status",
        )

    return attempt.once(digest(upload), Submitted, make)


@router.get("", responses=problems())
def campaigns(
    person: SignedIn,
    desk: TheDesk,
    cursor: Annotated[str | None, Query(pattern=CAMPAIGN_ID)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Page[Campaign]:
    """The campaigns of one's brands, by ID."""
    page = list_campaigns(desk.archive.records, after=cursor, most=limit, brands=person.brands)
    return Page(items=tuple(map(campaign_answer, page.campaigns)), next=page.next_after)
