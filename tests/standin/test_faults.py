import base64
import io
import json
from collections.abc import AsyncIterator, Iterator

import httpx2
import openai
import pytest
from openai import AsyncOpenAI
from openai.types.chat import ParsedChatCompletion
from PIL import Image
from pydantic import BaseModel, ValidationError

from creative_assets.standin.app import create_app
from creative_assets.standin.behaviour import Behaviour, FaultKind, FaultRule
from creative_assets.standin.faults import FaultPicker
from creative_assets.standin.serve import StandIn, running

TEXT, PICTURE = "gpt-6-luna", "gpt-image-2.6-flare"
FACTS = json.dumps({"task": "ad_copy", "locale": "de-DE", "product": {"name": "Cold Brew"}})


class CopyDraft(BaseModel):
    headline: str


@pytest.fixture(scope="module")
def stand_in() -> Iterator[StandIn]:
    with running(Behaviour()) as served:
        yield served


@pytest.fixture
async def client(stand_in: StandIn) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(api_key="-", base_url=stand_in.base_url, max_retries=1) as opened:
        yield opened


async def ask(client: AsyncOpenAI) -> ParsedChatCompletion[CopyDraft]:
    return await client.chat.completions.parse(
        model=TEXT, messages=[{"role": "user", "content": FACTS}], response_format=CopyDraft
    )


async def paint(client: AsyncOpenAI) -> bytes:
    answer = await client.images.generate(model=PICTURE, prompt="A cup", size="1024x1024")
    assert answer.data
    return base64.b64decode(str(answer.data[0].b64_json), validate=True)


def break_with(stand_in: StandIn, kind: FaultKind, **behaviour: float) -> int:
    """Every call fails from here on; the number of calls so far is returned."""
    faults = (FaultRule(kind=kind),)
    stand_in.change(Behaviour.model_validate({"faults": faults, **behaviour}))
    return len(stand_in.requests())


@pytest.mark.parametrize(
    "kind,raised,tries",
    [
        ("rate_limit", openai.RateLimitError, 2),
        ("rate_limit_bare", openai.RateLimitError, 2),
        ("insufficient_quota", openai.RateLimitError, 2),
        ("invalid_key", openai.AuthenticationError, 1),
        ("model_retired", openai.NotFoundError, 1),
        ("server_error", openai.InternalServerError, 2),
        ("unavailable_html", openai.InternalServerError, 2),
        ("reset", openai.APIConnectionError, 2),
        ("short_body", openai.APIConnectionError, 2),
        ("malformed_json", json.JSONDecodeError, 1),
        ("wrong_schema", ValidationError, 1),
    ],
)
async def test_the_client_raises_and_retries_as_it_does_for_the_real_service(
    stand_in: StandIn,
    client: AsyncOpenAI,
    kind: FaultKind,
    raised: type[Exception],
    tries: int,
) -> None:
    before = break_with(stand_in, kind, retry_after_s=0.1)
    with pytest.raises(raised):
        await ask(client)
    served = stand_in.requests()[before:]
    assert [entry.fault for entry in served] == [kind] * tries


async def test_a_long_retry_after_is_not_waited_for(stand_in: StandIn, client: AsyncOpenAI) -> None:
    before = break_with(stand_in, "rate_limit", retry_after_s=121)
    with pytest.raises(openai.RateLimitError) as caught:
        await ask(client)
    assert caught.value.response.headers["retry-after"] == "121"
    assert len(stand_in.requests()) == before + 1


async def test_a_login_page_with_status_200_comes_back_as_text(
    stand_in: StandIn, client: AsyncOpenAI
) -> None:
    break_with(stand_in, "html_200")
    completion: object = await client.chat.completions.create(
        model=TEXT, messages=[{"role": "user", "content": FACTS}]
    )
    assert isinstance(completion, str)


async def test_an_error_with_status_200_comes_back_as_an_empty_answer(
    stand_in: StandIn, client: AsyncOpenAI
) -> None:
    break_with(stand_in, "error_200")
    answer = await client.images.generate(model=PICTURE, prompt="A cup")
    assert answer.data is None


