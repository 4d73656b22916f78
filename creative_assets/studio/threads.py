"""Blocking work off the event loop, and patience with what passes."""

import asyncio
import contextvars
import itertools
import queue
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import tenacity

from creative_assets.studio.errors import TransientError

T = TypeVar("T")

_PATIENCE_S = 30.0
"""A database that fails over or a store that asks to slow down is back by then, or is broken."""


async def in_pool(pool: Executor, work: Callable[[], T]) -> T:
    """The result of `work`, done by a thread of `pool`, with the context of whoever waits."""
    here = contextvars.copy_context()
    return await asyncio.get_running_loop().run_in_executor(pool, here.run, work)


_AT_ONCE = -1


@dataclass(order=True)
class _Work:
    turn: int
    number: int
    work: Callable[[], Any] = field(compare=False)
    result: Future[Any] = field(compare=False, default_factory=Future)

    def do(self) -> None:
        if self.result.set_running_or_notify_cancel():
            try:
                self.result.set_result(self.work())
            except BaseException as error:  # noqa: BLE001 - raised where the result is awaited
                self.result.set_exception(error)


class UrgentFirst:
    """Workers, for what somebody waits for, and else for what was begun first."""

    def __init__(
        self,
        pool: Executor,
        do: Callable[[Callable[[], Any]], Any] = lambda work: work(),
        memories: int = 1,
    ) -> None:
        """The threads of a `pool`; `do` does their work, in so many separate `memories`."""
        self.memories = memories
        self._pool = pool
        self._do = do
        self._waiting: queue.PriorityQueue[_Work] = queue.PriorityQueue()
        self._numbers = itertools.count()
        self._turns: dict[str, int] = {}

    def submit(self, work: Callable[[], T], ends: str | None = None) -> Future[T]:
        """The future result of `work`.

        Work that `ends` something gives way to work that does not; among the former, all of what
        was named first goes first, so that one thing is ended after the other and not all at last.
        """
        turn = _AT_ONCE if ends is None else self._turns.setdefault(ends, len(self._turns))
        here = contextvars.copy_context()
        mine = _Work(turn, next(self._numbers), partial(here.run, self._do, work))
        self._waiting.put(mine)
        self._pool.submit(lambda: self._waiting.get().do())  # as many as there is work
        return mine.result


async def lasting(pool: Executor, work: Callable[[], T]) -> T:
    """The result of `work` on store or records, tried again while it fails transiently.

    `work` must be safe to repeat.

    Raises:
        TransientError: It still failed after 30 seconds.
    """
    async for attempt in tenacity.AsyncRetrying(
        retry=tenacity.retry_if_exception_type(TransientError),
        wait=tenacity.wait_random_exponential(multiplier=0.2, max=5),
        stop=tenacity.stop_after_delay(_PATIENCE_S),
        reraise=True,
    ):
        with attempt:
            return await in_pool(pool, work)
    raise AssertionError("tenacity re-raises the last error")  # pragma: no cover
