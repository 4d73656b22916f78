"""Celery workers: one is killed while it works, one cut off, and one has its run cancelled."""

import asyncio
import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from creative_assets.resources.opening import Archive, open_archive, open_workbench
from creative_assets.settings import Settings
from creative_assets.standin.behaviour import Behaviour
from creative_assets.standin.serve import running
from creative_assets.studio.acceptance import accept_at, load_jobs
from creative_assets.studio.models.services import OPENAI
from creative_assets.studio.produce import Event, VariantFailed, produce
from creative_assets.studio.records.ledger import GENERATIONS
from creative_assets.studio.stages import FINAL_CREATIVES, STAGES
from creative_assets.studio.store import open_store
from tests.e2e.harness import Deployment, deployment, kept_by_operation
from tests.e2e.questions import (
    Run,
    asked,
    brief,
    drop,
    messages,
    partitions,
    put_brief,
    runs_of,
    terminate,
    variants,
    wait_for_runs,
)
from tests.e2e.workers import Worker, shared_services, worker
from tests.postgres import PostgresServer

KILLED = brief("november", ["en-US"], ["roast", "tea"])
CUT_OFF = brief("oscar", ["en-US"], ["roast", "tea"])
CANCELLED = brief("papa", ["en-US"], ["roast", "tea"])
BOTH = (KILLED, CUT_OFF)
PICTURES = (".jpg", ".png", ".webp")
BOOKED = (
    *("key", "campaign_id", "operation", "state", "result_sha256"),
    *("cost_usd", "wasted_cost_usd", "wasted_unpriced", "attempts"),
)

Ledger = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Outcome:
    """What came of both campaigns.

    Attributes:
        finals: Path → SHA-256.
        ledger: Generation → what is booked of it.
    """

    finals: Mapping[str, str]
    ledger: Ledger


@dataclass(frozen=True)
class Lost:
    """A deployment that has lost both its workers, and what became of it.

    Attributes:
        runs: Campaign → its run that was lost, and the one that Dagster started in its place.
        undisturbed: What one process makes of the same briefs.
        cancelled: A run that was cancelled afterwards, while its pictures were made.
        kept_of_cancelled: Operation → how many of its generations were kept.
    """

    place: Deployment
    runs: Mapping[str, tuple[Run, Run]]
    outcome: Outcome
    undisturbed: Outcome
    cancelled: Run
    kept_of_cancelled: Mapping[str, int]


@pytest.fixture(scope="module")
def lost(tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer) -> Iterator[Lost]:
    root = tmp_path_factory.mktemp("machines")
    with ExitStack() as stack:
        databases = stack.enter_context(shared_services(postgres, root))
        behaviour = Behaviour(image_latency_s=25)  # until both are lost
        place = stack.enter_context(deployment(root / "first", behaviour, databases))
        workers = [stack.enter_context(worker(place, name)) for name in ("second", "third")]
        for document in BOTH:
            drop(place, document)
        killed, cut_off = _lose(place, workers)
        place.standin.change(Behaviour())
        stack.enter_context(worker(place, "fourth"))
        undisturbed = _undisturbed(root / "alone")
        runs = {document["campaign_id"]: _retried(place, document) for document in BOTH}
        cut_off.come_back()
        _wait_for_goodbye(place, runs["oscar"][0])
        assert killed.process.returncode is not None
        cancelled = _cancelled(place)
        with place.archive() as archive:
            kept = kept_by_operation(archive, "papa")
            yield Lost(place, runs, _outcome(archive), undisturbed, cancelled, kept)


def _lose(place: Deployment, workers: Sequence[Worker]) -> tuple[Worker, Worker]:
    """Lose the worker of each campaign as soon as all pictures are being made."""

    _wait_for_pictures(place, len(BOTH) * 2)
    killed, cut_off = (_worker_of(place, document, workers) for document in BOTH)
    killed.kill()
    cut_off.cut_off()
    return killed, cut_off


def _wait_for_pictures(place: Deployment, count: int) -> None:
    def are_under_way() -> bool:
        return len([call for call in place.asked("image") if call.ended_s is None]) == count

    place.wait_for(are_under_way, f"{count} pictures to be under way")


def _worker_of(place: Deployment, document: Mapping[str, Any], workers: Sequence[Worker]) -> Worker:
    (run,) = runs_of(place, document["campaign_id"])
    (pid,) = {
        int(found[1])
        for message in messages(place, run.run_id)
        if (found := re.search(r"Executing steps in process \(pid: (\d+)\)", message))
    }
    (its,) = [each for each in workers if each.works_in(pid)]
    return its


def _retried(place: Deployment, document: Mapping[str, Any]) -> tuple[Run, Run]:
    first, second = wait_for_runs(place, document["campaign_id"], 2)
    return first, second


