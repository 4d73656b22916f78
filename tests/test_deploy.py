"""What `deploy` says about Dagster holds: a campaign over two PostgreSQL databases."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as sa
from dagster_postgres import (
    PostgresEventLogStorage,
    PostgresRunStorage,
    PostgresScheduleStorage,
)

from creative_assets.assets.specs import CREATIVES_JOB
from creative_assets.definitions import defs
from creative_assets.partitions import PARTITIONS_NAME
from creative_assets.resources.studio import StudioResource
from creative_assets.sensors.briefs import briefs
from creative_assets.sensors.decisions import decisions
from creative_assets.studio.records import open_records
from creative_assets.studio.stages import FINAL_CREATIVES, STAGES
from tests.conftest import LOGO, product
from tests.postgres import PostgresServer

DEPLOY = Path(__file__).parents[1] / "deploy"
KEYS = ["autumn/en-US/roast", "autumn/en-US/tea"]
BRIEF = {
    "campaign_id": "autumn",
    "brand": {"name": "Nordlys", "primary_color": "#0B3D2E", "logo": "logo.svg", "tone": "warm"},
    "audience": {"region": "Nordics", "description": "Commuters"},
    "products": [product("roast", "Roast"), product("tea", "Tea")],
    "target_locales": ["en-US"],
    "output": {"aspect_ratios": ["1x1"]},
}


CUT_OFF_ONCE = """
CREATE SEQUENCE cuts;
CREATE FUNCTION cut_off() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF nextval('cuts') = 1 THEN
        RAISE 'terminating connection due to administrator command' USING ERRCODE = '57P01';
    END IF;
    RETURN new;
