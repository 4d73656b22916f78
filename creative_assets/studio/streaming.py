"""`produce` for callers that are not async: its events as a plain iterator.

The event loop runs on a thread of its own, so that it never stands still while the caller is busy
with an event.
"""

import asyncio
import contextlib
import queue
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractAsyncContextManager

from creative_assets.studio.errors import StoppedError
from creative_assets.studio.produce import Event, Job, produce
from creative_assets.studio.workbench import Workbench

_LAST_S = 5.0
LOOK_S = 5.0


def produced(
    jobs: Collection[Job],
    stages: Collection[str],
    open_workbench: Callable[[], AbstractAsyncContextManager[Workbench]],
    *,
    variants_in_flight: int,
    grace_s: float,
    is_over: Callable[[], bool],
) -> Iterator[Event]:
    """Produce the `stages` of `jobs`, yielding each event the moment it is true.

    When the caller stops listening (a cancelled run), no new call is begun, and those under way
    have `grace_s` seconds to end: they are paid for, and are kept.

    Raises:
        StoppedError: `is_over`, asked every `LOOK_S` seconds, said that the run was ended.
    """
    events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
    production = _Production(jobs, stages, open_workbench, variants_in_flight, events.put)
    thread = threading.Thread(
        target=production.run, args=(lambda: events.put(None),), name="produce", daemon=True
    )
    thread.start()
    try:
        yield from _until_over(events, is_over)
    finally:
        production.stop()
        thread.join(grace_s)
        production.cancel()
        thread.join(_LAST_S)
    production.raise_failure()


def _until_over(
    events: "queue.SimpleQueue[Event | None]", is_over: Callable[[], bool]
) -> Iterator[Event]:
    look_at = time.monotonic() + LOOK_S
    while True:
        if time.monotonic() >= look_at:
            if is_over():
                raise StoppedError("The run was ended from elsewhere; nothing more is begun.")
            look_at = time.monotonic() + LOOK_S
        try:
            event = events.get(timeout=LOOK_S)
        except queue.Empty:
            continue
        if event is None:
            return
        yield event


class _Production:
    """One `produce` call on another thread's event loop, and the ways to end it."""

    def __init__(
        self,
        jobs: Collection[Job],
        stages: Collection[str],
        open_workbench: Callable[[], AbstractAsyncContextManager[Workbench]],
        variants_in_flight: int,
        emit: Callable[[Event], None],
    ) -> None:
        self._jobs = jobs
        self._stages = stages
        self._open_workbench = open_workbench
        self._variants_in_flight = variants_in_flight
        self._emit = emit
        self._loop = asyncio.new_event_loop()
        self._bench: Workbench | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopped = False
        self._failure: BaseException | None = None

    def run(self, ended: Callable[[], None]) -> None:
        """Everything that happens on the loop's thread; calls `ended` last."""
        try:
            with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
                runner.run(self._produce())
        except BaseException as failure:  # noqa: BLE001 - raised again on the caller's thread
            self._failure = failure
        finally:
            ended()

    def stop(self) -> None:
        """Begin no further call."""
        self._stopped = True
        self._soon(self._stop_models)

    def cancel(self) -> None:
        """End what is still under way."""
        self._soon(lambda: self._task.cancel() if self._task else None)

    def raise_failure(self) -> None:
        """Raise what ended the production, where it was not its natural end."""
        if self._failure is not None:
            raise self._failure

    async def _produce(self) -> None:
        self._task = asyncio.current_task()
        async with self._open_workbench() as bench:
            self._bench = bench
            if self._stopped:
                self._stop_models()
            await produce(
                self._jobs,
                self._stages,
                bench,
                self._emit,
                variants_in_flight=self._variants_in_flight,
            )

    def _stop_models(self) -> None:
        if self._bench is not None:
            reason = StoppedError("The run is being stopped; nothing new is begun.")
            self._bench.models.stop(reason)

    def _soon(self, work: Callable[[], object]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: all has ended already
            self._loop.call_soon_threadsafe(work)
