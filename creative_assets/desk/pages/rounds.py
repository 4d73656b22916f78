"""A round of changes: what was asked for, and the finals before and after it, compared."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from creative_assets.desk.desk import Desk, TheDesk
from creative_assets.desk.pages.campaigns import by_stand_in
from creative_assets.desk.pages.rendering import page, size_of
from creative_assets.desk.pages.visible import VisibleVariant
from creative_assets.studio.copywriting import AdCopy
from creative_assets.studio.decision_log import Decision
from creative_assets.studio.exhibit import copy_behind, files_at, product_name
from creative_assets.studio.listing import ListedVariant
from creative_assets.studio.review import UnderReview
from creative_assets.studio.rounds import Outcome
from creative_assets.studio.store import StoredFile

router = APIRouter()

_LINES = ("headline", "subline", "call_to_action")


@dataclass(frozen=True)
class Pair:
    """One format before and after; None where it was not, or is not, among the finals."""

    format: str
    before: StoredFile | None
    after: StoredFile | None

    @property
    def is_same(self) -> bool:
        """Whether the files hold the same bytes."""
        before, after = self.before, self.after
        return before is not None and after is not None and before.sha256 == after.sha256


@dataclass(frozen=True)
class Line:
    """A line of the copy before and after."""

    field: str
    before: str
    after: str


@router.get("/variants/{variant:path}/rounds/{number}")
def compared(request: Request, desk: TheDesk, variant: VisibleVariant, number: int) -> Response:
    """What the change request with that number in the log led to."""
    seen = variant.seen
    asked = next((made for made in seen.decisions if made.number == number), None) if seen else None
    ended = asked and variant.rounds.get(asked.id)
    outcome = ended.outcome if ended else None
    if seen is None or asked is None or outcome is None or outcome.after_version is None:
        raise HTTPException(404, f"No round of {variant.row.key} has the number {number}.")
    return page(
        request,
        "round.html",
        variant=variant,
        product=product_name(variant.row, desk.archive.store),
        asked=asked,
        outcome=outcome,
        after_version=outcome.after_version,
        nth=_nth(asked, variant),
        pairs=list(_pairs(asked, outcome.after_version, desk)),
        lines=list(_lines(asked, outcome, seen, desk)),
        outside_px=sum(outside for outside, _ in outcome.untouched.values()),
        changed_px=sum(changed for _, changed in outcome.untouched.values()),
        inside_share=_inside_share(outcome),
        by_stand_in=by_stand_in([variant], desk),
    )


def _inside_share(outcome: Outcome) -> float | None:
    """How much of the pictures lies within the texts' boxes; None where that is not known."""
    sizes = [size_of(name) for name in outcome.untouched]
    total_px = sum(size.width_px * size.height_px for size in sizes if size)
    if not total_px or None in sizes:
        return None
    return 1 - sum(outside for outside, _ in outcome.untouched.values()) / total_px


def _nth(asked: Decision, variant: ListedVariant) -> int:
    """Which round of the variant it is, from 1."""
    decisions = variant.seen.decisions if variant.seen else ()
    return sum(made.id in variant.rounds for made in decisions if made.number <= asked.number)


def _pairs(asked: Decision, after_version: str, desk: Desk) -> Iterator[Pair]:
    campaign_id = asked.variant_key.partition("/")[0]
    after = files_at(campaign_id, after_version, desk.archive.store)
    for name in dict.fromkeys((*asked.files, *after)):
        yield Pair(name, asked.files.get(name), after.get(name))


def _lines(asked: Decision, outcome: Outcome, seen: UnderReview, desk: Desk) -> Iterator[Line]:
    """The lines of the copy that the round changed."""
    campaign_id, store = asked.variant_key.partition("/")[0], desk.archive.store
    before = copy_behind(campaign_id, asked.versions, store)
    after = copy_behind(campaign_id, _versions_at(outcome.after_version, seen), store)
    for field in _LINES if before and after else ():
        line = Line(field, _line(before, field), _line(after, field))
        if line.before != line.after:
            yield line


def _line(copy: AdCopy | None, field: str) -> str:
    return str(getattr(copy, field))


def _versions_at(finals_version: str | None, seen: UnderReview) -> Mapping[str, str]:
    """The stages' versions behind finals of that version; empty where nobody was shown them."""
    known = {made.finals_version: made.versions for made in seen.decisions}
    known[seen.finals.version] = seen.finals.versions
    return known.get(finals_version or "", {})
