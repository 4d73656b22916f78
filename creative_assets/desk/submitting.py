"""Submitting a brief that was uploaded: into the inbox, if it is its sender's to submit.

The API and the form call this; what is wrong with a brief is the studio's to say.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from fastapi import HTTPException

from creative_assets.desk.desk import Desk
from creative_assets.studio.access import Person
from creative_assets.studio.errors import BriefError, Problem
from creative_assets.studio.intake import brief_paths
from creative_assets.studio.local_brief import (
    UNTAKEN_ID,
    LocalBrief,
    submit_brief,
    uploaded_brief,
)
from creative_assets.studio.problems import quoted
from creative_assets.studio.reading import named_in


@dataclass(frozen=True)
class Upload:
    """A brief's file and those that it names, as they were sent.

    Attributes:
        name: The brief's file name; folders before it count for nothing.
        files: Name, as the brief has it → content.
    """

    name: str
    content: bytes
    files: Mapping[str, bytes]


def read_upload(upload: Upload, person: Person, desk: Desk) -> LocalBrief:
    """The brief, which `person` may submit.

    Raises:
        BriefError: With all its problems.
        HTTPException: It is for a brand that is not theirs (403).
    """
    name = PurePosixPath(upload.name).name
    local = uploaded_brief(name, upload.content, upload.files)
    stray = [file for file in upload.files if file not in local.files]
    if stray:
        raise BriefError(name, [_stray(file) for file in stray])
    brand = local.brief.brand.name
    if not person.sees(brand):
        raise HTTPException(403, f"{person.name} submits no briefs for the brand {quoted(brand)}.")
    campaign_id = local.brief.campaign_id
    if not all(map(person.sees, _brands_of(campaign_id, desk))):
        raise BriefError(name, [_taken(campaign_id)])
    return local


def submit(upload: Upload, person: Person, desk: Desk) -> tuple[LocalBrief, str]:
    """Put the brief into the inbox; it, and its path there.

    Raises what `read_upload` and `submit_brief` do.
    """
    local = read_upload(upload, person, desk)
    return local, submit_brief(local, desk.inbox, desk.archive.records)


def waiting_brands(campaign_id: str, desk: Desk) -> Iterator[str]:
    """The brands of the briefs in the campaign's folder of the inbox; empty where one has none."""
    for path in brief_paths(desk.inbox.find(campaign_id)):
        _, brand = named_in(desk.inbox.get(path), path)
        yield brand


def _brands_of(campaign_id: str, desk: Desk) -> set[str]:
    """Whose the campaign is by its variants, former ones too, or by what waits in the inbox."""
    accepted = {row.brand for row in desk.archive.records.variants.of_campaign(campaign_id)}
    return accepted | set(waiting_brands(campaign_id, desk))


def _stray(name: str) -> Problem:
    return Problem(
        field="",
        found=f"the file {quoted(name)}, which the brief does not name",
        expected="the files that it names",
        fix="Leave it out, or name it in the brief; capitals and folders count.",
    )


def _taken(campaign_id: str) -> Problem:
    return Problem(
        field="campaign_id",
        found=f"{quoted(campaign_id)}, which is taken",
        expected=UNTAKEN_ID,
        fix="Choose another campaign_id.",
    )
