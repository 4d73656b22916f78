"""The one client for all models: sends a request, checks the answer, retries what is worth it.

It knows nothing of what is kept or paid: that is `studio.generations`.
"""

import asyncio
import base64
import io
import random
import time
from collections.abc import Awaitable, Callable
from typing import Any

import openai
import tenacity
from PIL import Image

from creative_assets.studio.errors import (
    BrokenPayloadError,
    ContentRefusedError,
    CreativeAssetsError,
    DeadlineError,
    PermanentError,
    RateLimitedError,
    RequestRejectedError,
    StoppedError,
    TransientError,
)
from creative_assets.studio.models.answers import Answer, Spoiled
from creative_assets.studio.models.faults import CALL_FAILURES, explain, may_be_billed
from creative_assets.studio.models.limits import ModelLimit
from creative_assets.studio.models.requests import PictureRequest, Request, TextRequest
from creative_assets.studio.models.turns import Turns
from creative_assets.studio.values import Size

ATTEMPTS = 4
CALLS_IN_A_DEADLINE = 2
"""A call may take this part of its request's deadline: one that hangs leaves time for another."""

BeforeCall = Callable[[], Awaitable[None]]

_FIRST_WAIT_S = 0.5
_LONGEST_WAIT_S = 20.0
_PICTURE_FORMATS = ("PNG", "JPEG", "WEBP")


async def _nothing() -> None:
    """Before a call that nobody has to be asked about."""


class ModelClient:
    """Asks models through the official `openai` package.

    Retries are ours, not the package's: at most three more attempts for transient failures, with
    jitter, honouring Retry-After, inside one deadline for the whole request.
    """

    def __init__(
        self,
        api: openai.AsyncOpenAI,
        *,
        turns: Turns,
        limit_of: Callable[[Request], ModelLimit],
        text_deadline_s: float,
        image_deadline_s: float,
    ) -> None:
        """Take an `api` whose own retries are off; `turns` is closed with the client."""
        self._api = api
        self._turns = turns
        self._limit_of = limit_of
        self._text_deadline_s = text_deadline_s
        self._image_deadline_s = image_deadline_s
        self._stopped_by: PermanentError | None = None

    def stop(self, reason: PermanentError) -> None:
        """Begin no further call. Calls under way go on: they are paid for already."""
        self._stopped_by = self._stopped_by or reason

    def check_not_stopped(self) -> None:
        """Raise that the client was stopped, where it was.

        Raises:
            StoppedError: With the reason. Whoever met the reason itself tells of it; a run in
                which every variant told of it again would bury it.
        """
        if self._stopped_by is not None:
            raise StoppedError(f"No further call is made. {self._stopped_by}")

    async def ask(
        self, request: Request, spoiled: Spoiled, before_call: BeforeCall = _nothing
    ) -> Answer:
        """The checked answer to `request`.

        `spoiled` is filled with what failed attempts used up, also when this raises. Where
        `before_call` raises, the call is not made.

        Raises:
            CreativeAssetsError: The last attempt's, as a leaf of the error tree.
        """
        deadline_s, limit = self._deadline_s(request), self._limit_of(request)
        async with self._turns.slot(request.model, limit):
            # Before the deadline: waiting for one's turn is no failure.
            await self._turns.paced(request.model, limit)
            await before_call()
            started = time.monotonic()
            try:
                async with asyncio.timeout(deadline_s):
                    answer = await self._retried(request, spoiled, before_call)
            except TimeoutError as error:
                spoiled.usages.append(None)  # it may be billed all the same, nobody knows at what
                raise DeadlineError(
                    f"{request.model} gave no whole answer within {deadline_s:g} s and "
                    f"{spoiled.attempts} attempt(s). Raise the deadline in the settings if the "
                    "service is healthy but slow."
                ) from error
        return Answer(
            content=answer.content,
            media_type=answer.media_type,
            usage=answer.usage,
            request_id=answer.request_id,
            attempts=spoiled.attempts,
            seconds=time.monotonic() - started,
        )

    async def offered_models(self) -> dict[str, str | None]:
        """Models that the service offers: name → the date it shuts down, or None."""
        try:
            return {model.id: model.shutdown_date async for model in self._api.models.list()}
        except CALL_FAILURES as failure:
            raise explain(failure, "the list of models") from failure

    async def close(self) -> None:
        """Close the connections."""
        await self._api.close()
        await self._turns.close()

    async def _retried(self, request: Request, spoiled: Spoiled, before_call: BeforeCall) -> Answer:
        async for attempt in tenacity.AsyncRetrying(
            stop=tenacity.stop_after_attempt(ATTEMPTS),
            wait=_wait_s,
            retry=tenacity.retry_if_exception_type(TransientError),
            reraise=True,
        ):
            with attempt:
                if spoiled.attempts:
                    await self._turns.paced(request.model, self._limit_of(request))
                    await before_call()
                spoiled.attempts += 1
                return await self._asked_once(request, spoiled)
        raise AssertionError("tenacity re-raises the last error")  # pragma: no cover

    async def _asked_once(self, request: Request, spoiled: Spoiled) -> Answer:
        limit_s = self._deadline_s(request) / CALLS_IN_A_DEADLINE
        try:
            async with asyncio.timeout(limit_s):
                if isinstance(request, TextRequest):
                    return await self._ask_text(request, spoiled)
                return await self._ask_picture(request, spoiled)
        except TimeoutError as error:
            spoiled.usages.append(None)  # it may be billed all the same, nobody knows at what
            raise DeadlineError(
                f"{request.model} gave no whole answer within {limit_s:g} s, half of its deadline. "
                "Raise the deadline in the settings if the service is healthy but slow."
            ) from error

    async def _ask_text(self, request: TextRequest, spoiled: Spoiled) -> Answer:
        raw = await self._called(
            lambda: self._api.chat.completions.with_raw_response.parse(
                model=request.model,
                messages=_messages(request),
                response_format=request.answer,
                **request.parameters,
            ),
            request,
            spoiled,
        )
        usage = _usage(raw.content)
        try:
            message = raw.parse().choices[0].message
            if message.refusal:
                raise ContentRefusedError(
                    f"{request.model} declined to answer: {message.refusal} Change the brief's "
                    "wording.",
                    ["refusal"],
                )
            content = request.answer.model_validate(message.parsed).model_dump_json().encode()
        except (*CALL_FAILURES, CreativeAssetsError, LookupError) as failure:
            _spoil(spoiled, usage)
            if isinstance(failure, CreativeAssetsError):
                raise
            raise explain(failure, request.model) from failure
        return Answer(content, "application/json", usage, raw.request_id)

    async def _ask_picture(self, request: PictureRequest, spoiled: Spoiled) -> Answer:
        raw = await self._called(lambda: self._picture_call(request), request, spoiled)
        usage = _usage(raw.content)
        try:
            encoded = raw.parse().data[0].b64_json
            content = base64.b64decode(encoded, validate=True)
            media_type = await asyncio.to_thread(
                _check_picture, content, request.size, request.model
            )
        except (*CALL_FAILURES, CreativeAssetsError, LookupError) as failure:
            _spoil(spoiled, usage)
            if isinstance(failure, CreativeAssetsError):
                raise
            raise explain(failure, request.model) from failure
        return Answer(content, media_type, usage, raw.request_id)

    def _picture_call(self, request: PictureRequest) -> Awaitable[Any]:
        images = self._api.images.with_raw_response
        common = {"model": request.model, "prompt": request.prompt, **request.parameters}
        if request.uses_photos:
            photos = [(photo.name, photo.content, photo.media_type) for photo in request.photos]
            return images.edit(image=photos, **common)
        return images.generate(**common)

    async def _called(
        self, call: Callable[[], Awaitable[Any]], request: Request, spoiled: Spoiled
    ) -> Any:  # noqa: ANN401 - the package's raw response
        self.check_not_stopped()
        try:
            return await call()
        except CALL_FAILURES as failure:
            spoiled.lost += int(may_be_billed(failure))
            explained = explain(failure, request.model)
            if isinstance(explained, RequestRejectedError) and explained.everywhere:
                self.stop(explained)  # here, since every other call would fare as this one
            raise explained from failure

    def _deadline_s(self, request: Request) -> float:
        is_text = isinstance(request, TextRequest)
        return self._text_deadline_s if is_text else self._image_deadline_s


