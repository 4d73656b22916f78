"""The check `approved` on final creatives: the decision log, as Dagster shows it.

Declared on the stages and evaluated from the log alone: by the stages' op after each
materialization and in runs of the check alone, which `sensors.decisions` launches. What was
decided, and whether it still stands, is the studio's matter.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import dagster as dg
from dagster._core.event_api import PartitionKeyFilter

from creative_assets.assets.checks import failures_in_words
from creative_assets.assets.evaluation import evaluation_target, newest_materialization
from creative_assets.assets.specs import check_spec
from creative_assets.studio.decision_log import DecisionLog, ShownFinals
from creative_assets.studio.in_words import as_sentence
from creative_assets.studio.produce import StageDone
from creative_assets.studio.review import UnderReview, in_words, look
from creative_assets.studio.stages import FINAL_CREATIVES

APPROVED = "approved"
APPROVED_KEY = dg.AssetCheckKey(dg.AssetKey(FINAL_CREATIVES), APPROVED)

APPROVED_SPEC = check_spec(
    APPROVED,
    "Whether somebody approved exactly these bytes. A warning says that nobody decided yet. "
    "Executing it reads the decision log again, and decides nothing.",
)

APPROVALS_JOB = "approvals"
APPROVALS = dg.define_asset_job(
    APPROVALS_JOB,
    selection=dg.AssetSelection.checks(APPROVED_KEY),
    description="Shows what the decision log says of the variants of the run. Decides nothing.",
)

_VERSION_TAG = "dagster/data_version"


def shown_finals(done: StageDone, versions: Mapping[str, str]) -> ShownFinals:
    """The finals that people decide on from now on; `versions` are all their stages'."""
    output = done.output
    failed = failures_in_words(done.checks)
    return ShownFinals(
        done.variant.key, output.version, output.files, versions, failed, tuple(done.checks)
    )


def approved_evaluations(
    keys: Collection[str], log: DecisionLog, instance: dg.DagsterInstance
) -> Iterator[dg.AssetCheckEvaluation]:
    """What the log says of each variant's newest materialization.

    A variant whose newest finals Dagster does not know yet is left out: their run tells of them.
    """
    seen = look(keys, log)
    for key in keys:
        record = newest_materialization(dg.AssetKey(FINAL_CREATIVES), key, instance)
        if record is None or key not in seen:
            continue
        materialization = record.asset_materialization
        tags = (materialization and materialization.tags) or {}
        if tags.get(_VERSION_TAG) == seen[key].finals.version:
            yield _evaluation(seen[key], record)


def is_told(evaluation: dg.AssetCheckEvaluation, instance: dg.DagsterInstance) -> bool:
    """Whether it is the newest evaluation of its partition that Dagster shows."""
    found = instance.event_log_storage.get_latest_asset_check_execution_by_key(
        [APPROVED_KEY], partition_filter=PartitionKeyFilter(key=evaluation.partition)
    )
    record = found.get(APPROVED_KEY)
    told = record.evaluation if record else None
    return isinstance(told, dg.AssetCheckEvaluation) and (
        (told.passed, told.description, told.target_materialization_data)
        == (evaluation.passed, evaluation.description, evaluation.target_materialization_data)
    )


def _evaluation(seen: UnderReview, record: dg.EventLogRecord) -> dg.AssetCheckEvaluation:
    standing = seen.standing
    metadata: dict[str, dg.MetadataValue[Any]] = {}
    description = "Pending: nobody has decided on these bytes yet."
    if standing is not None:
        description = as_sentence(in_words(standing))
        if standing.finals_version != seen.finals.version:
            description += f" The same bytes as in version {standing.finals_version}."
        metadata = {
            "decision": dg.MetadataValue.int(standing.number),
            "decided_on_version": dg.MetadataValue.text(standing.finals_version),
            "overridden": dg.MetadataValue.json(list(standing.overridden)),
        }
    hashes = {name: file.sha256 for name, file in seen.finals.files.items()}
    return dg.AssetCheckEvaluation(
        asset_key=dg.AssetKey(FINAL_CREATIVES),
        check_name=APPROVED,
        partition=seen.finals.variant_key,
        passed=standing is not None and standing.verdict == "approve",
        severity=dg.AssetCheckSeverity.WARN if standing is None else dg.AssetCheckSeverity.ERROR,
        description=description,
        metadata={**metadata, "sha256": dg.MetadataValue.json(hashes)},
        target_materialization_data=evaluation_target(record),
    )
