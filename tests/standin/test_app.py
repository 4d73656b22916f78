import asyncio
import base64
import io
import json
from collections.abc import AsyncIterator
from typing import Literal

import httpx2
import numpy as np
import openai
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletionMessageParam
from PIL import Image
from pydantic import BaseModel

from creative_assets.standin.app import create_app
from creative_assets.standin.behaviour import Behaviour
from creative_assets.standin.chat import read_chat
from creative_assets.standin.request_log import RequestLog
from creative_assets.standin.wire import WireError

TEXT, PICTURE = "gpt-6-luna", "gpt-image-2.6-flare"
FACTS = {
    "task": "ad_copy",
    "locale": "de-DE",
    "product": {"id": "cold-brew", "name": "Nordlys Cold Brew", "description": "Coffee."},
}


class BackTranslation(BaseModel):
    headline: str
    subline: str
    call_to_action: str


class CopyDraft(BaseModel):
    headline: str
    subline: str
    call_to_action: str
    alt_text: str
    back_translation: BackTranslation


def client_for(behaviour: Behaviour, log: RequestLog | None = None) -> AsyncOpenAI:
    transport = httpx2.ASGITransport(app=create_app(behaviour, log=log))
    http_client = httpx2.AsyncClient(transport=transport)
    return AsyncOpenAI(api_key="-", base_url="http://stand-in/v1", http_client=http_client)


@pytest.fixture
async def client() -> AsyncIterator[AsyncOpenAI]:
    async with client_for(Behaviour()) as opened:
        yield opened


def about(facts: object) -> list[ChatCompletionMessageParam]:
    return [
        {"role": "system", "content": "Write."},
        {"role": "user", "content": [{"type": "text", "text": json.dumps(facts)}]},
    ]


def photo(color: str = "red") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), color).save(file, "PNG")
    return file.getvalue()


def opened(b64_json: str | None) -> Image.Image:
    assert b64_json
    picture = Image.open(io.BytesIO(base64.b64decode(b64_json, validate=True)))
    picture.load()
    return picture


async def test_models_are_listed_with_their_last_day(client: AsyncOpenAI) -> None:
    days = {model.id: model.shutdown_date async for model in client.models.list()}
    assert days[PICTURE] is None
    assert days["gpt-4o-mini"] == "2027-01-14"
    assert days["dall-e-3"] == "2026-05-12"


async def test_structured_copy_parses_and_says_that_it_is_a_stand_ins(client: AsyncOpenAI) -> None:
    raw = await client.chat.completions.with_raw_response.parse(
        model=TEXT, messages=about(FACTS), response_format=CopyDraft
    )
    completion = raw.parse()
    draft = completion.choices[0].message.parsed
    assert draft is not None
    assert "Nordlys Cold Brew" in draft.subline
    assert completion.system_fingerprint == "stand-in"
    assert completion.usage is not None
    assert completion.usage.prompt_tokens > 20
    assert raw.headers["x-stand-in"] == "true"
    assert raw.request_id is not None
    assert raw.request_id.startswith("req_")


async def test_a_plain_chat_is_answered_as_the_stand_in(client: AsyncOpenAI) -> None:
    completion = await client.chat.completions.create(
        model=TEXT, messages=[{"role": "user", "content": "Hello"}]
    )
    assert "stand-in" in str(completion.choices[0].message.content)


