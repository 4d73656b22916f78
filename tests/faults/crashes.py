"""A campaign whose run is killed again and again, and what was lost by it.

Nobody helps: Dagster's run monitoring and run retries, as shipped, have to finish it. What a kill
has cost is judged by the stand-in's own log, and what there is at the end by the ledger.
"""

import itertools
import json
import os
import random
import re
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import dagster as dg
from dagster._core.storage.dagster_run import RunRecord

from creative_assets.assets.run_time import max_run_time_s
from creative_assets.resources.opening import Archive, model_choice
from creative_assets.studio.acceptance import load_jobs
from creative_assets.studio.errors import CreativeAssetsError
from creative_assets.studio.produce import Job, kept_output, stage_versions
from creative_assets.studio.stages import STAGES, ModelChoice, StageOutput, folder_of
from creative_assets.studio.store import StoredFile, open_store
from creative_assets.studio.store.base import TEMP_PREFIX
from tests.conftest import LOGO, product
from tests.faults.deployed import Deployed, deployed

Companion = Literal["", "daemon", "webserver", "code server"]
COMPANIONS: tuple[Companion, ...] = ("daemon", "webserver", "code server")

CAMPAIGN = "crashes"
KEEPING_S = 3.0
"""An answer is counted as in flight for so long after it was given: it has to be kept first."""

_LATENCIES = ("--text-latency-s", "1", "--vision-latency-s", "1", "--image-latency-s", "3")
_LOCALES = ("en-US", "de-DE", "fr-FR", "it-IT", "es-ES", "ja-JP")
_LATEST_SHARE = 0.85
_IN_FLIGHT = {"CREATIVE_ASSETS_VARIANTS_IN_FLIGHT": "6"}
"""So that the campaign takes its time, and not all of it is in flight at each kill."""
_ACCEPTED_S = 60.0
_SPARE_S = 240.0
_DATA_VERSION = "dagster/data_version"


@dataclass(frozen=True)
class Moment:
    """When to kill: so many outputs stand in the store, and a run has been at it for some time."""

    outputs: int
    delay_s: float
    companion: Companion


@dataclass(frozen=True)
class Kill:
    """A run's worker was killed, and perhaps something else with it.

    Attributes:
        at: Seconds since the epoch.
        in_flight: Calls that were under way, or just answered and not kept yet.
        lost: Calls among them that had to be made again.
        until_next_s: Until the next worker was at work.
    """

    at: float
    companion: Companion
    outputs: int
    in_flight: int = 0
    lost: int = 0
    until_next_s: float = 0.0


@dataclass(frozen=True)
class CrashTrial:
    """What became of the campaign.

    Attributes:
        calls: All that the stand-in has answered.
        generations: Answers that the ledger holds.
        asked_again: Calls for what had been answered, and was in flight at no kill.
        oldest_lost_s: How long before a kill the oldest answer was given that was lost by it.
        orphans: Calls that were begun when one run had failed and the next had not begun.
        faults: What is not as it should be in the end; empty is the promise.
        unfinished_files: Left by writers that were killed; nobody reads them.
    """

    variants: int
    kills: tuple[Kill, ...]
    calls: int
    generations: int
    asked_again: int
    oldest_lost_s: float
    orphans: int
    faults: tuple[str, ...]
    unfinished_files: int
    seconds: float

    @property
    def lost(self) -> int:
        """Calls that were answered, or would have been, to nobody."""
        return sum(kill.lost for kill in self.kills)

    def holds(self, kills: int) -> bool:
        """Whether every promise was kept, under so many kills."""
        broken = self.asked_again + self.orphans + len(self.faults)
        unaccounted = self.calls - self.generations - self.lost
        return len(self.kills) == kills and not broken and not unaccounted


def moments(
    kills: int, outputs: int, companions: Sequence[Companion], longest_delay_s: float, seed: int
) -> list[Moment]:
    """Random moments over the whole course of a campaign that makes so many outputs."""
    chance = random.Random(seed)  # noqa: S311 - to be repeated
    at = sorted(chance.randrange(round(outputs * _LATEST_SHARE)) for _ in range(kills))
    alone: list[Companion] = [""] * (kills - len(companions))
    which = [*companions, *alone]
    chance.shuffle(which)
    return [
        Moment(place, chance.uniform(0, longest_delay_s), companion)
        for place, companion in zip(at, which, strict=True)
    ]


