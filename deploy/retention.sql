-- Takes old events out of Dagster's storage, which keeps them for ever otherwise. Nightly:
--
--   psql "$DAGSTER_PG_URL" --set=days=90 --file=deploy/retention.sql
--
-- Goes: what runs that ended by then have logged, step by step; what Dagster told of a partition,
-- where something newer was told of it since; and all of it where the partition is there no more,
-- since its campaign was archived.
-- Stays: the newest materialization of every partition, its results of checks, and the runs with
-- their tags and ends. Decisions, costs and lineage are in the records, and none of this.
\set ON_ERROR_STOP on

CREATE TEMPORARY TABLE ended AS
SELECT run_id
FROM runs
WHERE end_time < extract(EPOCH FROM now() - make_interval(days => :days));
CREATE UNIQUE INDEX ON ended (run_id);
ANALYZE ended;

DELETE FROM event_logs
USING ended
WHERE event_logs.run_id = ended.run_id
  AND event_logs.asset_key IS NULL;

DELETE FROM event_logs AS older
USING ended
WHERE older.run_id = ended.run_id
  AND older.dagster_event_type IN ('ASSET_MATERIALIZATION', 'ASSET_MATERIALIZATION_PLANNED')
  AND EXISTS (
    SELECT 1
    FROM event_logs AS newer
    WHERE newer.asset_key = older.asset_key
      AND newer.partition = older.partition
      AND newer.dagster_event_type = 'ASSET_MATERIALIZATION'
      AND newer.id > older.id
  );

-- The same for what has no partitions: the catalog.
DELETE FROM event_logs AS older
USING ended
WHERE older.run_id = ended.run_id
  AND older.partition IS NULL
  AND older.dagster_event_type IN ('ASSET_MATERIALIZATION', 'ASSET_MATERIALIZATION_PLANNED')
  AND EXISTS (
    SELECT 1
    FROM event_logs AS newer
    WHERE newer.asset_key = older.asset_key
      AND newer.partition IS NULL
      AND newer.dagster_event_type = 'ASSET_MATERIALIZATION'
      AND newer.id > older.id
  );

-- Of partitions that are there no more.
DELETE FROM event_logs AS archived
USING ended
WHERE archived.run_id = ended.run_id
  AND archived.partition IS NOT NULL
  AND NOT EXISTS (
    SELECT 1 FROM dynamic_partitions WHERE dynamic_partitions.partition = archived.partition
  );

DELETE FROM asset_check_executions AS archived
USING ended
WHERE archived.run_id = ended.run_id
  AND archived.partition IS NOT NULL
  AND NOT EXISTS (
    SELECT 1 FROM dynamic_partitions WHERE dynamic_partitions.partition = archived.partition
  );
