"""What the first picture would wait for is loaded before it comes, while models think.

Rasters of the logo, tables of words, a network: each is loaded where it is first needed, and kept.
So blank pictures go the way of real ones. Nothing that comes of it is used.
"""

from collections.abc import Sequence

from PIL import Image

from creative_assets.studio.branding import frames_of
from creative_assets.studio.brief import VariantBrief
from creative_assets.studio.checks import languages
from creative_assets.studio.checks.claims import claims_in
from creative_assets.studio.checks.folding import banned_words_in
from creative_assets.studio.checks.stray_marks import stray_marks
from creative_assets.studio.export import encode_between_stages
from creative_assets.studio.formats import format_named
from creative_assets.studio.logo import Logo
from creative_assets.studio.models.requests import InputImage
from creative_assets.studio.pictures import look_at, shapes_for
from creative_assets.studio.sight import rgb


def rehearse_words(variant: VariantBrief) -> None:
    """Load what the words of this variant, and of all others in its locale, need."""
    words, locale = variant.product_description, variant.locale
    languages.identifier()
    claims_in(words, locale)
    banned_words_in(words, variant.banned_words, locale)


def rehearse(
    variant: VariantBrief, logo: Logo, photos: Sequence[InputImage], image_model: str
) -> None:
    """Load what the pictures of this variant, and of most others of its campaign, need.

    Raises:
        RenderError: Something of the brand cannot be drawn on a blank picture.
    """
    contents: dict[str, bytes] = {}
    for shape in shapes_for(variant.formats, image_model):
        size = (shape.size.width_px, shape.size.height_px)
        blank = Image.new("RGB", size, rgb(variant.primary_color))
        stray_marks(blank, logo)
        content = encode_between_stages(blank)
        look_at(content, "a blank picture", photos)
        contents |= {name: content for name in shape.formats if format_named(name).text_and_logo}
    frames_of(contents, variant, logo, {})
