"""POSTs with an `Idempotency-Key` are done once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, TypeVar

import fastapi
from fastapi import Depends, Header
from pydantic import BaseModel

from creative_assets.desk.deciding import new_request
from creative_assets.desk.desk import Desk, TheDesk
from creative_assets.desk.sign_in import SignedIn
from creative_assets.studio.idempotency import Request, Requests

Answer = TypeVar("Answer", bound=BaseModel)


@dataclass(frozen=True)
class Attempt:
    """A POST, which may have been sent before."""

    sender: str
    method: str
    path: str
    key: str | None
    desk: Desk

    def once(self, content: bytes, kind: type[Answer], make: Callable[[str], Answer]) -> Answer:
        """What `make` answers, which gets a text that stands for the request.

        Args:
            content: What was sent, apart from how it was packed.
            kind: Of the answer.
            make: Is not called where the same was answered before.
        """
        if self.key is None:
            return make(new_request())
        request = Request(self.sender, f"{self.method} {self.path}", self.key, content)
        requests = Requests(self.desk.archive.records.database)
        return requests.once(request, kind, lambda: make(request.key_sha256))


def _attempt(
    request: fastapi.Request,
    person: SignedIn,
    desk: TheDesk,
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            pattern=r"^[!-~]{1,200}$",
            description="Your own, for this request: sent again within a day, it is done once.",
        ),
    ] = None,
) -> Attempt:
    return Attempt(person.name, request.method, request.url.path, key, desk)


Attempted = Annotated[Attempt, Depends(_attempt)]
