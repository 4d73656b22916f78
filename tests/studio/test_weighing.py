"""A campaign that may cost too much waits for a person, and its submitter can read why."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from creative_assets.resources.opening import Archive, model_choice
from creative_assets.settings import Settings
from creative_assets.studio.acceptance import WAITING_SUFFIX
from creative_assets.studio.budget import CHARGES
from creative_assets.studio.campaigns import Campaigns
from creative_assets.studio.errors import (
    BudgetSpentError,
    DecisionConflictError,
    MissingInputError,
)
from creative_assets.studio.launches import next_launch
from creative_assets.studio.produce import Job
from creative_assets.studio.records.variants import VariantStatus
from creative_assets.studio.store import open_store
from creative_assets.studio.weighing import let_go, weigh

Accept = Callable[[dict[str, Any]], list[Job]]
Launched = Callable[..., tuple[str, ...]]

KEY = "summer/en-US/cold-brew"


@pytest.fixture
def launched(served: Settings, archive: Archive) -> Launched:
    """Weighs what waits, then launches what may start."""

    def launch(limit_usd: float | None = None, service: str = "api.openai.com") -> tuple[str, ...]:
        inbox = open_store(served.inbox_url)
        choice = model_choice(served).model_copy(update={"service": service})
        weigh(inbox, archive.store, archive.records, choice, limit_usd=limit_usd, budget_s=60)
        found = next_launch(archive.records, archive.records.variants.last_launch(), most=1_000)
        return found.wanted if found else ()

    return launch


@pytest.fixture
def campaigns(archive: Archive) -> Campaigns:
    return Campaigns(archive.records.database)


def note(settings: Settings) -> str | None:
    inbox = open_store(settings.inbox_url)
    path = f"brief.json{WAITING_SUFFIX}"
    return inbox.get(path).decode() if inbox.exists(path) else None


def test_a_campaign_without_limits_starts_and_knows_its_price(
    brief: dict[str, Any], accepted: Accept, launched: Launched, campaigns: Campaigns
) -> None:
    accepted(brief)

    assert launched() == (KEY,)
    assert campaigns.by_id(["summer"])["summer"].price.startswith("USD 0.0")


@pytest.mark.parametrize("budget_usd,limit_usd", [(0.001, None), (None, 0.001), (5, 0.001)])
def test_a_campaign_over_its_budget_or_the_deployments_limit_waits_and_says_so_beside_its_brief(
    brief: dict[str, Any],
    accepted: Accept,
    launched: Launched,
    served: Settings,
    budget_usd: float | None,
    limit_usd: float | None,
) -> None:
    accepted(brief | {"budget_usd": budget_usd})

    assert launched(limit_usd) == ()
    assert launched(limit_usd) == ()  # and goes on waiting
    told = note(served) or ""
    assert "nothing of it was started: it may cost USD 0.0" in told
    assert "`creative-assets go summer`" in told


def test_a_go_starts_it_once_and_is_kept_with_who_gave_it_and_when(
    brief: dict[str, Any],
    accepted: Accept,
    launched: Launched,
    campaigns: Campaigns,
    archive: Archive,
    served: Settings,
) -> None:
    accepted(brief | {"budget_usd": 0.001})
    launched()

    given = let_go("summer", "ann", open_store(served.inbox_url), archive.records)

    assert launched() == (KEY,)
    assert note(served) is None
    assert campaigns.goes("summer") == [given]
    assert given.given_by == "ann"
    assert given.given_at > 0
    assert "its budget_usd is 0.00" in given.held_because
    with pytest.raises(DecisionConflictError, match="not held"):
        let_go("summer", "bob", open_store(served.inbox_url), archive.records)


def test_a_go_for_a_campaign_that_nobody_knows_is_refused(
    archive: Archive, settings: Settings
) -> None:
    with pytest.raises(MissingInputError, match="Check its name"):
        let_go("sumer", "ann", open_store(settings.inbox_url), archive.records)


def test_a_brief_that_changes_is_weighed_again_though_it_had_a_go(
    brief: dict[str, Any],
    accepted: Accept,
    launched: Launched,
    archive: Archive,
    served: Settings,
) -> None:
    accepted(brief | {"budget_usd": 0.001})
    launched()
    let_go("summer", "ann", open_store(served.inbox_url), archive.records)
    launched()
    brief["target_locales"].append("de-DE")

    accepted(brief | {"budget_usd": 0.001})
    held = launched()
    accepted(brief | {"budget_usd": 5})

    assert held == ()
    assert launched() == ("summer/de-DE/cold-brew",)
    assert note(served) is None


def test_what_was_paid_before_counts_towards_the_budget(
    brief: dict[str, Any], accepted: Accept, launched: Launched, archive: Archive
) -> None:
    charge = {column.name: "" for column in CHARGES.columns} | {
        "id": "c1",
        "campaign_id": "summer",
        "begun_at": 1.0,
        "calls": 1,
        "cost_usd": 0.99,
        "unpriced": 0,
        "most_usd": 0.0,
        "under_way": False,
        "generations": 1,
        "list_price_usd": 0.99,
    }
    with archive.records.database.writing() as connection:
        connection.execute(CHARGES.insert(), charge)
    accepted(brief | {"budget_usd": 1})

    assert launched() == ()


def test_a_price_that_nobody_knows_is_over_every_limit(
    brief: dict[str, Any], accepted: Accept, launched: Launched, served: Settings
) -> None:
    accepted(brief | {"budget_usd": 100})

    assert launched(service="gpu-box:8000") == ()
    assert "unknown at gpu-box:8000" in (note(served) or "")


def test_the_stand_in_costs_nothing_so_that_nothing_waits_for_its_price(
    brief: dict[str, Any], accepted: Accept, launched: Launched
) -> None:
    accepted(brief | {"budget_usd": 0.001})

    assert launched(0.001, "stand-in") == (KEY,)


def test_a_raised_budget_launches_again_what_had_ended_for_want_of_money(
    brief: dict[str, Any], accepted: Accept, launched: Launched, archive: Archive
) -> None:
    brief["target_locales"].append("de-DE")
    jobs = accepted(brief | {"budget_usd": 1})
    launched()
    for job, reason in zip(jobs, (BudgetSpentError, MissingInputError), strict=True):
        row = archive.records.variants.by_key([job.variant.key])[job.variant.key]
        status = VariantStatus("failed", "base_images", reason.__name__, "…")
        archive.records.variants.set_status(row.key, row.version, status)

    accepted(brief | {"budget_usd": 1})
    as_before = launched()
    accepted(brief | {"budget_usd": 2})

    assert as_before == ()
    assert launched() == (jobs[0].variant.key,)


def test_a_variant_that_is_retired_leaves_though_its_campaign_waits(
    brief: dict[str, Any], accepted: Accept, launched: Launched, archive: Archive
) -> None:
    brief["target_locales"].append("de-DE")
    accepted(brief)
    launched()
    brief["target_locales"].remove("de-DE")
    brief["brand"]["tone"] = "cold"
    accepted(json.loads(json.dumps(brief | {"budget_usd": 0.001})))

    launched()

    rows = archive.records.variants.by_key(["summer/de-DE/cold-brew", KEY])
    assert rows["summer/de-DE/cold-brew"].launch is not None
    assert rows[KEY].launch is None
