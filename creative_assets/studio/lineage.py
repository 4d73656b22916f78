"""The lineage manifest: a document that says from what published files were made, and who decided.

Its form belongs here, and collecting what stands in it. Publishing is `publish`'s.
"""

import json
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Literal

from creative_assets.studio.brief import Message
from creative_assets.studio.checks import CheckReport
from creative_assets.studio.decision_log import Decision, Scope, ShownFinals, Verdict
from creative_assets.studio.errors import MissingInputError
from creative_assets.studio.provenance import Marks
from creative_assets.studio.records import Records
from creative_assets.studio.records.ledger import GenerationRow
from creative_assets.studio.review import UnderReview
from creative_assets.studio.rounds import Round, Rounds
from creative_assets.studio.stages import CONTEXT_PACK, STAGES, folder_of
from creative_assets.studio.store import Store
from creative_assets.studio.values import Frozen

MANIFEST_VERSION: Literal["2"] = "2"
_LIBRARIES = ("creative-assets", "pillow", "uharfbuzz", "icu4py", "resvg-py", "numpy")


class PublishedFile(Frozen):
    """A published file: the format or clean twin that it is, and what it says about itself."""

    name: str
    path: str
    size_bytes: int
    sha256: str
    marks: Marks


class GenerationUsed(Frozen):
    """A call to a model that something in the files came from. Costs are None where unknown."""

    key: str
    stage: str
    operation: str
    service: str
    model: str
    take: int
    request: Any
    result_sha256: str | None
    cost_usd: float | None
    list_price_usd: float | None


class DecisionMade(Frozen):
    """A decision on the variant, and what became of it where it asked for changes."""

    id: str
    verdict: Verdict
    scope: Scope | None
    note: str
    words: Message | None
    spot: str | None
    decided_by: str
    verified: bool
    decided_through: str
    decided_at_s: float
    finals_version: str
    sha256: Mapping[str, str]
    override_reason: str | None
    overridden: tuple[str, ...]
    round: "RoundMade | None"


class RoundMade(Frozen):
    """A round that a change request led to.

    Attributes:
        untouched: After new copy: format → (pixels outside all texts, how many of them differ).
    """

    before_version: str
    after_version: str | None
    made: tuple[str, ...]
    cost_usd: float | None
    error: str | None
    untouched: Mapping[str, tuple[int, int]]


class Manifest(Frozen):
    """From brief to bytes, for one variant.

    Attributes:
        manifest_version: Of this form.
        variant: Its key, campaign/locale/product.
        brief: The accepted brief's snapshot in the store, named by its fingerprint.
        versions: Stage → the version of its output.
        approved_by_decision: The ID of the approval that let it out.
        checks: What each automatic check measured on these files, and found.
        failed_checks: What failed and was overridden.
        libraries: What published it, by name and version.
    """

    manifest_version: Literal["2"]
    variant: str
    brief: str
    versions: Mapping[str, str]
    files: tuple[PublishedFile, ...]
    generations: tuple[GenerationUsed, ...]
    decisions: tuple[DecisionMade, ...]
    approved_by_decision: str
    checks: tuple[CheckReport, ...]
    failed_checks: tuple[str, ...]
    libraries: Mapping[str, str]


def manifest_schema() -> dict[str, Any]:
    """The manifest's JSON Schema."""
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return dialect | Manifest.model_json_schema()


def read_manifest(content: bytes) -> Manifest:
    """A manifest that was kept, also one of version 1, which tells of no checks."""
    document = json.loads(content)
    if document["manifest_version"] == "1":
        document |= {"manifest_version": MANIFEST_VERSION, "checks": []}
    return Manifest.model_validate(document)


def manifest_of(
    seen: UnderReview,
    approval: Decision,
    files: tuple[PublishedFile, ...],
    store: Store,
    records: Records,
) -> Manifest:
    """The lineage of what is published now.

    Raises:
        MissingInputError: No accepted brief names the variant, or a stage's manifest is gone.
    """
    key = seen.finals.variant_key
    row = records.variants.by_key([key]).get(key)
    if row is None:
        raise MissingInputError(f"No accepted brief names {key}. Submit its brief again.")
    rounds = Rounds(records.database).of([key])
    return Manifest(
        manifest_version=MANIFEST_VERSION,
        variant=key,
        brief=row.snapshot_path,
        versions=dict(seen.finals.versions),
        files=files,
        generations=_generations(row.campaign_id, seen.finals, store, records),
        decisions=tuple(_decision(made, rounds.get(made.id)) for made in seen.decisions),
        approved_by_decision=approval.id,
        checks=seen.finals.checks,
        failed_checks=seen.finals.failed_checks,
        libraries={name: version(name) for name in _LIBRARIES},
    )


def _generations(
    campaign_id: str, finals: ShownFinals, store: Store, records: Records
) -> tuple[GenerationUsed, ...]:
    """All generations of all stages, in the stages' order."""
    stage_of: dict[str, str] = {}
    for stage in STAGES[STAGES.index(CONTEXT_PACK) :]:
        if stage in finals.versions:
            folder = folder_of(campaign_id, stage, finals.versions[stage])
            # This field alone: an older manifest need not be what it is today.
            keys = json.loads(store.get(f"{folder}/manifest.json"))["generations"]
            stage_of |= dict.fromkeys(keys, stage)
    rows = records.ledger.by_key(stage_of)
    return tuple(_generation(rows[key], stage) for key, stage in stage_of.items() if key in rows)


def _generation(row: GenerationRow, stage: str) -> GenerationUsed:
    return GenerationUsed(
        key=row.key,
        stage=stage,
        operation=row.operation,
        service=row.service,
        model=row.model,
        take=row.take,
        request=json.loads(row.request_json),
        result_sha256=row.file and row.file.sha256,
        cost_usd=row.cost_usd,
        list_price_usd=row.list_price_usd,
    )


def _decision(made: Decision, led_to: Round | None) -> DecisionMade:
    outcome = led_to.outcome if led_to else None
    return DecisionMade(
        id=made.id,
        verdict=made.verdict,
        scope=made.scope,
        note=made.note,
        words=made.words,
        spot=made.spot,
        decided_by=made.decided_by,
        verified=made.verified,
        decided_through=made.decided_through,
        decided_at_s=made.decided_at,
        finals_version=made.finals_version,
        sha256={name: file.sha256 for name, file in made.files.items()},
        override_reason=made.override_reason,
        overridden=made.overridden,
        round=outcome
        and RoundMade(
            before_version=made.finals_version,
            after_version=outcome.after_version,
            made=outcome.made,
            cost_usd=outcome.cost_usd,
            error=outcome.error,
            untouched=outcome.untouched,
        ),
    )
