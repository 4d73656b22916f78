"""What somebody would try who wants more than they may. Forged identities are in `test_sign_in`."""

import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from starlette.testclient import TestClient

from creative_assets.desk.api.uploads import MAX_UPLOAD_BYTES
from creative_assets.desk.app import MAX_BODY_BYTES
from creative_assets.desk.desk import Desk
from creative_assets.studio.review import look_at
from tests.desk.campaigns import accepted, document, form, shown
from tests.desk.visitors import SignIn, token_for

API = "/api/v1"
CAMPAIGNS = f"{API}/campaigns"
JSON = "application/json"
MEGABYTE = b"x" * 1_000_000
SCRIPT = "<script>alert(1)</script>"
PATHS_OUT = [
    "..",
    "../winter",
    "../../../etc/passwd",
    "..\\..\\winter",
    "/etc/passwd",
    "summer/../winter",
    "summer\0",
    "summer\n",
    "SUMMER",
    "~root",
    "s" * 5_000,
]


def svg(inside: str, attributes: str = "", before: str = "") -> bytes:
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return (
        f'{before}<svg {names} viewBox="0 0 200 60" {attributes}>'
        f'<rect width="60" height="60" fill="#0B3D2E"/>{inside}</svg>'
    ).encode()


@pytest.fixture
def key(desk: Desk, brief: dict[str, Any]) -> str:
    """A variant of the brand Nordlys, with finals."""
    (key,) = accepted(desk, brief)
    shown(desk, key)
    return key


STARTING: dict[str, dict[str, Any]] = {"go": {"price": "USD 1.00"}, "retry": {}}
"""What to send to start what does not start by itself, by the end of the path."""


def decisions(key: str, sha256: str) -> dict[str, dict[str, Any]]:
    """What to send to decide on a variant, by the end of the path."""
    variants = {key: sha256}
    return {
        "approve": {"variants": variants},
        "revision": {"variants": variants, "scope": "copy", "note": "Shorter."},
    }


def test_no_id_leads_out_of_its_campaign(desk: Desk, signed_in: SignIn, key: str) -> None:
    admin = signed_in("admin")
    bodies = decisions(key, look_at(key, desk.archive.decisions).finals.sha256) | STARTING
    for path in PATHS_OUT:
        # Once as a client with manners would send it, and once with every character hidden.
        for written in (quote(path, safe=""), "".join(f"%{byte:02x}" for byte in path.encode())):
            at = f"{CAMPAIGNS}/{written}"
            answers = [
                *(admin.get(f"{at}{end}") for end in ("", "/status", "/estimate")),
                *(admin.post(f"{at}/{end}", json=body) for end, body in bodies.items()),
            ]
            assert {answer.status_code for answer in answers} <= {404, 422}, path


@pytest.mark.parametrize("parameter", ["campaign", "locale", "product", "cursor"])
def test_no_filter_takes_a_path(signed_in: SignIn, parameter: str) -> None:
    admin = signed_in("admin")
    for path in PATHS_OUT:
        asked = admin.get(f"{API}/variants", params={parameter: path})
        # SUMMER could be a language, for all that its letters say.
        assert asked.status_code == 422 or asked.json()["items"] == [], path


def test_no_variant_key_leads_out_of_its_campaign(signed_in: SignIn, key: str) -> None:
    admin = signed_in("admin")
    for path in PATHS_OUT:
        body = {"variants": {f"{key}/{path}": "0" * 64}}
        assert admin.post(f"{CAMPAIGNS}/summer/approve", json=body).status_code == 422, path


@pytest.mark.parametrize(
    "name", ["../../logo.svg", "/etc/logo.svg", "a/../../logo.svg", "..\\l.svg"]
)
def test_no_file_of_a_brief_is_written_outside_its_folder(
    desk: Desk, signed_in: SignIn, brief: dict[str, Any], name: str
) -> None:
    brief["brand"]["logo"] = name

    for sent in ({"files": form(brief)}, {"json": document(brief)}):
        assert signed_in("submit").post(CAMPAIGNS, **sent).status_code == 422
    assert desk.inbox.find() == {}


