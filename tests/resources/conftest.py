"""An event of a variant, as Dagster's storages are told of it."""

from collections.abc import Callable

import dagster as dg
import pytest

FINALS = dg.AssetKey("final_creatives")

Tell = Callable[[dg.DagsterInstance, str], None]


@pytest.fixture
def tell() -> Tell:
    """Tells an instance that a variant's finals are there, with tags as the stages give them."""

    def told(instance: dg.DagsterInstance, variant_key: str) -> None:
        tags = {"dagster/data_version": "1", "dagster/code_version": "1"}
        instance.report_runless_asset_event(
            dg.AssetMaterialization(asset_key=FINALS, partition=variant_key, tags=tags)
        )

    return told
