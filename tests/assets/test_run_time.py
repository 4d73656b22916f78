"""A run that hangs is ended in minutes, and a worker whose run was ended makes no further call."""

import threading
import time
from collections.abc import Callable
from typing import Any

import dagster as dg
import pytest

from creative_assets.assets.run_time import MAX_RUNTIME_TAG, max_run_time_s
from creative_assets.assets.specs import CREATIVES_JOB
from creative_assets.definitions import defs
from creative_assets.partitions import PARTITIONS_NAME, range_tags
from creative_assets.settings import Settings
from creative_assets.standin.behaviour import Behaviour
from creative_assets.standin.serve import StandIn
from creative_assets.studio.produce import Job
from creative_assets.studio.stages import AD_COPY, CONTEXT_PACK, VARIANT_BRIEF
from creative_assets.studio.streaming import LOOK_S

Accept = Callable[[dict[str, Any]], list[Job]]

pytestmark = pytest.mark.usefixtures("settings", "asking")

MINUTE_S = 60
STAGES = (VARIANT_BRIEF, CONTEXT_PACK, AD_COPY)


@pytest.fixture
def key(accepted: Accept, brief: dict[str, Any], instance: dg.DagsterInstance) -> str:
    """The partition of a brief's one variant."""
    (job,) = accepted(brief)
    instance.add_dynamic_partitions(PARTITIONS_NAME, [job.variant.key])
    return job.variant.key


def launched(
    instance: dg.DagsterInstance, key: str, stages: tuple[str, ...] = STAGES, **tags: str
) -> dg.DagsterRun:
    """The run of `stages`, launched by hand, after it has ended."""
    job = defs().resolve_job_def(CREATIVES_JOB)
    result = job.execute_in_process(
        instance=instance,
        tags=range_tags(key, key) | tags,
        asset_selection=[dg.AssetKey(stage) for stage in stages],
        raise_on_error=False,
    )
    run = instance.get_run_by_id(result.run_id)
    assert run is not None
    return run


def test_what_a_run_may_take_grows_with_its_variants_and_with_the_models_deadlines(
    settings: Settings,
) -> None:
    slow = settings.model_copy(update={"image_deadline_s": settings.image_deadline_s + 100})

    assert max_run_time_s(24, settings) < 30 * MINUTE_S
    assert max_run_time_s(24, settings) > 24 * settings.variant_run_time_s
    assert max_run_time_s(24, slow) == max_run_time_s(24, settings) + 100


def test_a_run_that_somebody_launched_is_limited_like_any_other(
    instance: dg.DagsterInstance, key: str, settings: Settings
) -> None:
    run = launched(instance, key, (VARIANT_BRIEF,))

    assert run.tags[MAX_RUNTIME_TAG] == str(max_run_time_s(1, settings))


def test_a_limit_that_a_run_was_launched_with_stays(instance: dg.DagsterInstance, key: str) -> None:
    run = launched(instance, key, (VARIANT_BRIEF,), **{MAX_RUNTIME_TAG: "77"})

    assert run.tags[MAX_RUNTIME_TAG] == "77"


def test_a_worker_whose_run_was_ended_elsewhere_begins_no_further_call_and_leaves_it_ended(
    instance: dg.DagsterInstance, key: str, stand_in: StandIn
) -> None:
    stand_in.change(Behaviour(vary=True, text_latency_s=LOOK_S + 1))

    def cancel_for_good() -> None:
        while not stand_in.requests():
            time.sleep(0.01)
        (run,) = instance.get_runs()
        instance.report_run_canceled(run)

    canceller = threading.Thread(target=cancel_for_good, daemon=True)
    canceller.start()
    run = launched(instance, key)
    canceller.join(LOOK_S)

    assert run.status == dg.DagsterRunStatus.CANCELED
    assert [call.operation for call in stand_in.requests()] == ["context_pack"]