@pytest.mark.parametrize(
    "name",
    ["../../winter/brief.json", "/etc/brief.json", "..", ".brief.json", "..\\b.json", "b.md"],
)
def test_no_name_of_a_brief_leads_out_of_its_folder(
    desk: Desk, signed_in: SignIn, brief: dict[str, Any], name: str
) -> None:
    answer = signed_in("submit").post(CAMPAIGNS, files=form(brief, name=name))

    assert answer.status_code in {202, 400, 422}
    assert set(desk.inbox.find()) <= {"summer/brief.json", "summer/logo.svg"}


def test_another_brands_campaign_is_not_there(desk: Desk, signed_in: SignIn, key: str) -> None:
    rival = signed_in("admin", brands=frozenset({"Fjell"}))
    bodies = decisions(key, look_at(key, desk.archive.decisions).finals.sha256) | STARTING

    def answers(campaign_id: str) -> list[tuple[int, str]]:
        at = f"{CAMPAIGNS}/{campaign_id}"
        asked = [
            *(rival.get(f"{at}{end}") for end in ("", "/status", "/estimate")),
            *(rival.post(f"{at}/{end}", json=body) for end, body in bodies.items()),
        ]
        return [(each.status_code, each.text.replace(campaign_id, "…")) for each in asked]

    assert {status for status, _ in answers("summer")} == {404}
    assert answers("summer") == answers("nowhere"), "the answer does not give away that it exists"
    assert rival.get(CAMPAIGNS).json()["items"] == []
    assert rival.get(f"{API}/variants?campaign=summer").json()["items"] == []
    assert look_at(key, desk.archive.decisions).decisions == ()


@pytest.mark.parametrize("state", ["accepted", "waiting", "retired"])
def test_another_brands_campaign_is_not_taken_over_by_a_brief(
    desk: Desk, signed_in: SignIn, brief: dict[str, Any], state: str
) -> None:
    if state == "waiting":
        signed_in("submit").post(CAMPAIGNS, files=form(brief))
    else:
        accepted(desk, brief)
    if state == "retired":
        desk.archive.records.briefs.forget("summer/brief.json")
        desk.archive.records.variants.retire(["summer/en-US/cold-brew"])
        desk.inbox.delete("summer/brief.json")
    before = {path: desk.inbox.get(path) for path in desk.inbox.find()}
    rival = signed_in("submit", brands=frozenset({"Fjell"}))
    ours = json.loads(json.dumps(brief))
    ours["brand"]["name"] = "Fjell"

    answer = rival.post(CAMPAIGNS, files=form(ours, logo=svg("<circle r='9'/>")))

    assert answer.status_code == 422
    assert answer.json()["problems"][0]["field"] == "campaign_id"
    assert {path: desk.inbox.get(path) for path in desk.inbox.find()} == before


def test_a_brief_for_another_brand_is_not_submitted(
    desk: Desk, signed_in: SignIn, brief: dict[str, Any]
) -> None:
    rival = signed_in("submit", brands=frozenset({"Fjell"}))

    assert rival.post(CAMPAIGNS, files=form(brief)).status_code == 403
    assert desk.inbox.find() == {}


@pytest.mark.parametrize("roles", [("submit",), ("publish",), ("submit", "publish")])
def test_who_may_not_review_decides_nothing(
    desk: Desk,
    signed_in: SignIn,
    key: str,
    roles: Any,  # noqa: ANN401 - a tuple of literals
) -> None:
    bodies = decisions(key, look_at(key, desk.archive.decisions).finals.sha256)
    person = signed_in(*roles)

    for end, body in bodies.items():
        answer = person.post(f"{CAMPAIGNS}/summer/{end}", json=body)
        assert answer.status_code == 403
        assert "role review" in answer.json()["detail"]
    assert look_at(key, desk.archive.decisions).decisions == ()


def test_who_may_not_submit_puts_nothing_into_the_inbox(
    desk: Desk, signed_in: SignIn, brief: dict[str, Any]
) -> None:
    assert signed_in("review", "publish").post(CAMPAIGNS, files=form(brief)).status_code == 403
    assert desk.inbox.find() == {}


def test_a_link_that_was_used_or_is_over_signs_nobody_in(desk: Desk, stranger: TestClient) -> None:
    token, _ = token_for(desk, "admin")
    link = desk.access.link_to(token.id)
    stranger.post("/sign-in", data={"link": link})
    stranger.cookies.clear()

    for text in (link, "", "x", link[:-1]):
        refused = stranger.post("/sign-in", data={"link": text})
        assert refused.status_code == 403
        assert "set-cookie" not in refused.headers


