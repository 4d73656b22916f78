"""Whoever has submitted a brief learns that it waits, for whom, or what is wrong with it."""

import json
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from creative_assets.desk.desk import Desk
from creative_assets.desk.watch import Watch
from creative_assets.studio.taking import take_in
from creative_assets.studio.vitals import Orchestration, Vitals
from tests.conftest import LOGO
from tests.desk.visitors import SignIn

HTMX = {"HX-Request": "true"}


def fares(desk: Desk, heard_s: float | None, *sensors: str) -> Desk:
    """The desk beside a daemon that was last heard of then."""
    dagster = Orchestration(
        daemons={"SENSOR": (heard_s is not None and heard_s < 60, heard_s)},
        sensors=dict.fromkeys(sensors, 5.0),
        runs={"queued": 0, "under_way": 0},
        longest_queued_s=0.0,
    )
    vitals = Vitals(has_store=True, has_records=True, orchestration=dagster)
    return replace(desk, watch=Watch(lambda: vitals))


def submit(desk: Desk, brief: dict[str, Any]) -> None:
    """Put a brief where people put theirs."""
    folder = brief["campaign_id"]
    desk.inbox.put(f"{folder}/logo.svg", LOGO)
    desk.inbox.put(f"{folder}/brief.json", json.dumps(brief).encode())


def look(desk: Desk) -> None:
    take_in(desk.inbox, desk.archive.store, desk.archive.records, most=9, budget_s=60)


@pytest.mark.parametrize(
    "heard_s, said",
    [
        (None, "which was never heard of"),
        (900.0, "Waiting for Dagster’s daemon, last heard of on"),
        (5.0, "is not switched on"),
    ],
)
def test_a_brief_that_nobody_takes_in_is_said_to_wait_and_for_whom(
    desk: Desk, brief: dict[str, Any], heard_s: float | None, said: str
) -> None:
    submit(desk, brief)
    visitor = SignIn(fares(desk, heard_s, "decisions"))("submit")

    for address in ("/submitted/summer", "/inbox"):
        page = visitor.get(address).text
        assert said in page
        assert "takes it within" not in page


@pytest.mark.parametrize("sensors", [("briefs", "decisions"), ()])
def test_a_brief_that_is_about_to_be_taken_in_is_listed_so(
    desk: Desk, brief: dict[str, Any], sensors: tuple[str, ...]
) -> None:
    submit(desk, brief)
    visitor = SignIn(fares(desk, 5.0, *sensors))("submit")

    page = visitor.get("/inbox").text

    assert "<b>summer</b>" in page
    assert "takes it within half a minute" in page


def test_a_refused_brief_is_listed_with_its_problems_until_it_is_put_right(
    desk: Desk, signed_in: SignIn, brief: dict[str, Any]
) -> None:
    wrong = brief | {"target_locales": ["en-UK"]}
    submit(desk, wrong)
    look(desk)
    visitor = signed_in("review")

    listed = visitor.get("/inbox", headers=HTMX).text
    again = visitor.get("/inbox", headers=HTMX).text
    submit(desk, brief)
    look(desk)
    mended = visitor.get("/inbox", headers=HTMX).text

    assert "1 thing to put right" in listed
    assert "Did you mean <code>en-GB</code>?" in listed
    assert again == listed, "so that problems which somebody reads stay open"
    assert "summer" not in mended


def test_the_inbox_of_another_brand_is_nobody_elses(
    desk: Desk, signed_in: SignIn, brief: dict[str, Any]
) -> None:
    submit(desk, brief)
    desk.inbox.put("unread.yaml", b"brand: [")

    seen = {
        brand: signed_in("submit", brands=frozenset({brand})).get("/inbox").text
        for brand in ("Nordlys", "Alma")
    }

    assert "summer" in seen["Nordlys"]
    assert "summer" not in seen["Alma"]
    assert all("unread" not in page for page in seen.values())
    assert "unread.yaml" in signed_in("submit").get("/inbox").text


def test_who_submitted_a_wrong_brief_by_another_way_is_told_of_it_under_their_brand(
    desk: Desk, signed_in: SignIn, brief: dict[str, Any]
) -> None:
    submit(desk, brief | {"target_locales": []})
    look(desk)

    mine = signed_in("submit", brands=frozenset({"Nordlys"})).get("/submitted/summer")
    others = signed_in("submit", brands=frozenset({"Alma"})).get("/submitted/summer")

    assert "The brief was not accepted" in mine.text
    assert others.status_code == 404


def test_a_gallery_says_what_its_variants_wait_for(
    desk: Desk, brief: dict[str, Any], stranger: TestClient
) -> None:
    submit(desk, brief)
    look(desk)
    visitor = SignIn(fares(desk, None))("review")

    part = visitor.get("/campaigns/summer/progress").text

    assert "which was never heard of" in part
    assert stranger.get("/inbox").status_code == 401


def test_a_desk_that_cannot_ask_dagster_says_so_only_where_something_waits(
    desk: Desk, signed_in: SignIn, brief: dict[str, Any]
) -> None:
    visitor = signed_in("submit")

    empty = visitor.get("/inbox", headers=HTMX).text
    submit(desk, brief)
    waiting = visitor.get("/inbox", headers=HTMX).text

    assert "DAGSTER_HOME" not in empty
    assert "the desk needs the daemon’s DAGSTER_HOME" in waiting
