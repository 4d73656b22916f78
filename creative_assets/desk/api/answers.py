"""What the API answers with: the studio's values, as JSON that stays the same for its readers."""

from datetime import UTC, datetime
from typing import Generic, TypeVar

from pydantic import Field

from creative_assets.studio.checks import Check, Severity
from creative_assets.studio.decision_log import Decision, Scope, Verdict
from creative_assets.studio.listing import CampaignProgress, ListedVariant, Standing
from creative_assets.studio.records.variants import VariantState
from creative_assets.studio.review import UnderReview
from creative_assets.studio.rounds import outcome_in_words
from creative_assets.studio.values import Frozen

Item = TypeVar("Item")


class Page(Frozen, Generic[Item]):
    """A part of a list."""

    items: tuple[Item, ...]
    next: str | None = Field(description="The `cursor` of the next page; none on the last.")


class Campaign(Frozen):
    """A campaign, and how far its variants are: counts of those that its brief names."""

    campaign_id: str
    brand: str
    variants: int
    waiting: int = Field(description="For a run.")
    running: int
    done: int
    failed: int
    ready: int = Field(description="With finals to look at.")
    pending: int = Field(description="Ready, and nobody has decided.")
    approved: int
    changes_requested: int
    published: int
    cost_usd: float | None = Field(description="What was paid so far; none where it is unknown.")


class DecisionMade(Frozen):
    """A decision, as the log has it."""

    id: str
    variant: str
    verdict: Verdict
    scope: Scope | None
    note: str
    override_reason: str | None
    overridden: tuple[str, ...]
    decided_by: str
    verified: bool
    decided_through: str
    decided_at: datetime
    finals_sha256: str


class FinalFile(Frozen):
    """One final: where it is in the store, and what it holds."""

    path: str
    sha256: str
    size_bytes: int


class CheckFinding(Frozen):
    """One thing that a check found wrong; `format` is none where all finals share it."""

    check: Check
    severity: Severity
    rule: str
    format: str | None
    message: str


class Finals(Frozen):
    """The finals of a variant, as they are now."""

    version: str
    sha256: str = Field(description="Over all of them: what a decision is about.")
    files: dict[str, FinalFile] = Field(description="By format.")
    failed_checks: tuple[str, ...] = Field(description="What stands against an approval.")
    findings: tuple[CheckFinding, ...]


class Failure(Frozen):
    """Why a variant's newest run failed."""

    stage: str | None
    error: str | None
    message: str | None
    attempts: int


class Variant(Frozen):
    """A variant, with what was made of it and decided on it."""

    key: str
    campaign_id: str
    locale: str
    product_id: str
    brand: str
    status: VariantState = Field(description="How the newest run fares.")
    failure: Failure | None
    finals: Finals | None
    standing: Standing | None = Field(description="What was decided on exactly these finals.")
    decision: DecisionMade | None = Field(description="The one that stands.")
    change: str | None = Field(description="What became of the change requested, in words.")
    manifest_path: str | None = Field(description="Of these finals, where they are published.")
    publishing_error: str | None
    cost_usd: float | None


def campaign_answer(progress: CampaignProgress) -> Campaign:
    """The campaign as the API tells of it."""
    return Campaign.model_validate(progress, from_attributes=True)


def decision_answer(decision: Decision) -> DecisionMade:
    """The decision as the API tells of it."""
    fields = {name: getattr(decision, name, None) for name in DecisionMade.model_fields}
    when = datetime.fromtimestamp(decision.decided_at, UTC)
    return DecisionMade(**fields | {"variant": decision.variant_key, "decided_at": when})


def variant_answer(listed: ListedVariant) -> Variant:
    """The variant as the API tells of it."""
    row, seen, published = listed.row, listed.seen, listed.publication
    standing = seen.standing if seen else None
    change = listed.rounds.get(standing.id) if standing else None
    failure = Failure(
        stage=row.failed_stage,
        error=row.error_class,
        message=row.error_message,
        attempts=row.attempts,
    )
    return Variant(
        key=row.key,
        campaign_id=row.campaign_id,
        locale=row.locale,
        product_id=row.product_id,
        brand=row.brand,
        status=row.status,
        failure=failure if row.status == "failed" else None,
        finals=_finals(seen) if seen else None,
        standing=listed.standing,
        decision=decision_answer(standing) if standing else None,
        change=outcome_in_words(change) if change else None,
        manifest_path=published.manifest_path if published else None,
        publishing_error=published.error if published else None,
        cost_usd=listed.cost_usd,
    )


def _finals(seen: UnderReview) -> Finals:
    finals = seen.finals
    return Finals(
        version=finals.version,
        sha256=finals.sha256,
        files={name: FinalFile(**file.model_dump()) for name, file in finals.files.items()},
        failed_checks=finals.failed_checks,
        findings=tuple(
            CheckFinding(
                check=report.check,
                severity=report.severity,
                rule=finding.rule,
                format=finding.format,
                message=finding.message,
            )
            for report in finals.checks
            for finding in report.findings
        ),
    )
