"""The desk as an ASGI app: its guards, its routes, and its answers to errors.

Makes nothing at import: `create_app` takes plain objects, which `serve` opens.
"""

from fastapi import FastAPI, Request
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import Response

from creative_assets.desk import pages
from creative_assets.desk.api import (
    campaign,
    campaigns,
    decisions,
    health,
    me,
    starting,
    variants,
)
from creative_assets.desk.api.description import describe
from creative_assets.desk.desk import Desk
from creative_assets.desk.guards import HEADERS, OwnSiteOnly, SecurityHeaders
from creative_assets.desk.pages.faults import answer_errors
from creative_assets.desk.problems import API, problem
from creative_assets.desk.sign_in import SESSION_LIFETIME_S, Door, Gate

MAX_BODY_BYTES = 1_000_000
"""Of every request but those that bring files, whose routes say otherwise."""


def create_app(desk: Desk, door: Door) -> FastAPI:
    """The desk: its pages, and the REST API below `/api/v1`."""
    app = FastAPI(
        title="creative-assets",
        version="1",
        openapi_url=f"{API}/openapi.json",
        docs_url=None,  # their pages take scripts from elsewhere
        redoc_url=None,
        max_body_size=MAX_BODY_BYTES,
        middleware=[
            Middleware(SecurityHeaders, is_https=door.is_https),
            Middleware(OwnSiteOnly),
            Middleware(
                SessionMiddleware,
                secret_key=door.session_secret,
                session_cookie="creative_assets_desk",
                max_age=SESSION_LIFETIME_S,
                same_site="lax",
                https_only=door.is_https,
            ),
            Middleware(Gate, access=desk.access, proxy=door.proxy),
        ],
    )
    app.state.desk = desk
    answer_errors(app)
    app.add_exception_handler(Exception, _unexpected)
    app.include_router(health.router)
    for part in (me, campaigns, campaign, starting, decisions, variants):
        app.include_router(part.router, prefix=API)
    describe(app)
    app.include_router(pages.router, include_in_schema=False)
    return app


async def _unexpected(_: Request, __: Exception) -> Response:
    # Starlette answers these outside all middleware; the error itself goes to the log.
    detail = "Something is wrong with the desk itself; its log says what."
    return problem(500, detail, headers=HEADERS)
