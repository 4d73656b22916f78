"""From the inbox to variants: examining a brief, accepting or refusing it, and reading it back.

What is wrong with a brief is `reading`'s to say; here are the reads and writes around that, for one
brief. Taking all in that are new is `taking`'s. Accepting copies the brief and every file
that it names into the store: runs read that snapshot and never the inbox.
"""

import hashlib
import json
import posixpath
import time
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath

from creative_assets.studio.brief import CampaignBrief, FileRef, VariantBrief
from creative_assets.studio.campaigns import Campaign, Campaigns
from creative_assets.studio.decision_log import DecisionLog
from creative_assets.studio.errors import (
    BriefError,
    BudgetSpentError,
    MissingInputError,
    Problem,
)
from creative_assets.studio.intake import (
    KnownBrief,
    VariantChanges,
    fingerprint,
    variant_changes,
    variant_version,
)
from creative_assets.studio.problems import problems_markdown
from creative_assets.studio.produce import Job, VariantFailed
from creative_assets.studio.reading import read_with_files
from creative_assets.studio.records import Records
from creative_assets.studio.records.briefs import BriefRow
from creative_assets.studio.records.variants import VariantRow
from creative_assets.studio.review import ChangeRequest, look, supposed
from creative_assets.studio.revision import revision_of
from creative_assets.studio.stages import AD_COPY, BASE_IMAGES, TAKEABLE, VARIANT_BRIEF
from creative_assets.studio.store import Store
from creative_assets.studio.values import Frozen
from creative_assets.studio.variants import resolve_variants

NOTE_SUFFIX = ".problems.md"
WAITING_SUFFIX = ".waiting.md"
MARKER = ".creative-assets-inbox"
_MARKER_TEXT = b"By this file the inbox is known to be there. Please leave it.\n"


@dataclass(frozen=True)
class Examined:
    """A brief and its files as they stand in the inbox.

    Attributes:
        stamps: The brief's own path, and those of the files that it names → what the listing says
            of them; None where there is no such file.
        contents: Name → bytes of each file that is there.
        brief: None where it could not be read.
        problems: All that is wrong; empty where it can be accepted.
        notes: Paths of what was written beside an earlier version.
    """

    path: str
    fingerprint: str
    stamps: Mapping[str, str | None]
    contents: Mapping[str, bytes]
    brief: CampaignBrief | None
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]


class Snapshot(Frozen):
    """An accepted brief in the store, resolved into its variants."""

    source: str
    fingerprint: str
    brief: CampaignBrief
    variants: tuple[VariantBrief, ...]


def check_marker(inbox: Store, listing: Mapping[str, str], *, known: int) -> None:
    """Tell an emptied inbox, whose marker stays, from one that is not there.

    Raises:
        MissingInputError: `known` briefs are known, and the inbox is without its marker.
    """
    if MARKER in listing:
        return
    if known:
        raise MissingInputError(
            f"{inbox.url} is not the inbox that {known} briefs were read from: its file {MARKER} "
            "is missing. Mount the volume or correct the address; if it is the right place, put an "
            "empty file of that name there."
        )
    inbox.put(MARKER, _MARKER_TEXT)


def examine(inbox: Store, path: str, listing: Mapping[str, str], records: Records) -> Examined:
    """Read the brief at `path` and the files that it names, and find all that is wrong."""
    content = inbox.get(path)
    places: dict[str, str] = {}
    contents: dict[str, bytes] = {}

    def content_of(name: str) -> bytes | None:
        places[name] = _place(path, name)
        if places[name] in listing:
            contents[name] = inbox.get(places[name])
        return contents.get(name)

    brief, problems = read_with_files(content, path, content_of)
    hashes = {name: _sha256(contents[name]) if name in contents else None for name in places}
    stamps = {each: listing.get(each) for each in (path, *places.values())}
    owner = _other_owner(brief, path, listing, records) if brief else None
    if brief and owner:
        problems = (_owned_by(owner, brief), *problems)
        # As the owner's brief was when it was read: a change of it may give the campaign free.
        stamps[owner.path] = json.loads(owner.stamps_json).get(owner.path)
    notes = [path + suffix for suffix in (NOTE_SUFFIX, WAITING_SUFFIX)]
    standing = tuple(note for note in notes if note in listing)
    return Examined(path, fingerprint(content, hashes), stamps, contents, brief, problems, standing)


