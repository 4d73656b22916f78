"""A disk that is full or read-only costs time: what was kept is whole, the rest is made later."""

import asyncio
import json
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from creative_assets.resources.opening import Archive
from creative_assets.settings import Settings
from creative_assets.standin.behaviour import Behaviour
from creative_assets.standin.serve import StandIn
from creative_assets.studio.errors import RequestRejectedError
from creative_assets.studio.produce import Event, Job, VariantFailed, produce
from creative_assets.studio.records.ledger import GenerationRow
from creative_assets.studio.stages import STAGES
from creative_assets.studio.store import StoredFile
from creative_assets.studio.workbench import Workbench
from tests.conftest import product
from tests.faults.disks import Disk, small_disk

Accept = Callable[[dict[str, Any]], list[Job]]
Bench = Callable[[], AbstractAsyncContextManager[Workbench]]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with small_disk(tmp_path / "disk", size_mb=48) as mounted:
        yield mounted


@pytest.fixture(params=["store"])
def settings(settings: Settings, disk: Disk, request: pytest.FixtureRequest) -> Settings:
    """The store, or the records, on a disk of their own."""
    places = {"store": f"{disk.folder}/store", "records": f"sqlite:///{disk.folder}/records.db"}
    return settings.model_copy(update={f"{request.param}_url": places[request.param]})


@pytest.fixture
def jobs(brief: dict[str, Any], accepted: Accept, stand_in: StandIn) -> list[Job]:
    """Three variants, for models that take some time to answer."""
    stand_in.change(Behaviour(vary=True, quick_pictures=True, text_latency_s=0.1))
    products = [product(name, name) for name in ("roast", "tea", "tonic")]
    return accepted(brief | {"products": products})


def failures(jobs: Collection[Job], bench: Bench) -> list[Exception]:
    """Make everything; the errors of variants that could not be made."""

    async def make() -> list[Event]:
        events: list[Event] = []
        async with bench() as opened:
            await produce(jobs, STAGES, opened, events.append, variants_in_flight=3)
        return events

    return [event.error for event in asyncio.run(make()) if isinstance(event, VariantFailed)]


def ledger(archive: Archive) -> list[GenerationRow]:
    with archive.records.database.reading() as connection:
        keys = [row.key for row in connection.exec_driver_sql("SELECT key FROM generations")]
    return list(archive.records.ledger.by_key(keys).values())


def check_kept(archive: Archive) -> int:
    """How many generations are kept; all bytes that ledger and manifests name are there."""
    kept = [row.file for row in ledger(archive) if row.file is not None]
    for path in archive.store.find("campaigns"):
        if path.endswith("/manifest.json"):
            manifest = json.loads(archive.store.get(path))
            kept += [StoredFile(**file) for file in manifest["files"].values()]
    for file in kept:
        archive.store.get_verified(file)
    return sum(row.state == "done" for row in ledger(archive))


def test_a_full_disk_ends_a_run_with_one_clear_failure_and_the_rest_is_made_later(
    jobs: list[Job], bench: Bench, disk: Disk, stand_in: StandIn, archive: Archive
) -> None:
    disk.fill(leave_bytes=1_500_000)  # room for texts, and for a picture at most
    (error,) = failures(jobs, bench)
    kept, asked = check_kept(archive), len(stand_in.requests())
    disk.free()

    assert isinstance(error, RequestRejectedError)
    assert "No space is left to write" in str(error)
    assert "Free some" in str(error)
    assert failures(jobs, bench) == []
    assert kept > 0
    assert check_kept(archive) - kept == len(stand_in.requests()) - asked


def test_a_read_only_store_ends_a_run_with_one_clear_failure_and_the_rest_is_made_later(
    jobs: list[Job], bench: Bench, disk: Disk, stand_in: StandIn, archive: Archive
) -> None:
    disk.make_read_only()
    (error,) = failures(jobs, bench)
    asked = len(stand_in.requests())
    disk.make_writable()

    assert isinstance(error, RequestRejectedError)
    assert "the right to read and write there" in str(error)
    assert asked <= len(jobs)
    assert failures(jobs, bench) == []
    assert check_kept(archive) == len(stand_in.requests()) - asked


@pytest.mark.parametrize("settings", ["records"], indirect=True)
def test_records_on_a_full_disk_end_a_run_with_one_clear_failure_and_lose_no_row(
    jobs: list[Job], bench: Bench, disk: Disk, stand_in: StandIn, archive: Archive
) -> None:
    disk.fill(leave_bytes=60_000)
    (error,) = failures(jobs, bench)
    kept, asked = check_kept(archive), len(stand_in.requests())
    disk.free()

    assert isinstance(error, RequestRejectedError)
    assert "free space" in str(error)
    assert failures(jobs, bench) == []
    assert check_kept(archive) - kept == len(stand_in.requests()) - asked
    with archive.records.database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
