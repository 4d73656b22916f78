"""What the stand-in served: one entry a call, in memory and, if asked, in a JSON-lines file.

Keeping and counting belongs here; what the entries mean does not.
"""

import time
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from pydantic import BaseModel

from creative_assets.standin.behaviour import FaultKind, Operation


class Served(BaseModel):
    """One call.

    Attributes:
        seq: Its number, from 1.
        operation: What it asked for; None where the request could not be read.
        request_sha256: The same for the same request, whatever its encoding.
        summary: Locale and product where the request's facts name them.
        in_flight: How many calls were being served when it began, itself included.
        started_at: Wall clock, ISO 8601 in UTC.
        started_s: Monotonic seconds.
        ended_at: When the answer was ready to be sent.
        ended_s: The same, in monotonic seconds.
        status: The HTTP status; None while it runs, or where no answer is sent.
        fault: The fault that hit it.
    """

    seq: int
    path: str
    operation: Operation | None = None
    model: str | None = None
    request_sha256: str | None = None
    summary: str = ""
    in_flight: int
    started_at: str
    started_s: float
    ended_at: str | None = None
    ended_s: float | None = None
    status: int | None = None
    fault: FaultKind | None = None


class RequestLog:
    """Counts and keeps the calls. Safe to read from another thread."""

    def __init__(self, path: Path | None = None) -> None:
        """Append each finished call to the file at `path` as well, one JSON object a line."""
        self._path = path
        self._lock = Lock()
        self._entries: list[Served] = []
        self._in_flight = 0

    def start(self, path: str) -> Served:
        """Begin the entry of a call to `path`; end it with `finish`."""
        with self._lock:
            self._in_flight += 1
            entry = Served(
                seq=len(self._entries) + 1,
                path=path,
                in_flight=self._in_flight,
                started_at=datetime.now(UTC).isoformat(),
                started_s=time.monotonic(),
            )
            self._entries.append(entry)
        return entry

    def finish(self, entry: Served) -> None:
        """End the entry."""
        entry.ended_at = datetime.now(UTC).isoformat()
        entry.ended_s = time.monotonic()
        with self._lock:
            self._in_flight -= 1
            if self._path is not None:
                with self._path.open("a", encoding="utf-8") as lines:
                    lines.write(entry.model_dump_json() + "\n")

    def entries(self) -> tuple[Served, ...]:
        """All calls so far, oldest first."""
        with self._lock:
            return tuple(entry.model_copy() for entry in self._entries)
