"""The studio's plain objects, opened as the settings say.

Used by the Dagster resource and by the command line. No Dagster here, so that a command which
needs none starts fast.
"""

from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from creative_assets.logs import set_up_logs
from creative_assets.settings import Settings
from creative_assets.studio.checks.rules import severities
from creative_assets.studio.decision_log import DecisionLog
from creative_assets.studio.errors import RequestRejectedError
from creative_assets.studio.generations import Generations
from creative_assets.studio.models.limits import ModelLimit
from creative_assets.studio.models.requests import PictureRequest, Request
from creative_assets.studio.models.services import OPENAI
from creative_assets.studio.pixel_workers import pixel_workers
from creative_assets.studio.prices import preload
from creative_assets.studio.publish import Publications
from creative_assets.studio.records import Records, open_records
from creative_assets.studio.rounds import Rounds
from creative_assets.studio.stages import ModelChoice
from creative_assets.studio.store import Store, open_store
from creative_assets.studio.workbench import Workbench

if TYPE_CHECKING:
    from creative_assets.studio.models.client import ModelClient
    from creative_assets.studio.models.turns import Turns

_IO_THREADS = 16
_STAND_IN_URL = "http://stand-in/v1"
# Given always: left to itself, the package reads OPENAI_BASE_URL, and takes an empty one.
_OPENAI_URL = f"https://{OPENAI}/v1"


def model_choice(settings: Settings) -> ModelChoice:
    """Which models answer."""
    return ModelChoice(
        service=settings.service,
        text_model=settings.text_model,
        vision_model=settings.vision_model,
        image_model=settings.image_model,
        image_quality=settings.image_quality,
    )


def open_models(settings: Settings) -> "ModelClient":
    """The model client; without a key and a base URL, wired to the stand-in in this process."""
    import openai  # noqa: PLC0415 - 1.3 s, and only where models are asked

    from creative_assets.studio.models.client import ModelClient  # noqa: PLC0415 - the same

    if settings.uses_stand_in:
        import httpx2  # noqa: PLC0415

        from creative_assets.standin.app import create_app  # noqa: PLC0415
        from creative_assets.standin.behaviour import Behaviour  # noqa: PLC0415

        transport = httpx2.ASGITransport(create_app(Behaviour()))
        api = openai.AsyncOpenAI(
            api_key="none",
            base_url=_STAND_IN_URL,
            http_client=httpx2.AsyncClient(transport=transport, base_url=_STAND_IN_URL),
            max_retries=0,
        )
    else:
        key = settings.openai_api_key
        api = openai.AsyncOpenAI(
            api_key=key.get_secret_value() if key else "none",
            base_url=settings.openai_base_url or _OPENAI_URL,
            max_retries=0,
            # The deadline for the whole request is the client's own.
            timeout=max(settings.text_deadline_s, settings.image_deadline_s),
        )

    def limit_of(request: Request) -> ModelLimit:
        is_picture = isinstance(request, PictureRequest)
        default = settings.image_limit if is_picture else settings.text_limit
        return settings.limit_of(request.model, default)

    return ModelClient(
        api,
        turns=open_turns(settings),
        limit_of=limit_of,
        text_deadline_s=settings.text_deadline_s,
        image_deadline_s=settings.image_deadline_s,
    )


def open_turns(settings: Settings) -> "Turns":
    """The turns to call models: of this process, or of all that name the same Redis server.

    Raises:
        RequestRejectedError: The URL is none of a Redis server's, or the extra is missing.
    """
    from creative_assets.studio.models.turns import OwnTurns  # noqa: PLC0415 - for models alone

    if settings.limits_url is None:
        return OwnTurns()
    try:
        from creative_assets.studio.models.shared_turns import SharedTurns  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise RequestRejectedError(
            f"CREATIVE_ASSETS_LIMITS_URL is set, and {error.name} is not installed. Install "
            "creative-assets[redis].",
            everywhere=True,
        ) from error
    return SharedTurns(settings.limits_url.get_secret_value(), settings.service)


@dataclass(frozen=True)
class Archive:
    """Where everything is kept: bytes and rows."""

    store: Store
    records: Records
    decisions: DecisionLog
    rounds: Rounds
    publications: Publications


@contextmanager
def open_archive(settings: Settings, *, patience_s: float = 0.0) -> Iterator[Archive]:
    """The store, the records and the decisions; their connections are closed at the end.

    `patience_s` is how long to wait for records that restart.
    """
    records = open_records(settings.records_url, patience_s=patience_s)
    try:
        yield Archive(
            store=open_store(settings.store_url),
            records=records,
            decisions=DecisionLog(records.database),
            rounds=Rounds(records.database),
            publications=Publications(records.database),
        )
    finally:
        records.close()


@asynccontextmanager
async def open_workbench(
    settings: Settings, archive: Archive, run_id: str | None = None
) -> AsyncIterator[Workbench]:
    """All that the stages work with in a run, for one event loop; closed at the end."""
    store, records = archive.store, archive.records
    models = open_models(settings)
    with (
        pixel_workers(settings.cpu_workers, partial(set_up_logs, settings)) as pixels,
        ThreadPoolExecutor(_IO_THREADS, "io") as io_pool,
    ):
        io_pool.submit(preload)
        try:
            yield Workbench(
                run_id=run_id,
                store=store,
                records=records,
                generations=Generations(models, records, store, io_pool, run_id=run_id),
                models=models,
                choice=model_choice(settings),
                severities=severities(settings.check_severity),
                pixels=pixels,
                io_pool=io_pool,
            )
        finally:
            await models.close()
