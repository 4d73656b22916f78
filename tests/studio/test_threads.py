"""The pixel threads do what is waited for before what can wait."""

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from creative_assets.studio.threads import Urgency, UrgentFirst


def test_what_is_waited_for_goes_before_what_can_wait_and_equals_go_in_order() -> None:
    done: list[str] = []
    begin = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        threads = UrgentFirst(pool)
        threads.submit(begin.wait, Urgency.WAITED_FOR)  # keeps the one thread, until all is there
        for name in ("spare one", "spare two"):
            threads.submit(partial(done.append, name), Urgency.SPARE_TIME)
        for name in ("urgent one", "urgent two"):
            threads.submit(partial(done.append, name), Urgency.WAITED_FOR)
        begin.set()

    assert done == ["urgent one", "urgent two", "spare one", "spare two"]


def test_an_error_reaches_whoever_waits_and_the_thread_goes_on() -> None:
    def fail() -> None:
        raise ValueError("It is broken.")

    with ThreadPoolExecutor(1) as pool:
        threads = UrgentFirst(pool)
        failing = threads.submit(fail, Urgency.WAITED_FOR)
        working = threads.submit(lambda: 7, Urgency.WAITED_FOR)

        with pytest.raises(ValueError, match="broken"):
            failing.result()
        assert working.result() == 7


def test_work_that_is_given_up_before_it_began_is_not_done() -> None:
    done: list[str] = []
    begin = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        threads = UrgentFirst(pool)
        threads.submit(begin.wait, Urgency.WAITED_FOR)
        threads.submit(partial(done.append, "given up"), Urgency.WAITED_FOR).cancel()
        begin.set()

    assert done == []
