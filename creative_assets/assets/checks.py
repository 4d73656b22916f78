"""The automatic checks of final creatives in Dagster's terms: their specs, and what they found.

What is checked, and how, is the studio's matter; the check `approved` is in `approved`.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import dagster as dg

from creative_assets.assets.evaluation import evaluation_target, newest_materialization
from creative_assets.assets.specs import check_spec
from creative_assets.studio.checks import CHECKS, Check, CheckReport, Finding
from creative_assets.studio.checks.rules import RULES
from creative_assets.studio.produce import StageDone, VariantChecked
from creative_assets.studio.stages import FINAL_CREATIVES

_ASKS: dict[Check, str] = {
    "specification": "Each final is the file that its format asks for.",
    "legibility": "Every line can be read, measured on the final's own pixels.",
    "brand": "Logo and colours are on the final's own pixels, untouched.",
    "copy": "Nothing banned or unapproved, in the right language, every word in place.",
    "picture": "The generated picture has no lettering or logo, and shows the product as it is.",
}
_FINDINGS_SHOWN = 20


def check_key(check: Check) -> dg.AssetCheckKey:
    """The check as Dagster knows it."""
    return dg.AssetCheckKey(dg.AssetKey(FINAL_CREATIVES), check)


def selected_checks(keys: Collection[dg.AssetCheckKey]) -> tuple[Check, ...]:
    """Those of the five checks that are among the keys of a run."""
    return tuple(check for check in CHECKS if check_key(check) in keys)


def _description(check: Check) -> str:
    rules = (f"- `{name}`: {rule.asks}" for name, rule in RULES.items() if rule.check == check)
    return "\n".join((_ASKS[check], "", *rules))


CHECK_SPECS = [check_spec(check, _description(check)) for check in CHECKS]


def check_evaluations(
    event: StageDone | VariantChecked,
    selected: Sequence[Check],
    instance: dg.DagsterInstance,
) -> Iterator[dg.AssetCheckEvaluation]:
    """What the `selected` checks found, bound to the newest materialization of the variant."""
    if not event.checks:
        return
    key = event.variant.key
    record = newest_materialization(dg.AssetKey(FINAL_CREATIVES), key, instance)
    for told in event.checks:
        if told.check in selected:
            yield dg.AssetCheckEvaluation(
                asset_key=dg.AssetKey(FINAL_CREATIVES),
                check_name=told.check,
                partition=key,
                passed=told.passed,
                severity=dg.AssetCheckSeverity(told.severity.upper()),
                description=_summary(told),
                metadata=_metadata(told),
                target_materialization_data=record and evaluation_target(record),
            )


def failures_in_words(reports: Sequence[CheckReport]) -> tuple[str, ...]:
    """What keeps finals from being approved: the findings of checks that failed as errors."""
    return tuple(
        f"{told.check}: {finding.message}"
        for told in reports
        if told.severity == "error"
        for finding in told.findings
    )


def _summary(told: CheckReport) -> str:
    if told.passed:
        return "Passed."
    first, others = told.findings[0], len(told.findings) - 1
    return f"{_place(first)}{first.message}" + (f" And {others} more." if others else "")


def _metadata(told: CheckReport) -> dict[str, dg.MetadataValue[Any]]:
    metadata: dict[str, dg.MetadataValue[Any]] = {
        name: dg.MetadataValue.float(float(number)) for name, number in told.numbers.items()
    }
    if told.findings:
        shown = [
            dg.TableRecord(
                {
                    "format": finding.format or "all",
                    "rule": finding.rule,
                    "message": finding.message,
                    "numbers": ", ".join(f"{name} {x:g}" for name, x in finding.numbers.items()),
                }
            )
            for finding in told.findings[:_FINDINGS_SHOWN]
        ]
        metadata["findings"] = dg.MetadataValue.table(shown)
    crops = [finding for finding in told.findings if finding.crop is not None]
    if crops:
        pictures = (
            f"{_place(finding)}{finding.rule}\n\n![evidence](data:image/webp;base64,{finding.crop})"
            for finding in crops
        )
        metadata["evidence"] = dg.MetadataValue.md("\n\n".join(pictures))
    return metadata


def _place(finding: Finding) -> str:
    return f"{finding.format}: " if finding.format else ""
