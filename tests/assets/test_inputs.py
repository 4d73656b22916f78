"""Dagster's UI tells fresh from stale by the events that these name."""

from collections.abc import Iterator

import dagster as dg
import pytest

from creative_assets.assets.inputs import Inputs

TEA, MILK = "spring/en-US/tea", "spring/en-US/milk"


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def tell(instance: dg.DagsterInstance, variant_key: str) -> int:
    """Materialize the variant's pictures; returns the event's storage id."""
    event = dg.AssetMaterialization("base_images", partition=variant_key)
    instance.report_runless_asset_event(event)
    wanted = dg.AssetRecordsFilter(
        asset_key=dg.AssetKey("base_images"), asset_partitions=[variant_key]
    )
    return instance.fetch_materializations(wanted, limit=1).records[0].storage_id


def test_an_input_that_the_run_does_not_make_is_the_newest_that_there_is(
    instance: dg.DagsterInstance,
) -> None:
    tell(instance, TEA)
    newest, other = tell(instance, TEA), tell(instance, MILK)

    inputs = Inputs(instance, ["branded_images"], [TEA, MILK])

    assert inputs.event_id("base_images", TEA) == newest
    assert inputs.event_id("base_images", MILK) == other


def test_an_input_that_the_run_makes_again_is_never_the_one_of_before(
    instance: dg.DagsterInstance,
) -> None:
    for variant_key in (TEA, MILK):
        tell(instance, variant_key)
    inputs = Inputs(instance, ["base_images", "branded_images"], [TEA, MILK])

    for variant_key in (TEA, MILK):
        inputs.told("base_images", variant_key)
        made_now = tell(instance, variant_key)
        assert inputs.event_id("base_images", variant_key) == made_now


def test_an_input_that_dagster_never_saw_has_no_event(instance: dg.DagsterInstance) -> None:
    tell(instance, MILK)
    inputs = Inputs(instance, ["branded_images"], [TEA])

    assert inputs.event_id("base_images", TEA) is None
    assert Inputs(instance, ["base_images"], [TEA]).event_id("base_images", TEA) is None
