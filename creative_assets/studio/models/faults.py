"""The `openai` package's exceptions, and broken answers, in terms of the studio's error tree.

What the package does with each kind of failure was measured, not read: a body that is not JSON
raises `JSONDecodeError`, HTML with status 200 comes back as a string, and a refusal by policy is
a plain 400. All of that ends here; no exception of the package reaches a caller.
"""

import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2
import openai
import pydantic

from creative_assets.studio.errors import (
    BrokenPayloadError,
    ContentRefusedError,
    CreativeAssetsError,
    DeadlineError,
    ModelRetiredError,
    RateLimitedError,
    RequestRejectedError,
    ServerFaultError,
)
from creative_assets.studio.in_words import ended

_OUT_OF_MONEY = frozenset(
    {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"}
)
_REFUSED = frozenset({"moderation_blocked", "content_policy_violation", "content_filter"})
_RETIRED = frozenset({"model_not_found", "model_retired", "model_deprecated"})

# Everything that a call may raise on its own account. Anything else is a defect of ours.
CALL_FAILURES = (
    openai.OpenAIError,
    httpx2.HTTPError,
    ValueError,  # bytes that are no text, no JSON, no base64, or not of the schema
    AttributeError,
    TypeError,
)


# The request never reached the service.
_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)


def may_be_billed(failure: Exception) -> bool:
    """Whether a call that failed so may be billed: not where it was refused, or never sent."""
    was_refused = isinstance(failure, openai.APIStatusError)
    return not was_refused and not isinstance(failure.__cause__, _NOT_SENT)


def explain(failure: Exception, model: str) -> CreativeAssetsError:
    """The studio's error for what a call to `model` raised."""
    match failure:
        case openai.APITimeoutError():
            return DeadlineError(f"{model} did not answer in time.")
        case openai.APIConnectionError():
            return ServerFaultError(
                f"The connection to {model} failed ({_cause(failure)}). Check the network and "
                "OPENAI_BASE_URL."
            )
        case openai.APIStatusError():
            return _by_status(failure, model)
        case openai.LengthFinishReasonError():
            return BrokenPayloadError(f"The answer of {model} was cut off at its length limit.")
        case openai.ContentFilterFinishReasonError():
            return ContentRefusedError(
                f"The content filter of {model} stopped its answer. Change the brief's wording.",
                ["content_filter"],
            )
        case pydantic.ValidationError():
            first = failure.errors(include_url=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            return BrokenPayloadError(
                f"The answer of {model} breaks its schema in {failure.error_count()} place(s), "
                f"first at {place or 'the top'}: {ended(first['msg'])}"
            )
        case _:
            return BrokenPayloadError(
                f"The answer of {model} is not what the API promises ({type(failure).__name__})."
            )


def _by_status(failure: openai.APIStatusError, model: str) -> CreativeAssetsError:
    code = str(failure.code or "")
    said = _said(failure)
    if code in _REFUSED:
        categories = _categories(failure.body) or [code]
        return ContentRefusedError(
            f"{model} refused the content by its policy ({', '.join(categories)}): {said} Change "
            "the brief's wording.",
            categories,
        )
    if code in _RETIRED or (failure.status_code == httpx2.codes.NOT_FOUND and "model" in said):
        return ModelRetiredError(
            f"The model {model} is not offered: {said} Configure one that `preflight` lists."
        )
    if code in _OUT_OF_MONEY:
        return RequestRejectedError(
            f"The account that asks {model} is out of money or over its limit: {said} Raise the "
            "limit or the balance with the model service.",
            everywhere=True,
        )
    if failure.status_code == httpx2.codes.TOO_MANY_REQUESTS:
        return RateLimitedError(f"{model} is rate limited: {said}", _retry_after_s(failure))
    if failure.status_code in (httpx2.codes.UNAUTHORIZED, httpx2.codes.FORBIDDEN):
        return RequestRejectedError(
            f"The model service does not accept the key for {model}: {said} Check OPENAI_API_KEY, "
            "and whether the organisation is verified for image models.",
            everywhere=True,
        )
    if failure.status_code in (httpx2.codes.REQUEST_TIMEOUT, httpx2.codes.CONFLICT) or (
        failure.status_code >= httpx2.codes.INTERNAL_SERVER_ERROR
    ):
        return ServerFaultError(f"{model} failed with status {failure.status_code}: {said}")
    return RequestRejectedError(
        f"{model} rejected the request with status {failure.status_code}: {said}"
    )


def _said(failure: openai.APIStatusError) -> str:
    """What the service says; some servers quote the key that they do not take."""
    body = failure.body
    message = body.get("message") if isinstance(body, dict) else None
    text = message if isinstance(message, str) else f"HTTP {failure.status_code}"
    key = failure.request.headers.get("Authorization", "").removeprefix("Bearer ")
    text = text.replace(key, "***") if key else text
    return ended(text)


def _categories(body: object) -> list[str]:
    details: Any = body.get("moderation_details") if isinstance(body, dict) else None
    found = details.get("categories", []) if isinstance(details, dict) else []
    return [str(category) for category in found]


def _retry_after_s(failure: openai.APIStatusError) -> float | None:
    """What the service asks for: seconds, or until a date (RFC 9110, 10.2.3); None for nonsense."""
    headers = failure.response.headers
    for name, unit_s in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(headers[name]) * unit_s
        except (KeyError, ValueError):
            continue
        return max(seconds, 0.0) if math.isfinite(seconds) else None
    try:
        until = parsedate_to_datetime(headers.get("retry-after", ""))
        return max((until - datetime.now(UTC)).total_seconds(), 0.0)
    except (ValueError, TypeError):  # no date, or one without a time zone
        return None


def _cause(failure: Exception) -> str:
    return type(failure.__cause__ or failure).__name__
