"""Events arrive as they happen; who stops listening buys nothing more and loses nothing."""

import time
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, cast

import pytest

from creative_assets.resources.opening import Archive
from creative_assets.standin.behaviour import Behaviour
from creative_assets.standin.serve import StandIn
from creative_assets.studio.errors import RequestRejectedError
from creative_assets.studio.produce import Event, Job, StageDone
from creative_assets.studio.records.ledger import GenerationRow
from creative_assets.studio.stages import AD_COPY, CONTEXT_PACK, VARIANT_BRIEF
from creative_assets.studio.streaming import produced
from creative_assets.studio.workbench import Workbench

Accept = Callable[[dict[str, Any]], list[Job]]
Bench = Callable[[], AbstractAsyncContextManager[Workbench]]

STAGES = (VARIANT_BRIEF, CONTEXT_PACK, AD_COPY)


@pytest.fixture
def jobs(brief: dict[str, Any], accepted: Accept) -> list[Job]:
    brief["target_locales"] = ["en-US", "de-DE", "fr-FR", "it-IT", "es-ES", "nl-NL"]
    return accepted(brief)


def streamed(jobs: list[Job], bench: Bench, grace_s: float = 30) -> Iterator[Event]:
    return produced(
        jobs, STAGES, bench, variants_in_flight=4, grace_s=grace_s, is_over=lambda: False
    )


def close_after_first_call(events: Iterator[Event], stand_in: StandIn) -> float:
    """When the stream was closed, in the log's monotonic seconds."""
    next(events)
    while not stand_in.requests():
        time.sleep(0.01)
    closed_s = time.monotonic()
    cast("Generator[Event]", events).close()
    return closed_s


def ledger(archive: Archive) -> list[GenerationRow]:
    with archive.records.database.reading() as connection:
        keys = [row.key for row in connection.exec_driver_sql("SELECT key FROM generations")]
    return list(archive.records.ledger.by_key(keys).values())


def test_every_stage_of_every_variant_is_told_once(jobs: list[Job], bench: Bench) -> None:
    told = [
        (event.variant.key, event.output.stage)
        for event in streamed(jobs, bench)
        if isinstance(event, StageDone)
    ]

    assert sorted(told) == sorted((job.variant.key, stage) for job in jobs for stage in STAGES)


def test_who_stops_listening_has_no_further_call_begun_and_keeps_those_under_way(
    jobs: list[Job], bench: Bench, stand_in: StandIn, archive: Archive
) -> None:
    stand_in.change(Behaviour(vary=True, text_latency_s=3))

    closed_s = close_after_first_call(streamed(jobs, bench), stand_in)
    calls = stand_in.requests()

    assert {call.operation for call in calls} == {"context_pack"}
    assert all(call.started_s < closed_s + 2 for call in calls)
    kept = [row for row in ledger(archive) if row.state == "done"]
    assert len(kept) == len(calls)
    for row in kept:
        assert row.file is not None
        assert archive.store.get_verified(row.file)


def test_a_call_that_outlasts_the_grace_is_ended_and_its_claim_is_free(
    jobs: list[Job], bench: Bench, stand_in: StandIn, archive: Archive
) -> None:
    stand_in.change(Behaviour(text_latency_s=30))

    close_after_first_call(streamed(jobs, bench, grace_s=0.1), stand_in)

    assert {row.state for row in ledger(archive)} == {"failed"}


def test_what_keeps_a_workbench_from_opening_is_raised_to_the_caller(jobs: list[Job]) -> None:
    @asynccontextmanager
    async def broken() -> AsyncIterator[Workbench]:
        raise RequestRejectedError("The store is read-only.", everywhere=True)
        yield

    with pytest.raises(RequestRejectedError, match="read-only"):
        list(streamed(jobs, broken))


def test_the_caller_may_be_slow_without_holding_up_the_calls(
    jobs: list[Job], bench: Bench, stand_in: StandIn
) -> None:
    events = streamed(jobs, bench)
    first = next(events)
    while len(stand_in.requests()) < len(jobs) * 2:  # no further event was taken meanwhile
        time.sleep(0.01)

    assert isinstance(first, StageDone)
    assert len(list(events)) == len(jobs) * len(STAGES) - 1
