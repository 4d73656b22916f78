"""Serving the stand-in on a port: for the command line, and in a thread for tests and benchmarks.

Only what needs a socket belongs here.
"""

import asyncio
import functools
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from creative_assets.standin.app import Engine, create_app
from creative_assets.standin.behaviour import Behaviour
from creative_assets.standin.faults import HANG_UP
from creative_assets.standin.request_log import RequestLog, Served

BACKLOG = 2048  # a burst of calls must not be reset by a full queue
GRACE_S = 1
RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER on, for 0 s: closing sends RST


@dataclass(frozen=True)
class StandIn:
    """A stand-in that is being served. `base_url` is what the client's `base_url` takes."""

    base_url: str
    engine: Engine

    def requests(self) -> tuple[Served, ...]:
        """What it served so far, oldest first."""
        return self.engine.log.entries()

    def change(self, behaviour: Behaviour) -> None:
        """Answer as `behaviour` says from now on."""
        self.engine.behave(behaviour)


def serve(behaviour: Behaviour, host: str, port: int, log_path: Path | None = None) -> None:
    """Serve until interrupted.

    Args:
        behaviour: How to answer.
        host: The address to listen at.
        port: The port; 0 takes a free one.
        log_path: A file that gets one JSON line for each served call.
    """
    app = create_app(behaviour, log=RequestLog(log_path), controls=True)
    config = uvicorn.Config(
        app, host=host, port=port, http=_Protocol, backlog=BACKLOG, access_log=False, lifespan="off"
    )
    uvicorn.Server(config).run()


@contextmanager
def running(behaviour: Behaviour, log_path: Path | None = None) -> Iterator[StandIn]:
    """Serve on a free port of the loopback, in a thread, while the block runs."""
    app = create_app(behaviour, log=RequestLog(log_path), controls=True)
    config = uvicorn.Config(
        app,
        http=_Protocol,
        log_level="warning",
        lifespan="off",
        timeout_graceful_shutdown=GRACE_S,
    )
    server = uvicorn.Server(config)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        # The kernel takes connections from here on, so nobody has to wait for the thread.
        listener.listen(BACKLOG)
        port = listener.getsockname()[1]
        thread = Thread(target=server.run, kwargs={"sockets": [listener]}, name="stand-in")
        thread.start()
        try:
            yield StandIn(base_url=f"http://127.0.0.1:{port}/v1", engine=app.state.engine)
        finally:
            server.should_exit = True
            thread.join()


class _Protocol(H11Protocol):
    """HTTP that lets the app end its connection, as the faults `reset` and `short_body` need."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Offer the ending to the app, as an ASGI extension."""
        super().connection_made(transport)
        self.app = functools.partial(_with_hang_up, self.app, transport)


async def _with_hang_up(
    app: ASGIApp, transport: asyncio.Transport, scope: Scope, receive: Receive, send: Send
) -> None:
    extensions = {**scope.get("extensions", {}), HANG_UP: functools.partial(_hang_up, transport)}
    await app({**scope, "extensions": extensions}, receive, send)


def _hang_up(transport: asyncio.Transport, *, reset: bool) -> None:
    """End the connection: politely once all is sent, or with a TCP reset at once."""
    if not reset:
        transport.close()
        return
    connection: Any = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
    transport.abort()
