"""`published_creatives`: approved finals, copied to where they go out from.

What may be published, and how files are named, is the studio's matter.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import dagster as dg

from creative_assets.assets.approved import approved_evaluations
from creative_assets.assets.reviews import REVIEWS
from creative_assets.assets.specs import OWNERS, REVIEW_GROUP
from creative_assets.partitions import VARIANTS
from creative_assets.resources.opening import Archive
from creative_assets.resources.studio import StudioResource
from creative_assets.settings import Settings
from creative_assets.studio.acceptance import load_jobs
from creative_assets.studio.brief import VariantBrief
from creative_assets.studio.errors import PermanentError
from creative_assets.studio.lineage import Manifest
from creative_assets.studio.publish import (
    Publication,
    Shelf,
    approval_for,
    manifest_path,
    publish,
)
from creative_assets.studio.review import look_at
from creative_assets.studio.stages import FINAL_CREATIVES
from creative_assets.studio.store import open_store

PUBLISHED = "published_creatives"
PUBLISH_JOB = "publish"
_FAILURES_SHOWN = 50

PUBLISHED_SPEC = dg.AssetSpec(
    PUBLISHED,
    deps=[FINAL_CREATIVES, REVIEWS],
    description=(
        "The approved finals, byte for byte, under the names that the settings say, with "
        "`manifest.json`: the lineage from brief to bytes. Only with an approval of exactly these "
        "bytes; nothing is ever overwritten. Publishing again changes nothing."
    ),
    group_name=REVIEW_GROUP,
    kinds={"python"},
    owners=OWNERS,
    partitions_def=VARIANTS,
    # A variant that may not be published yields nothing; the others of its run do.
    skippable=True,
)

PUBLISH = dg.define_asset_job(
    PUBLISH_JOB,
    selection=dg.AssetSelection.assets(PUBLISHED_SPEC.key),
    description="Publishes the variants of the run, as far as they are approved.",
)


def build_published_creatives(variants_per_run: int) -> dg.AssetsDefinition:
    """The asset; a backfill gives each of its runs at most `variants_per_run` variants."""

    @dg.multi_asset(
        name=PUBLISHED,
        specs=[PUBLISHED_SPEC],
        backfill_policy=dg.BackfillPolicy.multi_run(variants_per_run),
    )
    def published_creatives(
        context: dg.AssetExecutionContext, studio: StudioResource
    ) -> Iterator[dg.AssetMaterialization]:
        keys, settings = context.partition_keys, studio.settings()
        shelf = Shelf(open_store(settings.publish_url), settings.publish_template)
        with studio.archive() as archive:
            for evaluation in approved_evaluations(keys, archive.decisions, context.instance):
                context.log_event(evaluation)
            jobs, unknown = load_jobs(keys, archive.store, archive.records)
            failures = {failed.variant_key: failed.error for failed in unknown}
            for job in jobs:
                try:
                    manifest, ended = _publish(job.variant, shelf, archive, settings)
                except PermanentError as error:
                    failures[job.variant.key] = error
                else:
                    yield _materialization(manifest, shelf)
                    # After it: what is kept as done is not launched again.
                    archive.publications.keep(ended)
        if failures:
            raise _failure(failures, len(keys))

    return published_creatives


def _publish(
    variant: VariantBrief, shelf: Shelf, archive: Archive, settings: Settings
) -> tuple[Manifest, Publication]:
    """Publish; the manifest, and what is to be kept of it for the sensor that launches this."""
    seen = look_at(variant.key, archive.decisions)
    approval = approval_for(seen, takes_unverified=settings.publish_unverified)
    brand = variant.brand_name
    ended = Publication(variant.key, seen.finals.sha256, approval.id)
    try:
        manifest = publish(seen, approval, brand, shelf, archive.store, archive.records)
    except PermanentError as error:
        archive.publications.keep(replace(ended, error=str(error)))
        raise
    return manifest, replace(ended, manifest_path=manifest_path(seen.finals, brand, shelf))


def _materialization(manifest: Manifest, shelf: Shelf) -> dg.AssetMaterialization:
    files = [
        dg.TableRecord({"name": file.name, "path": file.path, "bytes": file.size_bytes})
        for file in manifest.files
    ]
    known = [used.cost_usd for used in manifest.generations if used.cost_usd is not None]
    is_known = len(known) == len(manifest.generations)
    return dg.AssetMaterialization(
        asset_key=PUBLISHED,
        partition=manifest.variant,
        description=f"{len(files)} files, by the approval {manifest.approved_by_decision}.",
        metadata={
            "published_at": dg.MetadataValue.text(shelf.store.url),
            "files": dg.MetadataValue.table(files),
            "sha256": dg.MetadataValue.json({file.name: file.sha256 for file in manifest.files}),
            "approved_by_decision": dg.MetadataValue.text(manifest.approved_by_decision),
            "generations": dg.MetadataValue.int(len(manifest.generations)),
            "generations_cost_usd": (
                dg.MetadataValue.float(round(sum(known), 6))
                if is_known
                else dg.MetadataValue.text("unknown")
            ),
        },
    )


def _failure(failures: Mapping[str, Exception], variants: int) -> dg.Failure:
    lines: Sequence[str] = [f"- {key}: {error}" for key, error in failures.items()]
    hidden = len(lines) - _FAILURES_SHOWN
    more = [f"- … and {hidden} more"] if hidden > 0 else []
    return dg.Failure(
        f"{len(failures)} of {variants} variants were not published"
        f"{'; the others were' if len(failures) < variants else ''}.\n"
        + "\n".join([*lines[:_FAILURES_SHOWN], *more]),
        allow_retries=False,
    )
