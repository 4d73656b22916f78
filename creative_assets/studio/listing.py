"""What there is to look at: campaigns with their progress, and their variants page by page.

What a page is to hold is asked of the database, which has indices for it, and only that much is
read. Nothing here looks into the store; how it is shown is the desk's.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from creative_assets.studio.decision_log import DECISIONS, FINALS, DecisionLog, ShownFinals
from creative_assets.studio.errors import RequestRejectedError
from creative_assets.studio.publish import PUBLICATIONS, Publication, Publications
from creative_assets.studio.records import Records
from creative_assets.studio.records.ledger import GENERATIONS
from creative_assets.studio.records.variants import VARIANTS, VariantRow, VariantState
from creative_assets.studio.review import UnderReview, look
from creative_assets.studio.rounds import Round, Rounds
from creative_assets.studio.values import Frozen

Standing = Literal["pending", "approved", "changes_requested"]
"""What was decided on the finals as they are now."""


class VariantFilter(Frozen):
    """Which variants to list; what is None is not asked for.

    Attributes:
        brands: Any of these.
        status: How the newest run fares.
        decision: Of variants that have finals.
    """

    campaign_id: str | None = None
    locale: str | None = None
    product_id: str | None = None
    status: VariantState | None = None
    decision: Standing | None = None
    brands: frozenset[str] | None = None


@dataclass(frozen=True)
class ListedVariant:
    """A variant that a brief names, with all that the records know of it.

    Attributes:
        seen: Its finals and decisions; None before there are finals.
        rounds: Decision ID → what became of that change request.
        publication: Of exactly these finals; None where nobody has tried.
        cost_usd: What was paid for it so far; None where that is unknown.
        generations: How many calls to models that paid for.
    """

    row: VariantRow
    seen: UnderReview | None
    rounds: dict[str, Round]
    publication: Publication | None
    cost_usd: float | None
    generations: int

    @property
    def standing(self) -> Standing | None:
        """What was decided on the finals as they are now; None before there are finals."""
        if self.seen is None:
            return None
        if self.seen.standing is None:
            return "pending"
        return "approved" if self.seen.standing.verdict == "approve" else "changes_requested"


@dataclass(frozen=True)
class VariantPage:
    """Some variants, and the key after which the next page begins; None on the last."""

    variants: tuple[ListedVariant, ...]
    next_after: str | None


@dataclass(frozen=True)
class CampaignProgress:
    """How a campaign fares, in variants that its brief names.

    Attributes:
        waiting: For a run; `running`, `done` and `failed` likewise, each variant in one of them.
        failed_unseen: Of these that failed, those without finals from before.
        ready: With finals to look at; each of these pending, approved, or with changes requested.
        published: With exactly these finals.
        cost_usd: What was paid so far, also for variants that are retired; None where unknown.
    """

    campaign_id: str
    brand: str
    variants: int
    waiting: int
    running: int
    done: int
    failed: int
    failed_unseen: int
    ready: int
    pending: int
    approved: int
    changes_requested: int
    published: int
    cost_usd: float | None


@dataclass(frozen=True)
class CampaignPage:
    """Some campaigns, and the ID after which the next page begins; None on the last."""

    campaigns: tuple[CampaignProgress, ...]
    next_after: str | None


def list_variants(
    wanted: VariantFilter, records: Records, *, after: str | None, most: int
) -> VariantPage:
    """Up to `most` variants by campaign, product and locale, those after the key `after`.

    Raises:
        RequestRejectedError: `after` is no key.
    """
    question = _keys(wanted).order_by(*_PLACE).limit(most + 1)
    if after is not None:
        question = question.where(sa.tuple_(*_PLACE) > _place_of(after))
    with records.database.reading() as connection:
        keys = list(connection.scalars(question))
    return VariantPage(
        variants=listed(keys[:most], records),
        next_after=keys[most - 1] if len(keys) > most else None,
    )


def neighbours(key: str, wanted: VariantFilter, records: Records) -> tuple[str | None, str | None]:
    """The keys before and after a variant, which need not be wanted itself; None at the ends.

    Raises:
        RequestRejectedError: `key` is no key.
    """
    here, place = _place_of(key), sa.tuple_(*_PLACE)
    backwards = [column.desc() for column in _PLACE]
    before = _keys(wanted).where(place < here).order_by(*backwards).limit(1)
    after = _keys(wanted).where(place > here).order_by(*_PLACE).limit(1)
    with records.database.reading() as connection:
        return connection.scalar(before), connection.scalar(after)


def listed(keys: Collection[str], records: Records) -> tuple[ListedVariant, ...]:
    """The variants among `keys` that are known, in that order."""
    rows = records.variants.by_key(keys)
    seen = look(keys, DecisionLog(records.database))
    rounds: dict[str, dict[str, Round]] = {}
    for each in Rounds(records.database).of(keys).values():
        rounds.setdefault(each.variant_key, {})[each.decision_id] = each
    published = Publications(records.database).of(keys)
    spent = records.spending.by_variant(keys)

    def variant(row: VariantRow) -> ListedVariant:
        under_review = seen.get(row.key)
        cost_usd, generations = spent.get(row.key, (0.0, 0))
        return ListedVariant(
            row=row,
            seen=under_review,
            rounds=rounds.get(row.key, {}),
            publication=published.get((row.key, under_review.finals.sha256))
            if under_review
            else None,
            cost_usd=cost_usd,
            generations=generations,
        )

    return tuple(variant(rows[key]) for key in keys if key in rows)


def list_campaigns(
    records: Records, *, after: str | None, most: int, brands: frozenset[str] | None = None
) -> CampaignPage:
    """Up to `most` campaigns by ID, those after the ID `after`; of any of the `brands`."""
    question = (
        sa.select(VARIANTS.c.campaign_id)
        .where(*_conditions(VariantFilter(brands=brands)))
        .group_by(VARIANTS.c.campaign_id)
        .order_by(VARIANTS.c.campaign_id)
        .limit(most + 1)
    )
    if after is not None:
        question = question.where(VARIANTS.c.campaign_id > after)
    with records.database.reading() as connection:
        ids = list(connection.scalars(question))
    progress = progress_of(ids[:most], records)
    return CampaignPage(
        campaigns=tuple(progress[campaign_id] for campaign_id in ids[:most]),
        next_after=ids[most - 1] if len(ids) > most else None,
    )


def progress_of(campaign_ids: Collection[str], records: Records) -> dict[str, CampaignProgress]:
    """How the campaigns among `campaign_ids` fare that have variants."""
    question = (
        sa.select(VARIANTS.c.campaign_id, sa.func.max(VARIANTS.c.brand).label("brand"), *_COUNTS)
        .select_from(_REVIEWED)
        .where(VARIANTS.c.active)
        .group_by(VARIANTS.c.campaign_id)
    )
    database = records.database
    with database.reading() as connection:
        campaign, payer = VARIANTS.c.campaign_id, GENERATIONS.c.campaign_id
        counted = list(database.among(connection, question, campaign, campaign_ids))
        spent = {
            row.campaign_id: None if row.unknown else float(row.cost_usd)
            for row in database.among(connection, _SPENT, payer, campaign_ids)
        }
    return {
        row.campaign_id: CampaignProgress(**row._asdict(), cost_usd=spent.get(row.campaign_id, 0.0))
        for row in counted
    }


def first_finals(
    campaign_ids: Collection[str], records: Records, *, most: int
) -> dict[str, tuple[ShownFinals, ...]]:
    """Campaign → the finals of its first `most` variants that have some."""
    keys: dict[str, list[str]] = {}
    with records.database.reading() as connection:
        for campaign_id in campaign_ids:
            question = _keys(VariantFilter(campaign_id=campaign_id)).order_by(*_PLACE).limit(most)
            question = question.where(FINALS.c.variant_key.is_not(None))
            keys[campaign_id] = list(connection.scalars(question))
    shown = DecisionLog(records.database).shown(key for each in keys.values() for key in each)
    return {
        campaign_id: tuple(shown[key] for key in found if key in shown)
        for campaign_id, found in keys.items()
    }


def brand_of(campaign_id: str, records: Records) -> str | None:
    """The brand that the campaign is for; None where no brief names the campaign."""
    question = sa.select(VARIANTS.c.brand).where(
        VARIANTS.c.campaign_id == campaign_id, VARIANTS.c.active
    )
    with records.database.reading() as connection:
        return connection.scalar(question.limit(1))


def locales_of(campaign_id: str, records: Records) -> list[str]:
    """The locales that the campaign's variants are for."""
    return _distinct(VARIANTS.c.locale, campaign_id, records)


