"""What was paid adds up, and what is unknown stays so."""

from dataclasses import replace

import pytest

from creative_assets.studio.records import Records
from tests.studio.records.rows import ANN, RESULT


def test_spend_is_summed_by_campaign_operation_and_model(records: Records) -> None:
    for key, cost_usd in (("a", 0.5), ("b", None)):
        records.ledger.claim(replace(ANN, key=key))
        records.ledger.complete(key, "ann", replace(RESULT, cost_usd=cost_usd))
    records.ledger.claim(replace(ANN, key="c"))
    records.ledger.add_waste("c", "a1", 0.25)
    records.ledger.add_waste("c", "a2", None)
    records.ledger.claim(replace(ANN, key="d", campaign_id="winter", operation="ad_copy"))
    records.ledger.complete("d", "ann", RESULT)
    summer, winter = records.spending.by_model()

    assert (summer.campaign_id, summer.operation, summer.model) == ("summer", "image", "gpt-image")
    assert (summer.generations, summer.cost_usd, summer.wasted_cost_usd) == (2, 0.5, 0.25)
    assert (summer.unpriced, summer.list_price_usd) == (2, 0.1)
    assert winter.operation == "ad_copy"
    assert records.spending.by_model("winter") == [winter]
    assert records.spending.by_model("autumn") == []


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
