"""What has happened to campaigns lately that people want to know, and when it is ripe to be told.

News is told by campaign: it waits until nothing more has come for a minute, so that a hundred
variants make one notice, but a quarter of an hour at most.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import sqlalchemy as sa

from creative_assets.studio.decision_log import DECISIONS, FINALS
from creative_assets.studio.errors import Problem
from creative_assets.studio.publish import PUBLICATIONS
from creative_assets.studio.records import Records
from creative_assets.studio.records.briefs import BRIEFS
from creative_assets.studio.records.variants import VARIANTS

Kind = Literal["ready", "approved", "changes_requested", "published", "rejected"]

QUIET_S: Final = 60.0
PATIENCE_S: Final = 900.0
REMEMBERED_S: Final = 86_400.0
"""What is older is not told any more: neither after a long standstill nor after switching on."""


@dataclass(frozen=True)
class News:
    """One thing that has happened.

    Attributes:
        subject: Names it among all news of its kind: what is told once.
        about: The campaign, or the brief's path in the inbox where it was rejected.
        line: What is special about it, in a line.
    """

    kind: Kind
    subject: str
    about: str
    line: str
    happened_at: float


def news_since(since: float, records: Records) -> list[News]:
    """All that has happened since, of variants that a brief names; the oldest first."""
    with records.database.reading() as connection:
        found = [
            *_ready(since, connection),
            *_decided(since, connection),
            *_published(since, connection),
            *_rejected(since, connection),
        ]
    return sorted(found, key=lambda each: (each.happened_at, each.subject))


def ripe(news: Iterable[News], now: float) -> list[tuple[News, ...]]:
    """The news that can be told now, in one batch for each kind and campaign."""
    batches: dict[tuple[Kind, str], list[News]] = {}
    for each in news:
        batches.setdefault((each.kind, each.about), []).append(each)
    return [tuple(batch) for batch in batches.values() if _is_ripe(batch, now)]


def _is_ripe(batch: Sequence[News], now: float) -> bool:
    times = [each.happened_at for each in batch]
    return now - max(times) >= QUIET_S or now - min(times) >= PATIENCE_S


def _ready(since: float, connection: sa.Connection) -> Iterator[News]:
    """Finals that nobody has decided on."""
    decided = (
        sa.select(DECISIONS.c.number)
        .where(
            DECISIONS.c.variant_key == FINALS.c.variant_key,
            DECISIONS.c.finals_sha256 == FINALS.c.finals_sha256,
        )
        .exists()
    )
    question = _of_variants(FINALS, FINALS.c.finals_sha256, FINALS.c.shown_at)
    for row in connection.execute(question.where(FINALS.c.shown_at >= since, ~decided)):
        subject = f"{row.variant_key} {row.finals_sha256}"
        yield News("ready", subject, row.campaign_id, row.variant_key, row.shown_at)


def _decided(since: float, connection: sa.Connection) -> Iterator[News]:
    table = DECISIONS.c
    question = _of_variants(
        DECISIONS, table.id, table.verdict, table.note, table.decided_by, table.decided_at
    )
    for row in connection.execute(question.where(table.decided_at >= since)):
        kind: Kind = "approved" if row.verdict == "approve" else "changes_requested"
        note = f": {row.note}" if row.note else ""
        line = f"{row.variant_key}, by {row.decided_by}{note}"
        yield News(kind, row.id, row.campaign_id, line, row.decided_at)


def _published(since: float, connection: sa.Connection) -> Iterator[News]:
    table = PUBLICATIONS.c
    question = _of_variants(PUBLICATIONS, table.finals_sha256, table.ended_at)
    succeeded = (table.ended_at >= since, table.error.is_(None))
    for row in connection.execute(question.where(*succeeded)):
        subject = f"{row.variant_key} {row.finals_sha256}"
        yield News("published", subject, row.campaign_id, row.variant_key, row.ended_at)


def _rejected(since: float, connection: sa.Connection) -> Iterator[News]:
    refused = (~BRIEFS.c.accepted, BRIEFS.c.checked_at >= since)
    for row in connection.execute(sa.select(BRIEFS).where(*refused)):
        problems = [str(Problem(**problem)) for problem in json.loads(row.problems_json)]
        subject = f"{row.path} {row.fingerprint}"
        yield News("rejected", subject, row.path, "\n".join(problems), row.checked_at)


def _of_variants(table: sa.Table, *columns: sa.Column[object]) -> sa.Select[tuple[object, ...]]:
    """A question for columns of a table of variants, with their campaigns."""
    return (
        sa.select(table.c.variant_key, VARIANTS.c.campaign_id, *columns)
        .join(VARIANTS, VARIANTS.c.key == table.c.variant_key)
        .where(VARIANTS.c.active)
    )