def test_script_in_a_brief_and_in_a_note_is_told_as_text(
    desk: Desk, signed_in: SignIn, brief: dict[str, Any]
) -> None:
    brief["products"][0]["name"] = SCRIPT
    (key,) = accepted(desk, brief)
    sha256 = shown(desk, key)
    reviewer = signed_in("review", name=SCRIPT)
    body = decisions(key, sha256)["revision"] | {"note": SCRIPT}

    answers = [
        reviewer.post(f"{CAMPAIGNS}/summer/revision", json=body),
        reviewer.get(f"{API}/variants"),
        reviewer.get(f"{CAMPAIGNS}/{quote(SCRIPT)}"),
    ]

    assert answers[1].json()["items"][0]["decision"]["note"] == SCRIPT
    for answer in answers:
        assert answer.headers["content-type"] in {"application/json", "application/problem+json"}
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "logo",
    [
        svg(SCRIPT),
        svg("", 'onload="alert(1)"'),
        svg('<a href="javascript:alert(1)"><circle r="9"/></a>'),
        svg('<image href="https://evil.test/a.png" width="9" height="9"/>'),
        svg('<use xlink:href="https://evil.test/a.svg#b"/>'),
        svg('<style>@import url("https://evil.test/a.css");</style>'),
        svg('<rect width="9" height="9" style="fill: url(https://evil.test/a.svg#b)"/>'),
        svg('<foreignObject><iframe src="https://evil.test"/></foreignObject>'),
        svg("&x;", before='<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        b"<html><script>alert(1)</script></html>",
        b"\x89PNG\r\n\x1a\n" + SCRIPT.encode(),
        b"",
    ],
    ids=[
        *("script", "handler", "link", "picture elsewhere", "shape elsewhere", "style elsewhere"),
        *("fill elsewhere", "page inside", "entity", "a page", "no picture", "nothing"),
    ],
)
def test_a_logo_that_holds_more_than_a_picture_is_refused(
    desk: Desk, signed_in: SignIn, brief: dict[str, Any], logo: bytes
) -> None:
    answer = signed_in("submit").post(CAMPAIGNS, files=form(brief, logo))

    assert answer.status_code == 422
    assert answer.json()["problems"][0]["field"] == "brand.logo"
    assert desk.inbox.find() == {}


async def pour(visitor: TestClient, path: str, kind: str, size: int | None) -> tuple[int, int]:
    """Send without end: the answer's status, and how many bytes were taken."""
    taken = 0

    async def flood() -> AsyncIterator[bytes]:
        nonlocal taken
        while taken < 3 * MAX_UPLOAD_BYTES:
            taken += len(MEGABYTE)
            yield MEGABYTE

    headers = {"Content-Type": kind} | ({} if size is None else {"Content-Length": str(size)})
    # Starlette's own client would read all of it before it sends anything.
    through = httpx2.ASGITransport(app=visitor.app)
    async with httpx2.AsyncClient(
        transport=through, base_url="http://desk.test", headers=dict(visitor.headers)
    ) as client:
        answer = await client.post(path, content=flood(), headers=headers)
    return answer.status_code, taken


@pytest.mark.parametrize("kind", [JSON, "multipart/form-data; boundary=x"])
async def test_two_gigabytes_that_are_declared_are_not_read(signed_in: SignIn, kind: str) -> None:
    assert await pour(signed_in("submit"), CAMPAIGNS, kind, 2_000_000_000) == (413, 0)


@pytest.mark.parametrize("declared", [None, 1_000])
async def test_a_flood_that_does_not_say_how_much_it_is_is_cut_at_the_limit(
    signed_in: SignIn, declared: int | None
) -> None:
    status, taken = await pour(signed_in("submit"), CAMPAIGNS, JSON, declared)
    assert status == 413
    assert taken <= MAX_UPLOAD_BYTES + 2 * len(MEGABYTE)

    deciding = f"{CAMPAIGNS}/summer/approve"
    status, taken = await pour(signed_in("review"), deciding, JSON, declared)
    assert status == 413
    assert taken <= MAX_BODY_BYTES + 2 * len(MEGABYTE)


async def test_a_stranger_and_a_reviewer_upload_nothing(
    stranger: TestClient, signed_in: SignIn
) -> None:
    assert await pour(stranger, CAMPAIGNS, JSON, None) == (401, 0)
    assert await pour(signed_in("review"), CAMPAIGNS, JSON, None) == (403, 0)
