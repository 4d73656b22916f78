"""`creative_catalog`: one row for each variant, as files for others and as tables for the UI."""

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

import dagster as dg

from creative_assets.assets.published import PUBLISHED
from creative_assets.assets.reviews import REVIEWS
from creative_assets.assets.specs import OWNERS, REVIEW_GROUP
from creative_assets.resources.opening import Archive
from creative_assets.resources.studio import StudioResource
from creative_assets.studio.catalog import catalog_frame, catalog_rows, write_catalog
from creative_assets.studio.stages import FINAL_CREATIVES

if TYPE_CHECKING:
    import pandas as pd

CATALOG = "creative_catalog"
_STATE = "state"


@dg.asset(
    key=CATALOG,
    deps=[FINAL_CREATIVES, REVIEWS, PUBLISHED],
    group_name=REVIEW_GROUP,
    kinds={"pandas", "parquet"},
    owners=OWNERS,
    description=(
        "One row for each variant: status, cost, checks, decision, rounds, where its files are. "
        "Parquet and CSV in the store; read it with any data tool. Made every quarter of an hour "
        "in which something has changed."
    ),
)
def creative_catalog(studio: StudioResource) -> dg.MaterializeResult[None]:
    """Write the catalog anew."""
    with studio.archive() as archive:
        state = _state(archive)
        rows = catalog_rows(
            archive.records, archive.decisions, archive.rounds, archive.publications
        )
        frame = catalog_frame(rows)
        parquet, csv = write_catalog(frame, archive.store)
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": len(rows),
                "campaigns": _table(_summary(frame)),
                "parquet": f"{archive.store.url}/{parquet.path}",
                "csv": f"{archive.store.url}/{csv.path}",
                _STATE: state,
            }
        )


CATALOG_JOB = dg.define_asset_job("catalog", selection=dg.AssetSelection.assets(CATALOG))


@dg.schedule(
    job=CATALOG_JOB,
    cron_schedule="*/15 * * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Writes the catalog where something has changed since it was written.",
)
def catalog_schedule(
    context: dg.ScheduleEvaluationContext, studio: StudioResource
) -> dg.RunRequest | dg.SkipReason:
    """Launch the catalog, unless it would say the same again."""
    newest = context.instance.get_latest_materialization_event(dg.AssetKey(CATALOG))
    materialization = newest and newest.asset_materialization
    told = materialization.metadata.get(_STATE) if materialization else None
    with studio.archive() as archive:
        if told is not None and told.value == _state(archive):
            return dg.SkipReason("Nothing has changed since the catalog was written.")
    return dg.RunRequest()


def _state(archive: Archive) -> str:
    """What tells a catalog that is up to date from one that is not."""
    variants = archive.records.active_variants()
    newest = max((row.updated_at for row in variants), default=0.0)
    newest = max(newest, archive.publications.newest_at())
    return f"{len(variants)}-{newest:.3f}-{archive.decisions.state()}"


def _summary(frame: "pd.DataFrame") -> list[Mapping[Hashable, Any]]:
    """A row for each campaign: the funnel from ordered to published, rounds and cost."""
    facts = frame.assign(
        variants=1,
        finished=frame["version"].notna(),
        failed=frame["status"].eq("failed"),
        with_failed_checks=frame["failed_checks"].gt(0),
        approved=frame["decision"].eq("approved"),
        published=frame["manifest"].notna(),
    )
    counted = [
        *("variants", "finished", "failed", "with_failed_checks", "approved", "published"),
        *("rounds", "generations", "cost_usd"),
    ]
    summed = facts.groupby("campaign", sort=True)[counted].sum().reset_index()
    return list(summed.to_dict("records"))


def _table(rows: list[Mapping[Hashable, Any]]) -> dg.TableMetadataValue:
    records = [
        dg.TableRecord({str(name): _plain(value) for name, value in row.items()}) for row in rows
    ]
    columns = [dg.TableColumn("campaign")]
    return dg.MetadataValue.table(records, schema=None if rows else dg.TableSchema(columns))


def _plain(value: Any) -> str | int | float:  # noqa: ANN401 - what numpy has
    """Numpy's numbers as Python's own, which Dagster keeps."""
    if isinstance(value, str):
        return value
    return round(float(value), 6) if isinstance(value, float) else int(value)
