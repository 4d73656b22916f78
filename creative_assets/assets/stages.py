"""The six stages as one streaming multi-asset.

One op and not six: a step's output materializes all its partitions or none, so that one refused
picture would hold back every sibling. Here each materialization is logged the moment its
variant's stage is done. What the stages do is the studio's matter.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeGuard

import dagster as dg
from pydantic import Field
from sqlalchemy.exc import OperationalError

from creative_assets.assets.approved import (
    APPROVED_KEY,
    APPROVED_SPEC,
    approved_evaluations,
    shown_finals,
)
from creative_assets.assets.change_rounds import ChangeRounds, round_metadata
from creative_assets.assets.checks import CHECK_SPECS, check_evaluations, selected_checks
from creative_assets.assets.confirmation import check_confirmed
from creative_assets.assets.inputs import Inputs
from creative_assets.assets.materialization import desk_link, materialization, run_failure
from creative_assets.assets.run_time import is_over, leaving_once_over, limit_run_time
from creative_assets.assets.specs import STAGE_SPECS
from creative_assets.partitions import PARTITIONS_NAME
from creative_assets.resources.opening import Archive, model_choice
from creative_assets.resources.studio import StudioResource
from creative_assets.studio.acceptance import load_jobs
from creative_assets.studio.checks import Check
from creative_assets.studio.contact_sheet import write_contact_sheet
from creative_assets.studio.dead_letters import deliver
from creative_assets.studio.errors import CreativeAssetsError, TransientError
from creative_assets.studio.produce import (
    StageDone,
    VariantChecked,
    VariantFailed,
    stage_versions,
)
from creative_assets.studio.stages import FINAL_CREATIVES, STAGES, TAKEABLE


class StagesConfig(dg.Config):
    """Materializing again keeps what is made and costs nothing, unless `new_take` is set."""

    new_take: bool = Field(
        default=False,
        description="Make new copy or pictures on purpose, and pay for them.",
    )
    new_take_of: list[str] = Field(
        default=list(TAKEABLE),
        description=f"The stages that a new take is for: {', '.join(TAKEABLE)}.",
    )
    confirmed_usd: float = Field(
        default=0.0,
        description="What the run may cost, in US dollars, where that is more than runs may that "
        "are launched by hand. One that was not confirmed says what to put here.",
    )


def build_creative_stages(variants_per_run: int) -> dg.AssetsDefinition:
    """The multi-asset; a backfill gives each of its runs at most `variants_per_run` variants."""

    @dg.multi_asset(
        name="creative_stages",
        specs=STAGE_SPECS,
        check_specs=[*CHECK_SPECS, APPROVED_SPEC],
        can_subset=True,
        backfill_policy=dg.BackfillPolicy.multi_run(variants_per_run),
    )
    def creative_stages(
        context: dg.AssetExecutionContext, config: StagesConfig, studio: StudioResource
    ) -> Iterator[dg.AssetMaterialization]:
        keys = _keys(context)
        stages = [stage for stage in STAGES if dg.AssetKey(stage) in context.selected_asset_keys]
        checks = selected_checks(context.selected_asset_check_keys)
        context.log.info("%d variants; models: %s.", len(keys), studio.settings().service)
        with leaving_once_over(), _again_when_cut_off(), studio.archive() as archive:
            new_take_of = config.new_take_of if config.new_take else ()
            settings = studio.settings()
            limit_run_time(context, len(keys), settings)
            check_confirmed(context, stages, new_take_of, config.confirmed_usd, archive, settings)
            if config.new_take:
                _ask_new_takes(config, context, archive)
            rounds = ChangeRounds(keys if FINAL_CREATIVES in stages else (), archive)
            jobs, failures = load_jobs(keys, archive.store, archive.records)
            job_of, choice = {job.variant.key: job for job in jobs}, model_choice(settings)
            inputs = Inputs(context.instance, stages, keys)
            campaign_of: dict[str, str] = {}
            for event in (
                studio.produced(jobs, stages, archive, context.run.run_id, lambda: is_over(context))
                if stages or checks
                else ()
            ):
                rounds.hear(event)
                if isinstance(event, VariantFailed):
                    context.log.error("%s at %s: %s", event.variant_key, event.stage, event.error)
                    failures.append(event)
                    continue
                key = event.variant.key
                outcome = None
                if _is_of_finals(event):
                    versions = stage_versions(job_of[key], choice)
                    archive.decisions.show(shown_finals(event, versions))
                    outcome = rounds.finish(event, versions)
                if isinstance(event, StageDone):
                    told = materialization(event, inputs, archive)
                    desk = desk_link(event, settings.desk_url)
                    yield told.with_metadata({**told.metadata, **desk, **round_metadata(outcome)})
                _tell_checks(event, checks, context)
                if _is_of_finals(event):
                    _tell_approved([key], context, archive)
                    campaign_of[key] = event.variant.campaign_id
            # A check that was planned and is not told of would count as failed to execute.
            _tell_approved(set(keys).difference(campaign_of), context, archive)
            for campaign_id in sorted(set(campaign_of.values())):
                _write_contact_sheet(campaign_id, context, studio, archive)
            _deliver_dead_letters(keys, context, archive)
        if failures:
            raise run_failure(failures, len(keys))

    return creative_stages


_CUTS = 3
_PAUSE_S = 5.0


@contextmanager
def _again_when_cut_off() -> Iterator[None]:
    """Let Dagster run the op again where a database or the store failed under it, and no variant.

    What is done is found again, and costs nothing.
    """
    try:
        yield
    except (TransientError, OperationalError) as error:  # the latter of Dagster's own database
        raise dg.RetryRequested(max_retries=_CUTS, seconds_to_wait=_PAUSE_S) from error


def _keys(context: dg.AssetExecutionContext) -> Sequence[str]:
    """The variants of the run. The UI's button for all checks names none, and means every one."""
    if context.has_partition_key or context.has_partition_key_range:
        return list(context.partition_keys)
    return list(context.instance.get_dynamic_partitions(PARTITIONS_NAME))


