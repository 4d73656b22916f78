"""The ledger of generations: every paid call is claimed first, kept, and used again.

A generation is known by its request's key. Whoever asks first claims it in `records`; everybody
else, in this process or another, gets the kept result or waits for it. Calling the model is
`models.client`'s; here is who may call, and what becomes of the answer.
"""

import asyncio
import hashlib
import json
import logging
import os
import socket
import uuid
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from creative_assets.studio.errors import CreativeAssetsError, MissingInputError
from creative_assets.studio.log_context import about
from creative_assets.studio.models.answers import Answer, Spoiled
from creative_assets.studio.models.requests import Request, TextRequest
from creative_assets.studio.models.services import OPENAI, STAND_IN
from creative_assets.studio.prices import list_price_usd
from creative_assets.studio.records import GenerationClaim, GenerationResult, GenerationRow, Records
from creative_assets.studio.store import Store, StoredFile
from creative_assets.studio.threads import in_pool, lasting
from creative_assets.studio.values import Frozen

if TYPE_CHECKING:
    from creative_assets.studio.models.client import ModelClient

LEASE_S = 30.0
HEARTBEAT_S = 8.0
_POLL_S = 0.5
_SUFFIXES = {
    "application/json": ".json",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
}

T = TypeVar("T")

log = logging.getLogger(__name__)


class Payer(Frozen):
    """Whom a generation is booked to, if it has to be made."""

    campaign_id: str
    variant_key: str
    stage: str


class GenerationUse(Frozen):
    """One use of a generation by a variant.

    Attributes:
        made: True where this use made (and paid for) it; False where it was there already.
        cost_usd: What was paid for it, unusable answers included, by whoever made it; None where
            the price is unknown.
        list_price_usd: What the model's list price would be; also known for the stand-in.
    """

    key: str
    operation: str
    service: str
    model: str
    take: int
    made: bool
    cost_usd: float | None
    list_price_usd: float | None
    attempts: int
    seconds: float
    request_id: str | None


@dataclass(frozen=True)
class Generation:
    """A model's answer, with where it is kept."""

    content: bytes
    file: StoredFile
    use: GenerationUse


