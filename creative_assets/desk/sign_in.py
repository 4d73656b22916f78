"""Who asks: a bearer token says so, a trusted proxy's header, or a session's signed cookie.

The gate stands before every route, so that one which forgets to ask is closed all the same. What a
role may do is said at the route, by the dependencies here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import Depends, HTTPException, Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from creative_assets.desk.problems import API, problem, problem_of
from creative_assets.studio.access import Access, Person, Role, Token
from creative_assets.studio.errors import CreativeAssetsError

SIGN_IN: Final = "/sign-in"
SESSION_LIFETIME_S: Final = 12 * 60 * 60
OPEN_PATHS: Final = frozenset({"/livez", "/healthz", SIGN_IN})
OPEN_FOLDER: Final = "/static/"
"""Style sheets and scripts, which hold nothing of anybody's, for the sign-in page."""

_TOKEN_ID = "token_id"  # noqa: S105 - a key of the session, not a secret
_SAFE = frozenset({"GET", "HEAD"})


@dataclass(frozen=True)
class TrustedProxy:
    """A reverse proxy that has signed people in.

    Attributes:
        network: Where its requests come from.
        user_header: The header in which it names who asks.
    """

    network: IPv4Network | IPv6Network
    user_header: str


@dataclass(frozen=True)
class Door:
    """How people may come in.

    Attributes:
        session_secret: Signs the cookies.
        is_https: Whether people reach the desk over https; then cookies go nowhere else.
        proxy: None where nobody but ourselves says who asks.
    """

    session_secret: str
    is_https: bool
    proxy: TrustedProxy | None = None


class Gate:
    """ASGI middleware that lets nobody in whom it does not know; needs sessions before it."""

    def __init__(self, app: ASGIApp, access: Access, proxy: TrustedProxy | None) -> None:
        """Stand before `app`."""
        self._app = app
        self._access = access
        self._proxy = proxy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with who asks it, or answer it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = HTTPConnection(scope)
        try:
            person = await run_in_threadpool(person_of, request, self._access, self._proxy)
        except CreativeAssetsError as error:  # the handlers of errors stand behind the gate
            await problem_of(error)(scope, receive, send)
            return
        request.state.person = person
        path = scope["path"]
        if person or path in OPEN_PATHS or path.startswith(OPEN_FOLDER):
            await self._app(scope, receive, send)
        else:
            await _unknown(scope["method"], request)(scope, receive, send)


def person_of(request: HTTPConnection, access: Access, proxy: TrustedProxy | None) -> Person | None:
    """Who asks, or None. A bearer token that is given and not valid is not made up for."""
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        token = access.given(text.strip())
        return token.person if token else None
    name = proxy and _named_by(proxy, request)
    if name:
        token = access.of_name(name)
        return token.person if token else None
    token_id = request.session.get(_TOKEN_ID)
    token = access.with_id(token_id) if token_id else None
    return token.person if token else None


def _named_by(proxy: TrustedProxy, request: HTTPConnection) -> str | None:
    """The name that the proxy gives; what others write into its header counts for nothing."""
    names = request.headers.getlist(proxy.user_header)
    if len(names) != 1 or request.client is None:
        return None
    try:
        is_proxy = ip_address(request.client.host) in proxy.network
        return names[0].encode("latin-1").decode().strip() if is_proxy else None
    except ValueError:  # no address, or no UTF-8
        return None


def begin_session(request: Request, token: Token) -> None:
    """Let the cookie of the answer sign in as `token` does, while that is valid."""
    request.session.clear()
    request.session[_TOKEN_ID] = token.id


def end_session(request: Request) -> None:
    """Take the cookie away."""
    request.session.clear()


def way_back(wanted: str) -> str:
    """Where to go after signing in: `wanted` if it is a path of this desk, else the first page."""
    is_ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return wanted if is_ours and wanted.isprintable() else "/"


def _unknown(method: str, request: HTTPConnection) -> Response:
    path = request.url.path
    wants_page = method in _SAFE and "text/html" in request.headers.get("accept", "")
    if path.startswith(API) or not wants_page:
        detail = "Sign in, or send a valid token: Authorization: Bearer ca_…"
        return problem(401, detail, headers={"WWW-Authenticate": "Bearer"})
    wanted = f"{path}?{request.url.query}" if request.url.query else path
    return RedirectResponse(f"{SIGN_IN}?next={quote(wanted, safe='')}", status_code=303)


def _signed_in(request: Request) -> Person:
    person: Person | None = request.state.person
    if person is None:
        raise HTTPException(401, "Sign in first.")
    return person


SignedIn = Annotated[Person, Depends(_signed_in)]
"""A route's parameter of this type is who asks."""


def _having(role: Role) -> Callable[[Person], Person]:
    def check(person: SignedIn) -> Person:
        if not person.may(role):
            raise HTTPException(
                403, f"This takes the role {role}, which {person.name} does not have."
            )
        return person

    return check


Submitter = Annotated[Person, Depends(_having("submit"))]
Reviewer = Annotated[Person, Depends(_having("review"))]
Admin = Annotated[Person, Depends(_having("admin"))]
