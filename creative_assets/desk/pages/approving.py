"""Approving all that passes at once, with named exceptions."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from creative_assets.desk.deciding import Decider, decide_on
from creative_assets.desk.desk import Desk, TheDesk
from creative_assets.desk.pages.campaigns import by_stand_in, shown
from creative_assets.desk.pages.rendering import page, say, with_query
from creative_assets.desk.pages.visible import Selected, Selection
from creative_assets.desk.seeing import VisibleCampaign
from creative_assets.desk.sign_in import Reviewer
from creative_assets.studio.errors import DecisionRejectedError, PermanentError
from creative_assets.studio.listing import ListedVariant, VariantPage, list_variants
from creative_assets.studio.review import Opinion, opinion_of
from creative_assets.studio.values import Frozen

router = APIRouter()

_MOST = 100
"""As many as somebody can look at on one page."""


class GroupForm(Frozen):
    """What a reviewer sends.

    Attributes:
        request: The page's own, so that sending it twice decides once.
        approve: The variants that are still ticked, each with the SHA-256 of the finals shown:
            `campaign/locale/product=sha256`.
        shown: How many were there to tick.
    """

    request: str
    approve: tuple[str, ...] = ()
    shown: int
    note: str = ""


@dataclass(frozen=True)
class Refusal:
    """A form that was not done as a whole: what was wrong, and what was done of it."""

    form: GroupForm
    errors: tuple[PermanentError, ...]
    done: str = ""


@router.get("/campaigns/{campaign_id}/approve")
def confirm(
    request: Request,
    desk: TheDesk,
    campaign_id: VisibleCampaign,
    selected: Selected,
    _: Reviewer,
) -> Response:
    """Everything that would be approved, to look through."""
    return _page(request, desk, campaign_id, selected)


@router.post("/campaigns/{campaign_id}/approve")
def approve(
    request: Request,
    desk: TheDesk,
    campaign_id: VisibleCampaign,
    selected: Selected,
    person: Reviewer,
    form: Annotated[GroupForm, Form()],
) -> Response:
    """Approve what is ticked, each as it was shown."""
    looked_at = dict(each.rpartition("=")[::2] for each in form.approve)
    try:
        opinion = _opinion(form)
    except DecisionRejectedError as error:
        return _page(request, desk, campaign_id, selected, Refusal(form, (error,)))
    decider = Decider(person, "desk", form.request)
    outcome = decide_on(looked_at, campaign_id, opinion, decider, desk)
    left_out = form.shown - len(looked_at)
    said = f"{len(outcome.decided)} approved" + (f", {left_out} left out" if left_out else "") + "."
    if outcome.refused:
        refused = tuple(outcome.refused.values())
        return _page(request, desk, campaign_id, selected, Refusal(form, refused, said))
    say(request, said)
    return RedirectResponse(with_query(f"/campaigns/{campaign_id}", selected.query), 303)


def _opinion(form: GroupForm) -> Opinion:
    if not form.approve:
        raise DecisionRejectedError("Nothing is ticked, so nothing was approved.")
    return opinion_of("approve", form.note)


def _page(
    request: Request,
    desk: Desk,
    campaign_id: str,
    selected: Selection,
    refusal: Refusal | None = None,
) -> Response:
    found = _pending(campaign_id, selected, desk)
    pending = shown(found.variants, desk)
    return page(
        request,
        "approve.html",
        status=409 if refusal else 200,
        campaign_id=campaign_id,
        selected=selected,
        passing=[each for each in pending if not _failed(each.variant)],
        failing=[each for each in pending if _failed(each.variant)],
        has_more=found.next_after is not None,
        refusal=refusal,
        publishes=desk.publishes,
        by_stand_in=by_stand_in(found.variants, desk),
    )


def _pending(campaign_id: str, selected: Selection, desk: Desk) -> VariantPage:
    wanted = selected.of(campaign_id).model_copy(update={"decision": "pending"})
    return list_variants(wanted, desk.archive.records, after=None, most=_MOST)


def _failed(variant: ListedVariant) -> bool:
    return variant.seen is not None and bool(variant.seen.finals.failed_checks)