def _is_of_finals(event: StageDone | VariantChecked) -> TypeGuard[StageDone]:
    return isinstance(event, StageDone) and event.output.stage == FINAL_CREATIVES


def _tell_checks(
    event: StageDone | VariantChecked, checks: Sequence[Check], context: dg.AssetExecutionContext
) -> None:
    for evaluation in check_evaluations(event, checks, context.instance):
        context.log_event(evaluation)


def _write_contact_sheet(
    campaign_id: str,
    context: dg.AssetExecutionContext,
    studio: StudioResource,
    archive: Archive,
) -> None:
    """Once a run and campaign, and not for each variant: it reads all finals of the campaign."""
    choice = model_choice(studio.settings())
    try:
        write_contact_sheet(campaign_id, choice, archive.store, archive.records)
    except CreativeAssetsError as error:  # an overview alone: the finals are there
        context.log.warning("The contact sheet of %s is not up to date: %s", campaign_id, error)


def _deliver_dead_letters(
    keys: Collection[str], context: dg.AssetExecutionContext, archive: Archive
) -> None:
    campaign_ids = {key.split("/")[0] for key in keys}
    try:
        deliver(campaign_ids, archive.store, archive.records, context.run.run_id)
    except CreativeAssetsError as error:  # copies alone: the records know what has failed
        context.log.warning("Not every dead letter is in the store: %s", error)


def _tell_approved(
    keys: Collection[str], context: dg.AssetExecutionContext, archive: Archive
) -> None:
    if APPROVED_KEY not in context.selected_asset_check_keys:
        return
    for evaluation in approved_evaluations(keys, archive.decisions, context.instance):
        context.log_event(evaluation)


def _ask_new_takes(
    config: StagesConfig, context: dg.AssetExecutionContext, archive: Archive
) -> None:
    unknown = sorted(set(config.new_take_of) - set(TAKEABLE))
    if unknown or not config.new_take_of:
        raise dg.Failure(
            f"new_take_of names {unknown or 'no stage'}; expected some of {list(TAKEABLE)}. "
            "Correct the run config and launch again.",
            allow_retries=False,
        )
    # A retried run asks under the name of the first, and so for no further take.
    asked_by = context.run.root_run_id or context.run.run_id
    for stage in config.new_take_of:
        archive.records.takes.ask_new(context.partition_keys, stage, asked_by)
