"""A launch is numbered once, and answered again until it is confirmed."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from creative_assets.studio.launches import Launch, next_launch
from creative_assets.studio.records import Records, open_records
from creative_assets.studio.records.variants import VariantRow


@pytest.fixture
def records(records_url: str) -> Iterator[Records]:
    opened = open_records(records_url)
    yield opened
    opened.close()


def row(key: str, version: str = "1") -> VariantRow:
    campaign_id, locale, product_id = key.split("/")
    return VariantRow(
        key=key,
        campaign_id=campaign_id,
        locale=locale,
        product_id=product_id,
        brand="Nordlys",
        version=version,
        snapshot_path="campaigns/x.json",
    )


A, B, C = row("alma/de-DE/oil"), row("alma/en-US/oil"), row("nordlys/en-US/tea")


def test_without_variants_there_is_nothing_to_launch(records: Records) -> None:
    assert next_launch(records, 0, most=10) is None


def test_a_launch_comes_again_until_it_is_confirmed_and_then_never(records: Records) -> None:
    records.variants.upsert([C, B, A])
    launch = Launch(1, wanted=(A.key, B.key, C.key), retired=())

    assert next_launch(records, 0, most=10) == launch
    assert next_launch(records, 0, most=10) == launch
    assert next_launch(records, 1, most=10) is None


def test_what_comes_up_before_the_confirmation_waits_for_the_next_launch(records: Records) -> None:
    records.variants.upsert([A])
    first = next_launch(records, 0, most=10)
    records.variants.upsert([B])

    assert next_launch(records, 0, most=10) == first
    assert next_launch(records, 1, most=10) == Launch(2, wanted=(B.key,), retired=())


def test_variants_beyond_the_most_wait_for_the_next_launch(records: Records) -> None:
    records.variants.upsert([A, B, C])

    launched: list[str] = []
    for confirmed in range(3):
        launch = next_launch(records, confirmed, most=1)
        assert launch is not None
        assert launch.number == confirmed + 1
        launched += launch.wanted

    assert sorted(launched) == [A.key, B.key, C.key]
    assert next_launch(records, 3, most=1) is None


def test_a_changed_variant_is_launched_again(records: Records) -> None:
    records.variants.upsert([A, B])
    next_launch(records, 0, most=10)
    records.variants.upsert([replace(A, version="2")])

    assert next_launch(records, 1, most=10) == Launch(2, wanted=(A.key,), retired=())


def test_a_retired_variant_is_taken_away_and_not_launched(records: Records) -> None:
    records.variants.upsert([A, B])
    next_launch(records, 0, most=10)
    records.variants.retire([A.key])

    assert next_launch(records, 1, most=10) == Launch(2, wanted=(), retired=(A.key,))


def test_a_variant_that_comes_back_is_launched_again(records: Records) -> None:
    records.variants.upsert([A])
    next_launch(records, 0, most=10)
    records.variants.retire([A.key])
    next_launch(records, 1, most=10)
    records.variants.upsert([A])

    assert next_launch(records, 2, most=10) == Launch(3, wanted=(A.key,), retired=())


def test_a_cursor_that_was_reset_launches_everything_again_launch_by_launch(
    records: Records,
) -> None:
    records.variants.upsert([A])
    next_launch(records, 0, most=10)
    records.variants.upsert([B])
    next_launch(records, 1, most=10)

    assert next_launch(records, 0, most=10) == Launch(1, wanted=(A.key,), retired=())
    assert next_launch(records, 1, most=10) == Launch(2, wanted=(B.key,), retired=())
