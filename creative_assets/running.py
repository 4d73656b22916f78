"""One brief through Dagster in this process: what `creative-assets run` and the demo do.

It uses the same job, partitions and instance as the UI, so that everything it makes shows there.
"""

import importlib
import os
import shutil
import threading
import time
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Self

import dagster as dg
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from creative_assets.assets.specs import CREATIVES_JOB
from creative_assets.definitions import defs
from creative_assets.partitions import PARTITIONS_NAME, range_tags
from creative_assets.resources.opening import Archive, model_choice, open_archive
from creative_assets.settings import Settings
from creative_assets.studio.acceptance import accept_at, load_jobs
from creative_assets.studio.contact_sheet import page_path, picture_path
from creative_assets.studio.intake import contiguous_ranges
from creative_assets.studio.local_brief import jobs_of, load_local_brief, submit_brief
from creative_assets.studio.produce import Job, kept_output, stage_versions
from creative_assets.studio.stages import FINAL_CREATIVES, STAGES
from creative_assets.studio.store import open_store

_HOME = "DAGSTER_HOME"
_DEFAULT_HOME = "var/dagster"
_CENT_USD = 0.01
_ASKED_FIRST = "openai.resources.chat.completions"
_MATERIALIZATION = "ASSET_MATERIALIZATION"


@dataclass
class Spending:
    """What the materializations of a run say they cost. A cost is None where it is unknown."""

    made: int = 0
    reused: int = 0
    cost_usd: float | None = 0.0
    list_price_usd: float | None = 0.0
    stages: Counter[str] = field(default_factory=Counter)

    def add(self, materialization: dg.AssetMaterialization) -> None:
        """Count one stage's output."""
        metadata: dict[str, Any] = {
            name: value.value for name, value in materialization.metadata.items()
        }
        self.stages[materialization.asset_key.to_user_string()] += 1
        self.made += metadata["generations_made"]
        self.reused += metadata["generations_reused"]
        self.cost_usd = _sum(self.cost_usd, metadata["cost_usd"])
        self.list_price_usd = _sum(self.list_price_usd, metadata["list_price_usd"])


def run_brief(
    path: Path, settings: Settings, out: Console, *, new_take: bool, confirmed_usd: float
) -> bool:
    """Submit a brief, run its variants through Dagster, and name what was made.

    Returns:
        Whether every variant has its finals.

    Raises:
        BriefError: The brief is wrong; nothing was submitted.
    """
    started = time.monotonic()
    # A second of imports, while the brief is read and Dagster prepares the run.
    threading.Thread(target=importlib.import_module, args=(_ASKED_FIRST,), daemon=True).start()
    local = load_local_brief(path)
    _prepare_dagster_home()
    if settings.uses_stand_in:
        out.print("No OPENAI_API_KEY: the [bold]stand-in[/] answers for all models, at no cost.")
    with open_archive(settings) as archive, dg.DagsterInstance.get() as instance:
        inbox = open_store(settings.inbox_url)
        path_there = submit_brief(local, inbox, archive.records)
        accept_at(path_there, inbox, archive.store, archive.records)
        keys = [job.variant.key for job in jobs_of(local, archive.records)]
        # Launched here, so that the sensor finds nothing left to launch.
        archive.records.variants.assign_launch(keys, archive.records.variants.last_launch())
        instance.add_dynamic_partitions(PARTITIONS_NAME, keys)
        order = instance.get_dynamic_partitions(PARTITIONS_NAME)
        spending = Spending()
        config = {"new_take": new_take, "confirmed_usd": confirmed_usd}
        with _Progress(out, len(keys)) as progress:
            succeeded = [
                _run_range(batch, instance, spending, progress, config)
                for batch in contiguous_ranges(order, set(keys), settings.variants_per_run)
            ]
        jobs, _ = load_jobs(keys, archive.store, archive.records)
        _report(jobs, spending, settings, archive, out)
    out.print(f"Took {time.monotonic() - started:.1f} s.")
    return all(succeeded)


