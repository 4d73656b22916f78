"""Launching again what has failed of a campaign, as the API and the pages ask for it."""

from collections.abc import Collection
from dataclasses import dataclass

from creative_assets.desk.desk import Desk
from creative_assets.studio.acceptance import load_jobs
from creative_assets.studio.dead_letters import dead_letters, retry
from creative_assets.studio.errors import MissingInputError
from creative_assets.studio.estimate import estimate


@dataclass(frozen=True)
class Retried:
    """Variants that wait for a launch again, and what that may cost, in words."""

    keys: tuple[str, ...]
    price: str


def retry_failed(campaign_id: str, keys: Collection[str], desk: Desk) -> Retried:
    """Let what has failed wait for a launch again: all of the campaign's without `keys`.

    Raises:
        MissingInputError: Nothing of that has failed, or a key is another campaign's.
    """
    archive = desk.archive
    if not all(key.startswith(f"{campaign_id}/") for key in keys):
        raise MissingInputError(f"Name variants of {campaign_id}: {campaign_id}/locale/product.")
    patterns = keys or [f"{campaign_id}/*"]
    if not dead_letters(patterns, archive.records):
        raise MissingInputError(f"Nothing of this in {campaign_id} has failed, or not any more.")
    launched = retry(patterns, archive.records)
    jobs, _ = load_jobs(launched, archive.store, archive.records)
    return Retried(tuple(launched), str(estimate(jobs, desk.choice, archive.store)))
