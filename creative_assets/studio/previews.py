"""Small copies of pictures, for tables and pages that people look through."""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from creative_assets.studio.export import side_by_side, thumbnail

# Markdown under 1,000 characters is shown in Dagster's table itself, longer one behind a link;
# and every row of the event log is stored, so that even the larger copy stays small.
STRIP_BYTES = 690
PREVIEW_BYTES = 11_000

STRIP_SOURCE_PX = 64
"""The height from which a strip is made: more than it ever has."""
_PREVIEW_SOURCE_PX = 320


@dataclass(frozen=True)
class Previews:
    """Pictures side by side, as WebP: a strip for a table's row, and where made a larger copy."""

    strip: bytes
    preview: bytes | None = None


def strip_of(pictures: Sequence[Image.Image]) -> Previews:
    """The smallest copies of `pictures`, in their order."""
    return Previews(thumbnail(side_by_side(pictures, STRIP_SOURCE_PX), STRIP_BYTES))


def previews_of(pictures: Sequence[Image.Image]) -> Previews:
    """Small copies of `pictures`, in their order, in both sizes."""
    together = side_by_side(pictures, _PREVIEW_SOURCE_PX)
    return Previews(thumbnail(together, STRIP_BYTES), thumbnail(together, PREVIEW_BYTES))
