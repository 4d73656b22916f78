"""The catalog says of every variant how it fares, and is written when there is something new."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import dagster as dg
import pandas as pd
import pytest

from creative_assets.assets.catalog import CATALOG, catalog_schedule
from creative_assets.definitions import defs
from creative_assets.resources.opening import Archive
from creative_assets.resources.studio import StudioResource
from creative_assets.studio.catalog import CSV_PATH, PARQUET_PATH, CatalogRow
from creative_assets.studio.decision_log import ShownFinals
from creative_assets.studio.produce import Job
from creative_assets.studio.publish import Publication
from creative_assets.studio.review import Approval, Reviewer, decide, look_at
from creative_assets.studio.store import StoredFile

Accept = Callable[[dict[str, Any]], list[Job]]

ROAST, TEA, TONIC = "summer/en-US/roast", "summer/en-US/tea", "summer/en-US/tonic"
ANN = Reviewer(name="Ann", verified=True, through="cli")

pytestmark = pytest.mark.usefixtures("settings")


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test() as opened:
        yield opened


@pytest.fixture
def write(instance: dg.DagsterInstance) -> Callable[[], dict[str, Any]]:
    """Makes the catalog; its metadata."""

    def execute() -> dict[str, Any]:
        result = defs().resolve_job_def("catalog").execute_in_process(instance=instance)
        (event,) = result.get_asset_materialization_events()
        found = event.step_materialization_data.materialization.metadata
        return {
            name: value if isinstance(value, dg.TableMetadataValue) else value.value
            for name, value in found.items()
        }

    return execute


@pytest.fixture
def _campaign(accepted: Accept, brief: dict[str, Any], archive: Archive) -> None:
    """Three variants: one approved and published, one with a failed check, one to be made."""
    products = [
        {"id": name.lower(), "name": name, "description": f"{name}, brewed slowly."}
        for name in ("Roast", "Tea", "Tonic")
    ]
    accepted(brief | {"products": products})
    file = StoredFile(path="finals/1x1.jpg", size_bytes=1, sha256="a")
    archive.decisions.show(ShownFinals(ROAST, "v1", {"1x1": file}, {}))
    archive.decisions.show(ShownFinals(TEA, "v2", {"1x1": file}, {}, ("copy: a banned word",)))
    made = decide(look_at(ROAST, archive.decisions), Approval(), ANN, "d1", archive.decisions)
    publication = Publication(ROAST, made.finals_sha256, made.id, manifest_path="m.json")
    archive.publications.keep(publication)


def due(instance: dg.DagsterInstance) -> bool:
    """Whether the schedule would launch now."""
    context = dg.build_schedule_context(instance=instance, resources={"studio": StudioResource()})
    return isinstance(catalog_schedule(context), dg.RunRequest)


@pytest.mark.usefixtures("_campaign")
def test_each_variant_has_a_row_with_all_columns(
    write: Callable[[], dict[str, Any]], archive: Archive
) -> None:
    write()

    frame = pd.read_parquet(io.BytesIO(archive.store.get(PARQUET_PATH)))
    assert list(frame.columns) == list(CatalogRow.model_fields)
    assert list(frame["variant"]) == [ROAST, TEA, TONIC]
    assert list(frame["decision"].fillna("")) == ["approved", "pending", ""]
    assert list(frame["failed_checks"]) == [0, 1, 0]
    assert list(frame["decided_by"].fillna("")) == ["Ann", "", ""]
    assert list(frame["manifest"].fillna("")) == ["m.json", "", ""]


@pytest.mark.usefixtures("_campaign")
def test_a_spreadsheet_finds_the_same_rows(
    write: Callable[[], dict[str, Any]], archive: Archive
) -> None:
    write()

    content = archive.store.get(CSV_PATH)
    assert content.startswith("\ufeff".encode())
    assert list(pd.read_csv(io.BytesIO(content))["variant"]) == [ROAST, TEA, TONIC]


@pytest.mark.usefixtures("_campaign")
def test_the_ui_shows_each_campaigns_way_from_ordered_to_published(
    write: Callable[[], dict[str, Any]],
) -> None:
    told = write()

    (campaign,) = [record.data for record in told["campaigns"].records]
    assert told["dagster/row_count"] == 3
    steps = ("ordered", "finished", "passed", "approved", "published")
    assert [campaign[name] for name in steps] == [3, 2, 1, 1, 1]


@pytest.mark.usefixtures("_campaign")
def test_the_ui_shows_plots_of_what_there_is(write: Callable[[], dict[str, Any]]) -> None:
    told = write()

    shown = {name for name in told if name.startswith("plot_")}
    assert shown == {"plot_funnel", "plot_rounds", "plot_times"}
    assert all(told[name].startswith("![plot](data:image/webp;base64,") for name in shown)


def test_a_catalog_of_nothing_is_one_too(
    write: Callable[[], dict[str, Any]], archive: Archive
) -> None:
    told = write()

    assert told["dagster/row_count"] == 0
    assert pd.read_parquet(io.BytesIO(archive.store.get(PARQUET_PATH))).empty


@pytest.mark.usefixtures("_campaign")
def test_it_is_written_again_only_where_something_has_changed(
    write: Callable[[], dict[str, Any]], instance: dg.DagsterInstance, archive: Archive
) -> None:
    before = due(instance)
    write()
    after = due(instance)
    decide(
        look_at(TEA, archive.decisions),
        Approval(override_reason="The client insists."),
        ANN,
        "d2",
        archive.decisions,
    )

    assert [before, after, due(instance)] == [True, False, True]
    assert instance.get_latest_materialization_event(dg.AssetKey(CATALOG)) is not None
