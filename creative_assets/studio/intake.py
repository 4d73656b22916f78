"""What is new: in the inbox, in a campaign, and in which batches to launch it.

Pure comparisons of values that a caller fetched: no file is read here, and nothing is started.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import PurePosixPath

from creative_assets.studio.brief import VariantBrief
from creative_assets.studio.errors import MissingInputError
from creative_assets.studio.values import Frozen

Stamp = str
"""What changes when a file does: its etag, or its time of change and its size."""

_BRIEF_SUFFIXES = frozenset({".yaml", ".yml", ".json"})
_VERSION_DIGITS = 20
_NAMED_KEYS = 3


class KnownBrief(Frozen):
    """A brief of the inbox as it was last looked at.

    `stamps` holds the brief's own file and every file it names, by path in the inbox; None stands
    for a file that was not there.
    """

    path: str
    campaign_id: str | None
    stamps: dict[str, Stamp | None]
    accepted: bool


@dataclass(frozen=True)
class InboxChanges:
    """Paths of briefs to read (again), and accepted briefs whose file is gone."""

    due: tuple[str, ...]
    gone: tuple[KnownBrief, ...]


@dataclass(frozen=True)
class VariantChanges:
    """Variant keys by what became of them between two versions of a brief."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    retired: tuple[str, ...]


def brief_paths(listing: Mapping[str, Stamp]) -> tuple[str, ...]:
    """The briefs of an inbox, sorted: YAML and JSON files that are not hidden, at any depth."""
    return tuple(sorted(path for path in listing if _is_brief(path)))


def _is_brief(path: str) -> bool:
    parts = PurePosixPath(path)
    visible = not any(part.startswith(".") for part in parts.parts)
    return visible and parts.suffix.lower() in _BRIEF_SUFFIXES


def stamps_of(
    listing: Mapping[str, Stamp], brief_path: str, file_names: Iterable[str]
) -> dict[str, Stamp | None]:
    """The stamps of a `KnownBrief`, from a listing that is older than what was read of the files.

    Args:
        listing: The stamp of every file in the whole inbox, by path.
        brief_path: The brief's path in the inbox.
        file_names: What it names, relative to its own folder; empty where it cannot be read.
    """
    folder = PurePosixPath(brief_path).parent
    paths = [brief_path, *(str(folder / name) for name in file_names)]
    return {path: listing.get(path) for path in paths}


def compare(listing: Mapping[str, Stamp], known: Mapping[str, KnownBrief]) -> InboxChanges:
    """What differs between the inbox and what is known of it.

    A brief is due when it is new, or when it or a file it names appeared, changed or vanished.

    Args:
        listing: The stamp of every file in the whole inbox, by path.
        known: The briefs looked at so far, by path.
    """
    due = [path for path in brief_paths(listing) if _is_due(path, listing, known.get(path))]
    gone = [known[path] for path in sorted(known) if path not in listing and known[path].accepted]
    return InboxChanges(due=tuple(due), gone=tuple(gone))


def _is_due(path: str, listing: Mapping[str, Stamp], known: KnownBrief | None) -> bool:
    if known is None or path not in known.stamps:
        return True
    return any(listing.get(file) != stamp for file, stamp in known.stamps.items())


def variant_changes(before: Mapping[str, str], after: Mapping[str, str]) -> VariantChanges:
    """Compare the versions of a campaign's variants, by variant key; the order is kept."""
    return VariantChanges(
        new=tuple(key for key in after if key not in before),
        changed=tuple(key for key in after if key in before and before[key] != after[key]),
        unchanged=tuple(key for key in after if key in before and before[key] == after[key]),
        retired=tuple(key for key in before if key not in after),
    )


def fingerprint(brief_content: bytes, files: Mapping[str, str | None]) -> str:
    """SHA-256 of a brief with all that it names.

    Args:
        brief_content: The brief's bytes.
        files: The SHA-256 of each file it names, by name; None where there is none.
    """
    named = {"brief": hashlib.sha256(brief_content).hexdigest(), "files": dict(files)}
    return hashlib.sha256(_canonical(named)).hexdigest()


def variant_version(variant: VariantBrief) -> str:
    """The version of a resolved variant: 20 hexadecimal digits of a SHA-256."""
    digest = hashlib.sha256(_canonical(variant.model_dump(mode="json")))
    return digest.hexdigest()[:_VERSION_DIGITS]


def _canonical(value: object) -> bytes:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode()


def contiguous_ranges(
    all_keys_in_order: Sequence[str], wanted: Collection[str], max_keys: int
) -> tuple[tuple[str, ...], ...]:
    """The wanted keys, in order, as runs of neighbours of at most `max_keys` each.

    Raises:
        MissingInputError: A wanted key is not among all keys.
    """
    runs = _runs(all_keys_in_order, wanted)
    return tuple(part for run in runs for part in _cut(run, max_keys))


def launch_batches(
    all_keys: Sequence[str], wanted: Collection[str], max_keys: int, max_batches: int
) -> tuple[tuple[str, ...], ...]:
    """The wanted keys as contiguous ranges, each of one campaign.

    Where more than `max_batches` campaigns are wanted, neighbouring campaigns share ranges instead.

    Raises:
        MissingInputError: A wanted key is not among all keys.
    """
    if len({campaign_of(key) for key in wanted}) > max_batches:
        return contiguous_ranges(all_keys, wanted, max_keys)
    return tuple(
        part
        for run in _runs(all_keys, wanted)
        for _, of_campaign in groupby(run, key=campaign_of)
        for part in _cut(tuple(of_campaign), max_keys)
    )


def campaign_of(key: str) -> str:
    """The campaign's ID in a variant's key."""
    return key.split("/", maxsplit=1)[0]


def _runs(all_keys: Sequence[str], wanted: Collection[str]) -> Iterable[tuple[str, ...]]:
    chosen = frozenset(wanted)
    unknown = chosen.difference(all_keys)
    if unknown:
        named = ", ".join(sorted(unknown)[:_NAMED_KEYS])
        raise MissingInputError(
            f"{len(unknown)} of {len(chosen)} wanted variants are unknown, such as {named}; "
            "accept their brief first."
        )
    for is_wanted, run in groupby(all_keys, key=chosen.__contains__):
        if is_wanted:
            yield tuple(run)


def _cut(run: tuple[str, ...], max_keys: int) -> Iterable[tuple[str, ...]]:
    return (run[start : start + max_keys] for start in range(0, len(run), max_keys))
