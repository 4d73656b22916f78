"""Which variants to launch, and which to take away: decided once, delivered at least once.

A launch is a numbered set of variants. The orchestrator confirms a launch by coming back with its
number; until then the very same launch is answered again, so that a crash between deciding and
delivering loses nothing, and nothing is launched twice under another name.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from creative_assets.studio.records import Records
from creative_assets.studio.records.variants import VariantRow


@dataclass(frozen=True)
class Launch:
    """Variants to launch and to take away.

    Attributes:
        number: The launch's, to be confirmed.
        wanted: Keys of new and changed variants, campaign by campaign.
        retired: Keys of variants that no brief names any more.
    """

    number: int
    wanted: tuple[str, ...]
    retired: tuple[str, ...]


def next_launch(records: Records, confirmed: int, *, most: int) -> Launch | None:
    """The launch after the `confirmed` one, of at most `most` variants; None if there is none."""
    undelivered = records.variants.launched(confirmed)
    if undelivered:
        number = undelivered[0].launch or 0
        return _launch(number, [row for row in undelivered if row.launch == number])
    waiting = records.variants.unlaunched(most)
    if not waiting:
        return None
    number = confirmed + 1
    records.variants.assign_launch([row.key for row in waiting], number)
    # Read again: a variant may have been retired, or launched by hand, since it was found waiting.
    assigned = [row for row in records.variants.launched(confirmed) if row.launch == number]
    return _launch(number, assigned) if assigned else None


def _launch(number: int, rows: Sequence[VariantRow]) -> Launch:
    in_order = sorted(rows, key=lambda row: (row.campaign_id, row.key))
    return Launch(
        number,
        wanted=tuple(row.key for row in in_order if row.active),
        retired=tuple(row.key for row in in_order if not row.active),
    )
