"""Runs the five checks on a specimen, and shows the places that are wrong.

What each check asks is in its own module; when checks run, and where their reports are kept, is
`produce`'s.
"""

import base64
import logging
from collections.abc import Callable, Mapping

from PIL import Image

from creative_assets.studio.checks import (
    CHECKS,
    Check,
    CheckReport,
    Finding,
    Severity,
    report,
)
from creative_assets.studio.checks.ad_copy import check_copy
from creative_assets.studio.checks.brand import check_brand
from creative_assets.studio.checks.legibility import check_legibility
from creative_assets.studio.checks.picture import check_picture
from creative_assets.studio.checks.rules import COULD_NOT_RUN
from creative_assets.studio.checks.specification import check_specification
from creative_assets.studio.checks.specimen import CleanFile, FinalFile, Specimen, Verdict
from creative_assets.studio.errors import CreativeAssetsError
from creative_assets.studio.previews import thumbnail

log = logging.getLogger(__name__)

CODE_VERSION = "2"

_CHECKS: Mapping[Check, Callable[[Specimen], Verdict]] = {
    "specification": check_specification,
    "legibility": check_legibility,
    "brand": check_brand,
    "copy": check_copy,
    "picture": check_picture,
}
# An event of Dagster's that carries them stays below some 15 KB.
_CROPS_SHOWN = 4
_CROP_BYTES = 2_000
# Around the place that is wrong: enough to see where it is.
_MARGIN_PX = 48


def judged(specimen: Specimen, severities: Mapping[str, Severity]) -> tuple[CheckReport, ...]:
    """The reports of the five checks, in the order of `CHECKS`; `severities` by rule."""
    return tuple(_report(check, specimen, severities) for check in CHECKS)


def not_judged(error: Exception, severities: Mapping[str, Severity]) -> tuple[CheckReport, ...]:
    """The reports where not even the specimen could be laid out."""
    return tuple(report(check, [_could_not_run(check, error)], {}, severities) for check in CHECKS)


def _report(check: Check, specimen: Specimen, severities: Mapping[str, Severity]) -> CheckReport:
    try:
        verdict = _CHECKS[check](specimen)
    except CreativeAssetsError as error:
        verdict = Verdict((_could_not_run(check, error),), {})
    except Exception as error:
        log.exception("The check %s failed by a defect of the program.", check)
        verdict = Verdict((_could_not_run(check, error),), {})
    told = report(check, verdict.findings, verdict.numbers, severities)
    shown = [
        finding.model_copy(update={"crop": _crop(finding, specimen)})
        for finding in told.findings[:_CROPS_SHOWN]
    ]
    return told.model_copy(update={"findings": (*shown, *told.findings[_CROPS_SHOWN:])})


def _could_not_run(check: Check, error: Exception) -> Finding:
    return Finding(
        check=check,
        format=None,
        rule=COULD_NOT_RUN,
        message=f"The check could not run ({type(error).__name__}: {error}). Mend that, and "
        "execute the check again.",
    )


def _crop(finding: Finding, specimen: Specimen) -> str | None:
    """The place that a finding is about, as a small WebP in base64."""
    if finding.evidence is None:
        return None
    picture = _picture_of(finding, specimen)
    left, top, right, bottom = finding.evidence.inset(-_MARGIN_PX).corners
    area = (max(left, 0), max(top, 0), min(right, picture.width), min(bottom, picture.height))
    return base64.b64encode(thumbnail(picture.crop(area), _CROP_BYTES)).decode()


def _picture_of(finding: Finding, specimen: Specimen) -> Image.Image:
    if finding.check == "picture":
        return next(
            base.picture for base in specimen.pictures if finding.format in base.facts.formats
        )
    files: tuple[FinalFile | CleanFile, ...] = (*specimen.finals, *specimen.clean)
    return next(file.picture for file in files if file.name == finding.format)
