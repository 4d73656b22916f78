"""A brief before it is submitted, in its author's folder or uploaded: reading, pricing, submitting.

The inbox is the one way in: what is submitted is put there, as its author could have put it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from creative_assets.studio.acceptance import jobs_for, kept_at
from creative_assets.studio.brief import CampaignBrief
from creative_assets.studio.errors import BriefError, Problem
from creative_assets.studio.intake import brief_paths
from creative_assets.studio.produce import Job
from creative_assets.studio.reading import read_with_files
from creative_assets.studio.records import Records
from creative_assets.studio.records.variants import VariantRow
from creative_assets.studio.store import Store
from creative_assets.studio.variants import resolve_variants

UNTAKEN_ID: Final = "an id that no other brief has"
"""What is expected of a `campaign_id`."""


@dataclass(frozen=True)
class LocalBrief:
    """A brief without problems, and the bytes of it and of each file that it names."""

    name: str
    brief: CampaignBrief
    content: bytes
    files: Mapping[str, bytes]


def load_local_brief(path: Path) -> LocalBrief:
    """Read a brief and its files.

    Raises:
        BriefError: With all its problems.
    """

    def content_of(name: str) -> bytes | None:
        place = path.parent / name
        return place.read_bytes() if place.is_file() else None

    return _read(path.name, str(path), path.read_bytes(), content_of)


def uploaded_brief(name: str, content: bytes, files: Mapping[str, bytes]) -> LocalBrief:
    """A brief that was sent with its files, each under the name that the brief has for it.

    Raises:
        BriefError: With all its problems.
    """
    return _read(name, name, content, files.get)


def _read(
    name: str, source: str, content: bytes, content_of: Callable[[str], bytes | None]
) -> LocalBrief:
    files: dict[str, bytes] = {}

    def kept(file: str) -> bytes | None:
        found = content_of(file)
        if found is not None:
            files[file] = found
        return found

    brief, problems = read_with_files(content, source, kept)
    if brief is None or problems:
        raise BriefError(source, problems)
    return LocalBrief(name, brief, content, files)


def submit_brief(local: LocalBrief, inbox: Store, records: Records) -> str:
    """Put the brief into the inbox, in a folder of its campaign; returns its path there.

    The brief comes last, so that whoever sees it sees its files too.

    Raises:
        BriefError: What `check_submittable` raises; nothing was put into the inbox then.
    """
    folder = local.brief.campaign_id
    check_submittable(local, records)
    for name, content in local.files.items():
        inbox.put(f"{folder}/{name}", content)
    path = f"{folder}/{local.name}"
    inbox.put(path, local.content)
    return path


def check_submittable(local: LocalBrief, records: Records) -> None:
    """Check that a brief could be submitted, and put nothing into the inbox.

    Raises:
        BriefError: Another brief owns the campaign, or nobody would take the file for a brief.
    """
    path = f"{local.brief.campaign_id}/{local.name}"
    owner = records.briefs.owner_of(local.brief.campaign_id)
    if owner not in (None, path):
        problem = Problem(
            field="campaign_id",
            found=f"{local.brief.campaign_id}, which belongs to {owner}",
            expected=UNTAKEN_ID,
            fix="Choose another campaign_id, or give the file the name of the brief that owns it.",
        )
        raise BriefError(local.name, [problem])
    if not brief_paths({path: ""}):
        problem = Problem(
            field="",
            found=f"the file name {local.name}",
            expected="a name that ends in .yaml, .yml or .json and begins with no dot",
            fix="Rename the file.",
        )
        raise BriefError(local.name, [problem])


def jobs_of(local: LocalBrief, records: Records) -> list[Job]:
    """What producing the brief would mean, with nothing stored."""
    campaign_id = local.brief.campaign_id
    files = {name: kept_at(campaign_id, name, content) for name, content in local.files.items()}
    return jobs_for(resolve_variants(local.brief, files), records)


def retired_by(campaign_id: str, jobs: Iterable[Job], records: Records) -> list[VariantRow]:
    """The campaign's variants that a brief for only these jobs would retire."""
    named = {job.variant.key for job in jobs}
    rows = records.variants.of_campaign(campaign_id)
    return [row for row in rows if row.active and row.key not in named]
