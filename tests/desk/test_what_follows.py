"""By the buttons stands what an approval leads to, and whether it is an ad at all."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from creative_assets.desk.desk import Desk
from creative_assets.studio.models.services import STAND_IN
from creative_assets.studio.produce import Job
from creative_assets.studio.records.ledger import GenerationClaim
from creative_assets.studio.stages import AD_COPY
from tests.desk.finished import Finished, finish, keep
from tests.desk.visitors import SignIn
from tests.specimens import copy_of

KEY = "summer/en-US/cold-brew"
CAMPAIGN = "/campaigns/summer"


@pytest.fixture
def finished(
    desk: Desk, brief: dict[str, Any], accepted: Callable[[dict[str, Any]], list[Job]]
) -> Finished:
    accepted(brief)
    return finish(desk, KEY)


def answered(desk: Desk, shown: Finished, *services: str) -> None:
    """Let each of the services have answered for the variant's copy."""
    desk.archive.records.holders.heartbeat("ann", lease_s=60)
    for service in services:
        claim = GenerationClaim(
            *(service, "ann", service, "ad_copy", "m", "summer", KEY, "ad_copy"),
            take=1,
            request_json="{}",
        )
        desk.archive.records.ledger.claim(claim)
    keep(desk, shown, AD_COPY, copy_of("en-US"), *services)


@pytest.mark.parametrize("publishes", [True, False])
def test_the_buttons_say_that_what_is_approved_is_published_where_it_is(
    desk: Desk, finished: Finished, *, publishes: bool
) -> None:
    reviewer = SignIn(replace(desk, publishes=publishes))("review")

    for address in (finished.address, f"{CAMPAIGN}/approve"):
        said = "What you approve is published." in reviewer.get(address).text
        assert said == publishes


@pytest.mark.parametrize(
    "services, said",
    [
        ((STAND_IN,), "Pictures and copy by the stand-in: no ad yet."),
        ((STAND_IN, "api.openai.com"), "Some pictures or copy by the stand-in"),
        (("api.openai.com",), None),
    ],
)
def test_what_the_stand_in_played_is_said_to_be_no_ad_yet(
    desk: Desk, signed_in: SignIn, finished: Finished, services: tuple[str, ...], said: str | None
) -> None:
    answered(desk, finished, *services)

    for address in (finished.address, CAMPAIGN):
        page = signed_in("review").get(address).text
        assert (said or "</html>") in page
        assert ("by the stand-in" in page) == (said is not None)