def _cancelled(place: Deployment) -> Run:
    """A run that is cancelled while its pictures are made, once it has ended."""
    place.standin.change(Behaviour(image_latency_s=8))
    drop(place, CANCELLED)
    _wait_for_pictures(place, 2)
    (run,) = runs_of(place, "papa")
    terminate(place, run.run_id)
    (ended,) = wait_for_runs(place, "papa", 1)
    return ended


def _wait_for_goodbye(place: Deployment, run: Run) -> None:
    """Until the worker that came back has noticed, and has let go of what it did."""

    def is_gone() -> bool:
        with place.archive() as archive:
            return run.run_id not in _holders(archive)

    place.wait_for(is_gone, "the worker that came back to leave its run")


def _holders(archive: Archive) -> set[str]:
    with archive.records.database.reading() as connection:
        return set(connection.exec_driver_sql("SELECT note FROM holders").scalars())


def _undisturbed(root: Path) -> Outcome:
    """What one process makes of the same briefs, at a stand-in of its own."""
    with running(Behaviour()) as standin:
        return _made_alone(root, standin.base_url)


def _made_alone(root: Path, base_url: str) -> Outcome:
    settings = Settings(
        store_url=str(root / "store"),
        records_url=f"sqlite:///{root}/records.db",
        openai_base_url=base_url,
        service_name=OPENAI,
        cpu_workers=0,
        _env_file=None,
    )
    with open_archive(settings) as archive:
        asyncio.run(_produced(settings, archive, root))
        return _outcome(archive)


async def _produced(settings: Settings, archive: Archive, root: Path) -> None:
    inbox = open_store(str(root / "inbox"))
    for document in BOTH:
        path = put_brief(inbox, document)
        accept_at(path, inbox, archive.store, archive.records)
    keys = [key for document in BOTH for key in variants(document)]
    jobs, _ = load_jobs(keys, archive.store, archive.records)
    events: list[Event] = []
    async with open_workbench(settings, archive) as bench:
        await produce(jobs, STAGES, bench, events.append, variants_in_flight=len(keys))
    assert [event for event in events if isinstance(event, VariantFailed)] == []


def _outcome(archive: Archive) -> Outcome:
    finals = {
        path: hashlib.sha256(archive.store.get(path)).hexdigest()
        for path in archive.store.find("campaigns")
        if f"/{FINAL_CREATIVES}/" in path and path.endswith(PICTURES)
    }
    with archive.records.database.reading() as connection:
        rows = connection.execute(sa.select(*(GENERATIONS.c[name] for name in BOOKED))).all()
    return Outcome(finals, {row.key: row._asdict() for row in rows})


def _of(campaign: str, ledger: Ledger) -> Ledger:
    return {key: row for key, row in ledger.items() if row["campaign_id"] == campaign}


def test_lost_runs_are_ended_and_started_again_in_the_places_that_they_had_in_the_queue(
    lost: Lost,
) -> None:
    for first, second in lost.runs.values():
        assert (first.status, second.status) == ("FAILURE", "SUCCESS")
        assert second.parent_run_id == first.run_id


def test_the_final_bytes_are_those_of_an_undisturbed_run(lost: Lost) -> None:
    assert len(lost.outcome.finals) == 8  # of each variant, a final and its preview
    assert lost.outcome.finals == lost.undisturbed.finals


def test_the_ledger_of_the_killed_worker_is_that_of_an_undisturbed_run(lost: Lost) -> None:
    booked = _of("november", lost.outcome.ledger)

    assert len(booked) == 9
    assert booked == _of("november", lost.undisturbed.ledger)


def test_what_a_worker_was_still_answered_when_it_came_back_is_booked_as_waste_and_changes_nothing(
    lost: Lost,
) -> None:
    booked = _of("oscar", lost.outcome.ledger)
    wasted = {row["operation"] for row in booked.values() if row["wasted_cost_usd"]}

    assert wasted <= {"image"}
    assert {key: {**row, "wasted_cost_usd": 0.0} for key, row in booked.items()} == _of(
        "oscar", lost.undisturbed.ledger
    )


def test_only_the_calls_that_were_under_way_are_made_again(lost: Lost) -> None:
    once = {"context_pack": 1, "ad_copy": 2, "art_direction": 2, "image": 2, "logo_spot": 2}

    for document in BOTH:
        calls = Counter(call.operation for call in asked(lost.place, document["campaign_id"]))
        assert calls == {**once, "image": 4}


def test_every_variant_is_shown_as_made_by_dagster(lost: Lost) -> None:
    for document in BOTH:
        made = partitions(lost.place, document["campaign_id"])
        assert all(made[stage].made == set(variants(document)) for stage in STAGES)


def test_a_cancelled_run_keeps_what_was_being_paid_for_and_begins_nothing_more(lost: Lost) -> None:
    assert lost.cancelled.status == "CANCELED"
    assert lost.kept_of_cancelled["image"] == 2
    assert "logo_spot" not in lost.kept_of_cancelled