class _Progress:
    """A bar for each stage, and a line for each variant that is finished or failed."""

    def __init__(self, out: Console, variants: int) -> None:
        self._bars = Progress(
            TextColumn("{task.description:<16}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=out,
        )
        self._tasks = {stage: self._bars.add_task(stage, total=variants) for stage in STAGES}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def done(self, stage: str, variant_key: str) -> None:
        self._bars.advance(self._tasks[stage])
        if stage == FINAL_CREATIVES:
            self._bars.console.print(f"[green]✓[/] {variant_key}")

    def failed(self, message: str) -> None:
        self._bars.console.print(f"[red]✗[/] {escape(message)}")


def _run_range(
    keys: Sequence[str],
    instance: dg.DagsterInstance,
    spending: Spending,
    progress: _Progress,
    config: Mapping[str, bool | float],
) -> bool:
    def on_event(entry: dg.EventLogEntry) -> None:
        event = entry.dagster_event
        if event is None or event.event_type_value != _MATERIALIZATION:
            return
        materialization = event.step_materialization_data.materialization
        spending.add(materialization)
        progress.done(materialization.asset_key.to_user_string(), materialization.partition or "")

    run_id = str(uuid.uuid4())
    instance.add_event_listener(run_id, on_event)
    result = (
        defs()
        .resolve_job_def(CREATIVES_JOB)
        .execute_in_process(
            instance=instance,
            run_id=run_id,
            tags=range_tags(keys[0], keys[-1]),
            run_config=_run_config(config),
            raise_on_error=False,
        )
    )
    if not result.success:
        progress.failed(_reason(result))
        progress.failed("Run the same command again when the cause is gone: what is done is kept.")
    return result.success


def _reason(result: dg.ExecuteInProcessResult) -> str:
    """Why a run failed, in the words of the failure that the assets raised, where they did."""
    for step_key in result.get_failed_step_keys():
        failure = result.failure_data_for_node(step_key)
        if failure is not None and failure.user_failure_data is not None:
            return str(failure.user_failure_data.description)
        if failure is not None and failure.error is not None:
            return str(failure.error.message)
    return "The run failed. The Dagster UI says more."


def _run_config(config: Mapping[str, bool | float]) -> dict[str, Any]:
    return {
        "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
        "ops": {"creative_stages": {"config": dict(config)}},
    }


def _report(
    jobs: Sequence[Job], spending: Spending, settings: Settings, archive: Archive, out: Console
) -> None:
    choice = model_choice(settings)
    finals = []
    for job in jobs:
        version = stage_versions(job, choice)[FINAL_CREATIVES]
        output = kept_output(job.variant.campaign_id, FINAL_CREATIVES, version, archive.store)
        if output is not None:
            finals.append((job.variant, output.data))
    out.print()
    for variant, creatives in finals:
        out.print(f"[bold]{variant.key}[/]")
        for final in (*creatives.finals, *creatives.clean):
            out.print(f"  {_shown(archive, final.file.path)}", soft_wrap=True, highlight=False)
    if finals:
        _show_contact_sheet(finals[0][0].campaign_id, archive, out)
    if not spending.made and len(finals) == len(jobs):
        out.print("Nothing to make: everything was there already. No generation was made.")
    out.print(
        f"Generations: {spending.made} made, {spending.reused} reused. "
        f"Cost: {_usd(spending.cost_usd)}"
        + (
            f" (stand-in; the same from the models: {_usd(spending.list_price_usd)})."
            if settings.uses_stand_in and spending.made
            else "."
        ),
        soft_wrap=True,
    )


def _show_contact_sheet(campaign_id: str, archive: Archive, out: Console) -> None:
    out.print()
    for name, path in (
        ("Contact sheet", page_path(campaign_id)),
        ("As one picture", picture_path(campaign_id)),
    ):
        if archive.store.exists(path):
            out.print(f"{name}: {_shown(archive, path)}", soft_wrap=True, highlight=False)


def _shown(archive: Archive, path: str) -> str:
    place = f"{archive.store.url}/{path}"
    return os.path.relpath(place.removeprefix("file://")) if "file://" in place else place


def _usd(amount: float | None) -> str:
    if amount is None:
        return "unknown"
    return f"USD {amount:.2f}" if amount == 0 or amount >= _CENT_USD else "less than a cent"


def _sum(total: float | None, amount: float | str) -> float | None:
    return total + amount if total is not None and isinstance(amount, float) else None


def _prepare_dagster_home() -> None:
    """Dagster's home, with our settings for one machine where it has none yet."""
    home = Path(os.environ.setdefault(_HOME, str(Path(_DEFAULT_HOME).absolute())))
    home.mkdir(parents=True, exist_ok=True)
    if not (home / "dagster.yaml").exists():
        with as_file(files("creative_assets") / "data" / "dagster.yaml") as ours:
            shutil.copyfile(ours, home / "dagster.yaml")
