"""Notices in words: who, what, how many, and where to look."""

from datetime import UTC, datetime

from creative_assets.studio.dead_letters import DeadLetter, what_to_do
from creative_assets.studio.notices.news import Kind, News
from creative_assets.studio.notices.words import FailedRun, alert, alert_of_many, notice

DESK, DAGSTER = "https://desk.example.com", "https://dagster.example.com"


def news(kind: Kind, count: int, line: str = "summer/en-US/tea") -> list[News]:
    return [News(kind, f"{number}", "summer", f"{line}-{number}", 0.0) for number in range(count)]


def letter(product: str, error_class: str = "ContentRefusedError") -> DeadLetter:
    return DeadLetter(
        variant_key=f"summer/en-US/{product}",
        stage="base_images",
        error_class=error_class,
        message="Refused by policy.",
        what_to_do=what_to_do(error_class),
        attempts=1,
        cost_usd=0.1,
        run_id="run-1",
        failed_at=datetime(2026, 11, 23, tzinfo=UTC),
    )


def test_a_notice_names_the_campaign_the_count_and_the_desk() -> None:
    told = notice(news("ready", 2), DESK)

    assert told.title == "summer: 2 variants ready for review"
    assert told.body.splitlines() == [
        "summer/en-US/tea-0",
        "summer/en-US/tea-1",
        "",
        "https://desk.example.com/campaigns/summer",
    ]


def test_a_notice_of_very_many_variants_stays_short() -> None:
    told = notice(news("approved", 300), DESK)

    assert told.title == "summer: 300 variants approved"
    assert "… and 290 more" in told.body
    assert len(told.body.splitlines()) == 10 + 1 + 2


def test_a_long_note_is_cut() -> None:
    told = notice(news("changes_requested", 1, "x" * 5_000), DESK)

    assert len(told.body) < 500


def test_a_rejection_names_the_problems_and_the_file_that_has_them_all() -> None:
    problems = "\n".join(f"problem {number}" for number in range(12))
    told = notice([News("rejected", "1", "summer/brief.yaml", problems, 0.0)], DESK)

    assert told.title == "The brief summer/brief.yaml was refused"
    assert "problem 0" in told.body
    assert "… and 2 more" in told.body
    assert "summer/brief.yaml.problems.md" in told.body


def test_an_alert_groups_failed_variants_by_reason_with_what_to_do() -> None:
    letters = (letter("roast"), letter("tea"), letter("tonic", "DeadlineError"))

    told = alert(FailedRun("run-1", "summer", letters, ""), DAGSTER)

    assert told.title == "summer: 3 variants failed"
    lines = told.body.splitlines()
    assert lines[0] == f"ContentRefusedError, 2 variants. {what_to_do('ContentRefusedError')}"
    assert lines[1] == "  summer/en-US/roast: Refused by policy."
    assert lines[3].startswith("DeadlineError, 1 variant. ")
    assert lines[-1] == "https://dagster.example.com/runs/run-1"


def test_an_alert_of_a_run_without_failed_variants_says_what_dagster_says() -> None:
    told = alert(FailedRun("run-1", "summer", (), "The worker was lost."), DAGSTER)

    assert told.title == "A run for summer failed"
    assert told.body.startswith("The worker was lost.")


def test_many_runs_share_an_alert_that_names_them() -> None:
    runs = [FailedRun(f"run-{number}", f"campaign-{number}", (), "Lost.") for number in range(12)]

    told = alert_of_many(runs, DAGSTER)

    assert told.title == "12 more runs failed"
    assert "campaign-0" in told.body
    assert "… and 2 more" in told.body
