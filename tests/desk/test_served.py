"""What only a desk on a port can show: the API as a tool sees it, and what reaches the socket."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpx2
import pytest

from creative_assets.desk.app import create_app
from creative_assets.desk.desk import Desk
from creative_assets.desk.serve import server_of
from creative_assets.desk.sign_in import Door, TrustedProxy
from creative_assets.resources.opening import open_archive
from creative_assets.settings import Settings
from creative_assets.studio.access import Access
from tests.desk.campaigns import accepted, shown
from tests.desk.visitors import token_for

CONFIG = Path(__file__).parents[2] / "schemathesis.toml"
DOOR = Door(
    session_secret="s" * 32,
    is_https=False,
    proxy=TrustedProxy(ip_network("10.0.0.7"), "X-Forwarded-User"),
)


@pytest.fixture
def address(desk: Desk) -> Iterator[str]:
    """A desk that trusts a proxy on another machine, served at the loopback."""
    server = server_of(create_app(desk, DOOR), "127.0.0.1", 0)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()
    yield f"http://{host}:{port}"
    server.should_exit = True
    thread.join()


def test_schemathesis_finds_nothing(
    desk: Desk, address: str, brief: dict[str, Any], tmp_path: Path
) -> None:
    for key in accepted(desk, brief):
        shown(desk, key)
    _, text = token_for(desk, "admin")
    header = f"Authorization: Bearer {text}"

    program = [sys.executable, "-m", "schemathesis.cli", f"--config-file={CONFIG}", "run"]
    found = subprocess.run(
        [*program, f"{address}/api/v1/openapi.json", "--header", header, "--max-examples=10"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert found.returncode == 0, found.stdout


def test_a_header_cannot_say_that_a_request_comes_from_the_proxy(desk: Desk, address: str) -> None:
    token_for(desk, "admin", name="Ann")
    forged = {"X-Forwarded-User": "Ann", "X-Forwarded-For": "10.0.0.7", "X-Real-IP": "10.0.0.7"}

    assert httpx2.get(f"{address}/api/v1/me", headers=forged).status_code == 401


def test_the_command_listens_at_the_loopback_and_signs_in_who_started_it(
    settings: Settings,
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "creative_assets", "desk", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        running.stdout.readline()
        link = httpx2.URL(running.stdout.readline().strip())
        try:
            with httpx2.Client(transport=httpx2.HTTPTransport(retries=9)) as browser:
                begun = browser.post(link, data={"link": link.params["link"]})
                me = browser.get(link.join("/api/v1/me")).json()
            with pytest.raises(ConnectionRefusedError), socket.socket() as elsewhere:
                elsewhere.connect(("127.0.0.2", port))
        finally:
            running.terminate()

    assert (link.host, link.port, begun.status_code) == ("127.0.0.1", port, 303)
    assert me["roles"] == ["admin"]
    with open_archive(settings) as archive:
        (token,) = Access(archive.records.database).all()
    assert token.revoked_at is not None, "what the link opened ends with the desk"
