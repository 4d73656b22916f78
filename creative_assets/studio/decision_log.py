"""Rows of review: the finals that people decide on now, and every decision, appended for good.

What a decision means, and who may make which, is `review`'s. All times are seconds since the epoch,
UTC. Every method is one short transaction, as in `records`.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import TypeAdapter

from creative_assets.studio.brief import Message
from creative_assets.studio.checks import CheckReport
from creative_assets.studio.database import METADATA, Database
from creative_assets.studio.store import StoredFile

Verdict = Literal["approve", "request_changes"]
Scope = Literal["copy", "picture", "logo", "layout"]

FINALS = sa.Table(
    "finals",
    METADATA,
    sa.Column("variant_key", sa.Text, primary_key=True),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("versions_json", sa.Text, nullable=False),
    sa.Column("files_json", sa.Text, nullable=False),
    sa.Column("finals_sha256", sa.Text, nullable=False),
    sa.Column("failed_checks_json", sa.Text, nullable=False),
    sa.Column("checks_json", sa.Text, nullable=False),
    sa.Column("shown_at", sa.Double, nullable=False),
    # An outbox: each change of what is to be told adds one, and `told_revision` follows.
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("told_revision", sa.Integer, nullable=False),
)

DECISIONS = sa.Table(
    "decisions",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("variant_key", sa.Text, nullable=False),
    sa.Column("follows", sa.Integer, nullable=False),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("scope", sa.Text),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("words_json", sa.Text),
    sa.Column("spot", sa.Text),
    sa.Column("override_reason", sa.Text),
    sa.Column("overridden_json", sa.Text, nullable=False),
    sa.Column("decided_by", sa.Text, nullable=False),
    sa.Column("verified", sa.Boolean, nullable=False),
    sa.Column("decided_through", sa.Text, nullable=False),
    sa.Column("decided_at", sa.Double, nullable=False),
    sa.Column("finals_version", sa.Text, nullable=False),
    sa.Column("versions_json", sa.Text, nullable=False),
    sa.Column("finals_sha256", sa.Text, nullable=False),
    sa.Column("files_json", sa.Text, nullable=False),
    # Of two decisions that follow the same one, the database itself refuses the second.
    sa.UniqueConstraint("variant_key", "follows", name="decisions_in_a_row"),
    sa.Index("decisions_of_finals", "variant_key", "finals_sha256"),
)


_CHECKS = TypeAdapter(tuple[CheckReport, ...])
_CROPS = {"__all__": {"findings": {"__all__": {"crop"}}}}


@dataclass(frozen=True)
class ShownFinals:
    """The finals of a variant that people decide on: the newest that a run has told of.

    Attributes:
        files: Format → its final.
        versions: Stage → the version of its output that they were made from, their own included.
        failed_checks: What the checks of severity ERROR found, in words; empty if they passed.
        checks: The reports of all checks, without pictures; empty where none ran.
    """

    variant_key: str
    version: str
    files: Mapping[str, StoredFile]
    versions: Mapping[str, str]
    failed_checks: tuple[str, ...] = ()
    checks: tuple[CheckReport, ...] = ()

    @property
    def sha256(self) -> str:
        """One SHA-256 over the names and SHA-256 of all finals: the same bytes, the same hash."""
        lines = [f"{name} {file.sha256}" for name, file in sorted(self.files.items())]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@dataclass(frozen=True)
class Draft:
    """A decision that is about to be appended.

    Attributes:
        id: The decider's; appending the same one again changes nothing.
        scope: What to change; None for an approval.
        words: The exact words that the reviewer wants, where they gave some.
        spot: Where the reviewer wants the logo, by the candidate's name, where they chose one.
        override_reason: Why it is approved against failed checks; None where none failed.
        verified: Whether somebody has proven to be `decided_by`, or only typed the name.
        decided_through: The way in: `dagster`, `cli`, ….
    """

    id: str
    variant_key: str
    verdict: Verdict
    scope: Scope | None
    note: str
    words: Message | None
    spot: str | None
    override_reason: str | None
    decided_by: str
    verified: bool
    decided_through: str


@dataclass(frozen=True)
class Decision(Draft):
    """A decision as it was appended.

    Attributes:
        number: Its place in the log, from 1.
        follows: The number of the variant's decision before it; 0 for the first.
        overridden: The failed checks that it overrides.
        decided_at: Set by the log.
        finals_version: The version of the finals that it is about.
        finals_sha256: One SHA-256 over all finals, as in `ShownFinals`.
        versions: Stage → the version of its output that they were made from, their own included.
        files: Format → the final that it is about.
    """

    number: int
    follows: int
    overridden: tuple[str, ...]
    decided_at: float
    finals_version: str
    finals_sha256: str
    versions: Mapping[str, str]
    files: Mapping[str, StoredFile]


class DecisionLog:
    """The decisions in one database, and what they are about."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        """Keep rows in `database`; `clock` tells the time."""
        self._database = database
        self._clock = clock

    def show(self, finals: ShownFinals) -> None:
        """Let people decide on `finals` from now on, in place of what the variant had."""
        content = {
            "version": finals.version,
            "versions_json": json.dumps(dict(finals.versions)),
            "files_json": _files_json(finals.files),
            "finals_sha256": finals.sha256,
            "failed_checks_json": json.dumps(finals.failed_checks),
            "checks_json": _CHECKS.dump_json(finals.checks, exclude=_CROPS).decode(),
            "shown_at": self._clock(),
        }
        fresh = {"variant_key": finals.variant_key, "revision": 1, "told_revision": 0}
        with self._database.writing() as connection:
            connection.execute(
                self._database.insert(FINALS)
                .values(fresh | content)
                .on_conflict_do_update(
                    index_elements=[FINALS.c.variant_key],
                    set_=content | {"revision": FINALS.c.revision + 1},
                )
            )

    def reviewable(self) -> list[str]:
        """The keys of all variants that have finals, also of those that no brief names any more."""
        with self._database.reading() as connection:
            question = sa.select(FINALS.c.variant_key).order_by(FINALS.c.variant_key)
            return list(connection.scalars(question))

    def state(self) -> int:
        """A number that grows with each decision and each time finals are shown."""
        with self._database.reading() as connection:
            return connection.scalar(sa.select(sa.func.sum(FINALS.c.revision))) or 0

    def shown(self, keys: Iterable[str]) -> dict[str, ShownFinals]:
        """The finals of those variants among `keys` that have some."""
        with self._database.reading() as connection:
            found = self._database.among(connection, sa.select(FINALS), FINALS.c.variant_key, keys)
            return {row.variant_key: _shown(row) for row in found}

    def decisions_on(self, keys: Iterable[str]) -> dict[str, tuple[Decision, ...]]:
        """Variant → its decisions, oldest first; without those that have none."""
        question = sa.select(DECISIONS)
        decided: dict[str, list[Decision]] = {}
        with self._database.reading() as connection:
            for row in self._database.among(connection, question, DECISIONS.c.variant_key, keys):
                decided.setdefault(row.variant_key, []).append(_decision(row))
        return {
            key: tuple(sorted(found, key=lambda decision: decision.number))
            for key, found in decided.items()
        }

    def untold(self, limit: int) -> dict[str, int]:
        """Variants about which there is something to tell the orchestrator → their revision.

        There is after each decision and each time finals are shown; the oldest `limit` are given.
        """
        question = (
            sa.select(FINALS.c.variant_key, FINALS.c.revision)
            .where(FINALS.c.revision > FINALS.c.told_revision)
            .order_by(FINALS.c.shown_at, FINALS.c.variant_key)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return {row.variant_key: row.revision for row in connection.execute(question)}

    def mark_told(self, revisions: Mapping[str, int]) -> None:
        """Say that the orchestrator shows these variants as they were at these revisions."""
        rows = [{"a_key": key, "a_revision": number} for key, number in sorted(revisions.items())]
        if not rows:
            return
        with self._database.writing() as connection:
            connection.execute(
                sa.update(FINALS)
                .where(FINALS.c.variant_key == sa.bindparam("a_key"))
                .values(told_revision=sa.bindparam("a_revision")),
                rows,
            )

    def append(self, draft: Draft, seen: ShownFinals, follows: int) -> Decision | None:
        """Append a decision on the variant's finals as they are now.

        Args:
            draft: The decision; where its ID is in the log already, that one is returned.
            seen: What was looked at.
            follows: The newest decision on the variant that was known then; 0 for none.

        Returns:
            None, with nothing appended, where other finals or results of checks are shown by now,
            or another decision was first.
        """
        with self._database.writing() as connection:
            # On PostgreSQL, deciders on one variant take turns here; SQLite has one writer anyway.
            shown = connection.execute(
                sa.select(FINALS).where(FINALS.c.variant_key == draft.variant_key).with_for_update()
            ).one_or_none()
            known = connection.execute(
                sa.select(DECISIONS).where(DECISIONS.c.id == draft.id)
            ).one_or_none()
            if known is not None:
                return _decision(known)
            newest = connection.scalar(
                sa.select(sa.func.max(DECISIONS.c.number)).where(
                    DECISIONS.c.variant_key == draft.variant_key
                )
            )
            finals = None if shown is None else _shown(shown)
            if finals is None or _evidence(finals) != _evidence(seen) or (newest or 0) != follows:
                return None
            overridden = finals.failed_checks if draft.override_reason else ()
            fields = asdict(draft) | {
                "follows": follows,
                "overridden_json": json.dumps(overridden),
                "words_json": draft.words and draft.words.model_dump_json(exclude_none=True),
                "decided_at": self._clock(),
                "finals_version": finals.version,
                "versions_json": json.dumps(dict(finals.versions)),
                "finals_sha256": finals.sha256,
                "files_json": _files_json(finals.files),
            }
            del fields["words"]
            connection.execute(
                sa.update(FINALS)
                .where(FINALS.c.variant_key == draft.variant_key)
                .values(revision=FINALS.c.revision + 1)
            )
            appending = sa.insert(DECISIONS).values(fields).returning(DECISIONS)
            return _decision(connection.execute(appending).one())


def _evidence(finals: ShownFinals) -> tuple[str, tuple[str, ...]]:
    """What a decision rests on. The same bytes under a newer version are as good."""
    return finals.sha256, finals.failed_checks


def _files_json(files: Mapping[str, StoredFile]) -> str:
    return json.dumps({name: file.model_dump() for name, file in files.items()})


def _files(files_json: str) -> dict[str, StoredFile]:
    return {name: StoredFile(**file) for name, file in json.loads(files_json).items()}


def _shown(row: sa.Row[Any]) -> ShownFinals:
    return ShownFinals(
        variant_key=row.variant_key,
        version=row.version,
        versions=json.loads(row.versions_json),
        files=_files(row.files_json),
        failed_checks=tuple(json.loads(row.failed_checks_json)),
        checks=_CHECKS.validate_json(row.checks_json),
    )


def _decision(row: sa.Row[Any]) -> Decision:
    fields = row._asdict()
    words_json = fields.pop("words_json")
    return Decision(
        words=words_json and Message.model_validate_json(words_json),
        overridden=tuple(json.loads(fields.pop("overridden_json"))),
        files=_files(fields.pop("files_json")),
        versions=json.loads(fields.pop("versions_json")),
        **fields,
    )
