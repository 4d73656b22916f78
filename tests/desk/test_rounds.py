"""A round's page shows what was asked for, and the finals before and after it."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from creative_assets.desk.desk import Desk
from creative_assets.studio.produce import Job
from creative_assets.studio.rounds import Outcome
from creative_assets.studio.stages import FINAL_CREATIVES, StageOutput, folder_of
from tests.desk.finished import Finished, finish
from tests.desk.visitors import SignIn

KEY = "summer/en-US/cold-brew"
PAGE = f"/variants/{KEY}/rounds/1"


@pytest.fixture
def before(
    desk: Desk, brief: dict[str, Any], accepted: Callable[[dict[str, Any]], list[Job]]
) -> Finished:
    """Finals, of which somebody wants another picture; the round is being made."""
    accepted(brief)
    return finish(desk, KEY)


@pytest.fixture
def reviewer(signed_in: SignIn, before: Finished) -> TestClient:
    visitor = signed_in("review")
    fields = {"change": "picture", "note": "Warmer light."}
    visitor.post(before.address, data=before.form(verdict="request_changes", **fields))
    (request,) = signed_in.desk.archive.decisions.decisions_on([KEY])[KEY]
    signed_in.desk.archive.rounds.begin([request])
    return visitor


def ended(desk: Desk, outcome: Outcome) -> None:
    desk.archive.rounds.end("d1", outcome)


def made(desk: Desk) -> Finished:
    """The finals after the round, with their manifest."""
    after = finish(desk, KEY, "maroon")
    version = after.finals.version
    output = StageOutput[Any](
        stage=FINAL_CREATIVES,
        version=version,
        code_version="1",
        data={"finals": [], "clean": []},
        files=dict(after.finals.files),
        generations=(),
        strip=None,
        preview=None,
    )
    place = f"{folder_of('summer', FINAL_CREATIVES, version)}/manifest.json"
    desk.archive.store.put(place, output.model_dump_json().encode())
    return after


def test_a_round_shows_before_and_after_and_its_cost(
    desk: Desk, reviewer: TestClient, before: Finished
) -> None:
    after = made(desk)
    ended(
        desk, Outcome(after.finals.version, ("base_images",), 0.25, untouched={"1x1": (874_800, 0)})
    )

    page = reviewer.get(PAGE).text

    for each in (before, after):
        file = each.finals.files["1x1"]
        assert f"/pictures/summer/{each.finals.version}/{file.sha256}/1x1.jpg" in page
    for said in (
        "Round 1: picture",
        "USD 0.25",
        "Warmer light.",
        "None of 874,800 pixels",
        "take 25 % of",
    ):
        assert said in page
    assert f'href="{PAGE}"' in reviewer.get(before.address).text


@pytest.mark.usefixtures("before")
def test_a_round_under_way_has_no_page_yet(reviewer: TestClient) -> None:
    assert reviewer.get(PAGE).status_code == 404
    assert "The change is being made." in reviewer.get(f"/variants/{KEY}/state").text


def test_a_round_that_failed_says_why(desk: Desk, reviewer: TestClient, before: Finished) -> None:
    ended(desk, Outcome(None, (), None, error="The policy refused it."))

    assert reviewer.get(PAGE).status_code == 404
    assert "The policy refused it." in reviewer.get(before.address).text
