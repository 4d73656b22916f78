"""One SQL database: opening it, bringing its tables up to date, reading and writing in turns.

SQLite or PostgreSQL, by URL. What is in the tables belongs to `records` and to the modules that
keep rows beside it; each defines its own tables on `METADATA`.
"""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from creative_assets.studio.engines import connected, explaining, make_engine
from creative_assets.studio.errors import PermanentError
from creative_assets.studio.shared_commits import SharedCommits

KEYS_PER_QUERY = 500  # SQLite takes at most 32,766 parameters in one statement

METADATA = sa.MetaData()


class _Joined(threading.local):
    connection: sa.Connection | None = None


class Database:
    """A database whose tables are up to date. `open_database` makes one.

    Both ways in raise `ServerFaultError` where it does not answer, and `RequestRejectedError`
    where it cannot be used at all.
    """

    def __init__(self, engine: sa.Engine, patience_s: float = 0.0) -> None:
        self._engine = engine
        self._patience_s = patience_s
        self._reader = engine.execution_options(read_only=True)
        self.is_postgres = engine.dialect.name == "postgresql"
        # SQLite has one writer. Threads of one process take turns here: left to SQLite, each polls
        # for its turn with growing pauses, and some wait for seconds.
        self._turns = SharedCommits(lambda: connected(engine, patience_s))
        self._joined = _Joined()

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """One transaction that only reads."""
        if self._joined.connection is not None:
            yield self._joined.connection
            return
        with explaining(self._engine.url), connected(self._reader, self._patience_s) as reader:
            yield reader

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """One transaction that writes: kept at the end of the block, undone where it raises."""
        if self._joined.connection is not None:
            yield self._joined.connection
            return
        transaction = self._begun if self.is_postgres else self._turns.writing
        with explaining(self._engine.url), transaction() as writer:
            yield writer

    @contextmanager
    def _begun(self) -> Iterator[sa.Connection]:
        with connected(self._engine, self._patience_s) as writer, writer.begin():
            yield writer

    @contextmanager
    def together(self) -> Iterator[None]:
        """All that this thread reads and writes in the block, in one transaction that writes.

        For what costs several commits otherwise. SQLite's other writers wait meanwhile: do nothing
        else in the block.
        """
        with self.writing() as connection:
            self._joined.connection = connection
            try:
                yield
            finally:
                self._joined.connection = None

    def insert(self, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
        """An insert that can say what to do where a row exists."""
        return postgresql.insert(table) if self.is_postgres else sqlite.insert(table)

    def upsert(
        self, connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]
    ) -> None:
        """Keep whole `rows`, in place of those with the same primary keys."""
        if not rows:
            return
        keys = [column.name for column in table.primary_key]
        # Two that keep the same rows in one order wait for each other, and never both for ever.
        in_order = sorted(rows, key=lambda row: [row[key] for key in keys])
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
            in_order,
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


def open_database(url: str, patience_s: float = 0.0) -> Database:
    """The database at `url`: `sqlite:///file`, `sqlite:///:memory:` or `postgresql://…`.

    Makes the database file if there is none, and brings the tables up to date; several processes
    may do so at once. `:memory:` is for tests and trials: one process's own, gone when it closes.

    Args:
        url: The password in it is in no message.
        patience_s: How long to wait, now and later, for a server that takes no connections: it
            may be restarting.

    Raises:
        PermanentError: The URL is no database's, or a newer version of this package made the
            tables.
    """
    try:
        engine = make_engine(sa.make_url(url))
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        # The URL may hold a password, so it is not repeated.
        raise PermanentError(
            f"The records' URL opens no database: {error}. Expected sqlite:///var/records.db, or "
            "postgresql://user:password@host/database with the extra `postgres` installed."
        ) from error
    with explaining(engine.url):
        _migrate(engine, patience_s)
    return Database(engine, patience_s)


# Alembic keeps the migration that runs in a global.
_MIGRATING = threading.Lock()
_MIGRATION_LOCK_ID = 0x63726561  # "crea": any number that no other user of the database locks


def _migrate(engine: sa.Engine, patience_s: float) -> None:
    config = Config()
    folder = Path(__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    newest = ScriptDirectory.from_config(config).get_current_head()
    with connected(engine.execution_options(read_only=True), patience_s) as connection:
        if MigrationContext.configure(connection).get_current_revision() == newest:
            return
    with _MIGRATING, engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            # As long as it takes, for the work itself and for others who are at it.
            connection.exec_driver_sql(
                "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0"
            )
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK_ID)))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise PermanentError(
                f"{engine.url} was made by a newer version of creative-assets ({error}). Upgrade "
                "this installation, or open another database."
            ) from error
