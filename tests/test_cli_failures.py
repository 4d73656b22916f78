"""What the command line says of failures, and launches again."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from creative_assets.cli import app
from creative_assets.resources.opening import Archive
from creative_assets.studio.campaigns import Campaigns
from creative_assets.studio.launches import next_launch
from creative_assets.studio.produce import Job
from creative_assets.studio.records.variants import VariantStatus

Accept = Callable[[dict[str, Any]], list[Job]]

KEY = "summer/en-US/cold-brew"
MESSAGE = "gpt-image refused [the content] by its policy."


def creative_assets(*args: str) -> Result:
    return CliRunner().invoke(app, list(args))


@pytest.fixture
def _failed(accepted: Accept, brief: dict[str, Any], archive: Archive) -> None:
    """One variant, which was launched and has failed."""
    accepted(brief)
    campaigns = Campaigns(archive.records.database)
    (campaign,) = campaigns.at("unweighed")
    campaigns.weighed(campaign, "USD 0.00", "")
    archive.records.variants.assign_launch([KEY], 1)
    (row,) = archive.records.variants.of_campaign("summer")
    status = VariantStatus(
        "failed", "base_images", "ContentRefusedError", MESSAGE, 3, None, "run-1"
    )
    archive.records.variants.set_status(KEY, row.version, status)


@pytest.mark.usefixtures("settings")
def test_without_failures_that_is_said() -> None:
    result = creative_assets("failures")

    assert (result.exit_code, result.stdout) == (0, "Nothing has failed.\n")


@pytest.mark.usefixtures("_failed")
def test_failures_name_the_variant_its_message_cost_and_what_to_do() -> None:
    result = creative_assets("failures", "summer/*")

    words = " ".join(result.stdout.replace("│", " ").split())
    assert "ContentRefusedError, 1 variant" in words
    assert "change the brief's wording or the photo" in words
    assert "unknown" in words
    assert "[the" in words


@pytest.mark.usefixtures("_failed")
def test_programs_get_each_failure_as_a_document() -> None:
    result = creative_assets("failures", "--json")

    (letter,) = map(json.loads, result.stdout.splitlines())
    assert letter["variant_key"] == KEY
    assert (letter["message"], letter["attempts"], letter["cost_usd"]) == (MESSAGE, 3, None)
    assert letter["failed_at"].endswith("Z")


@pytest.mark.usefixtures("_failed")
def test_a_pattern_that_matches_no_failure_shows_none() -> None:
    assert creative_assets("failures", "winter/*").stdout == "Nothing has failed.\n"


@pytest.mark.usefixtures("_failed")
def test_a_retry_names_what_it_launches_and_what_it_may_cost(archive: Archive) -> None:
    result = creative_assets("retry", "summer/*")

    assert result.exit_code == 0
    done, told = result.stdout.splitlines()
    assert done == f"✓ {KEY}"
    assert told.startswith("1 variant to launch, for USD 0.00: the sensor `briefs`")
    launch = next_launch(archive.records, 1, most=10)
    assert launch is not None
    assert launch.wanted == (KEY,)


@pytest.mark.usefixtures("_failed")
def test_a_retry_of_nothing_ends_with_an_error() -> None:
    result = creative_assets("retry", "winter/*")

    assert result.exit_code == 1
    assert "No variant that has failed matches winter/*" in result.stderr