async def test_pictures_in_a_chat_cost_tokens(client: AsyncOpenAI) -> None:
    url = f"data:image/png;base64,{base64.b64encode(photo()).decode()}"
    completion = await client.chat.completions.create(
        model=TEXT,
        messages=[{"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}],
    )
    assert completion.usage is not None
    assert completion.usage.prompt_tokens == 4  # 64 x 48 ÷ 1024 x 1.2


async def test_a_picture_has_the_size_and_format_asked_for(client: AsyncOpenAI) -> None:
    answer = await client.images.generate(
        model=PICTURE, prompt="A cup", size="1088x1360", quality="low", output_format="webp"
    )
    assert answer.data is not None
    picture = opened(answer.data[0].b64_json)
    assert (picture.size, picture.format) == ((1088, 1360), "WEBP")
    assert (answer.size, answer.quality, answer.output_format) == ("1088x1360", "low", "webp")
    assert answer.usage is not None
    assert answer.usage.output_tokens == 277  # 196 a megapixel of 1024²
    assert answer.usage.input_tokens_details.image_tokens == 0


async def test_an_edit_takes_photos_and_counts_them(client: AsyncOpenAI) -> None:
    answer = await client.images.edit(
        model=PICTURE,
        image=[("a.png", photo()), ("b.png", photo("blue"))],
        prompt="Für Nordlys ☕",
        size="1088x1088",
        quality="low",
    )
    assert answer.data is not None
    assert opened(answer.data[0].b64_json).size == (1088, 1088)
    assert answer.usage is not None
    assert answer.usage.input_tokens_details.image_tokens == 8


async def test_a_form_is_known_again_whatever_its_boundary_and_file_names() -> None:
    log = RequestLog()
    async with client_for(Behaviour(), log) as client:
        for name in ("a.png", "b.png"):
            await client.images.edit(
                model=PICTURE,
                prompt="A cup",
                size="1024x1024",
                image=[(name, photo(), "image/png"), ("c.png", photo(), "image/png")],
            )

    first, second = log.entries()
    assert first.request_sha256 == second.request_sha256


async def test_dall_e_3_answers_in_base64_or_by_url(client: AsyncOpenAI) -> None:
    encoded = await client.images.generate(
        model="dall-e-3", prompt="A cup", size="1792x1024", response_format="b64_json"
    )
    linked = await client.images.generate(model="dall-e-3", prompt="A cup", size="1792x1024")
    assert encoded.data is not None
    assert opened(encoded.data[0].b64_json).size == (1792, 1024)
    assert linked.data is not None
    assert str(linked.data[0].url).startswith("data:image/png;base64,")
    assert "stand-in" in str(linked.data[0].revised_prompt)


async def test_an_unknown_model_is_not_found(client: AsyncOpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        await client.images.generate(model="gpt-image-9", prompt="A cup")
    assert caught.value.code == "model_not_found"


@pytest.mark.parametrize(
    "model,size",
    [
        (PICTURE, "1080x1080"),
        (PICTURE, "512x512"),
        (PICTURE, "3840x1024"),
        (PICTURE, "4096x2048"),
        (PICTURE, "square"),
        ("gpt-image-1.5", "1088x1088"),
        ("dall-e-3", "1536x1024"),
    ],
)
async def test_a_size_that_the_family_does_not_make_is_rejected(
    client: AsyncOpenAI, model: str, size: str
) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        await client.images.generate(model=model, prompt="A cup", size=size)
    assert (caught.value.param, caught.value.type) == ("size", "invalid_request_error")


async def test_a_parameter_of_dall_e_is_rejected_by_gpt_image(client: AsyncOpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        await client.images.generate(model=PICTURE, prompt="A cup", response_format="b64_json")
    assert caught.value.code == "unknown_parameter"


async def test_a_reasoning_model_rejects_max_tokens(client: AsyncOpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="max_completion_tokens"):
        await client.chat.completions.create(model=TEXT, messages=about(FACTS), max_tokens=9)


async def test_a_photo_that_is_no_picture_is_rejected(client: AsyncOpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        await client.images.edit(model=PICTURE, image=("a.png", photo()[:80]), prompt="A cup")
    assert caught.value.param == "image"


@pytest.mark.parametrize("body", [b"{", b"[]", b'"text"', b"{}", b'{"model": 3}'])
async def test_a_body_that_makes_no_sense_gets_an_error_in_openais_shape(body: bytes) -> None:
    transport = httpx2.ASGITransport(app=create_app(Behaviour()))
    async with httpx2.AsyncClient(transport=transport, base_url="http://stand-in") as http:
        answer = await http.post("/v1/chat/completions", content=body)
        elsewhere = await http.get("/v1/nothing")
    assert answer.status_code in {400, 404}
    assert set(answer.json()["error"]) == {"message", "type", "param", "code"}
    assert elsewhere.json()["error"]["type"] == "invalid_request_error"


SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
KEYS = ("locale", "product", "brand", "context", "audience", "formats", "take", "approved", "name")
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner),
    max_leaves=6,
)


def status_of(body: bytes) -> int:
    try:
        read_chat(body).answer(0)
    except WireError as error:
        return error.status
    return 200


@settings(deadline=None)
@given(
    st.sampled_from(["ContextPack", "CopyDraft", "ArtDirection", "LogoChoices", "Other"]),
    st.dictionaries(st.sampled_from(KEYS), ANYTHING),
    st.just(SCHEMA) | ANYTHING,
)
def test_facts_that_make_no_sense_are_answered_or_rejected(
    name: str, facts: object, schema: object
) -> None:
    response_format = {"type": "json_schema", "json_schema": {"name": name, "schema": schema}}
    messages = [{"role": "user", "content": json.dumps(facts)}]
    request = {"model": TEXT, "messages": messages, "response_format": response_format}
    assert status_of(json.dumps(request).encode()) in {200, 400}


@pytest.mark.parametrize(
    "content_type", ["text/plain", "multipart/form-data", "multipart/form-data; boundary=x"]
)
async def test_a_form_that_is_none_is_rejected(content_type: str) -> None:
    transport = httpx2.ASGITransport(app=create_app(Behaviour()))
    async with httpx2.AsyncClient(transport=transport, base_url="http://stand-in") as client:
        answer = await client.post(
            "/v1/images/edits",
            content=b"--x\r\n\r\n\xff\r\n--x--",
            headers={"content-type": content_type},
        )

    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "image"


async def test_the_same_request_gets_the_same_bytes() -> None:
    answers = []
    for _ in range(2):
        async with client_for(Behaviour()) as client:
            text = await client.chat.completions.create(model=TEXT, messages=about(FACTS))
            picture = await client.images.generate(model=PICTURE, prompt="A cup")
            answers.append((text.model_dump(), picture.model_dump()))
    assert answers[0] == answers[1]


async def test_with_vary_every_call_is_answered_differently() -> None:
    headlines, pictures = set(), set()
    async with client_for(Behaviour(vary=True)) as client:
        for _ in range(3):
            text = await client.chat.completions.parse(
                model=TEXT, messages=about(FACTS), response_format=CopyDraft
            )
            picture = await client.images.generate(model=PICTURE, prompt="A cup")
            headlines.add(text.choices[0].message.content)
            pictures.add(picture.data[0].b64_json if picture.data else None)
    assert (len(headlines), len(pictures)) == (3, 3)


@pytest.mark.parametrize("file_type", ["jpeg", "png"])
async def test_quick_pictures_are_heavy_and_of_the_size_and_another_for_every_request(
    file_type: Literal["jpeg", "png"],
) -> None:
    files = []
    async with client_for(Behaviour(quick_pictures=True)) as client:
        for prompt in ("A cup", "Two cups", "A cup"):
            answer = await client.images.generate(
                model=PICTURE, prompt=prompt, size="1024x1536", output_format=file_type
            )
            [picture] = answer.data or []
            files.append(base64.b64decode(picture.b64_json or ""))
    first, other, again = files
    assert first == again
    assert min(len(first), len(other)) >= 1_000_000
    assert first != other
    opened = [Image.open(io.BytesIO(file)).convert("RGB") for file in (first, other)]
    assert {picture.size for picture in opened} == {(1024, 1536)}


async def test_quick_pictures_show_the_products_photo() -> None:
    photo = io.BytesIO()
    Image.new("RGB", (64, 96), (220, 20, 160)).save(photo, "PNG")
    async with client_for(Behaviour(quick_pictures=True)) as client:
        answer = await client.images.edit(
            model=PICTURE, image=("p.png", photo.getvalue(), "image/png"), prompt="It"
        )
    [picture] = answer.data or []
    shown = Image.open(io.BytesIO(base64.b64decode(picture.b64_json or ""))).convert("RGB")
    pixels = np.asarray(shown, dtype=int)
    pink = (pixels[..., 0] - pixels[..., 1] > 90) & (pixels[..., 2] - pixels[..., 1] > 50)
    assert pink.mean() > 0.05


async def test_refused_text_declines_in_chat_and_blocks_a_picture() -> None:
    async with client_for(Behaviour(refuse=("Nordlys",))) as client:
        completion = await client.chat.completions.parse(
            model=TEXT, messages=about(FACTS), response_format=CopyDraft
        )
        assert completion.choices[0].message.parsed is None
        assert "stand-in" in str(completion.choices[0].message.refusal)
        with pytest.raises(openai.BadRequestError) as caught:
            await client.images.generate(model=PICTURE, prompt="For Nordlys")
        await client.images.generate(model=PICTURE, prompt="For another brand")
    assert caught.value.code == "moderation_blocked"
    assert isinstance(caught.value.body, dict)
    assert caught.value.body["moderation_details"]["categories"] == ["stand-in"]


async def test_calls_wait_side_by_side() -> None:
    log = RequestLog()
    behaviour = Behaviour(text_latency_s=0.4)
    async with client_for(behaviour, log) as client:
        calls = (
            client.chat.completions.create(model=TEXT, messages=about({**FACTS, "take": take}))
            for take in range(30)
        )
        await asyncio.gather(*calls)
    entries = log.entries()
    assert max(entry.in_flight for entry in entries) == 30
    assert max(entry.started_s for entry in entries) < min(entry.ended_s or 0 for entry in entries)


async def test_the_log_says_what_was_asked_for() -> None:
    log = RequestLog()
    async with client_for(Behaviour(), log) as client:
        for _ in range(2):
            await client.chat.completions.create(model=TEXT, messages=about(FACTS))
        with pytest.raises(openai.NotFoundError):
            await client.images.generate(model="gone", prompt="A cup")
    first, second, third = log.entries()
    assert (first.operation, first.model, first.summary) == ("ad_copy", TEXT, "de-DE cold-brew")
    assert (first.seq, first.status, first.in_flight, first.fault) == (1, 200, 1, None)
    assert first.request_sha256 == second.request_sha256
    assert third.status == 404
    assert third.ended_at is not None


async def test_the_controls_do_not_exist_in_process() -> None:
    transport = httpx2.ASGITransport(app=create_app(Behaviour()))
    async with httpx2.AsyncClient(transport=transport, base_url="http://stand-in") as http:
        assert (await http.get("/stand-in/behaviour")).status_code == 404
        assert (await http.get("/healthz")).json()["stand_in"] is True
