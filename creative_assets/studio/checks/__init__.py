"""Automatic checks: what a finished variant must hold, proven on its own pixels and words.

Here is what a check says: findings and reports. Each of the five checks is a module of pure
functions beside this one; `rules` names what can be found, and `judging` runs them all.
"""

from collections.abc import Iterable, Mapping
from typing import Literal, get_args

from pydantic import Field

from creative_assets.studio.values import Box, Frozen

Check = Literal["specification", "legibility", "brand", "copy", "picture"]
Severity = Literal["error", "warn"]

CHECKS: tuple[Check, ...] = get_args(Check)


class Finding(Frozen):
    """One thing that a check found wrong.

    Attributes:
        format: The final's format; None where all of the variant's finals share it.
        rule: Its name in `rules`.
        message: What is wrong, what was expected, and what to do.
        numbers: What was measured, by name with unit.
        evidence: Where it is to be seen, in pixels of the final, or of the picture for `picture`.
        crop: That place, small: WebP in base64. Only the first findings of a check have one.
    """

    check: Check
    format: str | None
    rule: str
    message: str
    numbers: dict[str, float] = Field(default_factory=dict)
    evidence: Box | None = None
    crop: str | None = None


class CheckReport(Frozen):
    """What one check says of one variant.

    Attributes:
        severity: Of the gravest finding; `warn` where there is none.
        numbers: What was measured, by name with unit; the worst of all finals.
    """

    check: Check
    passed: bool
    severity: Severity
    findings: tuple[Finding, ...]
    numbers: dict[str, float]


def report(
    check: Check,
    findings: Iterable[Finding],
    numbers: Mapping[str, float],
    severities: Mapping[str, Severity],
) -> CheckReport:
    """The report of a check that ran, its gravest findings first; `severities` by rule."""
    gravest_first = sorted(findings, key=lambda finding: severities[finding.rule] != "error")
    is_grave = any(severities[finding.rule] == "error" for finding in gravest_first)
    return CheckReport(
        check=check,
        passed=not gravest_first,
        severity="error" if is_grave else "warn",
        findings=tuple(gravest_first),
        numbers=dict(numbers),
    )
