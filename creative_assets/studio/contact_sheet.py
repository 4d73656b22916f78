"""The contact sheet: every final of some variants in its place, on one picture."""

import hashlib
import io
from collections.abc import Sequence

from PIL import Image

from creative_assets.studio.brief import VariantBrief
from creative_assets.studio.export import contact_sheet
from creative_assets.studio.finals import FinalCreatives
from creative_assets.studio.images import open_picture
from creative_assets.studio.locales import display_name
from creative_assets.studio.store import Store, StoredFile

_MAX_ROWS = 60


def make_contact_sheet(
    finals: Sequence[tuple[VariantBrief, FinalCreatives]], store: Store
) -> StoredFile:
    """The sheet of one campaign's finals, a row a variant, kept in the store as a JPEG.

    Of more than 60 variants the first 60: a larger picture helps nobody.
    """
    shown = finals[:_MAX_ROWS]
    campaign_id = shown[0][0].campaign_id
    rows = [(_label(variant), _pictures(creatives, store)) for variant, creatives in shown]
    title = f"{shown[0][0].brand_name}: {campaign_id}"
    buffer = io.BytesIO()
    contact_sheet(rows, title).save(buffer, "JPEG", quality=88)
    content = buffer.getvalue()
    name = hashlib.sha256(content).hexdigest()[:20]
    return store.put_once(f"campaigns/{campaign_id}/contact_sheets/{name}.jpg", content)


def _label(variant: VariantBrief) -> str:
    return f"{variant.product_name}\n{display_name(variant.locale)}\n{variant.locale}"


def _pictures(creatives: FinalCreatives, store: Store) -> list[Image.Image]:
    return [
        open_picture(store.get_verified(final.file), final.file.path).convert("RGB")
        for final in creatives.finals
    ]
