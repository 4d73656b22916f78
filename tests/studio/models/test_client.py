"""The client meets every fault that the stand-in can play, over real connections."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import get_args

import httpx2
import openai
import pytest
from pydantic import BaseModel

from creative_assets.standin.behaviour import Behaviour, FaultKind, FaultRule
from creative_assets.standin.request_log import Served
from creative_assets.standin.serve import StandIn, running
from creative_assets.studio.errors import (
    BrokenPayloadError,
    ContentRefusedError,
    CreativeAssetsError,
    DeadlineError,
    ModelRetiredError,
    RateLimitedError,
    RequestRejectedError,
    ServerFaultError,
    StoppedError,
)
from creative_assets.studio.models.answers import Answer, Spoiled
from creative_assets.studio.models.client import ModelClient
from creative_assets.studio.models.limits import ModelLimit
from creative_assets.studio.models.requests import PictureRequest, Request, TextRequest
from creative_assets.studio.models.turns import OwnTurns
from creative_assets.studio.values import Size

TEXT_MODEL, IMAGE_MODEL = "gpt-6-luna", "gpt-image-2.6-flare"
STOPPED = StoppedError("Enough.")
ANY_NUMBER = ModelLimit()


class ArtDirection(BaseModel):
    concept: str
    subject: str


PICTURE = PictureRequest(
    service="stand-in",
    model=IMAGE_MODEL,
    prompt="Advertising photograph for Nordlys: a can",
    size=Size(width_px=1024, height_px=640),
    quality="low",
)


def question(number: int = 1) -> TextRequest:
    return TextRequest(
        operation="art_direction",
        service="stand-in",
        model=TEXT_MODEL,
        instructions="Answer.",
        facts={"task": "art_direction", "product": {"name": "Can", "description": "A can"}},
        answer=ArtDirection,
        take=number,
    )


def client_of(
    base_url: str,
    limit: ModelLimit = ANY_NUMBER,
    deadline_s: float = 60,
    http_client: httpx2.AsyncClient | None = None,
) -> ModelClient:
    return ModelClient(
        openai.AsyncOpenAI(api_key="-", base_url=base_url, max_retries=0, http_client=http_client),
        turns=OwnTurns(),
        limit_of=lambda _: limit,
        text_deadline_s=deadline_s,
        image_deadline_s=deadline_s,
    )


@dataclass(frozen=True)
class Outcome:
    error: BaseException
    calls: tuple[Served, ...]
    spoiled: Spoiled


CASES: list[tuple[FaultKind, Request, type[CreativeAssetsError], int, int]] = [
    # what goes wrong, with what, how it ends, after how many calls, how many answers paid in vain
    ("rate_limit", question(), RateLimitedError, 4, 0),
    ("rate_limit_bare", question(), RateLimitedError, 4, 0),
    ("insufficient_quota", question(), RequestRejectedError, 1, 0),
    ("billing_limit", question(), RequestRejectedError, 1, 0),
    ("invalid_key", question(), RequestRejectedError, 1, 0),
    ("model_retired", question(), ModelRetiredError, 1, 0),
    ("server_error", question(), ServerFaultError, 4, 0),
    ("unavailable_html", question(), ServerFaultError, 4, 0),
    ("html_200", question(), BrokenPayloadError, 4, 0),
    ("error_200", question(), BrokenPayloadError, 4, 0),
    ("malformed_json", question(), BrokenPayloadError, 4, 0),
    ("reset", question(), ServerFaultError, 4, 0),
    ("short_body", question(), ServerFaultError, 4, 0),
    ("drip", question(), DeadlineError, 2, 2),  # they may be billed
    ("refusal", question(), ContentRefusedError, 1, 1),
    ("wrong_schema", question(), BrokenPayloadError, 4, 4),
    ("html_200", PICTURE, BrokenPayloadError, 4, 0),
    ("error_200", PICTURE, BrokenPayloadError, 4, 0),
    ("moderation_blocked", PICTURE, ContentRefusedError, 1, 0),
    ("cut_base64", PICTURE, BrokenPayloadError, 4, 4),
    ("wrong_size", PICTURE, BrokenPayloadError, 4, 4),
]
IDS = [f"{kind}-{request.operation}" for kind, request, *_ in CASES]


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Outcome]:
    """Each case at a stand-in of its own, all side by side, for the sake of the retries' waits."""

    async def outcome(kind: FaultKind, request: Request, stand_in: StandIn) -> Outcome:
        # A drip never ends in time; nothing else comes near its deadline.
        client = client_of(stand_in.base_url, deadline_s=10 if kind == "drip" else 60)
        spoiled = Spoiled()
        with pytest.raises(BaseException) as raised:  # noqa: PT011 - its type is what is tested
            await client.ask(request, spoiled)
        await client.close()
        return Outcome(raised.value, stand_in.requests(), spoiled)

    async def all_outcomes(stand_ins: list[StandIn]) -> list[Outcome]:
        return await asyncio.gather(
            *(
                outcome(kind, request, stand_in)
                for (kind, request, *_), stand_in in zip(CASES, stand_ins, strict=True)
            )
        )

    with ExitStack() as stack:
        stand_ins = [
            stack.enter_context(
                running(Behaviour(faults=(FaultRule(kind=kind),), retry_after_s=0.1, drip_s=60))
            )
            for kind, *_ in CASES
        ]
        return dict(zip(IDS, asyncio.run(all_outcomes(stand_ins)), strict=True))


