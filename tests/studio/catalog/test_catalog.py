"""An edition of the catalog makes anew what has changed, and keeps the rest of the last one."""

import json
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from creative_assets.resources.opening import Archive
from creative_assets.settings import Settings
from creative_assets.studio import catalog
from creative_assets.studio.acceptance import accept_at
from creative_assets.studio.catalog import (
    PARQUET_PATH,
    campaign_states,
    catalog_frame,
    refreshed,
    write_catalog,
)
from creative_assets.studio.decision_log import ShownFinals
from creative_assets.studio.produce import Job
from creative_assets.studio.publish import Publication
from creative_assets.studio.records.variants import VariantStatus
from creative_assets.studio.review import Approval, ChangeRequest, Reviewer, decide, look_at
from creative_assets.studio.store import StoredFile, open_store

Accept = Callable[[dict[str, Any]], list[Job]]

SUMMER, WINTER = "summer/en-US/cold-brew", "winter/en-US/cold-brew"
ANN = Reviewer(name="Ann", verified=True, through="cli")


@pytest.fixture
def settings(settings: Settings, records_url: str) -> Settings:
    return settings.model_copy(update={"records_url": records_url})


@pytest.fixture(autouse=True)
def _campaigns(
    accepted: Accept, brief: dict[str, Any], settings: Settings, archive: Archive
) -> None:
    accepted(brief)
    inbox = open_store(settings.inbox_url)
    inbox.put("winter.json", json.dumps(brief | {"campaign_id": "winter"}).encode())
    accept_at("winter.json", inbox, archive.store, archive.records)
    for key in (SUMMER, WINTER):
        file = StoredFile(path=f"{key}.jpg", size_bytes=1, sha256=key)
        archive.decisions.show(ShownFinals(key, "v1", {"1x1": file}, {}))


def edition(archive: Archive) -> tuple[pd.DataFrame, list[str]]:
    """Write the catalog; its frame, and the campaigns that were made anew."""
    states = campaign_states(archive.records.database)
    frame, made_anew = refreshed(states, archive.records, archive.store)
    write_catalog(frame, archive.store)
    return frame, made_anew


def approve(archive: Archive) -> None:
    decide(look_at(WINTER, archive.decisions), Approval(), ANN, "d1", archive.decisions)


def begin_round(archive: Archive) -> None:
    opinion = ChangeRequest(scope="copy", note="Shorter.")
    made = decide(look_at(WINTER, archive.decisions), opinion, ANN, "d2", archive.decisions)
    edition(archive)
    archive.rounds.begin([made])


def fail(archive: Archive) -> None:
    (row,) = archive.records.variants.of_campaign("winter")
    archive.records.variants.set_status(WINTER, row.version, VariantStatus("failed"))


def publish(archive: Archive) -> None:
    archive.publications.keep(Publication(WINTER, "a", "d1", manifest_path="m.json"))


@pytest.mark.parametrize("change", [approve, begin_round, fail, publish])
def test_only_the_campaign_that_has_changed_is_made_anew(
    change: Callable[[Archive], None], archive: Archive
) -> None:
    first, nothing_new = edition(archive), edition(archive)
    change(archive)
    frame, made_anew = edition(archive)

    assert (first[1], nothing_new[1], made_anew) == (["summer", "winter"], [], ["winter"])
    assert list(frame["variant"]) == [SUMMER, WINTER]


def test_kept_rows_and_new_ones_are_what_all_made_anew_would_be(archive: Archive) -> None:
    edition(archive)
    approve(archive)
    in_parts, _ = edition(archive)
    archive.store.delete(PARQUET_PATH)
    whole, made_anew = edition(archive)

    assert made_anew == ["summer", "winter"]
    pd.testing.assert_frame_equal(in_parts, whole)


def test_a_retired_campaign_leaves_the_catalog(archive: Archive) -> None:
    edition(archive)
    archive.records.variants.retire([WINTER])

    frame, made_anew = edition(archive)

    assert (list(frame["variant"]), made_anew) == ([SUMMER], [])


def test_rows_of_an_older_version_are_made_anew(archive: Archive) -> None:
    frame, _ = edition(archive)
    frame.attrs["version"] = "0"
    write_catalog(frame, archive.store)

    assert edition(archive)[1] == ["summer", "winter"]


def test_the_times_run_from_the_brief_to_the_first_finals_and_on_to_the_approval(
    archive: Archive,
) -> None:
    (row,) = archive.records.variants.of_campaign("winter")
    archive.records.variants.set_status(WINTER, row.version, VariantStatus("done"))
    approve(archive)

    frame, _ = edition(archive)

    summer, winter = frame.to_dict("records")
    assert winter["wanted_at"] <= winter["ready_at"] <= winter["decided_at"]
    assert winter["brief_to_ready_h"] * 3600 == pytest.approx(
        (winter["ready_at"] - winter["wanted_at"]).total_seconds(), abs=1e-5
    )
    assert winter["ready_to_approved_h"] >= 0
    assert pd.isna(summer["brief_to_ready_h"])
    assert pd.isna(summer["ready_to_approved_h"])


def test_every_column_has_its_type_also_where_no_row_is() -> None:
    types = catalog_frame([]).dtypes.astype(str)

    assert set(types) == {"string", "int64", "float64", "boolean", "datetime64[us, UTC]"}
    assert list(types.index) == list(catalog.CatalogRow.model_fields)
