"""From a brief dropped in the inbox to the first call to a model, with the daemon running.

And of that, what a run worker takes: from Dagster's launch of the run to its first stage.
"""

import tempfile
import time
from pathlib import Path

from bench.deployment import write_campaign
from bench.results import Row
from creative_assets.standin.behaviour import Behaviour
from tests.e2e.harness import Deployment, Json, deployment, sqlite_files

_RUNS = """{ runsOrError(filter: {pipelineName: "creatives", statuses: [SUCCESS]}) {
  ... on Runs { results { eventConnection { events {
    __typename ... on MessageEvent { timestamp } } } } } } }"""
_LAUNCHED, _STAGE = "RunStartingEvent", "MaterializationEvent"


def rows(repeats: int) -> list[Row]:
    """Campaigns of one variant, each dropped when the one before is done."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (
            sqlite_files(folder) as databases,
            deployment(folder / "place", Behaviour(), databases) as place,
        ):
            waited_s = [_waited_s(place, number) for number in range(repeats)]
            worker_s = _worker_s(place)
    return [
        Row(
            name="pickup",
            what="a brief dropped → the first call to a model",
            unit="s",
            values=tuple(waited_s),
            most=10,
        ),
        Row(
            name="run-worker",
            what="a run worker: from its launch by Dagster to its first stage",
            unit="s",
            values=tuple(worker_s),
            most=3,
        ),
    ]


def _waited_s(place: Deployment, number: int) -> float:
    before, campaign_id = len(place.asked()), f"campaign-{number}"
    # Made beside the inbox, and moved into it whole.
    write_campaign(place.root / campaign_id, campaign_id, 1, ["de-DE"])
    dropped_at = time.monotonic()
    (place.root / campaign_id).rename(place.inbox / campaign_id)
    place.wait_for(lambda: len(_runs(place)) > number, f"the end of {campaign_id}")
    return place.asked()[before].started_s - dropped_at


def _worker_s(place: Deployment) -> list[float]:
    """Of each run: seconds until its process, which has everything to load, tells of a stage."""
    waited_s = []
    for events in _runs(place):
        launched_ms, stage_ms = (
            min(int(event["timestamp"]) for event in events if event["__typename"] == kind)
            for kind in (_LAUNCHED, _STAGE)
        )
        waited_s.append((stage_ms - launched_ms) / 1000)
    return waited_s


def _runs(place: Deployment) -> list[list[Json]]:
    """The events of each run that is over."""
    runs = place.graphql(_RUNS)["runsOrError"]["results"]
    return [run["eventConnection"]["events"] for run in runs]
