"""The settings come from the environment, from .env, and have defaults for one machine."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from creative_assets.settings import Settings
from creative_assets.studio.models.limits import ModelLimit


def test_without_a_key_and_a_base_url_the_stand_in_answers(settings: Settings) -> None:
    assert settings.uses_stand_in
    assert settings.service == "stand-in"


@pytest.mark.parametrize(
    "environment,service",
    [
        ({"OPENAI_API_KEY": "sk-1"}, "api.openai.com"),
        ({"OPENAI_BASE_URL": "http://gpu-box:8000/v1"}, "gpu-box:8000"),
        ({"OPENAI_BASE_URL": "https://ann:secret@models.example.com/v1"}, "models.example.com"),
        (
            {"OPENAI_BASE_URL": "http://b/v1", "CREATIVE_ASSETS_SERVICE_NAME": "our-models"},
            "our-models",
        ),
    ],
)
@pytest.mark.usefixtures("settings")
def test_a_service_is_named_by_its_host_and_never_by_a_secret(
    environment: dict[str, str], service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert Settings().service == service
    assert not Settings().uses_stand_in


@pytest.mark.usefixtures("settings")
def test_a_key_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-do-not-show")

    assert "sk-do-not-show" not in f"{Settings()!r} {Settings()} {Settings().model_dump()}"


@pytest.mark.usefixtures("settings")
def test_values_come_from_a_dotenv_file_and_the_environment_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text(
        "CREATIVE_ASSETS_IMAGE_QUALITY=high\n"
        "CREATIVE_ASSETS_IMAGE_MODEL=gpt-image-1\n"
        "OPENAI_API_KEY=sk-1\n"
        "SOMETHING_ELSE=1\n"
    )
    monkeypatch.setenv("CREATIVE_ASSETS_IMAGE_MODEL", "dall-e-3")

    settings = Settings()

    assert (settings.image_quality, settings.image_model) == ("high", "dall-e-3")
    assert not settings.uses_stand_in


@pytest.mark.usefixtures("settings")
def test_limits_are_given_by_kind_and_by_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREATIVE_ASSETS_IMAGE_LIMIT__PER_MINUTE", "50")
    monkeypatch.setenv("CREATIVE_ASSETS_MODEL_LIMITS", '{"gpt-6-luna": {"in_flight": 7}}')

    settings = Settings()

    assert settings.image_limit == ModelLimit(per_minute=50)
    assert settings.limit_of("gpt-6-luna", settings.text_limit) == ModelLimit(in_flight=7)
    assert settings.limit_of("gpt-6-sol", settings.text_limit) == settings.text_limit


@pytest.mark.parametrize(
    "name,value",
    [
        ("IMAGE_QUALITY", "best"),
        ("VARIANTS_IN_FLIGHT", "0"),
        ("TEXT_DEADLINE_S", "-1"),
        ("CPU_WORKERS", "many"),
        ("IMAGE_LIMIT__IN_FLIGHT", "0"),
        ("IMAGE_LIMIT__A_MINUTE", "5"),
    ],
)
@pytest.mark.usefixtures("settings")
def test_a_setting_that_makes_no_sense_is_refused_by_its_name(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"CREATIVE_ASSETS_{name}", value)

    with pytest.raises(ValidationError, match=name.partition("__")[0].lower()):
        Settings()


@pytest.mark.parametrize("url", ["gpu-box:8000/v1", "http://", "ftp://gpu-box/v1"])
@pytest.mark.usefixtures("settings")
def test_a_base_url_that_no_client_can_ask_is_refused(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", url)

    with pytest.raises(ValidationError, match="OPENAI_BASE_URL"):
        Settings()


@pytest.mark.usefixtures("settings")
def test_an_empty_key_in_a_dotenv_file_is_no_key(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OPENAI_API_KEY=\nOPENAI_BASE_URL=\n")

    assert Settings().uses_stand_in


@pytest.mark.parametrize(
    "half", [{"desk_proxy_address": "10.0.0.7"}, {"desk_proxy_user_header": "X-Forwarded-User"}]
)
@pytest.mark.usefixtures("settings")
def test_a_proxy_is_trusted_only_with_its_address_and_its_header(half: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="go together"):
        Settings.model_validate(half)
