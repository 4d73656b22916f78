"""What somebody may see of a campaign: it, if it is their brand's. Else it is not there."""

from typing import Annotated

from fastapi import Depends, Path

from creative_assets.desk.desk import TheDesk
from creative_assets.desk.sign_in import SignedIn
from creative_assets.studio.errors import MissingInputError
from creative_assets.studio.listing import CampaignProgress, progress_of

CAMPAIGN_ID = r"^[a-z0-9][a-z0-9-]{1,62}$"

CampaignIdInPath = Annotated[str, Path(pattern=CAMPAIGN_ID, description="The campaign's ID.")]


def unseen(campaign_id: str) -> MissingInputError:
    """The same of a campaign that is not there and of one that is another brand's."""
    return MissingInputError(f"There is no campaign {campaign_id} for you to see.")


def _campaign(campaign_id: CampaignIdInPath, person: SignedIn, desk: TheDesk) -> CampaignProgress:
    progress = progress_of([campaign_id], desk.archive.records).get(campaign_id)
    if progress is None or not person.sees(progress.brand):
        raise unseen(campaign_id)
    return progress


SeenCampaign = Annotated[CampaignProgress, Depends(_campaign)]
"""A route's parameter of this type is the campaign in its path, if they may see it."""