class Generations:
    """Answers requests from the ledger, or from the model, once."""

    def __init__(
        self,
        models: "ModelClient",
        records: Records,
        store: Store,
        io: Executor,
        *,
        heartbeat_s: float = HEARTBEAT_S,
    ) -> None:
        """`io` runs the blocking calls to records and store."""
        self._models = models
        self._records = records
        self._store = store
        self._io = io
        self._heartbeat_s = heartbeat_s
        self._holder = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._under_way: dict[str, asyncio.Task[Generation]] = {}

    @asynccontextmanager
    async def holding(self) -> AsyncIterator[None]:
        """Keep this process's claims alive for as long as the context lasts.

        A process that dies stops its heartbeat, and others take its claims over after `LEASE_S`.
        """
        await self._run(lambda: self._records.heartbeat(self._holder, LEASE_S))
        beating = asyncio.create_task(self._beat())
        try:
            yield
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)
            await self._run(lambda: self._records.retire_holder(self._holder))

    async def get(self, request: Request, payer: Payer) -> Generation:
        """The generation for `request`: kept, or made now and booked to `payer`.

        Raises:
            CreativeAssetsError: What the model client raised; the claim is free again.
        """
        task = self._under_way.get(request.key)
        if task is None:
            with about(generation=request.key):
                task = asyncio.create_task(self._get(request, payer))
            self._under_way[request.key] = task
            task.add_done_callback(lambda _: self._under_way.pop(request.key, None))
            return await asyncio.shield(task)
        shared = await asyncio.shield(task)
        return Generation(
            shared.content, shared.file, shared.use.model_copy(update={"made": False})
        )

    async def _get(self, request: Request, payer: Payer) -> Generation:
        claim = GenerationClaim(
            key=request.key,
            holder=self._holder,
            service=request.service,
            operation=request.operation,
            model=request.model,
            campaign_id=payer.campaign_id,
            variant_key=payer.variant_key,
            stage=payer.stage,
            take=request.take,
            request_json=_described(request),
        )
        while True:
            self._models.check_not_stopped()
            outcome = await self._run(lambda: self._records.claim(claim))
            if outcome.kind == "claimed":
                return await self._make(request)
            if outcome.kind == "done" and outcome.row is not None:
                return await self._kept(outcome.row)
            await asyncio.sleep(_POLL_S)

    async def _make(self, request: Request) -> Generation:
        spoiled = Spoiled()
        try:
            answer = await self._models.ask(request, spoiled)
            return await self._keep(request, answer, spoiled)
        except asyncio.CancelledError as error:
            self._give_up(request, spoiled, error)  # on this thread: a cancelled task may not wait
            raise
        except Exception as error:
            # Whatever it was, a defect of ours too: a claim that stays keeps all others waiting.
            await in_pool(self._io, partial(self._give_up, request, spoiled, error))
            raise

    def _give_up(self, request: Request, spoiled: Spoiled, error: BaseException) -> None:
        reason = type(error).__name__
        try:
            self._book_waste(request, spoiled)
            self._records.fail(request.key, self._holder, reason, str(error), spoiled.attempts)
        except CreativeAssetsError:  # must not hide the reason; our own claim stays free to us
            log.exception("Generation %s failed, and could not be given up.", request.key)

    async def _keep(self, request: Request, answer: Answer, spoiled: Spoiled) -> Generation:
        path = _path(request.key, answer)
        try:
            file = await self._run(lambda: self._store.put_once(path, answer.content))
        except CreativeAssetsError:
            spoiled.usages.append(answer.usage)  # paid for, and lost
            raise
        price = list_price_usd(request, answer.usage)
        result = GenerationResult(
            file=file,
            media_type=answer.media_type,
            usage=answer.usage,
            cost_usd=_paid_usd(request.service, price),
            list_price_usd=price,
            attempts=answer.attempts,
            seconds=answer.seconds,
            request_id=answer.request_id,
        )
        await self._run(lambda: self._book_waste(request, spoiled))
        row = await self._run(lambda: self._records.complete(request.key, self._holder, result))
        if row.file != file:  # our claim had lapsed, and another's answer was first
            return await self._kept(row)
        log.info("Made by %s in %d attempts, for USD %s.", row.model, row.attempts, row.cost_usd)
        return Generation(answer.content, file, _use(row, made=True))

    async def _kept(self, row: GenerationRow) -> Generation:
        if row.file is None:
            raise MissingInputError(f"Generation {row.key} is recorded as done, without a file.")
        file = row.file
        try:
            content = await self._run(lambda: self._store.get_verified(file))
        except MissingInputError as error:
            raise MissingInputError(
                f"Generation {row.key} was paid for, but its bytes are gone: {error} Restore the "
                "store from a backup."
            ) from error
        return Generation(content, file, _use(row, made=False))

    def _book_waste(self, request: Request, spoiled: Spoiled) -> None:
        while spoiled.usages:
            price = list_price_usd(request, spoiled.usages[-1])
            self._records.add_waste(request.key, _paid_usd(request.service, price))
            spoiled.usages.pop()  # what is booked is not booked again when keeping the answer fails

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._heartbeat_s)
            try:
                # Not on `io`: behind slow reads and writes it could come after the lease's end.
                await asyncio.to_thread(self._records.heartbeat, self._holder, LEASE_S)
            except CreativeAssetsError as error:  # the lease outlasts two more tries
                log.warning("The heartbeat of %s failed: %s", self._holder, error)

    async def _run(self, work: Callable[[], T]) -> T:
        return await lasting(self._io, work)


def _use(row: GenerationRow, *, made: bool) -> GenerationUse:
    return GenerationUse(
        key=row.key,
        operation=row.operation,
        service=row.service,
        model=row.model,
        take=row.take,
        made=made,
        cost_usd=None if row.cost_usd is None else row.cost_usd + row.wasted_cost_usd,
        list_price_usd=row.list_price_usd,
        attempts=row.attempts,
        seconds=row.seconds or 0.0,
        request_id=row.request_id,
    )


def _paid_usd(service: str, price_usd: float | None) -> float | None:
    """What a call cost: the list price at OpenAI, nothing at the stand-in, else unknown."""
    if service == STAND_IN:
        return 0.0
    return price_usd if service == OPENAI else None


def _path(key: str, answer: Answer) -> str:
    # The answer's hash is in the name: two answers to one request never overwrite each other.
    digest = hashlib.sha256(answer.content).hexdigest()[:12]
    return f"generations/{key[:2]}/{key}-{digest}{_SUFFIXES[answer.media_type]}"


def _described(request: Request) -> str:
    """The request as lineage keeps it: its prompt; input pictures only by their hashes."""
    if isinstance(request, TextRequest):
        prompt = {"instructions": request.instructions, "facts": request.facts}
        inputs = request.images
    else:
        prompt = {"prompt": request.prompt}
        inputs = request.photos if request.uses_photos else ()
    return json.dumps(
        {
            **prompt,
            "parameters": request.parameters,
            "inputs": [{"name": image.name, "sha256": image.sha256} for image in inputs],
        },
        ensure_ascii=False,
    )
