"""Deciding on several variants at once, each as it was looked at, under the name that is known.

The API and the pages call this; what a decision may say, and when it may not, is `studio.review`'s.
"""

import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from fastapi import HTTPException

from creative_assets.desk.desk import Desk
from creative_assets.studio.access import Person
from creative_assets.studio.decision_log import Decision
from creative_assets.studio.errors import (
    DecisionConflictError,
    MissingInputError,
    PermanentError,
)
from creative_assets.studio.in_words import ended
from creative_assets.studio.listing import VariantFilter, list_variants
from creative_assets.studio.review import (
    Approval,
    Opinion,
    UnderReview,
    decide,
    in_words,
    look,
    reviewer_of,
)
from creative_assets.studio.rewording import check_words

_PAGE = 500


@dataclass(frozen=True)
class Outcome:
    """What became of deciding: the decisions made, and why others were not."""

    decided: tuple[Decision, ...]
    refused: Mapping[str, PermanentError]


@dataclass(frozen=True)
class Decider:
    """Who decides, and how.

    Attributes:
        through: The way in, `api` or `desk`.
        request: What tells this request from others: sent again, it decides nothing twice.
        superseding: The IDs of decisions that they know of, and that these may take the place of.
    """

    person: Person
    through: str
    request: str
    superseding: frozenset[str] = frozenset()

    def decision_id(self, key: str) -> str:
        """The ID of their decision on a variant."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.person.name}/{self.request}/{key}"))


def new_request() -> str:
    """A request that is like no other."""
    return str(uuid.uuid4())


def decide_on(
    looked_at: Mapping[str, str], campaign_id: str, opinion: Opinion, decider: Decider, desk: Desk
) -> Outcome:
    """Decide on variants of a campaign, each of which nobody has decided on, or as they knew.

    Args:
        looked_at: Variant → the SHA-256 of its finals as the person saw them.
        campaign_id: Theirs.
        opinion: What the person thinks of each.
        decider: Who decides.
        desk: Where.

    Raises:
        HTTPException: It overrides checks, and the person may not (403).
    """
    person = decider.person
    overrides = isinstance(opinion, Approval) and opinion.override_reason is not None
    if overrides and not person.may("publish"):
        detail = f"Overriding checks takes the role publish, which {person.name} does not have."
        raise HTTPException(403, detail)
    reviewer = reviewer_of(person.name, decider.through, verified=True)
    log = desk.archive.decisions
    seen = look(_active(looked_at, campaign_id, desk), log)
    decided, refused = [], {}
    for key, sha256 in looked_at.items():
        try:
            now = _as_looked_at(key, sha256, seen.get(key), decider)
            check_words(opinion, now.finals, desk.archive.store)
            decided.append(decide(now, opinion, reviewer, decider.decision_id(key), log))
        except PermanentError as error:
            refused[key] = error
    return Outcome(tuple(decided), refused)


def passing(campaign_id: str, but: Collection[str], desk: Desk) -> dict[str, str]:
    """The campaign's pending variants that pass their checks, `but` some → the SHA-256 of each.

    Raises:
        MissingInputError: One of `but` is no variant of the campaign.
    """
    unknown = set(but) - _active(but, campaign_id, desk)
    if unknown:
        raise MissingInputError(
            f"{campaign_id} has no variant {', '.join(sorted(unknown))} to leave out. A key is "
            "campaign/locale/product."
        )
    return {
        key: seen.finals.sha256
        for key, seen in _pending(campaign_id, desk)
        if not seen.finals.failed_checks and key not in but
    }


def _pending(campaign_id: str, desk: Desk) -> Iterator[tuple[str, UnderReview]]:
    wanted, after = VariantFilter(campaign_id=campaign_id, decision="pending"), None
    while True:
        page = list_variants(wanted, desk.archive.records, after=after, most=_PAGE)
        for variant in page.variants:
            if variant.seen is not None:
                yield variant.row.key, variant.seen
        after = page.next_after
        if after is None:
            return


def _active(keys: Collection[str], campaign_id: str, desk: Desk) -> set[str]:
    rows = desk.archive.records.variants.by_key(keys)
    return {key for key, row in rows.items() if row.active and row.campaign_id == campaign_id}


def _as_looked_at(key: str, sha256: str, seen: UnderReview | None, decider: Decider) -> UnderReview:
    """The variant as it is now, unless it was something else that was looked at."""
    if seen is None:
        raise MissingInputError(f"{key} is no variant of this campaign, or has no finals yet.")
    if any(made.id == decider.decision_id(key) for made in seen.decisions):
        return seen
    if seen.finals.sha256 != sha256:
        raise DecisionConflictError(
            f"{key} has other finals by now: you saw {sha256}, and they are {seen.finals.sha256}. "
            "Look at it again, and decide again."
        )
    standing = seen.standing
    if standing is not None and standing.id not in decider.superseding:
        raise DecisionConflictError(
            ended(f"{key} was decided on: {in_words(standing)}")
            + f" To decide otherwise, say that you know of that decision: {standing.id}."
        )
    return seen
