"""Small copies of pictures, for tables and pages that people look through."""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from creative_assets.studio.export import side_by_side, thumbnail

# Markdown under 1,000 characters is shown in Dagster's table itself, longer one behind a link;
# and every row of the event log is stored, so that even the larger copy stays small.
STRIP_BYTES = 690
PREVIEW_BYTES = 11_000


@dataclass(frozen=True)
class Previews:
    """Pictures side by side, as WebP: a strip for a table's row, and a larger copy."""

    strip: bytes
    preview: bytes


def previews_of(pictures: Sequence[Image.Image]) -> Previews:
    """Small copies of `pictures`, in their order."""
    together = side_by_side(pictures)
    return Previews(thumbnail(together, STRIP_BYTES), thumbnail(together, PREVIEW_BYTES))
