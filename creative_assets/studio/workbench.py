"""What the stages work with: where things are kept, who answers, and on which threads."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from creative_assets.studio.checks import Severity
from creative_assets.studio.generations import Generations
from creative_assets.studio.records import Records
from creative_assets.studio.stages import ModelChoice
from creative_assets.studio.store import Store
from creative_assets.studio.threads import UrgentFirst, lasting

if TYPE_CHECKING:
    from creative_assets.studio.models.client import ModelClient

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Workbench:
    """Passed to every stage. Plain objects only; `resources` makes them from the settings.

    Attributes:
        run_id: The run that works here; None where none of the orchestrator's does.
        severities: How grave a finding of each rule of the checks is.
        pixels: Who does pixel work, about one for each core.
        io_pool: Threads that wait for store and records.
    """

    run_id: str | None
    store: Store
    records: Records
    generations: Generations
    models: "ModelClient"
    choice: ModelChoice
    severities: Mapping[str, Severity]
    pixels: UrgentFirst
    io_pool: Executor

    async def cpu(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of pixel work that a model's next call waits for, done off the event loop."""
        future = self.pixels.submit(partial(work, *args, **kwargs))
        return await asyncio.wrap_future(future)

    async def last_cpu(
        self, variant_key: str, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The same, for work that no call waits for: it fills the time in which models think.

        What is left to do for one variant goes before what is left for those that came later.
        """
        future = self.pixels.submit(partial(work, *args, **kwargs), ends=variant_key)
        return await asyncio.wrap_future(future)

    async def in_each_memory(
        self, work: Callable[P, object], *args: P.args, **kwargs: P.kwargs
    ) -> None:
        """Do the work wherever pixels are worked on, so that what it loads is there."""
        futures = [
            self.pixels.submit(partial(work, *args, **kwargs), ends="")
            for _ in range(self.pixels.memories)
        ]
        await all_of(map(asyncio.wrap_future, futures))

    async def io(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of a blocking call to store or records that may be repeated."""
        return await lasting(self.io_pool, partial(work, *args, **kwargs))


async def all_of(awaitables: Iterable[Awaitable[T]]) -> list[T]:
    """All results, in order. Where some fail, the first error, raised after all have ended.

    Waiting for all keeps what the others pay for: an abandoned call costs as much as an answer.
    """
    results = await asyncio.gather(*awaitables, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return [result for result in results if not isinstance(result, BaseException)]
