"""What a brief will cost before a cent is spent: generations to make and to reuse, in USD.

The answer comes from versions and manifests alone. It counts a generation as to make where its
stage's output is not in the store; the ledger may still hold some of those, so that the true cost
is at most the estimate's high end.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from creative_assets.studio.formats import format_named
from creative_assets.studio.models.requests import Operation
from creative_assets.studio.pictures import shapes_for
from creative_assets.studio.prices import PriceRange, expected_price
from creative_assets.studio.produce import Job, stage_versions
from creative_assets.studio.stages import (
    AD_COPY,
    BASE_IMAGES,
    BRANDED_IMAGES,
    CONTEXT_PACK,
    ModelChoice,
    folder_of,
)
from creative_assets.studio.store import Store
from creative_assets.studio.values import Size


@dataclass(frozen=True)
class Call:
    """One generation that a stage needs. `size` is a picture's."""

    operation: Operation
    model: str
    size: Size | None = None


@dataclass
class Estimate:
    """What is to be made for some variants.

    Attributes:
        to_make: Operation → generations that will be made.
        to_reuse: Operation → generations that are there already, or are shared by variants.
        list_price: Of what is to be made; of the calls whose price is known.
        unpriced: Models whose price is unknown.
    """

    variants: int = 0
    to_make: Counter[str] = field(default_factory=Counter)
    to_reuse: Counter[str] = field(default_factory=Counter)
    list_price: PriceRange = field(default_factory=PriceRange)
    unpriced: set[str] = field(default_factory=set)


def estimate(jobs: Sequence[Job], choice: ModelChoice, store: Store) -> Estimate:
    """What producing `jobs` takes, with what `store` holds."""
    result = Estimate(variants=len(jobs))
    seen: set[str] = set()
    for job in jobs:
        versions = stage_versions(job, choice)
        for stage in (CONTEXT_PACK, AD_COPY, BASE_IMAGES, BRANDED_IMAGES):
            folder = folder_of(job.variant.campaign_id, stage, versions[stage])
            is_there = folder in seen or store.exists(f"{folder}/manifest.json")
            seen.add(folder)
            for call in calls_of(stage, job, choice):
                if is_there:
                    result.to_reuse[call.operation] += 1
                else:
                    _add(result, call, choice)
    return result


def calls_of(stage: str, job: Job, choice: ModelChoice) -> Iterator[Call]:
    """The generations that a stage needs for a variant."""
    match stage:
        case "context_pack":
            yield Call("context_pack", choice.text_model)
        case "ad_copy":
            yield Call("ad_copy", choice.text_model)
        case "base_images":
            yield Call("art_direction", choice.text_model)
            for shape in shapes_for(job.variant.formats, choice.image_model):
                yield Call("image", choice.image_model, shape.size)
        case "branded_images":
            if any(format_named(name).text_and_logo for name in job.variant.formats):
                yield Call("logo_spot", choice.vision_model)


def _add(result: Estimate, call: Call, choice: ModelChoice) -> None:
    result.to_make[call.operation] += 1
    price = expected_price(call.operation, call.model, quality=choice.image_quality, size=call.size)
    if price is None:
        result.unpriced.add(call.model)
    else:
        result.list_price += price