def accept(
    examined: Examined,
    brief: CampaignBrief,
    previous: BriefRow | None,
    inbox: Store,
    store: Store,
    records: Records,
) -> VariantChanges:
    """Snapshot an examined brief without problems, and record its variants.

    New and changed variants wait for a launch; those that the brief no longer names are retired.
    """
    files = {
        name: kept_at(brief.campaign_id, name, content)
        for name, content in examined.contents.items()
    }
    for name, file in files.items():
        store.put_once(file.path, examined.contents[name])
    snapshot = Snapshot(
        source=examined.path,
        fingerprint=examined.fingerprint,
        brief=brief,
        variants=resolve_variants(brief, files),
    )
    content = snapshot.model_dump_json(indent=1, by_alias=True).encode()
    # Under its own hash: a brief that moved, or came back after an upgrade, is another snapshot.
    place = f"campaigns/{brief.campaign_id}/briefs/{_sha256(content)}.json"
    store.put_once(place, content)
    with records.database.together():
        _record_campaign(brief, place, records)
        changes = _record_variants(snapshot, place, records)
        records.briefs.save(_row(examined, brief.campaign_id, place))
        if previous and previous.campaign_id and previous.campaign_id != brief.campaign_id:
            _retire_ownerless(previous.campaign_id, records)
    for note in examined.notes:
        inbox.delete(note)
    return changes


def accept_at(path: str, inbox: Store, store: Store, records: Records) -> None:
    """Accept the one brief at `path`, whatever else waits in the inbox.

    Raises:
        BriefError: It is wrong.
        MissingInputError: This is not the inbox that other briefs were read from.
    """
    listing = inbox.find()
    rows = records.briefs.known()
    check_marker(inbox, listing, known=len(rows))
    examined = examine(inbox, path, listing, records)
    if examined.brief is None or examined.problems:
        raise BriefError(path, examined.problems)
    accept(examined, examined.brief, rows.get(path), inbox, store, records)


def refuse(examined: Examined, previous: BriefRow | None, inbox: Store, records: Records) -> None:
    """Say beside the brief what is wrong with it. An earlier accepted version stays in force."""
    note = problems_markdown(PurePosixPath(examined.path).name, examined.problems)
    inbox.put(examined.path + NOTE_SUFFIX, note.encode())
    campaign_id = previous.campaign_id if previous else None
    records.briefs.save(_row(examined, campaign_id, previous.snapshot_path if previous else None))


def kept_at(campaign_id: str, name: str, content: bytes) -> FileRef:
    """Where the snapshot of a brief keeps a file that it names: under its hash."""
    sha256 = _sha256(content)
    suffix = PurePosixPath(name).suffix.lower()
    path = f"campaigns/{campaign_id}/inputs/{sha256}{suffix}"
    return FileRef(name=name, path=path, size_bytes=len(content), sha256=sha256)


def jobs_for(
    variants: Collection[VariantBrief], records: Records, request: ChangeRequest | None = None
) -> list[Job]:
    """The variants with the takes that people asked for, and what reviewers want changed.

    As if `request` had been made of all that have finals, where it is given.
    """
    keys = [variant.key for variant in variants]
    takes, log = records.takes.current(keys), DecisionLog(records.database)
    decisions = log.decisions_on(keys)
    if request is not None:
        seen = look(keys, log)
        decisions |= {key: (*each.decisions, supposed(each, request)) for key, each in seen.items()}
    jobs = []
    for variant in variants:
        revision = revision_of(decisions.get(variant.key, ()))
        asked = {AD_COPY: len(revision.copy_notes), BASE_IMAGES: len(revision.picture_notes)}
        numbers = {stage: takes.get((variant.key, stage), 1) + asked[stage] for stage in TAKEABLE}
        jobs.append(Job(variant, numbers, revision))
    return jobs


