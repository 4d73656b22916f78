"""The report says how a campaign fares, in one file that is safe to open and can be mailed."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest

from creative_assets.resources.opening import Archive, model_choice
from creative_assets.settings import Settings
from creative_assets.studio.brief import Message
from creative_assets.studio.budget import Charge, close_charge
from creative_assets.studio.checks import CheckReport, Finding
from creative_assets.studio.decision_log import ShownFinals
from creative_assets.studio.errors import MissingInputError
from creative_assets.studio.produce import Job, stage_versions
from creative_assets.studio.publish import Publication
from creative_assets.studio.records.variants import VariantStatus
from creative_assets.studio.report import (
    MOST_WITH_PICTURES,
    draw_report,
    report_path,
    write_report,
)
from creative_assets.studio.review import Approval, Opinion, Reviewer, Rewording, decide, look_at
from creative_assets.studio.rounds import Outcome
from creative_assets.studio.stages import FINAL_CREATIVES
from tests.studio.finished import finish

Accept = Callable[[dict[str, Any]], list[Job]]

MARKUP = "<script>alert(1)</script>"
ANN = Reviewer(name=f"Ann {MARKUP}", verified=False, through="dagster")
FINDING = Finding(check="copy", format="1x1", rule="length", message="The headline is long.")
LONG = CheckReport(check="copy", passed=False, severity="warn", findings=(FINDING,), numbers={})


class Page(HTMLParser):
    """A page's start tags and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += f"{' '.join(data.split())} "


@pytest.fixture
def jobs(
    accepted: Accept, brief: dict[str, Any], archive: Archive, settings: Settings
) -> list[Job]:
    """Three variants: two with finals, one that failed."""
    jobs = accepted(brief | {"target_locales": ["de-DE", "en-US", "fr-FR"]})
    choice = model_choice(settings)
    for job, color in zip(jobs[:2], ("red", "green"), strict=True):
        final = finish(job, color, choice, archive.store)
        version = stage_versions(job, choice)[FINAL_CREATIVES]
        archive.decisions.show(
            ShownFinals(job.variant.key, version, {"1x1": final.file}, {}, checks=(LONG,))
        )
    (row,) = archive.records.variants.by_key([jobs[2].variant.key]).values()
    failed = VariantStatus("failed", error_message="The model refused the picture.")
    archive.records.variants.set_status(row.key, row.version, failed)
    return jobs


def decided(archive: Archive, job: Job, opinion: Opinion) -> str:
    seen = look_at(job.variant.key, archive.decisions)
    return decide(seen, opinion, ANN, f"{job.variant.key}-1", archive.decisions).id


def drawn(archive: Archive) -> str:
    return draw_report("summer", archive.store, archive.records)


def test_a_manager_reads_status_decisions_rounds_findings_and_what_is_published(
    jobs: list[Job], archive: Archive
) -> None:
    approval = decided(archive, jobs[0], Approval(note="Checked with legal."))
    finals = look_at(jobs[0].variant.key, archive.decisions).finals
    archive.publications.keep(
        Publication(finals.variant_key, finals.sha256, approval, manifest_path="out/manifest.json")
    )
    decided(archive, jobs[1], Rewording(words=Message(headline="Slow & cold")))
    (request,) = archive.decisions.decisions_on([jobs[1].variant.key])[jobs[1].variant.key]
    archive.rounds.begin([request])
    archive.rounds.end(request.id, Outcome("v2", ("ad_copy",), 0.25))

    text = Page(drawn(archive)).text

    for told in (
        "Nordlys: summer",
        "3 variants",
        "2 finished",
        "1 published",
        "1 failed",
        "Checked with legal.",
        "(unverified)",
        "“Slow & cold”",
        "Changed for USD 0.2500: ad_copy made anew",
        "1x1: The headline is long.",
        "out/manifest.json",
        "The model refused the picture.",
    ):
        assert told in text


def test_what_was_paid_is_told_by_stage_and_day_and_unknown_prices_are_named(
    jobs: list[Job], archive: Archive
) -> None:
    paid = Charge(
        id="c1",
        generation_key="k1",
        holder="ann",
        campaign_id="summer",
        variant_key=jobs[0].variant.key,
        stage="ad_copy",
        service="models.example.com",
        operation="ad_copy",
        model="house-model",
        begun_at=1_795_000_000.0,
        calls=3,
        cost_usd=0.5,
        unpriced=2,
        generations=1,
        list_price_usd=0.75,
    )
    with archive.records.database.writing() as connection:
        close_charge(archive.records.database, connection, paid)

    text = Page(drawn(archive)).text

    line = "1 USD 0.50 and 2 calls of unknown cost USD 0.75"
    assert f"ad copy {line}" in text
    assert f"2026-11-18 {line}" in text
    assert "what some calls to house-model at models.example.com have cost" in text


def test_it_is_one_file_that_fetches_nothing_and_runs_nothing(
    jobs: list[Job], archive: Archive
) -> None:
    decided(archive, jobs[0], Approval(note=MARKUP))

    page = drawn(archive)

    assert set(Page(page).tags) & {"script", "img", "link", "a", "iframe"} == set()
    assert page.count("data:image/webp;base64,") == 2
    assert re.findall(r"url\((?!data:)|@import|https?://", page) == []
    assert MARKUP in Page(page).text


def test_the_same_state_gives_the_same_bytes(jobs: list[Job], archive: Archive) -> None:
    assert len(jobs) == 3
    assert drawn(archive) == drawn(archive)


def test_a_large_campaign_has_its_last_pictures_left_out_and_says_so(
    accepted: Accept, brief: dict[str, Any], archive: Archive
) -> None:
    products = [
        brief["products"][0] | {"id": f"tea-{number}"}
        for number in range(MOST_WITH_PICTURES // 2 + 1)
    ]
    accepted(brief | {"products": products, "target_locales": ["de-DE", "en-US"]})

    page = drawn(archive)

    assert page.count("<article>") == MOST_WITH_PICTURES + 2
    assert "The last 2 variants are without their pictures" in page


@pytest.mark.usefixtures("jobs")
def test_it_is_kept_in_the_campaigns_folder(archive: Archive) -> None:
    file = write_report("summer", archive.store, archive.records)

    assert file.path == report_path("summer") == "campaigns/summer/report.html"
    assert archive.store.get(file.path).decode() == drawn(archive)


def test_a_campaign_that_nobody_ordered_has_none(archive: Archive) -> None:
    with pytest.raises(MissingInputError, match="No accepted brief is for the campaign 'winter'"):
        draw_report("winter", archive.store, archive.records)
