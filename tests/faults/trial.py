"""A campaign produced at a stand-in that fails on purpose, and what the stand-in's log says.

The stages run as in production, without Dagster: what is tried is the model's service, the ledger
and the errors. Whoever launches again is an analyst with the preset “Failed and missing”.
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from creative_assets.resources.opening import Archive, open_archive, open_workbench
from creative_assets.settings import Settings
from creative_assets.standin.behaviour import Behaviour, FaultKind, FaultRule
from creative_assets.standin.request_log import Served
from creative_assets.standin.serve import running
from creative_assets.studio.acceptance import accept_at, load_jobs
from creative_assets.studio.errors import (
    ContentRefusedError,
    CreativeAssetsError,
    PermanentError,
)
from creative_assets.studio.produce import Event, Job, VariantFailed, produce
from creative_assets.studio.stages import FINAL_CREATIVES, STAGES
from creative_assets.studio.store import open_store

REFUSALS: tuple[FaultKind, ...] = ("refusal", "moderation_blocked")
PASSING: tuple[FaultKind, ...] = (
    *("rate_limit", "rate_limit_bare", "server_error", "unavailable_html", "reset", "short_body"),
    *("drip", "html_200", "error_200", "malformed_json", "wrong_schema", "cut_base64"),
    "wrong_size",
)
KINDS: tuple[FaultKind, ...] = (*PASSING, *REFUSALS, "model_retired")
ASKING = tuple(stage for stage in STAGES if stage != FINAL_CREATIVES)
"""The stages that ask models, and the one before them."""

_DEADLINE_S = 120.0
_SHORT_DEADLINE_S = 30.0
"""Where answers drip and never end: a call may take half of it."""
_NEVER_S = 600.0
_MOST_LAUNCHES = 15
_A_SENTENCE = 20
_LOCALES = (
    *("en-US", "de-DE", "fr-FR", "it-IT", "es-ES"),
    *("nl-NL", "pl-PL", "pt-BR", "ja-JP", "ar-AE"),
)
_LOGO = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 60">'
    b'<rect width="60" height="60" fill="#0B3D2E"/><rect x="80" y="20" width="120" height="20" '
    b'fill="#0B3D2E"/></svg>'
)


@dataclass(frozen=True)
class Trial:
    """What came of a campaign under faults.

    Attributes:
        calls: What the stand-in served.
        launches: The failures of each launch under faults.
        healed: The failures of the launch after the faults had gone.
        longest_s: The longest time from a request's first call to its answer.
        deadline_s: What a request was given.
    """

    kinds: tuple[FaultKind, ...]
    variants: int
    calls: tuple[Served, ...]
    launches: tuple[tuple[VariantFailed, ...], ...]
    healed: tuple[VariantFailed, ...]
    longest_s: float
    deadline_s: float
    seconds: float

    @property
    def ended(self) -> Counter[str]:
        """Error class → variants that ended with it for good, under the faults."""
        return Counter(
            type(failure.error).__name__
            for failures in self.launches
            for failure in failures
            if not _may_pass(failure)
        )

    @property
    def completed(self) -> int:
        """Variants that were complete while the service still failed."""
        return self.variants - self.ended.total() - sum(map(_may_pass, self.launches[-1]))

    @property
    def asked_again(self) -> int:
        """Calls for what had been answered well before: 0 is the promise."""
        answered: set[str | None] = set()
        again = 0
        for call in self.calls:
            again += call.request_sha256 in answered
            if call.status == httpx2.codes.OK and call.fault is None:
                answered.add(call.request_sha256)
        return again

    @property
    def refused_twice(self) -> int:
        """Calls for what had been refused before: 0 is the promise."""
        refused = Counter(call.request_sha256 for call in self.calls if call.fault in REFUSALS)
        return refused.total() - len(refused)

    @property
    def unexplained(self) -> list[str]:
        """Failures outside the error tree, without words, or refused for no category."""
        return [
            repr(failure.error)
            for failures in (*self.launches, self.healed)
            for failure in failures
            if not isinstance(failure.error, CreativeAssetsError)
            or len(str(failure.error)) < _A_SENTENCE
            or (isinstance(failure.error, ContentRefusedError) and not failure.error.categories)
        ]


def tried(
    folder: Path,
    kinds: Sequence[FaultKind],
    *,
    variants: int,
    rate: float = 0.1,
    stages: Collection[str] = ASKING,
) -> Trial:
    """Produce a campaign at a stand-in that shows each of `kinds` at `rate`.

    Variants that failed with what may pass are launched again; then the faults go, and all
    variants are launched once more.
    """
    started = time.monotonic()
    rules = tuple(FaultRule(kind=kind, rate=rate) for kind in kinds)
    healthy = Behaviour(vary=True, quick_pictures=True, retry_after_s=0.2, drip_s=_NEVER_S)
    deadline_s = _SHORT_DEADLINE_S if "drip" in kinds else _DEADLINE_S
    with running(healthy.model_copy(update={"faults": rules})) as stand_in:
        settings = _settings(folder, stand_in.base_url, deadline_s)
        with open_archive(settings) as archive:
            jobs = _accepted(settings, archive, variants)
            launches: list[tuple[VariantFailed, ...]] = []
            left: Sequence[Job] = jobs
            while left and len(launches) < _MOST_LAUNCHES:
                failures = asyncio.run(_launched(left, stages, settings, archive))
                launches.append(failures)
                passing = {each.variant_key for each in failures if _may_pass(each)}
                left = [job for job in jobs if job.variant.key in passing]
            stand_in.change(healthy)
            healed = asyncio.run(_launched(jobs, stages, settings, archive))
            longest_s = _longest_s(archive)
        return Trial(
            kinds=tuple(kinds),
            variants=len(jobs),
            calls=stand_in.requests(),
            launches=tuple(launches),
            healed=healed,
            longest_s=longest_s,
            deadline_s=deadline_s,
            seconds=time.monotonic() - started,
        )


def _may_pass(failure: VariantFailed) -> bool:
    return not isinstance(failure.error, PermanentError)


async def _launched(
    jobs: Sequence[Job], stages: Collection[str], settings: Settings, archive: Archive
) -> tuple[VariantFailed, ...]:
    events: list[Event] = []
    async with open_workbench(settings, archive) as bench:
        await produce(jobs, stages, bench, events.append, variants_in_flight=len(jobs))
    return tuple(event for event in events if isinstance(event, VariantFailed))


def _settings(folder: Path, base_url: str, deadline_s: float) -> Settings:
    return Settings(
        inbox_url=f"{folder}/inbox",
        store_url=f"{folder}/store",
        records_url=f"sqlite:///{folder}/records.db",
        openai_base_url=base_url,
        service_name="api.openai.com",
        text_deadline_s=deadline_s,
        image_deadline_s=deadline_s,
    )


def _accepted(settings: Settings, archive: Archive, variants: int) -> list[Job]:
    """The jobs of a campaign of so many variants, with approved copy nowhere."""
    locales = _LOCALES[: min(variants, len(_LOCALES))]
    names = [f"Blend {number}" for number in range(1, 1 + variants // len(locales))]
    brief: dict[str, Any] = {
        "campaign_id": "faults",
        "brand": {
            "name": "Nordlys",
            "primary_color": "#0B3D2E",
            "palette": ["#F4E9D8"],
            "logo": "logo.svg",
            "tone": "warm",
        },
        "audience": {"region": "Nordics", "description": "Commuters"},
        "products": [
            {"id": name.lower().replace(" ", "-"), "name": name, "description": f"{name}, slow."}
            for name in names
        ],
        "target_locales": list(locales),
        "output": {"aspect_ratios": ["1x1"]},
    }
    inbox = open_store(settings.inbox_url)
    inbox.put("logo.svg", _LOGO)
    inbox.put("brief.json", json.dumps(brief).encode())
    accept_at("brief.json", inbox, archive.store, archive.records)
    keys = [row.key for row in archive.records.variants.of_campaign("faults")]
    jobs, _ = load_jobs(keys, archive.store, archive.records)
    return jobs


def _longest_s(archive: Archive) -> float:
    with archive.records.database.reading() as connection:
        return float(
            connection.exec_driver_sql("SELECT MAX(seconds) FROM generations").scalar() or 0
        )
