"""Campaigns in an instance of Dagster's own, with analysts who launch and a daemon that ticks."""

from collections.abc import Callable, Collection, Iterator
from typing import Any

import dagster as dg
import pytest

from creative_assets.assets.specs import CREATIVES_JOB
from creative_assets.definitions import defs
from creative_assets.partitions import PARTITIONS_NAME, range_tags
from creative_assets.resources.studio import StudioResource
from creative_assets.sensors.decisions import decisions
from creative_assets.standin.serve import StandIn
from creative_assets.studio.produce import Job
from creative_assets.studio.stages import STAGES

Accept = Callable[[dict[str, Any]], list[Job]]
Make = Callable[..., dg.ExecuteInProcessResult]
Review = Callable[..., dg.ExecuteInProcessResult]
Tick = Callable[[], tuple[list[str | None], int]]

REVIEWS_KEY = dg.AssetKey("reviews")


@pytest.fixture
def asking(stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs find their settings in the environment; theirs name a stand-in that varies and logs."""
    monkeypatch.setenv("OPENAI_BASE_URL", stand_in.base_url)


@pytest.fixture
def publishing_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """No approval is published by itself."""
    monkeypatch.setenv("CREATIVE_ASSETS_PUBLISH_AUTOMATICALLY", "false")


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as opened:
        yield opened


@pytest.fixture
def make(instance: dg.DagsterInstance) -> Make:
    """Runs stages for a range of variants in this process."""

    def execute(
        first: str, last: str, stages: Collection[str] = STAGES, **config: object
    ) -> dg.ExecuteInProcessResult:
        return (
            defs()
            .resolve_job_def(CREATIVES_JOB)
            .execute_in_process(
                instance=instance,
                tags=range_tags(first, last),
                asset_selection=[dg.AssetKey(stage) for stage in stages],
                run_config={"ops": {"creative_stages": {"config": config}}},
                raise_on_error=False,
            )
        )

    return execute


@pytest.fixture
def keys(
    accepted: Accept, brief: dict[str, Any], instance: dg.DagsterInstance, make: Make
) -> list[str]:
    """Three variants with their finals."""
    products = [
        {"id": name.lower(), "name": name, "description": f"{name}, brewed slowly."}
        for name in ("Roast", "Tea", "Tonic")
    ]
    found = [job.variant.key for job in accepted(brief | {"products": products})]
    instance.add_dynamic_partitions(PARTITIONS_NAME, found)
    assert make(found[0], found[-1]).success
    return found


@pytest.fixture
def review(instance: dg.DagsterInstance) -> Review:
    """Launches `reviews` for a range of variants, as an analyst does."""

    def execute(
        first: str, last: str, tags: dict[str, str] | None = None, **config: object
    ) -> dg.ExecuteInProcessResult:
        return (
            defs()
            .resolve_implicit_global_asset_job_def()
            .execute_in_process(
                instance=instance,
                tags={**range_tags(first, last), **(tags or {})},
                asset_selection=[REVIEWS_KEY],
                run_config={"ops": {"reviews": {"config": config}}},
                raise_on_error=False,
            )
        )

    return execute


@pytest.fixture
def tick(instance: dg.DagsterInstance) -> Tick:
    """One tick of the sensor, of which Dagster takes events and runs as its daemon does."""

    def evaluate() -> tuple[list[str | None], int]:
        context = dg.build_sensor_context(instance=instance, resources={"studio": StudioResource()})
        result = decisions(context)
        if isinstance(result, dg.SkipReason):
            return [], 0
        assert isinstance(result, dg.SensorResult)
        for event in result.asset_events:
            instance.report_runless_asset_event(event)
        for request in result.run_requests or ():
            job = defs().resolve_job_def(str(request.job_name))
            job.execute_in_process(instance=instance, tags=request.tags, raise_on_error=False)
        return [event.partition for event in result.asset_events], len(result.run_requests or ())

    return evaluate
