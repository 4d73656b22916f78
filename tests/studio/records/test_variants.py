"""Variants wait for their launch, and their status is kept with its reason."""

from dataclasses import replace

from creative_assets.studio.records import Records
from creative_assets.studio.records.variants import VariantStatus
from tests.clock import Clock
from tests.studio.records.rows import variant


def test_variants_are_kept_whole(records: Records, clock: Clock) -> None:
    first = variant(1)
    records.variants.upsert([first, variant(2)])
    clock.now_s += 5
    changed = replace(first, version="v2", status="failed", cost_usd=0.5)
    records.variants.upsert([changed])
    changed = replace(changed, updated_at=clock.now_s, wanted_at=clock.now_s)

    assert records.variants.of_campaign("summer") == [changed, variant(2)]
    assert records.variants.by_key([first.key, "unknown"]) == {first.key: changed}
    assert records.variants.of_campaign("winter") == []


def test_thousands_of_variants_are_kept_in_one_go(records: Records) -> None:
    rows = [variant(number) for number in range(3_000)]
    records.variants.upsert(rows)

    assert records.variants.by_key(row.key for row in rows) == {row.key: row for row in rows}


def test_an_empty_change_changes_nothing(records: Records) -> None:
    records.variants.upsert([])
    records.variants.retire([])
    records.variants.assign_launch([], 1)
    records.takes.ask_new([], "ad_copy", "decision-1")

    assert records.variants.by_key([]) == {}
    assert records.variants.last_launch() == 0


def test_variants_wait_for_a_launch_the_longest_wait_first(records: Records, clock: Clock) -> None:
    records.variants.upsert([variant(3), variant(5)])
    clock.now_s += 1
    records.variants.upsert([variant(1)])

    assert [row.product_id for row in records.variants.unlaunched(10)] == [
        "p0003",
        "p0005",
        "p0001",
    ]
    assert [row.product_id for row in records.variants.unlaunched(2)] == ["p0003", "p0005"]


def test_a_launched_variant_stays_with_its_launch(records: Records) -> None:
    records.variants.upsert([variant(1), variant(2)])
    records.variants.assign_launch([variant(1).key], 1)
    records.variants.assign_launch([variant(1).key, variant(2).key], 2)

    assert [(row.product_id, row.launch) for row in records.variants.launched(0)] == [
        ("p0001", 1),
        ("p0002", 2),
    ]
    assert [row.product_id for row in records.variants.launched(1)] == ["p0002"]
    assert records.variants.last_launch() == 2
    assert records.variants.unlaunched(10) == []


def test_a_new_version_waits_for_a_launch_again(records: Records) -> None:
    records.variants.upsert([variant(1)])
    records.variants.assign_launch([variant(1).key], 1)
    records.variants.upsert([replace(variant(1), version="v2")])

    assert [row.version for row in records.variants.unlaunched(10)] == ["v2"]


def test_a_status_is_kept_with_its_reason(records: Records) -> None:
    records.variants.upsert([variant(1)])
    refused = VariantStatus(
        status="failed",
        failed_stage="base_images",
        error_class="ContentRefusedError",
        error_message="violence",
        attempts=1,
        cost_usd=0.25,
        run_id="run-1",
    )
    kept = records.variants.set_status(variant(1).key, "v1", refused)
    row = records.variants.by_key([variant(1).key])[variant(1).key]

    assert kept
    assert (row.status, row.failed_stage, row.cost_usd) == ("failed", "base_images", 0.25)
    assert row.version == "v1"


def test_a_variant_is_ready_when_it_is_first_done_and_asked_for_anew_with_its_next_version(
    records: Records, clock: Clock
) -> None:
    def times() -> tuple[float | None, float | None]:
        (row,) = records.variants.of_campaign("summer")
        return row.wanted_at, row.ready_at

    began = clock.now_s
    records.variants.upsert([variant(1)])
    clock.now_s += 5
    records.variants.set_status(variant(1).key, "v1", VariantStatus(status="done"))
    first = times()
    clock.now_s += 5
    records.variants.set_status(variant(1).key, "v1", VariantStatus(status="done"))
    again = times()
    records.variants.upsert([replace(variant(1), version="v2")])

    assert [first, again, times()] == [(began, began + 5)] * 2 + [(began + 10, None)]


def test_the_status_of_a_replaced_version_is_not_taken_for_the_new_one(records: Records) -> None:
    records.variants.upsert([replace(variant(1), version="v2")])

    assert not records.variants.set_status(variant(1).key, "v1", VariantStatus(status="done"))
    assert records.variants.of_campaign("summer")[0].status == "waiting"


def test_a_retired_variant_waits_for_the_launch_that_takes_it_away(records: Records) -> None:
    records.variants.upsert([variant(1)])
    records.variants.assign_launch([variant(1).key], 1)
    records.variants.retire([variant(1).key])

    assert [(row.product_id, row.active) for row in records.variants.unlaunched(10)] == [
        ("p0001", False)
    ]