def survived(
    root: Path,
    *,
    variants: int,
    kills: int,
    companions: Sequence[Companion],
    longest_delay_s: float,
    seed: int,
) -> CrashTrial:
    """Drop a brief of so many variants, kill so often, and wait until it is done.

    Args:
        root: An empty folder.
        variants: A multiple of their locales, six, or fewer.
        kills: Of run workers; `companions` are killed together with one each.
        longest_delay_s: How long a worker may go on when its moment has come.
    """
    started = time.monotonic()
    shipped = (files("creative_assets") / "data" / "dagster.yaml").read_text()
    # All that differs from what is shipped, since three retries would do for three kills.
    dagster_yaml = re.sub(r"max_retries: \d+", f"max_retries: {kills}", shipped)
    behaviour = ("--vary", "--quick-pictures", *_LATENCIES)
    with deployed(root, behaviour, _IN_FLIGHT, dagster_yaml) as place, place.archive() as archive:
        jobs = _accepted(place, archive, variants)
        choice = model_choice(place.settings)
        folders = {folder for job in jobs for folder in _folders(job, choice)}

        def is_done() -> bool:
            rows = archive.records.variants.of_campaign(CAMPAIGN)
            return all(row.status == "done" for row in rows) and place.is_at_rest()

        kills_made = [
            kill
            for moment in moments(kills, len(folders), companions, longest_delay_s, seed)
            if (kill := _kill(place, moment, is_done, max_run_time_s(len(jobs), place.settings)))
        ]
        place.wait_for(is_done, "the campaign to be done", _SPARE_S)
        calls = _calls(place)
        return CrashTrial(
            variants=len(jobs),
            kills=tuple(_with_losses(kills_made, calls)),
            calls=len(calls),
            generations=_generations(archive),
            asked_again=_asked_again(kills_made, calls),
            oldest_lost_s=_oldest_lost_s(kills_made, calls),
            orphans=_orphans(calls, place.runs()),
            faults=tuple(_faults(jobs, choice, place.instance, archive)),
            unfinished_files=sum(1 for _ in (root / "store").rglob(f"{TEMP_PREFIX}*")),
            seconds=time.monotonic() - started,
        )


