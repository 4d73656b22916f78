"""The catalog: one row for each variant, for spreadsheets and data tools.

It is an export of what the records know, and nothing but its own next edition reads it back.
`tables` adds it up, `plots` draws it; how Dagster shows it is `assets.catalog`'s.
"""

import io
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from creative_assets.studio.database import Database
from creative_assets.studio.decision_log import FINALS
from creative_assets.studio.errors import MissingInputError
from creative_assets.studio.listing import ListedVariant, listed
from creative_assets.studio.publish import PUBLICATIONS
from creative_assets.studio.records import Records
from creative_assets.studio.records.variants import VARIANTS
from creative_assets.studio.rounds import ROUNDS
from creative_assets.studio.store import Store, StoredFile
from creative_assets.studio.values import Frozen

if TYPE_CHECKING:
    import pandas as pd

PARQUET_PATH = "catalog/creatives.parquet"
CSV_PATH = "catalog/creatives.csv"

CODE_VERSION = "2"
"""Of the rows: kept ones of another version are made anew."""

_STATES, _VERSION = "states", "version"
_SECONDS_AN_HOUR = 3600


class CatalogRow(Frozen):
    """One variant as it is now. What is not known, or not there yet, is None.

    Attributes:
        status: How its newest run fares: `waiting`, `running`, `done` or `failed`.
        finals: Paths in the store, in the formats' order.
        failed_checks: How many errors stand against an approval.
        found: The rules that the checks found broken, `check/rule`, errors and warnings.
        decision: `approved`, `changes_requested` or `pending`; None before there are finals.
        rounds: How many change requests were made.
        manifest: The published manifest's path.
        wanted_at: When its brief first asked for it as it is.
        ready_at: When it was first done as that brief wants it.
        brief_to_ready_h: Hours between these two.
        ready_to_approved_h: Hours from then to the approval that stands, rounds included; 0 where
            it was older, of the same bytes.
    """

    variant: str
    campaign: str
    locale: str
    product: str
    status: str
    failed_stage: str | None
    error: str | None
    generations: int
    cost_usd: float | None
    version: str | None
    finals: tuple[str, ...]
    failed_checks: int
    found: tuple[str, ...]
    decision: str | None
    decided_by: str | None
    verified: bool | None
    decided_at: datetime | None
    rounds: int
    manifest: str | None
    wanted_at: datetime | None
    ready_at: datetime | None
    brief_to_ready_h: float | None
    ready_to_approved_h: float | None
    updated_at: datetime


# Of every column, so that editions made at different times can be put together.
_TYPES = dict.fromkeys(CatalogRow.model_fields, "string") | {
    **dict.fromkeys(("generations", "failed_checks", "rounds"), "int64"),
    **dict.fromkeys(("cost_usd", "brief_to_ready_h", "ready_to_approved_h"), "float64"),
    "verified": "boolean",
}
_TIMES = ("decided_at", "wanted_at", "ready_at", "updated_at")


def campaign_states(database: Database) -> dict[str, str]:
    """Campaign → a text that changes whenever something does that its rows tell."""
    newest = {
        VARIANTS: (sa.func.count(), sa.func.max(VARIANTS.c.updated_at)),
        FINALS: (sa.func.sum(FINALS.c.revision),),
        ROUNDS: (sa.func.max(ROUNDS.c.begun_at), sa.func.max(ROUNDS.c.ended_at)),
        PUBLICATIONS: (sa.func.max(PUBLICATIONS.c.ended_at),),
    }
    states: dict[str, list[object]] = {}
    with database.reading() as connection:
        for table, facts in newest.items():
            joined = table if table is VARIANTS else _of_variants(table)
            question = (
                sa.select(VARIANTS.c.campaign_id, *facts)
                .select_from(joined)
                .where(VARIANTS.c.active)
                .group_by(VARIANTS.c.campaign_id)
            )
            for campaign_id, *told in connection.execute(question):
                states.setdefault(campaign_id, []).append([table.name, *told])
    return {campaign_id: json.dumps(told) for campaign_id, told in states.items()}


