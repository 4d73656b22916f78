"""Thousands of briefs dropped at once: how long each tick of the sensor takes, until all are taken.

Ticks are evaluated here as the daemon has them evaluated, one after the other.
"""

import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg

from bench.deployment import EXAMPLE, Deployment, deployed
from bench.results import Row
from creative_assets.definitions import defs
from creative_assets.partitions import PARTITIONS_NAME, RANGE_END_TAG, RANGE_START_TAG
from creative_assets.resources.studio import StudioResource
from creative_assets.sensors.briefs import briefs
from creative_assets.studio.store import open_store
from tests.radosgw import rados_gateway

_PAUSE_S = 5.0
"""Between the beginnings of two ticks, where Dagster's daemon has nothing else to do."""
_BUCKET = "bench"
_PAGE = 1_000
"""Objects in one page of a listing, as Amazon's S3 has them."""
_S3_URLS = {
    "CREATIVE_ASSETS_INBOX_URL": f"s3://{_BUCKET}/inbox",
    "CREATIVE_ASSETS_STORE_URL": f"s3://{_BUCKET}/store",
}
_BRIEF = """\
campaign_id: campaign-{number:05}
brand: {{name: Nordlys, primary_color: "#0B3D2E", logo: logo.svg, tone: warm}}
audience: {{region: Nordics, description: City people who cycle to work.}}
products:
  - {{id: roast, name: Roast {number}, description: Whole beans with a hint of cocoa.}}
target_locales: [de-DE]
"""


@dataclass
class Taken:
    """What the ticks came to.

    Attributes:
        launches: Variant → how often a run was asked for it.
    """

    ticks_s: list[float] = field(default_factory=list)
    launches: Counter[str] = field(default_factory=Counter)

    @property
    def seconds(self) -> float:
        """From the first tick to the end of the last, pauses included."""
        pauses_s = [max(0.0, _PAUSE_S - tick_s) for tick_s in self.ticks_s[:-1]]
        return sum(self.ticks_s) + sum(pauses_s)


def rows(number: int, *, s3: bool) -> list[Row]:
    """The ticks over `number` briefs in a folder, or in a bucket of an S3 server."""
    place_name = "s3" if s3 else "folder"
    with (
        tempfile.TemporaryDirectory() as name,
        _s3_server() if s3 else nullcontext(),
        deployed(Path(name), "sqlite") as deployment,
    ):
        place = deployment.with_settings(_S3_URLS) if s3 else deployment
        _drop(place, number)
        taken = _take_all(place)
    twice = sum(count - 1 for count in taken.launches.values())
    return [
        Row(
            name=f"inbox-tick-{place_name}",
            what=f"the longest tick of the sensor while {number:,} briefs are new ({place_name})",
            unit="s",
            values=(max(taken.ticks_s),),
            most=20,
            details={"ticks": len(taken.ticks_s)},
        ),
        Row(
            name=f"inbox-all-{place_name}",
            what=f"until all of {number:,} new briefs are taken and launched ({place_name})",
            unit="s",
            values=(taken.seconds,),
            most=600,
            details={"variants launched": len(taken.launches), "launched twice": twice},
        ),
    ]


def _drop(place: Deployment, number: int) -> None:
    inbox = open_store(place.settings.inbox_url)
    inbox.put("logo.svg", (EXAMPLE / "logo.svg").read_bytes())
    for each in range(number):
        inbox.put(f"campaign-{each:05}.yaml", _BRIEF.format(number=each).encode())


def _take_all(place: Deployment) -> Taken:
    taken, cursor = Taken(), None
    os.environ.update(place.environment)
    with place.instance() as instance:
        while True:
            context = dg.build_sensor_context(
                instance=instance,
                cursor=cursor,
                definitions=defs(),
                resources={"studio": StudioResource()},
            )
            started = time.monotonic()
            result = briefs(context)
            taken.ticks_s.append(time.monotonic() - started)
            if not isinstance(result, dg.SensorResult):
                return taken
            cursor = result.cursor
            for request in result.dynamic_partitions_requests or ():
                instance.add_dynamic_partitions(PARTITIONS_NAME, list(request.partition_keys))
            taken.launches.update(_keys_of(result, instance))


def _keys_of(result: dg.SensorResult, instance: dg.DagsterInstance) -> Iterator[str]:
    order = instance.get_dynamic_partitions(PARTITIONS_NAME)
    at = {key: place for place, key in enumerate(order)}
    for request in result.run_requests or ():
        first, last = request.tags[RANGE_START_TAG], request.tags[RANGE_END_TAG]
        yield from order[at[first] : at[last] + 1]


@contextmanager
def _s3_server() -> Iterator[None]:
    with rados_gateway(_PAGE) as server:
        os.environ |= server.environment()
        server.client().create_bucket(Bucket=_BUCKET)
        yield
