"""Requests that are sent twice and done once: the answer is kept under the sender's own key.

As the IETF's draft-ietf-httpapi-idempotency-key-header describes it: the same key with the same
request gets the first answer again, and with another request a refusal. Only answers of requests
that succeeded are kept; one that failed changed nothing, and may be tried again under its key.
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import sqlalchemy as sa
from pydantic import BaseModel

from creative_assets.studio.database import METADATA, Database
from creative_assets.studio.errors import (
    KeyReusedError,
    RequestUnderWayError,
)

KEPT_FOR_S = 24 * 60 * 60
ABANDONED_AFTER_S = 60
"""A request that was begun so long ago and not ended has lost its process."""

REQUESTS = sa.Table(
    "idempotent_requests",
    METADATA,
    sa.Column("key_sha256", sa.Text, primary_key=True),
    sa.Column("request_sha256", sa.Text, nullable=False),
    sa.Column("begun_at", sa.Double, nullable=False),
    sa.Column("answer_json", sa.Text),
)

Answer = TypeVar("Answer", bound=BaseModel)


@dataclass(frozen=True)
class Request:
    """A request with a key.

    Attributes:
        sender: Who sends it: the same key of another sender is another key.
        action: What it asks for, such as the route.
        key: The sender's own.
        content: What it says, for telling whether it is the same.
    """

    sender: str
    action: str
    key: str
    content: bytes

    @property
    def key_sha256(self) -> str:
        """Of sender, action and key."""
        return hashlib.sha256(f"{self.action}\n{self.key}\n{self.sender}".encode()).hexdigest()

    @property
    def sha256(self) -> str:
        """Of the content."""
        return hashlib.sha256(self.content).hexdigest()


class Requests:
    """The requests with keys in one database."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        """Keep rows in `database`; `clock` tells the time."""
        self._database = database
        self._clock = clock

    def once(self, request: Request, kind: type[Answer], make: Callable[[], Answer]) -> Answer:
        """The answer of `make`, or the one that the same request got before.

        Raises:
            KeyReusedError: Another request had this key.
            RequestUnderWayError: The same request is being answered.
        """
        answer_json = self._begin(request)
        if answer_json is not None:
            return kind.model_validate_json(answer_json)
        try:
            answer = make()
        except BaseException:
            self._forget(request)
            raise
        self._keep(request, answer.model_dump_json(by_alias=True))
        return answer

    def _begin(self, request: Request) -> str | None:
        """Claim the request; its answer where it has one."""
        now = self._clock()
        fresh = {
            "key_sha256": request.key_sha256,
            "request_sha256": request.sha256,
            "begun_at": now,
            "answer_json": None,
        }
        with self._database.writing() as connection:
            connection.execute(sa.delete(REQUESTS).where(REQUESTS.c.begun_at < now - KEPT_FOR_S))
            inserting = self._database.insert(REQUESTS).on_conflict_do_nothing()
            if connection.execute(inserting, fresh).rowcount == 1:
                return None
            is_this = REQUESTS.c.key_sha256 == request.key_sha256
            known = connection.execute(sa.select(REQUESTS).where(is_this).with_for_update()).one()
            if known.request_sha256 != request.sha256:
                raise KeyReusedError(
                    f"The idempotency key {request.key!r} stands for another request already. Give "
                    "each request a key of its own."
                )
            if known.answer_json is None and known.begun_at > now - ABANDONED_AFTER_S:
                raise RequestUnderWayError(
                    f"The request with the idempotency key {request.key!r} is being answered. Ask "
                    "again in a moment."
                )
            if known.answer_json is None:
                connection.execute(sa.update(REQUESTS).where(is_this).values(begun_at=now))
            answer_json: str | None = known.answer_json
            return answer_json

    def _keep(self, request: Request, answer_json: str) -> None:
        keeping = sa.update(REQUESTS).where(REQUESTS.c.key_sha256 == request.key_sha256)
        with self._database.writing() as connection:
            connection.execute(keeping.values(answer_json=answer_json))

    def _forget(self, request: Request) -> None:
        forgetting = sa.delete(REQUESTS).where(REQUESTS.c.key_sha256 == request.key_sha256)
        with self._database.writing() as connection:
            connection.execute(forgetting)
