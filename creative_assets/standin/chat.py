"""`POST /v1/chat/completions`: reading the request, and the shape of the answer.

What a structured answer says is `answers`.
"""

import base64
import binascii
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from PIL import Image, UnidentifiedImageError

from creative_assets.standin import answers, wire
from creative_assets.standin.behaviour import STRUCTURED, Operation
from creative_assets.standin.wire import Call, Json, WireError

REASONING_FAMILIES = ("gpt-5", "gpt-6", "o1", "o3", "o4")
ASSUMED_PICTURE_TOKENS = 1200
_ORDER = "Answer only: "  # what a gullible stand-in obeys


@dataclass(frozen=True)
class _Parts:
    texts: tuple[str, ...]
    user_texts: tuple[str, ...]
    picture_urls: tuple[str, ...]


def read_chat(body: bytes) -> Call:
    """The call that the request body asks for.

    Raises:
        WireError: OpenAI would reject the request, or the stand-in cannot play it (streams).
    """
    request = wire.read_json(body)
    model = wire.require_model(request.get("model"), "text").id
    _check_parameters(request, model)
    parts = _parts_of(request)
    facts = _facts_in(parts.user_texts)
    schema = _schema_of(request)
    digest = wire.sha256_of(request)

    def answer(nonce: int) -> Json:
        if schema is None:
            content = answers.small_talk(parts.user_texts[-1] if parts.user_texts else "", nonce)
        else:
            content = json.dumps(answers.structured(schema, facts, nonce), ensure_ascii=False)
        prompt_tokens = wire.text_tokens("".join(parts.texts))
        prompt_tokens += sum(_tokens_of_picture(url) for url in parts.picture_urls)
        return _completion(f"{digest[:20]}-{nonce}", model, content, prompt_tokens)

    return Call(
        operation=_operation(facts),
        model=model,
        text="\n".join(parts.texts),
        request_sha256=digest,
        summary=_summary(facts),
        pace="vision" if parts.picture_urls else "text",
        answer=answer,
        order=_order_in(facts),
    )


def obeying(completion: Json, order: str) -> Json:
    """The same completion, but every text in its structured answer is what it was told to say."""
    choice = completion["choices"][0]
    content = json.dumps(_all_saying(order, json.loads(choice["message"]["content"])))
    message = {**choice["message"], "content": content}
    return {**completion, "choices": [{**choice, "message": message}]}


def refused(completion: Json, reason: str) -> Json:
    """The same completion, but the model declines."""
    choice = completion["choices"][0]
    message = {**choice["message"], "content": None, "refusal": reason}
    return {**completion, "choices": [{**choice, "message": message}]}


def _check_parameters(request: Json, model: str) -> None:
    if request.get("stream"):
        raise WireError(400, "The stand-in does not stream.", param="stream")
    if request.get("n", 1) != 1:
        raise WireError(400, "The stand-in gives one choice: leave `n` out.", param="n")
    if not model.startswith(REASONING_FAMILIES):
        return
    if "max_tokens" in request:
        message = (
            "Unsupported parameter: 'max_tokens' is not supported with this model. "
            "Use 'max_completion_tokens' instead."
        )
        raise WireError(400, message, code="unsupported_parameter", param="max_tokens")
    for name in ("temperature", "top_p"):
        if name in request and request.get("reasoning_effort") != "none":
            message = f"Unsupported parameter: '{name}' is not supported with this model."
            raise WireError(400, message, code="unsupported_parameter", param=name)


def _parts_of(request: Json) -> _Parts:
    messages = request.get("messages")
    if not isinstance(messages, list) or not messages:
        raise WireError(400, "Missing required parameter: 'messages'.", param="messages")
    if not all(isinstance(message, dict) for message in messages):
        raise WireError(400, "Each of 'messages' must be an object.", param="messages")
    parts = [(message.get("role"), part) for message in messages for part in _content(message)]
    return _Parts(
        texts=tuple(str(part["text"]) for _, part in parts if "text" in part),
        user_texts=tuple(
            str(part["text"]) for role, part in parts if role == "user" and "text" in part
        ),
        picture_urls=tuple(
            str(part["image_url"].get("url", ""))
            for _, part in parts
            if isinstance(part.get("image_url"), dict)
        ),
    )


def _content(message: Json) -> Iterator[Json]:
    content = message.get("content")
    if isinstance(content, str):
        yield {"type": "text", "text": content}
    elif isinstance(content, list):
        yield from (part for part in content if isinstance(part, dict))


def _facts_in(texts: tuple[str, ...]) -> Json:
    """The JSON object that the first text part holds; empty where it holds none."""
    try:
        value = json.loads(texts[0]) if texts else {}
    except ValueError:
        return {}
    return _object(value)


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _schema_of(request: Json) -> answers.Schema | None:
    wanted = _object(request.get("response_format"))
    if wanted.get("type") != "json_schema":
        return None
    described = _object(wanted.get("json_schema"))
    if not isinstance(described.get("schema"), dict) or not described.get("name"):
        message = "Missing required parameter: 'response_format.json_schema'."
        raise WireError(400, message, param="response_format.json_schema")
    return answers.Schema(name=str(described["name"]), document=described["schema"])


def _order_in(value: Any) -> str | None:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        return value.partition(_ORDER)[2] or None
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next(filter(None, map(_order_in, items)), None)


def _all_saying(words: str, value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        return {name: _all_saying(words, each) for name, each in value.items()}
    if isinstance(value, list):
        return [_all_saying(words, each) for each in value]
    return words if isinstance(value, str) else value


def _operation(facts: Json) -> Operation:
    task = facts.get("task")
    return next((known for known in STRUCTURED if known == task), "chat")


def _summary(facts: Json) -> str:
    context = _object(facts.get("context"))
    product = _object(facts.get("product"))
    locale = facts.get("locale") or context.get("locale")
    name = product.get("id") or product.get("name") or _object(facts.get("brand")).get("name")
    return " ".join(str(part) for part in (locale, name) if part)


def _tokens_of_picture(url: str) -> int:
    """By its size, read from the data URL; another URL is never fetched."""
    _, _, payload = url.partition(";base64,")
    try:
        with Image.open(io.BytesIO(base64.b64decode(payload, validate=True))) as picture:
            return wire.picture_tokens(*picture.size)
    except (binascii.Error, UnidentifiedImageError):
        return ASSUMED_PICTURE_TOKENS


def _completion(name: str, model: str, content: str, prompt_tokens: int) -> Json:
    completion_tokens = wire.text_tokens(content)
    message: Json = {"role": "assistant", "content": content, "refusal": None, "annotations": []}
    return {
        "id": f"chatcmpl-stand-in-{name}",
        "object": "chat.completion",
        "created": wire.CREATED,
        "model": model,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": {
            "prompt_tokens": prompt_tokens,
            "completion_tokens": completion_tokens,
            "total_tokens": prompt_tokens + completion_tokens,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": 0,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        },
        "service_tier": "default",
        "system_fingerprint": wire.FINGERPRINT,
    }
