"""Decisions: approve, or request changes, on exactly the bytes that somebody looked at.

One function appends to the log, and every way in (Dagster, the command line) calls it. What
follows from a decision, a new round or publishing, is not here.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from creative_assets.studio.brief import Message
from creative_assets.studio.decision_log import (
    Decision,
    DecisionLog,
    Draft,
    Scope,
    ShownFinals,
    Verdict,
)
from creative_assets.studio.errors import (
    ApprovalBlockedError,
    DecisionConflictError,
    DecisionRejectedError,
    MissingInputError,
)
from creative_assets.studio.in_words import as_sentence, ended
from creative_assets.studio.said import Name, Note
from creative_assets.studio.values import Frozen

Spot = Annotated[str, StringConstraints(pattern=r"^[a-z]+(-[a-z]+)*$", max_length=40)]


class Reviewer(Frozen):
    """Who decides, and through which way in; `verified` where they have proven who they are."""

    name: Name
    verified: bool
    through: str


class Approval(Frozen):
    """These finals may go out. `override_reason` says why, where checks failed."""

    note: Note = ""
    override_reason: Annotated[Note, Field(min_length=1)] | None = None


class ChangeRequest(Frozen):
    """These finals may not go out before something is changed.

    Attributes:
        scope: What to make again; everything else stays.
        note: What to change, in the reviewer's words.
    """

    scope: Scope
    note: Annotated[Note, Field(min_length=1)]


class Rewording(Frozen):
    """The copy is to be these exact words; a line that is not given stays."""

    words: Message
    note: Note = ""


class Relocation(Frozen):
    """The logo is to stand at this spot, one of those that were computed for the picture."""

    spot: Spot
    note: Note = ""


Opinion = Approval | ChangeRequest | Rewording | Relocation


@dataclass(frozen=True)
class UnderReview:
    """A variant as somebody looked at it: its finals, and its decisions, oldest first."""

    finals: ShownFinals
    decisions: tuple[Decision, ...]

    @property
    def newest(self) -> int:
        """The number of the variant's newest decision; 0 where there is none."""
        return self.decisions[-1].number if self.decisions else 0

    @property
    def standing(self) -> Decision | None:
        """The newest decision on exactly these bytes, whatever was decided on others since."""
        on_these = _on_bytes(self.decisions, self.finals)
        return on_these[-1] if on_these else None

    def approval(self, *, takes_unverified: bool) -> Decision | None:
        """The newest approval that stands and that publishing may take; None if there is none."""
        found = None
        for decision in _on_bytes(self.decisions, self.finals):
            if decision.verdict == "request_changes":
                found = None
            elif decision.verified or takes_unverified:
                found = decision
        return found


def _on_bytes(decisions: Sequence[Decision], finals: ShownFinals) -> list[Decision]:
    return [decision for decision in decisions if decision.finals_sha256 == finals.sha256]


def opinion_of(
    verdict: Verdict,
    note: str,
    *,
    scope: str | None = None,
    words: Mapping[str, str | None] | None = None,
    spot: str | None = None,
    override_reason: str | None = None,
) -> Opinion:
    """The opinion that somebody's fields say. Empty words are as good as none.

    Raises:
        DecisionRejectedError: They do not go together, or something is missing or too long.
    """
    given = {name: text for name, text in (words or {}).items() if text}
    try:
        if verdict == "approve":
            if scope or given or spot:
                raise DecisionRejectedError("An approval takes no scope, no words and no spot.")
            return Approval(note=note, override_reason=override_reason)
        if override_reason is not None:
            raise DecisionRejectedError("A reason to override checks is for approvals.")
        if spot:
            if given or scope not in {None, "logo"}:
                raise DecisionRejectedError("A spot goes with the scope logo, and with no words.")
            return Relocation(spot=spot, note=note)
        if not given:
            if scope and not note.strip():
                raise DecisionRejectedError(
                    f"A note is needed: say in your own words what is to change about the {scope}.",
                    field="note",
                )
            return ChangeRequest.model_validate({"scope": scope, "note": note})
        if scope not in {None, "copy"}:
            raise DecisionRejectedError(f"Exact words go with the scope copy, not with {scope}.")
        return Rewording(words=Message(**given), note=note)
    except ValidationError as error:
        problems = error.errors(include_url=False)
        fields = {str(problem["loc"][-1]) for problem in problems if problem["loc"]}
        told = "; ".join(map(_told, problems))
        raise DecisionRejectedError(
            ended(as_sentence(told)), field=fields.pop() if len(fields) == 1 else None
        ) from error


def _told(problem: ErrorDetails) -> str:
    """What is wrong with a field of a decision, in words."""
    name = ".".join(map(str, problem["loc"])).replace("_", " ")
    context = problem.get("ctx", {})
    if "max_length" in context:
        length, most = len(str(problem["input"]).strip()), context["max_length"]
        return f"the {name} has {length:,} characters, and may have {most:,}: shorten it"
    return f"the {name}: {problem['msg']}"


def reviewer_of(name: str, through: str, *, verified: bool) -> Reviewer:
    """The reviewer of that name.

    Raises:
        DecisionRejectedError: It is empty or too long.
    """
    try:
        return Reviewer(name=name, verified=verified, through=through)
    except ValidationError as error:
        raise DecisionRejectedError(
            f"Say who decides, in one line of 1 to 200 characters: found {name!r:.50}."
        ) from error


