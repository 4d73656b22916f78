"""Errors as the API tells them: problem details (RFC 9457), with the studio's own words."""

import logging
from collections.abc import Mapping
from dataclasses import asdict
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.routing import Match

from creative_assets.studio.errors import (
    ApprovalBlockedError,
    BriefError,
    CreativeAssetsError,
    DecisionConflictError,
    DecisionRejectedError,
    KeyReusedError,
    MissingInputError,
    RequestRejectedError,
    RequestUnderWayError,
    StoreConflictError,
    TransientError,
)

API: Final = "/api/v1"
PROBLEM_JSON: Final = "application/problem+json"

_LOG = logging.getLogger(__name__)
_UNAVAILABLE = (
    "The desk's records, store or inbox do not answer. Try again; if it stays so, tell those who "
    "run the desk: its log says more."
)
_METHODS = ("GET", "HEAD", "POST")
_STATUSES: tuple[tuple[type[CreativeAssetsError], int], ...] = (
    (BriefError, 422),
    (DecisionRejectedError, 422),
    (DecisionConflictError, 409),
    (ApprovalBlockedError, 409),
    (StoreConflictError, 409),
    (MissingInputError, 404),
    (KeyReusedError, 409),
    (RequestUnderWayError, 409),
    (TransientError, 503),
)


def problem(
    status: int, detail: str, *, headers: Mapping[str, str] | None = None, **members: object
) -> JSONResponse:
    """An answer that says what is wrong."""
    content = {"title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    content |= {name: value for name, value in members.items() if value is not None}
    return JSONResponse(content, status, headers=dict(headers or {}), media_type=PROBLEM_JSON)


def answer_errors(app: FastAPI) -> None:
    """Let `app` answer with a problem whatever is wrong with a request."""
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(CreativeAssetsError, _of_studio)


def status_of(error: CreativeAssetsError) -> int:
    """The HTTP status that says what kind of error it is."""
    if isinstance(error, RequestRejectedError) and error.everywhere:
        return 503
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), 400)


async def _refused(request: Request, error: Any) -> JSONResponse:  # noqa: ANN401 - as Starlette types it
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(_methods_at(request))
    return problem(error.status_code, error.detail, headers=headers)


def _methods_at(request: Request) -> list[str]:
    """All methods that the path takes; Starlette tells those of its first route only."""
    routes = request.app.routes
    asked = ({**request.scope, "method": method} for method in _METHODS)
    return [
        scope["method"]
        for scope in asked
        if any(route.matches(scope)[0] is Match.FULL for route in routes)
    ]


async def _invalid(_: Request, error: Any) -> JSONResponse:  # noqa: ANN401 - the same
    wrong = [
        {"field": ".".join(map(str, each["loc"])), "expected": each["msg"]}
        for each in error.errors()
    ]
    return problem(422, "The request is not as described.", problems=wrong)


def problem_of(error: CreativeAssetsError) -> JSONResponse:
    """The problem that an error of the studio is for whoever asked."""
    status, kind = status_of(error), type(error).__name__
    if isinstance(error, BriefError):
        problems = [asdict(each) for each in error.problems]
        return problem(status, str(error), error=kind, problems=problems)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        # The message names files and machines, which are the operators' to know.
        _LOG.error("%s: %s", kind, error)
        return problem(status, _UNAVAILABLE, error=kind)
    return problem(status, str(error), error=kind)


async def _of_studio(_: Request, error: Any) -> JSONResponse:  # noqa: ANN401 - the same
    return problem_of(error)
