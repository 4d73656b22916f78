import shutil
from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path

import dagster as dg
import psutil
import pytest

from creative_assets.resources.sqlite_storage import SqliteEventLog
from tests.resources.conftest import FINALS, Tell


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of Dagster's with the dagster.yaml that we ship for one machine."""
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    with as_file(files("creative_assets") / "data" / "dagster.yaml") as ours:
        shutil.copy(ours, tmp_path)
    return tmp_path


@pytest.fixture
def instance(home: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.from_config(str(home)) as instance:
        yield instance


def test_what_it_writes_is_what_dagsters_own_storage_reads(
    home: Path, instance: dg.DagsterInstance, tell: Tell
) -> None:
    tell(instance, "summer/de-DE/roast")
    (home / "dagster.yaml").unlink()

    with dg.DagsterInstance.from_config(str(home)) as plain:
        assert not isinstance(plain.event_log_storage, SqliteEventLog)
        assert plain.get_materialized_partitions(FINALS) == {"summer/de-DE/roast"}


def test_the_index_stays_open_and_the_file_of_a_run_is_closed_after_each_event(
    home: Path, instance: dg.DagsterInstance, tell: Tell
) -> None:
    for variant_key in ("a", "b", "c"):
        tell(instance, variant_key)

    opened = {Path(file.path) for file in psutil.Process().open_files()}
    databases = {path.name for path in opened if home in path.parents and path.suffix == ".db"}
    assert databases == {"index.db"}
