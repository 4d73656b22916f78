"""Proof that new copy changed nothing but the text: the pixels of two compositions, compared.

Compared are the lossless compositions, set again from what is kept; the exported files are lossy.
"""

from collections.abc import Iterator

import numpy as np

from creative_assets.studio.branding import BrandedImages
from creative_assets.studio.brief import VariantBrief
from creative_assets.studio.compose import Composition, common_ranking, draw, text_boxes
from creative_assets.studio.copywriting import AdCopy
from creative_assets.studio.finals import set_on, text_style
from creative_assets.studio.store import Store
from creative_assets.studio.values import Frozen


class Untouched(Frozen):
    """One format before and after.

    Attributes:
        outside_px: Pixels outside the old and new texts and what they stand on.
        changed_outside_px: How many of these differ.
    """

    format: str
    outside_px: int
    changed_outside_px: int


def untouched(
    variant: VariantBrief, branded: BrandedImages, before: AdCopy, after: AdCopy, store: Store
) -> tuple[Untouched, ...]:
    """Each format with text, set with both copies into the same plan on the same picture."""
    fonts = {font.name: store.get_verified(font) for font in variant.fonts}
    style = text_style(variant, fonts)
    contents = [store.get_verified(image.file) for image in branded.images]

    def composed(copy: AdCopy) -> Iterator[Composition]:
        settings = [
            set_on(content, image, copy, style)
            for content, image in zip(contents, branded.images, strict=True)
        ]
        ranking = common_ranking(settings)
        return (draw(setting, ranking) for setting in settings)

    return tuple(
        compare(image.plan.format, old, new)
        for image, old, new in zip(branded.images, composed(before), composed(after), strict=True)
    )


def compare(format_name: str, before: Composition, after: Composition) -> Untouched:
    """Two compositions of the same size."""
    outside = np.ones((after.image.height, after.image.width), dtype=bool)
    for box in (*text_boxes(before.report), *text_boxes(after.report)):
        outside[max(0, box.top_px) : box.bottom_px, max(0, box.left_px) : box.right_px] = False
    differs = (np.asarray(before.image) != np.asarray(after.image)).any(axis=2)
    return Untouched(
        format=format_name,
        outside_px=int(outside.sum()),
        changed_outside_px=int((differs & outside).sum()),
    )
