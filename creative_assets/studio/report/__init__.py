"""The report of a campaign: one page for a brand manager, to be mailed, read anywhere and printed.

Here is what stands on it; how it looks is in the template beside this. Its pictures are shown as on
the contact sheet, and it needs no other file. The same state gives the same bytes.
"""

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from creative_assets.studio.acceptance import load_jobs
from creative_assets.studio.brief import VariantBrief
from creative_assets.studio.contact_sheet import place_of
from creative_assets.studio.decision_log import Decision
from creative_assets.studio.errors import MissingInputError
from creative_assets.studio.in_words import as_sentence, moment, usd
from creative_assets.studio.listing import CampaignProgress, ListedVariant, listed, progress_of
from creative_assets.studio.models.services import STAND_IN
from creative_assets.studio.produce import kept_output
from creative_assets.studio.records import Records
from creative_assets.studio.records.spending import SpentRow
from creative_assets.studio.rounds import outcome_in_words
from creative_assets.studio.sheet_page import PICTURES_STYLE, Place, backgrounds, pictures
from creative_assets.studio.stages import FINAL_CREATIVES, STAGES
from creative_assets.studio.store import Store, StoredFile

# At some 15 KB each a page that can still be mailed.
MOST_WITH_PICTURES = 250
_READERS = 8
_FINDINGS_SHOWN = 6


@dataclass(frozen=True)
class Cost:
    """What was paid for a stage, or on a day, as far as it is known.

    Attributes:
        unpriced: Calls that are not in it, as nobody knows what they have cost.
    """

    name: str
    generations: int
    cost_usd: float
    list_price_usd: float
    unpriced: int


@dataclass(frozen=True)
class Entry:
    """One variant on the page.

    Attributes:
        state: In a word or two.
        tone: `good`, `busy`, `bad`, `open` or `quiet`, by which the state is coloured.
        history: Each decision, oldest first, and in words what became of it.
        findings: What the checks found: (whether it is an error, in words).
        more_findings: How many more there are.
    """

    place: Place
    pictures: Markup
    state: str
    tone: str
    error: str | None
    history: tuple[tuple[Decision, str], ...]
    findings: tuple[tuple[bool, str], ...]
    more_findings: int
    cost_usd: float | None
    published_as: str | None


def report_path(campaign_id: str) -> str:
    """Where a campaign's report is kept."""
    return f"campaigns/{campaign_id}/report.html"


def write_report(campaign_id: str, store: Store, records: Records) -> StoredFile:
    """Write the campaign's report as it is now, in place of an earlier one.

    Raises:
        MissingInputError: No accepted brief is for that campaign.
    """
    page = draw_report(campaign_id, store, records)
    return store.put(report_path(campaign_id), page.encode())


def draw_report(campaign_id: str, store: Store, records: Records) -> str:
    """The campaign's report as it is now, as HTML. Raises as `write_report` does."""
    progress = progress_of([campaign_id], records).get(campaign_id)
    if progress is None:
        raise MissingInputError(
            f"No accepted brief is for the campaign {campaign_id!r:.80}. Its `campaign_id` is the "
            "first part of its variants' keys."
        )
    keys = [row.key for row in records.variants.active([campaign_id])]
    variants = listed(keys, records)
    entries, spend = _entries(variants, store, records), records.spending.lines(campaign_id)
    shown = [entry.place for entry in entries[:MOST_WITH_PICTURES]]
    return _template().render(
        progress=progress,
        as_of=moment(max(map(_newest, variants))),
        counts=_counts(progress),
        costs={"Stage": list(_by_stage(spend)), "Day": list(_by_day(spend))},
        unpriced=_of_unknown_price(spend),
        by_stand_in=any(row.service == STAND_IN for row in spend),
        entries=entries,
        left_out=len(entries) - len(shown),
        style=Markup(PICTURES_STYLE + backgrounds(shown)),  # noqa: S704 - nothing of others
    )


def _entries(variants: Sequence[ListedVariant], store: Store, records: Records) -> list[Entry]:
    """All variants by product and locale, the first of them with their pictures."""
    jobs, _ = load_jobs([variant.row.key for variant in variants], store, records)
    brief_of = {job.variant.key: job.variant for job in jobs}

    def place(variant: ListedVariant) -> Place:
        return _place(variant, brief_of[variant.row.key], store)

    with ThreadPoolExecutor(_READERS, "report") as readers:
        placed = list(zip(readers.map(place, variants), variants, strict=True))
    placed.sort(key=lambda each: (each[0].product, each[0].tag))
    return [_entry(number, *each) for number, each in enumerate(placed)]