def products_of(campaign_id: str, records: Records) -> list[str]:
    """The IDs of the products that the campaign's variants are for."""
    return _distinct(VARIANTS.c.product_id, campaign_id, records)


_PLACE = (VARIANTS.c.campaign_id, VARIANTS.c.product_id, VARIANTS.c.locale)
_newer = DECISIONS.alias("newer")
_NEWEST_ON_BYTES = (
    sa.select(sa.func.max(_newer.c.number))
    .where(
        _newer.c.variant_key == FINALS.c.variant_key,
        _newer.c.finals_sha256 == FINALS.c.finals_sha256,
    )
    .correlate(FINALS)
    .scalar_subquery()
)
_REVIEWED = (
    VARIANTS.outerjoin(FINALS, FINALS.c.variant_key == VARIANTS.c.key)
    .outerjoin(DECISIONS, DECISIONS.c.number == _NEWEST_ON_BYTES)
    .outerjoin(
        PUBLICATIONS,
        sa.and_(
            PUBLICATIONS.c.variant_key == FINALS.c.variant_key,
            PUBLICATIONS.c.finals_sha256 == FINALS.c.finals_sha256,
        ),
    )
)
"""Each variant with its finals, the decision that stands on them, and their publication."""

_IS_STANDING: dict[Standing, sa.ColumnElement[bool]] = {
    "pending": sa.and_(FINALS.c.variant_key.is_not(None), DECISIONS.c.number.is_(None)),
    "approved": DECISIONS.c.verdict == "approve",
    "changes_requested": DECISIONS.c.verdict == "request_changes",
}
_STATUSES: tuple[VariantState, ...] = ("waiting", "running", "done", "failed")


