"""Where the logo may go on one picture: spots to choose from, best first.

The logo's pixels are `logo`'s, and what a picture shows is `sight`'s to say.
"""

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

from creative_assets.studio import logo as marks
from creative_assets.studio.errors import RenderError
from creative_assets.studio.formats import Format, safe_box
from creative_assets.studio.images import as_rgb
from creative_assets.studio.layout import Zones
from creative_assets.studio.layouts import FrameShape, frame_shape
from creative_assets.studio.logo import Logo, LogoFile, LogoSpot, LogoVersion
from creative_assets.studio.sight import Sight, see
from creative_assets.studio.values import Box, Direction, Size

# WCAG 2.2, 1.4.11: what a graphic needs against what is beside it; below it a logo gets a veil, or
# a plate.
MIN_LOGO_CONTRAST = 3.0
# The brand's own version is kept up to here, even where another one stands out more.
GOOD_LOGO_CONTRAST = 4.5
# Below it, on sharp leaves say, letters drown whatever their contrast: a plate again.
MIN_LOGO_CALMNESS = 0.4
MAX_CANDIDATES = 6
_FEWEST = 2  # to choose from

_CANDIDATES_PX = 768
# Shares of the frame's short edge.
_LOGO_WIDTHS = (0.14, 0.34)
_LOGO_MAX_HEIGHT = 0.20
_LOGO_AREA = 0.017  # of the short edge squared: logos of any shape weigh the same
# In banners a share of the short edge would be a speck: the most of the frame's width and height.
_LOGO_IN_LONG_FRAMES: Mapping[FrameShape, tuple[float, float]] = {
    "strip": (0.18, 0.50),
    "tower": (0.60, 0.10),
}
_LOGO_SCALES = (1.0, 0.87, 0.75)
# A logo counts as on the subject from here on; the corners of the subject's box are often bare.
_ON_SUBJECT = 0.1
_ROWS = ("top", "middle", "bottom")
_COLUMNS = ("left", "center", "right")
# Where to look for spots: at the safe zone's own edges, or else in the part that the text leaves.
_OUTER_ROWS, _INNER_ROWS = ("top", "bottom"), ("between", "last")
_BANNER_ROWS = ("between",)


class _Place(NamedTuple):
    """Where a logo of some scale is tried; `row` is one of those above."""

    row: str
    column: str
    scale: float


class _Ranked(NamedTuple):
    """A spot, what to sort it by, and whether it touches the box of the subject at all."""

    rank: tuple[bool, bool, bool, float]
    touches: bool
    spot: LogoSpot


def logo_candidates(
    frame: Image.Image,
    fmt: Format,
    zones: Zones,
    logo: Logo,
    direction: Direction,
    wish: str | None,
) -> tuple[LogoSpot, ...]:
    """Finds places for the logo: in the corners of the safe zone, or else at its edges' middles.

    At each spot the logo is as large as it can be without crowding the subject or needing a plate.

    Args:
        frame: The picture at the final's size, without text.
        fmt: What it is for.
        zones: Its plan so far.
        logo: The brand's logo.
        direction: Of the text; of spots that are as good, the one where reading starts wins.
        wish: The brief's wish, such as `top-right`; it wins over calmness, not over the subject.

    Returns:
        2 to 6 spots, best first; in a banner 1 or 2, half-way up. Only where there are fewer than
        two others: those that touch the bare corners of the subject's box, in the middle of the
        frame's height, on the subject.

    Raises:
        RenderError: The logo cannot be opened, or fits nowhere.
    """
    sight = see(frame)
    found: dict[str, _Ranked] = {}
    banner = frame_shape(fmt) == "strip"  # too low for corners: a line of logo, text and picture
    fewest = 1 if banner else _FEWEST
    for rows in (_BANNER_ROWS,) if banner else (_OUTER_ROWS, _INNER_ROWS):
        for row, column in itertools.product(rows, _COLUMNS):
            places = [_Place(row, column, scale) for scale in _LOGO_SCALES]
            spot = _largest(sight, fmt, zones, logo, places)
            if spot is not None and spot.name not in (*found, "middle-center"):
                on = _on(zones.subject, spot, sight)
                middling = not banner and spot.name.startswith("middle")
                cost = _cost(spot, sight, zones.subject, direction)
                rank = (on > _ON_SUBJECT, middling, spot.name != wish, cost)
                touches = _footprint(spot).overlaps(zones.subject)
                found[spot.name] = _Ranked(rank, touches, spot)
        free = [each for each in found.values() if not each.touches]
        if len(free) < fewest:
            free = [each for each in found.values() if not each.rank[0]]
        if len(free) >= fewest:
            break
    if not found:
        raise RenderError(
            f"the logo {logo.versions['default'].name} fits nowhere in {fmt.name} beside the text"
            f" zone {zones.text_zone.corners}. Give a version of it that is nearer to a square."
        )
    ranked = sorted(free if len(free) >= fewest else found.values(), key=lambda each: each.rank)
    return tuple(each.spot for each in ranked[:MAX_CANDIDATES])


