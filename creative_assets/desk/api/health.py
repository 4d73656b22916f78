"""Whether the desk is alive. The one route that anybody may ask."""

from typing import Literal

from fastapi import APIRouter

from creative_assets.desk.desk import TheDesk
from creative_assets.studio.values import Frozen

router = APIRouter()


class Health(Frozen):
    """It is."""

    status: Literal["ok"] = "ok"


@router.get("/healthz", openapi_extra={"security": []})
def healthz(desk: TheDesk) -> Health:
    """Say that the desk answers, and its records too."""
    desk.archive.records.last_launch()
    return Health()
