"""A decision through the API is on bytes that were looked at, by the one whose token it is."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from creative_assets.desk.desk import Desk
from creative_assets.studio.review import UnderReview, look, look_at
from tests.desk.campaigns import accepted, shown
from tests.desk.visitors import SignIn

SUMMER = "/api/v1/campaigns/summer"
OTHER = "0" * 64


@pytest.fixture
def keys(desk: Desk, brief: dict[str, Any]) -> list[str]:
    """Three variants with finals, of which the last fails a check."""
    keys = accepted(desk, brief | {"target_locales": ["de-DE", "en-US", "fr-FR"]})
    for key in keys:
        shown(desk, key, failed=("too faint",) if key == keys[-1] else ())
    return keys


@pytest.fixture
def reviewer(signed_in: SignIn) -> TestClient:
    return signed_in("review", name="Ann")


def seen(desk: Desk, key: str) -> UnderReview:
    return look_at(key, desk.archive.decisions)


def sha256(desk: Desk, key: str) -> str:
    return seen(desk, key).finals.sha256


def approved(desk: Desk, keys: list[str]) -> list[str]:
    """Those that an approval stands on."""
    found = look(keys, desk.archive.decisions)
    return [key for key in keys if found[key].approval(takes_unverified=False)]


def test_an_approval_has_the_name_of_the_token(
    desk: Desk, reviewer: TestClient, keys: list[str]
) -> None:
    looked_at = {keys[0]: sha256(desk, keys[0])}

    answer = reviewer.post(f"{SUMMER}/approve", json={"variants": looked_at, "note": "Fine."})

    assert answer.status_code == 200
    (told,) = answer.json()["decided"]
    made = seen(desk, keys[0]).standing
    assert made is not None
    assert (made.decided_by, made.verified, made.decided_through) == ("Ann", True, "api")
    assert (told["id"], told["variant"], told["note"]) == (made.id, keys[0], "Fine.")
    assert approved(desk, keys) == keys[:1]


@pytest.mark.parametrize("field", ["decided_by", "name", "reviewer", "verified"])
def test_a_name_in_the_body_is_refused(
    desk: Desk, reviewer: TestClient, keys: list[str], field: str
) -> None:
    body = {"variants": {keys[0]: sha256(desk, keys[0])}, field: "Bob"}

    assert reviewer.post(f"{SUMMER}/approve", json=body).status_code == 422
    assert approved(desk, keys) == []


def test_all_that_pass_are_approved_but_those_that_are_named(
    desk: Desk, reviewer: TestClient, keys: list[str]
) -> None:
    answer = reviewer.post(f"{SUMMER}/approve", json={"except": [keys[1]]})

    assert [made["variant"] for made in answer.json()["decided"]] == [keys[0]]
    assert approved(desk, keys) == [keys[0]]


def test_a_mistyped_exception_approves_nothing(
    desk: Desk, reviewer: TestClient, keys: list[str]
) -> None:
    answer = reviewer.post(f"{SUMMER}/approve", json={"except": ["summer/fr-FR/cold-bruw"]})

    assert answer.status_code == 404
    assert "cold-bruw" in answer.json()["detail"]
    assert approved(desk, keys) == []


def test_finals_that_changed_since_they_were_looked_at_are_not_approved(
    desk: Desk, reviewer: TestClient, keys: list[str]
) -> None:
    looked_at = {key: sha256(desk, key) for key in keys[:2]}
    shown(desk, keys[0], b"other bytes")

    answer = reviewer.post(f"{SUMMER}/approve", json={"variants": looked_at})

    assert answer.status_code == 409
    assert [made["variant"] for made in answer.json()["decided"]] == [keys[1]]
    (refused,) = answer.json()["refused"]
    assert (refused["variant"], refused["error"]) == (keys[0], "DecisionConflictError")
    assert approved(desk, keys) == [keys[1]]


def test_a_single_refusal_says_why_itself(reviewer: TestClient, keys: list[str]) -> None:
    answer = reviewer.post(f"{SUMMER}/approve", json={"variants": {keys[0]: OTHER}})

    assert (answer.status_code, answer.json()["error"]) == (409, "DecisionConflictError")
    assert "other finals" in answer.json()["detail"]


def test_a_decision_that_was_made_since_is_not_overruled_unknowingly(
    desk: Desk, reviewer: TestClient, signed_in: SignIn, keys: list[str]
) -> None:
    body: dict[str, Any] = {"variants": {keys[0]: sha256(desk, keys[0])}}
    changes = body | {"scope": "copy", "note": "Shorter."}
    signed_in("review", name="Bo").post(f"{SUMMER}/revision", json=changes)

    refused = reviewer.post(f"{SUMMER}/approve", json=body)

    assert refused.status_code == 409
    assert "requested by Bo" in refused.json()["detail"]
    assert approved(desk, keys) == []

    body["supersede"] = [made.id for made in seen(desk, keys[0]).decisions]
    assert reviewer.post(f"{SUMMER}/approve", json=body).status_code == 200
    assert approved(desk, keys) == keys[:1]


def test_failed_checks_are_overridden_with_a_reason_by_those_who_may_publish(
    desk: Desk, reviewer: TestClient, signed_in: SignIn, keys: list[str]
) -> None:
    body: dict[str, Any] = {"variants": {keys[-1]: sha256(desk, keys[-1])}}
    refused = reviewer.post(f"{SUMMER}/approve", json=body)
    assert (refused.status_code, refused.json()["error"]) == (409, "ApprovalBlockedError")

    body["override_reason"] = "It is meant to be faint."
    assert reviewer.post(f"{SUMMER}/approve", json=body).status_code == 403
    assert approved(desk, keys) == []

    chief = signed_in("review", "publish", name="Chief")
    assert chief.post(f"{SUMMER}/approve", json=body).status_code == 200
    assert approved(desk, keys) == [keys[-1]]


@pytest.mark.parametrize(
    "body",
    [
        {"override_reason": "All of them."},
        {"variants": {}},
        {"variants": {"summer/de-DE/cold-brew": "abc"}},
        {"variants": {"summer/de-DE/cold-brew": OTHER}, "except": ["summer/de-DE/cold-brew"]},
        {"variants": {"../../etc/passwd": OTHER}},
        {"note": "x" * 2_001},
    ],
)
def test_an_approval_that_makes_no_sense_is_refused(
    desk: Desk, reviewer: TestClient, keys: list[str], body: dict[str, Any]
) -> None:
    assert reviewer.post(f"{SUMMER}/approve", json=body).status_code == 422
    assert approved(desk, keys) == []


def test_a_change_is_requested_with_its_scope_and_note(
    desk: Desk, reviewer: TestClient, keys: list[str]
) -> None:
    body = {
        "variants": {keys[0]: sha256(desk, keys[0])},
        "scope": "picture",
        "note": "Warmer light.",
    }

    answer = reviewer.post(f"{SUMMER}/revision", json=body)

    assert answer.status_code == 200
    made = seen(desk, keys[0]).standing
    assert made is not None
    assert (made.verdict, made.scope, made.note) == ("request_changes", "picture", "Warmer light.")


def test_exact_words_are_requested_letter_for_letter(
    desk: Desk, reviewer: TestClient, keys: list[str]
) -> None:
    words = {"headline": "Sommer, langsam gegossen"}
    body = {"variants": {keys[0]: sha256(desk, keys[0])}, "words": words}

    reviewer.post(f"{SUMMER}/revision", json=body)

    made = seen(desk, keys[0]).standing
    assert made is not None
    assert made.words is not None
    assert made.words.model_dump(exclude_none=True) == words


@pytest.mark.parametrize(
    "body",
    [
        {"scope": "picture"},
        {"scope": "mood", "note": "Happier."},
        {"note": "Something else."},
        {"scope": "picture", "words": {"headline": "New"}},
        {"words": {"footer": "New"}},
        {"words": {}},
        {"words": {"headline": None}},
        {"words": {"headline": "x" * 81}},
    ],
)
def test_a_request_that_does_not_say_what_to_change_is_refused(
    desk: Desk, reviewer: TestClient, keys: list[str], body: dict[str, Any]
) -> None:
    body = body | {"variants": {keys[0]: sha256(desk, keys[0])}}

    assert reviewer.post(f"{SUMMER}/revision", json=body).status_code == 422
    assert seen(desk, keys[0]).decisions == ()


def test_a_decision_sent_twice_with_one_key_is_made_once(
    desk: Desk, reviewer: TestClient, keys: list[str]
) -> None:
    body = {"variants": {keys[0]: sha256(desk, keys[0])}, "scope": "logo", "note": "Higher."}
    key = {"Idempotency-Key": "k1"}

    first = reviewer.post(f"{SUMMER}/revision", json=body, headers=key)
    shown(desk, keys[0], b"made anew")
    again = reviewer.post(f"{SUMMER}/revision", json=body, headers=key)

    assert (again.status_code, again.json()) == (200, first.json())
    assert len(seen(desk, keys[0]).decisions) == 1
    other = reviewer.post(f"{SUMMER}/revision", json=body | {"note": "Lower."}, headers=key)
    assert (other.status_code, other.json()["error"]) == (409, "KeyReusedError")


def test_after_a_refusal_the_rest_is_not_decided_twice_under_the_same_key(
    desk: Desk, reviewer: TestClient, keys: list[str]
) -> None:
    body = {"variants": {keys[0]: sha256(desk, keys[0]), keys[1]: OTHER}}
    key = {"Idempotency-Key": "k1"}

    answers = [reviewer.post(f"{SUMMER}/approve", json=body, headers=key) for _ in range(2)]

    assert answers[0].json() == answers[1].json()
    assert len(seen(desk, keys[0]).decisions) == 1


def test_a_variant_of_another_campaign_and_a_retired_one_are_not_decided_on(
    desk: Desk, reviewer: TestClient, keys: list[str], brief: dict[str, Any]
) -> None:
    (other,) = accepted(desk, brief | {"campaign_id": "winter"})
    accepted(desk, brief | {"target_locales": ["en-US"]})
    shown(desk, other)

    for key in (other, "summer/de-DE/cold-brew"):
        body = {"variants": {key: sha256(desk, key)}}
        assert reviewer.post(f"{SUMMER}/approve", json=body).status_code == 404
        assert seen(desk, key).decisions == ()
    assert keys
