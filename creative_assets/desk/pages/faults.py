"""What is wrong with a request, as a page for people and as a problem for programs."""

import json
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from creative_assets.desk import problems
from creative_assets.desk.pages.rendering import page
from creative_assets.desk.problems import API
from creative_assets.studio.errors import CreativeAssetsError


def answer_errors(app: FastAPI) -> None:
    """Let `app` say what is wrong, to whoever asks."""
    problems.answer_errors(app)
    for kind in (HTTPException, RequestValidationError, CreativeAssetsError):
        app.add_exception_handler(kind, _for_people(app.exception_handlers[kind]))


def _for_people(answer: Callable[[Request, Any], Any]) -> Callable[[Request, Any], Any]:
    async def answered(request: Request, error: Any) -> Response:  # noqa: ANN401 - as Starlette has it
        told: Response = await answer(request, error)
        is_browser = "text/html" in request.headers.get("accept", "")
        if not is_browser or request.url.path.startswith(API):
            return told
        said = json.loads(bytes(told.body))
        return page(request, "error.html", status=told.status_code, detail=said["detail"])

    return answered