def _accepted(place: Deployed, archive: Archive, variants: int) -> list[Job]:
    locales = _LOCALES[: min(variants, len(_LOCALES))]
    brief: dict[str, Any] = {
        "campaign_id": CAMPAIGN,
        "brand": {
            "name": "Nordlys",
            "primary_color": "#0B3D2E",
            "palette": ["#F4E9D8"],
            "logo": "logo.svg",
            "tone": "warm",
        },
        "audience": {"region": "Nordics", "description": "Commuters"},
        "products": [
            product(f"blend-{number}", f"Blend {number}")
            for number in range(1, 1 + variants // len(locales))
        ],
        "target_locales": list(locales),
        "output": {"aspect_ratios": ["1x1"]},
    }
    inbox = open_store(str(place.inbox))
    inbox.put("logo.svg", LOGO)
    inbox.put("brief.json", json.dumps(brief).encode())
    rows = place.wait_for(
        lambda: archive.records.variants.of_campaign(CAMPAIGN), "the variants", _ACCEPTED_S
    )
    jobs, failures = load_jobs([row.key for row in rows], archive.store, archive.records)
    assert not failures
    assert len(jobs) == variants
    return jobs


def _kill(
    place: Deployed, moment: Moment, is_done: Callable[[], bool], run_time_s: float
) -> Kill | None:
    """Kill the worker at its moment, and wait for the next; None where all was done before."""

    def is_time() -> bool:
        is_at_work = place.worker() is not None and _outputs(place.root) >= moment.outputs
        return is_at_work or is_done()

    worker = None
    while worker is None and not is_done():
        place.wait_for(is_time, f"{moment.outputs} outputs", _SPARE_S)
        time.sleep(moment.delay_s)
        worker = place.worker()
    if worker is None:
        return None
    outputs = _outputs(place.root)
    if moment.companion == "code server":  # first, so that it does not see its worker die
        place.code_server.kill()
    at = time.time()
    with suppress(ProcessLookupError):
        os.kill(worker.pid, signal.SIGKILL)
    for name, program in (("daemon", place.daemon), ("webserver", place.webserver)):
        if moment.companion == name:
            program.kill()
            program.start()
    if moment.companion == "code server":
        place.code_server.start()
    killed_id = worker.run_id
    place.wait_for(
        lambda: (new := place.worker()) is not None and new.run_id != killed_id,
        "the next worker",
        run_time_s + _SPARE_S,
    )
    return Kill(at, moment.companion, outputs, until_next_s=time.time() - at)


def _outputs(root: Path) -> int:
    campaign = root / "store" / "campaigns" / CAMPAIGN
    return sum(1 for stage in STAGES for _ in (campaign / stage).glob("*/manifest.json"))


def _folders(job: Job, choice: ModelChoice) -> list[str]:
    versions = stage_versions(job, choice)
    return [folder_of(CAMPAIGN, stage, versions[stage]) for stage in STAGES]


# What was lost, by the stand-in's log


@dataclass(frozen=True)
class _Call:
    """A call that the stand-in answered, in seconds since the epoch."""

    request: str | None
    begun: float
    answered: float


def _calls(place: Deployed) -> list[_Call]:
    return [
        _Call(call.request_sha256, _epoch_s(call.started_at), _epoch_s(call.ended_at or ""))
        for call in place.calls()
        if call.operation != "models"
    ]


def _epoch_s(iso: str) -> float:
    return datetime.fromisoformat(iso).timestamp()


def _repeated(calls: Sequence[_Call]) -> list[_Call]:
    """Calls whose request was made again later."""
    newest = {call.request: call for call in calls}
    return [call for call in calls if newest[call.request] is not call]


def _was_in_flight(call: _Call, kill: Kill) -> bool:
    return call.begun < kill.at < call.answered + KEEPING_S


def _with_losses(kills: Sequence[Kill], calls: Sequence[_Call]) -> list[Kill]:
    repeated = _repeated(calls)
    return [
        replace(
            kill,
            in_flight=sum(_was_in_flight(call, kill) for call in calls),
            lost=sum(_was_in_flight(call, kill) for call in repeated),
        )
        for kill in kills
    ]


def _asked_again(kills: Sequence[Kill], calls: Sequence[_Call]) -> int:
    return sum(not any(_was_in_flight(call, kill) for kill in kills) for call in _repeated(calls))


def _oldest_lost_s(kills: Sequence[Kill], calls: Sequence[_Call]) -> float:
    return max(
        (
            kill.at - call.answered
            for call in _repeated(calls)
            for kill in kills
            if call.answered < kill.at and _was_in_flight(call, kill)
        ),
        default=0.0,
    )


def _orphans(calls: Sequence[_Call], runs: Sequence[RunRecord]) -> int:
    """Calls that were begun between the end of a run and the start of the next."""
    pauses = [
        (run.end_time, following.start_time)
        for run, following in itertools.pairwise(runs)
        if run.end_time and following.start_time
    ]
    return sum(ended < call.begun < started for call in calls for ended, started in pauses)


# What there is in the end


def _generations(archive: Archive) -> int:
    with archive.records.database.reading() as connection:
        done = "SELECT COUNT(*) FROM generations WHERE state = 'done'"
        return int(connection.exec_driver_sql(done).scalar() or 0)


def _faults(
    jobs: Sequence[Job], choice: ModelChoice, instance: dg.DagsterInstance, archive: Archive
) -> Iterator[str]:
    """What is not complete, or does not agree with the ledger or with Dagster."""
    status = {row.key: row.status for row in archive.records.variants.of_campaign(CAMPAIGN)}
    for job in jobs:
        key = job.variant.key
        if status[key] != "done":
            yield f"{key} is {status[key]}"
        for stage, version in stage_versions(job, choice).items():
            output = kept_output(CAMPAIGN, stage, version, archive.store)
            if output is None:
                yield f"{stage} of {key} is not there"
                continue
            yield from _faults_of_output(output, version, archive)
            if _shown_version(instance, stage, key) != version:
                yield f"Dagster shows another {stage} of {key}"


def _faults_of_output(output: StageOutput[Any], version: str, archive: Archive) -> Iterator[str]:
    if output.version != version:
        yield f"{output.stage} {version} says that it is {output.version}"
    rows = archive.records.ledger.by_key(output.generations)
    for key in output.generations:
        if key not in rows or rows[key].state != "done":
            yield f"{output.stage} {version} was made from {key}, which the ledger does not hold"
    kept = [row.file for row in rows.values() if row.file is not None]
    for file in (*kept, *_files_in(output.model_dump(mode="json"))):
        try:
            archive.store.get_verified(file)
        except CreativeAssetsError as error:
            yield f"{output.stage} {version}: {error}"


def _files_in(data: object) -> Iterator[StoredFile]:
    """Every stored file that a manifest names, however deep."""
    if isinstance(data, dict):
        if set(data) == set(StoredFile.model_fields):
            yield StoredFile.model_validate(data)
        for value in data.values():
            yield from _files_in(value)
    elif isinstance(data, list):
        for value in data:
            yield from _files_in(value)


def _shown_version(instance: dg.DagsterInstance, stage: str, key: str) -> str | None:
    wanted = dg.AssetRecordsFilter(asset_key=dg.AssetKey(stage), asset_partitions=[key])
    records = instance.fetch_materializations(wanted, limit=1).records
    materialization = records[0].asset_materialization if records else None
    tags = (materialization.tags or {}) if materialization else {}
    return tags.get(_DATA_VERSION)
