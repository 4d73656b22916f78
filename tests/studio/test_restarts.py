"""PostgreSQL goes away and comes back while variants are made, and nobody notices."""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from creative_assets.resources.opening import Archive
from creative_assets.settings import Settings
from creative_assets.standin.behaviour import Behaviour
from creative_assets.standin.serve import StandIn
from creative_assets.studio.produce import Event, Job, StageDone, VariantFailed, produce
from creative_assets.studio.stages import STAGES
from creative_assets.studio.workbench import Workbench
from tests.conftest import product
from tests.postgres import PostgresServer

DOWN_S = 0.5


@pytest.fixture
def settings(settings: Settings, postgres_url: str) -> Settings:
    return settings.model_copy(update={"records_url": postgres_url})


async def test_a_run_goes_on_through_restarts_and_crashes_and_asks_for_nothing_twice(
    brief: dict[str, Any],
    accepted: Callable[[dict[str, Any]], list[Job]],
    bench: Callable[[], AbstractAsyncContextManager[Workbench]],
    stand_in: StandIn,
    archive: Archive,
    postgres: PostgresServer,
) -> None:
    products = [product(name, name) for name in ("roast", "tea", "tonic")]
    jobs = accepted(brief | {"products": products})
    stand_in.change(Behaviour(vary=True, text_latency_s=0.3, vision_latency_s=0.3))
    events: list[Event] = []
    async with bench() as opened:
        run = asyncio.create_task(
            produce(jobs, STAGES, opened, events.append, variants_in_flight=3)
        )
        restarts = 0
        while not run.done():
            await asyncio.sleep(DOWN_S)
            await asyncio.to_thread(postgres.crash if restarts % 2 else postgres.stop)
            await asyncio.sleep(DOWN_S)
            await asyncio.to_thread(postgres.start)
            restarts += 1
        await run

    answered = Counter(call.request_sha256 for call in stand_in.requests() if call.status == 200)
    done = Counter(event.output.stage for event in events if isinstance(event, StageDone))
    assert [event for event in events if isinstance(event, VariantFailed)] == []
    assert done == Counter(dict.fromkeys(STAGES, 3))
    assert restarts > 1
    assert set(answered.values()) == {1}
    assert {row.status for row in archive.records.variants.of_campaign("summer")} == {"done"}
