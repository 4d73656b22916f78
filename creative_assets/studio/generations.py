"""The ledger of generations: every paid call is claimed first, kept, and used again.

A generation is known by its request's key. Whoever asks first claims it in `records`; everybody
else, in this process or another, gets the kept result or waits for it. Calling the model is
`models.client`'s; here is who may call, and what becomes of the answer.
"""

import asyncio
import hashlib
import json
import logging
import math
import os
import socket
import time
import uuid
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from creative_assets.studio.budget import Budgets, Charge, check_priced
from creative_assets.studio.errors import CreativeAssetsError, MissingInputError
from creative_assets.studio.holders import LEASE_S
from creative_assets.studio.log_context import about
from creative_assets.studio.models.answers import Answer, Spoiled
from creative_assets.studio.models.requests import Request, TextRequest
from creative_assets.studio.models.services import OPENAI, STAND_IN
from creative_assets.studio.prices import list_price_usd, most_usd_of
from creative_assets.studio.records import Records
from creative_assets.studio.records.ledger import GenerationClaim, GenerationResult, GenerationRow
from creative_assets.studio.store import Store, StoredFile
from creative_assets.studio.threads import in_pool, lasting
from creative_assets.studio.values import Frozen

if TYPE_CHECKING:
    from creative_assets.studio.models.client import ModelClient

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
        run_id: str | None = None,
        heartbeat_s: float = HEARTBEAT_S,
    ) -> None:
        """`io` runs the blocking calls to records and store; the heartbeat names `run_id`."""
        self._models = models
        self._records = records
        self._store = store
        self._io = io
        self._run_id = run_id or ""
        self._heartbeat_s = heartbeat_s
        self._budgets = Budgets(records.database)
        self._holder = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._under_way: dict[str, asyncio.Task[Generation]] = {}

    @asynccontextmanager
    async def holding(self) -> AsyncIterator[None]:
        """Keep this process's claims alive for as long as the context lasts.

        A process that dies stops its heartbeat, and others take its claims over after `LEASE_S`.
        """
        await self._run(self._say_alive)
        beating = asyncio.create_task(self._beat())
        try:
            yield
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)
            await self._retire()

    async def get(self, request: Request, payer: Payer) -> Generation:
        """The generation for `request`: kept, or made now and booked to `payer`.

        Raises:
            BudgetSpentError: Making it could exceed the budget of the payer's campaign.
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
            outcome = await self._run(lambda: self._records.ledger.claim(claim))
            if outcome.kind == "claimed":
                return await self._make(request, _Bill(request, payer, self._holder))
            if outcome.kind == "done" and outcome.row is not None:
                return await self._kept(outcome.row)
            await asyncio.sleep(_POLL_S)

    async def _make(self, request: Request, bill: "_Bill") -> Generation:
        try:
            answer = await self._models.ask(request, bill.spoiled, lambda: self._afford(bill))
            return await self._keep(request, answer, bill)
        except asyncio.CancelledError as error:
            bill.spoiled.lost += int(bill.spoiled.attempts > 0)  # a call under way may be billed
            self._give_up(request, bill, error)  # on this thread: a cancelled task may not wait
            raise
        except Exception as error:
            # Whatever it was, a defect of ours too: a claim that stays keeps all others waiting.
            await in_pool(self._io, partial(self._give_up, request, bill, error))
            raise

    async def _afford(self, bill: "_Bill") -> None:
        """Wait until the campaign's budget allows the next call.

        Raises:
            BudgetSpentError: It does not.
        """
        while await self._run(lambda: bill.reserve(self._budgets)) == "wait":
            self._models.check_not_stopped()
            await asyncio.sleep(_POLL_S)

    def _give_up(self, request: Request, bill: "_Bill", error: BaseException) -> None:
        reason, attempts = type(error).__name__, bill.spoiled.attempts
        try:
            self._book_waste(bill)
            charge = bill.charge() if bill.is_open else None
            self._records.ledger.fail(
                request.key, self._holder, reason, str(error), attempts, charge
            )
        except CreativeAssetsError:  # must not hide the reason; our own claim stays free to us
            log.exception("Generation %s failed, and could not be given up.", request.key)

    async def _keep(self, request: Request, answer: Answer, bill: "_Bill") -> Generation:
        path = _path(request.key, answer)
        try:
            file = await self._run(lambda: self._store.put_once(path, answer.content))
        except CreativeAssetsError:
            bill.spoiled.usages.append(answer.usage)  # paid for, and lost
            raise
        bill.answered = [answer.usage]
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
        await self._run(lambda: self._book_waste(bill))
        charge = bill.charge()
        row = await self._run(
            lambda: self._records.ledger.complete(request.key, self._holder, result, charge)
        )
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

    def _book_waste(self, bill: "_Bill") -> None:
        for number, usage in enumerate(bill.spoiled.usages):
            answer_id = f"{bill.id}/{number}"  # booked once, also where this is done again
            self._records.ledger.add_waste(bill.request.key, answer_id, bill.paid_usd(usage))

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._heartbeat_s)
            try:
                # Not on `io`: behind slow reads and writes it could come after the lease's end.
                await asyncio.to_thread(self._say_alive)
            except CreativeAssetsError as error:  # the lease outlasts two more tries
                log.warning("The heartbeat of %s failed: %s", self._holder, error)

    async def _retire(self) -> None:
        try:
            await self._run(lambda: self._records.holders.retire(self._holder))
        except CreativeAssetsError as error:  # what it still claims lapses with its heartbeat
            log.warning("%s could not be signed off: %s", self._holder, error)

    def _say_alive(self) -> None:
        self._records.holders.heartbeat(self._holder, LEASE_S, self._run_id)

    async def _run(self, work: Callable[[], T]) -> T:
        return await lasting(self._io, work)


@dataclass
class _Bill:
    """What a request has cost its payer, while it is asked.

    Attributes:
        answered: The usage of the answer that is kept; empty before there is one.
    """

    request: Request
    payer: Payer
    holder: str
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    begun_at: float = field(default_factory=time.time)
    spoiled: Spoiled = field(default_factory=Spoiled)
    answered: list[dict[str, Any] | None] = field(default_factory=list)
    most_usd: float = 0.0
    is_reserved: bool = False

    @property
    def is_open(self) -> bool:
        """Whether there is anything to charge, or to set free."""
        return self.is_reserved or self.spoiled.attempts > 0

    def paid_usd(self, usage: dict[str, Any] | None) -> float | None:
        """What was paid for an answer of that usage; None where that is unknown."""
        return _paid_usd(self.request.service, list_price_usd(self.request, usage))

    def charge(self) -> Charge:
        """All that is known so far."""
        paid = [self.paid_usd(usage) for usage in (*self.spoiled.usages, *self.answered)]
        known = [usd for usd in paid if usd is not None]
        lost = 0 if self.request.service == STAND_IN else self.spoiled.lost
        return Charge(
            id=self.id,
            generation_key=self.request.key,
            holder=self.holder,
            **self.payer.model_dump(),
            service=self.request.service,
            operation=self.request.operation,
            model=self.request.model,
            begun_at=self.begun_at,
            calls=self.spoiled.attempts,
            cost_usd=math.fsum(known),
            unpriced=len(paid) - len(known) + lost,
            most_usd=self.most_usd,
            generations=len(self.answered),
            list_price_usd=math.fsum(
                list_price_usd(self.request, usage) or 0.0 for usage in self.answered
            ),
        )

    def reserve(self, budgets: Budgets) -> Literal["reserved", "wait"]:
        """Reserve what the next call may cost, where the campaign has a budget."""
        if not budgets.is_limited(self.payer.campaign_id):
            return "reserved"
        most_usd = _paid_usd(self.request.service, most_usd_of(self.request))
        self.most_usd = check_priced(most_usd, self.charge())
        outcome = budgets.reserve(self.charge())
        self.is_reserved = self.is_reserved or outcome == "reserved"
        return outcome


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
