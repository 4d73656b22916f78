"""The stand-in as an ASGI app: routes, latencies, faults, refusals, and the log of what it served.

What is answered is in `chat`, `pictures` and `answers`; how it is broken in `faults`.
"""

import asyncio
import itertools
import os
import secrets
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from creative_assets.standin import chat, faults, pictures, wire
from creative_assets.standin.behaviour import PICTURES, Behaviour
from creative_assets.standin.request_log import RequestLog, Served
from creative_assets.standin.wire import Call, Json, WireError

Reader = Callable[[Request], Awaitable[Call]]

_NICENESS = 10
_PHOTOS = ("image", "image[]")  # the names of a form's parts that are photos


class Engine:
    """Serves calls as its behaviour says, and logs them. `behaviour` may be changed at any time."""

    def __init__(self, behaviour: Behaviour, log: RequestLog) -> None:
        """Log to `log`."""
        self.log = log
        # Where it begins is left to chance: a restarted server shall not repeat itself.
        self._nonces = itertools.count(1 + secrets.randbelow(1_000_000))
        # Painting is CPU work: more threads than cores would only cost memory. An executor of
        # our own serves any number of event loops, which anyio's limiters do not.
        self._painters = ThreadPoolExecutor(os.cpu_count(), "stand-in", initializer=_be_nice)
        self.behave(behaviour)

    def behave(self, behaviour: Behaviour) -> None:
        """Take on another behaviour; its fault rules begin anew."""
        self.behaviour = behaviour
        self._picker = faults.FaultPicker(behaviour.faults)

    async def serve(self, request: Request, read: Reader) -> Response:
        """The answer to `request`, which `read` understands."""
        entry = self.log.start(request.url.path)
        try:
            response = await self._answer(request, read, entry)
            entry.status = None if entry.fault == "reset" else response.status_code
        except WireError as error:
            response = wire.error_response(error)
            entry.status = error.status
        finally:
            self.log.finish(entry)
        response.headers.update({**wire.HEADERS, "x-request-id": f"req_stand_in_{uuid4().hex}"})
        return response

    async def _answer(self, request: Request, read: Reader, entry: Served) -> Response:
        call = await read(request)
        entry.operation = call.operation
        entry.model = call.model
        entry.request_sha256 = call.request_sha256
        entry.summary = call.summary
        behaviour = self.behaviour
        entry.fault = fault = self._picker.fault_for(call.operation)
        early = faults.early_answer(fault, behaviour) if fault else None
        if early is not None:
            return early
        # The work is done within the latency, as a real service's time to answer includes it.
        answered_at = asyncio.create_task(asyncio.sleep(_latency_s(call, behaviour)))
        is_picture = call.operation in PICTURES
        refused = any(text in call.text for text in behaviour.refuse)
        if refused and is_picture:
            await answered_at
            raise faults.moderation_error()
        nonce = next(self._nonces) if behaviour.vary else 0
        threads = self._painters if is_picture else None  # text doesn't queue behind pictures
        loop = asyncio.get_running_loop()
        answer = call.answer
        if behaviour.quick_pictures and call.quick_answer is not None:
            answer = call.quick_answer
        body = await loop.run_in_executor(threads, answer, nonce)
        await answered_at
        if behaviour.gullible and call.order:
            body = chat.obeying(body, call.order)
        if refused:
            body = chat.refused(body, faults.REFUSAL)
        return await loop.run_in_executor(threads, faults.late_answer, fault, body, behaviour)


def _be_nice() -> None:
    """Let others have the CPU first, as a real service takes none of this machine's."""
    if sys.platform == "linux":  # elsewhere it is the process that becomes nice, not the thread
        os.nice(_NICENESS)


def create_app(
    behaviour: Behaviour, *, log: RequestLog | None = None, controls: bool = False
) -> Starlette:
    """The stand-in, ready for `httpx2.ASGITransport` or a server.

    Args:
        behaviour: How it answers.
        log: Where it notes what it served.
        controls: Whether `/stand-in/behaviour` and `/stand-in/requests` exist; they let whoever
            reaches the port change the behaviour, so only `serve` turns them on.
    """
    engine = Engine(behaviour, log or RequestLog())
    routes = [
        Route("/healthz", _health, methods=["GET"]),
        _route(engine, "/v1/models", _read_models, "GET"),
        _route(engine, "/v1/chat/completions", _read_chat),
        _route(engine, "/v1/images/generations", _read_generation),
        _route(engine, "/v1/images/edits", _read_edit),
    ]
    if controls:
        routes += _control_routes(engine)
    app = Starlette(routes=routes, exception_handlers={404: _unknown, 405: _unknown})
    app.state.engine = engine
    return app


def _route(engine: Engine, path: str, read: Reader, method: str = "POST") -> Route:
    async def endpoint(request: Request) -> Response:
        return await engine.serve(request, read)

    return Route(path, endpoint, methods=[method])


def _control_routes(engine: Engine) -> list[Route]:
    async def get_behaviour(_: Request) -> Response:
        return JSONResponse(engine.behaviour.model_dump(mode="json"))

    async def put_behaviour(request: Request) -> Response:
        try:
            behaviour = Behaviour.model_validate_json(await request.body())
        except ValidationError as error:
            return wire.error_response(WireError(400, str(error)))
        engine.behave(behaviour)
        return await get_behaviour(request)

    async def get_requests(_: Request) -> Response:
        entries = [entry.model_dump(mode="json") for entry in engine.log.entries()]
        return JSONResponse({"requests": entries})

    return [
        Route("/stand-in/behaviour", get_behaviour, methods=["GET"]),
        Route("/stand-in/behaviour", put_behaviour, methods=["PUT"]),
        Route("/stand-in/requests", get_requests, methods=["GET"]),
    ]


async def _health(_: Request) -> Response:
    return JSONResponse({"status": "ok", "stand_in": True})


async def _unknown(request: Request, _: Exception) -> Response:
    message = f"Invalid URL ({request.method} {request.url.path}): the stand-in has no such route."
    return wire.error_response(WireError(404, message))


async def _read_models(_: Request) -> Call:
    return Call(
        operation="models",
        model=None,
        text="",
        request_sha256=wire.sha256_of("models"),
        summary="",
        pace="none",
        answer=_list_models,
    )


def _list_models(_: int) -> Json:
    return wire.model_list()


async def _read_chat(request: Request) -> Call:
    return chat.read_chat(await request.body())


async def _read_generation(request: Request) -> Call:
    return pictures.read_generation(await request.body())


async def _read_edit(request: Request) -> Call:
    try:
        async with request.form() as form:
            parts = form.multi_items()
            fields = {name: part for name, part in parts if isinstance(part, str)}
            files = [part for name, part in parts if name in _PHOTOS and not isinstance(part, str)]
            photos = tuple([await file.read() for file in files])
    except HTTPException as error:
        raise WireError(400, f"The form cannot be read: {error.detail}", param="image") from None
    return await run_in_threadpool(pictures.read_edit, fields, photos)


def _latency_s(call: Call, behaviour: Behaviour) -> float:
    latencies = {
        "none": 0.0,
        "text": behaviour.text_latency_s,
        "vision": behaviour.vision_latency_s,
        "image": behaviour.image_latency_s,
    }
    return latencies[call.pace]
