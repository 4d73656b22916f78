"""What was paid adds up, and what is unknown stays so."""

from dataclasses import replace
from datetime import date

import pytest

from creative_assets.studio.budget import Budgets
from creative_assets.studio.campaigns import Campaign, Campaigns
from creative_assets.studio.records import Records
from tests.clock import Clock
from tests.studio.records.rows import ANN, CALL, LEASE_S, RESULT, close

JUST_BEFORE_MIDNIGHT = 1_795_046_399.75


def test_spending_is_told_by_variant_stage_model_and_day_and_unknown_prices_are_counted(
    records: Records, clock: Clock
) -> None:
    kept = replace(CALL, generations=1, list_price_usd=0.25)
    close(records, replace(CALL, calls=2, cost_usd=0.5, unpriced=1))
    close(records, replace(kept, id="c2", calls=1, cost_usd=0.25, begun_at=JUST_BEFORE_MIDNIGHT))
    close(records, replace(kept, id="c3", calls=1, begun_at=CALL.begun_at + 86_400))
    close(records, replace(CALL, id="c4", campaign_id="winter"))
    Campaigns(records.database).save(Campaign("summer", 5.0, "snapshot"))
    Budgets(records.database, clock).reserve(replace(CALL, id="c5"))
    clock.now_s += LEASE_S + 1  # ann is dead, and nobody knows what her call has cost

    today, tomorrow = records.spending.lines("summer")

    assert today.day == date(2026, 11, 18)
    assert (today.variant_key, today.stage, today.requests) == (CALL.variant_key, CALL.stage, 3)
    assert (today.calls, today.cost_usd, today.unpriced) == (3, 0.75, 2)
    assert (today.generations, today.list_price_usd) == (1, 0.25)
    assert (tomorrow.day, tomorrow.cost_usd) == (date(2026, 11, 19), 0.0)
    assert {row.campaign_id for row in records.spending.lines()} == {"summer", "winter"}


def test_spending_is_told_by_generation_with_all_requests_for_it(records: Records) -> None:
    close(records, replace(CALL, calls=2, cost_usd=0.5))
    close(records, replace(CALL, id="c2", calls=1, cost_usd=0.25))
    close(records, replace(CALL, id="c3", generation_key="other", calls=1))

    told = records.spending.lines("summer", by_generation=True)

    assert {row.generation_key: (row.requests, row.calls, row.cost_usd) for row in told} == {
        CALL.generation_key: (2, 3, 0.75),
        "other": (1, 1, 0.0),
    }


def test_what_a_variant_cost_counts_answers_that_could_not_be_used(records: Records) -> None:
    records.ledger.claim(ANN)
    records.ledger.add_waste(ANN.key, "a1", 0.02)
    records.ledger.complete(ANN.key, "ann", RESULT)
    records.ledger.claim(replace(ANN, key="k2", variant_key="summer/ja-JP/cold-brew"))

    cost_usd, attempts = records.spending.of_variant(ANN.variant_key)
    assert cost_usd == pytest.approx(0.06)
    assert attempts == 2
    assert records.spending.of_variant("summer/fr-FR/cold-brew") == (0.0, 0)


def test_what_a_variant_cost_is_unknown_where_one_price_is(records: Records) -> None:
    records.ledger.claim(ANN)
    records.ledger.complete(ANN.key, "ann", replace(RESULT, cost_usd=None))

    assert records.spending.of_variant(ANN.variant_key) == (None, 2)
