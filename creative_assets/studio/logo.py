"""The logo: opening its versions, placing one on a picture, and proving that it is there.

Where it may go is `layout`'s to say.
"""

from typing import Literal

from creative_assets.studio.values import Box, Frozen

LogoVersion = Literal["default", "light", "dark"]


class LogoSpot(Frozen):
    """A place for the logo on a final.

    Attributes:
        name: Such as `top-left`.
        box: The logo's ink, in pixels of the final.
        version: Which version of the logo reads best there.
        contrast: WCAG contrast, 1..21, of its ink against what is behind: picture or plate.
        calmness: 0 (busy) to 1 (even) of the picture behind it and its clear space.
        plate: Whether the logo needs a plate behind it to be read.
    """

    name: str
    box: Box
    version: LogoVersion
    contrast: float
    calmness: float
    plate: bool
