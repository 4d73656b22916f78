"""Decisions: approving finals, and asking for changes, as the one whose token it is."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter
from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, WithJsonSchema
from starlette.responses import JSONResponse

from creative_assets.desk.api.answers import DecisionMade, decision_answer
from creative_assets.desk.api.description import problems
from creative_assets.desk.api.once import Attempt, Attempted
from creative_assets.desk.api.variants import VARIANT_KEY
from creative_assets.desk.deciding import Decider, Outcome, decide_on, passing
from creative_assets.desk.desk import TheDesk
from creative_assets.desk.problems import problem, status_of
from creative_assets.desk.seeing import VisibleCampaign
from creative_assets.desk.sign_in import Reviewer
from creative_assets.studio.brief import Message
from creative_assets.studio.decision_log import Scope
from creative_assets.studio.review import (
    Approval,
    ChangeRequest,
    Opinion,
    Relocation,
    Rewording,
    Spot,
)
from creative_assets.studio.said import Note
from creative_assets.studio.values import Frozen

router = APIRouter(prefix="/campaigns/{campaign_id}", tags=["decisions"])

MAX_VARIANTS = 2_000

_THROUGH = "api"

Key = Annotated[str, StringConstraints(pattern=VARIANT_KEY)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
_LOOKED_AT = "Variant → the `sha256` of its finals as they were looked at."
DecisionId = Annotated[str, StringConstraints(max_length=100)]
LookedAt = Annotated[
    dict[Key, Sha256],
    Field(
        min_length=1,
        max_length=MAX_VARIANTS,
        description=_LOOKED_AT,
        json_schema_extra={"additionalProperties": False},
    ),
]
Reason = Annotated[Note, Field(min_length=1)]
Superseded = Annotated[
    tuple[DecisionId, ...],
    Field(
        max_length=MAX_VARIANTS,
        description="IDs of decisions on these finals that this is to take the place of.",
    ),
]


class ApproveThese(Frozen):
    """Approve these variants."""

    variants: LookedAt
    supersede: Superseded = ()
    note: Note = ""
    override_reason: Reason | None = Field(
        default=None, description="Why, although checks have failed."
    )


class ApprovePassing(Frozen):
    """Approve all that nobody has decided on and that pass their checks."""

    model_config = ConfigDict(validate_by_name=True)

    but: Annotated[tuple[Key, ...], Field(max_length=MAX_VARIANTS)] = Field(
        default=(), alias="except", description="Those to leave out."
    )
    note: Note = ""


class ChangeThese(Frozen):
    """Have something of these variants made again; everything else stays."""

    variants: LookedAt
    supersede: Superseded = ()
    scope: Scope
    note: Reason = Field(description="What to change.")


def _said(words: Message) -> Message:
    given = words.model_fields_set
    if not given or any(getattr(words, line) is None for line in given):
        raise ValueError("Give at least one line, and leave out those that stay.")
    return words


_WORDS_SCHEMA = {
    "type": "object",
    "properties": {
        line: field["anyOf"][0] for line, field in Message.model_json_schema()["properties"].items()
    },
    "minProperties": 1,
    "additionalProperties": False,
}
"""A message without its nulls: here a line that is not given stays."""


class RewordThese(Frozen):
    """Have these variants say exactly these words; a line that is not given stays."""

    variants: LookedAt
    supersede: Superseded = ()
    words: Annotated[Message, AfterValidator(_said), WithJsonSchema(_WORDS_SCHEMA)]
    note: Note = ""


class RelocateThese(Frozen):
    """Have the logo of these variants stand somewhere else."""

    variants: LookedAt
    supersede: Superseded = ()
    spot: Spot = Field(description="One of the places that were computed, such as `top-left`.")
    note: Note = ""


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
    asked: ApproveThese | ApprovePassing,
    campaign_id: VisibleCampaign,
    person: Reviewer,
    desk: TheDesk,
    attempt: Attempted,
) -> Decisions | JSONResponse:
    """Approve finals, exactly as they were looked at."""

    def decide(request: str) -> Outcome:
        decider = Decider(person, _THROUGH, request)
        match asked:
            case ApproveThese():
                decider = replace(decider, superseding=frozenset(asked.supersede))
                looked_at = asked.variants
                opinion = Approval(note=asked.note, override_reason=asked.override_reason)
            case ApprovePassing():
                looked_at = passing(campaign_id, asked.but, desk)
                opinion = Approval(note=asked.note)
        return decide_on(looked_at, campaign_id, opinion, decider, desk)

    return _answer(attempt, asked, decide)


@router.post("/revision", response_model=Decisions, responses=problems(403, 404, 409, 413))
def revise(
    asked: ChangeThese | RewordThese | RelocateThese,
    campaign_id: VisibleCampaign,
    person: Reviewer,
    desk: TheDesk,
    attempt: Attempted,
) -> Decisions | JSONResponse:
    """Ask for a change; it is made as soon as Dagster takes it up."""

    def decide(request: str) -> Outcome:
        decider = Decider(person, _THROUGH, request, frozenset(asked.supersede))
        opinion: Opinion
        match asked:
            case ChangeThese():
                opinion = ChangeRequest(scope=asked.scope, note=asked.note)
            case RewordThese():
                opinion = Rewording(words=asked.words, note=asked.note)
            case RelocateThese():
                opinion = Relocation(spot=asked.spot, note=asked.note)
        return decide_on(asked.variants, campaign_id, opinion, decider, desk)

    return _answer(attempt, asked, decide)


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
