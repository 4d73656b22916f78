"""The one partitions definition: a partition is a variant, its key `campaign/locale/product`.

One dynamic dimension and not a cross product of three: only what a brief ordered exists, can be
launched, and is billed. The keys are added and taken away by `sensors.briefs`.
"""

import dagster as dg

PARTITIONS_NAME = "variants"
VARIANTS = dg.DynamicPartitionsDefinition(name=PARTITIONS_NAME)

# Documented tags of Dagster, by which one run covers a partition, or a range of them.
PARTITION_TAG = "dagster/partition"
RANGE_START_TAG = "dagster/asset_partition_range_start"
RANGE_END_TAG = "dagster/asset_partition_range_end"


def range_tags(first_key: str, last_key: str) -> dict[str, str]:
    """The tags of a run over the variants from the first to the last, in the order of the keys."""
    return {RANGE_START_TAG: first_key, RANGE_END_TAG: last_key}
