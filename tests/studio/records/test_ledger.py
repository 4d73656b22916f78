"""Claims are exclusive, and money is never lost."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from creative_assets.studio.errors import MissingInputError, PermanentError
from creative_assets.studio.holders import Watch
from creative_assets.studio.records import Records
from creative_assets.studio.records.ledger import Ledger
from creative_assets.studio.store import StoredFile
from tests.clock import Clock
from tests.studio.records.rows import ANN, BOB, LEASE_S, RESULT

HOUR_S = 3600


def test_a_new_generation_is_claimed_and_then_held_from_all_others(records: Records) -> None:
    assert records.ledger.claim(ANN).kind == "claimed"
    assert records.ledger.claim(BOB).kind == "held"
    assert records.ledger.claim(ANN).kind == "claimed"


def test_a_done_generation_is_handed_out_with_all_that_is_known(
    records: Records, clock: Clock
) -> None:
    records.ledger.claim(ANN)
    completed = records.ledger.complete("k1", "ann", RESULT)
    outcome = records.ledger.claim(BOB)

    assert outcome.kind == "done"
    assert outcome.row == completed
    assert completed.file == RESULT.file
    assert completed.usage == {"output_tokens": 7}
    assert completed.cost_usd == 0.04
    assert completed.request_json == ANN.request_json
    assert completed.completed_at == clock.now_s


def test_an_unknown_price_stays_unknown(records: Records) -> None:
    records.ledger.claim(ANN)
    row = records.ledger.complete("k1", "ann", replace(RESULT, cost_usd=None, usage=None))

    assert row.cost_usd is None
    assert row.usage is None


def test_a_dead_holders_claim_is_taken_over_after_its_lease(records: Records, clock: Clock) -> None:
    records.ledger.claim(ANN)
    clock.now_s += LEASE_S - 1
    records.holders.heartbeat("bob", LEASE_S)
    before = records.ledger.claim(BOB).kind
    clock.now_s += 1

    assert before == "held"
    assert records.ledger.claim(BOB).kind == "claimed"
    assert records.ledger.by_key(["k1"])["k1"].holder == "bob"


def test_a_clock_that_is_put_back_does_not_let_the_dead_live_on(
    records: Records, clock: Clock
) -> None:
    ledger = Ledger(records.database, clock, Watch(clock, steady := Clock()))
    ledger.claim(ANN)
    clock.now_s -= HOUR_S
    records.holders.heartbeat("bob", LEASE_S)
    before = ledger.claim(BOB).kind
    steady.now_s += LEASE_S

    assert (before, ledger.claim(BOB).kind) == ("held", "claimed")


def test_a_clock_that_is_put_back_takes_no_claim_from_the_living(
    records: Records, clock: Clock
) -> None:
    ledger = Ledger(records.database, clock, Watch(clock, steady := Clock()))
    ledger.claim(ANN)
    clock.now_s -= HOUR_S
    outcomes = []
    for _ in range(5):  # more than two leases
        outcomes.append(ledger.claim(BOB).kind)
        steady.now_s += LEASE_S / 2
        clock.now_s += LEASE_S / 2
        for holder in ("ann", "bob"):
            records.holders.heartbeat(holder, LEASE_S)

    assert set(outcomes) == {"held"}


def test_a_heartbeat_keeps_a_claim(records: Records, clock: Clock) -> None:
    records.ledger.claim(ANN)
    clock.now_s += LEASE_S - 1
    records.holders.heartbeat("ann", LEASE_S)
    records.holders.heartbeat("bob", LEASE_S)
    clock.now_s += LEASE_S - 1

    assert records.ledger.claim(BOB).kind == "held"


def test_a_retired_holders_claims_are_free(records: Records) -> None:
    records.ledger.claim(ANN)
    records.holders.retire("ann")

    assert records.ledger.claim(BOB).kind == "claimed"


def test_a_claim_without_a_heartbeat_is_refused(records: Records) -> None:
    with pytest.raises(PermanentError, match="Call heartbeat first"):
        records.ledger.claim(replace(ANN, holder="nobody"))

    assert records.ledger.by_key(["k1"]) == {}


def test_a_failed_generation_can_be_claimed_again(records: Records) -> None:
    records.ledger.claim(ANN)
    records.ledger.fail("k1", "ann", "DeadlineError", "no answer", 3)
    failed = records.ledger.by_key(["k1"])["k1"]

    assert (failed.state, failed.error_class, failed.attempts) == ("failed", "DeadlineError", 3)
    assert records.ledger.claim(BOB).kind == "claimed"
    assert records.ledger.by_key(["k1"])["k1"].error_class is None


def test_only_the_holder_can_fail_a_claim(records: Records) -> None:
    records.ledger.claim(ANN)
    records.ledger.fail("k1", "bob", "DeadlineError", "no answer", 3)

    assert records.ledger.by_key(["k1"])["k1"].state == "claimed"


def test_a_done_generation_cannot_fail(records: Records) -> None:
    records.ledger.claim(ANN)
    records.ledger.complete("k1", "ann", RESULT)
    records.ledger.fail("k1", "ann", "DeadlineError", "no answer", 3)

    assert records.ledger.claim(BOB).kind == "done"


def test_the_first_result_stays_and_the_second_is_booked_as_waste(records: Records) -> None:
    other = replace(
        RESULT,
        file=StoredFile(path="generations/other.png", size_bytes=3, sha256="def"),
        cost_usd=0.03,
        request_id="req-2",
    )
    records.ledger.claim(ANN)
    records.holders.retire("ann")
    records.ledger.claim(BOB)
    first = records.ledger.complete("k1", "ann", RESULT)
    records.ledger.complete("k1", "bob", other)
    second = records.ledger.complete("k1", "bob", other)  # of which bob heard nothing

    assert first.file == RESULT.file
    assert second.file == RESULT.file
    assert second.holder == "ann"
    assert second.cost_usd == 0.04
    assert second.wasted_cost_usd == 0.03


def test_completing_twice_with_one_answer_costs_once(records: Records) -> None:
    records.ledger.claim(ANN)
    first = records.ledger.complete("k1", "ann", RESULT)

    assert records.ledger.complete("k1", "ann", RESULT) == first
    assert first.wasted_cost_usd == 0.0


def test_a_result_that_nobody_claimed_is_refused(records: Records) -> None:
    with pytest.raises(MissingInputError, match="Claim it before"):
        records.ledger.complete("k1", "ann", RESULT)


def test_an_answer_that_could_not_be_used_is_booked_once_however_often_it_is_tried(
    records: Records,
) -> None:
    records.ledger.claim(ANN)
    records.ledger.add_waste("k1", "a1", 0.01)
    records.ledger.add_waste("k1", "a1", 0.01)
    row = records.ledger.complete("k1", "ann", RESULT)

    assert row.wasted_cost_usd == 0.01


def test_waste_adds_up_and_survives_failure_and_takeover(records: Records) -> None:
    records.ledger.claim(ANN)
    records.ledger.add_waste("k1", "a1", 0.01)
    records.ledger.add_waste("k1", "a2", None)
    records.ledger.fail("k1", "ann", "BrokenPayloadError", "no JSON", 3)
    records.ledger.claim(BOB)
    records.ledger.add_waste("k1", "a3", 0.02)
    row = records.ledger.complete("k1", "bob", RESULT)

    assert row.wasted_cost_usd == pytest.approx(0.03)
    assert row.wasted_unpriced == 1


def test_sixteen_threads_share_one_database(records: Records) -> None:
    together = threading.Barrier(16)

    def attempt(number: int) -> str:
        records.holders.heartbeat(f"holder {number}", LEASE_S)
        together.wait()
        return records.ledger.claim(replace(ANN, holder=f"holder {number}")).kind

    with ThreadPoolExecutor(16) as pool:
        kinds = sorted(pool.map(attempt, range(16)))

    assert kinds == ["claimed"] + ["held"] * 15


def test_more_keys_than_a_statement_takes_can_be_asked(records: Records) -> None:
    records.ledger.claim(ANN)
    asked = [f"k{number}" for number in range(40_000)]

    assert list(records.ledger.by_key(asked)) == ["k1"]
