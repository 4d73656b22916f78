"""Where things go on one picture: the crop, and the places of subject, text and logo.

Boxes and measurements belong here. Drawing text is `typography`'s, the logo's pixels are `logo`'s.
"""

from creative_assets.studio.logo import LogoSpot
from creative_assets.studio.values import Box, Frozen, Size


class Zones(Frozen):
    """How one picture fills one format, before the logo is placed.

    Attributes:
        crop: The part used, in pixels of the source picture; exactly the format's ratio.
        upscale: Pixels of the final for each pixel of the crop; above 1 it is enlarged.
        subject: Where the subject is, in pixels of the final.
        text_zone: Where the text goes, in pixels of the final.
    """

    crop: Box
    upscale: float
    subject: Box
    text_zone: Box


class FormatPlan(Frozen):
    """All that `Zones` says, for a named format, with the logo's spot."""

    format: str
    size: Size
    crop: Box
    upscale: float
    subject: Box
    text_zone: Box
    logo: LogoSpot
