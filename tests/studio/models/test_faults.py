"""What the `openai` package raises ends as a leaf of the error tree that says what to do."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx2
import openai
import pytest

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
from creative_assets.studio.models.faults import explain

REQUEST = httpx2.Request("POST", "https://api.openai.com/v1/images/generations")


def status_error(
    status: int, body: object = None, headers: dict[str, str] | None = None
) -> openai.APIStatusError:
    response = httpx2.Response(status, request=REQUEST, headers=headers)
    return openai.APIStatusError("failed", response=response, body=body)


@pytest.mark.parametrize(
    "status,body,expected",
    [
        (400, {"code": "content_policy_violation", "message": "No."}, ContentRefusedError),
        (404, {"code": "model_not_found", "message": "Gone."}, ModelRetiredError),
        (404, {"message": "The model is unknown"}, ModelRetiredError),
        (404, {"message": "No such route"}, RequestRejectedError),
        (429, {"code": "billing_hard_limit_reached"}, RequestRejectedError),
        (429, None, RateLimitedError),
        (403, {"message": "Verify your organization"}, RequestRejectedError),
        (408, None, ServerFaultError),
        (409, "text", ServerFaultError),
        (504, ["list"], ServerFaultError),
        (422, {"message": None}, RequestRejectedError),
    ],
)
def test_a_status_ends_as_the_right_leaf_that_names_the_model(
    status: int, body: object, expected: type[CreativeAssetsError]
) -> None:
    explained = explain(status_error(status, body), "gpt-image-9")

    assert type(explained) is expected
    assert "gpt-image-9" in str(explained)


def test_a_service_that_quotes_the_key_gets_no_word_of_it_through() -> None:
    request = httpx2.Request("POST", REQUEST.url, headers={"Authorization": "Bearer hunter2"})
    body = {"message": "Incorrect API key provided: hunter2."}
    failure = openai.APIStatusError(
        "failed", response=httpx2.Response(401, request=request), body=body
    )

    explained = str(explain(failure, "gpt-image-9"))

    assert "Incorrect API key provided: ***." in explained
    assert "hunter2" not in explained


@pytest.mark.parametrize(
    "status,body", [(401, None), (403, None), (429, {"code": "insufficient_quota"})]
)
def test_what_every_call_would_meet_is_said_to_be_everywhere(status: int, body: object) -> None:
    explained = explain(status_error(status, body), "gpt-6-luna")

    assert isinstance(explained, RequestRejectedError)
    assert explained.everywhere


def test_a_bad_parameter_concerns_this_request_alone() -> None:
    explained = explain(status_error(400, {"message": "Unknown size"}), "gpt-6-luna")

    assert isinstance(explained, RequestRejectedError)
    assert not explained.everywhere
    assert "Unknown size" in str(explained)


@pytest.mark.parametrize(
    "headers,expected",
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "7", "retry-after-ms": "250"}, 0.25),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({"retry-after": "-5"}, 0.0),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00"}, None),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_how_long_to_wait_is_read_from_the_headers(
    headers: dict[str, str], expected: float | None
) -> None:
    explained = explain(status_error(429, None, headers), "gpt-6-luna")

    assert isinstance(explained, RateLimitedError)
    assert explained.retry_after_s == expected


def test_a_date_to_come_back_at_is_as_good_as_seconds() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)

    explained = explain(status_error(429, None, {"retry-after": date}), "gpt-6-luna")

    assert isinstance(explained, RateLimitedError)
    assert explained.retry_after_s is not None
    assert 0 < explained.retry_after_s <= 3600


def test_a_refusal_keeps_the_categories_of_the_policy() -> None:
    body = {
        "code": "moderation_blocked",
        "message": "Rejected.",
        "moderation_details": {"categories": ["violence"]},
    }

    explained = explain(status_error(400, body), "gpt-image-9")

    assert isinstance(explained, ContentRefusedError)
    assert explained.categories == ("violence",)


def test_a_timeout_is_a_deadline_and_a_lost_connection_a_server_fault() -> None:
    timeout = explain(openai.APITimeoutError(request=REQUEST), "gpt-6-luna")
    lost = explain(openai.APIConnectionError(request=REQUEST), "gpt-6-luna")

    assert isinstance(timeout, DeadlineError)
    assert isinstance(lost, ServerFaultError)


def test_an_answer_of_another_shape_is_a_broken_payload() -> None:
    explained = explain(TypeError("'NoneType' object is not subscriptable"), "gpt-6-luna")

    assert isinstance(explained, BrokenPayloadError)
    assert "gpt-6-luna" in str(explained)
