"""How hard a model may be driven."""

from typing import Annotated

from pydantic import Field

from creative_assets.studio.values import Frozen


class ModelLimit(Frozen):
    """The limit on one model's calls."""

    in_flight: Annotated[int, Field(ge=1)] = 64
    """Calls under way at once."""

    per_minute: Annotated[int, Field(ge=1)] | None = None
    """Calls (for image models: images) begun in a minute; without a value, as many as there are."""
