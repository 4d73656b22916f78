"""The sensor `failures`: one alert for each run that failed for good, and not too many."""

import json
from collections.abc import Callable
from typing import Any

import dagster as dg
import pytest

from creative_assets.assets.specs import CREATIVES_JOB
from creative_assets.definitions import defs
from creative_assets.partitions import PARTITIONS_NAME
from creative_assets.resources.studio import StudioResource
from creative_assets.sensors.failures import failures, messages
from creative_assets.sensors.runs import run_tags
from creative_assets.standin.behaviour import Behaviour
from creative_assets.standin.serve import StandIn
from creative_assets.studio.notices.words import FailedRun
from creative_assets.studio.produce import Job
from tests.sensors.conftest import Mailbox

Accept = Callable[[dict[str, Any]], list[Job]]

KEY = "summer/en-US/cold-brew"

pytestmark = pytest.mark.usefixtures("settings")


@pytest.fixture
def subscribed(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    monkeypatch.setenv("CREATIVE_ASSETS_ALERT_URLS", json.dumps([mailbox.address]))
    monkeypatch.setenv("CREATIVE_ASSETS_ALERTS_PER_HOUR", "2")
    return mailbox


def tick(instance: dg.DagsterInstance) -> None:
    context = dg.build_sensor_context(
        instance=instance, definitions=defs(), resources={"studio": StudioResource()}
    )
    assert isinstance(failures(context), dg.SkipReason)


def lose_a_run(instance: dg.DagsterInstance, **tags: str) -> str:
    """A run whose worker was killed, as run monitoring leaves it."""
    instance.add_dynamic_partitions(PARTITIONS_NAME, [KEY])
    run = instance.create_run_for_job(
        defs().resolve_job_def(CREATIVES_JOB),
        tags={**run_tags([KEY]), **tags},
        status=dg.DagsterRunStatus.STARTED,
    )
    instance.report_run_failed(run, "The run worker is gone.")
    return run.run_id


def test_a_failed_run_is_told_once_with_its_variants_by_reason(
    instance: dg.DagsterInstance,
    subscribed: Mailbox,
    accepted: Accept,
    brief: dict[str, Any],
    stand_in: StandIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", stand_in.base_url)
    stand_in.change(Behaviour(refuse=("Cold Brew",)))
    accepted(brief)
    instance.add_dynamic_partitions(PARTITIONS_NAME, [KEY])
    run = (
        defs()
        .resolve_job_def(CREATIVES_JOB)
        .execute_in_process(instance=instance, tags=run_tags([KEY]), raise_on_error=False)
    )

    tick(instance)
    tick(instance)

    (letter,) = subscribed.letters
    assert letter["title"] == "summer: 1 variant failed"
    assert letter["message"].startswith("ContentRefusedError, 1 variant. The model's policy")
    assert f"{KEY}: " in letter["message"]
    assert letter["message"].endswith(f"/runs/{run.run_id}")


def test_a_lost_run_is_told_with_what_dagster_says(
    instance: dg.DagsterInstance, subscribed: Mailbox
) -> None:
    lose_a_run(instance)

    tick(instance)

    (letter,) = subscribed.letters
    assert letter["title"] == "A run for summer failed"
    assert "The run worker is gone." in letter["message"]


def test_a_lost_run_that_dagster_starts_again_is_no_alert(
    instance: dg.DagsterInstance, subscribed: Mailbox
) -> None:
    lose_a_run(instance, **{"dagster/will_retry": "true"})

    tick(instance)

    assert subscribed.letters == []


def test_no_more_alerts_than_allowed_come_in_an_hour(
    instance: dg.DagsterInstance, subscribed: Mailbox
) -> None:
    for _ in range(4):
        lose_a_run(instance)
    tick(instance)
    lose_a_run(instance)
    tick(instance)

    assert subscribed.titles == ["A run for summer failed", "3 more runs failed"]


@pytest.mark.parametrize(
    "count, room, told",
    [(0, 2, []), (2, 2, [1, 1]), (3, 2, [1, 2]), (3, 1, [3]), (3, 0, []), (1, -1, [])],
)
def test_the_last_alert_that_there_is_room_for_tells_of_all_that_is_left(
    count: int, room: int, told: list[int]
) -> None:
    runs = [FailedRun(f"{number}", "summer", (), "Lost.") for number in range(count)]

    assert [len(about) for _, about in messages(runs, room, "http://dagster")] == told