def load_jobs(
    keys: Collection[str],
    store: Store,
    records: Records,
    request: ChangeRequest | None = None,
) -> tuple[list[Job], list[VariantFailed]]:
    """What to produce for the variants `keys`, and why some cannot be produced.

    As if `request` had been made of all that have finals, where it is given.
    """
    rows = records.variants.by_key(keys)
    snapshots = {
        path: {variant.key: variant for variant in _load(path, store).variants}
        for path in {row.snapshot_path for row in rows.values()}
    }
    active = dict.fromkeys(key for key in keys if key in rows and rows[key].active)
    failed = [VariantFailed(key, VARIANT_BRIEF, _unknown(key)) for key in keys if key not in active]
    variants = [snapshots[rows[key].snapshot_path][key] for key in active]
    return jobs_for(variants, records, request), failed


def _unknown(key: str) -> MissingInputError:
    return MissingInputError(
        f"No accepted brief names the variant {key}. Submit its brief (again), or leave it out of "
        "the selection."
    )


def _record_campaign(brief: CampaignBrief, place: str, records: Records) -> None:
    """Before its variants, so that none of them starts before its price is weighed."""
    campaigns = Campaigns(records.database)
    known = campaigns.by_id([brief.campaign_id]).get(brief.campaign_id)
    campaigns.save(Campaign(brief.campaign_id, brief.budget_usd, place))
    if known is not None and brief.budget_usd != known.budget_usd:
        ended = ("failed", BudgetSpentError.__name__)
        rows = records.variants.of_campaign(brief.campaign_id)
        records.variants.relaunch(
            [row.key for row in rows if (row.status, row.error_class) == ended]
        )


def _record_variants(snapshot: Snapshot, place: str, records: Records) -> VariantChanges:
    campaign_id = snapshot.brief.campaign_id
    before = {
        row.key: row.version for row in records.variants.of_campaign(campaign_id) if row.active
    }
    after = {variant.key: variant_version(variant) for variant in snapshot.variants}
    changes = variant_changes(before, after)
    due = {*changes.new, *changes.changed}
    records.variants.upsert(
        [
            VariantRow(
                key=variant.key,
                campaign_id=campaign_id,
                locale=variant.locale,
                product_id=variant.product_id,
                brand=variant.brand_name,
                version=after[variant.key],
                snapshot_path=place,
            )
            for variant in snapshot.variants
            if variant.key in due
        ]
    )
    records.variants.retire(changes.retired)
    return changes


def forget(row: BriefRow, records: Records) -> None:
    """Forget a brief whose file is gone, and retire its campaign unless that has another."""
    records.briefs.forget(row.path)
    if row.campaign_id is not None:
        _retire_ownerless(row.campaign_id, records)


def _retire_ownerless(campaign_id: str, records: Records) -> None:
    """Retire a campaign's variants, unless its brief has only moved. What was made stays."""
    if records.briefs.owner_of(campaign_id) is None:
        records.variants.retire(
            row.key for row in records.variants.of_campaign(campaign_id) if row.active
        )


def known_brief(row: BriefRow) -> KnownBrief:
    """A brief's row, as the inbox is compared with it."""
    return KnownBrief(
        path=row.path,
        campaign_id=row.campaign_id,
        stamps=json.loads(row.stamps_json),
        accepted=row.accepted,
    )


def _other_owner(
    brief: CampaignBrief, path: str, listing: Mapping[str, str], records: Records
) -> BriefRow | None:
    """The other brief in the inbox that the campaign belongs to, if it does."""
    owner = records.briefs.owner_of(brief.campaign_id)
    if owner is None or owner == path or owner not in listing:
        return None
    return records.briefs.known()[owner]


def _owned_by(owner: BriefRow, brief: CampaignBrief) -> Problem:
    return Problem(
        field="campaign_id",
        found=f"{brief.campaign_id}, which belongs to {owner.path}",
        expected="an id that no other brief has",
        fix="Choose another campaign_id, or change the brief that owns it.",
    )


def _row(examined: Examined, campaign_id: str | None, snapshot_path: str | None) -> BriefRow:
    return BriefRow(
        path=examined.path,
        campaign_id=campaign_id,
        accepted=not examined.problems,
        fingerprint=examined.fingerprint,
        stamps_json=json.dumps(dict(examined.stamps)),
        problems_json=json.dumps([asdict(problem) for problem in examined.problems]),
        snapshot_path=snapshot_path,
        checked_at=time.time(),
    )


def _load(path: str, store: Store) -> Snapshot:
    return Snapshot.model_validate_json(store.get(path))


def _place(brief_path: str, name: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(brief_path), name))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
