"""Style sheets and scripts: the package's own files, at addresses that change with them."""

import hashlib
from functools import cache
from importlib import resources

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

router = APIRouter()

_KEEP = "public, max-age=31536000, immutable"
_MEDIA_TYPES = {
    "desk.css": "text/css",
    "desk.js": "text/javascript",
    "htmx.min.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}


@router.get("/static/{name}")
def static_file(name: str) -> Response:
    """One of the files."""
    if name not in _MEDIA_TYPES:
        raise HTTPException(404, f"There is no file {name}.")
    headers = {"Cache-Control": _KEEP}
    return Response(_content(name), media_type=_MEDIA_TYPES[name], headers=headers)


@cache
def address_of(name: str) -> str:
    """Where a file is, so that browsers may keep it for good."""
    return f"/static/{name}?{hashlib.sha256(_content(name)).hexdigest()[:12]}"


@cache
def _content(name: str) -> bytes:
    return resources.files("creative_assets.desk").joinpath("static", name).read_bytes()
