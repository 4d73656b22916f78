"""What goes wrong on purpose: which call a rule hits, and what that call gets instead.

Each fault imitates a failure that was measured against the real client.
"""

import base64
import io
import json
from collections.abc import Callable, Sequence
from typing import Any

import anyio
import httpx2
from PIL import Image
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

from creative_assets.standin import chat
from creative_assets.standin.behaviour import (
    PICTURES,
    STRUCTURED,
    Behaviour,
    FaultKind,
    FaultRule,
    Operation,
)
from creative_assets.standin.pictures import encode
from creative_assets.standin.wire import HEADERS, Json, WireError, error_response, number_from

HANG_UP = "stand-in.hang-up"  # the ASGI extension of `serve`: a function that ends the connection
REFUSAL = "[stand-in] I'm sorry, but I can't help with that request."
PAGE = "<html><head><title>stand-in</title></head><body><h1>{title}</h1></body></html>"
DRIP_PIECES = 20
ONLY_FOR: dict[FaultKind, tuple[Operation, ...]] = {
    "refusal": (*STRUCTURED, "chat"),
    "wrong_schema": STRUCTURED,
    "moderation_blocked": PICTURES,
    "cut_base64": PICTURES,
    "wrong_size": PICTURES,
}


class FaultPicker:
    """Decides which calls the rules hit: the same calls each time, for the same seeds."""

    def __init__(self, rules: Sequence[FaultRule]) -> None:
        """Ask the `rules` in order."""
        self._rules = tuple(rules)
        self._asked = [0] * len(self._rules)
        self._hits = [0] * len(self._rules)

    def fault_for(self, operation: Operation) -> FaultKind | None:
        """What goes wrong with the next call of that `operation`; None is nothing."""
        for index, rule in enumerate(self._rules):
            if rule.operation not in {None, operation}:
                continue
            if operation not in ONLY_FOR.get(rule.kind, (operation,)):
                continue
            if rule.times is not None and self._hits[index] >= rule.times:
                continue
            self._asked[index] += 1
            if number_from(rule.seed, rule.kind, self._asked[index]) % 10_000 < rule.rate * 10_000:
                self._hits[index] += 1
                return rule.kind
        return None


def error_for(kind: FaultKind) -> WireError | None:
    """The error that a fault of that `kind` is answered with; None where it is no plain error."""
    match kind:
        case "rate_limit" | "rate_limit_bare":
            message = "Rate limit reached. Please try again later. (stand-in)"
            return WireError(429, message, kind="requests", code="rate_limit_exceeded")
        case "insufficient_quota":
            message = "You exceeded your current quota. (stand-in)"
            return WireError(429, message, kind="insufficient_quota", code="insufficient_quota")
        case "billing_limit":
            message = "Billing hard limit has been reached. (stand-in)"
            return WireError(400, message, code="billing_hard_limit_reached")
        case "invalid_key":
            message = "Incorrect API key provided. (stand-in)"
            return WireError(401, message, code="invalid_api_key")
        case "model_retired":
            message = "The model has been shut down. (stand-in)"
            return WireError(404, message, code="model_not_found")
        case "server_error":
            message = "The server had an error while processing your request. (stand-in)"
            return WireError(500, message, kind="server_error")
        case "moderation_blocked":
            return moderation_error()
        case _:
            return None


def moderation_error() -> WireError:
    """The 400 with which a picture is refused by policy."""
    error = WireError(
        400,
        "Your request was rejected by the safety system. (stand-in)",
        kind="image_generation_user_error",
        code="moderation_blocked",
    )
    error.error["moderation_details"] = {"moderation_stage": "input", "categories": ["stand-in"]}
    return error


def early_answer(kind: FaultKind, behaviour: Behaviour) -> Response | None:
    """The answer of a fault that needs no true answer; None where one must be made first."""
    error = error_for(kind)
    if error is not None:
        response = error_response(error)
        if kind == "rate_limit":
            response.headers["retry-after"] = f"{behaviour.retry_after_s:g}"
        return response
    match kind:
        case "unavailable_html":
            return HTMLResponse(PAGE.format(title="503 Service Unavailable"), status_code=503)
        case "html_200":
            return HTMLResponse(PAGE.format(title="Please log in"))
        case "error_200":
            message = "Something went wrong. (stand-in)"
            return JSONResponse({"error": WireError(200, message, kind="server_error").error})
        case "reset":
            return HangUp(b"", send_bytes=0)
        case _:
            return None


def late_answer(kind: FaultKind | None, body: Json, behaviour: Behaviour) -> Response:
    """The true answer `body`, spoilt as `kind` says."""
    if kind in SPOILERS:
        body = SPOILERS[kind](body)
    response = JSONResponse(body)
    content = bytes(response.body)
    match kind:
        case "malformed_json":
            return Response(content[: len(content) // 2], media_type="application/json")
        case "short_body":
            return HangUp(content, send_bytes=len(content) // 2)
        case "drip":
            return Drip(content, behaviour.drip_s)
        case _:
            return response


def _break_schema(completion: Json) -> Json:
    choice = completion["choices"][0]
    message = {**choice["message"], "content": json.dumps({"stand_in": "not what was asked for"})}
    return {**completion, "choices": [{**choice, "message": message}]}


def _change_pictures(body: Json, change: Callable[[str], str]) -> Json:
    data = [
        {**datum, "b64_json": change(datum["b64_json"])} if "b64_json" in datum else datum
        for datum in body["data"]
    ]
    return {**body, "data": data}


def _cut(payload: str) -> str:
    """The first half, at a multiple of four: it still decodes, but not to a whole picture."""
    return payload[: len(payload) // 8 * 4]


def _halve(payload: str) -> str:
    with Image.open(io.BytesIO(base64.b64decode(payload))) as picture:
        output_format = str(picture.format).lower()
        smaller = picture.resize((picture.width // 2, picture.height // 2))
    return base64.b64encode(encode(smaller, output_format)).decode()


SPOILERS: dict[FaultKind | None, Callable[[Json], Json]] = {
    "refusal": lambda body: chat.refused(body, REFUSAL),
    "wrong_schema": _break_schema,
    "cut_base64": lambda body: _change_pictures(body, _cut),
    "wrong_size": lambda body: _change_pictures(body, _halve),
}


class HangUp(Response):
    """An answer that ends with the connection before it is whole."""

    def __init__(self, content: bytes, *, send_bytes: int) -> None:
        """Promise `content` and send its first `send_bytes`; at 0 not even the headers go out."""
        super().__init__(content, media_type="application/json", headers=HEADERS)
        self._send_bytes = send_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises what the client's transport would, in process, where no connection can end."""
        hang_up: Any = scope.get("extensions", {}).get(HANG_UP)
        if hang_up is None:
            raise httpx2.ReadError("The stand-in reset the connection")
        if self._send_bytes:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            piece = bytes(self.body)[: self._send_bytes]
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        hang_up(reset=not self._send_bytes)
        while (await receive())["type"] != "http.disconnect":
            pass


class Drip(Response):
    """A whole answer, in small pieces with pauses between."""

    def __init__(self, content: bytes, duration_s: float) -> None:
        """Take `duration_s` to send `content`."""
        super().__init__(content, media_type="application/json", headers=HEADERS)
        self._pause_s = duration_s / DRIP_PIECES

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's signature
        """Send the pieces."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        content = bytes(self.body)
        step = len(content) // DRIP_PIECES + 1
        for start in range(0, len(content), step):
            await anyio.sleep(self._pause_s)
            piece = content[start : start + step]
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
