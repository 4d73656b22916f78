"""`creative_catalog`: one row for each variant, as files for others and as tables for the UI."""

import base64
import hashlib
import json
from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

from creative_assets.assets.published import PUBLISHED
from creative_assets.assets.reviews import REVIEWS
from creative_assets.assets.specs import OWNERS, REVIEW_GROUP
from creative_assets.resources.opening import Archive
from creative_assets.resources.studio import StudioResource
from creative_assets.studio.catalog import campaign_states, refreshed, write_catalog
from creative_assets.studio.errors import CreativeAssetsError
from creative_assets.studio.records.spending import SpentRow
from creative_assets.studio.report import report_path, write_report
from creative_assets.studio.stages import FINAL_CREATIVES

if TYPE_CHECKING:
    import pandas as pd

CATALOG = "creative_catalog"
_STATE = "state"
_ROWS_SHOWN = 200

Metadata = dict[str, dg.MetadataValue[Any]]


@dg.asset(
    key=CATALOG,
    deps=[FINAL_CREATIVES, REVIEWS, PUBLISHED],
    group_name=REVIEW_GROUP,
    kinds={"pandas", "parquet"},
    owners=OWNERS,
    description=(
        "One row for each variant: status, cost, checks, decision, rounds, times, where its files "
        "are. Parquet and CSV in the store; read it with any data tool. A report of each campaign, "
        "to be mailed. Made every quarter of an hour in which something has changed, and then of "
        "the campaigns alone that changed."
    ),
)
def creative_catalog(
    context: dg.AssetExecutionContext, studio: StudioResource
) -> dg.MaterializeResult[None]:
    """Write the catalog, with new rows and reports for the campaigns that have changed."""
    with studio.archive() as archive:
        states = campaign_states(archive.records.database)
        frame, made_anew = refreshed(states, archive.records, archive.store)
        _write_reports(made_anew, archive, context)
        parquet, csv = write_catalog(frame, archive.store)
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": len(frame),
                "campaigns_made_anew": len(made_anew),
                **_summaries(frame, archive.records.spending.lines()),
                "reports": _links(sorted(states), archive),
                "parquet": f"{archive.store.url}/{parquet.path}",
                "csv": f"{archive.store.url}/{csv.path}",
                _STATE: _digest(states),
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
        if told is not None and told.value == _digest(campaign_states(archive.records.database)):
            return dg.SkipReason("Nothing has changed since the catalog was written.")
    return dg.RunRequest()


def _write_reports(
    campaign_ids: Sequence[str], archive: Archive, context: dg.AssetExecutionContext
) -> None:
    for campaign_id in campaign_ids:
        try:
            write_report(campaign_id, archive.store, archive.records)
        except CreativeAssetsError as error:  # must not keep the catalog from being written
            context.log.warning("The report of %s is not up to date: %s", campaign_id, error)


def _links(campaign_ids: Sequence[str], archive: Archive) -> dg.MetadataValue[Any]:
    """Where each campaign's report is."""
    rows = [
        dg.TableRecord({"campaign": each, "report": f"{archive.store.url}/{report_path(each)}"})
        for each in campaign_ids[:_ROWS_SHOWN]
    ]
    columns = [dg.TableColumn("campaign"), dg.TableColumn("report")]
    return dg.MetadataValue.table(rows, schema=None if rows else dg.TableSchema(columns))


def _digest(states: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(states, sort_keys=True).encode()).hexdigest()


def _summaries(frame: "pd.DataFrame", spend: Sequence[SpentRow]) -> Metadata:
    """Tables of what is added up, and plots of them where there is something to draw."""
    from creative_assets.studio.catalog import plots, tables  # noqa: PLC0415 - matplotlib: a second

    costs, found = tables.spend_by_stage(spend), tables.found_by_rule(frame)
    shown: Metadata = {
        "campaigns": _table(tables.by_campaign(frame)),
        "costs": _table(costs),
        "costs_by_day": _table(tables.spend_by_day(spend)),
        "costs_by_model": _table(tables.spend_by_model(spend)),
        "findings": _table(found),
    }
    if len(frame):
        shown["plot_funnel"] = _picture(plots.funnel_plot(frame))
        shown["plot_rounds"] = _picture(plots.rounds_plot(frame))
        shown["plot_times"] = _picture(plots.times_plot(frame))
    if len(costs):
        shown["plot_cost"] = _picture(plots.cost_plot(costs))
    if len(found):
        shown["plot_findings"] = _picture(plots.findings_plot(found))
    return shown


def _picture(webp: bytes) -> dg.MetadataValue[Any]:
    encoded = base64.b64encode(webp).decode()
    return dg.MetadataValue.md(f"![plot](data:image/webp;base64,{encoded})")


def _table(frame: "pd.DataFrame") -> dg.MetadataValue[Any]:
    rows: list[Mapping[Hashable, Any]] = list(frame.head(_ROWS_SHOWN).to_dict("records"))
    records = [
        dg.TableRecord({str(name): _plain(value) for name, value in row.items()}) for row in rows
    ]
    columns = [dg.TableColumn(str(name)) for name in frame.columns]
    return dg.MetadataValue.table(records, schema=None if rows else dg.TableSchema(columns))


def _plain(value: Any) -> str | int | float | None:  # noqa: ANN401 - what numpy has
    """Numpy's numbers as Python's own, which Dagster keeps; None for those that are unknown."""
    if isinstance(value, str):
        return value
    if value != value:  # noqa: PLR0124 - what is not a number is not itself
        return None
    return round(float(value), 6) if isinstance(value, float) else int(value)
