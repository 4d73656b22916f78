"""A generation is paid for once, whoever asks, and what was paid is booked."""

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Self

import pytest
from pydantic import BaseModel, model_validator

from creative_assets.resources.opening import Archive, open_archive, open_workbench
from creative_assets.settings import Settings
from creative_assets.standin.behaviour import Behaviour, FaultRule
from creative_assets.standin.serve import StandIn
from creative_assets.studio.errors import (
    BrokenPayloadError,
    ContentRefusedError,
    MissingInputError,
    RequestRejectedError,
    ServerFaultError,
    StoppedError,
)
from creative_assets.studio.generations import Generation, Generations, Payer
from creative_assets.studio.holders import Holders, Watch
from creative_assets.studio.models.requests import PictureRequest, Request, TextRequest
from creative_assets.studio.records.ledger import GenerationRow, Ledger
from creative_assets.studio.values import Size
from creative_assets.studio.workbench import Workbench

Bench = Callable[[], AbstractAsyncContextManager[Workbench]]

ANN = Payer(campaign_id="summer", variant_key="summer/de-DE/tea", stage="base_images")
BOB = Payer(campaign_id="summer", variant_key="summer/de-DE/mate", stage="base_images")


class ArtDirection(BaseModel):
    concept: str
    subject: str


REQUEST = TextRequest(
    operation="art_direction",
    service="api.openai.com",
    model="gpt-6-luna",
    instructions="Answer.",
    facts={"task": "art_direction", "product": {"name": "Tea", "description": "Green tea"}},
    answer=ArtDirection,
)
PICTURE = PictureRequest(
    service="api.openai.com",
    model="gpt-image-2.6-flare",
    prompt="Advertising photograph for Nordlys: a cup",
    size=Size(width_px=1024, height_px=640),
    quality="low",
)


async def get(bench: Bench, request: Request = REQUEST, payer: Payer = ANN) -> Generation:
    """Ask as a process of its own would: at a workbench that was just opened."""
    async with bench() as opened, opened.generations.holding():
        return await opened.generations.get(request, payer)


def row_of(archive: Archive, request: Request = REQUEST) -> GenerationRow:
    return archive.records.ledger.by_key([request.key])[request.key]


async def test_variants_that_ask_the_same_at_once_share_one_call(
    bench: Bench, stand_in: StandIn
) -> None:
    stand_in.change(Behaviour(vary=True, text_latency_s=0.1))
    async with bench() as opened, opened.generations.holding():
        first, second = await asyncio.gather(
            opened.generations.get(REQUEST, ANN), opened.generations.get(REQUEST, BOB)
        )

    assert len(stand_in.requests()) == 1
    assert first.content == second.content
    assert (first.use.made, second.use.made) == (True, False)


async def test_workbenches_with_records_of_their_own_share_one_call(
    served: Settings, stand_in: StandIn
) -> None:
    stand_in.change(Behaviour(vary=True, text_latency_s=0.3))

    async def ask() -> Generation:
        with open_archive(served) as archive:
            return await get(lambda: open_workbench(served, archive))

    generations = await asyncio.gather(*(ask() for _ in range(3)))

    assert len(stand_in.requests()) == 1
    assert len({generation.content for generation in generations}) == 1
    assert sorted(generation.use.made for generation in generations) == [False, False, True]


def test_processes_that_ask_the_same_at_once_share_one_call(
    served: Settings, stand_in: StandIn
) -> None:
    stand_in.change(Behaviour(vary=True, text_latency_s=1))
    program = f"""
import asyncio
from creative_assets.resources.opening import open_archive, open_workbench
from creative_assets.settings import Settings
from creative_assets.studio.context import ContextPack
from creative_assets.studio.generations import Payer
from creative_assets.studio.models.requests import TextRequest

async def ask(settings):
    request = TextRequest(
        "context_pack", settings.service, settings.text_model, "Answer.",
        {{"task": "context_pack", "locale": "de-DE"}}, ContextPack)
    payer = Payer(campaign_id="summer", variant_key="summer/de-DE/tea", stage="context_pack")
    with open_archive(settings) as archive:
        async with open_workbench(settings, archive) as bench, bench.generations.holding():
            print((await bench.generations.get(request, payer)).file.sha256)

asyncio.run(ask(Settings(openai_base_url="{served.openai_base_url}")))
"""
    processes = [
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) for _ in range(2)
    ]
    answers = [process.communicate()[0] for process in processes]

    assert [process.returncode for process in processes] == [0, 0]
    assert len(stand_in.requests()) == 1
    assert answers[0] == answers[1] != b""


