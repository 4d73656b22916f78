"""Claims are exclusive, and money is never lost."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from creative_assets.studio.errors import (
    MissingInputError,
    PermanentError,
)
from creative_assets.studio.records import (
    BriefRow,
    GenerationClaim,
    GenerationResult,
    Records,
    VariantRow,
    VariantStatus,
    open_records,
)
from creative_assets.studio.store import StoredFile

LEASE_S = 30.0

ANN = GenerationClaim(
    key="k1",
    holder="ann",
    service="stand-in",
    operation="image",
    model="gpt-image",
    campaign_id="summer",
    variant_key="summer/de-DE/cold-brew",
    stage="base_images",
    take=1,
    request_json='{"prompt": "a cup"}',
)
BOB = replace(ANN, holder="bob")
RESULT = GenerationResult(
    file=StoredFile(path="generations/k1.png", size_bytes=3, sha256="abc"),
    media_type="image/png",
    usage={"output_tokens": 7},
    cost_usd=0.04,
    list_price_usd=0.05,
    attempts=2,
    seconds=1.5,
    request_id="req-1",
)
BRIEF = BriefRow(
    path="summer/brief.yaml",
    campaign_id="summer",
    accepted=True,
    fingerprint="f1",
    stamps_json='{"summer/brief.yaml": "1"}',
    problems_json="[]",
    snapshot_path="campaigns/summer/briefs/f1.json",
    checked_at=5.0,
)


class Clock:
    """Tells the time that a test sets."""

    def __init__(self) -> None:
        self.now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["memory", "file", "postgres"])
def records(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Records]:
    """Records at time 1,000, where ann and bob are alive."""
    match request.param:
        case "postgres":
            url = request.getfixturevalue("postgres_url")
        case "file":
            url = f"sqlite:///{tmp_path}/records.db"
        case _:
            url = "sqlite:///:memory:"
    opened = open_records(url, clock)
    opened.heartbeat("ann", LEASE_S)
    opened.heartbeat("bob", LEASE_S)
    yield opened
    opened.close()


def variant(number: int) -> VariantRow:
    return VariantRow(
        key=f"summer/de-DE/p{number:04}",
        campaign_id="summer",
        locale="de-DE",
        product_id=f"p{number:04}",
        brand="Nordlys",
        version="v1",
        snapshot_path="campaigns/summer/briefs/f1.json",
        updated_at=1_000.0,
        wanted_at=1_000.0,
    )


def test_a_new_generation_is_claimed_and_then_held_from_all_others(records: Records) -> None:
    assert records.claim(ANN).kind == "claimed"
    assert records.claim(BOB).kind == "held"
    assert records.claim(ANN).kind == "claimed"


def test_a_done_generation_is_handed_out_with_all_that_is_known(records: Records) -> None:
    records.claim(ANN)
    completed = records.complete("k1", "ann", RESULT)
    outcome = records.claim(BOB)

    assert outcome.kind == "done"
    assert outcome.row == completed
    assert completed.file == RESULT.file
    assert completed.usage == {"output_tokens": 7}
    assert completed.cost_usd == 0.04
    assert completed.request_json == ANN.request_json
    assert completed.completed_at == 1_000.0


def test_an_unknown_price_stays_unknown(records: Records) -> None:
    records.claim(ANN)
    row = records.complete("k1", "ann", replace(RESULT, cost_usd=None, usage=None))

    assert row.cost_usd is None
    assert row.usage is None


def test_a_dead_holders_claim_is_taken_over_after_its_lease(records: Records, clock: Clock) -> None:
    records.claim(ANN)
    clock.now_s += LEASE_S - 1
    records.heartbeat("bob", LEASE_S)
    before = records.claim(BOB).kind
    clock.now_s += 1

    assert before == "held"
    assert records.claim(BOB).kind == "claimed"
    assert records.generations_by_key(["k1"])["k1"].holder == "bob"


def test_a_heartbeat_keeps_a_claim(records: Records, clock: Clock) -> None:
    records.claim(ANN)
    clock.now_s += LEASE_S - 1
    records.heartbeat("ann", LEASE_S)
    records.heartbeat("bob", LEASE_S)
    clock.now_s += LEASE_S - 1

    assert records.claim(BOB).kind == "held"


def test_a_retired_holders_claims_are_free(records: Records) -> None:
    records.claim(ANN)
    records.retire_holder("ann")

    assert records.claim(BOB).kind == "claimed"


def test_a_claim_without_a_heartbeat_is_refused(records: Records) -> None:
    with pytest.raises(PermanentError, match="Call heartbeat first"):
        records.claim(replace(ANN, holder="nobody"))

    assert records.generations_by_key(["k1"]) == {}


def test_a_failed_generation_can_be_claimed_again(records: Records) -> None:
    records.claim(ANN)
    records.fail("k1", "ann", "DeadlineError", "no answer", 3)
    failed = records.generations_by_key(["k1"])["k1"]

    assert (failed.state, failed.error_class, failed.attempts) == ("failed", "DeadlineError", 3)
    assert records.claim(BOB).kind == "claimed"
    assert records.generations_by_key(["k1"])["k1"].error_class is None


def test_only_the_holder_can_fail_a_claim(records: Records) -> None:
    records.claim(ANN)
    records.fail("k1", "bob", "DeadlineError", "no answer", 3)

    assert records.generations_by_key(["k1"])["k1"].state == "claimed"


def test_a_done_generation_cannot_fail(records: Records) -> None:
    records.claim(ANN)
    records.complete("k1", "ann", RESULT)
    records.fail("k1", "ann", "DeadlineError", "no answer", 3)

    assert records.claim(BOB).kind == "done"


def test_the_first_result_stays_and_the_second_is_booked_as_waste(records: Records) -> None:
    other = replace(
        RESULT,
        file=StoredFile(path="generations/other.png", size_bytes=3, sha256="def"),
        cost_usd=0.03,
        request_id="req-2",
    )
    records.claim(ANN)
    records.retire_holder("ann")
    records.claim(BOB)
    first = records.complete("k1", "ann", RESULT)
    second = records.complete("k1", "bob", other)

    assert first.file == RESULT.file
    assert second.file == RESULT.file
    assert second.holder == "ann"
    assert second.cost_usd == 0.04
    assert second.wasted_cost_usd == 0.03


def test_completing_twice_with_one_answer_costs_once(records: Records) -> None:
    records.claim(ANN)
    first = records.complete("k1", "ann", RESULT)

    assert records.complete("k1", "ann", RESULT) == first
    assert first.wasted_cost_usd == 0.0


def test_a_result_that_nobody_claimed_is_refused(records: Records) -> None:
    with pytest.raises(MissingInputError, match="Claim it before"):
        records.complete("k1", "ann", RESULT)


def test_waste_adds_up_and_survives_failure_and_takeover(records: Records) -> None:
    records.claim(ANN)
    records.add_waste("k1", 0.01)
    records.add_waste("k1", None)
    records.fail("k1", "ann", "BrokenPayloadError", "no JSON", 3)
    records.claim(BOB)
    records.add_waste("k1", 0.02)
    row = records.complete("k1", "bob", RESULT)

    assert row.wasted_cost_usd == pytest.approx(0.03)
    assert row.wasted_unpriced == 1


def test_spend_is_summed_by_campaign_operation_and_model(records: Records) -> None:
    for key, cost_usd in (("a", 0.5), ("b", None)):
        records.claim(replace(ANN, key=key))
        records.complete(key, "ann", replace(RESULT, cost_usd=cost_usd))
    records.claim(replace(ANN, key="c"))
    records.add_waste("c", 0.25)
    records.add_waste("c", None)
    records.claim(replace(ANN, key="d", campaign_id="winter", operation="ad_copy"))
    records.complete("d", "ann", RESULT)
    summer, winter = records.spend()

    assert (summer.campaign_id, summer.operation, summer.model) == ("summer", "image", "gpt-image")
    assert (summer.generations, summer.cost_usd, summer.wasted_cost_usd) == (2, 0.5, 0.25)
    assert (summer.unpriced, summer.list_price_usd) == (2, 0.1)
    assert winter.operation == "ad_copy"
    assert records.spend("winter") == [winter]
    assert records.spend("autumn") == []


def test_more_keys_than_a_statement_takes_can_be_asked(records: Records) -> None:
    records.claim(ANN)
    asked = [f"k{number}" for number in range(40_000)]

    assert list(records.generations_by_key(asked)) == ["k1"]


def test_sixteen_threads_share_one_database(records: Records) -> None:
    together = threading.Barrier(16)

    def attempt(number: int) -> str:
        records.heartbeat(f"holder {number}", LEASE_S)
        together.wait()
        return records.claim(replace(ANN, holder=f"holder {number}")).kind

    with ThreadPoolExecutor(16) as pool:
        kinds = sorted(pool.map(attempt, range(16)))

    assert kinds == ["claimed"] + ["held"] * 15


def test_briefs_are_kept_replaced_and_forgotten(records: Records) -> None:
    unread = replace(BRIEF, path="other.yaml", campaign_id=None, accepted=False, snapshot_path=None)
    records.save_brief(BRIEF)
    records.save_brief(unread)
    records.save_brief(replace(BRIEF, fingerprint="f2"))
    known = records.known_briefs()
    records.forget_brief("other.yaml")

    assert known == {BRIEF.path: replace(BRIEF, fingerprint="f2"), "other.yaml": unread}
    assert list(records.known_briefs()) == [BRIEF.path]


def test_a_campaign_belongs_to_the_brief_that_was_accepted(records: Records) -> None:
    rival = replace(BRIEF, path="a-copy.yaml", accepted=False, snapshot_path=None)
    records.save_brief(rival)
    before = records.owner_of("summer")
    records.save_brief(replace(BRIEF, accepted=False))

    assert before is None
    assert records.owner_of("summer") == BRIEF.path
    assert records.owner_of("winter") is None


def test_variants_are_kept_whole(records: Records, clock: Clock) -> None:
    first = variant(1)
    records.upsert_variants([first, variant(2)])
    clock.now_s += 5
    changed = replace(first, version="v2", status="failed", cost_usd=0.5)
    records.upsert_variants([changed])
    changed = replace(changed, updated_at=clock.now_s, wanted_at=clock.now_s)

    assert records.variants_of("summer") == [changed, variant(2)]
    assert records.variants([first.key, "unknown"]) == {first.key: changed}
    assert records.variants_of("winter") == []


def test_thousands_of_variants_are_kept_in_one_go(records: Records) -> None:
    rows = [variant(number) for number in range(3_000)]
    records.upsert_variants(rows)

    assert records.variants(row.key for row in rows) == {row.key: row for row in rows}


def test_an_empty_change_changes_nothing(records: Records) -> None:
    records.upsert_variants([])
    records.retire_variants([])
    records.assign_launch([], 1)
    records.ask_new_take([], "ad_copy", "decision-1")

    assert records.variants([]) == {}
    assert records.last_launch() == 0


def test_what_a_variant_cost_counts_answers_that_could_not_be_used(records: Records) -> None:
    records.heartbeat("ann", LEASE_S)
    records.claim(ANN)
    records.add_waste(ANN.key, 0.02)
    records.complete(ANN.key, "ann", RESULT)
    records.claim(replace(ANN, key="k2", variant_key="summer/ja-JP/cold-brew"))

    cost_usd, attempts = records.spent_on(ANN.variant_key)
    assert cost_usd == pytest.approx(0.06)
    assert attempts == 2
    assert records.spent_on("summer/fr-FR/cold-brew") == (0.0, 0)


def test_what_a_variant_cost_is_unknown_where_one_price_is(records: Records) -> None:
    records.heartbeat("ann", LEASE_S)
    records.claim(ANN)
    records.complete(ANN.key, "ann", replace(RESULT, cost_usd=None))

    assert records.spent_on(ANN.variant_key) == (None, 2)


def test_variants_wait_for_a_launch_the_longest_wait_first(records: Records, clock: Clock) -> None:
    records.upsert_variants([variant(3), variant(5)])
    clock.now_s += 1
    records.upsert_variants([variant(1)])

    assert [row.product_id for row in records.unlaunched(10)] == ["p0003", "p0005", "p0001"]
    assert [row.product_id for row in records.unlaunched(2)] == ["p0003", "p0005"]


def test_a_retired_variant_waits_for_the_launch_that_takes_it_away(records: Records) -> None:
    records.upsert_variants([variant(1)])
    records.assign_launch([variant(1).key], 1)
    records.retire_variants([variant(1).key])

    assert [(row.product_id, row.active) for row in records.unlaunched(10)] == [("p0001", False)]


def test_a_launched_variant_stays_with_its_launch(records: Records) -> None:
    records.upsert_variants([variant(1), variant(2)])
    records.assign_launch([variant(1).key], 1)
    records.assign_launch([variant(1).key, variant(2).key], 2)

    assert [(row.product_id, row.launch) for row in records.launched(0)] == [
        ("p0001", 1),
        ("p0002", 2),
    ]
    assert [row.product_id for row in records.launched(1)] == ["p0002"]
    assert records.last_launch() == 2
    assert records.unlaunched(10) == []


def test_a_new_version_waits_for_a_launch_again(records: Records) -> None:
    records.upsert_variants([variant(1)])
    records.assign_launch([variant(1).key], 1)
    records.upsert_variants([replace(variant(1), version="v2")])

    assert [row.version for row in records.unlaunched(10)] == ["v2"]


def test_a_status_is_kept_with_its_reason(records: Records) -> None:
    records.upsert_variants([variant(1)])
    refused = VariantStatus(
        status="failed",
        failed_stage="base_images",
        error_class="ContentRefusedError",
        error_message="violence",
        attempts=1,
        cost_usd=0.25,
        run_id="run-1",
    )
    kept = records.set_status(variant(1).key, "v1", refused)
    row = records.variants([variant(1).key])[variant(1).key]

    assert kept
    assert (row.status, row.failed_stage, row.cost_usd) == ("failed", "base_images", 0.25)
    assert row.version == "v1"


def test_a_variant_is_ready_when_it_is_first_done_and_asked_for_anew_with_its_next_version(
    records: Records, clock: Clock
) -> None:
    def times() -> tuple[float | None, float | None]:
        (row,) = records.variants_of("summer")
        return row.wanted_at, row.ready_at

    records.upsert_variants([variant(1)])
    clock.now_s += 5
    records.set_status(variant(1).key, "v1", VariantStatus(status="done"))
    first = times()
    clock.now_s += 5
    records.set_status(variant(1).key, "v1", VariantStatus(status="done"))
    again = times()
    records.upsert_variants([replace(variant(1), version="v2")])

    assert [first, again, times()] == [(1_000.0, 1_005.0)] * 2 + [(1_010.0, None)]


def test_the_status_of_a_replaced_version_is_not_taken_for_the_new_one(records: Records) -> None:
    records.upsert_variants([replace(variant(1), version="v2")])

    assert not records.set_status(variant(1).key, "v1", VariantStatus(status="done"))
    assert records.variants_of("summer")[0].status == "waiting"


def test_takes_count_up_for_each_ask_and_stage(records: Records) -> None:
    records.ask_new_take(["a", "b"], "ad_copy", "decision-1")
    records.ask_new_take(["a"], "ad_copy", "decision-2")
    records.ask_new_take(["a"], "base_images", "decision-2")

    assert records.current_takes(["a", "b", "c"]) == {
        ("a", "ad_copy"): 3,
        ("a", "base_images"): 2,
        ("b", "ad_copy"): 2,
    }
    assert records.current_takes(["c"]) == {}


def test_asking_again_for_the_same_reason_adds_no_take(records: Records) -> None:
    records.ask_new_take(["a"], "ad_copy", "run-1")
    records.ask_new_take(["a", "b", "b"], "ad_copy", "run-1")

    assert records.current_takes(["a", "b"]) == {("a", "ad_copy"): 2, ("b", "ad_copy"): 2}


def test_threads_that_ask_for_takes_get_one_each(records: Records) -> None:
    with ThreadPoolExecutor(8) as pool:
        asked = pool.map(lambda n: records.ask_new_take(["a"], "ad_copy", f"d{n}"), range(8))
        list(asked)

    assert records.current_takes(["a"]) == {("a", "ad_copy"): 9}
