"""The sign-in page: with a token, or by a one-time link.

A link is used up by the button and not by opening it: mail and chat programs open links to show
what is behind them.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from creative_assets.desk.desk import TheDesk
from creative_assets.desk.pages.rendering import page
from creative_assets.desk.sign_in import SIGN_IN, begin_session, end_session, way_back

router = APIRouter()


@router.get(SIGN_IN)
def show(
    request: Request, link: str = "", after: Annotated[str, Query(alias="next")] = "/"
) -> Response:
    """The page, with a field for a token, or the link's button."""
    return page(request, "sign_in.html", link=link, after=after, wrong="")


@router.post(SIGN_IN)
def sign_in(
    request: Request,
    desk: TheDesk,
    token: Annotated[str, Form()] = "",
    link: Annotated[str, Form()] = "",
    after: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    """Begin a session."""
    known = desk.access.redeem(link) if link else desk.access.given(token.strip())
    if known is None:
        what = "link was used or is over" if link else "token is not valid, expired or revoked"
        wrong = f"This {what}. Ask for another one."
        return page(request, "sign_in.html", status=403, link="", after=after, wrong=wrong)
    begin_session(request, known)
    return RedirectResponse(way_back(after), 303)


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    """End the session."""
    end_session(request)
    return RedirectResponse(SIGN_IN, 303)