async def test_a_dripping_body_outlives_the_read_timeout(
    stand_in: StandIn, client: AsyncOpenAI
) -> None:
    break_with(stand_in, "drip", drip_s=1.2)
    completion = await ask(client.with_options(timeout=0.8, max_retries=0))
    assert completion.choices[0].message.parsed is not None


async def test_a_refusal_leaves_nothing_parsed(stand_in: StandIn, client: AsyncOpenAI) -> None:
    break_with(stand_in, "refusal")
    message = (await ask(client)).choices[0].message
    assert (message.parsed, message.content) == (None, None)
    assert "stand-in" in str(message.refusal)


async def test_a_blocked_picture_names_its_categories(
    stand_in: StandIn, client: AsyncOpenAI
) -> None:
    break_with(stand_in, "moderation_blocked")
    with pytest.raises(openai.BadRequestError) as caught:
        await paint(client)
    assert (caught.value.code, caught.value.type) == (
        "moderation_blocked",
        "image_generation_user_error",
    )


async def test_cut_base64_decodes_but_is_no_whole_picture(
    stand_in: StandIn, client: AsyncOpenAI
) -> None:
    break_with(stand_in, "cut_base64")
    picture = Image.open(io.BytesIO(await paint(client)))
    with pytest.raises(OSError, match="truncated"):
        picture.load()


async def test_a_picture_of_the_wrong_size_is_otherwise_whole(
    stand_in: StandIn, client: AsyncOpenAI
) -> None:
    break_with(stand_in, "wrong_size")
    picture = Image.open(io.BytesIO(await paint(client)))
    picture.load()
    assert (picture.size, picture.format) == ((512, 512), "PNG")


@pytest.mark.parametrize("kind", ["reset", "short_body"])
async def test_a_lost_connection_can_be_played_in_process(kind: FaultKind) -> None:
    app = create_app(Behaviour(faults=(FaultRule(kind=kind),)))
    http_client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app))
    async with AsyncOpenAI(
        api_key="-", base_url="http://stand-in/v1", http_client=http_client, max_retries=0
    ) as client:
        with pytest.raises(openai.APIConnectionError):
            await ask(client)


async def test_a_fault_that_ends_after_one_call_is_survived_by_a_retry(
    stand_in: StandIn, client: AsyncOpenAI
) -> None:
    stand_in.change(Behaviour(faults=(FaultRule(kind="reset", times=1),)))
    before = len(stand_in.requests())
    assert (await ask(client)).choices[0].message.parsed is not None
    assert [entry.fault for entry in stand_in.requests()[before:]] == ["reset", None]


def hits(rule: FaultRule, calls: int = 1000) -> list[bool]:
    picker = FaultPicker((rule,))
    return [picker.fault_for("image") is not None for _ in range(calls)]


def test_a_rate_is_the_share_of_calls_that_fail() -> None:
    assert 250 < sum(hits(FaultRule(kind="reset", rate=0.3))) < 350
    assert not any(hits(FaultRule(kind="reset", rate=0)))
    assert all(hits(FaultRule(kind="reset", rate=1)))


def test_the_seed_decides_which_calls_fail() -> None:
    rule = FaultRule(kind="reset", rate=0.3, seed=1)
    assert hits(rule) == hits(rule)
    assert hits(rule) != hits(rule.model_copy(update={"seed": 2}))


def test_a_rule_for_one_operation_spares_the_others() -> None:
    picker = FaultPicker((FaultRule(kind="server_error", operation="image_edit"),))
    assert [picker.fault_for(operation) for operation in ("image", "image_edit")] == [
        None,
        "server_error",
    ]


def test_a_fault_of_pictures_spares_text() -> None:
    picker = FaultPicker((FaultRule(kind="wrong_size"), FaultRule(kind="wrong_schema")))
    assert picker.fault_for("ad_copy") == "wrong_schema"
    assert picker.fault_for("image") == "wrong_size"
    assert picker.fault_for("models") is None
