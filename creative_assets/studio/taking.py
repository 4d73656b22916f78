"""Taking in what is new in the inbox: many briefs side by side, within a time.

What has changed is `intake`'s pure comparison; what becomes of one brief is `acceptance`'s.
"""

import itertools
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

from creative_assets.studio.acceptance import (
    Examined,
    accept,
    check_marker,
    examine,
    forget,
    known_brief,
    refuse,
)
from creative_assets.studio.errors import CreativeAssetsError
from creative_assets.studio.intake import compare
from creative_assets.studio.records import Records
from creative_assets.studio.records.briefs import BriefRow
from creative_assets.studio.store import Store

_AT_ONCE = 16
"""Briefs: taking one is waiting for the store and the database for most of the time."""

_End = Literal["accepted", "refused"] | CreativeAssetsError
"""What became of a brief; an error where it could not be read or answered."""


@dataclass(frozen=True)
class Taken:
    """What one look at the inbox came to: paths of briefs, in the order in which they were read.

    Attributes:
        unusable: Briefs that could not be read or answered, each with the reason; still due.
        left: Briefs that are due and were left for the next look.
    """

    accepted: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    unusable: tuple[str, ...] = ()
    left: int = 0


def take_in(inbox: Store, store: Store, records: Records, *, most: int, budget_s: float) -> Taken:
    """Accept or refuse what is new or changed in the inbox, and retire what is gone from it.

    At most `most` briefs, and none begun after `budget_s` seconds; the rest stays due.

    Raises:
        MissingInputError: Briefs are known, and the inbox is without its marker: a volume that is
            not mounted, or another address, and not the end of all campaigns.
    """
    started = time.monotonic()
    listing = inbox.find()
    rows = records.briefs.known()
    check_marker(inbox, listing, known=len(rows))
    changes = compare(listing, {path: known_brief(row) for path, row in rows.items()})
    taking = _Taking(inbox, store, records, listing, rows)
    ends: dict[str, _End] = {}
    with ThreadPoolExecutor(_AT_ONCE, "briefs") as pool:
        for first in range(0, min(most, len(changes.due)), _AT_ONCE):
            if time.monotonic() - started > budget_s:
                break
            ends |= taking.take(changes.due[first : min(first + _AT_ONCE, most)], pool)
    gone = [path for path in rows if path not in listing]
    for path in gone:
        forget(rows[path], records)
    return Taken(
        accepted=tuple(path for path, end in ends.items() if end == "accepted"),
        refused=tuple(path for path, end in ends.items() if end == "refused"),
        gone=tuple(gone),
        unusable=tuple(
            f"{path}: {end}" for path, end in ends.items() if isinstance(end, Exception)
        ),
        left=len(changes.due) - len(ends),
    )


@dataclass(frozen=True)
class _Taking:
    """What taking a brief in needs: `listing` and `rows` as they were when the look began."""

    inbox: Store
    store: Store
    records: Records
    listing: Mapping[str, str]
    rows: Mapping[str, BriefRow]

    def take(self, paths: Sequence[str], pool: Executor) -> dict[str, _End]:
        """Take briefs in side by side; of two for one campaign the first owns it."""
        examined = dict(zip(paths, pool.map(self._examined, paths), strict=True))
        owner_of: dict[str, str] = {}
        for path, each in examined.items():
            if isinstance(each, Examined) and each.brief:
                owner_of.setdefault(each.brief.campaign_id, path)
        rivals = {
            path
            for path, each in examined.items()
            if isinstance(each, Examined) and each.brief
            if owner_of[each.brief.campaign_id] != path
        }
        apart = [path for path in paths if path not in rivals]
        ends = zip(apart, pool.map(self._end, (examined[path] for path in apart)), strict=True)
        of_rivals = ((path, self._end(self._examined(path))) for path in paths if path in rivals)
        return dict(itertools.chain(ends, of_rivals))

    def _examined(self, path: str) -> Examined | CreativeAssetsError:
        try:
            return examine(self.inbox, path, self.listing, self.records)
        except CreativeAssetsError as error:  # one file nobody may read must not stop the others
            return error

    def _end(self, examined: Examined | CreativeAssetsError) -> _End:
        if isinstance(examined, CreativeAssetsError):
            return examined
        previous = self.rows.get(examined.path)
        try:
            if examined.brief is None or examined.problems:
                refuse(examined, previous, self.inbox, self.records)
                return "refused"
            accept(examined, examined.brief, previous, self.inbox, self.store, self.records)
        except CreativeAssetsError as error:
            return error
        return "accepted"
