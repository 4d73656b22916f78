"""Dagster's UI over a hundred thousand variants: what its pages ask, and how long that takes."""

import os
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import dagster as dg
import sqlalchemy as sa

from bench.results import Row
from creative_assets.partitions import PARTITIONS_NAME
from creative_assets.resources.postgres_storage import PostgresEventLog
from creative_assets.standin.behaviour import Behaviour
from creative_assets.studio.stages import FINAL_CREATIVES, STAGES
from tests.e2e.harness import Deployment, deployment, postgres_databases
from tests.e2e.questions import backfill
from tests.postgres import postgres_server

_REPEATS = 3
_CAMPAIGN_VARIANTS = 100
# The UI's own query, by name PartitionHealthQuery, for an asset whose partitions are plain keys.
_HEALTH = """query PartitionHealthQuery($assetKey: AssetKeyInput!) {
  assetNodeOrError(assetKey: $assetKey) { ... on AssetNode { id
    partitionKeysByDimension { name type partitionKeys }
    assetPartitionStatuses { ... on DefaultPartitionStatuses {
      materializedPartitions materializingPartitions failedPartitions } } } } }"""
_EVERY_OTHER = """
INSERT INTO event_logs
    (run_id, event, dagster_event_type, timestamp, step_key, asset_key, partition)
SELECT known.run_id, replace(known.event, :known, made.partition), known.dagster_event_type,
    known.timestamp, known.step_key, known.asset_key, made.partition
FROM event_logs AS known, dynamic_partitions AS made
WHERE known.partition = :known AND (made.id - 1) / :each % 2 = 0 AND made.partition <> :known
"""
"""Every other campaign materialized as one variant is."""


def rows(number: int) -> list[Row]:
    """Of `number` variants of which half are materialized, on PostgreSQL."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        databases = stack.enter_context(
            postgres_databases(stack.enter_context(postgres_server(durable=True)))
        )
        place = stack.enter_context(deployment(folder / "place", Behaviour(), databases))
        _fill(place, number)
        page = [_timed(lambda: _health(place, FINAL_CREATIVES)) for _ in range(_REPEATS)]
        dialog = [
            _timed(lambda: [_health(place, stage) for stage in STAGES]) for _ in range(_REPEATS)
        ]
        missing = _missing(place)
        launched = _timed(lambda: backfill(place, missing))
    return [
        _row("page", "the page of an asset's partitions", page),
        _row("dialog", "the launch dialog of all stages, asset after asset as the UI asks", dialog),
        _row("backfill", f"launching a backfill of {len(missing):,} missing variants", [launched]),
    ]


def _row(name: str, what: str, seconds: list[float]) -> Row:
    return Row(
        name=f"partitions-{name}",
        what=f"{what}, of 100,000 with half of them materialized",
        unit="s",
        values=tuple(seconds),
        most=5,
        details={"the first, for which Dagster gathers all that was made, s": round(seconds[0], 1)},
    )


def _fill(place: Deployment, number: int) -> None:
    keys = [
        f"campaign-{each // _CAMPAIGN_VARIANTS:04}/de-DE/product-{each % _CAMPAIGN_VARIANTS}"
        for each in range(number)
    ]
    os.environ.update(place.environment)
    with dg.DagsterInstance.get() as instance:
        instance.add_dynamic_partitions(PARTITIONS_NAME, keys)
        for stage in STAGES:
            instance.report_runless_asset_event(
                dg.AssetMaterialization(asset_key=stage, partition=keys[0])
            )
        log = instance.event_log_storage
        assert isinstance(log, PostgresEventLog)  # noqa: S101 - the deployment's
        with log.index_connection() as connection:
            connection.execute(
                sa.text(_EVERY_OTHER), {"known": keys[0], "each": _CAMPAIGN_VARIANTS}
            )
            connection.execute(sa.text("VACUUM ANALYZE"))  # as PostgreSQL does by itself in time


def _health(place: Deployment, stage: str) -> list[str]:
    """The partitions that are materialized, as the UI asks for them."""
    answer = place.graphql(_HEALTH, {"assetKey": {"path": [stage]}})["assetNodeOrError"]
    materialized: list[str] = answer["assetPartitionStatuses"]["materializedPartitions"]
    return materialized


def _missing(place: Deployment) -> list[str]:
    answer = place.graphql(_HEALTH, {"assetKey": {"path": [FINAL_CREATIVES]}})["assetNodeOrError"]
    [dimension] = answer["partitionKeysByDimension"]
    made = set(answer["assetPartitionStatuses"]["materializedPartitions"])
    return [key for key in dimension["partitionKeys"] if key not in made]


def _timed(work: Callable[[], object]) -> float:
    started = time.monotonic()
    work()
    return time.monotonic() - started
