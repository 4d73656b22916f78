"""OpenAI's wire shapes that every endpoint shares: models, errors, token counts, headers.

No endpoint and no answer belongs here.
"""

import hashlib
import json
import math
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from starlette.responses import JSONResponse

from creative_assets.standin.behaviour import Operation

HEADERS = {"x-stand-in": "true", "openai-version": "2020-10-01"}
FINGERPRINT = "stand-in"
CREATED = 1_767_225_600  # one instant for all: the same request gets the same bytes

Json = dict[str, Any]


class WireError(Exception):
    """A request that gets an error answer, in OpenAI's shape."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
    ) -> None:
        """Keep the HTTP `status` and the fields of OpenAI's error object."""
        super().__init__(message)
        self.status = status
        self.error: Json = {"message": message, "type": kind, "param": param, "code": code}


@dataclass(frozen=True)
class Model:
    """A model that the stand-in plays. `shutdown_date` is YYYY-MM-DD, or None."""

    id: str
    kind: Literal["text", "image"]
    shutdown_date: str | None


@cache
def models() -> dict[str, Model]:
    """The models by id, as `data/models.toml` lists them."""
    text = files(__package__).joinpath("data/models.toml").read_text(encoding="utf-8")
    entries = tomllib.loads(text)["models"]
    return {
        entry["id"]: Model(entry["id"], entry["kind"], entry.get("shutdown_date"))
        for entry in entries
    }


def model_list() -> Json:
    """The body of `GET /v1/models`."""
    data = [
        {
            "id": model.id,
            "object": "model",
            "created": CREATED,
            "owned_by": "stand-in",
            "shutdown_date": model.shutdown_date,
        }
        for model in models().values()
    ]
    return {"object": "list", "data": data}


def require_model(name: object, kind: Literal["text", "image"]) -> Model:
    """The model of that `name`.

    Raises:
        WireError: It is unknown (404), or of the other `kind` (400).
    """
    model = models().get(name) if isinstance(name, str) else None
    if model is None:
        message = f"The model `{name}` does not exist or you do not have access to it."
        raise WireError(404, message, code="model_not_found")
    if model.kind != kind:
        message = f"`{name}` is no {kind} model; this endpoint needs one."
        raise WireError(400, message, param="model", code="invalid_value")
    return model


def error_response(error: WireError) -> JSONResponse:
    """The answer that says `error`."""
    return JSONResponse({"error": error.error}, status_code=error.status)


def text_tokens(text: str) -> int:
    """About how many tokens `text` is: a token is some four bytes."""
    return math.ceil(len(text.encode()) / 4)


def picture_tokens(width_px: int, height_px: int) -> int:
    """About how many input tokens a picture is.

    Source: 1.2 tokens for each 1024 pixels, a third-party measure of the GPT-6 family.
    """
    return math.ceil(width_px * height_px / 1024 * 1.2)


@dataclass(frozen=True)
class Call:
    """A request that was read and found right.

    Attributes:
        text: All that the author wrote in it; refusals look here.
        request_sha256: The same for the same request, whatever its encoding.
        summary: For the log.
        pace: Which of the latencies applies.
        answer: From a nonce to the body of the answer; 0 is the answer that never varies.
        quick_answer: The same at next to no cost, where there is such: for benchmarks.
        order: What a text among its facts orders to be answered instead, if one does.
    """

    operation: Operation
    model: str | None
    text: str
    request_sha256: str
    summary: str
    pace: Literal["none", "text", "vision", "image"]
    answer: Callable[[int], Json]
    quick_answer: Callable[[int], Json] | None = None
    order: str | None = None


def sha256_of(value: object) -> str:
    """The hash of any JSON value; the order of keys doesn't matter."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def number_from(*parts: object) -> int:
    """A large number, always the same for the same parts: what every choice is made with."""
    return int(sha256_of([str(part) for part in parts])[:12], 16)


def read_json(body: bytes) -> Json:
    """The JSON object of a request.

    Raises:
        WireError: It is none.
    """
    try:
        value = json.loads(body)
    except ValueError as error:
        raise WireError(400, f"We could not parse the JSON body of your request: {error}") from None
    if not isinstance(value, dict):
        raise WireError(400, "The body of the request is not a JSON object.")
    return value
