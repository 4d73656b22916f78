"""Dagster's storage in SQLite, with a faster event log: `storage: custom` in dagster.yaml names it.

Dagster's own opens the database files anew for each event, up to three times, and spends most of an
event on that. The files are the same: either storage reads what the other wrote.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

# The classes that `storage: sqlite` makes. Dagster lets a storage be one's own, by `custom`, and
# exports none to begin from.
from dagster._core.storage.event_log.sqlite.sqlite_event_log import (
    INDEX_SHARD_NAME,
    SqliteEventLogStorage,
)
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData

_BUSY_TIMEOUT_S = 60
_RUNS_KNOWN = 16


class SqliteStorage(DagsterSqliteStorage):
    """As `storage: sqlite` makes it, with the faster event log."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(base_dir, inst_data)
        self._event_log_storage = SqliteEventLog(f"{base_dir}/history/runs/")

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "SqliteStorage":
        """The storage that dagster.yaml describes."""
        return cls.from_local(inst_data=inst_data, **config_value)


class SqliteEventLog(SqliteEventLogStorage):
    """Keeps the index of all runs open; a run's own file is closed after each event."""

    def __init__(self, base_dir: str) -> None:
        self._turn = threading.Lock()
        self._tables: set[str] = set()
        self._engine_of = lru_cache(_RUNS_KNOWN)(self._new_engine)
        super().__init__(base_dir)

    @contextmanager
    def index_connection(self) -> Iterator[sa.Connection]:
        """A transaction in the index of all runs."""
        with self._connection(INDEX_SHARD_NAME) as connection:
            yield connection

    @contextmanager
    def run_connection(self, run_id: str | None = None) -> Iterator[sa.Connection]:
        """A transaction in a run's own file."""
        with self._connection(str(run_id)) as connection:
            yield connection

    def has_table(self, table_name: str) -> bool:
        """Whether the index has the table: once it has, it always does."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    def dispose(self) -> None:
        """Close the index."""
        super().dispose()
        self._engine_of(INDEX_SHARD_NAME).dispose()

    @contextmanager
    def _connection(self, shard: str) -> Iterator[sa.Connection]:
        engine = self._engine_of(shard)
        with self._turn, engine.connect() as connection, connection.begin():
            yield connection

    def _new_engine(self, shard: str) -> sa.Engine:
        with self._connect(shard):
            """Made, or migrated, as Dagster does it."""
        # A run's file changes when it is closed, and by that change the UI knows of an event.
        kind = sa.QueuePool if shard == INDEX_SHARD_NAME else sa.NullPool
        return sa.create_engine(
            self.conn_string_for_shard(shard),
            poolclass=kind,
            connect_args={"timeout": _BUSY_TIMEOUT_S, "check_same_thread": False},
        )
