"""The contact sheet shows a campaign as it is now, at one place."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image, ImageColor

from creative_assets.resources.opening import Archive, model_choice
from creative_assets.settings import Settings
from creative_assets.studio.contact_sheet import page_path, picture_path, write_contact_sheet
from creative_assets.studio.decision_log import ShownFinals
from creative_assets.studio.produce import Job, stage_versions
from creative_assets.studio.review import ChangeRequest, Reviewer, decide, look_at
from creative_assets.studio.stages import FINAL_CREATIVES, ModelChoice
from tests.studio.finished import finish

Accept = Callable[[dict[str, Any]], list[Job]]


@pytest.fixture
def choice(settings: Settings) -> ModelChoice:
    return model_choice(settings)


def page_of(archive: Archive) -> str:
    return archive.store.get(page_path("summer")).decode()


def test_the_page_has_every_variant_in_its_place_and_links_to_what_is_finished(
    brief: dict[str, Any], accepted: Accept, choice: ModelChoice, archive: Archive
) -> None:
    german, japanese = accepted(brief | {"target_locales": ["de-DE", "ja-JP"]})
    final = finish(german, "red", choice, archive.store)

    write_contact_sheet("summer", choice, archive.store, archive.records)

    page = page_of(archive)
    assert f'href="{final.file.path.removeprefix("campaigns/summer/")}"' in page
    assert "1 of 2 variants are finished" in page
    assert "not finished" in page.split(japanese.variant.locale)[1]
    assert "the stand-in" in page


def test_what_is_finished_later_is_on_the_same_page(
    brief: dict[str, Any], accepted: Accept, choice: ModelChoice, archive: Archive
) -> None:
    german, japanese = accepted(brief | {"target_locales": ["de-DE", "ja-JP"]})
    finish(german, "red", choice, archive.store)
    write_contact_sheet("summer", choice, archive.store, archive.records)
    before = archive.store.get(picture_path("summer"))

    finish(japanese, "blue", choice, archive.store)
    write_contact_sheet("summer", choice, archive.store, archive.records)

    assert "2 of 2 variants are finished" in page_of(archive)
    with (
        Image.open(io.BytesIO(before)) as one,
        Image.open(io.BytesIO(archive.store.get(picture_path("summer")))) as two,
    ):
        assert (one.format, two.width) == ("PNG", one.width)
        assert two.height > one.height


def test_a_change_that_is_not_made_takes_nothing_off_the_sheet(
    brief: dict[str, Any], accepted: Accept, choice: ModelChoice, archive: Archive
) -> None:
    (job,) = accepted(brief)
    final, log = finish(job, "red", choice, archive.store), archive.decisions
    version = stage_versions(job, choice)[FINAL_CREATIVES]
    log.show(ShownFinals(job.variant.key, version, {"1x1": final.file}, {}))
    warmer = ChangeRequest(scope="picture", note="Warmer light, please.")
    ann = Reviewer(name="Ann", verified=True, through="cli")
    decide(look_at(job.variant.key, log), warmer, ann, "d1", log)

    write_contact_sheet("summer", choice, archive.store, archive.records)

    assert "1 of 1 variants are finished" in page_of(archive)


def test_the_same_finals_give_the_same_sheet(
    brief: dict[str, Any], accepted: Accept, choice: ModelChoice, archive: Archive
) -> None:
    (job,) = accepted(brief)
    finish(job, "red", choice, archive.store)
    sheets = set()
    for _ in range(2):
        write_contact_sheet("summer", choice, archive.store, archive.records)
        sheets.add((page_of(archive), archive.store.get(picture_path("summer"))))

    assert len(sheets) == 1


def test_nothing_finished_makes_no_sheet(
    brief: dict[str, Any], accepted: Accept, choice: ModelChoice, archive: Archive
) -> None:
    accepted(brief)

    write_contact_sheet("summer", choice, archive.store, archive.records)

    assert not archive.store.exists(page_path("summer"))


def test_the_longest_names_that_a_brief_may_have_fit(
    brief: dict[str, Any], accepted: Accept, choice: ModelChoice, archive: Archive
) -> None:
    brief["brand"]["name"] = "Ж" * 120
    brief["products"][0]["name"] = "W" * 120
    (job,) = accepted(brief)
    finish(job, "red", choice, archive.store)

    write_contact_sheet("summer", choice, archive.store, archive.records)

    assert archive.store.exists(picture_path("summer"))


def test_the_picture_of_a_large_campaign_has_every_variant(
    brief: dict[str, Any], accepted: Accept, choice: ModelChoice, archive: Archive
) -> None:
    products = [brief["products"][0] | {"id": f"tea-{number}"} for number in range(13)]
    jobs = accepted(brief | {"products": products})
    colors = [f"hsl({27 * number}, 90%, 50%)" for number in range(13)]
    for job, color in zip(jobs, colors, strict=True):
        finish(job, color, choice, archive.store)

    write_contact_sheet("summer", choice, archive.store, archive.records)

    with Image.open(io.BytesIO(archive.store.get(picture_path("summer")))) as picture:
        shown = {color for _, color in picture.convert("RGB").getcolors(1 << 24) or []}
    assert {ImageColor.getrgb(color) for color in colors} <= shown
