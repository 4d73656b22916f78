"""Whose turn it is to call a model: calls under way at once, and calls begun in a minute.

These turns hold in one process; `shared_turns` has those that hold in many. What a limit says is
`limits`'s, and what is done with a turn `client`'s.
"""

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from throttled.asyncio import BaseStore, MemoryStore, RateLimiterType, Throttled, per_min

from creative_assets.studio.models.limits import ModelLimit


class Turns(Protocol):
    """Hands out turns to call models."""

    def slot(self, model: str, limit: ModelLimit) -> AbstractAsyncContextManager[None]:
        """One of the calls to `model` that may be under way at once, once it is to be had."""

    async def paced(self, model: str, limit: ModelLimit) -> None:
        """Wait until one more call to `model` keeps to its rate."""

    async def close(self) -> None:
        """Close the connections, where there are any."""


class OwnTurns:
    """Turns of this process alone."""

    def __init__(self) -> None:
        self._slots: dict[str, asyncio.Semaphore] = {}
        self._rates = Rates(MemoryStore())

    def slot(self, model: str, limit: ModelLimit) -> AbstractAsyncContextManager[None]:
        """As in `Turns`."""
        return self._slots.setdefault(model, asyncio.Semaphore(limit.in_flight))

    async def paced(self, model: str, limit: ModelLimit) -> None:
        """As in `Turns`."""
        await self._rates.paced(model, limit)

    async def close(self) -> None:
        """As in `Turns`."""


class Rates:
    """A token bucket for each model, as the services' own limits are.

    After a pause as many calls begin at once as fit in a minute, and evenly from then on.
    """

    def __init__(self, store: BaseStore) -> None:
        """Count in `store`, together with whoever else counts there."""
        self._store = store
        self._buckets: dict[str, Throttled] = {}
        self._queues: dict[str, asyncio.Lock] = {}

    async def paced(self, model: str, limit: ModelLimit) -> None:
        """As in `Turns`."""
        if limit.per_minute is None:
            return
        # One at a time: whoever came first is next, and the store is asked by one of many who wait.
        async with self._queues.setdefault(model, asyncio.Lock()):
            bucket = self._buckets.setdefault(model, self._bucket(model, limit.per_minute))
            while (turn := await bucket.limit()).limited:  # noqa: ASYNC110 - it says how long
                await asyncio.sleep(turn.state.retry_after)

    def _bucket(self, model: str, per_minute: int) -> Throttled:
        return Throttled(
            key=model,
            using=RateLimiterType.GCRA.value,
            quota=per_min(per_minute),
            store=self._store,
            key_prefix="creative-assets",
        )
