"""`reviews`: decisions that analysts make by launching partitions, and all decisions as they show.

Decisions are the studio's: this asset hands what the run config says to `review.decide`, under the
name that was typed. What came in another way is shown here by `sensors.decisions`.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Any

import dagster as dg
from pydantic import Field

from creative_assets.assets.approved import approved_evaluations
from creative_assets.assets.evaluation import newest_materialization
from creative_assets.assets.specs import OWNERS, REVIEW_GROUP
from creative_assets.partitions import VARIANTS
from creative_assets.resources.studio import StudioResource
from creative_assets.studio.brief import Message
from creative_assets.studio.decision_log import Decision, Verdict
from creative_assets.studio.errors import DecisionRejectedError, PermanentError
from creative_assets.studio.in_words import as_sentence
from creative_assets.studio.review import (
    Opinion,
    Reviewer,
    decide,
    in_words,
    look_at,
    opinion_of,
    reviewer_of,
)
from creative_assets.studio.stages import FINAL_CREATIVES

REVIEWS = "reviews"
_NUMBER = "decision"
_REFUSALS_SHOWN = 50

REVIEWS_SPEC = dg.AssetSpec(
    REVIEWS,
    deps=[FINAL_CREATIVES],
    description=(
        "The decisions. To decide, select partitions, say `decision`, `name` and `note` in the "
        "config, and launch: all of them are decided in one go, on their finals as they are now. "
        "The name is taken as it is typed, so the decision is marked as unverified."
    ),
    group_name=REVIEW_GROUP,
    kinds={"python"},
    owners=OWNERS,
    partitions_def=VARIANTS,
    # A variant that cannot be decided yields nothing; the others of its run do.
    skippable=True,
)


class Choice(Enum):
    """What is decided. Dagster's config knows the members by their names."""

    approve = "approve"
    request_changes = "request_changes"


class ScopeChoice(Enum):
    """What is to be made again."""

    copy = "copy"
    picture = "picture"
    logo = "logo"
    layout = "layout"


class ReviewsConfig(dg.Config):
    """One decision, on every partition of the run.

    Nothing is required by its form: where config is, the UI offers its launchpad alone, which takes
    one partition and no group. What is missing is asked for in the run's failure.
    """

    decision: Choice | None = Field(default=None, description="approve, or request_changes.")
    name: str = Field(default="", description="Who decides.")
    note: str = Field(default="", description="Why; for changes, what to change.")
    scope: ScopeChoice | None = Field(
        default=None, description="Of changes: what to make again; everything else stays."
    )
    override_reason: str | None = Field(
        default=None, description="Of an approval: why it is given although checks have failed."
    )
    headline: str | None = Field(default=None, description="Of changes: the exact headline.")
    subline: str | None = Field(default=None, description="Of changes: the exact subline.")
    call_to_action: str | None = Field(
        default=None, description="Of changes: the exact call to action."
    )


def build_reviews(variants_per_run: int) -> dg.AssetsDefinition:
    """The asset; a backfill gives each of its runs at most `variants_per_run` variants."""

    @dg.multi_asset(
        name=REVIEWS,
        specs=[REVIEWS_SPEC],
        backfill_policy=dg.BackfillPolicy.multi_run(variants_per_run),
    )
    def reviews(
        context: dg.AssetExecutionContext, config: ReviewsConfig, studio: StudioResource
    ) -> Iterator[dg.AssetMaterialization]:
        opinion, reviewer = _said(config)
        # A retried run decides under the name of the first, and so nothing twice.
        root_id = context.run.root_run_id or context.run.run_id
        refusals: dict[str, PermanentError] = {}
        with studio.archive() as archive:
            log = archive.decisions
            for key in context.partition_keys:
                try:
                    decision = decide(look_at(key, log), opinion, reviewer, f"{root_id}/{key}", log)
                except PermanentError as error:
                    refusals[key] = error
                else:
                    yield review_materialization(decision)
                    for evaluation in approved_evaluations([key], log, context.instance):
                        context.log_event(evaluation)
        if refusals:
            raise _failure(refusals, len(context.partition_keys))

    return reviews


def review_materialization(decision: Decision) -> dg.AssetMaterialization:
    """A decision, as Dagster shows it."""
    told: dict[str, Any] = {
        _NUMBER: decision.number,
        "verdict": decision.verdict,
        "decided_by": decision.decided_by,
        "verified": decision.verified,
        "decided_through": decision.decided_through,
        "decided_at": dg.MetadataValue.timestamp(decision.decided_at),
        "note": decision.note or "none",
        "scope": decision.scope,
        "words": decision.words and decision.words.model_dump(exclude_none=True),
        "spot": decision.spot,
        "override_reason": decision.override_reason,
        "overridden": "; ".join(decision.overridden) or None,
        "finals_version": decision.finals_version,
        "sha256": {name: file.sha256 for name, file in decision.files.items()},
    }
    return dg.AssetMaterialization(
        asset_key=REVIEWS,
        partition=decision.variant_key,
        description=as_sentence(in_words(decision)),
        metadata={name: value for name, value in told.items() if value is not None},
    )


def untold_reviews(
    decisions: Sequence[Decision], instance: dg.DagsterInstance
) -> list[dg.AssetMaterialization]:
    """Those of a variant's decisions that are newer than what Dagster shows; oldest first."""
    if not decisions:
        return []
    told = _told(decisions[0].variant_key, instance)
    return [review_materialization(made) for made in decisions if made.number > told]


def _told(key: str, instance: dg.DagsterInstance) -> int:
    """The number of the newest decision that Dagster shows of a variant; 0 if it shows none."""
    record = newest_materialization(dg.AssetKey(REVIEWS), key, instance)
    if record is None or record.asset_materialization is None:
        return 0
    number = record.asset_materialization.metadata.get(_NUMBER)
    return number.value if isinstance(number, dg.IntMetadataValue) and number.value else 0


def _said(config: ReviewsConfig) -> tuple[Opinion, Reviewer]:
    try:
        opinion = opinion_of(
            _verdict(config),
            config.note,
            scope=config.scope and config.scope.value,
            words={name: getattr(config, name) for name in Message.model_fields},
            override_reason=config.override_reason,
        )
        return opinion, reviewer_of(config.name, "dagster", verified=False)
    except DecisionRejectedError as error:
        raise dg.Failure(
            f"{error} Nothing was decided; correct the config and launch again.",
            allow_retries=False,
        ) from error


def _verdict(config: ReviewsConfig) -> Verdict:
    if config.decision is None:
        raise DecisionRejectedError("Say in the config `decision`, and `name`: who decides.")
    return config.decision.value


def _failure(refusals: Mapping[str, PermanentError], variants: int) -> dg.Failure:
    lines = [f"- {key}: {error}" for key, error in list(refusals.items())[:_REFUSALS_SHOWN]]
    hidden = len(refusals) - len(lines)
    if hidden:
        lines.append(f"- … and {hidden} more")
    return dg.Failure(
        f"{len(refusals)} of {variants} variants could not be decided"
        f"{'; the others are' if len(refusals) < variants else ''}.\n" + "\n".join(lines),
        allow_retries=False,
    )
