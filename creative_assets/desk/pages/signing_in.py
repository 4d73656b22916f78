"""The sign-in page: with a token, or by a one-time link.

A link is used up by the button and not by opening it: mail and chat programs open links to show
what is behind them.
"""

from html import escape
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from creative_assets.desk.desk import TheDesk
from creative_assets.desk.sign_in import SIGN_IN, begin_session, end_session, way_back

router = APIRouter()


@router.get(SIGN_IN)
def show(link: str = "", after: Annotated[str, Query(alias="next")] = "/") -> HTMLResponse:
    """The page, with a field for a token, or the link's button."""
    return _page(link, after)


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
        what = "link was used or is over" if link else "token is none, over or revoked"
        return _page("", after, f"This {what}. Ask for another one.", 403)
    begin_session(request, known)
    return RedirectResponse(way_back(after), 303)


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    """End the session."""
    end_session(request)
    return RedirectResponse(SIGN_IN, 303)


def _page(link: str, after: str, wrong: str = "", status: int = 200) -> HTMLResponse:
    field = (
        f'<input type="hidden" name="link" value="{escape(link)}">'
        if link
        else '<label>Token <input type="password" name="token" required autofocus></label>'
    )
    return HTMLResponse(
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Sign in</title>'
        "<h1>Sign in</h1>"
        f'<p role="alert">{escape(wrong)}</p><form method="post">{field}'
        f'<input type="hidden" name="next" value="{escape(after)}"><button>Sign in</button></form>',
        status,
    )
