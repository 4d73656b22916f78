"""Decisions: approving finals, and asking for changes, as the one whose token it is."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter
from pydantic import ConfigDict, Field, StringConstraints
from starlette.responses import JSONResponse

from creative_assets.desk.api.answers import DecisionMade, decision_answer
from creative_assets.desk.api.description import problems
from creative_assets.desk.api.once import Attempt, Attempted
from creative_assets.desk.api.variants import VARIANT_KEY
from creative_assets.desk.deciding import Decider, Outcome, decide_on, passing
from creative_assets.desk.desk import TheDesk
from creative_assets.desk.problems import problem, status_of
from creative_assets.desk.seeing import SeenCampaign
from creative_assets.desk.sign_in import Reviewer
from creative_assets.studio.decision_log import Scope
from creative_assets.studio.errors import DecisionRejectedError
from creative_assets.studio.review import Note, Opinion, opinion_of
from creative_assets.studio.values import Frozen

router = APIRouter(prefix="/campaigns/{campaign_id}", tags=["decisions"])

MAX_VARIANTS = 2_000

Key = Annotated[str, StringConstraints(pattern=VARIANT_KEY)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
LookedAt = Annotated[dict[Key, Sha256], Field(min_length=1, max_length=MAX_VARIANTS)]
_THROUGH = "api"
_LOOKED_AT = "Variant → the `sha256` of its finals as they were looked at."


class ApprovalAsked(Frozen):
    """What to approve: these variants, or all that nobody has decided on and that pass checks."""

    model_config = ConfigDict(validate_by_name=True)

    variants: LookedAt | None = Field(default=None, description=_LOOKED_AT)
    but: Annotated[tuple[Key, ...], Field(max_length=MAX_VARIANTS)] = Field(
        default=(), alias="except", description="Without `variants`: those to leave out."
    )
    note: Note = ""
    override_reason: Note | None = Field(
        default=None, description="With `variants`: why, although checks have failed."
    )


class Words(Frozen):
    """The exact words that are wanted; a line that is not given stays."""

    headline: str | None = None
    subline: str | None = None
    call_to_action: str | None = None


class RevisionAsked(Frozen):
    """What to change, and on which variants."""

    variants: LookedAt = Field(description=_LOOKED_AT)
    scope: Scope | None = Field(
        default=None, description="What to make again; everything else stays."
    )
    note: Note = Field(default="", description="What to change; needed, unless words are given.")
    words: Words | None = Field(default=None, description="The exact words, letter for letter.")


class Decisions(Frozen):
    """The decisions that were made."""

    decided: tuple[DecisionMade, ...]


class _NotAllDecidedError(Exception):
    """Some decisions were refused: an answer that is not kept under the request's key."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        super().__init__()


@router.post("/approve", response_model=Decisions, responses=problems(403, 404, 409, 413))
def approve(
    asked: ApprovalAsked, seen: SeenCampaign, person: Reviewer, desk: TheDesk, attempt: Attempted
) -> Decisions | JSONResponse:
    """Approve finals, exactly as they were looked at."""
    opinion = _approval_of(asked)

    def decide(request: str) -> Outcome:
        looked_at = asked.variants
        if looked_at is None:
            looked_at = passing(seen.campaign_id, asked.but, desk)
        decider = Decider(person, _THROUGH, request)
        return decide_on(looked_at, seen.campaign_id, opinion, decider, desk)

    return _answer(attempt, asked, decide)


@router.post("/revision", response_model=Decisions, responses=problems(403, 404, 409, 413))
def revise(
    asked: RevisionAsked, seen: SeenCampaign, person: Reviewer, desk: TheDesk, attempt: Attempted
) -> Decisions | JSONResponse:
    """Ask for a change; it is made as soon as Dagster takes it up."""
    words = asked.words.model_dump() if asked.words else None
    opinion = opinion_of("request_changes", asked.note, scope=asked.scope, words=words)

    def decide(request: str) -> Outcome:
        decider = Decider(person, _THROUGH, request)
        return decide_on(asked.variants, seen.campaign_id, opinion, decider, desk)

    return _answer(attempt, asked, decide)


def _approval_of(asked: ApprovalAsked) -> Opinion:
    if asked.variants is None and asked.override_reason is not None:
        raise DecisionRejectedError("Overriding checks takes `variants`: name what it is about.")
    if asked.variants is not None and asked.but:
        raise DecisionRejectedError("`except` is for approving all that pass, without `variants`.")
    return opinion_of("approve", asked.note, override_reason=asked.override_reason)


def _answer(
    attempt: Attempt, asked: Frozen, decide: Callable[[str], Outcome]
) -> Decisions | JSONResponse:
    def make(request: str) -> Decisions:
        outcome = decide(request)
        if outcome.refused:
            raise _NotAllDecidedError(outcome)
        return Decisions(decided=tuple(map(decision_answer, outcome.decided)))

    try:
        return attempt.once(asked.model_dump_json().encode(), Decisions, make)
    except _NotAllDecidedError as error:
        return _refusal(error.outcome)


def _refusal(outcome: Outcome) -> JSONResponse:
    errors = tuple(outcome.refused.values())
    statuses = {status_of(error) for error in errors}
    made, asked = len(outcome.decided), len(outcome.decided) + len(errors)
    return problem(
        statuses.pop() if len(statuses) == 1 else 409,
        str(errors[0]) if asked == 1 else f"{made} of {asked} decisions were made.",
        error=type(errors[0]).__name__ if asked == 1 else None,
        decided=[decision_answer(each).model_dump(mode="json") for each in outcome.decided],
        refused=[
            {"variant": key, "error": type(error).__name__, "detail": str(error)}
            for key, error in outcome.refused.items()
        ],
    )
