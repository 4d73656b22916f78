"""What every answer of the desk has in common, whatever was asked."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from creative_assets.desk.app import MAX_BODY_BYTES
from creative_assets.desk.desk import Desk
from tests.desk.visitors import SignIn


@pytest.mark.parametrize("path", ["/healthz", "/sign-in", "/api/v1/me", "/nowhere"])
def test_every_answer_lets_a_browser_run_nothing_but_the_desks_own_files(
    stranger: TestClient, path: str
) -> None:
    headers = stranger.get(path).headers

    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


def test_what_breaks_in_the_desk_is_told_without_its_secrets_and_with_the_headers(
    signed_in: SignIn,
) -> None:
    visitor = signed_in("admin")
    app = visitor.app
    assert isinstance(app, FastAPI)

    @app.get("/fall")
    def fall() -> None:
        raise ValueError("a secret")

    lenient = TestClient(app, raise_server_exceptions=False, headers=dict(visitor.headers))
    answer = lenient.get("/fall")

    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert "content-security-policy" in answer.headers


@pytest.mark.parametrize("path", ["/healthz", "/api/v1/me"])
def test_without_its_records_the_desk_says_so_and_nothing_about_the_machine(
    desk: Desk, signed_in: SignIn, path: str
) -> None:
    visitor = signed_in("admin")
    desk.archive.records.close()
    records = Path("var/records.db")
    records.rename("elsewhere.db")
    records.mkdir()

    answer = visitor.get(path)

    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert "records.db" not in answer.text


def test_a_body_that_says_it_is_too_large_is_not_read(stranger: TestClient) -> None:
    def body() -> object:
        raise AssertionError("the body was read")
        yield b""

    answer = stranger.post(
        "/sign-in",
        content=body(),  # type: ignore[arg-type]
        headers={"Content-Length": str(MAX_BODY_BYTES + 1)},
    )

    assert answer.status_code == 413


def test_pages_of_the_framework_that_need_scripts_from_elsewhere_are_off(
    signed_in: SignIn,
) -> None:
    visitor = signed_in("admin")

    assert visitor.get("/docs").status_code == 404
    assert visitor.get("/redoc").status_code == 404
