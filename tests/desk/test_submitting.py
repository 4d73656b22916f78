"""A brief that is sent lands in the inbox as its author could have put it there."""

import json
from typing import Any

import pytest

from creative_assets.desk.desk import Desk
from creative_assets.studio.acceptance import accept_at
from creative_assets.studio.taking import take_in
from tests.conftest import LOGO
from tests.desk.campaigns import accepted, document, form
from tests.desk.visitors import SignIn

CAMPAIGNS = "/api/v1/campaigns"


def test_a_brief_is_sent_as_a_form_with_its_files(
    desk: Desk, signed_in: SignIn, brief: dict[str, Any]
) -> None:
    answer = signed_in("submit").post(CAMPAIGNS, files=form(brief))

    assert answer.status_code == 202
    assert answer.json() == {
        "campaign_id": "summer",
        "brief": "summer/brief.json",
        "variants": 1,
        "status": "/api/v1/campaigns/summer/status",
    }
    assert sorted(desk.inbox.find()) == ["summer/brief.json", "summer/logo.svg"]
    assert desk.inbox.get("summer/logo.svg") == LOGO


def test_a_brief_is_sent_as_one_json_document(
    desk: Desk, signed_in: SignIn, brief: dict[str, Any]
) -> None:
    answer = signed_in("submit").post(CAMPAIGNS, json=document(brief))

    assert answer.status_code == 202
    assert json.loads(desk.inbox.get("summer/brief.json")) == brief


def test_what_was_sent_is_taken_in_like_any_other_brief(
    desk: Desk, signed_in: SignIn, brief: dict[str, Any]
) -> None:
    signed_in("submit").post(CAMPAIGNS, files=form(brief))

    archive = desk.archive
    taken = take_in(desk.inbox, archive.store, archive.records, most=1, budget_s=60)

    assert taken.accepted == ("summer/brief.json",)


def test_all_that_is_wrong_is_told_at_its_field_and_nothing_is_put_into_the_inbox(
    desk: Desk, signed_in: SignIn, brief: dict[str, Any]
) -> None:
    brief["brand"]["primary_color"] = "green"
    brief["target_locales"] = ["en-USA"]

    answer = signed_in("submit").post(CAMPAIGNS, files=form(brief)[:1])

    assert answer.status_code == 422
    fields = {problem["field"] for problem in answer.json()["problems"]}
    assert fields == {"brand.primary_color", "target_locales[0]", "brand.logo"}
    assert all(problem["fix"] for problem in answer.json()["problems"])
    assert desk.inbox.find() == {}


def test_a_file_that_the_brief_does_not_name_is_a_problem(
    desk: Desk, signed_in: SignIn, brief: dict[str, Any]
) -> None:
    stray = ("files", ("Logo.svg", LOGO))

    answer = signed_in("submit").post(CAMPAIGNS, files=[*form(brief), stray])

    assert answer.status_code == 422
    assert "Logo.svg" in answer.json()["problems"][0]["found"]
    assert desk.inbox.find() == {}


@pytest.mark.parametrize(
    "parts",
    [
        [("files", ("logo.svg", LOGO))],
        [("brief", ("brief.json", b"{}")), ("brief", ("brief.json", b"{}"))],
        [("brief", ("brief.json", b"{}")), ("surprise", ("x", b""))],
        [("brief", ("brief.json", b"{}")), *[("files", ("logo.svg", LOGO))] * 2],
        [("brief", ("brief.json", b"{}")), ("files", (None, b"no file"))],
    ],
    ids=["no brief", "two briefs", "another part", "a file twice", "a file without a name"],
)
def test_a_form_of_other_parts_is_refused(signed_in: SignIn, parts: Any) -> None:  # noqa: ANN401 - httpx2's
    answer = signed_in("submit").post(CAMPAIGNS, files=parts)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "kind,body,status",
    [
        ("text/plain", b"campaign_id: summer", 415),
        ("application/json", b"{", 422),
        ("application/json", b'{"brief": {}, "files": {"logo.svg": "*"}}', 422),
        ("application/json", b'{"brief": ' + b"[" * 100_000, 422),
        ("multipart/form-data; boundary=x", b"no form", 400),
        ("multipart/form-data", b"no boundary", 400),
    ],
)
def test_what_cannot_be_read_is_refused(
    signed_in: SignIn, kind: str, body: bytes, status: int
) -> None:
    answer = signed_in("submit").post(CAMPAIGNS, content=body, headers={"Content-Type": kind})

    assert answer.status_code == status


def test_a_form_sent_twice_with_one_key_is_submitted_once(
    desk: Desk, signed_in: SignIn, brief: dict[str, Any]
) -> None:
    submitter = signed_in("submit")
    key = {"Idempotency-Key": "k1"}
    first = submitter.post(CAMPAIGNS, files=form(brief), headers=key)
    newer = brief | {"target_locales": ["en-US", "de-DE"]}
    submitter.post(CAMPAIGNS, files=form(newer), headers={"Idempotency-Key": "k2"})

    again = submitter.post(CAMPAIGNS, files=form(brief), headers=key)

    assert again.json() == first.json()
    assert json.loads(desk.inbox.get("summer/brief.json")) == newer
    assert submitter.post(CAMPAIGNS, files=form(newer), headers=key).status_code == 409


def test_a_campaign_of_another_brief_is_not_taken_over(
    desk: Desk, signed_in: SignIn, brief: dict[str, Any]
) -> None:
    accepted(desk, brief)

    answer = signed_in("submit").post(CAMPAIGNS, files=form(brief, name="other.json"))

    assert answer.status_code == 422
    assert "summer/brief.json" in answer.json()["problems"][0]["found"]


def test_the_status_follows_a_brief_from_the_inbox(
    desk: Desk, signed_in: SignIn, brief: dict[str, Any]
) -> None:
    submitter = signed_in("submit")
    status = submitter.post(CAMPAIGNS, files=form(brief)).json()["status"]
    assert submitter.get(status).json() == {
        "campaign_id": "summer",
        "brief": "waiting",
        "held_because": "",
        "price": "",
        "problems": [],
        "progress": None,
        "failed": [],
    }
    assert submitter.get(f"{CAMPAIGNS}/summer").status_code == 404

    archive = desk.archive
    accept_at("summer/brief.json", desk.inbox, archive.store, archive.records)
    followed = submitter.get(status).json()
    assert (followed["brief"], followed["progress"]["waiting"]) == ("accepted", 1)

    desk.inbox.delete("summer/logo.svg")
    take_in(desk.inbox, archive.store, archive.records, most=1, budget_s=60)
    refused = submitter.get(status).json()
    assert refused["brief"] == "refused"
    assert [problem["field"] for problem in refused["problems"]] == ["brand.logo"]
    assert refused["progress"]["variants"] == 1, "the accepted version stays in force"
