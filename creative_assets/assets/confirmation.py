"""Runs that people launch: one that may cost much stops before its first call until confirmed.

What the sensors launch was weighed before, or asked for by a reviewer.
"""

from collections.abc import Collection, Sequence

import dagster as dg

from creative_assets.resources.opening import Archive, model_choice
from creative_assets.settings import Settings
from creative_assets.studio.acceptance import load_jobs
from creative_assets.studio.estimate import Estimate, estimate
from creative_assets.studio.produce import Job

_SENSOR_TAG = "dagster/sensor_name"
_BACKFILL_TAG = "dagster/backfill"


def check_confirmed(
    context: dg.AssetExecutionContext,
    stages: Sequence[str],
    new_take_of: Collection[str],
    confirmed_usd: float,
    archive: Archive,
    settings: Settings,
) -> None:
    """Stop a run launched by hand that may cost more than was confirmed.

    Of a backfill all variants count, and not only those of this run.

    Raises:
        Failure: With the price, and how to confirm it. Nothing was asked of a model.
    """
    if _SENSOR_TAG in context.run.tags or not stages:
        return
    allowed_usd = max(confirmed_usd, settings.confirm_above_usd)
    jobs, _ = load_jobs(_keys_launched(context), archive.store, archive.records)
    jobs = [job.with_new_take(new_take_of) for job in jobs]
    # At most, by computing alone; only where that is too much, what is there is looked for.
    for store in (None, archive.store):
        needed = estimate(jobs, model_choice(settings), store, stages)
        if needed.cost is None or needed.cost.high_usd <= allowed_usd:
            return
    raise _unconfirmed(needed, allowed_usd, jobs)


def _keys_launched(context: dg.AssetExecutionContext) -> Sequence[str]:
    """The variants of the run, or of the whole backfill that it is a part of."""
    backfill_id = context.run.tags.get(_BACKFILL_TAG)
    backfill = context.instance.get_backfill(backfill_id) if backfill_id else None
    data = backfill.asset_backfill_data if backfill else None
    if data is None:
        return list(context.partition_keys)
    subsets = [
        data.get_target_partitions_subset(key)
        for key in context.selected_asset_keys
        if key in data.target_subset.asset_keys
    ]
    keys: set[str] = {key for subset in subsets for key in subset.get_partition_keys()}
    return sorted(keys)


def _unconfirmed(needed: Estimate, allowed_usd: float, jobs: Sequence[Job]) -> dg.Failure:
    calls = ", ".join(f"{count} × {what}" for what, count in sorted(needed.to_make.items()))
    high_usd = needed.cost.high_usd if needed.cost else 0.0
    return dg.Failure(
        f"{len(jobs)} variants may cost {needed} ({calls}). A run launched by hand may cost USD "
        f"{allowed_usd:.2f} unless more is confirmed, so nothing was asked of a model. To go "
        "ahead, launch it again with this run config:\n"
        "ops:\n  creative_stages:\n    config:\n"
        f"      confirmed_usd: {high_usd:.2f}",
        metadata={"estimate": dg.MetadataValue.text(str(needed))},
        allow_retries=False,
    )
