"""What a brief will cost before a cent is spent: generations to make and to reuse, in USD.

The answer comes from versions and manifests alone. It counts a generation as to make where its
stage's output is not in the store; the ledger may still hold some of those, so that the true cost
is at most the estimate's high end.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from creative_assets.studio.decision_log import DecisionLog
from creative_assets.studio.formats import format_named
from creative_assets.studio.models.requests import Operation
from creative_assets.studio.models.services import OPENAI, STAND_IN
from creative_assets.studio.pictures import shapes_for
from creative_assets.studio.prices import PriceRange, expected_price
from creative_assets.studio.produce import Job, stage_versions
from creative_assets.studio.review import look
from creative_assets.studio.stages import (
    AD_COPY,
    BASE_IMAGES,
    BRANDED_IMAGES,
    CONTEXT_PACK,
    FINAL_CREATIVES,
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


_LOOKS_AT_ONCE = 16
_CENT_USD = 0.01
_STAGES = (CONTEXT_PACK, AD_COPY, BASE_IMAGES, BRANDED_IMAGES)


@dataclass
class Estimate:
    """What is to be made for some variants.

    Attributes:
        service: Who is asked.
        to_make: Operation → generations that will be made.
        to_reuse: Operation → generations that are there already, or are shared by variants.
        list_price: Of what is to be made; of the calls whose price is known.
        unpriced: Models whose price is unknown.
    """

    service: str
    variants: int = 0
    to_make: Counter[str] = field(default_factory=Counter)
    to_reuse: Counter[str] = field(default_factory=Counter)
    list_price: PriceRange = field(default_factory=PriceRange)
    unpriced: set[str] = field(default_factory=set)

    @property
    def cost(self) -> PriceRange | None:
        """What is paid at the service; None where nobody knows its prices.

        Without the models in `unpriced`, whose calls come on top.
        """
        if self.service == STAND_IN or not self.to_make:
            return PriceRange()
        return self.list_price if self.service == OPENAI else None

    def __str__(self) -> str:
        """The price in words, for people and run tags."""
        if not self.to_make:
            return "USD 0.00, nothing to make"
        if self.cost is None:
            return f"unknown at {self.service}"
        known = in_words(self.cost)
        unpriced = ", ".join(sorted(self.unpriced))
        return f"{known}, and unknown for {unpriced}" if self.is_open_ended else known

    @property
    def is_open_ended(self) -> bool:
        """Whether calls of unknown price are to be paid besides `cost`."""
        return bool(self.unpriced) and self.service != STAND_IN


def estimate(
    jobs: Sequence[Job],
    choice: ModelChoice,
    store: Store | None,
    stages: Collection[str] = _STAGES,
) -> Estimate:
    """What producing the `stages` of `jobs` takes, with what `store` holds.

    Without a store, what it takes at most: computed, with nothing read.
    """
    result = Estimate(service=choice.service, variants=len(jobs))
    folders = [_folders(job, choice, stages) for job in jobs]
    there = _kept({each for of_job in folders for each in of_job.values()}, store)
    for job, of_job in zip(jobs, folders, strict=True):
        for stage, folder in of_job.items():
            for call in calls_of(stage, job, choice):
                if folder in there:
                    result.to_reuse[call.operation] += 1
                else:
                    _add(result, call, choice)
            there.add(folder)  # the next one shares it
    return result


@dataclass(frozen=True)
class Consequences:
    """What producing some variants changes for reviewers.

    Attributes:
        shown: How many of them have finals that people decide on.
        changed: Those whose finals would be made anew.
        unapproved: Those of them whose finals are approved: new bytes need a new approval.
    """

    shown: int
    changed: tuple[str, ...]
    unapproved: tuple[str, ...]


def consequences(jobs: Sequence[Job], choice: ModelChoice, log: DecisionLog) -> Consequences:
    """Whose finals would change, and which approvals would no longer stand."""
    seen = look([job.variant.key for job in jobs], log)
    changed = [
        job.variant.key
        for job in jobs
        if (shown := seen.get(job.variant.key)) is not None
        and shown.finals.version != stage_versions(job, choice)[FINAL_CREATIVES]
    ]
    approved = [key for key in changed if seen[key].approval(takes_unverified=True) is not None]
    return Consequences(len(seen), tuple(changed), tuple(approved))


def in_words(price: PriceRange) -> str:
    """A price for people."""
    if price.high_usd == 0:
        return "USD 0.00"
    if price.high_usd < _CENT_USD:
        return "less than a cent"
    return f"USD {price.low_usd:.2f} to {price.high_usd:.2f}"


def _folders(job: Job, choice: ModelChoice, stages: Collection[str]) -> dict[str, str]:
    """Each of the stages that asks models → the folder of its output."""
    versions, campaign_id = stage_versions(job, choice), job.variant.campaign_id
    asking = (stage for stage in _STAGES if stage in stages)
    return {stage: folder_of(campaign_id, stage, versions[stage]) for stage in asking}


def _kept(folders: Collection[str], store: Store | None) -> set[str]:
    """Those of the folders that hold an output."""
    if store is None:
        return set()
    asked = sorted(folders)
    with ThreadPoolExecutor(_LOOKS_AT_ONCE, "estimate") as pool:
        found = pool.map(lambda folder: store.exists(f"{folder}/manifest.json"), asked)
        return {folder for folder, is_there in zip(asked, found, strict=True) if is_there}


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