@pytest.mark.parametrize("name,case", list(zip(IDS, CASES, strict=True)), ids=IDS)
def test_a_fault_ends_as_its_leaf_of_the_error_tree_after_as_many_calls_as_it_is_worth(
    outcomes: dict[str, Outcome],
    name: str,
    case: tuple[FaultKind, Request, type[CreativeAssetsError], int, int],
) -> None:
    kind, request, expected, calls, paid_in_vain = case
    outcome = outcomes[name]

    assert type(outcome.error) is expected
    assert request.model in str(outcome.error)
    assert [call.fault for call in outcome.calls] == [kind] * calls
    assert outcome.spoiled.attempts == calls
    assert len(outcome.spoiled.usages) == paid_in_vain


def test_every_fault_of_the_stand_in_is_tried() -> None:
    assert {kind for kind, *_ in CASES} == set(get_args(FaultKind))


def test_a_key_that_is_not_accepted_is_a_reason_to_stop_everywhere(
    outcomes: dict[str, Outcome],
) -> None:
    for name in ("invalid_key-art_direction", "insufficient_quota-art_direction"):
        error = outcomes[name].error
        assert isinstance(error, RequestRejectedError)
        assert error.everywhere


NONSENSE = (
    b"",
    b"null",
    b"[]",
    b'"text"',
    b"7",
    b"{}",
    b"\xff\xfe{",
    b'{"choices": [], "data": []}',
    b'{"choices": null, "data": null}',
    b'{"choices": [{"message": null}], "data": [{"url": "https://example.com/a.png"}]}',
    b'{"choices": [{"finish_reason": 7}], "data": [{"b64_json": "\xc3\xa9\xc3\xa9"}]}',
    b'{"choices": [{"message": {"content": "{"}}], "data": [{"b64_json": "AAAAA"}]}',
    b'{"choices": [{}], "data": [{"b64_json": "iVBORw0KGgo="}], "usage": "free"}',
)


@pytest.mark.parametrize("request_", [question(), PICTURE], ids=["text", "picture"])
async def test_nonsense_of_a_server_is_a_broken_payload_and_nothing_outside_the_error_tree(
    request_: Request,
) -> None:
    async def ended(body: bytes) -> BaseException:
        headers = {"content-type": "application/json"}
        server = httpx2.MockTransport(lambda _: httpx2.Response(200, content=body, headers=headers))
        http = httpx2.AsyncClient(transport=server)
        client = client_of("http://server/v1", http_client=http)
        with pytest.raises(BaseException) as raised:  # noqa: PT011 - its type is what is tested
            await client.ask(request_, Spoiled())
        await client.close()
        return raised.value

    errors = await asyncio.gather(*(ended(body) for body in NONSENSE))

    assert [type(error) for error in errors] == [BrokenPayloadError] * len(NONSENSE)


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    with running(Behaviour()) as served:
        yield served


