"""How everything fares: in a word for strangers, in numbers for those with a token."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from creative_assets.desk.desk import Desk
from creative_assets.desk.watch import Watch
from creative_assets.studio.produce import Job
from creative_assets.studio.vitals import Orchestration, Vitals
from tests.desk.visitors import SignIn, visitor_of

Accept = Callable[[dict[str, Any]], list[Job]]

DEAD = Vitals(
    has_store=True,
    has_records=True,
    variants={"failed": 2},
    calls={"done": 7},
    orchestration=Orchestration(
        daemons={"SENSOR": (False, 900.0)},
        sensors={"briefs": 901.0},
        runs={"queued": 3, "under_way": 1},
        longest_queued_s=0.0,
    ),
)


@pytest.fixture
def ailing(desk: Desk) -> Desk:
    """A desk whose daemon is dead."""
    return replace(desk, watch=Watch(lambda: DEAD))


def test_a_dead_daemon_is_told_to_a_stranger_by_the_status_and_no_campaign_is_named(
    ailing: Desk, accepted: Accept, brief: dict[str, Any]
) -> None:
    accepted(brief)

    answer = visitor_of(ailing).get("/healthz")

    assert answer.status_code == 503
    assert answer.json()["status"] == "failing"
    assert answer.json()["parts"]["daemon"] == "failing"
    assert "summer" not in answer.text


def test_a_desk_that_answers_is_alive_whatever_else_is_dead(ailing: Desk) -> None:
    assert visitor_of(ailing).get("/livez").status_code == 200


def test_a_desk_that_was_told_of_no_dagster_calls_its_parts_unknown(
    stranger: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DAGSTER_HOME")

    answer = stranger.get("/healthz")

    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    assert answer.json()["parts"]["daemon"] == "unknown"


def test_numbers_are_for_those_with_a_token(ailing: Desk) -> None:
    stranger, scraper = visitor_of(ailing), SignIn(ailing)("submit")

    refused, told = stranger.get("/metrics"), scraper.get("/metrics")

    assert refused.status_code == 401
    assert told.headers["content-type"].startswith("text/plain")
    lines = told.text.splitlines()
    assert 'creative_assets_up{part="daemon"} 0.0' in lines
    assert 'creative_assets_up{part="store"} 1.0' in lines
    assert 'creative_assets_heartbeat_age_seconds{daemon="SENSOR"} 900.0' in lines
    assert 'creative_assets_variants{status="failed"} 2.0' in lines
    assert 'creative_assets_runs{status="queued"} 3.0' in lines


def test_however_often_it_is_asked_the_deployment_is_measured_once_in_a_while() -> None:
    measured = []

    def measure() -> Vitals:
        measured.append(DEAD)
        return DEAD

    seldom, always = Watch(measure), Watch(measure, every_s=0)
    for _ in range(3):
        seldom.vitals()
    once = len(measured)
    for _ in range(3):
        always.vitals()

    assert (once, len(measured)) == (1, 4)
