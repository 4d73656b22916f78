"""Publishing: the approved finals, copied byte for byte to where they go out from.

Only with an approval that stands, of exactly the bytes that are read here. What is published is
never overwritten: the same again changes nothing, and other bytes under a name are refused.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

import sqlalchemy as sa

from creative_assets.studio.database import METADATA, Database
from creative_assets.studio.decision_log import Decision, ShownFinals
from creative_assets.studio.errors import (
    MissingInputError,
    NotApprovedError,
    RenderError,
)
from creative_assets.studio.lineage import Manifest, PublishedFile, manifest_of, read_manifest
from creative_assets.studio.naming import published_path
from creative_assets.studio.provenance import read_marks
from creative_assets.studio.records import Records
from creative_assets.studio.review import UnderReview, in_words
from creative_assets.studio.store import Store

PUBLICATIONS = sa.Table(
    "publications",
    METADATA,
    sa.Column("variant_key", sa.Text, primary_key=True),
    sa.Column("finals_sha256", sa.Text, primary_key=True),
    sa.Column("decision_id", sa.Text, nullable=False),
    sa.Column("manifest_path", sa.Text),
    sa.Column("error", sa.Text),
    sa.Column("ended_at", sa.Double, nullable=False),
)


@dataclass(frozen=True)
class Publication:
    """What became of publishing some finals: where their manifest is, or why there is none."""

    variant_key: str
    finals_sha256: str
    decision_id: str
    manifest_path: str | None = None
    error: str | None = None


class Publications:
    """The publications in one database."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        """Keep rows in `database`; `clock` tells the time."""
        self._database = database
        self._clock = clock

    def keep(self, publication: Publication) -> None:
        """Keep what became of it, in place of an earlier attempt with the same bytes."""
        row = vars(publication) | {"ended_at": self._clock()}
        with self._database.writing() as connection:
            self._database.upsert(connection, PUBLICATIONS, [row])

    def of(self, variant_keys: Iterable[str]) -> dict[tuple[str, str], Publication]:
        """(variant, SHA-256 of its finals) → what became of publishing them."""
        found = self.oldest_first(variant_keys)
        return {(made.variant_key, made.finals_sha256): made for made in found}

    def oldest_first(self, variant_keys: Iterable[str]) -> list[Publication]:
        """What became of publishing these variants, by when each attempt ended."""
        question, column = sa.select(PUBLICATIONS), PUBLICATIONS.c.variant_key
        with self._database.reading() as connection:
            rows = list(self._database.among(connection, question, column, variant_keys))
        columns = [column.name for column in PUBLICATIONS.columns if column.name != "ended_at"]
        return [
            Publication(**{name: getattr(row, name) for name in columns})
            for row in sorted(rows, key=lambda row: row.ended_at)
        ]


def unpublished(
    seen: UnderReview,
    publications: Mapping[tuple[str, str], Publication],
    *,
    takes_unverified: bool,
) -> Decision | None:
    """The approval that stands and that nothing was published by yet; None if there is none.

    One with which publishing failed counts as done: another attempt is for people to ask for,
    unless somebody has approved again since.
    """
    approval = seen.approval(takes_unverified=takes_unverified)
    if approval is None:
        return None
    known = publications.get((seen.finals.variant_key, seen.finals.sha256))
    if known is None or (known.error is not None and known.decision_id != approval.id):
        return approval
    return None


@dataclass(frozen=True)
class Shelf:
    """Where finals go out from: a store, and the rule by which files in it are named."""

    store: Store
    template: str


def approval_for(seen: UnderReview, *, takes_unverified: bool) -> Decision:
    """The approval by which a variant's finals may be published.

    Raises:
        NotApprovedError: None of exactly these bytes stands.
    """
    approval = seen.approval(takes_unverified=takes_unverified)
    if approval is None:
        stands = in_words(seen.standing) if seen.standing else "nobody has decided on these bytes"
        raise NotApprovedError(
            f"{seen.finals.variant_key} is not published: {stands}. Publishing takes "
            f"{'any approval' if takes_unverified else 'a verified approval'} of these very bytes."
        )
    return approval


def publish(
    seen: UnderReview,
    approval: Decision,
    brand: str,
    shelf: Shelf,
    store: Store,
    records: Records,
) -> Manifest:
    """Copy a variant's finals to the shelf, its manifest last; the manifest that stands there.

    Doing so again, also after a crash between any two files, ends in the same files.

    Raises:
        StoreConflictError: A final is not what was approved any more, or other bytes are
            published under its name.
        RenderError: A final does not say how it was made.
    """
    finals = seen.finals
    # All are read before the first is written: one that was changed by hand lets none go out.
    contents = {name: store.get_verified(file) for name, file in finals.files.items()}
    described = [
        _described(name, content, finals, brand, shelf) for name, content in contents.items()
    ]
    for file in described:
        shelf.store.put_once(file.path, contents[file.name])
    path = manifest_path(finals, brand, shelf)
    try:
        kept = read_manifest(shelf.store.get(path))
    except MissingInputError:
        manifest = manifest_of(seen, approval, tuple(described), store, records)
        shelf.store.put_once(path, manifest.model_dump_json(indent=1).encode())
        return manifest
    return kept


def manifest_path(finals: ShownFinals, brand: str, shelf: Shelf) -> str:
    """Where the manifest of these finals goes."""
    return f"{_path(finals, brand, 'manifest', shelf)}.json"


def _described(
    name: str, content: bytes, finals: ShownFinals, brand: str, shelf: Shelf
) -> PublishedFile:
    file = finals.files[name]
    marks = read_marks(content)
    if marks is None:
        raise RenderError(
            f"{file.path} does not say how it was made: it has no marks of ours. Launch the "
            "variant again, and approve what that makes."
        )
    suffix = PurePosixPath(file.path).suffix
    return PublishedFile(
        name=name,
        path=_path(finals, brand, name, shelf) + suffix,
        size_bytes=file.size_bytes,
        sha256=file.sha256,
        marks=marks,
    )


def _path(finals: ShownFinals, brand: str, name: str, shelf: Shelf) -> str:
    campaign, locale, product = finals.variant_key.split("/")
    fields = {
        "brand": brand,
        "campaign": campaign,
        "locale": locale,
        "product": product,
        "format": name,
        "version": finals.version,
    }
    return published_path(shelf.template, fields)
