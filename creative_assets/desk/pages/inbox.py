"""What waits in the inbox or was refused: a page, and the part of the first page that shows it."""

from itertools import islice

from fastapi import APIRouter, Request
from starlette.responses import Response

from creative_assets.desk.arrival import in_inbox
from creative_assets.desk.desk import TheDesk
from creative_assets.desk.pages.rendering import fragment, page
from creative_assets.desk.pulse import pulse
from creative_assets.desk.sign_in import SignedIn

router = APIRouter()

_MOST = 50


@router.get("/inbox")
def inbox(request: Request, desk: TheDesk, person: SignedIn) -> Response:
    """The briefs that are no campaigns yet, and whether somebody takes them in."""
    found = list(islice(in_inbox(person, desk), _MOST + 1))
    shown, has_more = found[:_MOST], len(found) > _MOST
    if "hx-request" in request.headers:
        return fragment("_inbox.html", found=shown, has_more=has_more, pulse=pulse(desk))
    return page(request, "inbox.html", found=shown, has_more=has_more, pulse=pulse(desk))
