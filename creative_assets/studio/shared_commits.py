"""One writer at a time, and one commit for all that wait: what SQLite's commits cost is the disk.

A commit waits until the disk has all; two dozen calls that are claimed at the same moment would
wait for two dozen disks' worth. Here each writes in turn, and only the last of those that wait
commits: nobody goes on before that.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import sqlalchemy as sa

_MOST = 64


@dataclass
class _Batch:
    """Writers that share a transaction, which `kept` ends; `error` is why it could not be kept."""

    connection: sa.Connection
    kept: ExitStack
    writers: int = 0
    ended: threading.Event = field(default_factory=threading.Event)
    error: Exception | None = None

    def commit(self) -> None:
        try:
            self.kept.close()
        except Exception as error:  # noqa: BLE001 - raised by every writer of the batch
            self.error = error
        self.ended.set()


class SharedCommits:
    """The turns of one process's threads to write."""

    def __init__(self, connect: Callable[[], sa.Connection]) -> None:
        """`connect` opens a connection for each batch."""
        self._connect = connect
        self._turn = threading.Lock()
        self._counting = threading.Lock()
        self._waiting = 0
        self._batch: _Batch | None = None

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction: kept at the end of the block, undone where it raises."""
        with self._next_turn():
            self._batch = batch = self._batch or self._begun()
            batch.writers += 1
            try:
                with batch.connection.begin_nested():
                    yield batch.connection
            finally:
                if not self._waiting or batch.writers == _MOST:
                    self._batch = None
                    batch.commit()
        batch.ended.wait()
        if batch.error is not None:
            raise batch.error

    def _begun(self) -> _Batch:
        with ExitStack() as stack:
            connection = stack.enter_context(self._connect())
            stack.enter_context(connection.begin())
            return _Batch(connection, stack.pop_all())

    @contextmanager
    def _next_turn(self) -> Iterator[None]:
        with self._counting:
            self._waiting += 1
        with self._turn:
            with self._counting:
                self._waiting -= 1
            yield
