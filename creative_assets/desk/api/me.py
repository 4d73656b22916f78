"""Who asks, as the desk knows them."""

from fastapi import APIRouter

from creative_assets.desk.api.description import problems
from creative_assets.desk.sign_in import SignedIn
from creative_assets.studio.access import Person

router = APIRouter()


@router.get("/me", responses=problems())
def who_am_i(person: SignedIn) -> Person:
    """Say whom the token stands for, and what they may do."""
    return person
