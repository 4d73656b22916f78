"""Where things go on one picture: the crop, and the places of subject and text.

Which crop and text zone are best is `framing`'s to say, and where the logo may go `logo_spots`'.
"""

import math

from PIL import Image

from creative_assets.studio.errors import RenderError
from creative_assets.studio.formats import Format
from creative_assets.studio.framing import as_asked, best_framing
from creative_assets.studio.layouts import Layout, frame_box
from creative_assets.studio.logo import LogoSpot
from creative_assets.studio.shade import Shade, lay_shade
from creative_assets.studio.sight import Rgb, Sight, see
from creative_assets.studio.values import Box, Direction, Frozen, LayoutName, Size

_LEAST_SCALE = 0.05  # pixels of the picture for one of the final; fewer show no subject
# Of what draws the eye: a part of the subject's box with less than that is bare.
_BARE = 0.05


class Zones(Frozen):
    """How one picture fills one format, before the logo is placed.

    Attributes:
        layout: The one used: the brief's, or `panel` where its text would cover the subject.
        crop: The part used, in pixels of the source picture.
        picture: Where it shows, in pixels of the final: the whole frame, or what a panel leaves.
        upscale: Pixels of the final for each pixel of the crop; above 1 it is enlarged.
        subject: Where the subject is, in pixels of the final.
        text_zone: Where the text goes, in pixels of the final; a card with its padding.
        logo_corner: The part of a panel's text zone that its last lines leave to the logo, if any.
        shade: What lies over the picture's side where logo and text go, if it needs one.
    """

    layout: LayoutName
    crop: Box
    picture: Box
    upscale: float
    subject: Box
    text_zone: Box
    logo_corner: Box | None = None
    shade: Shade | None = None


class FormatPlan(Zones):
    """`Zones` for a named format, with the logo's spot."""

    format: str
    size: Size
    logo: LogoSpot


def plan_zones(picture: Image.Image, fmt: Format, layout: Layout, direction: Direction) -> Zones:
    """Crops so that the subject stays whole and clear of the text, in the best text zone.

    Args:
        picture: The source picture, of any ratio.
        fmt: What it is for.
        layout: Which places text may take.
        direction: Of the text; right-to-left mirrors the whole composition.

    Returns:
        Crop in pixels of `picture`; the other boxes in pixels of a final.

    Raises:
        RenderError: The picture is too small for the format.
    """
    source = Size(width_px=picture.width, height_px=picture.height)
    if min(picture.width / fmt.size.width_px, picture.height / fmt.size.height_px) < _LEAST_SCALE:
        raise RenderError(
            f"a picture of {source} px is too small for {fmt.name}; expected about {fmt.size}."
            " Generate or give a larger one."
        )
    sight = as_asked(see(picture), source, fmt, layout, direction)
    best = best_framing(sight, source, fmt, layout, direction)
    return Zones(
        layout=best.layout,
        crop=best.crop,
        picture=best.picture,
        upscale=best.picture.width_px / best.crop.width_px,
        subject=_subject(sight, best.crop, best.picture, best.text_zone),
        text_zone=best.text_zone,
        logo_corner=best.logo_corner,
    )


def clean_crop(picture: Image.Image, fmt: Format) -> Box:
    """The largest crop for a format without text and logo, in pixels of `picture`.

    The subject is in its middle, as far as the picture reaches.
    """
    wanted = fmt.size
    scale = min(picture.width / wanted.width_px, picture.height / wanted.height_px)
    size = [math.ceil(scale * side - 0.01) for side in (wanted.width_px, wanted.height_px)]
    subject = see(picture).subject or Box(
        left_px=0, top_px=0, width_px=picture.width, height_px=picture.height
    )
    left_px = subject.left_px + (subject.width_px - size[0]) // 2
    top_px = subject.top_px + (subject.height_px - size[1]) // 2
    return Box(
        left_px=min(max(left_px, 0), picture.width - size[0]),
        top_px=min(max(top_px, 0), picture.height - size[1]),
        width_px=size[0],
        height_px=size[1],
    )


def framed(picture: Image.Image, fmt: Format, zones: Zones, ground: Rgb) -> Image.Image:
    """The picture where the plan shows it, shaded, and the panel's colour where it shows none.

    Returns:
        A new image, mode RGB, of the format's size.
    """
    shown = zones.picture
    cropped = crop_to(picture, zones.crop, Size(width_px=shown.width_px, height_px=shown.height_px))
    if shown == frame_box(fmt):
        return lay_shade(cropped, zones.shade) if zones.shade else cropped
    frame = Image.new("RGB", (fmt.size.width_px, fmt.size.height_px), ground)
    frame.paste(cropped, (shown.left_px, shown.top_px))
    return frame


def crop_to(picture: Image.Image, crop: Box, size: Size) -> Image.Image:
    """The crop of a picture, scaled to `size` with its proportions kept.

    Raises:
        RenderError: The crop's ratio is another by more than a pixel, or it leaves the picture.
    """
    frame = Box(left_px=0, top_px=0, width_px=picture.width, height_px=picture.height)
    scale = max(size.width_px / crop.width_px, size.height_px / crop.height_px)
    width, height = size.width_px / scale, size.height_px / scale
    excess = (max(0.0, crop.width_px - width), max(0.0, crop.height_px - height))
    if max(excess) > 1 or not frame.contains(crop):
        raise RenderError(
            f"the crop {crop.corners} of a {picture.width}x{picture.height} picture cannot become"
            f" {size}; expected a part of it with that ratio. Plan the crop again."
        )
    if size == Size(width_px=crop.width_px, height_px=crop.height_px):
        return picture.crop(crop.corners)
    # Less than a pixel is left out, so that nothing is stretched.
    left, top = crop.left_px + excess[0] / 2, crop.top_px + excess[1] / 2
    exact = (left, top, crop.right_px - excess[0] / 2, crop.bottom_px - excess[1] / 2)
    return picture.resize((size.width_px, size.height_px), Image.Resampling.BICUBIC, box=exact)


def _subject(sight: Sight, crop: Box, shown: Box, text_zone: Box) -> Box:
    """The subject in pixels of the final: what of it is shown, less a bare part under the text."""
    if sight.subject is None:
        rest = max(shown.without(text_zone), key=lambda box: box.area_px)
        return rest.inset(min(rest.width_px, rest.height_px) // 3)
    scale = shown.width_px / crop.width_px
    left, right = (
        round((edge - crop.left_px) * scale) + shown.left_px
        for edge in (sight.subject.left_px, sight.subject.right_px)
    )
    top, bottom = (
        round((edge - crop.top_px) * scale) + shown.top_px
        for edge in (sight.subject.top_px, sight.subject.bottom_px)
    )
    subject = shown.common(
        Box(left_px=left, top_px=top, width_px=right - left, height_px=bottom - top)
    )
    covered = subject.common(text_zone)
    if not covered.area_px or sight.draw(_in_source(covered, crop, shown)) > _BARE:
        return subject
    return max(subject.without(text_zone), key=lambda box: box.area_px)


def _in_source(box: Box, crop: Box, shown: Box) -> Box:
    """A box of the final, in pixels of the source picture."""
    scale = crop.width_px / shown.width_px
    return Box(
        left_px=crop.left_px + round((box.left_px - shown.left_px) * scale),
        top_px=crop.top_px + round((box.top_px - shown.top_px) * scale),
        width_px=round(box.width_px * scale),
        height_px=round(box.height_px * scale),
    )
