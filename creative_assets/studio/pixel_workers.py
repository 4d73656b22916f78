"""Who does pixel work: threads, each with a process of its own, as Python's one lock is shared.

Work and its result travel by pickle, so they are files' bytes and plain data, never pixels. What
goes first is `threads`' to say, and what the work is, that of the stages.
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from creative_assets.studio.errors import RenderError
from creative_assets.studio.log_context import about, subjects
from creative_assets.studio.threads import UrgentFirst

if TYPE_CHECKING:
    from loky import ProcessPoolExecutor

# Of numpy's BLAS: more threads would spin on cores that other processes work on. Of glibc: freed
# memory is kept for the next picture, for asking the system each time takes a tenth of all work.
_ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(128 << 20),
}


@contextmanager
def pixel_workers(
    processes: int, prepare: Callable[[], None] | None = None
) -> Iterator[UrgentFirst]:
    """So many workers, each with a process once it has work; ended in the end.

    With none, threads of this process do the work. A process begins with what `prepare` does, such
    as to log as this one does.
    """
    if not processes:
        with ThreadPoolExecutor(os.cpu_count(), "pixels") as pool:
            yield UrgentFirst(pool)
        return
    own = _OwnProcesses(prepare)
    with ThreadPoolExecutor(processes, "pixels") as pool:
        try:
            yield UrgentFirst(pool, own.do, memories=processes)
        finally:
            pool.shutdown(cancel_futures=True)
            own.end()


class _OwnProcesses:
    """A process for each thread that asks for something to be done."""

    def __init__(self, prepare: Callable[[], None] | None) -> None:
        self._prepare = prepare
        self._mine = threading.local()
        self._all: list[ProcessPoolExecutor] = []

    def do(self, work: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever the work returns
        """The result of `work`, done by the thread's own process.

        Raises:
            RenderError: The process died of it.
        """
        process = self._process()
        try:
            return process.submit(_done_here, subjects(), work).result()
        except BrokenProcessPool as error:
            del self._mine.process
            raise RenderError(
                "The process that works on pixels died of a picture: it was killed, ran out of "
                "memory, or crashed in a decoder. Give the run more memory, or fewer "
                "CREATIVE_ASSETS_CPU_WORKERS, and launch it again."
            ) from error

    def _process(self) -> "ProcessPoolExecutor":
        from loky import ProcessPoolExecutor  # noqa: PLC0415 - only where pixels are worked on

        if not hasattr(self._mine, "process"):
            self._mine.process = ProcessPoolExecutor(
                1, initializer=_begin, initargs=(os.getpid(), self._prepare), env=_ENVIRONMENT
            )
            self._all.append(self._mine.process)
        found: ProcessPoolExecutor = self._mine.process
        return found

    def end(self) -> None:
        for process in self._all:
            process.shutdown(kill_workers=True)


def _done_here(told: dict[str, str | None], work: Callable[[], Any]) -> Any:  # noqa: ANN401
    with about(**told):
        return work()


def _begin(run_pid: int, prepare: Callable[[], None] | None) -> None:
    """End with the run, and not by the Ctrl-C that its user means for the run."""
    from loky import process_executor  # noqa: PLC0415 - as above

    # It takes what fonts and a network need, over 300 MB, for a leak, and would begin anew.
    process_executor._USE_PSUTIL = False  # noqa: SLF001 - there is no setting
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(run_pid,), daemon=True).start()
    if prepare is not None:
        prepare()


def _end_with(run_pid: int) -> None:
    while os.getppid() == run_pid:
        time.sleep(1)
    os._exit(1)  # in the middle of whatever is done: nobody wants it any more
