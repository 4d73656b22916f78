"""Blocking work off the event loop, and patience with what passes."""

import asyncio
import contextvars
import itertools
import queue
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from enum import IntEnum
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


class Urgency(IntEnum):
    """Which work goes first where a thread is free."""

    WAITED_FOR = 0
    SPARE_TIME = 1


@dataclass(order=True)
class _Work:
    urgency: Urgency
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
    """A pool's threads, each for the most urgent work that waits; among equals for the oldest."""

    def __init__(self, pool: Executor) -> None:
        self._pool = pool
        self._waiting: queue.PriorityQueue[_Work] = queue.PriorityQueue()
        self._numbers = itertools.count()

    def submit(self, work: Callable[[], T], urgency: Urgency) -> Future[T]:
        """The future result of `work`."""
        mine = _Work(urgency, next(self._numbers), partial(contextvars.copy_context().run, work))
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
