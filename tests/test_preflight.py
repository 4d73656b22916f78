"""What a run needs is checked before it is paid for, and each finding says the fix."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from creative_assets.preflight import Finding, checked, model_finding
from creative_assets.settings import Settings

TODAY = date(2026, 11, 22)


def kinds(settings: Settings) -> dict[str, str]:
    """What was found → how grave it is."""
    return {finding.text: finding.kind for finding in checked(settings)}


def failures(settings: Settings) -> list[str]:
    return [text for text, kind in kinds(settings).items() if kind == "failure"]


def test_on_a_fresh_machine_nothing_fails_and_nothing_is_left_behind(
    settings: Settings, tmp_path: Path
) -> None:
    assert failures(settings) == []
    left = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert all(name.startswith("records.db") for name in left)


def test_a_store_that_cannot_be_written_fails_by_its_name(
    settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    blocked = settings.model_copy(update={"store_url": str(tmp_path / "file" / "store")})

    (failure,) = failures(blocked)

    assert failure.startswith("The store")


def test_records_that_cannot_be_opened_fail_and_show_no_password(settings: Settings) -> None:
    url = "nosuchdb://ann:secret@host/db"

    (failure,) = failures(settings.model_copy(update={"records_url": url}))

    assert failure.startswith("The records database")
    assert "secret" not in failure


def test_a_service_that_does_not_answer_fails_by_its_name(settings: Settings) -> None:
    unreachable = settings.model_copy(update={"openai_base_url": "http://127.0.0.1:9/v1"})

    (failure,) = failures(unreachable)

    assert failure.startswith("The model service 127.0.0.1:9")


def test_a_model_of_unknown_price_is_a_warning(settings: Settings) -> None:
    found = kinds(settings.model_copy(update={"text_model": "llama-4"}))

    assert found["The price of llama-4 is unknown: its cost will be reported as unknown."] == (
        "warning"
    )


@pytest.mark.parametrize(
    "last_day,kind",
    [
        (None, "ok"),
        (TODAY - timedelta(days=1), "failure"),
        (TODAY, "failure"),
        (TODAY + timedelta(days=1), "warning"),
        (TODAY + timedelta(days=59), "warning"),
        (TODAY + timedelta(days=60), "ok"),
    ],
)
def test_a_model_is_warned_of_for_sixty_days_before_it_ends(
    last_day: date | None, kind: str
) -> None:
    shutdown_date = f"{last_day.isoformat()}T00:00:00Z" if last_day else None

    finding = model_finding("gpt-image-1", {"gpt-image-1": shutdown_date}, TODAY)

    assert finding.kind == kind
    assert "gpt-image-1" in finding.text


def test_a_model_that_is_not_offered_is_answered_with_those_that_are() -> None:
    assert model_finding("gpt-7", {"b": None, "a": None}, TODAY) == Finding(
        kind="failure", text="The model gpt-7 is not offered. Choose one of: a, b."
    )
