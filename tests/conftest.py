"""What many tests stand on: settings of their own, a small brief, and a workbench over it."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from creative_assets.resources.opening import Archive, open_archive, open_workbench
from creative_assets.settings import Settings
from creative_assets.standin.behaviour import Behaviour
from creative_assets.standin.serve import StandIn, running
from creative_assets.studio.acceptance import accept_at, load_jobs
from creative_assets.studio.database import METADATA, Database, open_database
from creative_assets.studio.produce import Job
from creative_assets.studio.store import open_store
from creative_assets.studio.workbench import Workbench
from tests.clock import Clock
from tests.postgres import PostgresServer, postgres_server

pytest.register_assert_rewrite("tests.store_claims")

LOGO = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 60">'
    b'<rect width="60" height="60" fill="#0B3D2E"/><rect x="80" y="20" width="120" height="20" '
    b'fill="#0B3D2E"/></svg>'
)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Defaults with the stand-in in process; all that is kept is kept in a folder of the test."""
    for name in os.environ:
        if name.startswith(("OPENAI_", "CREATIVE_ASSETS_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))
    monkeypatch.setenv("CREATIVE_ASSETS_CPU_WORKERS", "0")  # none to start for each small run
    monkeypatch.chdir(tmp_path)
    return Settings()


@pytest.fixture
def clock() -> Clock:
    """Stands still until the test moves it."""
    return Clock()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server that runs as long as the tests."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def _shared_database(postgres: PostgresServer) -> Iterator[Database]:
    with postgres.database() as url:
        database = open_database(url)
        yield database
        database.close()


@pytest.fixture
def postgres_url(_shared_database: Database) -> str:
    """The URL of a PostgreSQL database whose tables are empty, as long as one test runs."""
    with _shared_database.writing() as connection:
        for table in reversed(METADATA.sorted_tables):  # faster than a new database, or TRUNCATE
            connection.execute(table.delete())
        connection.exec_driver_sql("ALTER SEQUENCE decisions_number_seq RESTART")
    return _shared_database._engine.url.render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgres"])
def records_url(request: pytest.FixtureRequest) -> str:
    """The URL of a database for records: whoever takes it is tested over both kinds."""
    if request.param == "sqlite":
        return "sqlite:///:memory:"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    """A stand-in on a port that answers each call differently, and logs what it is asked."""
    with running(Behaviour(vary=True)) as served:
        yield served


@pytest.fixture
def served(settings: Settings, stand_in: StandIn) -> Settings:
    """Settings that ask `stand_in`."""
    return settings.model_copy(
        update={"openai_base_url": stand_in.base_url, "service_name": "api.openai.com"}
    )


@pytest.fixture
def archive(settings: Settings) -> Iterator[Archive]:
    """Where the settings keep bytes and rows."""
    with open_archive(settings) as opened:
        yield opened


@pytest.fixture
def bench(
    served: Settings, archive: Archive
) -> Callable[[], AbstractAsyncContextManager[Workbench]]:
    """Opens a workbench at `archive` that asks `stand_in`."""
    return lambda: open_workbench(served, archive)


@pytest.fixture
def brief() -> dict[str, Any]:
    """A brief of one variant and one format, for tests to change."""
    return {
        "campaign_id": "summer",
        "brand": {
            "name": "Nordlys",
            "primary_color": "#0B3D2E",
            "palette": ["#F4E9D8"],
            "logo": "logo.svg",
            "tone": "warm",
        },
        "audience": {"region": "Nordics", "description": "Commuters"},
        "products": [product("cold-brew", "Cold Brew")],
        "target_locales": ["en-US"],
        "output": {"aspect_ratios": ["1x1"]},
    }


def product(product_id: str, name: str) -> dict[str, str]:
    return {"id": product_id, "name": name, "description": f"{name} is steeped for 18 hours."}


@pytest.fixture
def accepted(settings: Settings, archive: Archive) -> Callable[[dict[str, Any]], list[Job]]:
    """Takes a brief in as if it were dropped in the inbox, and gives the jobs for its variants."""

    def accept(document: dict[str, Any]) -> list[Job]:
        inbox = open_store(settings.inbox_url)
        inbox.put("logo.svg", LOGO)
        inbox.put("brief.json", json.dumps(document).encode())
        accept_at("brief.json", inbox, archive.store, archive.records)
        rows = archive.records.variants.of_campaign(document["campaign_id"])
        jobs, _ = load_jobs([row.key for row in rows if row.active], archive.store, archive.records)
        return jobs

    return accept