async def test_an_answer_is_kept_as_it_came_though_the_model_never_answers_twice_alike(
    bench: Bench, stand_in: StandIn, archive: Archive
) -> None:
    made = await get(bench)
    reused = await get(bench, payer=BOB)
    other = await get(bench, replace(REQUEST, take=2))

    assert reused.content == made.content
    assert (made.use.made, reused.use.made, other.use.made) == (True, False, True)
    assert other.content != made.content
    assert len(stand_in.requests()) == 2
    assert archive.store.get_verified(made.file) == made.content


async def test_a_picture_is_kept_with_its_usage_and_cost(bench: Bench, archive: Archive) -> None:
    made = await get(bench, PICTURE)

    row = row_of(archive, PICTURE)
    assert made.content.startswith(b"\xff\xd8")  # a JPEG
    assert row.usage is not None
    assert row.cost_usd == row.list_price_usd == made.use.cost_usd
    assert (row.cost_usd or 0) > 0
    assert row.variant_key == ANN.variant_key
    assert "a cup" in row.request_json


async def test_a_refusal_is_bought_once_and_asked_again_when_its_cause_is_gone(
    bench: Bench, stand_in: StandIn, archive: Archive
) -> None:
    stand_in.change(Behaviour(refuse=("Green tea",)))
    with pytest.raises(ContentRefusedError):
        await get(bench)
    refused = row_of(archive)
    calls = len(stand_in.requests())
    stand_in.change(Behaviour())
    made = await get(bench)

    assert calls == 1
    assert (refused.state, refused.error_class) == ("failed", "ContentRefusedError")
    assert (row_of(archive).state, made.use.made) == ("done", True)
    assert len(stand_in.requests()) == 2
    # The refusal was an answer that was paid for: it stays booked.
    assert row_of(archive).wasted_cost_usd == refused.wasted_cost_usd > 0


async def test_answers_that_were_paid_for_and_are_of_no_use_are_part_of_the_cost(
    bench: Bench, stand_in: StandIn, archive: Archive
) -> None:
    stand_in.change(Behaviour(faults=(FaultRule(kind="wrong_schema", times=2),)))

    use = (await get(bench)).use

    row = row_of(archive)
    assert use.attempts == row.attempts == 3
    assert row.wasted_cost_usd > 0
    assert use.cost_usd == pytest.approx((row.cost_usd or 0) + row.wasted_cost_usd)


async def test_waste_without_a_usable_answer_is_booked_too(
    bench: Bench, stand_in: StandIn, archive: Archive
) -> None:
    stand_in.change(Behaviour(faults=(FaultRule(kind="wrong_schema"),)))
    with pytest.raises(BrokenPayloadError):
        await get(bench)

    row = row_of(archive)
    assert (row.state, row.attempts, row.cost_usd) == ("failed", 4, None)
    assert row.wasted_cost_usd > 0


@pytest.mark.parametrize(
    "service,cost_is_known,is_free",
    [("api.openai.com", True, False), ("stand-in", True, True), ("gpu-box:8000", False, False)],
)
async def test_only_what_a_known_service_charges_is_called_a_cost(
    bench: Bench,
    service: str,
    cost_is_known: bool,  # noqa: FBT001 - a column of the table
    is_free: bool,  # noqa: FBT001 - a column of the table
) -> None:
    use = (await get(bench, replace(REQUEST, service=service))).use

    assert (use.cost_usd is not None) is cost_is_known
    assert (use.cost_usd == 0) is is_free
    assert (use.list_price_usd or 0) > 0


async def test_a_price_that_nobody_knows_is_unknown_and_never_zero(
    bench: Bench, archive: Archive, stand_in: StandIn
) -> None:
    request = replace(REQUEST, model="gpt-4o-mini", service="gpu-box:8000")
    stand_in.change(Behaviour(faults=(FaultRule(kind="wrong_schema", times=1),)))

    use = (await get(bench, request)).use

    assert use.cost_usd is None
    assert row_of(archive, request).wasted_unpriced == 1


async def test_bytes_that_were_lost_are_reported_and_not_silently_bought_again(
    bench: Bench, stand_in: StandIn, archive: Archive
) -> None:
    made = await get(bench)
    archive.store.delete(made.file.path)

    with pytest.raises(
        MissingInputError, match=r"paid for, but its bytes are gone.*Restore the store"
    ):
        await get(bench)

    assert len(stand_in.requests()) == 1


