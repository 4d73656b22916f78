"""The desk's pages, rendered here: templates in `templates`, and no build step."""

from fastapi import APIRouter

from creative_assets.desk.pages import (
    approving,
    campaigns,
    inbox,
    pictures,
    rounds,
    signing_in,
    starting,
    static_files,
    submit,
    variants,
)

router = APIRouter()
for module in (
    signing_in,
    campaigns,
    approving,
    inbox,
    starting,
    submit,
    rounds,
    variants,
    pictures,
    static_files,
):
    router.include_router(module.router)
