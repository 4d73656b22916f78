"""What every check evaluation needs: the materialization that it is about."""

import dagster as dg

# Documented for evaluations that a plain `AssetCheckResult` cannot express (a partition of a range
# run, an event outside a run), and exported nowhere else. Without the target, the UI counts the
# partition's check as missing.
from dagster._core.definitions.asset_checks.asset_check_evaluation import (
    AssetCheckEvaluationTargetMaterializationData,
)


def newest_materialization(
    asset_key: dg.AssetKey, partition: str, instance: dg.DagsterInstance
) -> dg.EventLogRecord | None:
    """The newest materialization of a partition; None if there is none."""
    of_partition = dg.AssetRecordsFilter(asset_key=asset_key, asset_partitions=[partition])
    records = instance.fetch_materializations(of_partition, limit=1).records
    return records[0] if records else None


def evaluation_target(
    record: dg.EventLogRecord,
) -> AssetCheckEvaluationTargetMaterializationData:
    """Binds an evaluation to the materialization that it is about."""
    return AssetCheckEvaluationTargetMaterializationData(
        storage_id=record.storage_id, run_id=record.run_id, timestamp=record.timestamp
    )