def test_a_process_that_is_cancelled_frees_what_it_claimed(
    bench: Bench, stand_in: StandIn, archive: Archive
) -> None:
    stand_in.change(Behaviour(text_latency_s=5))

    async def cancelled() -> None:
        async with bench() as opened, opened.generations.holding():
            task = asyncio.create_task(opened.generations.get(REQUEST, ANN))
            while not stand_in.requests():  # noqa: ASYNC110 - the log is another thread's
                await asyncio.sleep(0.01)
            task.cancel()

    asyncio.run(cancelled())
    given_up = row_of(archive)
    stand_in.change(Behaviour())
    made = asyncio.run(get(bench))

    assert given_up.state == "failed"
    assert made.use.made


async def test_who_gives_up_waiting_takes_nothing_from_others(
    bench: Bench, stand_in: StandIn
) -> None:
    stand_in.change(Behaviour(text_latency_s=0.3))
    async with bench() as opened, opened.generations.holding():
        first = asyncio.create_task(opened.generations.get(REQUEST, ANN))
        second = asyncio.create_task(opened.generations.get(REQUEST, BOB))
        while not stand_in.requests():  # noqa: ASYNC110 - the log is another thread's
            await asyncio.sleep(0.01)
        first.cancel()
        shared = await second

    assert ArtDirection.model_validate_json(shared.content).subject
    assert len(stand_in.requests()) == 1


class Defective(BaseModel):
    concept: str

    @model_validator(mode="after")
    def fail(self) -> Self:
        raise ZeroDivisionError


async def test_a_defect_of_the_program_frees_the_claim_too(bench: Bench, archive: Archive) -> None:
    request = replace(REQUEST, answer=Defective)
    async with bench() as opened, opened.generations.holding():
        for _ in range(2):  # a claim that stayed would let the second wait for ever
            with pytest.raises(ZeroDivisionError):
                await opened.generations.get(request, ANN)

    assert row_of(archive, request).error_class == "ZeroDivisionError"


async def test_after_a_stop_what_is_kept_is_not_even_looked_up(
    bench: Bench, stand_in: StandIn
) -> None:
    async with bench() as opened, opened.generations.holding():
        opened.models.stop(StoppedError("Enough."))
        with pytest.raises(StoppedError):
            await opened.generations.get(REQUEST, ANN)

    assert stand_in.requests() == ()


async def test_neither_key_nor_address_is_kept_with_a_generation(
    served: Settings, archive: Archive, stand_in: StandIn
) -> None:
    secret = "sk-do-not-keep"  # noqa: S105 - it opens nothing
    settings = served.model_validate({**served.model_dump(), "openai_api_key": secret})
    request = replace(REQUEST, model="gpt-6-luna")
    stand_in.change(Behaviour(faults=(FaultRule(kind="invalid_key"),)))
    with pytest.raises(RequestRejectedError) as raised:
        await get(lambda: open_workbench(settings, archive), request)

    kept = f"{row_of(archive, request)} {raised.value} {settings!r}"
    assert secret not in kept
    assert stand_in.base_url not in f"{row_of(archive, request)}"


async def test_a_heartbeat_that_fails_once_beats_on(
    bench: Bench, archive: Archive, caplog: pytest.LogCaptureFixture
) -> None:
    class Faltering(Holders):
        beats = 0
        fourth = threading.Event()

        def heartbeat(self, holder: str, lease_s: float, note: str = "") -> None:
            Faltering.beats += 1
            if Faltering.beats == 2:
                raise ServerFaultError("The database restarts.")
            if Faltering.beats == 4:
                Faltering.fourth.set()
            super().heartbeat(holder, lease_s, note)

    faltering = Faltering(archive.records.database, time.time)
    records = replace(archive.records, holders=faltering)
    async with bench() as opened:
        generations = Generations(
            opened.models, records, archive.store, opened.io_pool, heartbeat_s=0.02
        )
        async with generations.holding(), asyncio.timeout(5):
            await asyncio.to_thread(Faltering.fourth.wait)

    assert "The database restarts." in caplog.text


async def test_a_claim_that_could_not_be_given_up_is_free_to_its_own_holder(
    bench: Bench, archive: Archive, stand_in: StandIn
) -> None:
    class Stubborn(Ledger):
        def fail(self, *_: object) -> None:
            raise ServerFaultError("The database is away.")

    stubborn = Stubborn(archive.records.database, time.time, Watch(time.time))
    records = replace(archive.records, ledger=stubborn)
    stand_in.change(Behaviour(refuse=("Green tea",)))
    async with bench() as opened:
        generations = Generations(opened.models, records, archive.store, opened.io_pool)
        async with generations.holding(), asyncio.timeout(10):
            with pytest.raises(ContentRefusedError):
                await generations.get(REQUEST, ANN)
            stand_in.change(Behaviour())
            again = await generations.get(REQUEST, ANN)

    assert again.use.made
