"""Dagster's storage in PostgreSQL, with a faster event log: `storage: custom` in dagster.yaml.

Dagster's own connects anew for each thing that it asks, three times for an event with tags, and
that is most of what an event costs: here, and even more at the server. And how it reads a
hundred thousand partitions is half of what a page of them in the UI costs. The tables are the same.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import sqlalchemy as sa
from dagster._core.storage.event_log.schema import DynamicPartitionsTable
from dagster._serdes import ConfigurableClassData
from dagster_postgres import DagsterPostgresStorage, PostgresEventLogStorage
from dagster_postgres.auth import PgTokenProvider
from dagster_postgres.utils import (
    create_pg_engine,
    get_token_provider_from_config,
    pg_url_from_config,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

_FEW = 1_000
"""Partitions: more of them are looked for among all, which is quicker than to ask for each."""


class PostgresStorage(DagsterPostgresStorage):
    """As `storage: postgres` makes it, with the faster event log."""

    def __init__(
        self,
        postgres_url: str,
        should_autocreate_tables: bool,  # noqa: FBT001 - Dagster's way
        inst_data: ConfigurableClassData | None,
        token_provider: PgTokenProvider | None,
    ) -> None:
        super().__init__(postgres_url, should_autocreate_tables, inst_data, token_provider)
        self._event_log_storage = PostgresEventLog(
            postgres_url, should_autocreate_tables, token_provider=token_provider
        )

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "PostgresStorage":
        """The storage that dagster.yaml describes, in the same words as for `storage: postgres`."""
        return cls(
            pg_url_from_config(config_value),
            config_value.get("should_autocreate_tables", True),
            inst_data,
            get_token_provider_from_config(config_value),
        )


class PostgresEventLog(PostgresEventLogStorage):
    """Keeps one connection open between events; more only while threads need them at once."""

    def __init__(
        self,
        postgres_url: str,
        should_autocreate_tables: bool,  # noqa: FBT001 - Dagster's way
        token_provider: PgTokenProvider | None,
    ) -> None:
        super().__init__(postgres_url, should_autocreate_tables, token_provider=token_provider)
        self._tables: set[str] = set()
        self._columns: set[str] = set()
        self._engine = create_pg_engine(
            postgres_url,
            token_provider,
            isolation_level="AUTOCOMMIT",
            pool_size=1,
            max_overflow=-1,
            pool_pre_ping=True,  # the server may have been restarted between two events
        )

    def has_table(self, table_name: str) -> bool:
        """Whether there is such a table: once there is, there always is."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    def has_asset_key_col(self, column_name: str) -> bool:
        """Whether assets have that column: once they do, they always do."""
        if column_name not in self._columns and super().has_asset_key_col(column_name):
            self._columns.add(column_name)
        return column_name in self._columns

    def get_dynamic_partitions(self, partitions_def_name: str) -> Sequence[str]:
        """All partitions in their order; as one value, since rows take ten times the CPU."""
        table = DynamicPartitionsTable.c
        in_order = sa.func.array_agg(aggregate_order_by(table.partition, table.id))
        question = sa.select(in_order).where(table.partitions_def_name == partitions_def_name)
        with self.index_connection() as connection:
            return connection.scalar(question) or []

    def get_existing_dynamic_partitions(
        self, partitions_def_name: str, partition_keys: Sequence[str]
    ) -> AbstractSet[str]:
        """Those of the keys that are partitions."""
        if len(partition_keys) <= _FEW:
            return super().get_existing_dynamic_partitions(partitions_def_name, partition_keys)
        return set(partition_keys).intersection(self.get_dynamic_partitions(partitions_def_name))

    def dispose(self) -> None:
        """Close the connection."""
        super().dispose()
        self._engine.dispose()
