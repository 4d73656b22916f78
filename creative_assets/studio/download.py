"""A campaign's published files as one zip: what is out now, with its manifests, and nothing else.

The same publications give the same bytes. Nothing is kept here, and where the zip goes is the
caller's matter.
"""

import zipfile
from collections.abc import Iterator, Mapping, Sequence

from creative_assets.studio.decision_log import Decision, DecisionLog
from creative_assets.studio.errors import MissingInputError
from creative_assets.studio.lineage import read_manifest
from creative_assets.studio.publish import Publication, Publications
from creative_assets.studio.records import Records
from creative_assets.studio.store import Store, StoredFile

# The earliest that a zip can say: when a file was packed is no property of the campaign.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_UNIX, _FILE_MODE = 3, 0o100644


def standing_publications(campaign_id: str, records: Records) -> list[Publication]:
    """The newest publication of each variant whose bytes are approved still, by variant.

    Raises:
        MissingInputError: There is none.
    """
    keys = [row.key for row in records.variants.active([campaign_id])]
    decisions = DecisionLog(records.database).decisions_on(keys)
    newest: dict[str, Publication] = {}
    for publication in Publications(records.database).oldest_first(keys):
        if _stands(publication, decisions):
            newest[publication.variant_key] = publication
    if not newest:
        raise MissingInputError(
            f"Nothing of the campaign {campaign_id!r:.80} is published. Approve its variants "
            "first, or launch `published_creatives` for those that are."
        )
    return [newest[key] for key in sorted(newest)]


def zipped(publications: Sequence[Publication], shelf: Store) -> Iterator[bytes]:
    """The files and manifests of these publications as a zip, piece by piece.

    One file at a time is held in memory, and compared with what its manifest says.

    Raises:
        MissingInputError: A published file is gone.
        StoreConflictError: A published file holds other bytes than were published.
    """
    stream = _Stream()
    with zipfile.ZipFile(stream, "w") as archive:
        for path, content in _contents(publications, shelf):
            entry = zipfile.ZipInfo(path, _EPOCH)
            entry.create_system, entry.external_attr = _UNIX, _FILE_MODE << 16
            archive.writestr(entry, content)  # stored: pictures are compressed already
            yield stream.taken()
    yield stream.taken()


def _contents(publications: Sequence[Publication], shelf: Store) -> Iterator[tuple[str, bytes]]:
    for publication in publications:
        manifest_path = str(publication.manifest_path)
        content = shelf.get(manifest_path)
        for file in read_manifest(content).files:
            stored = StoredFile(path=file.path, size_bytes=file.size_bytes, sha256=file.sha256)
            yield file.path, shelf.get_verified(stored)
        yield manifest_path, content


def _stands(publication: Publication, decisions: Mapping[str, Sequence[Decision]]) -> bool:
    """Whether it succeeded, and the newest decision on its bytes is an approval."""
    on_bytes = [
        decision.verdict
        for decision in decisions.get(publication.variant_key, ())
        if decision.finals_sha256 == publication.finals_sha256
    ]
    return publication.manifest_path is not None and on_bytes[-1:] == ["approve"]


class _Stream:
    """What is written is taken out again piece by piece; there is no way back in it."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes, /) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """What was written is still there to be taken."""

    def taken(self) -> bytes:
        content = b"".join(self._pieces)
        self._pieces.clear()
        return content
