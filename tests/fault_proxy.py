"""A proxy that spoils requests to a server, for tests: it loses, delays, cuts and forges answers.

It passes the path and all headers on as they came, so that signatures stay valid. Each request has
a connection of its own, on both sides.
"""

import asyncio
import random
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal, get_args

Fault = Literal[
    "slow_down",  # 503 with S3's own code, and nothing is done
    "server_error",  # 500, the same
    "unavailable_html",  # 503 by somebody on the way, with a page in HTML
    "reset",  # the connection breaks before anything is done
    "truncated",  # it breaks in the middle of the answer
    "slow",  # the answer comes in pieces
    "lost_reply",  # what was asked for is done, and nobody says so
    "hang",  # no answer, for ever
    "drip",  # a byte of it now and then, for ever
]
PASSING: tuple[Fault, ...] = tuple(kind for kind in get_args(Fault) if kind not in {"hang", "drip"})
"""Those that cost no more than another attempt."""

Chooser = Callable[[str], Fault | None]
"""Method and path of a request → what befalls it."""

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER on, for 0 s: closing sends RST
_SLOW_S = 0.4
_PIECES = 8
_DRIP_S = 0.5
_FORGED: dict[Fault, bytes] = {
    "slow_down": b"503 Slow Down\r\n\r\n<Error><Code>SlowDown</Code></Error>",
    "server_error": b"500 Internal\r\n\r\n<Error><Code>InternalError</Code></Error>",
    "unavailable_html": b"503 Unavailable\r\n\r\n<!DOCTYPE html><title>Back soon</title>",
}


@dataclass
class FaultProxy:
    """A proxy that runs. `fault_proxy` makes one.

    Attributes:
        choose: What befalls the next requests; nothing befalls any before it is set.
        seen: Method and path of each request, with what befell it.
    """

    port: int
    server_port: int
    choose: Chooser = field(default=lambda _: None)
    seen: list[tuple[str, Fault | None]] = field(default_factory=list)

    @property
    def endpoint(self) -> str:
        """Where clients find the server, by way of the proxy."""
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):  # the client has gone away
            try:
                head, body = await _request(reader, writer)
                asked = head.split(b" HTTP/1.1", 1)[0].decode()
                fault = self.choose(asked)
                self.seen.append((asked, fault))
                if fault == "hang":
                    await reader.read()  # until the client has had enough
                else:
                    await self._answer(head + body, fault, writer)
            finally:
                writer.close()
                await writer.wait_closed()

    async def _answer(
        self, request: bytes, fault: Fault | None, writer: asyncio.StreamWriter
    ) -> None:
        if fault == "reset":
            _reset(writer)
        elif fault in _FORGED:
            writer.write(b"HTTP/1.1 " + _FORGED[fault].replace(b"\r\n", _CLOSING, 1))
            await writer.drain()
        else:
            await _tell(await _exchange(request, self.server_port), fault, writer)


async def _tell(answer: bytes, fault: Fault | None, writer: asyncio.StreamWriter) -> None:
    match fault:
        case "lost_reply":
            _reset(writer)
        case "truncated":
            writer.write(answer[: len(answer) // 2])
            await writer.drain()
        case "slow":
            step = -(-len(answer) // _PIECES)
            for start in range(0, len(answer), step):
                writer.write(answer[start : start + step])
                await writer.drain()
                await asyncio.sleep(_SLOW_S / _PIECES)
        case "drip":
            for byte in answer[:-1]:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(_DRIP_S)
        case _:
            writer.write(answer)
            await writer.drain()


_CLOSING = b"\r\nConnection: close\r\n"


async def _request(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> tuple[bytes, bytes]:
    """A request's head, so that the server closes after it, and its body."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.rstrip().split(b"\r\n")
    headers = dict(line.lower().split(b": ", 1) for line in lines[1:])
    if b"expect" in headers:
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = await reader.readexactly(int(headers.get(b"content-length", b"0")))
    ours = (b"expect:", b"connection:")
    kept = [line for line in lines if not line.lower().startswith(ours)]
    return b"\r\n".join(kept) + _CLOSING + b"\r\n", body


async def _exchange(request: bytes, port: int) -> bytes:
    """All that the server answers."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    try:
        return await reader.read()
    finally:
        writer.close()
        await writer.wait_closed()


def _reset(writer: asyncio.StreamWriter) -> None:
    connection: socket.socket = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    writer.transport.abort()


@contextmanager
def fault_proxy(server_port: int) -> Iterator[FaultProxy]:
    """A proxy before the server at that port of the loopback, until the block ends."""
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listener:
        proxy = FaultProxy(listener.getsockname()[1], server_port)
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, name="fault-proxy")
        thread.start()
        opening = asyncio.start_server(proxy.serve, sock=listener, limit=2**20)
        server = asyncio.run_coroutine_threadsafe(opening, loop).result()
        try:
            yield proxy
        finally:
            asyncio.run_coroutine_threadsafe(_end(server), loop).result()
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()


async def _end(server: asyncio.Server) -> None:
    server.close()
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def first(*kinds: Fault) -> Chooser:
    """The first requests meet `kinds`, one each; nothing befalls those after them."""
    left = list(kinds)
    return lambda _: left.pop(0) if left else None


def first_to_each(kind: Fault) -> Chooser:
    """The first request with each method and path meets `kind`."""
    known: set[str] = set()

    def choose(asked: str) -> Fault | None:
        is_first = asked not in known
        known.add(asked)
        return kind if is_first else None

    return choose


def now_and_then(rate: float, *kinds: Fault) -> Chooser:
    """Each request meets one of `kinds` with the probability `rate`, the same in each test."""
    drawn = random.Random(f"{rate} {kinds}")  # noqa: S311 - which request fails is no secret
    return lambda _: drawn.choice(kinds) if drawn.random() < rate else None
