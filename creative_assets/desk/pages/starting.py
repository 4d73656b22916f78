"""Starting what does not start by itself: a campaign that waits for a go, and what has failed."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from creative_assets.desk.desk import TheDesk
from creative_assets.desk.pages.rendering import say
from creative_assets.desk.retrying import retry_failed
from creative_assets.desk.seeing import VisibleCampaign
from creative_assets.desk.sign_in import Admin, Submitter
from creative_assets.studio.weighing import let_go

router = APIRouter()


@router.post("/campaigns/{campaign_id}/go")
def go(
    request: Request,
    desk: TheDesk,
    campaign_id: VisibleCampaign,
    person: Admin,
    price: Annotated[str, Form()],
) -> Response:
    """Let a held campaign start, at the price that its page showed."""
    let_go(campaign_id, person.name, desk.inbox, desk.archive.records, price)
    say(request, f"It starts, for {price}.")
    return RedirectResponse(f"/campaigns/{campaign_id}", 303)


@router.post("/campaigns/{campaign_id}/retry")
def retry(
    request: Request,
    desk: TheDesk,
    campaign_id: VisibleCampaign,
    _: Submitter,
    variant: Annotated[str, Form()] = "",
) -> Response:
    """Launch again one variant that has failed, or all of the campaign's."""
    retried = retry_failed(campaign_id, [variant] if variant else [], desk)
    count = len(retried.keys)
    say(request, f"{count} variant{'' if count == 1 else 's'} to make again, for {retried.price}.")
    address = f"/variants/{variant}" if variant else f"/campaigns/{campaign_id}"
    return RedirectResponse(address, 303)
