"""SQLite and PostgreSQL: how each is connected to, and what its errors mean.

What is asked of a database is `database`'s, and of those who keep rows in it.
"""

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import sqlalchemy as sa
import tenacity
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from creative_assets.studio.errors import RequestRejectedError, ServerFaultError
from creative_assets.studio.store.faults import explain

BUSY_TIMEOUT_S = 30.0
IDLE_CONNECTIONS = 4
MOST_CONNECTIONS = 16
"""Of one process, to PostgreSQL; a transaction holds one for some milliseconds."""


def make_engine(url: sa.URL) -> sa.Engine:
    """An engine that has connected to nothing yet."""
    return _sqlite_engine(url) if url.get_backend_name() == "sqlite" else _postgres_engine(url)


_POSTGRES_PARAMETERS: Mapping[str, str | int] = {
    "application_name": "creative-assets",
    "connect_timeout": 5,
    # A server that is cut off without a word is noticed within a minute, and not after hours.
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}
"""Of libpq; the URL's own win."""

# For one transaction, and not for the connection, which a pooler may share with others.
_POSTGRES_TIMEOUTS = """
    SET LOCAL statement_timeout = '60s';
    SET LOCAL lock_timeout = '30s';
    SET LOCAL idle_in_transaction_session_timeout = '60s';
"""


def _postgres_engine(url: sa.URL) -> sa.Engine:
    engine = sa.create_engine(
        url,
        pool_pre_ping=True,
        pool_size=IDLE_CONNECTIONS,
        max_overflow=MOST_CONNECTIONS - IDLE_CONNECTIONS,
        pool_timeout=BUSY_TIMEOUT_S,
        connect_args={
            name: value for name, value in _POSTGRES_PARAMETERS.items() if name not in url.query
        },
    )
    sa.event.listen(engine, "begin", lambda begun: begun.exec_driver_sql(_POSTGRES_TIMEOUTS))
    return engine


def _sqlite_engine(url: sa.URL) -> sa.Engine:
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


def connected(engine: sa.Engine, patience_s: float) -> sa.Connection:
    """A connection that is alive; waits `patience_s` seconds for one."""
    for attempt in tenacity.Retrying(
        retry=tenacity.retry_if_exception(lambda error: _is_away(error) and not _is_denied(error)),
        wait=tenacity.wait_random_exponential(multiplier=0.1, max=2),
        stop=tenacity.stop_after_delay(patience_s),
        reraise=True,
    ):
        with attempt:
            return engine.connect()
    raise AssertionError("tenacity re-raises the last error")  # pragma: no cover


@contextmanager
def explaining(url: sa.URL) -> Iterator[None]:
    """Say what failed at `url` in the studio's errors.

    Raises:
        RequestRejectedError: The database cannot be used until somebody changes something.
        ServerFaultError: The database, or the way to it, failed.
    """
    try:
        yield
    except (DBAPIError, PoolTimeoutError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        if _is_denied(error):
            raise RequestRejectedError(
                f"The records at {url} cannot be used ({cause}). Make the database, free space, or "
                "let this user in and write there; or point the records to another place.",
                everywhere=True,
            ) from error
        if _is_away(error):
            raise ServerFaultError(
                f"The records at {url} did not answer ({cause}). Try again."
            ) from error
        raise


_SQLITE_DENIALS = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL}
_POSTGRES_DENIALS = {"42501": "insufficient_privilege", "53100": "disk_full"}
_READ_ONLY_TRANSACTION = "25006"
# What fails while connecting has no code.
_NOT_LET_IN = re.compile(
    r'authentication failed|no password supplied|no pg_hba\.conf entry|" does not exist'
)


def _is_denied(error: BaseException) -> bool:
    """Whether the same attempt would fail in the same way until somebody changes something."""
    cause = error.orig if isinstance(error, DBAPIError) else None
    sqlite_code = getattr(cause, "sqlite_errorcode", 0) & 0xFF  # the high bits say more of the same
    postgres_code = getattr(cause, "pgcode", None)
    is_unnamed = isinstance(error, OperationalError) and postgres_code is None
    return (
        sqlite_code in _SQLITE_DENIALS
        or postgres_code in _POSTGRES_DENIALS
        or (is_unnamed and _NOT_LET_IN.search(str(cause)) is not None)
    )


def _is_away(error: BaseException) -> bool:
    """Whether the database, or the way to it, failed; all else is a defect of ours."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, PoolTimeoutError)
    is_standby = getattr(error.orig, "pgcode", None) == _READ_ONLY_TRANSACTION  # in a failover
    return isinstance(error, OperationalError) or error.connection_invalidated or is_standby
