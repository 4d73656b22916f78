"""Decisions become what Dagster shows and does: the I/O around the decision log.

The log is the truth, and Dagster its projection. A variant is on the log's list until a tick has
read back that everything is shown and done: so no crash, and no run that tells something older in
between, leaves a gap.
"""

import hashlib
import json
import time
from collections.abc import Collection, Iterable, Mapping, Sequence

import dagster as dg

from creative_assets.assets.approved import (
    APPROVALS,
    APPROVALS_JOB,
    approved_evaluations,
    is_told,
)
from creative_assets.assets.published import PUBLISH, PUBLISH_JOB
from creative_assets.assets.reviews import untold_reviews
from creative_assets.assets.specs import CREATIVES, CREATIVES_JOB
from creative_assets.partitions import PARTITIONS_NAME
from creative_assets.resources.opening import Archive
from creative_assets.resources.studio import StudioResource
from creative_assets.sensors.runs import CAMPAIGN_TAG, covered_by, run_tags, unfinished_ranges
from creative_assets.settings import Settings
from creative_assets.studio.intake import contiguous_ranges
from creative_assets.studio.publish import unpublished
from creative_assets.studio.review import look
from creative_assets.studio.rounds import untried

_INTERVAL_S = 5
_VARIANTS_PER_TICK = 200
_RUNS_PER_TICK = 20
_PATIENCE_S = 600
"""A run that ended and did not do what it was for is launched again after it."""


@dg.sensor(
    name="decisions",
    jobs=[CREATIVES, APPROVALS, PUBLISH],
    minimum_interval_seconds=_INTERVAL_S,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=(
        "Shows each decision, wherever it was made: as a materialization of `reviews`, and as the "
        "check `approved` on `final_creatives`, by a run of that check alone. Launches what "
        "reviewers want changed, and publishing what they approved."
    ),
)
def decisions(
    context: dg.SensorEvaluationContext, studio: StudioResource
) -> dg.SensorResult | dg.SkipReason:
    """Tell Dagster what it does not show yet; take off the list what is shown and done."""
    instance, settings = context.instance, studio.settings()
    with studio.archive() as archive:
        revisions = archive.decisions.untold(_VARIANTS_PER_TICK)
        if not revisions:
            return dg.SkipReason("Dagster shows every decision.")
        order = instance.get_dynamic_partitions(PARTITIONS_NAME)
        # Before what is told is read: what a run tells at its end is then not missed here.
        free = set(order) - covered_by(unfinished_ranges(instance), order)
        # What no brief names any more has nowhere to be shown.
        keys = set(order).intersection(revisions)
        reviews = _untold_reviews(keys, archive, instance)
        told = {
            str(evaluation.partition): is_told(evaluation, instance)
            for evaluation in approved_evaluations(keys, archive.decisions, instance)
        }
        # Finals that people see and Dagster does not: their run ended in between, and is free.
        to_show = {key: revisions[key] for key in keys if key not in told}
        to_change = _to_change(keys, archive)
        to_publish = _to_publish(keys, archive, settings)
        unfinished = {
            *(key for key in keys if not told.get(key)),
            *(str(review.partition) for review in reviews),
            *to_change,
            *to_publish,
        }
        archive.decisions.mark_told(
            {key: number for key, number in revisions.items() if key not in unfinished}
        )
    # A run of the stages or of publishing tells of its variants itself.
    to_tell = {key for key, is_shown in told.items() if not is_shown} - {*to_change, *to_publish}

    to_make: dict[str, str | int] = {**to_show, **to_change}

    def ranges(wanted: Collection[str]) -> Iterable[Sequence[str]]:
        return contiguous_ranges(order, free.intersection(wanted), settings.variants_per_run)

    return dg.SensorResult(
        asset_events=reviews,
        run_requests=[
            *_requests(CREATIVES_JOB, ranges(to_make), to_make),
            *_requests(PUBLISH_JOB, ranges(to_publish), to_publish),
            *_requests(APPROVALS_JOB, spans(order, free & to_tell), revisions),
        ],
    )


def _untold_reviews(
    keys: Collection[str], archive: Archive, instance: dg.DagsterInstance
) -> list[dg.AssetMaterialization]:
    decided = archive.decisions.decisions_on(keys)
    return [review for made in decided.values() for review in untold_reviews(made, instance)]


def _to_change(keys: Collection[str], archive: Archive) -> dict[str, str]:
    """Variant → the ID of the change request that no run has made."""
    rounds = archive.rounds.of(keys)
    requests = (untried(seen, rounds) for seen in look(keys, archive.decisions).values())
    return {request.variant_key: request.id for request in requests if request}


def _to_publish(keys: Collection[str], archive: Archive, settings: Settings) -> dict[str, str]:
    """Variant → the ID of the approval that nothing was published by yet."""
    if not settings.publish_automatically:
        return {}
    known, takes = archive.publications.of(keys), settings.publish_unverified
    approvals = (
        unpublished(seen, known, takes_unverified=takes)
        for seen in look(keys, archive.decisions).values()
    )
    return {approval.variant_key: approval.id for approval in approvals if approval}


def spans(order: Sequence[str], wanted: Collection[str]) -> list[Sequence[str]]:
    """For each campaign the keys from its first wanted one to its last, those between included.

    One run that tells some things again costs less than many runs that tell one thing each.
    """
    of_campaign: dict[str, list[int]] = {}
    for place, key in enumerate(order):
        if key in wanted:
            of_campaign.setdefault(key.split("/")[0], []).append(place)
    return [order[found[0] : found[-1] + 1] for found in of_campaign.values()]


def _requests(
    job: str, batches: Iterable[Sequence[str]], what: Mapping[str, str | int]
) -> list[dg.RunRequest]:
    """A run for each batch; `what` is done for each variant is in its key.

    A run that fails is so not launched again and again at once.
    """
    requests = []
    for keys in batches:
        named = json.dumps([job, {key: what[key] for key in keys if key in what}], sort_keys=True)
        digest = hashlib.sha256(named.encode()).hexdigest()
        run_key = f"{digest}-{time.time() // _PATIENCE_S:.0f}"
        tags = run_tags(keys)
        if job == APPROVALS_JOB:  # makes nothing, so that it is no run of the campaign
            del tags[CAMPAIGN_TAG]
        requests.append(dg.RunRequest(job_name=job, run_key=run_key, tags=tags))
    return requests[:_RUNS_PER_TICK]
