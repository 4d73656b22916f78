"""What docs/scaling.md reckons with is what the product reckons."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from creative_assets.resources.opening import model_choice
from creative_assets.settings import Settings
from creative_assets.studio.estimate import estimate
from creative_assets.studio.produce import Job
from tests.conftest import product

Accept = Callable[[dict[str, Any]], list[Job]]

PAGE = (Path(__file__).parents[1] / "docs" / "scaling.md").read_text()
SHAPES = {1: ["1x1"], 4: ["1x1", "4x5", "9x16", "16x9"]}


def cells(first: str) -> list[list[float]]:
    """The numbers in the row of a table whose first cell is this, cell by cell."""
    (row,) = re.findall(rf"^\| {re.escape(first)} \|(.*)\|$", PAGE, re.MULTILINE)
    return [
        [float(number.replace(",", "")) for number in re.findall(r"[\d,.]+", cell)]
        for cell in row.split("|")
    ]


@pytest.mark.parametrize("quality", ["low", "medium", "high"])
def test_the_bill_for_a_thousand_campaigns_is_that_of_the_estimate(
    quality: str, settings: Settings, accepted: Accept, brief: dict[str, Any]
) -> None:
    choice = model_choice(settings.model_copy(update={"image_quality": quality}))
    brief["products"] = [product("roast", "Roast"), product("tea", "Tea")]
    brief["target_locales"] = ["en-US", "de-DE", "fr-FR"]

    for shapes, told in zip(SHAPES.values(), cells(quality), strict=True):
        brief["output"]["aspect_ratios"] = shapes
        price = estimate(accepted(brief), choice, None).list_price
        reckoned = [1000 * price.low_usd, 1000 * price.high_usd]
        assert told == pytest.approx(reckoned, rel=0.08)  # the page rounds


@pytest.mark.parametrize("images_a_minute", [5, 20, 50, 150, 250, 480])
def test_a_day_at_a_tier_is_reckoned_by_the_page_s_own_formula(images_a_minute: int) -> None:
    (variants,), (in_flight,) = cells(str(images_a_minute))

    assert variants == images_a_minute / len(SHAPES[4]) * 1440
    assert in_flight == pytest.approx(images_a_minute * 15 / 60, abs=1)


@pytest.mark.parametrize("cores", ["2", "4", "8 (four machines of 2, or one)"])
def test_a_day_of_a_machine_is_reckoned_from_the_seconds_that_the_page_names(cores: str) -> None:
    (cpu_s,) = re.findall(r"were ([\d.]+) CPU seconds a variant", PAGE)
    (variants,), (campaigns,), (images_a_minute,) = cells(cores)

    assert variants == pytest.approx(int(cores[0]) * 86_400 / float(cpu_s), rel=0.01)
    assert campaigns == pytest.approx(variants / 6, rel=0.01)
    assert images_a_minute == pytest.approx(variants * len(SHAPES[4]) / 1440, rel=0.01)
