"""The desk's pages, rendered here."""

from fastapi import APIRouter

from creative_assets.desk.pages import signing_in

router = APIRouter()
router.include_router(signing_in.router)
