"""The catalog: one row for each variant, for spreadsheets and data tools.

It is an export of what the records know, and nothing reads it back. How it is shown in Dagster is
`assets.catalog`'s.
"""

import io
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from creative_assets.studio.decision_log import DecisionLog
from creative_assets.studio.publish import Publications
from creative_assets.studio.records import Records, VariantRow
from creative_assets.studio.review import UnderReview, look
from creative_assets.studio.rounds import Rounds
from creative_assets.studio.store import Store, StoredFile
from creative_assets.studio.values import Frozen

if TYPE_CHECKING:
    import pandas as pd

PARQUET_PATH = "catalog/creatives.parquet"
CSV_PATH = "catalog/creatives.csv"


class CatalogRow(Frozen):
    """One variant as it is now. What is not known, or not there yet, is None.

    Attributes:
        status: How its newest run fares: `waiting`, `running`, `done` or `failed`.
        decision: `approved`, `changes requested` or `pending`; None before there are finals.
        rounds: How many change requests were made.
        finals: Paths in the store, in the formats' order.
        manifest: The published manifest's path.
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
    decision: str | None
    decided_by: str | None
    verified: bool | None
    decided_at: datetime | None
    rounds: int
    manifest: str | None
    updated_at: datetime


def catalog_rows(
    records: Records, log: DecisionLog, rounds: Rounds, publications: Publications
) -> list[CatalogRow]:
    """All variants that a brief names, by key."""
    variants = records.active_variants()
    keys = [row.key for row in variants]
    seen, costs = look(keys, log), records.spent_by_variant()
    made = Counter(each.variant_key for each in rounds.of(keys).values())
    published = publications.of(keys)
    found = []
    for row in variants:
        under_review = seen.get(row.key)
        publication = under_review and published.get((row.key, under_review.finals.sha256))
        manifest = publication.manifest_path if publication else None
        found.append(_row(row, under_review, costs.get(row.key, (0.0, 0)), made[row.key], manifest))
    return found


def catalog_frame(rows: Sequence[CatalogRow]) -> "pd.DataFrame":
    """The rows as a frame with a column for each field, typed also where it has no row."""
    import pandas as pd  # noqa: PLC0415 - half a second, and only where a catalog is made

    frame = pd.DataFrame([row.model_dump() for row in rows], columns=list(CatalogRow.model_fields))
    for name in ("decided_at", "updated_at"):
        frame[name] = pd.to_datetime(frame[name], utc=True)
    frame["finals"] = ["\n".join(paths) for paths in frame["finals"]]
    types = {"cost_usd": "float64", "generations": "int64", "rounds": "int64"}
    return frame.astype(types | {"failed_checks": "int64", "verified": "boolean"})


def write_catalog(frame: "pd.DataFrame", store: Store) -> tuple[StoredFile, StoredFile]:
    """Keep the frame as Parquet and as CSV, in place of what was there."""
    parquet = io.BytesIO()
    frame.to_parquet(parquet, index=False)
    # With a byte-order mark: spreadsheets take UTF-8 for something else without it.
    content = frame.to_csv(index=False).encode("utf-8-sig")
    return store.put(PARQUET_PATH, parquet.getvalue()), store.put(CSV_PATH, content)


def _row(
    row: VariantRow,
    seen: UnderReview | None,
    spent: tuple[float | None, int],
    rounds: int,
    manifest: str | None,
) -> CatalogRow:
    standing = seen.standing if seen else None
    cost_usd, generations = spent
    return CatalogRow(
        variant=row.key,
        campaign=row.campaign_id,
        locale=row.locale,
        product=row.product_id,
        status=row.status,
        failed_stage=row.failed_stage,
        error=row.error_message,
        generations=generations,
        cost_usd=cost_usd,
        version=seen.finals.version if seen else None,
        finals=tuple(file.path for file in seen.finals.files.values()) if seen else (),
        failed_checks=len(seen.finals.failed_checks) if seen else 0,
        decision=_decision(seen),
        decided_by=standing.decided_by if standing else None,
        verified=standing.verified if standing else None,
        decided_at=_time(standing.decided_at) if standing else None,
        rounds=rounds,
        manifest=manifest,
        updated_at=_time(row.updated_at),
    )


def _decision(seen: UnderReview | None) -> str | None:
    if seen is None:
        return None
    if seen.standing is None:
        return "pending"
    return "approved" if seen.standing.verdict == "approve" else "changes requested"


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
