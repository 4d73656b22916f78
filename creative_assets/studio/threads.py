"""Blocking work off the event loop, and patience with what passes."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar

import tenacity

from creative_assets.studio.errors import TransientError

T = TypeVar("T")

_PATIENCE_S = 30.0
"""A database that fails over or a store that asks to slow down is back by then, or is broken."""


async def in_pool(pool: Executor, work: Callable[[], T]) -> T:
    """The result of `work`, done by a thread of `pool`."""
    return await asyncio.get_running_loop().run_in_executor(pool, work)


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
