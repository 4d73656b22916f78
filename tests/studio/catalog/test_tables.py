"""What is added up and drawn is what the rows say."""

import io
from datetime import UTC, date, datetime

import pandas as pd
import pytest
from PIL import Image

from creative_assets.studio.catalog import CatalogRow, catalog_frame, plots, tables
from creative_assets.studio.records.spending import SpentRow

NOW = datetime(2026, 11, 23, tzinfo=UTC)
# Dagster keeps each in its event log, and shows it from there.
MOST_BYTES = 12_000


def row(number: int, campaign: str = "summer", **facts: object) -> CatalogRow:
    """A variant that is finished, and waits for a decision."""
    usual = dict.fromkeys(CatalogRow.model_fields) | {
        "variant": f"{campaign}/de-DE/p{number:03}",
        "campaign": campaign,
        "locale": "de-DE",
        "product": f"p{number:03}",
        "status": "done",
        "generations": 2,
        "cost_usd": 0.5,
        "version": "v1",
        "finals": ("1x1.jpg",),
        "failed_checks": 0,
        "found": (),
        "decision": "pending",
        "rounds": 0,
        "updated_at": NOW,
        "wanted_at": NOW,
        "brief_to_ready_h": 0.1,
    }
    return CatalogRow.model_validate(usual | facts)


def spent(campaign: str, stage: str, cost_usd: float, day: int = 1, unpriced: int = 0) -> SpentRow:
    return SpentRow(
        campaign_id=campaign,
        variant_key=f"{campaign}/de-DE/roast",
        stage=stage,
        operation="image",
        service="api.openai.com",
        model="m" if not unpriced else "house-model",
        day=date(2026, 11, day),
        requests=1,
        generations=1,
        calls=2,
        cost_usd=cost_usd,
        unpriced=unpriced,
        list_price_usd=1.0,
    )


FRAME = catalog_frame(
    [
        row(1, decision="approved", manifest="m.json", rounds=2, ready_to_approved_h=3.0),
        row(2, failed_checks=1, found=("copy/length", "copy/claim"), brief_to_ready_h=0.3),
        row(3, found=("copy/length",), cost_usd=None),
        row(4, status="failed", version=None, finals=(), decision=None, brief_to_ready_h=None),
        row(5, campaign="winter"),
    ]
)
EMPTY = catalog_frame([])


def test_a_campaigns_way_is_counted_step_by_step() -> None:
    summer, winter = tables.by_campaign(FRAME).to_dict("records")

    assert [summer[step] for step in tables.FUNNEL] == [4, 3, 2, 1, 1]
    assert (summer["failed"], summer["rounds"], summer["cost_usd"]) == (1, 2, 1.5)
    assert (summer["brief_to_ready_h"], summer["ready_to_approved_h"]) == (0.1, 3.0)
    assert pd.isna(winter["ready_to_approved_h"])


def test_costs_are_summed_by_stage_in_the_stages_order_by_day_and_by_model() -> None:
    spend = [
        spent("summer", "base_images", 1.0),
        spent("summer", "ad_copy", 0.5, day=2),
        spent("winter", "base_images", 2.0, day=2, unpriced=3),
    ]
    costs = tables.spend_by_stage([*spend, spent("summer", "base_images", 2.0)])
    days, models = tables.spend_by_day(spend), tables.spend_by_model(spend)

    assert list(costs["stage"]) == ["ad_copy", "base_images", "base_images"]
    assert list(costs["cost_usd"]) == [0.5, 3.0, 2.0]
    assert list(costs["generations"]) == [1, 2, 1]
    assert list(days["day"]) == ["2026-11-02", "2026-11-02", "2026-11-01"]
    assert list(days["cost_usd"]) == [0.5, 2.0, 1.0]
    assert list(zip(models["model"], models["unpriced"], strict=True)) == [
        ("house-model", 3),
        ("m", 0),
    ]


def test_a_rule_counts_once_for_each_variant_in_which_it_was_broken() -> None:
    found = tables.found_by_rule(FRAME)

    assert list(found["rule"]) == ["copy/length", "copy/claim"]
    assert list(found["variants"]) == [2, 1]


def test_nothing_adds_up_to_nothing() -> None:
    assert tables.by_campaign(EMPTY).empty
    assert tables.spend_by_stage([]).empty
    assert tables.spend_by_day([]).empty
    assert tables.spend_by_model([]).empty
    assert tables.found_by_rule(EMPTY).empty


@pytest.mark.parametrize("campaigns", [1, 40])
def test_plots_stay_small_however_much_there_is_to_draw(campaigns: int) -> None:
    names = [f"campaign-{number:02}-of-a-long-name" for number in range(campaigns)]
    frame = catalog_frame(
        [
            row(place, name, brief_to_ready_h=0.1 + place, rounds=place, found=("copy/length",))
            for name in names
            for place in range(9)
        ]
    )
    spend = [spent(name, stage, 2.0) for name in names for stage in ("ad_copy", "base_images")]

    drawn = [
        plots.cost_plot(tables.spend_by_stage(spend)),
        plots.funnel_plot(frame),
        plots.rounds_plot(frame),
        plots.findings_plot(tables.found_by_rule(frame)),
        plots.times_plot(frame),
    ]

    assert max(map(len, drawn)) < MOST_BYTES
    for content in drawn:
        with Image.open(io.BytesIO(content)) as picture:
            assert (picture.format, picture.width) == ("WEBP", 836)


def test_another_share_is_another_picture() -> None:
    before, after = FRAME, FRAME.assign(manifest="m.json")

    assert plots.funnel_plot(before) == plots.funnel_plot(before)
    assert plots.funnel_plot(before) != plots.funnel_plot(after)
