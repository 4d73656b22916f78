"""What has become of a brief since it was put into the inbox: whether it was looked at, and how."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from creative_assets.desk.desk import Desk
from creative_assets.studio.campaigns import Campaigns
from creative_assets.studio.errors import Problem
from creative_assets.studio.intake import brief_paths
from creative_assets.studio.records.briefs import BriefRow

ArrivalState = Literal["waiting", "refused", "held", "accepted"]


@dataclass(frozen=True)
class Arrival:
    """How far a campaign's brief has come.

    Attributes:
        state: `waiting` in the inbox until it is looked at, also in a newer version; `refused`
            with its problems; `held` until a person lets it start; `accepted`.
        held_because: Why it is held; empty where it is not.
    """

    state: ArrivalState
    problems: tuple[Problem, ...] = ()
    held_because: str = ""


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
        found = [Problem(**each) for row in refused for each in json.loads(row.problems_json)]
        return Arrival("refused", tuple(found))
    campaign = Campaigns(desk.archive.records.database).by_id([campaign_id]).get(campaign_id)
    if campaign is not None and campaign.gate == "held":
        return Arrival("held", held_because=campaign.held_because)
    return Arrival("accepted") if rows else None


def _is_new(path: str, listing: Mapping[str, str], row: BriefRow | None) -> bool:
    return row is None or json.loads(row.stamps_json).get(path) != listing[path]


def _is_of(campaign_id: str, row: BriefRow) -> bool:
    return row.campaign_id == campaign_id
