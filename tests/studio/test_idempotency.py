"""A request that is sent twice under one key is done once."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from creative_assets.studio.errors import (
    KeyReusedError,
    MissingInputError,
    RequestUnderWayError,
)
from creative_assets.studio.idempotency import ABANDONED_AFTER_S, KEPT_FOR_S, Request, Requests
from creative_assets.studio.records import open_records
from creative_assets.studio.values import Frozen
from tests.clock import Clock

ASKED = Request(sender="Ann", action="POST /campaigns", key="k1", content=b"{}")


class Answer(Frozen):
    """How often the work was done by then."""

    times: int


class Work:
    """Counts how often it was done."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> Answer:
        self.times += 1
        return Answer(times=self.times)


@pytest.fixture
def requests(records_url: str, clock: Clock) -> Iterator[Requests]:
    records = open_records(records_url)
    yield Requests(records.database, clock)
    records.close()


def test_the_same_again_gets_the_first_answer(requests: Requests) -> None:
    work = Work()

    answers = [requests.once(ASKED, Answer, work) for _ in range(3)]

    assert answers == [Answer(times=1)] * 3
    assert work.times == 1


@pytest.mark.parametrize(
    "other",
    [replace(ASKED, sender="Bo"), replace(ASKED, action="POST /x"), replace(ASKED, key="k2")],
)
def test_another_sender_action_or_key_is_another_request(
    requests: Requests, other: Request
) -> None:
    work = Work()
    requests.once(ASKED, Answer, work)

    assert requests.once(other, Answer, work) == Answer(times=2)


def test_a_key_that_stands_for_another_request_is_refused(requests: Requests) -> None:
    requests.once(ASKED, Answer, Work())

    with pytest.raises(KeyReusedError, match="'k1'"):
        requests.once(replace(ASKED, content=b"[]"), Answer, Work())


def test_what_failed_may_be_tried_again(requests: Requests) -> None:
    def fail() -> Answer:
        raise MissingInputError("not there")

    with pytest.raises(MissingInputError):
        requests.once(ASKED, Answer, fail)

    assert requests.once(ASKED, Answer, Work()) == Answer(times=1)


def test_while_it_is_answered_the_same_is_not_begun_again(requests: Requests) -> None:
    def answer() -> Answer:
        with pytest.raises(RequestUnderWayError):
            requests.once(ASKED, Answer, Work())
        return Answer(times=7)

    assert requests.once(ASKED, Answer, answer) == Answer(times=7)


def test_what_a_dead_process_had_begun_is_begun_again(requests: Requests, clock: Clock) -> None:
    def die() -> Answer:
        clock.now_s += ABANDONED_AFTER_S
        assert requests.once(ASKED, Answer, Work()) == Answer(times=1)
        return Answer(times=0)

    requests.once(ASKED, Answer, die)


def test_a_key_is_forgotten_after_a_day(requests: Requests, clock: Clock) -> None:
    work = Work()
    requests.once(ASKED, Answer, work)
    clock.now_s += KEPT_FOR_S + 1

    assert requests.once(ASKED, Answer, work) == Answer(times=2)
