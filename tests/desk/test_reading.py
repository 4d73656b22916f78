"""The API tells of campaigns and variants what the records know, page by page."""

from typing import Any

import pytest

from creative_assets.desk.desk import Desk
from creative_assets.studio.dead_letters import what_to_do
from creative_assets.studio.records.variants import VariantStatus
from creative_assets.studio.review import Approval, Reviewer, decide, look_at
from tests.desk.campaigns import accepted, shown
from tests.desk.visitors import SignIn

API = "/api/v1"


@pytest.fixture
def keys(desk: Desk, brief: dict[str, Any]) -> list[str]:
    """Two variants of one campaign, of which the first has finals; and another campaign."""
    accepted(desk, brief | {"campaign_id": "winter"})
    keys = accepted(desk, brief | {"target_locales": ["en-US", "de-DE"]})
    shown(desk, keys[0])
    return keys


def test_campaigns_come_page_by_page(signed_in: SignIn, keys: list[str]) -> None:
    reader = signed_in("submit")

    first = reader.get(f"{API}/campaigns", params={"limit": 1}).json()
    second = reader.get(f"{API}/campaigns", params={"limit": 1, "cursor": first["next"]}).json()

    assert [page["items"][0]["campaign_id"] for page in (first, second)] == ["summer", "winter"]
    assert second["next"] is None
    assert first["items"][0]["variants"] == len(keys)


def test_a_campaign_says_what_it_is_for_and_how_far_it_is(
    signed_in: SignIn, keys: list[str]
) -> None:
    campaign = signed_in("review").get(f"{API}/campaigns/summer").json()

    assert campaign["brand"] == "Nordlys"
    assert (campaign["locales"], campaign["products"]) == (["de-DE", "en-US"], ["cold-brew"])
    assert (campaign["variants"], campaign["ready"], campaign["pending"]) == (len(keys), 1, 1)


def test_the_estimate_counts_what_is_to_be_made(signed_in: SignIn, keys: list[str]) -> None:
    estimate = signed_in("submit").get(f"{API}/campaigns/summer/estimate").json()

    assert estimate["variants"] == len(keys)
    assert estimate["to_make"]["image"] == 2
    assert 0 < estimate["low_usd"] <= estimate["high_usd"]


def test_a_variant_is_told_with_its_finals_and_the_decision_on_them(
    desk: Desk, signed_in: SignIn, keys: list[str]
) -> None:
    log = desk.archive.decisions
    ann = Reviewer(name="Ann", verified=True, through="cli")
    decide(look_at(keys[0], log), Approval(note="Fine."), ann, "d1", log)

    listed = signed_in("review").get(f"{API}/variants", params={"standing": "approved"}).json()

    (variant,) = listed["items"]
    assert variant["key"] == keys[0]
    assert variant["finals"]["sha256"] == look_at(keys[0], log).finals.sha256
    assert variant["finals"]["files"]["1x1"]["size_bytes"] == len(b"square")
    assert variant["decision"]["decided_by"] == "Ann"
    assert variant["decision"]["note"] == "Fine."

    shown(desk, keys[0], b"other bytes")
    (pending,) = signed_in("review").get(f"{API}/variants?standing=pending").json()["items"]
    assert (pending["key"], pending["decision"]) == (keys[0], None)


def test_a_failed_variant_says_why(desk: Desk, signed_in: SignIn, keys: list[str]) -> None:
    (row,) = desk.archive.records.variants.by_key([keys[1]]).values()
    failed = VariantStatus("failed", "ad_copy", "ContentRefusedError", "By policy.", 1)
    desk.archive.records.variants.set_status(row.key, row.version, failed)
    reader = signed_in("review")

    (variant,) = reader.get(f"{API}/variants?status=failed").json()["items"]
    status = reader.get(f"{API}/campaigns/summer/status").json()

    assert variant["failure"]["stage"] == "ad_copy"
    assert status["failed"] == [
        {
            "variant": keys[1],
            "stage": "ad_copy",
            "error": "ContentRefusedError",
            "message": "By policy.",
            "what_to_do": what_to_do("ContentRefusedError"),
        }
    ]


@pytest.mark.parametrize(
    "query,count",
    [
        ("", 3),
        ("?campaign=winter", 1),
        ("?locale=de-DE", 1),
        ("?product=cold-brew", 3),
        ("?product=espresso", 0),
        ("?status=waiting&standing=pending", 1),
        ("?limit=2", 2),
        ("?cursor=summer/en-US/cold-brew", 1),
    ],
)
def test_variants_are_filtered(signed_in: SignIn, keys: list[str], query: str, count: int) -> None:
    assert keys
    assert len(signed_in("review").get(f"{API}/variants{query}").json()["items"]) == count


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "cursor=x", "status=lost", "locale=!"])
def test_a_filter_that_makes_no_sense_is_refused(signed_in: SignIn, query: str) -> None:
    answer = signed_in("review").get(f"{API}/variants?{query}")

    assert answer.status_code == 422
    assert answer.json()["problems"][0]["field"].startswith("query.")
