"""Limits on model calls hold in all processes together, also when one dies or the server does."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from itertools import accumulate
from pathlib import Path

import pytest

from creative_assets.studio.errors import RequestRejectedError
from creative_assets.studio.models.limits import ModelLimit
from creative_assets.studio.models.shared_turns import SharedTurns
from tests.redis_server import RedisServer, redis_server

MODEL = "gpt-image-2.6-flare"


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with redis_server() as started:
        yield started


@pytest.fixture
async def turns(server: RedisServer) -> AsyncIterator[SharedTurns]:
    opened = SharedTurns(server.url, "api.openai.com", lease_s=1.0)
    yield opened
    await opened.close()


async def begun_in(seconds: float, url: str, service: str, per_minute: int) -> int:
    """How many calls a process begins that begins as many as it may."""
    turns, begun = SharedTurns(url, service), 0
    try:
        async with asyncio.timeout(seconds):
            while True:
                await turns.paced(MODEL, ModelLimit(per_minute=per_minute))
                begun += 1
    except TimeoutError:
        return begun
    finally:
        await turns.close()


async def calls_of(count: int, url: str, service: str, in_flight: int) -> list[tuple[float, float]]:
    """When each of `count` calls begins and ends that a process makes at once, if it may."""
    turns = SharedTurns(url, service)

    async def call() -> tuple[float, float]:
        async with turns.slot(MODEL, ModelLimit(in_flight=in_flight)):
            began_s = time.monotonic()  # one clock for all processes of a machine
            await asyncio.sleep(0.05)
            return began_s, time.monotonic()

    times = await asyncio.gather(*(call() for _ in range(count)))
    await turns.close()
    return times


async def hold(url: str) -> None:
    """Take the only slot, say so, and keep it."""
    turns = SharedTurns(url, "api.openai.com", lease_s=1.0)
    async with turns.slot(MODEL, ModelLimit(in_flight=1)):
        print("held", flush=True)  # noqa: T201 - to the test
        await asyncio.sleep(60)


def started(call: str) -> subprocess.Popen[bytes]:
    """Another process that does `call` with this module as `t`, and prints what it gives."""
    program = f"import asyncio, test_shared_turns as t; print(asyncio.run(t.{call}))"
    return subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=Path(__file__).parent,
    )


def printed(process: subprocess.Popen[bytes]) -> str:
    output, _ = process.communicate()
    assert process.returncode == 0
    return output.decode()


def test_two_processes_together_begin_no_more_calls_than_one_might(server: RedisServer) -> None:
    both = [started(f"begun_in(1.0, {server.url!r}, 'rates', 7)") for _ in range(2)]

    assert sum(int(printed(process)) for process in both) == 7


def test_two_processes_together_have_no_more_calls_under_way_than_one_might(
    server: RedisServer,
) -> None:
    both = [started(f"calls_of(9, {server.url!r}, 'slots', 3)") for _ in range(2)]
    times = [call for process in both for call in eval(printed(process))]  # noqa: S307 - ours
    changes = sorted([(began, 1) for began, _ in times] + [(ended, -1) for _, ended in times])
    under_way = list(accumulate(change for _, change in changes))

    assert len(times) == 18
    assert max(under_way) == 3


async def test_a_slot_is_held_while_its_process_lives_and_is_free_soon_after_it_was_killed(
    server: RedisServer, turns: SharedTurns
) -> None:
    only_one = ModelLimit(in_flight=1)
    holder = started(f"hold({server.url!r})")
    assert holder.stdout is not None
    assert await asyncio.to_thread(holder.stdout.readline) == b"held\n"

    with pytest.raises(TimeoutError):  # it has been renewed: the lease alone is one second
        async with asyncio.timeout(2), turns.slot(MODEL, only_one):
            pass
    holder.send_signal(signal.SIGKILL)
    async with asyncio.timeout(10), turns.slot(MODEL, only_one):
        pass
    holder.communicate()


async def test_models_and_services_have_limits_of_their_own(
    server: RedisServer, turns: SharedTurns
) -> None:
    elsewhere = SharedTurns(server.url, "gpu-box:8000")
    limit = ModelLimit(in_flight=1, per_minute=1)

    async with asyncio.timeout(5):
        for each, model in ((turns, "a"), (turns, "b"), (elsewhere, "a")):
            await each.paced(model, limit)
        async with turns.slot("a", limit), turns.slot("b", limit), elsewhere.slot("a", limit):
            await elsewhere.close()


async def test_a_server_that_restarts_is_waited_for() -> None:
    limit = ModelLimit(in_flight=1, per_minute=1)
    with redis_server() as restarted:
        patient = SharedTurns(restarted.url, "api.openai.com")
        async with patient.slot(MODEL, limit):
            restarted.stop()
        waiting = asyncio.create_task(patient.paced(MODEL, limit))
        await asyncio.sleep(0.2)
        assert not waiting.done()
        await asyncio.to_thread(restarted.start)
        await waiting
        await patient.close()


@pytest.mark.parametrize("address", ["http://ann:secret@cache:6379", "redis://ann:secret@cache:no"])
def test_an_address_that_is_none_of_redis_is_refused_without_its_password(address: str) -> None:
    with pytest.raises(RequestRejectedError, match="Expected redis://") as caught:
        SharedTurns(address, "api.openai.com")

    assert "secret" not in str(caught.value)
