"""A new campaign by a form: its problems at their fields, its estimate, and then the inbox."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from creative_assets.desk.api.uploads import MAX_FILES, MAX_UPLOAD_BYTES
from creative_assets.desk.brief_form import BRIEF_NAME, Sent, upload_of
from creative_assets.desk.desk import Desk, TheDesk
from creative_assets.desk.form_problems import by_field, fields_of, label_of, own_problems
from creative_assets.desk.money import money_of
from creative_assets.desk.pages.rendering import fragment, page
from creative_assets.desk.pulse import pulse
from creative_assets.desk.seeing import visible_arrival
from creative_assets.desk.sign_in import SignedIn, Submitter
from creative_assets.desk.submitting import read_upload
from creative_assets.studio.access import Person
from creative_assets.studio.budget import Budgets
from creative_assets.studio.errors import BriefError
from creative_assets.studio.estimate import Estimate, consequences, estimate
from creative_assets.studio.exhibit import product_name
from creative_assets.studio.formats import all_channels, format_named, formats_of
from creative_assets.studio.intake import brief_paths, fingerprint
from creative_assets.studio.listing import brand_of
from creative_assets.studio.local_brief import (
    LocalBrief,
    check_submittable,
    jobs_of,
    retired_by,
    submit_brief,
)
from creative_assets.studio.models.services import STAND_IN
from creative_assets.studio.produce import Job
from creative_assets.studio.records.variants import VariantRow
from creative_assets.studio.review import look
from creative_assets.studio.weighing import why_held

router = APIRouter()

_MAX_FIELDS = 2_000
_COMMON = (
    *("en-US", "en-GB", "de-DE", "fr-FR", "es-ES", "it-IT", "nl-NL", "pt-BR", "sv-SE", "nb-NO"),
    *("da-DK", "fi-FI", "pl-PL", "tr-TR", "ja-JP", "ko-KR", "zh-CN", "zh-TW", "ar-AE", "he-IL"),
    *("hi-IN", "th-TH"),
)
_CHANNEL_NAMES = {"youtube": "YouTube", "ctv": "CTV", "linkedin": "LinkedIn"}
_NOTHING = Sent({}, {})


@dataclass(frozen=True)
class Verdict:
    """What is to be said of a form: its problems, or what the campaign would cost and retire.

    Attributes:
        fingerprint: Of the brief that was estimated.
        replaces: The campaign whose brief it would replace; empty where there is none.
        unapproved: How many approvals would no longer stand.
        held_because: Why it would wait for somebody's go; empty where it would not.
        unagreed: Why it was not submitted, though that was asked for.
    """

    problems: dict[str, list[str]]
    estimate: Estimate | None = None
    fingerprint: str = ""
    retired: tuple[VariantRow, ...] = ()
    replaces: str = ""
    unapproved: int = 0
    held_because: str = ""
    unagreed: str = ""


async def _sent(request: Request, _: Submitter) -> Sent:
    """What the browser sent, read only now that it is known who sends it."""
    texts: dict[str, list[str]] = {}
    files: dict[str, list[tuple[str, bytes]]] = {}
    async with request.form(max_files=MAX_FILES, max_fields=_MAX_FIELDS) as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                if value.filename:
                    files.setdefault(name, []).append((value.filename, await value.read()))
            else:
                texts.setdefault(name, []).append(value)
    return Sent(texts, files)


@router.get("/submit")
def empty(request: Request, desk: TheDesk, _: Submitter) -> Response:
    """The form."""
    return _form(request, desk, _NOTHING, None)


@router.post("/submit", max_body_size=MAX_UPLOAD_BYTES)
async def filled(
    request: Request, desk: TheDesk, person: Submitter, sent: Annotated[Sent, Depends(_sent)]
) -> Response:
    """Say what is wrong, or what it would cost; or submit it."""
    return await run_in_threadpool(_answer, request, desk, person, sent)


@router.get("/submit/{part}")
def another(part: str, _: Submitter, number: Annotated[int, Query(ge=0, le=199)] = 0) -> Response:
    """The fields of one more product, or of one more locale's approved copy."""
    if part not in {"product", "message"}:
        raise HTTPException(404, f"The form has no part {part}.")
    return fragment("_another.html", part=part, number=number, sent=_NOTHING, problems={})


@router.get("/submitted/{campaign_id}")
def submitted(request: Request, desk: TheDesk, person: SignedIn, campaign_id: str) -> Response:
    """What has become of a brief since it was put into the inbox."""
    arrival = visible_arrival(campaign_id, person, desk)
    if arrival.state == "accepted" and brand_of(campaign_id, desk.archive.records) is not None:
        address = f"/campaigns/{campaign_id}"
        is_part = "hx-request" in request.headers
        return _gone_to(address) if is_part else RedirectResponse(address, 303)
    return page(
        request,
        "submitted.html",
        campaign_id=campaign_id,
        arrival=arrival,
        money=money_of(campaign_id, desk),
        pulse=pulse(desk),
    )


