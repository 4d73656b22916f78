"""What a materialization was made from, as Dagster's events: its UI knows by them what is stale."""

from collections import defaultdict
from collections.abc import Collection

import dagster as dg


class Inputs:
    """Which materialization of each input a run's materializations were made from.

    Asks Dagster for many variants at once: one question for each would cost as much as the event.
    """

    def __init__(
        self, instance: dg.DagsterInstance, stages: Collection[str], variant_keys: Collection[str]
    ) -> None:
        self._instance = instance
        # What the run makes itself has a newer event as soon as it is told, and not before.
        self._told = {stage: set[str]() for stage in stages}
        self._variant_keys = set(variant_keys)
        self._event_ids: defaultdict[str, dict[str, int]] = defaultdict(dict)

    def told(self, stage: str, variant_key: str) -> None:
        """Remember that this run materializes the variant's stage now."""
        self._told[stage].add(variant_key)

    def event_id(self, stage: str, variant_key: str) -> int | None:
        """The storage id of the newest materialization; None where there is none."""
        known = self._event_ids[stage]
        if variant_key not in known:
            unknown = self._told.get(stage, self._variant_keys) - known.keys()
            if unknown:  # asked about nothing, Dagster answers about everything
                known |= self._instance.get_latest_storage_id_by_partition(
                    dg.AssetKey(stage), dg.DagsterEventType.ASSET_MATERIALIZATION, unknown
                )
        return known.get(variant_key)