def refreshed(
    states: Mapping[str, str], records: Records, store: Store
) -> tuple["pd.DataFrame", list[str]]:
    """The catalog as it is now, and the campaigns whose rows were made anew for it.

    Rows of all others are the kept edition's. `states` are `campaign_states`, asked before.
    """
    import pandas as pd  # noqa: PLC0415 - half a second, and only where a catalog is made

    kept = _kept_edition(store)
    known = kept.attrs[_STATES]
    due = sorted(campaign for campaign, state in states.items() if known.get(campaign) != state)
    rows = catalog_rows([row.key for row in records.variants.active(due)], records)
    stays = kept[kept["campaign"].isin(set(states) - set(due))]
    frame = pd.concat([stays, catalog_frame(rows)], ignore_index=True)
    frame = frame.sort_values("variant", ignore_index=True)
    frame.attrs = {_VERSION: CODE_VERSION, _STATES: dict(states)}
    return frame, due


def catalog_rows(keys: Sequence[str], records: Records) -> list[CatalogRow]:
    """The rows of those variants that are known, in that order."""
    return [_row(variant) for variant in listed(keys, records)]


def catalog_frame(rows: Sequence[CatalogRow]) -> "pd.DataFrame":
    """The rows as a frame with a column for each field, typed also where it has no row."""
    import pandas as pd  # noqa: PLC0415 - half a second, and only where a catalog is made

    frame = pd.DataFrame([row.model_dump() for row in rows], columns=list(CatalogRow.model_fields))
    for name in ("finals", "found"):
        frame[name] = ["\n".join(texts) for texts in frame[name]]
    for name in _TIMES:
        frame[name] = pd.to_datetime(frame[name], utc=True).astype("datetime64[us, UTC]")
    return frame.astype({name: of for name, of in _TYPES.items() if name not in _TIMES})


def write_catalog(frame: "pd.DataFrame", store: Store) -> tuple[StoredFile, StoredFile]:
    """Keep the frame as Parquet and as CSV, in place of what was there."""
    parquet = io.BytesIO()
    frame.to_parquet(parquet, index=False)
    # With a byte-order mark: spreadsheets take UTF-8 for something else without it.
    content = frame.to_csv(index=False).encode("utf-8-sig")
    return store.put(PARQUET_PATH, parquet.getvalue()), store.put(CSV_PATH, content)


def _kept_edition(store: Store) -> "pd.DataFrame":
    """The catalog as it was written last; an empty one where there is none of this version."""
    import pandas as pd  # noqa: PLC0415 - half a second, and only where a catalog is made

    empty = catalog_frame([])
    empty.attrs = {_STATES: {}}
    try:
        kept = pd.read_parquet(io.BytesIO(store.get(PARQUET_PATH)))
    except MissingInputError:
        return empty
    return kept if kept.attrs.get(_VERSION) == CODE_VERSION else empty


def _of_variants(table: sa.Table) -> sa.Join:
    return VARIANTS.join(table, table.c.variant_key == VARIANTS.c.key)


def _row(variant: ListedVariant) -> CatalogRow:
    row, seen, publication = variant.row, variant.seen, variant.publication
    standing = seen.standing if seen else None
    is_approved = standing is not None and standing.verdict == "approve"
    return CatalogRow(
        variant=row.key,
        campaign=row.campaign_id,
        locale=row.locale,
        product=row.product_id,
        status=row.status,
        failed_stage=row.failed_stage,
        error=row.error_message,
        generations=variant.generations,
        cost_usd=variant.cost_usd,
        version=seen.finals.version if seen else None,
        finals=tuple(file.path for file in seen.finals.files.values()) if seen else (),
        failed_checks=len(seen.finals.failed_checks) if seen else 0,
        found=_found(variant),
        decision=variant.standing,
        decided_by=standing.decided_by if standing else None,
        verified=standing.verified if standing else None,
        decided_at=_time(standing.decided_at) if standing else None,
        rounds=len(variant.rounds),
        manifest=publication.manifest_path if publication else None,
        wanted_at=_time(row.wanted_at),
        ready_at=_time(row.ready_at),
        brief_to_ready_h=_hours(row.wanted_at, row.ready_at),
        ready_to_approved_h=_hours(row.ready_at, standing.decided_at)
        if standing and is_approved
        else None,
        updated_at=datetime.fromtimestamp(row.updated_at, UTC),
    )


def _found(variant: ListedVariant) -> tuple[str, ...]:
    reports = variant.seen.finals.checks if variant.seen else ()
    rules = (f"{told.check}/{finding.rule}" for told in reports for finding in told.findings)
    return tuple(dict.fromkeys(rules))


def _time(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _hours(start_s: float | None, end_s: float | None) -> float | None:
    if start_s is None or end_s is None:
        return None
    return max(0.0, end_s - start_s) / _SECONDS_AN_HOUR
