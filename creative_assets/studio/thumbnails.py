"""Thumbnails of finals for pages with many of them: made once, and kept in the store.

The small copies of all finals side by side, for Dagster and the contact sheet, are `previews`'.
"""

import io

from creative_assets.studio.errors import MissingInputError
from creative_assets.studio.images import open_small
from creative_assets.studio.store import Store, StoredFile

HEIGHT_PX = 400
"""What a page shows 200 px high, on a screen with two dots for each."""
MEDIA_TYPE = "image/webp"
_QUALITY = 78


def thumbnail_of(file: StoredFile, campaign_id: str, store: Store) -> bytes:
    """The thumbnail of a campaign's final, as WebP.

    Raises:
        MissingInputError: There is no such final.
        StoreConflictError: It is not the file that was kept any more.
        RenderError: It cannot be decoded.
    """
    path = f"campaigns/{campaign_id}/thumbnails/{file.sha256}.webp"
    try:
        return store.get(path)
    except MissingInputError:
        content = _small(store.get_verified(file), file.path)
        store.put(path, content)
        return content


def _small(content: bytes, name: str) -> bytes:
    picture = open_small(content, name, HEIGHT_PX)
    picture.thumbnail((picture.width, HEIGHT_PX))
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", quality=_QUALITY, method=2)
    return buffer.getvalue()
