"""Starting what does not start by itself: a campaign that waits for a go, and what has failed."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field, StringConstraints

from creative_assets.desk.api.decisions import MAX_VARIANTS, Key
from creative_assets.desk.api.description import problems
from creative_assets.desk.api.once import Attempted
from creative_assets.desk.desk import TheDesk
from creative_assets.desk.retrying import retry_failed
from creative_assets.desk.seeing import VisibleCampaign
from creative_assets.desk.sign_in import Admin, Submitter
from creative_assets.studio.values import Frozen
from creative_assets.studio.weighing import let_go

router = APIRouter(prefix="/campaigns/{campaign_id}", tags=["campaigns"])


class LetGo(Frozen):
    """Let a campaign start that is held because of what it may cost."""

    price: Annotated[str, StringConstraints(max_length=300)] = Field(
        description="The `price` in its status: where it is another by now, nothing starts."
    )


class Going(Frozen):
    """A campaign that starts; its budget stays the limit that no call exceeds."""

    campaign_id: str
    price: str
    held_because: str = Field(description="Why it was held.")
    given_by: str


class RetryThese(Frozen):
    """Launch again what has failed, and nothing else; what is made already is kept."""

    variants: Annotated[tuple[Key, ...], Field(max_length=MAX_VARIANTS)] = Field(
        default=(), description="All that have failed, where none is named."
    )


class Launching(Frozen):
    """Variants that wait for a launch again."""

    variants: tuple[str, ...]
    price: str = Field(description="What it may cost, in words.")


@router.post("/go", responses=problems(403, 404, 409))
def go(
    asked: LetGo,
    campaign_id: VisibleCampaign,
    person: Admin,
    desk: TheDesk,
    attempt: Attempted,
) -> Going:
    """Let the campaign start, at the price that it was told to have. Takes the role admin."""

    def make(_: str) -> Going:
        records = desk.archive.records
        given = let_go(campaign_id, person.name, desk.inbox, records, asked.price)
        return Going(
            campaign_id=campaign_id,
            price=given.price,
            held_because=given.held_because,
            given_by=given.given_by,
        )

    return attempt.once(asked.model_dump_json().encode(), Going, make)


@router.post("/retry", responses=problems(403, 404, 409, 413))
def retry(
    asked: RetryThese,
    campaign_id: VisibleCampaign,
    _: Submitter,
    desk: TheDesk,
    attempt: Attempted,
) -> Launching:
    """Launch again what has failed. Takes the role submit."""

    def make(_: str) -> Launching:
        retried = retry_failed(campaign_id, asked.variants, desk)
        return Launching(variants=retried.keys, price=retried.price)

    return attempt.once(asked.model_dump_json().encode(), Launching, make)
