"""What somebody may see: campaigns of their brands. Any other is answered as if it were not there.

Their variants as pages want them are in `pages.visible`.
"""

from typing import Annotated

from fastapi import Depends, Path

from creative_assets.desk.arrival import Arrival, arrival_of
from creative_assets.desk.desk import Desk, TheDesk
from creative_assets.desk.sign_in import SignedIn
from creative_assets.desk.submitting import waiting_brands
from creative_assets.studio.access import Person
from creative_assets.studio.errors import MissingInputError
from creative_assets.studio.listing import brand_of
from creative_assets.studio.rules import CAMPAIGN_ID_PATTERN

CAMPAIGN_ID = f"^{CAMPAIGN_ID_PATTERN}$"

CampaignIdInPath = Annotated[str, Path(pattern=CAMPAIGN_ID, description="The campaign's ID.")]


def _campaign(campaign_id: CampaignIdInPath, person: SignedIn, desk: TheDesk) -> str:
    brand = brand_of(campaign_id, desk.archive.records)
    if brand is None or not person.sees(brand):
        raise _unseen(campaign_id)
    return campaign_id


VisibleCampaign = Annotated[str, Depends(_campaign)]
"""The ID in the path, of a campaign that is there to see."""


def visible_arrival(campaign_id: str, person: Person, desk: Desk) -> Arrival:
    """What became of a campaign's brief, also before there are variants.

    Raises:
        MissingInputError: There is none, or it is not theirs to see.
    """
    brand = brand_of(campaign_id, desk.archive.records)
    brands = list(waiting_brands(campaign_id, desk)) if brand is None else [brand]
    arrival = arrival_of(campaign_id, desk)
    if arrival is None or not brands or not all(map(person.sees, brands)):
        raise _unseen(campaign_id)
    return arrival


def _unseen(campaign_id: str) -> MissingInputError:
    return MissingInputError(f"There is no campaign {campaign_id} for you to see.")