def _how_many(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((condition, 1), else_=0))


_COUNTS = (
    sa.func.count().label("variants"),
    *(_how_many(VARIANTS.c.status == status).label(status) for status in _STATUSES),
    _how_many(sa.and_(VARIANTS.c.status == "failed", FINALS.c.variant_key.is_(None))).label(
        "failed_unseen"
    ),
    sa.func.count(FINALS.c.variant_key).label("ready"),
    *(_how_many(is_so).label(standing) for standing, is_so in _IS_STANDING.items()),
    sa.func.count(PUBLICATIONS.c.manifest_path).label("published"),
)
_SPENT: sa.Select[Any] = sa.select(
    GENERATIONS.c.campaign_id,
    (
        sa.func.coalesce(sa.func.sum(GENERATIONS.c.cost_usd), 0.0)
        + sa.func.sum(GENERATIONS.c.wasted_cost_usd)
    ).label("cost_usd"),
    sa.func.sum(
        sa.case(
            (sa.and_(GENERATIONS.c.state == "done", GENERATIONS.c.cost_usd.is_(None)), 1), else_=0
        )
        + GENERATIONS.c.wasted_unpriced
    ).label("unknown"),
).group_by(GENERATIONS.c.campaign_id)


def _keys(wanted: VariantFilter) -> sa.Select[tuple[str]]:
    return sa.select(VARIANTS.c.key).select_from(_REVIEWED).where(*_conditions(wanted))


def _conditions(wanted: VariantFilter) -> list[sa.ColumnElement[bool]]:
    fields = ("campaign_id", "locale", "product_id", "status")
    asked = {name: getattr(wanted, name) for name in fields}
    conditions: list[sa.ColumnElement[bool]] = [VARIANTS.c.active]
    conditions += [VARIANTS.c[name] == value for name, value in asked.items() if value is not None]
    if wanted.brands is not None:
        conditions.append(VARIANTS.c.brand.in_(sorted(wanted.brands)))
    if wanted.decision is not None:
        conditions.append(_IS_STANDING[wanted.decision])
    return conditions


def _place_of(key: str) -> sa.Tuple:
    parts = key.split("/")
    if len(parts) != len(("campaign", "locale", "product")):
        raise RequestRejectedError(
            f"{key!r:.80} is no variant's key. Expected campaign/locale/product; leave it out to "
            "begin with the first."
        )
    campaign_id, locale, product_id = parts
    return sa.tuple_(*map(sa.literal, (campaign_id, product_id, locale)))


def _distinct(column: sa.Column[str], campaign_id: str, records: Records) -> list[str]:
    question = sa.select(column).where(VARIANTS.c.campaign_id == campaign_id, VARIANTS.c.active)
    with records.database.reading() as connection:
        return list(connection.scalars(question.distinct().order_by(column)))
