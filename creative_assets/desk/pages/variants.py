"""One variant, large: its finals, its copy, what was found and decided, and the decision itself.

A decision is the studio's (`review.decide`), on what the page showed. Here are only its form and
the words around it.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from creative_assets.desk.desk import Desk, TheDesk
from creative_assets.desk.pages.campaigns import by_stand_in
from creative_assets.desk.pages.overlays import overlays_of, spots_to_choose
from creative_assets.desk.pages.rendering import fragment, page, say, with_query
from creative_assets.desk.pages.visible import Selected, Selection, VisibleVariant
from creative_assets.desk.problems import status_of
from creative_assets.desk.pulse import pulse
from creative_assets.desk.sign_in import Reviewer, SignedIn
from creative_assets.studio.access import Person
from creative_assets.studio.copywriting import AdCopy
from creative_assets.studio.errors import (
    CreativeAssetsError,
    DecisionConflictError,
    DecisionRejectedError,
)
from creative_assets.studio.exhibit import exhibit_of, findings_on, product_name
from creative_assets.studio.listing import ListedVariant, neighbours
from creative_assets.studio.locales import english_name
from creative_assets.studio.review import (
    Approval,
    Opinion,
    UnderReview,
    decide,
    look_at,
    opinion_of,
    reviewer_of,
)
from creative_assets.studio.rewording import check_words
from creative_assets.studio.store import Store
from creative_assets.studio.values import Frozen

router = APIRouter()

OVERRIDING = "To approve against a failed check takes the role publish. Request a change instead."
WORDS = ("headline", "subline", "call_to_action")


class DecisionForm(Frozen):
    """What a reviewer sends.

    Attributes:
        decision_id: The page's, so that sending it twice decides once.
        sha256: Of the finals that the page showed.
        newest: The number of the newest decision that the page knew.
        change: What to change: a scope, or `words` for the exact words below.
        spot: Where the logo is to go; empty for anywhere else.
    """

    verdict: Literal["approve", "request_changes"]
    decision_id: str
    sha256: str
    newest: int
    note: str = ""
    override_reason: str = ""
    change: Literal["", "copy", "words", "picture", "logo", "layout"] = ""
    spot: str = ""
    headline: str = ""
    subline: str = ""
    call_to_action: str = ""


@router.get("/variants/{variant:path}/state")
def state(person: SignedIn, desk: TheDesk, variant: VisibleVariant, sha256: str = "") -> Response:
    """How the variant fares, for a page that shows the finals of that SHA-256."""
    return fragment(
        "_state.html", variant=variant, shown_sha256=sha256, person=person, pulse=pulse(desk)
    )


@router.get("/variants/{variant:path}")
def large(request: Request, desk: TheDesk, variant: VisibleVariant, selected: Selected) -> Response:
    """One variant, large."""
    return _shown(request, desk, variant, selected)


@router.post("/variants/{variant:path}")
def decision(
    request: Request,
    desk: TheDesk,
    person: Reviewer,
    variant: VisibleVariant,
    selected: Selected,
    form: Annotated[DecisionForm, Form()],
) -> Response:
    """Decide, and go on to the next variant."""
    key, log = variant.row.key, desk.archive.decisions
    try:
        seen = look_at(key, log)
        if form.verdict == "approve" and _is_approved_already(seen, form, person):
            return _on(request, "You have approved it already", variant, selected, desk)
        opinion = _opinion(form, seen, desk.archive.store)
        check_words(opinion, seen.finals, desk.archive.store)
        if isinstance(opinion, Approval) and opinion.override_reason and not person.may("publish"):
            raise DecisionRejectedError(OVERRIDING)
        reviewer = reviewer_of(person.name, "desk", verified=True)
        decide(as_shown(seen, form), opinion, reviewer, form.decision_id, log)
    except CreativeAssetsError as error:
        return _shown(request, desk, variant, selected, form, error)
    done = "Approved" if form.verdict == "approve" else "Changes requested"
    return _on(request, done, variant, selected, desk)


def _is_approved_already(seen: UnderReview, form: DecisionForm, person: Person) -> bool:
    """Whether they approved the same finals since the page was shown, as in another tab."""
    standing = seen.standing
    return (
        standing is not None
        and standing.verdict == "approve"
        and standing.decided_by == person.name
        and standing.verified
        and standing.number > form.newest
        and seen.finals.sha256 == form.sha256
        and standing.id != form.decision_id
    )


def _on(
    request: Request, done: str, variant: ListedVariant, selected: Selection, desk: Desk
) -> Response:
    """Say what was done, and go on."""
    product = product_name(variant.row, desk.archive.store)
    say(request, f"{done}: {product}, {english_name(variant.row.locale)}.")
    return RedirectResponse(_onward(variant, selected, desk), 303)


def as_shown(seen: UnderReview, form: "DecisionForm") -> UnderReview:
    """What somebody looked at, where that is what is there now.

    Raises:
        DecisionConflictError: It is not.
    """
    if seen.finals.sha256 != form.sha256:
        raise DecisionConflictError(
            f"{seen.finals.variant_key} was not decided: it has new finals since you looked. "
            "They are shown now; look at them, and decide again."
        )
    known = tuple(made for made in seen.decisions if made.number <= form.newest)
    is_repeated = any(made.id == form.decision_id for made in seen.decisions)
    return seen if is_repeated else UnderReview(seen.finals, known)


def _shown(
    request: Request,
    desk: Desk,
    variant: ListedVariant,
    selected: Selection,
    form: DecisionForm | None = None,
    error: CreativeAssetsError | None = None,
) -> Response:
    seen, store = variant.seen, desk.archive.store
    exhibit = exhibit_of(seen.finals, store) if seen else None
    findings = findings_on(seen.finals, desk.severities, store) if seen else ()
    before, after = neighbours(
        variant.row.key, selected.of(variant.row.campaign_id), desk.archive.records
    )
    return page(
        request,
        "variant.html",
        status=status_of(error) if error else 200,
        variant=variant,
        product=product_name(variant.row, store),
        exhibit=exhibit,
        overlays=overlays_of(exhibit, findings) if exhibit else {},
        spots=spots_to_choose(exhibit) if exhibit else {},
        findings=findings,
        severities=desk.severities,
        selected=selected,
        before=before,
        after=after,
        form=form,
        error=error,
        publishes=desk.publishes,
        takes_unverified=desk.takes_unverified,
        by_stand_in=by_stand_in([variant], desk),
        dagster_url=desk.dagster_url,
    )


def _opinion(form: DecisionForm, seen: UnderReview, store: Store) -> Opinion:
    if form.verdict == "approve":
        reason = form.override_reason.strip() or None
        return opinion_of("approve", form.note, override_reason=reason)
    if form.change == "words":
        words = _changed_words(form, exhibit_of(seen.finals, store).copy)
        return opinion_of("request_changes", form.note, words=words)
    if not form.change:
        raise DecisionRejectedError("Say what is to change: the copy, the picture, the logo, …")
    spot = form.spot if form.change == "logo" else None
    return opinion_of("request_changes", form.note, scope=form.change, spot=spot)


def _changed_words(form: DecisionForm, copy: AdCopy | None) -> Mapping[str, str]:
    """The lines that are other than they are now. A line that is emptied stays.

    Raises:
        DecisionRejectedError: All are as they are.
    """
    typed = {name: getattr(form, name).strip() for name in WORDS}
    words = {
        name: text
        for name, text in typed.items()
        if text and (copy is None or text != getattr(copy, name))
    }
    if not words:
        raise DecisionRejectedError("The words are as they were. Type what they are to be.")
    return words


def _onward(variant: ListedVariant, selected: Selection, desk: Desk) -> str:
    """Where a reviewer goes next: on among what they chose, else to what waits for a decision."""
    campaign_id, wanted = variant.row.campaign_id, selected.of(variant.row.campaign_id)
    if wanted.decision is None:
        wanted = wanted.model_copy(update={"decision": "pending"})
    before, after = neighbours(variant.row.key, wanted, desk.archive.records)
    if after is None and wanted.decision == "pending":
        after = before
    path = f"/variants/{after}" if after else f"/campaigns/{campaign_id}"
    return with_query(path, selected.query)
