"""Records over every kind of database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from creative_assets.studio.records import Records, open_records
from tests.clock import Clock
from tests.studio.records.rows import LEASE_S


@pytest.fixture(params=["memory", "file", "postgres"])
def records(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Records]:
    """Records where ann and bob are alive."""
    match request.param:
        case "postgres":
            url = request.getfixturevalue("postgres_url")
        case "file":
            url = f"sqlite:///{tmp_path}/records.db"
        case _:
            url = "sqlite:///:memory:"
    opened = open_records(url, clock)
    opened.holders.heartbeat("ann", LEASE_S)
    opened.holders.heartbeat("bob", LEASE_S)
    yield opened
    opened.close()
