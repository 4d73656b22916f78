"""What a run needs, checked before it is paid for: `creative-assets preflight`."""

import asyncio
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from PIL import features

from creative_assets.resources.opening import open_models, open_turns
from creative_assets.settings import Settings
from creative_assets.studio.errors import CreativeAssetsError
from creative_assets.studio.fonts import renderer_version
from creative_assets.studio.models.limits import ModelLimit
from creative_assets.studio.prices import expected_price
from creative_assets.studio.records import open_records
from creative_assets.studio.store import open_store
from creative_assets.studio.values import Frozen, Size

_WARN_BEFORE = timedelta(days=60)
_ANY_SIZE = Size(width_px=1024, height_px=1024)


class Finding(Frozen):
    """One thing that was checked."""

    kind: Literal["ok", "warning", "failure"]
    text: str


def checked(settings: Settings) -> Iterator[Finding]:
    """Check one thing after the other, and tell of each at once."""
    yield from _renderer()
    yield from _store("inbox", settings.inbox_url)
    yield from _store("store", settings.store_url)
    yield from _records(settings)
    yield from _limits(settings)
    yield from _models(settings)


def _renderer() -> Iterator[Finding]:
    if features.check("raqm"):
        yield Finding(kind="ok", text=f"Shaper and fonts: {renderer_version()}")
    else:
        yield Finding(
            kind="failure",
            text="No text shaper: Arabic, Hebrew, Hindi, Thai and the like cannot be set. Install "
            "FriBiDi (Debian: apt-get install libfribidi0; macOS: brew install fribidi).",
        )


def _store(name: str, url: str) -> Iterator[Finding]:
    probe = f".preflight-{uuid.uuid4().hex}"
    with _as_finding(f"The {name} {url}") as findings:
        store = open_store(url)
        store.put(probe, b"probe")
        store.get(probe)
        store.delete(probe)
        findings.append(Finding(kind="ok", text=f"The {name} {store.url} can be written and read."))
        advice = store.advice()
        if advice is not None:
            findings.append(Finding(kind="warning", text=advice))
    yield from findings


def _records(settings: Settings) -> Iterator[Finding]:
    with _as_finding("The records database") as findings:
        open_records(settings.records_url).close()
        findings.append(Finding(kind="ok", text="The records database answers, and is up to date."))
    yield from findings


def _limits(settings: Settings) -> Iterator[Finding]:
    if settings.limits_url is None:
        return
    with _as_finding("The limits of all processes") as findings:
        asyncio.run(_take_a_turn(settings))
        findings.append(
            Finding(kind="ok", text="The limits on model calls hold for all processes.")
        )
    yield from findings


async def _take_a_turn(settings: Settings) -> None:
    turns = open_turns(settings)
    try:
        async with turns.slot("preflight", ModelLimit()):
            await turns.paced("preflight", ModelLimit(per_minute=60))
    finally:
        await turns.close()


def _models(settings: Settings) -> Iterator[Finding]:
    if settings.uses_stand_in:
        text = "No OPENAI_API_KEY: the stand-in answers for all models. Nothing is paid."
        yield Finding(kind="warning", text=text)
    with _as_finding(f"The model service {settings.service}") as findings:
        offered = asyncio.run(_offered(settings))
        today = datetime.now(UTC).date()
        wanted = dict.fromkeys((settings.text_model, settings.vision_model, settings.image_model))
        findings += [model_finding(model, offered, today) for model in wanted]
    yield from findings
    prices = {
        settings.text_model: expected_price("ad_copy", settings.text_model),
        settings.vision_model: expected_price("logo_spot", settings.vision_model),
        settings.image_model: expected_price("image", settings.image_model, size=_ANY_SIZE),
    }
    for model, price in prices.items():
        if price is None:
            text = f"The price of {model} is unknown: its cost will be reported as unknown."
            yield Finding(kind="warning", text=text)


def model_finding(model: str, offered: dict[str, str | None], today: date) -> Finding:
    """Whether `model` is offered, and for how long."""
    if model not in offered:
        return Finding(
            kind="failure",
            text=f"The model {model} is not offered. Choose one of: {', '.join(sorted(offered))}.",
        )
    shutdown = offered[model]
    if shutdown is None:
        return Finding(kind="ok", text=f"The model {model} is offered.")
    last_day = date.fromisoformat(shutdown[:10])
    if last_day <= today:
        return Finding(kind="failure", text=f"The model {model} was shut down on {last_day}.")
    near = last_day - today < _WARN_BEFORE
    text = f"The model {model} shuts down on {last_day}."
    return Finding(kind="warning" if near else "ok", text=text)


async def _offered(settings: Settings) -> dict[str, str | None]:
    client = open_models(settings)
    try:
        return await client.offered_models()
    finally:
        await client.close()


@contextmanager
def _as_finding(what: str) -> Iterator[list[Finding]]:
    findings: list[Finding] = []
    try:
        yield findings
    except CreativeAssetsError as error:
        findings.append(Finding(kind="failure", text=f"{what}: {error}"))
