"""Decisions become what Dagster shows: the I/O around the decision log.

The log is the truth, and Dagster its projection. A variant is on the log's list until a tick has
read back from Dagster that it shows everything: so no crash, and no run that tells something older
in between, leaves a gap.
"""

import hashlib
import json
import time
from collections.abc import Collection, Mapping, Sequence

import dagster as dg

from creative_assets.assets.approved import (
    APPROVALS,
    APPROVALS_JOB,
    approved_evaluations,
    is_told,
)
from creative_assets.assets.reviews import untold_reviews
from creative_assets.partitions import PARTITIONS_NAME
from creative_assets.resources.studio import StudioResource
from creative_assets.sensors.runs import covered_by, run_tags, unfinished_ranges

_INTERVAL_S = 5
_VARIANTS_PER_TICK = 200
_PATIENCE_S = 600
"""A run of the check that failed is launched again after it."""


@dg.sensor(
    name="decisions",
    jobs=[APPROVALS],
    minimum_interval_seconds=_INTERVAL_S,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=(
        "Shows each decision, wherever it was made: as a materialization of `reviews`, and as the "
        "check `approved` on `final_creatives`, by a run of that check alone."
    ),
)
def decisions(
    context: dg.SensorEvaluationContext, studio: StudioResource
) -> dg.SensorResult | dg.SkipReason:
    """Tell Dagster what it does not show yet; take off the list what it shows."""
    instance = context.instance
    with studio.archive() as archive:
        log = archive.decisions
        revisions = log.untold(_VARIANTS_PER_TICK)
        if not revisions:
            return dg.SkipReason("Dagster shows every decision.")
        decided = log.decisions_on(revisions)
        reviews = [
            review for key in revisions for review in untold_reviews(decided.get(key, ()), instance)
        ]
        told = {
            str(evaluation.partition): is_told(evaluation, instance)
            for evaluation in approved_evaluations(revisions, log, instance)
        }
        unshown = {str(review.partition) for review in reviews}
        log.mark_told(
            {key: revisions[key] for key, shown in told.items() if shown and key not in unshown}
        )
    to_tell = {key for key, shown in told.items() if not shown}
    return dg.SensorResult(
        asset_events=reviews,
        run_requests=_check_runs(to_tell, revisions, instance) if to_tell else [],
    )


def _check_runs(
    keys: Collection[str], revisions: Mapping[str, int], instance: dg.DagsterInstance
) -> list[dg.RunRequest]:
    """Runs of the check alone, one a campaign, for variants that no unfinished run will tell of."""
    order = instance.get_dynamic_partitions(PARTITIONS_NAME)
    under_way = covered_by(unfinished_ranges(instance), order)
    wanted = [key for key in order if key in keys and key not in under_way]
    return [_check_run(span, revisions) for span in spans(order, wanted)]


def spans(order: Sequence[str], wanted: Sequence[str]) -> list[Sequence[str]]:
    """For each campaign the keys from its first wanted one to its last, those between included.

    One run that tells some things again costs less than many runs that tell one thing each.
    """
    place = {key: position for position, key in enumerate(order)}
    of_campaign: dict[str, list[int]] = {}
    for key in wanted:
        of_campaign.setdefault(key.split("/")[0], []).append(place[key])
    return [order[min(found) : max(found) + 1] for found in of_campaign.values()]


def _check_run(keys: Sequence[str], revisions: Mapping[str, int]) -> dg.RunRequest:
    # By what is to be told, so that a run which fails is not launched again and again at once.
    what = json.dumps({key: revisions[key] for key in keys if key in revisions}, sort_keys=True)
    digest = hashlib.sha256(what.encode()).hexdigest()
    return dg.RunRequest(
        job_name=APPROVALS_JOB,
        run_key=f"{digest}-{time.time() // _PATIENCE_S:.0f}",
        tags=run_tags(keys),
    )
