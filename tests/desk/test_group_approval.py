"""Approving all that pass approves what was shown and ticked, and nothing else."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from creative_assets.desk.desk import Desk
from creative_assets.studio.produce import Job
from tests.conftest import product
from tests.desk.finished import Finished, finish
from tests.desk.visitors import SignIn

PAGE = "/campaigns/summer/approve"
ROAST, TEA, OIL = "summer/en-US/roast", "summer/en-US/tea", "summer/en-US/oil"


@pytest.fixture
def shown(
    desk: Desk, brief: dict[str, Any], accepted: Callable[[dict[str, Any]], list[Job]]
) -> list[Finished]:
    """Two variants that pass, and one with a failed check."""
    brief["products"] = [product(name, name.title()) for name in ("roast", "tea", "oil")]
    accepted(brief)
    failed = finish(desk, OIL, "olive", failed=("copy: a banned word",))
    return [finish(desk, ROAST), finish(desk, TEA, "teal"), failed]


@pytest.fixture
def reviewer(signed_in: SignIn) -> TestClient:
    return signed_in("review")


def form(*ticked: Finished) -> dict[str, Any]:
    approve = [f"{each.finals.variant_key}={each.finals.sha256}" for each in ticked]
    return {"request": "r1", "shown": "2", "approve": approve}


def decided(desk: Desk) -> dict[str, int]:
    """Variant → how many decisions there are on it."""
    return {
        key: len(made)
        for key, made in desk.archive.decisions.decisions_on((ROAST, TEA, OIL)).items()
    }


@pytest.mark.usefixtures("shown")
def test_what_failed_a_check_is_shown_and_cannot_be_ticked(reviewer: TestClient) -> None:
    page = reviewer.get(PAGE).text

    assert page.count('name="approve"') == 2
    assert f'value="{OIL}=' not in page
    assert "copy: a banned word" in page


def test_all_that_is_ticked_is_approved(
    desk: Desk, reviewer: TestClient, shown: list[Finished]
) -> None:
    answer = reviewer.post(PAGE, data=form(*shown[:2]))

    assert (answer.status_code, answer.headers["location"]) == (303, "/campaigns/summer")
    assert decided(desk) == {ROAST: 1, TEA: 1}


def test_an_exception_is_left_out_and_counted(
    desk: Desk, reviewer: TestClient, shown: list[Finished]
) -> None:
    answer = reviewer.post(PAGE, data=form(shown[0]))

    assert decided(desk) == {ROAST: 1}
    assert "1 approved, 1 left out." in reviewer.get(answer.headers["location"]).text


def test_sending_the_page_twice_decides_once(
    desk: Desk, reviewer: TestClient, shown: list[Finished]
) -> None:
    for _ in range(2):
        assert reviewer.post(PAGE, data=form(*shown[:2])).status_code == 303

    assert decided(desk) == {ROAST: 1, TEA: 1}


def test_what_was_made_again_since_is_told_and_not_approved(
    desk: Desk, reviewer: TestClient, shown: list[Finished]
) -> None:
    finish(desk, TEA, "black")

    answer = reviewer.post(PAGE, data=form(*shown[:2]))

    assert answer.status_code == 409
    assert "1 approved" in answer.text
    assert f"{TEA} has other finals by now" in answer.text
    assert decided(desk) == {ROAST: 1}


def test_nobody_slips_in_what_failed_a_check(
    desk: Desk, reviewer: TestClient, shown: list[Finished]
) -> None:
    answer = reviewer.post(PAGE, data=form(shown[2]))

    assert answer.status_code == 409
    assert decided(desk) == {}


@pytest.mark.usefixtures("shown")
def test_nothing_ticked_approves_nothing(desk: Desk, reviewer: TestClient) -> None:
    answer = reviewer.post(PAGE, data=form())

    assert "nothing was approved" in answer.text
    assert decided(desk) == {}


def ticked(page: str) -> list[str]:
    """The variants that are ticked on a page."""
    return re.findall(r'value="([^"=]+)=[0-9a-f]+" checked', page)


@pytest.mark.usefixtures("shown")
def test_what_was_unticked_stays_unticked_after_an_error(reviewer: TestClient) -> None:
    assert sorted(ticked(reviewer.get(PAGE).text)) == [ROAST, TEA]

    assert ticked(reviewer.post(PAGE, data=form()).text) == []


def test_what_was_ticked_and_typed_stays_so_after_an_error(
    reviewer: TestClient, shown: list[Finished]
) -> None:
    note = "x" * 2_001

    answer = reviewer.post(PAGE, data=form(shown[1]) | {"note": note})

    assert answer.status_code == 409
    assert ticked(answer.text) == [TEA]
    assert f'value="{note}"' in answer.text


def test_what_was_made_again_since_is_not_ticked_for_anybody(
    desk: Desk, reviewer: TestClient, shown: list[Finished]
) -> None:
    finish(desk, TEA, "black")

    answer = reviewer.post(PAGE, data=form(*shown[:2]))

    assert f'value="{TEA}=' in answer.text
    assert ticked(answer.text) == []


def test_a_submitter_approves_nothing(desk: Desk, signed_in: SignIn, shown: list[Finished]) -> None:
    submitter = signed_in("submit")

    assert submitter.get(PAGE).status_code == 403
    assert submitter.post(PAGE, data=form(*shown[:2])).status_code == 403
    assert decided(desk) == {}
