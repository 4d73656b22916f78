"""What became of briefs since they were put into the inbox: whether each was looked at, and how."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from creative_assets.desk.desk import Desk
from creative_assets.studio.access import Person
from creative_assets.studio.campaigns import Campaigns
from creative_assets.studio.errors import MissingInputError, Problem
from creative_assets.studio.intake import brief_paths
from creative_assets.studio.reading import named_in
from creative_assets.studio.records.briefs import BriefRow
from creative_assets.studio.store import Store

ArrivalState = Literal["waiting", "refused", "held", "accepted"]

_KEPT_NAMES = 4_096


@dataclass(frozen=True)
class Arrival:
    """How far a campaign's brief has come.

    Attributes:
        state: `waiting` in the inbox until it is looked at, also in a newer version; `refused`
            with its problems; `held` until a person lets it start; `accepted`.
        held_because: Why it is held; empty where it is not.
        price: What a held one was priced at, in words; else empty.
    """

    state: ArrivalState
    problems: tuple[Problem, ...] = ()
    held_because: str = ""
    price: str = ""


@dataclass(frozen=True)
class InInbox:
    """A brief in the inbox that has not become a campaign, or not in this version.

    Attributes:
        campaign_id: As the brief names it; empty where it does not.
        arrival: `waiting` or `refused`.
    """

    path: str
    campaign_id: str
    arrival: Arrival


def arrival_of(campaign_id: str, desk: Desk) -> Arrival | None:
    """What became of the campaign's brief; None where there is none."""
    listing = desk.inbox.find(campaign_id)
    known = desk.archive.records.briefs.known()
    waiting = [path for path in brief_paths(listing) if _is_new(path, listing, known.get(path))]
    rows = [known[path] for path in known if path in listing or _is_of(campaign_id, known[path])]
    if waiting:
        return Arrival("waiting")
    refused = [row for row in rows if not row.accepted]
    if refused:
        return Arrival("refused", tuple(found for row in refused for found in _problems(row)))
    campaign = Campaigns(desk.archive.records.database).by_id([campaign_id]).get(campaign_id)
    if campaign is not None and campaign.gate == "held":
        return Arrival("held", held_because=campaign.held_because, price=campaign.price)
    return Arrival("accepted") if rows else None


def in_inbox(person: Person, desk: Desk) -> Iterator[InInbox]:
    """What waits in the inbox or was refused, of the brands that are somebody's to see, by path."""
    listing = desk.inbox.find()
    known = desk.archive.records.briefs.known()
    for path in brief_paths(listing):
        row = known.get(path)
        if row is None or _is_new(path, listing, row):
            arrival = Arrival("waiting")
        elif not row.accepted:
            arrival = Arrival("refused", _problems(row))
        else:
            continue
        campaign_id, brand = _named(desk.inbox, path, listing[path])
        if person.sees(brand):
            yield InInbox(path, campaign_id, arrival)


def _is_new(path: str, listing: Mapping[str, str], row: BriefRow | None) -> bool:
    return row is None or json.loads(row.stamps_json).get(path) != listing[path]


def _is_of(campaign_id: str, row: BriefRow) -> bool:
    return row.campaign_id == campaign_id


def _problems(row: BriefRow) -> tuple[Problem, ...]:
    return tuple(Problem(**each) for each in json.loads(row.problems_json))


@lru_cache(_KEPT_NAMES)
def _named(inbox: Store, path: str, _stamp: str) -> tuple[str, str]:
    """The campaign and the brand that a brief names; nothing where it was just taken away."""
    try:
        return named_in(inbox.get(path), path)
    except MissingInputError:
        return "", ""
