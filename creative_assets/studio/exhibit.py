"""What is behind the finals that somebody looks at: copy, plans, texts as set, findings.

All of it is read from the store, where a version never changes; so that what was read once is not
read again. How it is shown is the desk's.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from creative_assets.studio.branding import BrandedImages
from creative_assets.studio.brief import VariantBrief
from creative_assets.studio.checking import kept_reports
from creative_assets.studio.checks import CheckReport, Finding, Severity
from creative_assets.studio.copywriting import AdCopy
from creative_assets.studio.decision_log import ShownFinals
from creative_assets.studio.errors import MissingInputError
from creative_assets.studio.finals import FinalCreatives
from creative_assets.studio.produce import kept_output
from creative_assets.studio.records import Records
from creative_assets.studio.records.variants import VariantRow
from creative_assets.studio.stages import (
    AD_COPY,
    BASE_IMAGES,
    BRANDED_IMAGES,
    FINAL_CREATIVES,
    VARIANT_BRIEF,
    StageOutput,
)
from creative_assets.studio.store import Store, StoredFile

_KEPT_OUTPUTS = 4_096
_KEPT_REPORTS = 1_024  # they hold pictures
_KEPT_BRIEFS = 256


@dataclass(frozen=True)
class Exhibit:
    """What the stages made on the way to some finals.

    Each is None where it is not in the store any more, or in the form of an older release.
    """

    brief: VariantBrief | None
    copy: AdCopy | None
    branded: BrandedImages | None
    finals: FinalCreatives | None


def exhibit_of(shown: ShownFinals, store: Store) -> Exhibit:
    """What is behind the finals that are shown."""

    def data(stage: str) -> Any:  # noqa: ANN401 - each stage has its own
        return _data(store, _campaign(shown), stage, shown.versions.get(stage, ""))

    return Exhibit(
        brief=data(VARIANT_BRIEF),
        copy=data(AD_COPY),
        branded=data(BRANDED_IMAGES),
        finals=data(FINAL_CREATIVES),
    )


def brief_behind(shown: ShownFinals, store: Store) -> VariantBrief | None:
    """The brief of the variant as it was when these finals were made."""
    version = shown.versions.get(VARIANT_BRIEF, "")
    brief: VariantBrief | None = _data(store, _campaign(shown), VARIANT_BRIEF, version)
    return brief


def findings_on(
    shown: ShownFinals, severities: Mapping[str, Severity], store: Store
) -> tuple[Finding, ...]:
    """What the checks found on these finals, the gravest first; empty where they have not run."""
    rules = tuple(sorted(severities.items()))
    found = [
        finding
        for report in _reports(store, _campaign(shown), shown.version, rules)
        for finding in report.findings
    ]
    return tuple(sorted(found, key=lambda finding: severities[finding.rule] != "error"))


def product_names(snapshot_path: str, store: Store) -> Mapping[str, str]:
    """Product ID → its name in an accepted brief; empty where the brief is not there any more."""
    try:
        return _product_names(store, snapshot_path)
    except MissingInputError:
        return {}


def product_name(row: VariantRow, store: Store) -> str:
    """The name of the variant's product; its ID where the brief is not there any more."""
    return product_names(row.snapshot_path, store).get(row.product_id, row.product_id)


def copy_behind(campaign_id: str, versions: Mapping[str, str], store: Store) -> AdCopy | None:
    """The copy among the stages' outputs of those versions."""
    copy: AdCopy | None = _data(store, campaign_id, AD_COPY, versions.get(AD_COPY, ""))
    return copy


def services_behind(shown: Iterable[ShownFinals], store: Store, records: Records) -> frozenset[str]:
    """The services that answered for the copy and the pictures of these finals."""
    keys = [
        key
        for finals in shown
        for stage in (AD_COPY, BASE_IMAGES)
        for key in _generations(store, _campaign(finals), stage, finals.versions.get(stage, ""))
    ]
    return frozenset(row.service for row in records.ledger.by_key(keys).values())


def files_at(campaign_id: str, version: str, store: Store) -> Mapping[str, StoredFile]:
    """Format → its file, of the finals of that version; empty where they are gone."""
    try:
        return _kept(store, campaign_id, FINAL_CREATIVES, version).files
    except (MissingInputError, ValidationError):
        return {}


def _campaign(shown: ShownFinals) -> str:
    return shown.variant_key.partition("/")[0]


def _data(store: Store, campaign_id: str, stage: str, version: str) -> Any:  # noqa: ANN401
    try:
        return _kept(store, campaign_id, stage, version).data
    except (MissingInputError, ValidationError):
        return None


def _generations(store: Store, campaign_id: str, stage: str, version: str) -> tuple[str, ...]:
    try:
        return _kept(store, campaign_id, stage, version).generations
    except (MissingInputError, ValidationError):
        return ()


@lru_cache(_KEPT_BRIEFS)
def _product_names(store: Store, snapshot_path: str) -> Mapping[str, str]:
    # Not read as a whole: the snapshot holds every variant besides.
    products = json.loads(store.get(snapshot_path))["brief"]["products"]
    return {product["id"]: product["name"] for product in products}


@lru_cache(_KEPT_OUTPUTS)
def _kept(store: Store, campaign_id: str, stage: str, version: str) -> StageOutput[Any]:
    """A stage's output. What is not there is asked for again the next time."""
    output = kept_output(campaign_id, stage, version, store) if version else None
    if output is None:
        raise MissingInputError(f"{stage} of {campaign_id} is not there in version {version!r}.")
    return output


def _reports(
    store: Store, campaign_id: str, version: str, severities: tuple[tuple[str, Severity], ...]
) -> tuple[CheckReport, ...]:
    try:
        return _kept_reports(store, campaign_id, version, severities)
    except MissingInputError:
        return ()


@lru_cache(_KEPT_REPORTS)
def _kept_reports(
    store: Store, campaign_id: str, version: str, severities: tuple[tuple[str, Severity], ...]
) -> tuple[CheckReport, ...]:
    reports = kept_reports(campaign_id, version, dict(severities), store)
    if reports is None:
        raise MissingInputError(f"The finals {version} of {campaign_id} were not checked yet.")
    return reports