def draw_candidates(frame: Image.Image, candidates: Sequence[LogoSpot]) -> Image.Image:
    """The picture with each candidate outlined and named, for somebody to choose.

    Returns:
        A new image, mode RGB, at most 768 px on its long edge.
    """
    factor = math.ceil(max(frame.size) / _CANDIDATES_PX)
    scale = 1 / factor
    shown = as_rgb(frame).reduce(factor)
    draw = ImageDraw.Draw(shown)
    font = ImageFont.load_default(size=17)
    for candidate in candidates:
        left, top, right, bottom = (round(edge * scale) for edge in _footprint(candidate).corners)
        draw.rectangle((left - 3, top - 3, right + 3, bottom + 3), outline="black", width=5)
        draw.rectangle((left - 2, top - 2, right + 2, bottom + 2), outline="yellow", width=3)
        tag_width, tag_height = math.ceil(draw.textlength(candidate.name, font=font)) + 12, 24
        tag_left = min(max((left + right - tag_width) // 2, 0), shown.width - tag_width)
        tag_top = bottom + 6 if bottom + 6 + tag_height <= shown.height else top - 6 - tag_height
        tag = (tag_left, tag_top, tag_left + tag_width, tag_top + tag_height)
        draw.rectangle(tag, fill="black")
        middle = (tag_left + tag_width // 2, tag_top + tag_height // 2)
        draw.text(middle, candidate.name, fill="yellow", font=font, anchor="mm")
    return shown


def _largest(
    sight: Sight, fmt: Format, zones: Zones, logo: Logo, places: Sequence[_Place]
) -> LogoSpot | None:
    """The logo at the first place where it leaves the subject its space and needs no plate."""
    best: tuple[tuple[bool, bool, bool, float], LogoSpot] | None = None
    for place in places:
        spot = _spot(sight, fmt, zones.text_zone, logo, place)
        if spot is None:
            continue
        crowded = _footprint(spot, clear=True).overlaps(zones.subject)
        on = _on(zones.subject, spot, sight)
        flaws = (on > _ON_SUBJECT, spot.plate, crowded, on)
        if best is None or flaws < best[0]:
            best = (flaws, spot)
        if not any(flaws):
            break
    return best and best[1]


def _spot(sight: Sight, fmt: Format, text_zone: Box, logo: Logo, place: _Place) -> LogoSpot | None:
    """The best version at one place, on what it needs; None where it does not fit."""
    boxes = {
        version: fitting
        for version, logo_file in logo.versions.items()
        if (fitting := _fit(logo_file, fmt, text_zone, place)) is not None
    }
    if not boxes:
        return None
    ranges = {version: sight.luminance_range(box) for version, box in boxes.items()}
    bare = {
        version: marks.ink_contrast(marks.ink_of(logo.versions[version]), *ranges[version])
        for version in boxes
    }
    version = _most_readable(bare)
    box, contrast, veil, plate = boxes[version], bare[version], 0.0, False
    busy = sight.calmness(box) < MIN_LOGO_CALMNESS
    if contrast < MIN_LOGO_CONTRAST and not busy:
        version, contrast, veil = _weakest_veil(logo, ranges)
        box = boxes[version]
    if contrast < MIN_LOGO_CONTRAST or busy:
        plated = {
            version: marks.backed_contrast(logo.versions[version], *ranges[version])
            for version in boxes
        }
        version = _most_readable(plated)
        inner = _fit(logo.versions[version], fmt, text_zone, place, on_plate=True)
        if inner is None:
            return None
        box, contrast, veil, plate = inner, plated[version], 0.0, True
    third = min(2, 3 * (2 * box.top_px + box.height_px) // (2 * fmt.size.height_px))
    around = box.inset(-marks.clear_space_px(box.height_px))
    return LogoSpot(
        name=f"{_ROWS[third]}-{place.column}",
        box=box,
        version=version,
        contrast=round(contrast, 2),
        calmness=round(sight.calmness(around), 3),
        plate=plate,
        veil=veil,
    )


def _weakest_veil(
    logo: Logo, ranges: Mapping[LogoVersion, tuple[float, float]]
) -> tuple[LogoVersion, float, float]:
    """(version, contrast, strength) of the weakest veil that is enough, else of the strongest."""
    for alpha in marks.VEIL_ALPHAS:
        reached = {
            version: marks.backed_contrast(logo.versions[version], *behind, alpha)
            for version, behind in ranges.items()
        }
        version = _most_readable(reached)
        if reached[version] >= MIN_LOGO_CONTRAST:
            break
    return version, reached[version], alpha


def _most_readable(contrasts: Mapping[LogoVersion, float]) -> LogoVersion:
    """The brand's own version where it is good enough, else the one that stands out most."""
    if contrasts.get("default", 0) >= GOOD_LOGO_CONTRAST:
        return "default"
    return max(contrasts, key=lambda version: contrasts[version])


def _fit(
    logo_file: LogoFile, fmt: Format, text_zone: Box, place: _Place, *, on_plate: bool = False
) -> Box | None:
    """The logo's box at a place clear of the text; None where there is no room for it."""
    size = _logo_size(logo_file, fmt, place.scale)
    margin_px = marks.plate_margin_px(size.height_px) if on_plate else 0
    clear_px = marks.clear_space_px(size.height_px)
    width, height = size.width_px + 2 * margin_px, size.height_px + 2 * margin_px
    safe = safe_box(fmt)
    room = max(safe.without(text_zone.inset(-clear_px)), key=lambda box: box.area_px)
    left = {
        "left": safe.left_px,
        "center": (fmt.size.width_px - width) // 2,
        "right": safe.right_px - width,
    }[place.column]
    top = {
        "top": safe.top_px,
        "bottom": safe.bottom_px - height,
        "between": (room.top_px + room.bottom_px - height) // 2,
        "last": room.bottom_px - height,
    }[place.row]
    footprint = Box(left_px=left, top_px=top, width_px=width, height_px=height)
    box = footprint.inset(margin_px)
    away = footprint if on_plate else box.inset(-clear_px)
    return box if safe.contains(footprint) and not away.overlaps(text_zone) else None


def _logo_size(logo_file: LogoFile, fmt: Format, scale: float) -> Size:
    """The same area for a logo of any shape, within limits of width and height."""
    frame, ratio = fmt.size, marks.aspect(logo_file)
    room = _LOGO_IN_LONG_FRAMES.get(frame_shape(fmt))
    if room is not None:
        widest_px = min(room[0] * frame.width_px, room[1] * frame.height_px * ratio)
        return marks.ink_size(logo_file, round(scale * widest_px))
    short_px = min(frame.width_px, frame.height_px)
    narrowest, widest = _LOGO_WIDTHS
    width = min(scale * math.sqrt(_LOGO_AREA * ratio), widest, _LOGO_MAX_HEIGHT * ratio)
    tallest_px = round(_LOGO_MAX_HEIGHT * ratio * short_px)
    return marks.ink_size(logo_file, min(round(max(width, narrowest) * short_px), tallest_px))


def _cost(spot: LogoSpot, sight: Sight, subject: Box, direction: Direction) -> float:
    """What speaks against a spot; each part is about 0..1."""
    start = "left" if direction == "ltr" else "right"
    column = spot.name.split("-")[1]
    clear = _footprint(spot, clear=True)
    away = {start: 0.0, "center": 0.06}.get(column, 0.03)
    crowded = 0.2 if clear.overlaps(subject) else 0.0
    faint = max(0.0, 1 - spot.contrast / 7)
    ground = 0.3 * spot.plate + 0.3 * spot.veil
    return 1 - spot.calmness + 2 * sight.draw(clear) + 0.2 * faint + away + crowded + ground


def _on(subject: Box, spot: LogoSpot, sight: Sight) -> float:
    """The share, 0..1, of the logo with its plate that lies on the subject.

    What draws the eye less than the subject's box does on average counts for as much less.
    """
    footprint = _footprint(spot)
    common = subject.common(footprint)
    if not common.area_px:
        return 0.0
    drawn = sight.draw(subject) / subject.area_px
    density = min(1.0, sight.draw(common) / common.area_px / drawn) if drawn else 1.0
    return density * common.area_px / footprint.area_px


def _footprint(spot: LogoSpot, *, clear: bool = False) -> Box:
    """The logo with its plate, or with the space that stays clear around it."""
    height_px = spot.box.height_px
    margin_px = marks.plate_margin_px(height_px) if spot.plate else 0
    return spot.box.inset(-max(margin_px, marks.clear_space_px(height_px) if clear else 0))