def _messages(request: TextRequest) -> list[Any]:
    parts: list[dict[str, Any]] = [{"type": "text", "text": request.facts_json}]
    for image in request.images:
        data = base64.b64encode(image.content).decode()
        url = f"data:{image.media_type};base64,{data}"
        parts.append({"type": "image_url", "image_url": {"url": url}})
    return [
        {"role": "system", "content": request.instructions},
        {"role": "user", "content": parts},
    ]


def _check_picture(content: bytes, size: Size, model: str) -> str:
    """The media type of a picture that is whole and of the `size` that was asked for."""
    try:
        with Image.open(io.BytesIO(content), formats=_PICTURE_FORMATS) as picture:
            found = Size(width_px=picture.width, height_px=picture.height)
            media_type = Image.MIME[str(picture.format)]
            # Base64 cut at a multiple of four decodes without complaint. A PNG's checksums tell, at
            # a thirtieth of what decoding it takes; the others have none. A JPEG is read to its
            # end for an eighth of its size too, in half the time.
            if picture.format == "PNG":
                picture.verify()
            else:
                picture.draft("RGB", (picture.width // 8, picture.height // 8))
                picture.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise BrokenPayloadError(f"The picture of {model} is not whole: {error}.") from error
    if found != size:
        raise BrokenPayloadError(f"The picture of {model} is {found}; {size} was asked for.")
    return media_type


def _usage(body: bytes) -> dict[str, Any] | None:
    try:
        usage = openai.BaseModel.model_validate_json(body).to_dict().get("usage")
    except ValueError:
        return None
    return usage if isinstance(usage, dict) else None


def _spoil(spoiled: Spoiled, usage: dict[str, Any] | None) -> None:
    if usage is None:
        spoiled.lost += 1
    else:
        spoiled.usages.append(usage)


def _wait_s(state: tenacity.RetryCallState) -> float:
    failure = state.outcome.exception() if state.outcome else None
    asked_s = failure.retry_after_s if isinstance(failure, RateLimitedError) else None
    backoff_s = min(_FIRST_WAIT_S * 2.0 ** (state.attempt_number - 1), _LONGEST_WAIT_S)
    jitter_s = random.uniform(0, backoff_s)  # noqa: S311 - spreads load, guards nothing
    return max(asked_s or 0.0, backoff_s / 2) + jitter_s / 2
