"""What an image model draws though it was asked not to: lettering, and the brand's logo.

Looked for once in each generated picture, which takes most of the time of all checks. Whether what
is found is wrong is `picture`'s to say.
"""

from dataclasses import dataclass

from PIL import Image

from creative_assets.studio.logo import Logo
from creative_assets.studio.logo_search import LogoFound, logo_in
from creative_assets.studio.product_match import MATCH_NEEDED, ProductFound
from creative_assets.studio.scene_text import MOST_OF_IT, Lettering, lettering_in
from creative_assets.studio.values import Box


@dataclass(frozen=True)
class StrayMarks:
    """What was found in one picture; `logo` is None where it is surely not there."""

    lettering: tuple[Lettering, ...]
    logo: LogoFound | None


def label_of(product: ProductFound | None) -> Box | None:
    """Where marks belong: on the product, where it surely is the one on its photo."""
    return product.box if product and product.score >= MATCH_NEEDED else None


def stray_marks(picture: Image.Image, logo: Logo, label: Box | None = None) -> StrayMarks:
    """The lettering and the brand's logo in a generated picture (RGB).

    What lies on `label` belongs there, and is left out.

    Raises:
        RenderError: A version of the logo cannot be drawn.
    """
    found = logo_in(picture, logo)
    if found and found.box.share_on(label) >= MOST_OF_IT:
        found = None
    lettering = lettering_in(picture, label)
    if found:  # its own letters are not told of besides
        lettering = tuple(each for each in lettering if each.box.share_on(found.box) < MOST_OF_IT)
    return StrayMarks(lettering, found)
