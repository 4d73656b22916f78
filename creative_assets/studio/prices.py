"""What a generation costs, from the usage that the service reports.

Prices come from `prices.toml` beside this module (dated, ours) and else from the `genai-prices`
package. A model that neither knows has an unknown price: None, never 0.
"""

import functools
import math
import tomllib
from decimal import Decimal
from importlib import resources
from typing import Any, Literal

from creative_assets.studio.models.requests import (
    ANSWER_LIMIT_TOKENS,
    Operation,
    PictureRequest,
    Request,
    TextRequest,
)
from creative_assets.studio.values import Frozen, Size

Quality = Literal["low", "medium", "high"]

_PROVIDER = "openai"
# extract_usage wants a model that genai-prices knows; every model of a kind reports alike.
_KNOWN_IMAGE_MODEL = "gpt-image-2"
_KNOWN_TEXT_MODEL = "gpt-4o-mini"
_PIXELS_A_MEGAPIXEL = 1_000_000


class PriceRange(Frozen):
    """Least and most that something is expected to cost, in USD."""

    low_usd: float = 0.0
    high_usd: float = 0.0

    def __add__(self, other: "PriceRange") -> "PriceRange":
        """Both together."""
        return PriceRange(
            low_usd=self.low_usd + other.low_usd, high_usd=self.high_usd + other.high_usd
        )


def preload() -> None:
    """Load what the prices come from (0.8 s), so that the first answer need not wait for it."""
    from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415

    get_snapshot()


def list_price_usd(request: Request, usage: dict[str, Any] | None) -> float | None:
    """The list price of a call that reported `usage`; None where model or usage is unknown."""
    if usage is None:
        return None
    from genai_prices import extract_usage  # noqa: PLC0415 - 0.8 s, and only where calls are made

    is_image = isinstance(request, PictureRequest)
    known = _KNOWN_IMAGE_MODEL if is_image else _KNOWN_TEXT_MODEL
    flavor = "images" if is_image else "chat"
    try:
        extracted = extract_usage(
            {"model": known, "usage": usage}, provider_id=_PROVIDER, api_flavor=flavor
        )
        return _priced(request.model, extracted.usage)
    except (LookupError, ValueError):  # a usage that makes no sense, as some servers report it
        return None


@functools.cache  # of thousands of variants, most ask alike
def expected_price(
    operation: Operation, model: str, *, quality: Quality = "medium", size: Size | None = None
) -> PriceRange | None:
    """What a call is expected to cost before it is made; None for a model of unknown price.

    Args:
        operation: What is asked.
        model: Who is asked.
        quality: For pictures.
        size: For pictures.
    """
    from genai_prices import Usage  # noqa: PLC0415 - 0.8 s, and only where calls are made

    data = _data()
    expected = data["expected"][operation]
    if size is None:
        output = expected["output"]
    else:
        megapixels = size.width_px * size.height_px / _PIXELS_A_MEGAPIXEL
        output = round(expected[quality] * megapixels)
    price = _priced(model, Usage(input_tokens=expected["input"], output_tokens=output))
    if price is None:
        return None
    spread = data["range"]
    return PriceRange(low_usd=price * spread["low"], high_usd=price * spread["high"])


def most_usd_of(request: Request) -> float | None:
    """The most that one call of `request` may cost; None for a model of unknown price.

    Every byte of a prompt is a token at most, and an answer ends at its length limit. What bounds
    a picture is ours: see `[most]` in `prices.toml`.
    """
    from genai_prices import Usage  # noqa: PLC0415 - 0.8 s, and only where calls are made

    most = _data()["most"]
    if isinstance(request, TextRequest):
        prompt = f"{request.instructions}{request.facts_json}"
        text_tokens = len(prompt.encode()) + most["schema"]
        pictures = len(request.images)
        output_tokens = ANSWER_LIMIT_TOKENS
    else:
        text_tokens = len(request.prompt.encode())
        pictures = len(request.photos) if request.uses_photos else 0
        megapixels = request.size.width_px * request.size.height_px / _PIXELS_A_MEGAPIXEL
        expected = _data()["expected"]["image"][request.quality]
        output_tokens = math.ceil(expected * megapixels * most["picture_output_factor"])
    usage = Usage(
        input_tokens=text_tokens + pictures * most["input_picture"],
        input_image_tokens=pictures * most["input_picture"],
        output_tokens=output_tokens,
    )
    return _priced(request.model, usage)


def _priced(model: str, usage: Any) -> float | None:  # noqa: ANN401 - genai-prices' own protocol
    from genai_prices import calc_price  # noqa: PLC0415 - 0.8 s, and only where calls are made
    from genai_prices.types import ModelPrice  # noqa: PLC0415 - as above

    ours = _data()["models"].get(model)
    if ours is not None:
        rates = {name: Decimal(rate) for name, rate in ours.items() if name != "source"}
        return float(ModelPrice(**rates).calc_price(usage)["total_price"])
    try:
        return float(calc_price(usage, model_ref=model, provider_id=_PROVIDER).total_price)
    except LookupError:
        return None


@functools.cache
def _data() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("prices.toml").read_text("utf-8"))
