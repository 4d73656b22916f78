"""From a brief dropped in the inbox to the first call to a model, with the daemon running."""

import tempfile
import time
from pathlib import Path

from bench.deployment import write_campaign
from bench.results import Row
from creative_assets.standin.behaviour import Behaviour
from tests.e2e.harness import Deployment, deployment, sqlite_files


def rows(repeats: int) -> list[Row]:
    """Campaigns of one variant, each dropped when the one before is done."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (
            sqlite_files(folder) as databases,
            deployment(folder / "place", Behaviour(), databases) as place,
        ):
            waited_s = [_waited_s(place, number) for number in range(repeats)]
    return [
        Row(
            name="pickup",
            what="a brief dropped → the first call to a model",
            unit="s",
            values=tuple(waited_s),
            most=10,
        )
    ]


def _waited_s(place: Deployment, number: int) -> float:
    before, campaign_id = len(place.asked()), f"campaign-{number}"
    # Made beside the inbox, and moved into it whole.
    write_campaign(place.root / campaign_id, campaign_id, 1, ["de-DE"])
    dropped_at = time.monotonic()
    (place.root / campaign_id).rename(place.inbox / campaign_id)
    place.wait_for(lambda: len(place.asked("logo_spot")) > number, "the last call of the campaign")
    return place.asked()[before].started_s - dropped_at
