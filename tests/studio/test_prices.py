"""What calls cost: computed from reported usage, unknown where it is, and never by mistake 0."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from creative_assets.settings import Settings
from creative_assets.studio.models.requests import PictureRequest, TextRequest
from creative_assets.studio.prices import PriceRange, Quality, expected_price, list_price_usd
from creative_assets.studio.values import Size

PICTURE = PictureRequest(
    service="api.openai.com",
    model="gpt-image-2.6-flare",
    prompt="A can",
    size=Size(width_px=1088, height_px=1088),
    quality="medium",
)
TEXT = TextRequest(
    operation="ad_copy",
    service="api.openai.com",
    model="gpt-4o-mini",
    instructions="Write.",
    facts={},
    answer=BaseModel,
)
PICTURE_USAGE = {
    "input_tokens": 1_100_000,
    "input_tokens_details": {"text_tokens": 1_000_000, "image_tokens": 100_000},
    "output_tokens": 2_000_000,
    "total_tokens": 3_100_000,
}
TEXT_USAGE = {"prompt_tokens": 1_000_000, "completion_tokens": 2_000_000, "total_tokens": 3_000_000}


def test_a_picture_costs_its_text_its_photos_and_its_output() -> None:
    # A million tokens of text at $5, a tenth of one of photos at $8, two of output at $30.
    assert list_price_usd(PICTURE, PICTURE_USAGE) == pytest.approx(5 + 0.8 + 60)


def test_a_text_costs_what_its_model_is_listed_at() -> None:
    assert list_price_usd(TEXT, TEXT_USAGE) == pytest.approx(0.15 + 2 * 0.60)


def test_cached_input_costs_less() -> None:
    cached = TEXT_USAGE | {"prompt_tokens_details": {"cached_tokens": 900_000}}

    full, less = list_price_usd(TEXT, TEXT_USAGE), list_price_usd(TEXT, cached)

    assert full is not None
    assert less is not None
    assert less < full


@pytest.mark.parametrize(
    "usage",
    [
        None,
        {},
        {"prompt_tokens": "many"},
        {"prompt_tokens": 10, "completion_tokens": None},
        {"prompt_tokens": -1, "completion_tokens": -1},
        {
            "prompt_tokens": 10,
            "completion_tokens": 1,
            "prompt_tokens_details": {"cached_tokens": 20},
        },
    ],
)
def test_a_usage_that_is_missing_or_makes_no_sense_has_no_price(
    usage: dict[str, Any] | None,
) -> None:
    assert list_price_usd(TEXT, usage) is None
    assert list_price_usd(PICTURE, usage) is None


@given(
    st.dictionaries(
        st.sampled_from(["prompt_tokens", "completion_tokens", "input_tokens", "output_tokens"]),
        st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.integers()),
    )
)
def test_no_usage_that_a_server_reports_can_lose_an_answer(usage: dict[str, Any]) -> None:
    for request in (TEXT, PICTURE):
        price = list_price_usd(request, usage)
        assert price is None or price >= 0


def test_a_model_that_nobody_lists_has_no_price_and_none_is_expected() -> None:
    assert list_price_usd(replace(TEXT, model="llama-4"), TEXT_USAGE) is None
    assert expected_price("ad_copy", "llama-4") is None


def test_the_default_models_have_prices(settings: Settings) -> None:
    assert expected_price("ad_copy", settings.text_model)
    assert expected_price("logo_spot", settings.vision_model)
    assert expected_price("image", settings.image_model, size=PICTURE.size)


def test_more_pixels_and_more_quality_are_expected_to_cost_more() -> None:
    def price(quality: Quality, height_px: int) -> float:
        size = Size(width_px=1088, height_px=height_px)
        expected = expected_price("image", PICTURE.model, quality=quality, size=size)
        assert expected is not None
        assert 0 < expected.low_usd < expected.high_usd
        return expected.high_usd

    assert price("low", 1088) < price("medium", 1088) < price("high", 1088) < price("high", 1920)


def test_ranges_add_up() -> None:
    total = PriceRange(low_usd=1, high_usd=2) + PriceRange(low_usd=0.5, high_usd=4)

    assert total == PriceRange(low_usd=1.5, high_usd=6)
