"""An instance of Dagster's own, and somebody who gets notices over HTTP."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import dagster as dg
import pytest

PATH = "hunter2"


@dataclass
class Mailbox:
    """Whatever was posted to it; takes nothing while it is closed."""

    address: str = ""
    is_open: bool = True
    letters: list[dict[str, str]] = field(default_factory=list)

    @property
    def titles(self) -> list[str]:
        return [letter["title"] for letter in self.letters]


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as opened:
        yield opened


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            letter = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if box.is_open:
                box.letters.append(letter)
            self.send_response(200 if box.is_open else 503)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    box.address = f"json://127.0.0.1:{server.server_port}/{PATH}"
    yield box
    server.shutdown()
    server.server_close()
    thread.join()
