"""What the API's OpenAPI description says beyond its routes: errors, and the ways in."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import ConfigDict, Field

from creative_assets.desk.problems import PROBLEM_JSON
from creative_assets.studio.values import Frozen

_TEXT = """For programs that submit briefs, and follow and decide on campaigns.

A page of a list names the `next` one; give it back as `cursor`. An error is a problem document
(RFC 9457). A POST with an `Idempotency-Key` may be sent again: it is done once, and answered alike.
"""
_WHY = {
    400: "The request cannot be read.",
    401: "No valid token.",
    403: "The token is not for this.",
    404: "It is not there, or not for this token to see.",
    409: "Something has changed since it was looked at, or stands against it.",
    413: "The body is too large.",
    415: "The body is of another kind.",
    422: "What was sent is wrong; the answer says what, and how to put it right.",
    503: "The records, the store or the inbox did not answer.",
}


class BriefProblem(Frozen):
    """One thing that is wrong with what was sent."""

    field: str
    expected: str
    found: str | None = None
    fix: str | None = None


class ProblemDetails(Frozen):
    """An error, as RFC 9457 has it, and what else is known of it."""

    model_config = ConfigDict(extra="allow")

    title: str
    status: int
    detail: str
    error: str | None = Field(default=None, description="The kind of error, for programs.")
    problems: tuple[BriefProblem, ...] | None = None


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may answer with these statuses, and what all may."""
    schema = {"$ref": f"#/components/schemas/{ProblemDetails.__name__}"}
    return {
        status: {"description": _WHY[status], "content": {PROBLEM_JSON: {"schema": schema}}}
        for status in sorted({*statuses, 400, 401, 422, 503})
    }


def describe(app: FastAPI) -> None:
    """Let the app's description name its errors, and the token that every route takes."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _description(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own way of extending it


def _description(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title, version=app.version, description=_TEXT, routes=app.routes
    )
    reference = "#/components/schemas/{model}"
    schema = ProblemDetails.model_json_schema(ref_template=reference)
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas.update(schema.pop("$defs"))
    schemas[ProblemDetails.__name__] = schema
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    document["security"] = [{"token": []}]
    return document