END $$;
"""
"""What the client of a server sees that is shut down under it, once."""


@dataclass(frozen=True)
class Production:
    """A deployment in which one campaign was dropped, run, and run again.

    Attributes:
        connections: How many our code had to the records when it was loaded.
    """

    instance: dg.DagsterInstance
    storage_url: str
    records_url: str
    connections: int


@pytest.fixture(scope="module")
def production(
    postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Production]:
    root = tmp_path_factory.mktemp("production")
    shutil.copy(DEPLOY / "dagster.yaml", root)
    with ExitStack() as stack:
        storage_url = stack.enter_context(postgres.database())
        records_url = stack.enter_context(postgres.database())
        environment = stack.enter_context(pytest.MonkeyPatch.context())
        for name in os.environ:
            if name.startswith(("OPENAI_", "CREATIVE_ASSETS_")):
                environment.delenv(name)
        environment.chdir(root)
        environment.setenv("DAGSTER_HOME", str(root))
        environment.setenv("DAGSTER_PG_URL", storage_url)
        environment.setenv("CREATIVE_ASSETS_RECORDS_URL", records_url)
        open_records(records_url).close()
        _cut_off_once(records_url, "finals", "true")
        instance = stack.enter_context(dg.DagsterInstance.get())
        _cut_off_once(
            storage_url, "event_logs", "new.dagster_event_type = 'ASSET_CHECK_EVALUATION'"
        )
        resolved = defs()
        connections = postgres.connections(records_url)
        inbox = root / "var" / "inbox"
        inbox.mkdir(parents=True)
        (inbox / "logo.svg").write_bytes(LOGO)
        (inbox / "brief.json").write_text(json.dumps(BRIEF))
        for request in _tick(instance):
            for _ in ("made", "found"):
                resolved.resolve_job_def(CREATIVES_JOB).execute_in_process(
                    instance=instance, tags=request.tags
                )
        yield Production(instance, storage_url, records_url, connections)


def _cut_off_once(url: str, table: str, condition: str) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(CUT_OFF_ONCE)
        connection.exec_driver_sql(
            f"CREATE TRIGGER cut_off BEFORE INSERT ON {table} FOR EACH ROW WHEN ({condition}) "
            "EXECUTE FUNCTION cut_off()"
        )
    engine.dispose()


def _tick(instance: dg.DagsterInstance) -> list[dg.RunRequest]:
    context = dg.build_sensor_context(
        instance=instance, definitions=defs(), resources={"studio": StudioResource()}
    )
    result = briefs(context)
    assert isinstance(result, dg.SensorResult)
    for request in result.dynamic_partitions_requests or ():
        instance.add_dynamic_partitions(PARTITIONS_NAME, list(request.partition_keys))
    return list(result.run_requests or ())


def test_dagster_keeps_runs_events_and_ticks_in_postgres(production: Production) -> None:
    instance = production.instance

    assert isinstance(instance.run_storage, PostgresRunStorage)
    assert isinstance(instance.event_log_storage, PostgresEventLogStorage)
    assert isinstance(instance.schedule_storage, PostgresScheduleStorage)
    assert (instance.run_monitoring_enabled, instance.run_retries_max_retries) == (True, 3)
    assert not instance.run_retries_retry_on_asset_or_op_failure


def test_a_campaign_is_made_once_over_postgres(production: Production) -> None:
    records = open_records(production.records_url)

    made = [production.instance.get_materialized_partitions(dg.AssetKey(name)) for name in STAGES]
    assert made == [set(KEYS)] * len(STAGES)
    assert [row.status for row in records.variants.of_campaign("autumn")] == ["done", "done"]
    assert sum(row.generations for row in records.spending.lines("autumn")) == 9
    records.close()


def test_a_run_whose_two_databases_are_cut_off_in_the_middle_tells_all_of_it_again(
    production: Production,
) -> None:
    first = min(production.instance.get_run_records(), key=lambda record: record.storage_id)
    logged = production.instance.all_logs(first.dagster_run.run_id)

    events = [entry.dagster_event.event_type_value for entry in logged if entry.dagster_event]
    assert events.count("STEP_RESTARTED") == 2
    assert first.dagster_run.is_success


def test_what_is_made_is_there_to_be_decided_on(production: Production) -> None:
    context = dg.build_sensor_context(
        instance=production.instance, resources={"studio": StudioResource()}
    )

    assert isinstance(decisions(context), dg.SensorResult | dg.SkipReason)
    with StudioResource().archive() as archive:
        assert archive.decisions.reviewable() == KEYS


def test_loading_the_definitions_connects_to_nothing_that_a_fork_could_share(
    production: Production,
) -> None:
    assert production.connections == 0


def test_retention_takes_steps_and_what_was_told_anew_and_leaves_what_is_newest(
    production: Production, postgres: PostgresServer
) -> None:
    instance = production.instance
    newest = dg.AssetRecordsFilter(asset_key=dg.AssetKey(FINAL_CREATIVES), asset_partitions=KEYS)
    before = instance.fetch_materializations(newest, limit=10).records
    runs = instance.get_runs_count()
    postgres.run("psql", production.storage_url, "--set=days=0", f"--file={DEPLOY}/retention.sql")
    after = instance.fetch_materializations(newest, limit=10).records

    assert len(before) > len(KEYS)
    assert [record.storage_id for record in after] == [record.storage_id for record in before[:2]]
    assert instance.get_materialized_partitions(dg.AssetKey(FINAL_CREATIVES)) == set(KEYS)
    assert instance.get_runs_count() == runs
    logged = [entry for run in instance.get_runs() for entry in instance.all_logs(run.run_id)]
    assert logged
    assert all(entry.dagster_event and entry.dagster_event.asset_key for entry in logged)


def test_retention_takes_all_of_a_partition_whose_campaign_was_archived_and_of_no_other(
    production: Production, postgres: PostgresServer
) -> None:
    instance, (archived, kept) = production.instance, KEYS
    instance.delete_dynamic_partition(PARTITIONS_NAME, archived)
    postgres.run("psql", production.storage_url, "--set=days=0", f"--file={DEPLOY}/retention.sql")

    made = [instance.get_materialized_partitions(dg.AssetKey(name)) for name in STAGES]
    assert made == [{kept}] * len(STAGES)
    assert _partitions_of_checks(production.storage_url) == {kept}


def _partitions_of_checks(url: str) -> set[str]:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        question = "SELECT partition FROM asset_check_executions"
        found = set(connection.exec_driver_sql(question).scalars())
    engine.dispose()
    return found
