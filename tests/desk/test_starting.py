"""Who may spend lets a held campaign start, and who submits launches again what has failed."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from creative_assets.desk.desk import Desk
from creative_assets.studio.campaigns import Campaign, Campaigns
from creative_assets.studio.produce import Job
from creative_assets.studio.records.variants import VariantStatus
from tests.desk.visitors import SignIn

API = "/api/v1/campaigns/summer"
PRICE = "USD 9.00 to 20.00"
WHY = "it may cost USD 9.00 to 20.00, and its budget_usd is 5.00"
KEY = "summer/en-US/cold-brew"


@pytest.fixture
def held(
    desk: Desk, brief: dict[str, Any], accepted: Callable[[dict[str, Any]], list[Job]]
) -> Campaigns:
    """The campaign summer, held because of its budget."""
    accepted(brief | {"budget_usd": 5})
    campaigns = Campaigns(desk.archive.records.database)
    (campaign,) = campaigns.at("unweighed")
    campaigns.weighed(campaign, PRICE, WHY)
    return campaigns


@pytest.fixture
def failed(
    desk: Desk, brief: dict[str, Any], accepted: Callable[[dict[str, Any]], list[Job]]
) -> Desk:
    """A desk with one variant that could not be made."""
    accepted(brief)
    records = desk.archive.records
    (row,) = records.variants.of_campaign("summer")
    records.variants.assign_launch([row.key], 1)
    status = VariantStatus(
        status="failed",
        failed_stage="base_images",
        error_class="ContentRefusedError",
        error_message="The policy refused it.",
        attempts=1,
        cost_usd=0.0,
        run_id="r1",
    )
    assert records.variants.set_status(row.key, row.version, status)
    return desk


def campaign(campaigns: Campaigns) -> Campaign:
    return campaigns.by_id(["summer"])["summer"]


def test_a_held_campaign_says_why_and_who_may_let_it_start(
    signed_in: SignIn, held: Campaigns
) -> None:
    submitter, admin = signed_in("submit"), signed_in("admin")

    assert WHY in submitter.get("/campaigns/summer").text
    assert "Waits for a go" in submitter.get("/").text
    assert "with the role admin" in submitter.get("/submitted/summer").text
    assert f"Let it start, for {PRICE}" in admin.get("/submitted/summer").text
    assert "USD 0.00 of a budget of USD 5.00" in admin.get("/campaigns/summer").text
    assert campaign(held).gate == "held"


def test_a_go_is_given_by_name_and_at_the_price_that_was_shown(
    signed_in: SignIn, held: Campaigns
) -> None:
    admin = signed_in("admin", name="Pat")

    stale = admin.post("/campaigns/summer/go", data={"price": "USD 1.00 to 2.00"})
    answer = admin.post("/campaigns/summer/go", data={"price": PRICE})

    assert stale.status_code == 409
    assert (answer.status_code, answer.headers["location"]) == (303, "/campaigns/summer")
    assert campaign(held).gate == "open"
    assert [(go.given_by, go.price) for go in held.goes("summer")] == [("Pat", PRICE)]


def test_a_program_lets_a_campaign_start_once(signed_in: SignIn, held: Campaigns) -> None:
    admin = signed_in("admin", name="Pat")
    status = admin.get(f"{API}/status").json()
    once = {"Idempotency-Key": "go-1"}

    first, again = (
        admin.post(f"{API}/go", json={"price": status["price"]}, headers=once) for _ in range(2)
    )

    assert (status["brief"], status["price"], status["held_because"]) == ("held", PRICE, WHY)
    assert (
        first.json()
        == again.json()
        == {
            "campaign_id": "summer",
            "price": PRICE,
            "held_because": WHY,
            "given_by": "Pat",
        }
    )
    assert admin.post(f"{API}/go", json={"price": PRICE}).status_code == 409
    assert len(held.goes("summer")) == 1
    assert admin.get(API).json()["budget_usd"] == 5


@pytest.mark.parametrize("way", ["/campaigns/summer/go", f"{API}/go"])
def test_only_an_admin_of_the_brand_lets_a_campaign_start(
    signed_in: SignIn, held: Campaigns, way: str
) -> None:
    body: dict[str, Any] = (
        {"json": {"price": PRICE}} if way.startswith("/api") else {"data": {"price": PRICE}}
    )
    others = signed_in("admin", brands=frozenset({"Alma"}))

    assert signed_in("submit", "review", "publish").post(way, **body).status_code == 403
    assert others.post(way, **body).status_code == 404
    assert campaign(held).gate == "held"


def test_what_has_failed_is_told_with_what_helps(failed: Desk) -> None:
    visitor = SignIn(failed)("submit")

    for address in ("/campaigns/summer", f"/variants/{KEY}"):
        page = visitor.get(address).text
        assert "The policy refused it." in page
        assert "change the brief&#39;s wording or the photo" in page
    (told,) = visitor.get(f"{API}/status").json()["failed"]
    assert "change the brief's wording" in told["what_to_do"]
    assert "<b>1</b> failed" in visitor.get("/").text


def _by_button(visitor: TestClient) -> int:
    return visitor.post("/campaigns/summer/retry", data={"variant": KEY}).status_code


def _by_program(visitor: TestClient) -> int:
    return visitor.post(f"{API}/retry", json={"variants": [KEY]}).status_code


@pytest.mark.parametrize("way", [_by_button, _by_program])
def test_what_has_failed_waits_for_a_launch_again_when_somebody_says_so(
    failed: Desk, signed_in: SignIn, way: Callable[[TestClient], int]
) -> None:
    assert way(signed_in("review")) == 403
    assert way(signed_in("submit")) in {200, 303}
    (row,) = failed.archive.records.variants.of_campaign("summer")
    assert (row.status, row.launch) == ("waiting", None)
    assert way(signed_in("submit")) == 404


def test_nothing_of_another_campaign_is_launched_again(failed: Desk, signed_in: SignIn) -> None:
    answer = signed_in("submit").post(f"{API}/retry", json={"variants": ["winter/en-US/tea"]})

    assert answer.status_code == 404
    assert [row.status for row in failed.archive.records.variants.of_campaign("summer")] == [
        "failed"
    ]
