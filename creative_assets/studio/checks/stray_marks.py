"""What an image model draws though it was asked not to: lettering, and the brand's logo.

Looked for once in each generated picture, which takes most of the time of all checks. Whether what
is found is wrong is `picture`'s to say.
"""

from dataclasses import dataclass

from PIL import Image

from creative_assets.studio.logo import Logo
from creative_assets.studio.logo_search import LogoFound, logo_in
from creative_assets.studio.scene_text import Lettering, lettering_in


@dataclass(frozen=True)
class StrayMarks:
    """What was found in one picture; `logo` is None where it is surely not there."""

    lettering: tuple[Lettering, ...]
    logo: LogoFound | None


def stray_marks(picture: Image.Image, logo: Logo) -> StrayMarks:
    """The lettering and the brand's logo in a generated picture (RGB).

    Raises:
        RenderError: A version of the logo cannot be drawn.
    """
    return StrayMarks(lettering_in(picture), logo_in(picture, logo))
