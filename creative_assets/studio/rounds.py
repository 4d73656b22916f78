"""Rounds: what became of each change request, kept for good.

A round is begun by the run that makes it and ended with what it changed and cost, or with why it
failed. What a request asks for is `revision`'s.
"""

import json
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field

import sqlalchemy as sa

from creative_assets.studio.database import METADATA, Database
from creative_assets.studio.decision_log import Decision
from creative_assets.studio.review import UnderReview

ROUNDS = sa.Table(
    "rounds",
    METADATA,
    sa.Column("decision_id", sa.Text, primary_key=True),
    sa.Column("variant_key", sa.Text, nullable=False),
    sa.Column("before_version", sa.Text, nullable=False),
    sa.Column("begun_at", sa.Double, nullable=False),
    sa.Column("after_version", sa.Text),
    sa.Column("made_json", sa.Text, nullable=False),
    sa.Column("cost_usd", sa.Double),
    sa.Column("error", sa.Text),
    sa.Column("ended_at", sa.Double),
    sa.Column("untouched_json", sa.Text, nullable=False),
    sa.Index("rounds_of_variant", "variant_key"),
)


@dataclass(frozen=True)
class Outcome:
    """How a round ended.

    Attributes:
        after_version: Of the finals that it made; None where it failed.
        made: The stages that were made anew; all others stood.
        cost_usd: What it cost; None where that is unknown.
        error: Why it failed, in words.
        untouched: After new copy: format → (pixels outside all texts, how many of them differ).
    """

    after_version: str | None
    made: tuple[str, ...]
    cost_usd: float | None
    error: str | None = None
    untouched: Mapping[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Round:
    """A change request on its way; `outcome` is None until it has ended."""

    decision_id: str
    variant_key: str
    before_version: str
    begun_at: float
    outcome: Outcome | None


class Rounds:
    """The rounds in one database."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        """Keep rows in `database`; `clock` tells the time."""
        self._database = database
        self._clock = clock

    def begin(self, requests: Collection[Decision]) -> None:
        """Say that a run makes what was asked for, also where an earlier one had failed."""
        rows = [
            {
                "decision_id": request.id,
                "variant_key": request.variant_key,
                "before_version": request.finals_version,
                "begun_at": self._clock(),
                "after_version": None,
                "made_json": "[]",
                "cost_usd": None,
                "error": None,
                "ended_at": None,
                "untouched_json": "{}",
            }
            for request in requests
        ]
        with self._database.writing() as connection:
            self._database.upsert(connection, ROUNDS, rows)

    def end(self, decision_id: str, outcome: Outcome) -> None:
        """Keep how a round ended."""
        values = asdict(outcome) | {
            "made_json": json.dumps(outcome.made),
            "untouched_json": json.dumps(dict(outcome.untouched)),
            "ended_at": self._clock(),
        }
        del values["made"], values["untouched"]
        ending = sa.update(ROUNDS).where(ROUNDS.c.decision_id == decision_id)
        with self._database.writing() as connection:
            connection.execute(ending.values(values))

    def of(self, variant_keys: Iterable[str]) -> dict[str, Round]:
        """Decision ID → its round, of all rounds of these variants."""
        rows: list[sa.Row[tuple[object, ...]]] = []
        with self._database.reading() as connection:
            column = ROUNDS.c.variant_key
            rows += self._database.among(connection, sa.select(ROUNDS), column, variant_keys)
        return {row.decision_id: _round(row) for row in rows}


def outcome_in_words(made: Round) -> str:
    """What became of a change request, in one line."""
    outcome = made.outcome
    if outcome is None:
        return "the change is being made"
    if outcome.error is not None:
        return f"the change could not be made: {outcome.error}"
    cost = "at unknown cost" if outcome.cost_usd is None else f"for USD {outcome.cost_usd:.4f}"
    stages = ", ".join(outcome.made) or "nothing"
    told = f"changed {cost}: {stages} made anew; version {outcome.after_version}"
    if not outcome.untouched:
        return told
    outside_px = sum(outside for outside, _ in outcome.untouched.values())
    changed_px = sum(changed for _, changed in outcome.untouched.values())
    return f"{told}; {changed_px} of {outside_px} pixels outside the texts differ"


def unmade(seen: UnderReview, rounds: Mapping[str, Round]) -> Decision | None:
    """The change request that stands and that no round has made; None if there is none."""
    standing = seen.standing
    if standing is None or standing.verdict == "approve":
        return None
    known = rounds.get(standing.id)
    is_made = known is not None and known.outcome is not None and known.outcome.error is None
    return None if is_made else standing


def untried(seen: UnderReview, rounds: Mapping[str, Round]) -> Decision | None:
    """The change request that stands and that no round has ended; None if there is none.

    One that has failed was tried: whether to pay for another attempt is for people to say.
    """
    request = unmade(seen, rounds)
    known = rounds.get(request.id) if request else None
    return None if known is not None and known.outcome is not None else request


def _round(row: sa.Row[tuple[object, ...]]) -> Round:
    outcome = None
    if row.ended_at is not None:
        outcome = Outcome(
            after_version=row.after_version,
            made=tuple(json.loads(row.made_json)),
            cost_usd=row.cost_usd,
            error=row.error,
            untouched={
                name: (outside_px, changed_px)
                for name, (outside_px, changed_px) in json.loads(row.untouched_json).items()
            },
        )
    return Round(row.decision_id, row.variant_key, row.before_version, row.begun_at, outcome)
