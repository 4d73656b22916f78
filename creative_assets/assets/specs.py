"""What Dagster shows of each asset: description, group, kinds, owner, and what it is made from."""

import warnings
from collections.abc import Sequence

import dagster as dg

from creative_assets.partitions import VARIANTS
from creative_assets.studio.produce import CODE_VERSIONS
from creative_assets.studio.stages import (
    AD_COPY,
    BASE_IMAGES,
    BRANDED_IMAGES,
    CONTEXT_PACK,
    FINAL_CREATIVES,
    STAGES,
    UPSTREAM,
    VARIANT_BRIEF,
)

CREATIVES_JOB = "creatives"
OWNERS = ["team:creative-operations"]
GROUP = "creatives"
# Apart, so that materializing all of the group of the stages decides and publishes nothing.
REVIEW_GROUP = "review"

_FREE_AGAIN = (
    "Materializing it again costs nothing; `new_take: true` in the run config buys another."
)
_DESCRIPTIONS = {
    VARIANT_BRIEF: (
        "The slice of the brief that concerns this variant, resolved: brand, product, the "
        "locale's own legal text and banned words, formats."
    ),
    CONTEXT_PACK: (
        "Culture, tone, dos and don'ts and legal notes for the locale and audience. All products "
        "of a campaign share one for a locale."
    ),
    AD_COPY: (
        "Headline, subline, call to action, legal line, alt text, and a back-translation for the "
        "reviewer. Copy approved in the brief wins over generated copy, and says which it is. "
        f"{_FREE_AGAIN}"
    ),
    BASE_IMAGES: (
        "The art direction, and one picture for each native shape that the formats need. Made "
        "from brief and context and never from the copy: new words buy no new picture. "
        f"{_FREE_AGAIN}"
    ),
    BRANDED_IMAGES: (
        "A plan for each format, and the logo at the spot that the vision model chose among "
        "computed candidates, found again on the output's own pixels."
    ),
    FINAL_CREATIVES: (
        "The finished images: text set into the plan, exported at each format's exact size."
    ),
}

_KINDS = {
    VARIANT_BRIEF: {"python"},
    CONTEXT_PACK: {"openai"},
    AD_COPY: {"openai"},
    BASE_IMAGES: {"openai"},
    BRANDED_IMAGES: {"openai", "pillow"},
    FINAL_CREATIVES: {"pillow"},
}


def _spec(stage: str, upstream: Sequence[str]) -> dg.AssetSpec:
    return dg.AssetSpec(
        stage,
        deps=list(upstream),
        description=_DESCRIPTIONS[stage],
        group_name=GROUP,
        kinds=_KINDS[stage],
        owners=OWNERS,
        code_version=CODE_VERSIONS[stage],
        partitions_def=VARIANTS,
        # A variant that fails yields nothing; the others of its run do.
        skippable=True,
    )


STAGE_SPECS = [_spec(stage, UPSTREAM[stage]) for stage in STAGES]

CREATIVES = dg.define_asset_job(
    CREATIVES_JOB,
    selection=dg.AssetSelection.assets(*[spec.key for spec in STAGE_SPECS]),
    description="All six stages, for the variants of the run.",
)


def check_spec(name: str, description: str) -> dg.AssetCheckSpec:
    """A check of the final creatives, partitioned as they are."""
    with warnings.catch_warnings():
        # Said on every start, and nothing that whoever runs this could do anything about.
        warnings.filterwarnings("ignore", "Specifying a partitions_def", dg.PreviewWarning)
        return dg.AssetCheckSpec(
            name, asset=FINAL_CREATIVES, description=description, partitions_def=VARIANTS
        )