def look(keys: Collection[str], log: DecisionLog) -> dict[str, UnderReview]:
    """The variants among `keys` that have finals, as they are now."""
    # Finals first: a decision that falls in between is then refused, not taken for seen.
    shown = log.shown(keys)
    decided = log.decisions_on(shown)
    return {key: UnderReview(finals, decided.get(key, ())) for key, finals in shown.items()}


def look_at(key: str, log: DecisionLog) -> UnderReview:
    """The variant as it is now.

    Raises:
        MissingInputError: It has no finals.
    """
    seen = look([key], log)
    if key not in seen:
        raise MissingInputError(
            f"{key} has no finals to decide on. Check the key, or run its stages first."
        )
    return seen[key]


def decide(
    seen: UnderReview, opinion: Opinion, reviewer: Reviewer, decision_id: str, log: DecisionLog
) -> Decision:
    """Append a decision on what was `seen`; the decision that is in the log from now on.

    Args:
        seen: What the reviewer looked at.
        opinion: What they think of it.
        reviewer: Who decides.
        decision_id: The same one again, as after a crash, decides nothing twice.
        log: Where decisions are kept.

    Raises:
        DecisionConflictError: The finals have changed, or somebody else has decided, since.
        ApprovalBlockedError: A check has failed, and no reason was given to override it.
        DecisionRejectedError: The ID stands for another decision already.
    """
    draft = _draft(seen.finals.variant_key, opinion, reviewer, decision_id)
    known = next((made for made in seen.decisions if made.id == decision_id), None)
    if known is None:
        _check_not_blocked(seen.finals, opinion)
        known = log.append(draft, seen.finals, seen.newest)
    if known is None:
        since = _since(seen, look_at(draft.variant_key, log))
        raise DecisionConflictError(
            ended(f"{draft.variant_key} was not decided: {since}")
            + " Look at it again, and decide again."
        )
    if any(getattr(known, field.name) != getattr(draft, field.name) for field in fields(Draft)):
        raise DecisionRejectedError(
            f"The ID {decision_id} stands for another decision on {known.variant_key} already "
            f"({in_words(known)}). Give each decision an ID of its own."
        )
    return known


def supposed(seen: UnderReview, request: ChangeRequest) -> Decision:
    """The decision as it would be if somebody made the request now. Nothing is appended."""
    nobody = Reviewer(name="nobody", verified=False, through="supposition")
    return Decision(
        **vars(_draft(seen.finals.variant_key, request, nobody, "supposed")),
        number=seen.newest + 1,
        follows=seen.newest,
        overridden=(),
        decided_at=0.0,
        finals_version=seen.finals.version,
        finals_sha256=seen.finals.sha256,
        versions=seen.finals.versions,
        files=seen.finals.files,
    )


def in_words(decision: Decision) -> str:
    """The decision in one line: what, by whom, when, on which version, and why."""
    asked = f"the logo at {decision.spot}" if decision.spot else f"changes of {decision.scope}"
    done = "approved" if decision.verdict == "approve" else f"{asked} requested"
    when = datetime.fromtimestamp(decision.decided_at, UTC)
    name = decision.decided_by if decision.verified else f"{decision.decided_by} (unverified)"
    why = f": {decision.note}" if decision.note else ""
    return f"{done} by {name} on {when:%Y-%m-%d %H:%M} UTC{why}"


def _check_not_blocked(finals: ShownFinals, opinion: Opinion) -> None:
    overridden = isinstance(opinion, Approval) and opinion.override_reason is not None
    if isinstance(opinion, Approval) and finals.failed_checks and not overridden:
        raise ApprovalBlockedError(
            f"{finals.variant_key} cannot be approved: {'; '.join(finals.failed_checks)}. Request "
            "a change, or give a reason to override."
        )


def _draft(key: str, opinion: Opinion, reviewer: Reviewer, decision_id: str) -> Draft:
    scope: Scope | None = None
    words, spot, override_reason = None, None, None
    match opinion:
        case Approval():
            override_reason = opinion.override_reason
        case ChangeRequest():
            scope = opinion.scope
        case Rewording():
            scope, words = "copy", opinion.words
        case Relocation():
            scope, spot = "logo", opinion.spot
    return Draft(
        id=decision_id,
        variant_key=key,
        verdict="request_changes" if scope else "approve",
        scope=scope,
        note=opinion.note,
        words=words,
        spot=spot,
        override_reason=override_reason,
        decided_by=reviewer.name,
        verified=reviewer.verified,
        decided_through=reviewer.through,
    )


def _since(seen: UnderReview, now: UnderReview) -> str:
    """What has changed between two looks at a variant."""
    before, after = seen.finals, now.finals
    changes = [in_words(made) for made in now.decisions if made.number > seen.newest]
    if before.sha256 != after.sha256:
        names = sorted({*before.files, *after.files})
        told = ", ".join(
            f"{name} was {_hash(before, name)} and is {_hash(after, name)}"
            for name in names
            if _hash(before, name) != _hash(after, name)
        )
        changes.append(f"its finals have changed ({told})")
    if before.failed_checks != after.failed_checks:
        failed = "; ".join(after.failed_checks) or "none fails now"
        changes.append(f"its checks have other results ({failed})")
    return "; ".join(changes)


def _hash(finals: ShownFinals, name: str) -> str:
    file = finals.files.get(name)
    return f"SHA-256 {file.sha256}" if file else "not there"
