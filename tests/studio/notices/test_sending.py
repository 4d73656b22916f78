"""Sending: a notice arrives or an error says so, and an address is never quoted."""

import logging

import pytest

from creative_assets.studio.errors import RequestRejectedError, ServerFaultError
from creative_assets.studio.notices.addresses import address_for
from creative_assets.studio.notices.sending import send
from creative_assets.studio.notices.words import Notice

TOLD = Notice("summer: 2 variants approved", "summer/en-US/tea")


@pytest.mark.parametrize(
    "address, shown",
    [
        ("slack://hunter2", "slack://…"),
        ("nosuch://user:hunter2@host", "nosuch://…"),
        ("hunter2", "…"),
    ],
)
def test_an_address_that_is_none_is_refused_by_its_scheme_alone(
    address: str, shown: str, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        caplog.at_level(logging.DEBUG),
        pytest.raises(RequestRejectedError, match="none that Apprise knows") as caught,
    ):
        send(address, TOLD)

    assert shown in str(caught.value)
    assert "hunter2" not in str(caught.value) + caplog.text


def test_a_service_that_is_away_is_named_by_its_scheme_alone_also_when_everything_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)

    with pytest.raises(ServerFaultError, match=r"^json://… did not take"):
        send("json://user:hunter2@127.0.0.1:9/hunter2-path", TOLD)

    assert "hunter2" not in caplog.text


def test_a_contact_cannot_add_anything_to_the_address_that_it_stands_in() -> None:
    address = address_for("mailtos://smtp.example.com?to={contact}", "ann+ads&to=x@example.com")

    assert address == "mailtos://smtp.example.com?to=ann%2Bads%26to%3Dx%40example.com"
