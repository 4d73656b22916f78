"""When a run is over: how long it may take, and how its worker learns that it was ended.

A worker whose code server died is told of no cancellation, and one that was cut off from the
records not that its run was given up: both look for themselves, and go.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
from sqlalchemy.exc import OperationalError

from creative_assets.settings import Settings
from creative_assets.studio.errors import StoppedError

MAX_RUNTIME_TAG = "dagster/max_runtime"
_START_S = 60
_TEXTS_IN_A_ROW = 3  # context pack, art direction, the logo's spot; copy is made beside them


def max_run_time_s(variants: int, settings: Settings) -> int:
    """Far above what a healthy run of so many variants takes, in seconds."""
    line_s = _TEXTS_IN_A_ROW * settings.text_deadline_s + settings.image_deadline_s
    return round(_START_S + line_s + variants * settings.variant_run_time_s)


def limit_run_time(context: dg.AssetExecutionContext, variants: int, settings: Settings) -> None:
    """Let Dagster end the run, and retry it, once it takes longer than `max_run_time_s`.

    Nothing else ends one that hangs, or that lost worker and code server before its first
    heartbeat. Not where runs are launched: people launch them too, and backfills. A run that was
    launched with a limit keeps it.
    """
    if MAX_RUNTIME_TAG not in context.run.tags:
        limit_s = max_run_time_s(variants, settings)
        context.instance.add_run_tags(context.run.run_id, {MAX_RUNTIME_TAG: str(limit_s)})


def is_over(context: dg.AssetExecutionContext) -> bool:
    """Whether Dagster, or a person, has ended the run while this worker was at it."""
    try:
        run = context.instance.get_run_by_id(context.run.run_id)
    except OperationalError:  # a database that restarts has ended nothing
        return False
    return run is None or run.is_finished


@contextmanager
def leaving_once_over() -> Iterator[None]:
    """End a worker whose run is over without a word to Dagster that would change how it ended."""
    try:
        yield
    except StoppedError as error:
        raise dg.DagsterExecutionInterruptedError(str(error)) from error