def _place(variant: ListedVariant, brief: VariantBrief, store: Store) -> Place:
    output = None
    if variant.seen is not None:
        version = variant.seen.finals.version
        output = kept_output(brief.campaign_id, FINAL_CREATIVES, version, store)
    place = place_of(brief, output, store)
    # A page that is mailed has no files beside it.
    return replace(place, finals=tuple(replace(final, path=None) for final in place.finals))


def _entry(number: int, place: Place, variant: ListedVariant) -> Entry:
    state, tone = _state(variant)
    findings = tuple(_findings(variant))
    row, publication = variant.row, variant.publication
    drawn = pictures(number, place) if number < MOST_WITH_PICTURES else ""
    return Entry(
        place=place,
        pictures=Markup(drawn),  # noqa: S704 - escaped there
        state=state,
        tone=tone,
        error=row.error_message if row.status == "failed" else None,
        history=tuple(_history(variant)),
        findings=findings[:_FINDINGS_SHOWN],
        more_findings=max(0, len(findings) - _FINDINGS_SHOWN),
        cost_usd=variant.cost_usd,
        published_as=publication.manifest_path if publication else None,
    )


def _state(variant: ListedVariant) -> tuple[str, str]:
    match variant.standing:
        case "approved":
            is_out = variant.publication and variant.publication.manifest_path
            return ("Published" if is_out else "Approved"), "good"
        case "changes_requested":
            return "Changes requested", "busy"
        case "pending":
            return "To review", "open"
    return {"failed": ("Failed", "bad")}.get(variant.row.status, ("Not finished", "quiet"))


def _history(variant: ListedVariant) -> Iterator[tuple[Decision, str]]:
    for decision in variant.seen.decisions if variant.seen else ():
        led_to = variant.rounds.get(decision.id)
        yield decision, as_sentence(outcome_in_words(led_to)) if led_to else ""


def _findings(variant: ListedVariant) -> Iterator[tuple[bool, str]]:
    for told in variant.seen.finals.checks if variant.seen else ():
        for finding in told.findings:
            place = f"{finding.format}: " if finding.format else ""
            yield told.severity == "error", f"{place}{finding.message}"


def _counts(progress: CampaignProgress) -> list[tuple[str, int]]:
    counts = [
        ("variants", progress.variants),
        ("finished", progress.ready),
        ("to review", progress.pending),
        ("with changes requested", progress.changes_requested),
        ("approved", progress.approved),
        ("published", progress.published),
        ("failed", progress.failed),
    ]
    always = {"variants", "finished", "approved", "published"}
    return [(name, count) for name, count in counts if count or name in always]


def _by_stage(spend: Sequence[SpentRow]) -> Iterator[Cost]:
    for stage in STAGES:
        of_stage = [row for row in spend if row.stage == stage]
        if of_stage:
            yield _cost(stage.replace("_", " "), of_stage)


def _by_day(spend: Sequence[SpentRow]) -> Iterator[Cost]:
    for day in sorted({row.day for row in spend}):
        yield _cost(f"{day:%Y-%m-%d}", [row for row in spend if row.day == day])


def _cost(name: str, spend: Sequence[SpentRow]) -> Cost:
    return Cost(
        name=name,
        generations=sum(row.generations for row in spend),
        cost_usd=math.fsum(row.cost_usd for row in spend),
        list_price_usd=math.fsum(row.list_price_usd for row in spend),
        unpriced=sum(row.unpriced for row in spend),
    )


def _of_unknown_price(spend: Sequence[SpentRow]) -> list[str]:
    """The models whose calls may have cost more than is known, by name."""
    return sorted({f"{row.model} at {row.service}" for row in spend if row.unpriced})


def _newest(variant: ListedVariant) -> float:
    """When something last happened to it."""
    decided = [made.decided_at for made in variant.seen.decisions] if variant.seen else []
    return max([variant.row.updated_at, *decided])


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("creative_assets.studio", "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"usd": usd, "moment": moment}
    return environment.get_template("report.html")
