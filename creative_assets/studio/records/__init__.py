"""Rows: what must be claimed atomically or asked by question, in one SQL database.

Generations with their cost, known briefs, variants with their status, and takes: a module each.
Bytes belong in `store`; what a row means to a brief or a stage belongs to the module that reads and
writes it here.

All times are seconds since the epoch, UTC. Every method is one short transaction, safe to call from
many threads and processes; what the database itself raises is `database`'s to say.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from creative_assets.studio.database import Database, open_database
from creative_assets.studio.holders import Holders, Watch
from creative_assets.studio.records.briefs import Briefs
from creative_assets.studio.records.ledger import Ledger
from creative_assets.studio.records.spending import Spending
from creative_assets.studio.records.takes import Takes
from creative_assets.studio.records.variants import Variants


@dataclass(frozen=True)
class Records:
    """The rows of one database, by what they are about. `open_records` makes one."""

    database: Database
    holders: Holders
    ledger: Ledger
    spending: Spending
    briefs: Briefs
    variants: Variants
    takes: Takes

    def close(self) -> None:
        """Close all connections."""
        self.database.close()


def open_records(
    url: str, clock: Callable[[], float] = time.time, *, patience_s: float = 0.0
) -> Records:
    """The records in the database at `url`: see `open_database`, also for what is raised."""
    database = open_database(url, patience_s)
    return Records(
        database=database,
        holders=Holders(database, clock),
        ledger=Ledger(database, clock, Watch(clock)),
        spending=Spending(database, clock),
        briefs=Briefs(database),
        variants=Variants(database, clock),
        takes=Takes(database),
    )
