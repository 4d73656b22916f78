"""Answers by a model that says anything: in HTTP, in JSON, in the shape, and in the words."""

import asyncio
import base64
import json
from collections.abc import Iterator
from typing import Any

import httpx2
import openai
from hypothesis import strategies as st
from pydantic import BaseModel

from creative_assets.studio.branding import LogoChoices, choose_spots
from creative_assets.studio.checks.claims import claims_in
from creative_assets.studio.checks.languages import script_share
from creative_assets.studio.context import ContextPack
from creative_assets.studio.copywriting import CopyDraft
from creative_assets.studio.errors import CreativeAssetsError
from creative_assets.studio.images import open_picture
from creative_assets.studio.logo import LogoSpot
from creative_assets.studio.models.answers import Spoiled
from creative_assets.studio.models.client import ModelClient
from creative_assets.studio.models.limits import ModelLimit
from creative_assets.studio.models.requests import PictureRequest, Request, TextRequest
from creative_assets.studio.models.turns import OwnTurns
from creative_assets.studio.pictures import ArtDirection, picture_prompt
from creative_assets.studio.rules import HIDDEN
from creative_assets.studio.said import MAX_SAID, read_answer
from creative_assets.studio.values import Box, Size
from tests.hostile.attacks import Attack
from tests.hostile.briefs import ANYTHING
from tests.hostile.pictures import HostileFile, damaged

SPOT = LogoSpot(
    name="top-left",
    box=Box(left_px=0, top_px=0, width_px=9, height_px=9),
    version="default",
    contrast=5.0,
    calmness=1.0,
    plate=False,
)
_LINES_OF_A_PROMPT = 10
_KINDS: tuple[type[BaseModel], ...] = (ContextPack, CopyDraft, ArtDirection, LogoChoices)
_SAID = st.one_of(
    st.text(),
    st.sampled_from(
        [
            *("", "  ", "\u202eevil", "a\0b", "\U000e0041", "x" * 5_000, "line\nline", "a\u2028b"),
            *("<script>alert(1)</script>", "{{7*7}}", "[a](javascript:alert(1))", "=1+1", "%s%n"),
            *("Visit https://evil.example", "90% off", "</facts>", "1x1", "top-left", "\ufffd" * 9),
        ]
    ),
)


def _of_shape(schema: dict[str, Any], root: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values of a schema of ours: objects, arrays and texts are all that an answer is made of."""
    if "$ref" in schema:
        return _of_shape(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    if schema["type"] == "object":
        return st.fixed_dictionaries(
            {name: _of_shape(each, root) for name, each in schema["properties"].items()}
        )
    if schema["type"] == "array":
        return st.lists(_of_shape(schema["items"], root), max_size=25)
    return _SAID


def _shapes(kind: type[BaseModel]) -> st.SearchStrategy[Any]:
    schema = kind.model_json_schema()
    return _of_shape(schema, schema)


def _completion(content: object) -> bytes:
    message = {"role": "assistant", "content": content, "refusal": None}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    body = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    return json.dumps(body | {"usage": {"prompt_tokens": 1, "completion_tokens": 1}}).encode()


_STATUS = st.sampled_from([200] * 9 + [400, 401, 403, 404, 409, 418, 429, 500, 503])
_HEADERS = st.dictionaries(
    st.sampled_from(["content-type", "retry-after", "retry-after-ms", "x-request-id"]),
    st.sampled_from(["application/json", "text/html", "nan", "-1", "inf", "soon", "\xff"]),
)
_BODIES = st.one_of(
    st.binary(),
    ANYTHING.map(lambda value: json.dumps(value).encode()),
    st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("choices", "usage", "error", "data", "id", "model"), ANYTHING)
    ).map(lambda value: json.dumps(value).encode()),
    (_SAID | ANYTHING).map(_completion),
)


@st.composite
def _text_answers(draw: st.DrawFn) -> tuple[type[BaseModel], int, dict[str, str], bytes]:
    kind = draw(st.sampled_from(_KINDS))
    in_shape = _shapes(kind).map(json.dumps).map(_completion)
    body = draw(in_shape | _BODIES if draw(st.booleans()) else in_shape)
    return kind, draw(_STATUS), draw(_HEADERS), body


@st.composite
def _picture_answers(draw: st.DrawFn) -> tuple[int, dict[str, str], bytes]:
    file: HostileFile = draw(damaged())
    encoded = base64.b64encode(file.content).decode()
    cut = encoded[: draw(st.just(len(encoded)) | st.integers(0, len(encoded)))]
    in_shape = json.dumps({"created": 1, "data": [{"b64_json": cut}]}).encode()
    return draw(_STATUS), draw(_HEADERS), draw(st.just(in_shape) | _BODIES)


def _asked(request: Request, status: int, headers: dict[str, str], body: bytes) -> bytes:
    """The answer that the client takes for whole.

    Raises:
        CreativeAssetsError: It takes none.
    """

    def answer(_: httpx2.Request) -> httpx2.Response:
        sent = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        return httpx2.Response(status, headers=sent, content=body)

    async def ask() -> bytes:
        transport = httpx2.AsyncClient(transport=httpx2.MockTransport(answer))
        api = openai.AsyncOpenAI(
            api_key="-", base_url="http://model/v1", max_retries=0, http_client=transport
        )
        async with api:
            client = ModelClient(
                api,
                limit_of=lambda _: ModelLimit(),
                turns=OwnTurns(),
                text_deadline_s=60,
                image_deadline_s=60,
            )
            # Once: what is worth another attempt would only be the same again.
            return (await client._asked_once(request, Spoiled())).content

    return asyncio.run(ask())


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            yield from _texts(list(value.values()))
        case list():
            for each in value:
                yield from _texts(each)


def _as_text(drawn: tuple[type[BaseModel], int, dict[str, str], bytes]) -> int:
    kind, status, headers, body = drawn
    request = TextRequest("ad_copy", "stand-in", "gpt-6-luna", "Answer.", {"task": "ad_copy"}, kind)
    try:
        content = _asked(request, status, headers, body)
    except CreativeAssetsError as error:
        return _told(error)
    answer = read_answer(kind, content)
    for text in _texts(answer.model_dump(mode="json")):
        assert len(text) <= MAX_SAID
        assert not HIDDEN.search(text)
        assert "\n" not in text
        claims_in(text, "de-DE")
        script_share(text, "de-DE", ("Nordlys", "Cold Brew"))
    if isinstance(answer, ArtDirection):
        prompt = picture_prompt(answer, "Nordlys", "calm", from_photos=True)
        assert len(prompt.splitlines()) == _LINES_OF_A_PROMPT
    if isinstance(answer, LogoChoices):
        assert choose_spots({"1x1": [SPOT]}, answer)["1x1"].spot == SPOT
    return 0


def _as_picture(drawn: tuple[int, dict[str, str], bytes]) -> int:
    size = Size(width_px=24, height_px=18)
    request = PictureRequest("stand-in", "gpt-image-2.6-flare", "A can", size, "low")
    try:
        content = _asked(request, *drawn)
        picture = open_picture(content, "answer")
    except CreativeAssetsError as error:
        return _told(error)
    assert picture.size == (24, 18)
    return 0


def _told(error: CreativeAssetsError) -> int:
    assert str(error)
    str(error).encode(errors="surrogateescape")
    return 1


ANSWERS = Attack("answers in words", _text_answers(), _as_text)
PICTURES = Attack("answers in pictures", _picture_answers(), _as_picture)
