import dagster as dg

from creative_assets.partitions import PARTITIONS_NAME, VARIANTS, range_tags


def test_the_tags_make_a_run_cover_the_range_in_the_order_of_the_keys() -> None:
    keys = ["b/de-DE/tea", "a/de-DE/tea", "a/en-US/tea", "c/en-US/tea"]
    covered: list[str] = []

    @dg.asset(partitions_def=VARIANTS)
    def covering(context: dg.AssetExecutionContext) -> None:
        covered.extend(context.partition_keys)

    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions(PARTITIONS_NAME, keys)
        job = dg.Definitions(assets=[covering]).resolve_implicit_global_asset_job_def()
        job.execute_in_process(instance=instance, tags=range_tags(keys[0], keys[2]))

    assert covered == keys[:3]
