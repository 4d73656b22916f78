"""Checks of a finished variant: laid out from the store, judged once, and kept.

What is asked of a variant is in `checks`; when it is asked is `produce`'s.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from creative_assets.studio.branding import BrandedImages, load_logo
from creative_assets.studio.brief import VariantBrief
from creative_assets.studio.checks import CheckReport, Severity
from creative_assets.studio.checks.judging import CODE_VERSION, judged, not_judged
from creative_assets.studio.checks.rules import COULD_NOT_RUN
from creative_assets.studio.checks.specimen import BaseFile, CleanFile, FinalFile, Specimen
from creative_assets.studio.checks.stray_marks import StrayMarks, label_of, stray_marks
from creative_assets.studio.copywriting import AdCopy
from creative_assets.studio.errors import CreativeAssetsError, MissingInputError
from creative_assets.studio.finals import FinalCreatives, load_style, marks_of
from creative_assets.studio.formats import format_named
from creative_assets.studio.images import as_rgb, open_picture
from creative_assets.studio.logo import Logo
from creative_assets.studio.pictures import BaseImages, BasePicture
from creative_assets.studio.stages import folder_of, version_of
from creative_assets.studio.store import Store, StoredFile
from creative_assets.studio.values import Frozen
from creative_assets.studio.workbench import Workbench, all_of

CHECKS_FOLDER = "checks"


class CheckReports(Frozen):
    """The reports on one version of a variant's finals, as they are kept."""

    finals_version: str
    reports: tuple[CheckReport, ...]


@dataclass(frozen=True)
class FinishedVariant:
    """A variant with what the stages made of it, as far as the checks read it."""

    variant: VariantBrief
    copy: AdCopy
    base: BaseImages
    branded: BrandedImages
    finals: FinalCreatives
    finals_version: str
    stray: Callable[[], Awaitable["StrayInPictures"]]


StrayInPictures = Mapping[str, StrayMarks]
"""SHA-256 of a generated picture → what was found in it."""


async def look_for_stray_marks(
    variant: VariantBrief, base: BaseImages, bench: Workbench
) -> StrayInPictures:
    """The lettering and the brand's logo in the pictures, looked for while models think.

    Where the photos' product was not looked for yet, the check does so, and this after it.
    """
    logo = await load_logo(variant, bench)

    async def seen(picture: BasePicture) -> tuple[str, StrayMarks]:
        content = await bench.io(bench.store.get_verified, picture.file)
        return picture.file.sha256, await bench.last_cpu(
            variant.key, _stray_on, picture, content, logo
        )

    known = [picture for picture in base.pictures if picture.product or not variant.photos]
    return dict(await all_of(map(seen, known)))


def _stray_on(picture: BasePicture, content: bytes, logo: Logo) -> StrayMarks:
    shown = as_rgb(open_picture(content, picture.file.path))
    return stray_marks(shown, logo, label_of(picture.product))


def checks_version(finals_version: str, severities: Mapping[str, Severity]) -> str:
    """The version of the reports: all that the checks read is in the finals' version."""
    return version_of(CODE_VERSION, finals_version, dict(severities))


async def checked(finished: FinishedVariant, bench: Workbench) -> tuple[CheckReport, ...]:
    """The five reports, in the order of `CHECKS`: the kept ones, or those of checks run now.

    Nothing is raised for a check's sake: one that could not run has failed, and is run again when
    somebody asks the next time.
    """
    campaign_id, version = finished.variant.campaign_id, finished.finals_version
    try:
        kept = await bench.io(kept_reports, campaign_id, version, bench.severities, bench.store)
        if kept is not None:
            return kept
        specimen = await _specimen(finished, bench)
        reports = await bench.last_cpu(finished.variant.key, judged, specimen, bench.severities)
        if not any(finding.rule == COULD_NOT_RUN for one in reports for finding in one.findings):
            told = CheckReports(finals_version=version, reports=reports)
            content = told.model_dump_json(indent=1).encode()
            path = _reports_path(campaign_id, version, bench.severities)
            await bench.io(bench.store.put, path, content)
    except CreativeAssetsError as error:
        return not_judged(error, bench.severities)
    return reports


def kept_reports(
    campaign_id: str, finals_version: str, severities: Mapping[str, Severity], store: Store
) -> tuple[CheckReport, ...] | None:
    """The reports on one version of finals; None where the checks have not all run on it."""
    try:
        content = store.get(_reports_path(campaign_id, finals_version, severities))
    except MissingInputError:
        return None
    return CheckReports.model_validate_json(content).reports


def _reports_path(campaign_id: str, finals_version: str, severities: Mapping[str, Severity]) -> str:
    folder = folder_of(campaign_id, CHECKS_FOLDER, checks_version(finals_version, severities))
    return f"{folder}/reports.json"


async def _specimen(finished: FinishedVariant, bench: Workbench) -> Specimen:
    variant = finished.variant

    async def contents(files: Sequence[StoredFile]) -> list[bytes]:
        return await all_of(bench.io(bench.store.get_verified, file) for file in files)

    finals = await contents([final.file for final in finished.finals.finals])
    clean = await contents([final.file for final in finished.finals.clean])
    pictures = await contents([picture.file for picture in finished.base.pictures])
    stray = await finished.stray()
    photos = await contents(variant.photos)
    plans = {image.plan.format: image.plan for image in finished.branded.images}
    upscales = {image.format: image.upscale for image in finished.branded.clean}
    return Specimen(
        variant=variant,
        copy=finished.copy,
        style=await load_style(variant, bench),
        marks=marks_of(variant, finished.copy, bench.choice),
        logo=await load_logo(variant, bench),
        finals=tuple(
            FinalFile(plans[final.format], final.text, content)
            for final, content in zip(finished.finals.finals, finals, strict=True)
        ),
        clean=tuple(
            CleanFile(final.name, format_named(final.format), upscales[final.format], content)
            for final, content in zip(finished.finals.clean, clean, strict=True)
        ),
        pictures=tuple(
            BaseFile(picture, content, stray.get(picture.file.sha256))
            for picture, content in zip(finished.base.pictures, pictures, strict=True)
        ),
        photos={photo.name: content for photo, content in zip(variant.photos, photos, strict=True)},
    )