async def test_an_answer_after_a_fault_tells_of_its_attempts_and_of_what_was_paid_in_vain(
    stand_in: StandIn,
) -> None:
    stand_in.change(Behaviour(faults=(FaultRule(kind="wrong_schema", times=1),)))
    client, spoiled = client_of(stand_in.base_url), Spoiled()

    answer = await client.ask(question(), spoiled)
    await client.close()

    assert ArtDirection.model_validate_json(answer.content).subject
    assert (answer.attempts, answer.media_type) == (2, "application/json")
    assert answer.usage is not None
    assert len(spoiled.usages) == 1
    assert answer.request_id


async def test_no_attempt_comes_before_the_service_asked_for_it(stand_in: StandIn) -> None:
    fault = FaultRule(kind="rate_limit", times=1)
    stand_in.change(Behaviour(faults=(fault,), retry_after_s=1.5))
    client = client_of(stand_in.base_url)

    await client.ask(question(), Spoiled())
    await client.close()

    first, second = stand_in.requests()
    assert second.started_s - (first.ended_s or 0) >= 1.5  # by itself, it waits 0.5 s at most


async def test_a_wait_that_outlasts_the_deadline_ends_at_the_deadline(stand_in: StandIn) -> None:
    stand_in.change(Behaviour(faults=(FaultRule(kind="rate_limit"),), retry_after_s=60))
    client = client_of(stand_in.base_url, deadline_s=2)

    with pytest.raises(DeadlineError, match=TEXT_MODEL):
        await client.ask(question(), Spoiled())
    await client.close()

    assert len(stand_in.requests()) == 1


async def test_no_more_calls_are_under_way_than_the_limit_allows(stand_in: StandIn) -> None:
    stand_in.change(Behaviour(text_latency_s=0.1))
    client = client_of(stand_in.base_url, ModelLimit(in_flight=3))

    await asyncio.gather(*(client.ask(question(number), Spoiled()) for number in range(10)))
    await client.close()

    assert len(stand_in.requests()) == 10
    assert max(call.in_flight for call in stand_in.requests()) == 3


async def test_no_more_calls_begin_in_a_minute_than_the_limit_allows(stand_in: StandIn) -> None:
    client = client_of(stand_in.base_url, ModelLimit(per_minute=2))

    asked = [asyncio.create_task(client.ask(question(), Spoiled())) for _ in range(4)]
    finished = asyncio.as_completed(asked)
    for _ in range(2):
        await next(finished)
    await asyncio.sleep(0.2)  # time enough for a third to begin, if it might
    calls = len(stand_in.requests())
    for task in asked:
        task.cancel()
    await asyncio.gather(*asked, return_exceptions=True)
    await client.close()

    assert calls == 2


async def test_after_a_stop_no_call_begins_and_those_under_way_are_answered(
    stand_in: StandIn,
) -> None:
    stand_in.change(Behaviour(text_latency_s=0.3))
    client = client_of(stand_in.base_url, ModelLimit(in_flight=2))

    asked = [asyncio.create_task(client.ask(question(), Spoiled())) for _ in range(5)]
    while len(stand_in.requests()) < 2:  # noqa: ASYNC110 - the log is another thread's
        await asyncio.sleep(0.01)
    client.stop(STOPPED)
    results = await asyncio.gather(*asked, return_exceptions=True)
    await client.close()

    assert [type(result) for result in results] == [Answer] * 2 + [StoppedError] * 3
    assert len(stand_in.requests()) == 2


async def test_the_first_reason_to_stop_is_the_one_that_is_told(stand_in: StandIn) -> None:
    client = client_of(stand_in.base_url)
    client.stop(RequestRejectedError("The key is wrong.", everywhere=True))
    client.stop(STOPPED)

    with pytest.raises(StoppedError, match="The key is wrong"):
        await client.ask(question(), Spoiled())
    await client.close()

    assert stand_in.requests() == ()


async def test_offered_models_come_with_the_day_they_end(stand_in: StandIn) -> None:
    client = client_of(stand_in.base_url)

    offered = await client.offered_models()
    await client.close()

    assert offered[TEXT_MODEL] is None
    assert any(offered.values())


async def test_a_list_of_models_that_cannot_be_had_is_explained(stand_in: StandIn) -> None:
    stand_in.change(Behaviour(faults=(FaultRule(kind="invalid_key"),)))
    client = client_of(stand_in.base_url)

    with pytest.raises(RequestRejectedError, match="list of models"):
        await client.offered_models()
    await client.close()
