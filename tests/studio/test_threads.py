"""The pixel threads do what is waited for before what can wait."""

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from creative_assets.studio.threads import UrgentFirst


def test_what_is_waited_for_goes_first_and_then_one_thing_is_ended_after_the_other() -> None:
    done: list[str] = []
    begin = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        threads = UrgentFirst(pool)
        threads.submit(begin.wait)  # keeps the one thread, until all is there
        for name in ("one", "two", "one again"):
            threads.submit(partial(done.append, name), ends=name.partition(" ")[0])
        for name in ("urgent one", "urgent two"):
            threads.submit(partial(done.append, name))
        begin.set()

    assert done == ["urgent one", "urgent two", "one", "one again", "two"]


def test_an_error_reaches_whoever_waits_and_the_thread_goes_on() -> None:
    def fail() -> None:
        raise ValueError("It is broken.")

    with ThreadPoolExecutor(1) as pool:
        threads = UrgentFirst(pool)
        failing = threads.submit(fail)
        working = threads.submit(lambda: 7)

        with pytest.raises(ValueError, match="broken"):
            failing.result()
        assert working.result() == 7


def test_work_that_is_given_up_before_it_began_is_not_done() -> None:
    done: list[str] = []
    begin = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        threads = UrgentFirst(pool)
        threads.submit(begin.wait)
        threads.submit(partial(done.append, "given up")).cancel()
        begin.set()

    assert done == []
