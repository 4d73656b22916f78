"""The database is brought up to date by whoever comes first, and nothing in it is lost."""

import importlib
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from itertools import chain
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

import creative_assets.studio
from creative_assets.studio.database import METADATA
from creative_assets.studio.errors import PermanentError
from creative_assets.studio.records import open_records
from tests.postgres import PostgresServer
from tests.studio.records.rows import BRIEF

MIGRATIONS = Path(creative_assets.studio.__path__[0], "migrations")


@pytest.fixture(params=["sqlite", "postgres"])
def unopened_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database that nobody opened before, to be used by any number of processes."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/new/folder/records.db"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    with server.database() as url:
        yield url


RACER = """
import sys
from creative_assets.studio.records import open_records
from creative_assets.studio.records.ledger import GenerationClaim

def line_up():
    print("ready", flush=True)
    sys.stdin.readline()

holder = sys.argv[2]
line_up()
records = open_records(sys.argv[1])
records.holders.heartbeat(holder, 60)
line_up()
for number in range(50):
    claim = GenerationClaim(str(number), holder, "s", "image", "m", "c", "c/l/p", "s", 1, "{}")
    if records.ledger.claim(claim).kind == "claimed":
        print(number)
"""


def race(url: str, holders: str) -> list[str]:
    """The claims that several processes won, all of them opening, and then claiming, at once."""
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, url, holder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for holder in holders
    ]
    for _ in ("open", "claim"):
        for racer in racers:
            assert racer.stdout is not None
            assert racer.stdout.readline() == "ready\n"
        for racer in racers:
            assert racer.stdin is not None
            racer.stdin.write("go\n")
            racer.stdin.flush()
    won = [racer.communicate()[0].split() for racer in racers]
    return list(chain.from_iterable(won))


def test_processes_that_open_a_fresh_database_at_once_never_both_win_a_claim(
    unopened_url: str,
) -> None:
    assert sorted(race(unopened_url, "abc"), key=int) == [str(number) for number in range(50)]


def test_what_was_kept_is_there_after_opening_again(unopened_url: str) -> None:
    first = open_records(unopened_url)
    first.briefs.save(BRIEF)
    first.close()
    second = open_records(unopened_url)

    assert second.briefs.known() == {BRIEF.path: BRIEF}
    second.close()


def test_the_migrations_make_exactly_the_tables_that_the_code_uses(unopened_url: str) -> None:
    for module in pkgutil.walk_packages(creative_assets.studio.__path__, "creative_assets.studio."):
        importlib.import_module(module.name)  # each defines its tables
    open_records(unopened_url).close()
    engine = sa.create_engine(unopened_url)
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), METADATA)
    engine.dispose()

    assert differences == []


def test_what_the_first_release_kept_is_there_after_each_later_one(unopened_url: str) -> None:
    if unopened_url.startswith("sqlite"):
        Path(unopened_url.removeprefix("sqlite:///")).parent.mkdir(parents=True)
    engine = sa.create_engine(unopened_url)
    first, *later = reversed(list(ScriptDirectory(str(MIGRATIONS)).walk_revisions()))
    upgrade(engine, first.revision)
    with engine.begin() as connection:
        old = sa.Table("briefs", sa.MetaData(), autoload_with=connection)
        connection.execute(sa.insert(old).values(asdict(BRIEF)))
    for release in later:
        upgrade(engine, release.revision)
    engine.dispose()
    opened = open_records(unopened_url)

    assert opened.briefs.known() == {BRIEF.path: BRIEF}
    opened.close()


def upgrade(engine: sa.Engine, revision: str) -> None:
    """Do what a release did whose newest migration has this revision."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def test_a_commit_survives_a_power_cut(tmp_path: Path) -> None:
    opened = open_records(f"sqlite:///{tmp_path}/records.db")
    with opened.database.writing() as connection:
        journal = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
        synchronous = connection.exec_driver_sql("PRAGMA synchronous").scalar()
    opened.close()

    assert (journal, synchronous) == ("wal", 2)


def test_a_database_of_a_newer_version_is_left_alone(unopened_url: str) -> None:
    open_records(unopened_url).close()
    engine = sa.create_engine(unopened_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()

    with pytest.raises(PermanentError, match="newer version of creative-assets"):
        open_records(unopened_url)


@pytest.mark.parametrize("url", ["", "records.db", "nosuch://host/db"])
def test_a_url_that_opens_no_database_is_refused(url: str) -> None:
    with pytest.raises(PermanentError, match="opens no database"):
        open_records(url)
