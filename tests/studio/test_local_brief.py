"""A brief in its author's folder: read whole, submitted whole, and the same as when accepted."""

import json
from pathlib import Path
from typing import Any

import pytest

from creative_assets.resources.opening import Archive, model_choice
from creative_assets.settings import Settings
from creative_assets.studio.acceptance import accept_at, load_jobs
from creative_assets.studio.errors import BriefError
from creative_assets.studio.local_brief import jobs_of, load_local_brief, submit_brief
from creative_assets.studio.produce import stage_versions
from creative_assets.studio.stages import AD_COPY
from creative_assets.studio.store import open_store

LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 3"><rect width="9" height="3"/></svg>'
)


@pytest.fixture
def path(tmp_path: Path, brief: dict[str, Any]) -> Path:
    brief["brand"]["logo"] = "art/logo.svg"
    folder = tmp_path / "author"
    (folder / "art").mkdir(parents=True)
    (folder / "art" / "logo.svg").write_text(LOGO)
    (folder / "brief.json").write_text(json.dumps(brief))
    return folder / "brief.json"


def test_a_brief_comes_with_the_bytes_of_each_file_that_it_names(path: Path) -> None:
    local = load_local_brief(path)

    assert (local.name, local.brief.campaign_id) == ("brief.json", "summer")
    assert local.content == path.read_bytes()
    assert local.files == {"art/logo.svg": LOGO.encode()}


def test_problems_of_the_brief_name_it_by_its_path(path: Path) -> None:
    path.write_text("{}")

    with pytest.raises(BriefError) as raised:
        load_local_brief(path)

    assert raised.value.source == str(path)
    assert len(raised.value.problems) > 1


def test_a_missing_or_broken_file_is_a_problem_of_the_brief(path: Path) -> None:
    logo = path.parent / "art" / "logo.svg"
    logo.write_text("<svg")
    with pytest.raises(BriefError, match=r"art/logo\.svg|brand\.logo"):
        load_local_brief(path)

    logo.unlink()
    with pytest.raises(BriefError, match=r"art/logo\.svg"):
        load_local_brief(path)


def test_a_submitted_brief_lies_in_its_campaigns_folder_with_its_files(
    path: Path, archive: Archive
) -> None:
    inbox = open_store(f"memory://{path}")

    there = submit_brief(load_local_brief(path), inbox, archive.records)

    assert there == "summer/brief.json"
    assert sorted(inbox.find()) == ["summer/art/logo.svg", "summer/brief.json"]
    assert inbox.get(there) == path.read_bytes()


def test_a_brief_of_another_file_with_the_same_campaign_is_not_submitted(
    path: Path, archive: Archive, settings: Settings
) -> None:
    inbox = open_store(settings.inbox_url)
    there = submit_brief(load_local_brief(path), inbox, archive.records)
    accept_at(there, inbox, archive.store, archive.records)
    before = inbox.find()

    with pytest.raises(BriefError, match=r"belongs to summer/brief\.json"):
        submit_brief(
            load_local_brief(path.rename(path.with_name("b.json"))), inbox, archive.records
        )
    assert inbox.find() == before


def test_a_brief_whose_name_nobody_takes_for_a_brief_is_not_submitted(
    path: Path, archive: Archive
) -> None:
    inbox = open_store(f"memory://{path}")

    with pytest.raises(BriefError, match=r"ends in \.yaml"):
        submit_brief(
            load_local_brief(path.rename(path.with_name(".b.json"))), inbox, archive.records
        )
    assert inbox.find() == {}


def test_what_is_priced_before_is_what_is_produced_after_acceptance(
    path: Path, archive: Archive, settings: Settings
) -> None:
    local, choice = load_local_brief(path), model_choice(settings)
    (before,) = jobs_of(local, archive.records)
    inbox = open_store(settings.inbox_url)
    accept_at(submit_brief(local, inbox, archive.records), inbox, archive.store, archive.records)
    (after,), _ = load_jobs([before.variant.key], archive.store, archive.records)

    assert before == after
    assert stage_versions(before, choice) == stage_versions(after, choice)

    archive.records.takes.ask_new([before.variant.key], AD_COPY, "ann")
    (asked,) = jobs_of(local, archive.records)
    assert asked.takes[AD_COPY] == 2
