"""The settings say how people may come in."""

from ipaddress import ip_network

import pytest
from pydantic import ValidationError

from creative_assets.desk.serve import door_of
from creative_assets.desk.sign_in import TrustedProxy
from creative_assets.settings import Settings


def test_sessions_outlast_a_restart_where_a_secret_is_set(settings: Settings) -> None:
    kept = Settings.model_validate({"desk_secret": "s" * 32})

    assert door_of(settings).session_secret != door_of(settings).session_secret
    assert door_of(kept).session_secret == door_of(kept).session_secret == "s" * 32


@pytest.mark.usefixtures("settings")
def test_a_secret_that_could_be_guessed_is_refused() -> None:
    with pytest.raises(ValidationError, match="desk_secret"):
        Settings.model_validate({"desk_secret": "s" * 31})


def test_no_proxy_is_trusted_and_no_certificate_expected_by_default(settings: Settings) -> None:
    door = door_of(settings)

    assert (door.proxy, door.is_https) == (None, False)


@pytest.mark.usefixtures("settings")
def test_a_proxy_and_https_are_as_the_settings_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREATIVE_ASSETS_DESK_URL", "https://desk.example.com")
    monkeypatch.setenv("CREATIVE_ASSETS_DESK_PROXY_ADDRESS", "10.0.0.0/24")
    monkeypatch.setenv("CREATIVE_ASSETS_DESK_PROXY_USER_HEADER", "X-Forwarded-User")

    door = door_of(Settings())

    assert door.is_https
    assert door.proxy == TrustedProxy(ip_network("10.0.0.0/24"), "X-Forwarded-User")