def _answer(request: Request, desk: Desk, person: Person, sent: Sent) -> Response:
    is_part = "hx-request" in request.headers
    try:
        local = _checked(sent, person, desk)
        wants = sent.text("step") == "send"
        unagreed = _unagreed(local, sent, desk) if wants else ""
        if wants and not unagreed:
            submit_brief(local, desk.inbox, desk.archive.records)
            address = f"/submitted/{local.brief.campaign_id}"
            return _gone_to(address) if is_part else RedirectResponse(address, 303)
        verdict = replace(_priced(local, desk), unagreed=unagreed)
    except BriefError as error:
        verdict = Verdict(by_field(error.problems, sent))
    if not is_part:
        return _form(request, desk, sent, verdict)
    return fragment(
        "_verdict.html",
        verdict=verdict,
        fields=fields_of(sent),
        label_of=label_of,
        product_of=lambda row: product_name(row, desk.archive.store),
        is_stand_in=desk.choice.service == STAND_IN,
        swaps=True,
    )


def _checked(sent: Sent, person: Person, desk: Desk) -> LocalBrief:
    """The brief that the form makes.

    Raises:
        BriefError: With all that is wrong with the form and the brief.
    """
    own = list(own_problems(sent))
    try:
        local = read_upload(upload_of(sent), person, desk)
    except BriefError as error:
        raise BriefError(BRIEF_NAME, [*own, *error.problems]) from error
    if own:
        raise BriefError(BRIEF_NAME, own)
    return local


def _unagreed(local: LocalBrief, sent: Sent, desk: Desk) -> str:
    """Why this is not what somebody saw the estimate of and agreed to; empty where it is."""
    if sent.text("estimated") != _fingerprint(local):
        return (
            "The form was changed since its estimate. This is the new one: submit it if you like."
        )
    if _exists(local.brief.campaign_id, desk) and not sent.text("replace"):
        return "Tick “Replace it” if that is what you want; else choose another short name."
    return ""


def _fingerprint(local: LocalBrief) -> str:
    files = {name: hashlib.sha256(content).hexdigest() for name, content in local.files.items()}
    return fingerprint(local.content, files)


def _exists(campaign_id: str, desk: Desk) -> bool:
    """Whether the campaign has a brief, accepted or still in the inbox."""
    owner = desk.archive.records.briefs.owner_of(campaign_id)
    return owner is not None or bool(brief_paths(desk.inbox.find(campaign_id)))


def _priced(local: LocalBrief, desk: Desk) -> Verdict:
    """What a brief would cost, replace and retire.

    Raises:
        BriefError: It could not be submitted.
    """
    records = desk.archive.records
    check_submittable(local, records)
    jobs = jobs_of(local, records)
    campaign_id, budget_usd = local.brief.campaign_id, local.brief.budget_usd
    cost = estimate(jobs, desk.choice, desk.archive.store)
    paid_usd = Budgets(records.database).paid_usd(campaign_id)
    retired = tuple(retired_by(campaign_id, jobs, records))
    return Verdict(
        {},
        cost,
        _fingerprint(local),
        retired,
        campaign_id if _exists(campaign_id, desk) else "",
        _unapproved(jobs, retired, desk),
        why_held(cost, budget_usd, paid_usd, desk.campaign_limit_usd),
    )


def _unapproved(jobs: Sequence[Job], retired: Iterable[VariantRow], desk: Desk) -> int:
    """How many approvals would no longer stand: of what is made anew, and of what is retired."""
    log = desk.archive.decisions
    standing = [each.standing for each in look([row.key for row in retired], log).values()]
    gone = sum(made is not None and made.verdict == "approve" for made in standing)
    return len(consequences(jobs, desk.choice, log).unapproved) + gone


def _gone_to(address: str) -> Response:
    """Let htmx open another page in place of this one."""
    return Response(headers={"HX-Redirect": address})


def _form(request: Request, desk: Desk, sent: Sent, verdict: Verdict | None) -> Response:
    return page(
        request,
        "submit.html",
        status=422 if verdict and verdict.problems else 200,
        sent=sent,
        verdict=verdict,
        problems=verdict.problems if verdict else {},
        fields=fields_of(sent),
        label_of=label_of,
        product_of=lambda row: product_name(row, desk.archive.store),
        products=sent.numbers("products") or [0],
        messages=sent.numbers("messages"),
        locales=_COMMON,
        channels={
            name: _CHANNEL_NAMES.get(name, name.replace("-", " ").capitalize())
            for name in all_channels()
        },
        single_formats={name: format_named(name).size for name in formats_of(all_channels())},
        is_stand_in=desk.choice.service == STAND_IN,
        swaps=False,
    )
