"""One SQL database: opening it, bringing its tables up to date, reading and writing in turns.

SQLite or PostgreSQL, by URL. What is in the tables belongs to `records` and to the modules that
keep rows beside it; each defines its own tables on `METADATA`.
"""

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa
import tenacity
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from creative_assets.studio.errors import (
    CreativeAssetsError,
    PermanentError,
    RequestRejectedError,
    ServerFaultError,
)
from creative_assets.studio.store import explain

BUSY_TIMEOUT_S = 30.0
KEYS_PER_QUERY = 500  # SQLite takes at most 32,766 parameters in one statement

METADATA = sa.MetaData()


class Database:
    """A database whose tables are up to date. `open_database` makes one.

    Both ways in raise `ServerFaultError` where it does not answer, and `RequestRejectedError`
    where it cannot be used at all.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._reader = engine.execution_options(read_only=True)
        self.is_postgres = engine.dialect.name == "postgresql"
        # SQLite has one writer. Threads of one process take turns here: left to SQLite, each polls
        # for its turn with growing pauses, and some wait for seconds.
        self._turn = nullcontext() if self.is_postgres else threading.Lock()

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """One transaction that only reads."""
        with _explaining(self._engine.url), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """One transaction that writes: kept at the end of the block, undone where it raises."""
        with _explaining(self._engine.url), self._turn, self._engine.begin() as connection:
            yield connection

    def insert(self, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
        """An insert that can say what to do where a row exists."""
        return postgresql.insert(table) if self.is_postgres else sqlite.insert(table)

    def upsert(
        self, connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]
    ) -> None:
        """Keep whole `rows`, in place of those with the same primary keys."""
        if not rows:
            return
        inserting = self.insert(table)
        connection.execute(
            inserting.on_conflict_do_update(
                index_elements=list(table.primary_key),
                set_={
                    column.name: inserting.excluded[column.name]
                    for column in table.columns
                    if not column.primary_key
                },
            ),
            rows,
        )

    def among(
        self,
        connection: sa.Connection,
        question: sa.Select[Any],
        column: sa.ColumnElement[Any],
        keys: Iterable[str],
    ) -> Iterator[sa.Row[Any]]:
        """The rows whose `column` is among `keys`, asked in portions that a database takes."""
        ordered = sorted(set(keys))
        for start in range(0, len(ordered), KEYS_PER_QUERY):
            yield from connection.execute(
                question.where(column.in_(ordered[start : start + KEYS_PER_QUERY]))
            )


def open_database(url: str) -> Database:
    """The database at `url`: `sqlite:///file`, `sqlite:///:memory:` or `postgresql://…`.

    Makes the database file if there is none, and brings the tables up to date; several processes
    may do so at once. `:memory:` is for tests and trials: one process's own, gone when it closes.

    Raises:
        PermanentError: The URL is no database's, or a newer version of this package made the
            tables.
    """
    try:
        engine = _engine(sa.make_url(url))
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        # The URL may hold a password, so it is not repeated.
        raise PermanentError(
            f"The records' URL opens no database: {error}. Expected sqlite:///var/records.db, or "
            "postgresql://user:password@host/database with the extra `postgres` installed."
        ) from error
    with _explaining(engine.url):
        _migrate(engine)
    return Database(engine)


def _engine(url: sa.URL) -> sa.Engine:
    if url.get_backend_name() != "sqlite":
        return sa.create_engine(url, pool_pre_ping=True)
    in_memory = url.database in {None, "", ":memory:"}
    if not in_memory:
        folder = Path(cast("str", url.database)).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise explain(error, f"{folder}") from error
    engine = sa.create_engine(
        url,
        poolclass=sa.QueuePool,
        # A database in memory lives in its one connection, which threads take in turns.
        pool_size=1 if in_memory else 5,
        max_overflow=0 if in_memory else -1,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_S},
    )
    sa.event.listen(engine, "connect", _configure_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _configure_sqlite(connection: DBAPIConnection, _: object) -> None:
    connection.isolation_level = None  # transactions begin where `_begin_sqlite` says so
    connection.execute("PRAGMA foreign_keys = ON")
    # The rows are about money: a commit survives a power cut.
    connection.execute("PRAGMA synchronous = FULL")
    # SQLite does not wait for others who switch a fresh file to WAL at the same time.
    for attempt in tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(sqlite3.OperationalError),
        wait=tenacity.wait_random(0.01, 0.1),
        stop=tenacity.stop_after_delay(BUSY_TIMEOUT_S),
        reraise=True,
    ):
        with attempt:
            connection.execute("PRAGMA journal_mode = WAL")


def _begin_sqlite(connection: sa.Connection) -> None:
    # A transaction that reads first and then writes would fail, not wait, when others write.
    reads = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


# Alembic keeps the migration that runs in a global.
_MIGRATING = threading.Lock()
_MIGRATION_LOCK_ID = 0x63726561  # "crea": any number that no other user of the database locks


def _migrate(engine: sa.Engine) -> None:
    config = Config()
    folder = Path(__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    newest = ScriptDirectory.from_config(config).get_current_head()
    with engine.execution_options(read_only=True).connect() as connection:
        if MigrationContext.configure(connection).get_current_revision() == newest:
            return
    with _MIGRATING, engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK_ID)))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise PermanentError(
                f"{engine.url} was made by a newer version of creative-assets ({error}). Upgrade "
                "this installation, or open another database."
            ) from error


@contextmanager
def _explaining(url: sa.URL) -> Iterator[None]:
    try:
        yield
    except (OperationalError, PoolTimeoutError) as error:
        raise _explained(error, url) from error


def _explained(error: OperationalError | PoolTimeoutError, url: sa.URL) -> CreativeAssetsError:
    cause = error.orig if isinstance(error, OperationalError) else error
    code = getattr(cause, "sqlite_errorcode", 0) & 0xFF  # the high bits say more of the same
    if code in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL}:
        return RequestRejectedError(
            f"The records at {url} cannot be written ({cause}). Free space, give this user the "
            "right to write there, or point the records to another place.",
            everywhere=True,
        )
    return ServerFaultError(f"The records at {url} did not answer ({cause}). Try again.")
