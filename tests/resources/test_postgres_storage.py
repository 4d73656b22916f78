import shutil
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from tests.postgres import PostgresServer
from tests.resources.conftest import FINALS, Tell

DEPLOY = Path(__file__).parents[2] / "deploy"


@pytest.fixture
def storage_url(postgres: PostgresServer) -> Iterator[str]:
    with postgres.database() as url:
        yield url


@pytest.fixture
def instance(
    storage_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dg.DagsterInstance]:
    """Dagster with the dagster.yaml that we ship for production."""
    monkeypatch.setenv("DAGSTER_PG_URL", storage_url)
    shutil.copy(DEPLOY / "dagster.yaml", tmp_path)
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        yield instance


def test_events_are_written_over_one_connection_that_stays(
    postgres: PostgresServer, storage_url: str, instance: dg.DagsterInstance, tell: Tell
) -> None:
    tell(instance, "a")
    first = _sessions(postgres, storage_url)
    for variant_key in ("b", "c", "d"):
        tell(instance, variant_key)

    assert _sessions(postgres, storage_url) == first
    assert len(first) == 1
    assert instance.get_materialized_partitions(FINALS) == {"a", "b", "c", "d"}


def test_an_event_after_a_restart_of_the_server_is_written_as_if_nothing_had_been(
    postgres: PostgresServer, storage_url: str, instance: dg.DagsterInstance, tell: Tell
) -> None:
    tell(instance, "a")
    [session] = _sessions(postgres, storage_url)
    postgres.execute(f"SELECT pg_terminate_backend({session}, 5000)")
    tell(instance, "b")

    assert instance.get_materialized_partitions(FINALS) == {"a", "b"}


def test_partitions_are_read_in_the_order_in_which_they_were_added(
    instance: dg.DagsterInstance,
) -> None:
    instance.add_dynamic_partitions("variants", ["b/de-DE/x", "a/de-DE/x", "it's, {quoted}"])
    instance.add_dynamic_partitions("others", ["z"])
    instance.add_dynamic_partitions("variants", ["0/de-DE/x"])

    assert instance.get_dynamic_partitions("variants") == [
        *("b/de-DE/x", "a/de-DE/x", "it's, {quoted}", "0/de-DE/x")
    ]
    assert instance.get_dynamic_partitions("none") == []


@pytest.mark.parametrize("asked", [3, 2_000])
def test_of_few_keys_and_of_many_those_are_found_that_are_partitions(
    instance: dg.DagsterInstance, asked: int
) -> None:
    instance.add_dynamic_partitions("variants", ["1", "2"])
    instance.add_dynamic_partitions("others", ["0"])
    keys = [str(number) for number in range(asked)]

    assert instance.get_existing_dynamic_partitions("variants", keys) == {"1", "2"}


def _sessions(postgres: PostgresServer, url: str) -> list[int]:
    """The processes that serve connections to the database at `url`."""
    rows = postgres.execute("SELECT datname, pid FROM pg_stat_activity")
    return [pid for database, pid in rows if url.endswith(f"/{database}")]
