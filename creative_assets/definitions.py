"""Everything that Dagster loads. Stays on one screen: what a thing does is in its own module."""

import dagster as dg

from creative_assets.assets.approved import APPROVALS
from creative_assets.assets.catalog import CATALOG_JOB, catalog_schedule, creative_catalog
from creative_assets.assets.published import PUBLISH, build_published_creatives
from creative_assets.assets.reviews import build_reviews
from creative_assets.assets.specs import CREATIVES
from creative_assets.assets.stages import build_creative_stages
from creative_assets.logs import set_up_logs
from creative_assets.resources.studio import StudioResource
from creative_assets.sensors.briefs import briefs
from creative_assets.sensors.decisions import decisions
from creative_assets.sensors.failures import failures
from creative_assets.sensors.lost_runs import lost_runs
from creative_assets.sensors.notices import notices
from creative_assets.settings import Settings


@dg.definitions
def defs() -> dg.Definitions:
    """The code location."""
    settings = Settings()
    set_up_logs(settings)
    creative_stages = build_creative_stages(settings.variants_per_run)
    reviews = build_reviews(settings.variants_per_run)
    published_creatives = build_published_creatives(settings.variants_per_run)
    return dg.Definitions(
        assets=[creative_stages, reviews, published_creatives, creative_catalog],
        jobs=[CREATIVES, APPROVALS, PUBLISH, CATALOG_JOB],
        sensors=[briefs, decisions, failures, lost_runs, notices],
        schedules=[catalog_schedule],
        resources={"studio": StudioResource()},
        # One process a run: a killed run leaves no step process behind that goes on paying.
        executor=dg.in_process_executor,
    )
