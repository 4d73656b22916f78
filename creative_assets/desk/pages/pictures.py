"""Finals and their thumbnails, at addresses for exact bytes; and what is published, as a zip."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Request
from starlette.responses import Response, StreamingResponse

from creative_assets.desk.desk import TheDesk
from creative_assets.desk.seeing import VisibleCampaign
from creative_assets.studio.download import standing_publications, zipped
from creative_assets.studio.errors import MissingInputError, RenderError, StoreConflictError
from creative_assets.studio.stages import FINAL_CREATIVES, folder_of
from creative_assets.studio.store import StoredFile
from creative_assets.studio.thumbnails import MEDIA_TYPE, thumbnail_of

router = APIRouter()

# The bytes at an address never change, and only who is signed in may see them.
_KEEP = "private, max-age=31536000, immutable"
_MEDIA_TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}

Version = Annotated[str, Path(pattern=r"^[0-9a-f]{8,64}$")]
Sha256 = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
FileName = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9_-]{0,60}\.(jpg|png|webp)$")]


@router.get("/pictures/{campaign_id}/{version}/{sha256}/{name}")
def picture(
    request: Request,
    desk: TheDesk,
    campaign_id: VisibleCampaign,
    version: Version,
    sha256: Sha256,
    name: FileName,
) -> Response:
    """A final, as it was made and as it would go out."""
    file = _file(campaign_id, version, sha256, name)
    media_type = _MEDIA_TYPES[name.rpartition(".")[2]]
    return _kept(request, sha256, media_type, lambda: desk.archive.store.get_verified(file))


@router.get("/thumbnails/{campaign_id}/{version}/{sha256}/{name}")
def thumbnail(
    request: Request,
    desk: TheDesk,
    campaign_id: VisibleCampaign,
    version: Version,
    sha256: Sha256,
    name: FileName,
) -> Response:
    """A final's thumbnail."""
    file, store = _file(campaign_id, version, sha256, name), desk.archive.store
    tag = f"{sha256}-small"
    return _kept(request, tag, MEDIA_TYPE, lambda: thumbnail_of(file, campaign_id, store))


@router.get("/campaigns/{campaign_id}/published.zip")
def published(desk: TheDesk, campaign_id: VisibleCampaign) -> Response:
    """What of the campaign is published and approved still, with its manifests."""
    publications = standing_publications(campaign_id, desk.archive.records)
    headers = {"Content-Disposition": f'attachment; filename="{campaign_id}.zip"'}
    content = zipped(publications, desk.shelf)
    return StreamingResponse(content, media_type="application/zip", headers=headers)


def _file(campaign_id: str, version: str, sha256: str, name: str) -> StoredFile:
    path = f"{folder_of(campaign_id, FINAL_CREATIVES, version)}/{name}"
    return StoredFile(path=path, size_bytes=0, sha256=sha256)


def _kept(request: Request, tag: str, media_type: str, content: Callable[[], bytes]) -> Response:
    headers = {"ETag": f'"{tag}"', "Cache-Control": _KEEP}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    try:
        return Response(content(), media_type=media_type, headers=headers)
    except (MissingInputError, StoreConflictError, RenderError) as error:
        raise HTTPException(404, str(error)) from error
