"""Runs over ranges of variants, as the sensors launch them and find them under way."""

from collections.abc import Collection, Sequence

import dagster as dg

from creative_assets.partitions import PARTITION_TAG, RANGE_END_TAG, RANGE_START_TAG, range_tags

CAMPAIGN_TAG = "creative_assets/campaign"
_UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]


def run_tags(keys: Sequence[str]) -> dict[str, str]:
    """The tags of a run over neighbouring variants."""
    campaigns = sorted({key.split("/")[0] for key in keys})
    return {
        **range_tags(keys[0], keys[-1]),
        CAMPAIGN_TAG: campaigns[0] if len(campaigns) == 1 else f"{len(campaigns)} campaigns",
    }


def unfinished_ranges(instance: dg.DagsterInstance) -> list[tuple[str, str]]:
    """First and last key of each run that waits or is under way."""
    runs = instance.get_runs(dg.RunsFilter(statuses=_UNFINISHED))
    ranges = [
        (
            run.tags.get(RANGE_START_TAG) or run.tags.get(PARTITION_TAG),
            run.tags.get(RANGE_END_TAG) or run.tags.get(PARTITION_TAG),
        )
        for run in runs
    ]
    return [(first, last) for first, last in ranges if first and last]


def covered_by(ranges: Collection[tuple[str, str]], keys_in_order: Sequence[str]) -> set[str]:
    """The keys in any of the ranges whose first and last key are both among all keys."""
    place = {key: position for position, key in enumerate(keys_in_order)}
    return {
        key
        for first, last in ranges
        if first in place and last in place
        for key in keys_in_order[place[first] : place[last] + 1]
    }
