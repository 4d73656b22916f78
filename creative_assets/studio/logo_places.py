"""The spots for a logo in one format: where it fits, how it reads, what speaks against it.

Which of them all formats of a variant share is `logo_spots`'s matter.
"""

import functools
import itertools
import math
from collections.abc import Mapping
from typing import NamedTuple

from PIL import Image

from creative_assets.studio import logo as marks
from creative_assets.studio.formats import Format, safe_box
from creative_assets.studio.layout import Zones
from creative_assets.studio.layouts import FrameShape, frame_shape
from creative_assets.studio.logo import Logo, LogoFile, LogoSpot, LogoVersion
from creative_assets.studio.sight import Sight
from creative_assets.studio.values import Box, Direction, Size

# WCAG 2.2, 1.4.11: what a graphic needs against what is beside it; below it a logo gets a veil, or
# a plate.
MIN_LOGO_CONTRAST = 3.0
# What a veil gives it, once it needs one; and the brand's own version is kept from here on, even
# where another one stands out more. What is barely enough is weak to the eye.
GOOD_LOGO_CONTRAST = 4.0
# Below it, on sharp leaves say, letters drown whatever their contrast: a plate again.
MIN_LOGO_CALMNESS = 0.4

# Shares of the frame's short edge.
_LOGO_WIDTHS = (0.14, 0.34)
_LOGO_MAX_HEIGHT = 0.20
_LOGO_AREA = 0.017  # of the short edge squared: logos of any shape weigh the same
# A wide frame is shown as wide as a square one, and so all in it smaller: there a logo is larger.
_IN_LANDSCAPE = 1.2
# Of the short edge: the height of a logo's smallest line of letters that is read with ease, 10.5 px
# of 1080, and that at which a logo shrinks no further, 9 px.
_LEGIBLE, _LEAST_LEGIBLE = 0.0097, 0.0083
# In banners a share of the short edge would be a speck: the most of the frame's width and height.
_LOGO_IN_LONG_FRAMES: Mapping[FrameShape, tuple[float, float]] = {
    "strip": (0.18, 0.50),
    "tower": (0.60, 0.10),
}
# What draws the eye at least this share of what the subject does on average may be its edge, and of
# what it does where it draws it most, is the subject itself. The corners of its box are often bare.
_MAY_BE, _IS = 0.35, 0.7
# A logo is near the subject when so much of it and its clear space may be, and is not calm, or when
# so much of it is; and on it from the last share on.
_NEAR_SUBJECT, _CALM, _TOUCHES_SUBJECT, _ON_SUBJECT = 0.01, 0.7, 0.03, 0.12
# And when so much calm is lost within another half of its clear space: an edge stands right there.
_EDGE, _BEYOND = 0.08, 1.5
_ROWS = ("top", "middle", "bottom")
_COLUMNS = ("left", "center", "right")
# Where to look for spots: at the safe zone's own edges, or else in the part that the text leaves.
_OUTER_ROWS, _INNER_ROWS = ("top", "bottom"), ("between", "last")
_BANNER_ROWS = ("between",)

# What speaks against a spot, beside what is not calm: each in terms of 1, the busiest ground.
_SALIENT, _CROWDED, _FAINT, _GROUND, _SHARP, _AWAY = 2.0, 0.2, 0.2, 0.3, 0.6, 0.05
_SHARPEST = 0.25  # an edge of that strength, between sun and sky say, counts in full


class View(NamedTuple):
    """A picture as its final shows it, without logo and text, and its plan so far."""

    frame: Image.Image
    fmt: Format
    zones: Zones


class Place(NamedTuple):
    """Where a logo of some scale is tried; `row` is one of those above."""

    row: str
    column: str
    scale: float


class Found(NamedTuple):
    """A spot, where it was tried and lies, and what speaks against it.

    `meets` says whether it meets the subject's box; `near` is the share of it and its clear space
    that draws the eye as the subject does, `edge` how much less calm it is right beyond that;
    `middling` says whether it is half-way up a frame that has corners.
    """

    spot: LogoSpot
    place: Place
    meets: bool
    near: float
    edge: float
    on_panel: bool
    middling: bool
    cost: float

    @property
    def is_good(self) -> bool:
        """Whether it is one to choose without regret."""
        return not (self.is_near or self.spot.plate or self.middling)

    @property
    def is_near(self) -> bool:
        """Whether it or its clear space is on more than calm ground about the subject."""
        busy = self.spot.calmness < _CALM or self.edge > _EDGE
        return (busy and self.near > _NEAR_SUBJECT) or self.spot.on_subject > _TOUCHES_SUBJECT

    @property
    def is_on(self) -> bool:
        """Whether it lies on the subject."""
        return self.spot.on_subject > _ON_SUBJECT


def spots_of(
    view: View, sight: Sight, logo: Logo, scale: float, direction: Direction
) -> list[Found]:
    """The spots of one format at one scale; further in only where no edge of the frame is free."""
    found: dict[str, Found] = {}
    banner = frame_shape(view.fmt) == "strip"  # too low for corners
    for rows in (_BANNER_ROWS,) if banner else (_OUTER_ROWS, _INNER_ROWS):
        for row, column in itertools.product(rows, _COLUMNS):
            place = Place(row, column, scale)
            spot = spot_at(view, sight, logo, place)
            if spot is not None and spot.name not in (*found, "middle-center"):
                found[spot.name] = Found(
                    spot,
                    place,
                    meets=footprint_of(spot).overlaps(view.zones.subject),
                    near=_near(view.zones.subject, spot, sight),
                    edge=_edge(spot, sight),
                    on_panel=not footprint_of(spot).overlaps(view.zones.picture),
                    middling=spot.name.startswith("middle") and not banner,
                    cost=_cost(spot, sight, view.zones.subject, direction),
                )
        if not all(each.is_on for each in found.values()):
            break
    return list(found.values())


def spot_at(view: View, sight: Sight, logo: Logo, place: Place) -> LogoSpot | None:
    """The best version at one place, on what it needs; None where it does not fit."""
    boxes = {
        version: fitting
        for version in logo.versions
        if (fitting := _fit(view, logo, version, place)) is not None
    }
    if not boxes:
        return None
    measured = {box.corners: sight.luminance_range(box) for box in boxes.values()}
    ranges = {version: measured[box.corners] for version, box in boxes.items()}
    bare = {
        version: marks.ink_contrast(marks.ink_of(logo.versions[version]), *ranges[version])
        for version in boxes
    }
    version = _most_readable(bare)
    box, contrast, veil, plate = boxes[version], bare[version], 0.0, False
    busy = sight.calmness(box) < MIN_LOGO_CALMNESS
    if contrast < GOOD_LOGO_CONTRAST and not busy:
        version, contrast, veil = _weakest_veil(logo, ranges)
        box = boxes[version]
    if contrast < MIN_LOGO_CONTRAST or busy:
        plated = {
            version: marks.backed_contrast(logo.versions[version], *ranges[version])
            for version in boxes
        }
        version = _most_readable(plated)
        inner = _fit(view, logo, version, place, on_plate=True)
        if inner is None:
            return None
        box, contrast, veil, plate = inner, plated[version], 0.0, True
    safe = safe_box(view.fmt)
    down = (box.top_px + box.height_px / 2 - safe.top_px) / safe.height_px
    clear_px = marks.clear_space_px(logo, box.height_px)
    spot = LogoSpot(
        name=f"{_ROWS[int(3 * down)]}-{place.column}",
        box=box,
        version=version,
        contrast=round(contrast, 2),
        calmness=round(sight.calmness(box.inset(-clear_px)), 3),
        plate=plate,
        veil=veil,
        clear_space_px=clear_px,
    )
    on_subject = _on(view.zones.subject, spot, sight)
    return spot.model_copy(update={"on_subject": round(on_subject, 3)})


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
        if reached[version] >= GOOD_LOGO_CONTRAST:
            break
    return version, reached[version], alpha


def _most_readable(contrasts: Mapping[LogoVersion, float]) -> LogoVersion:
    """The brand's own version where it is good enough, else the one that stands out most."""
    if contrasts.get("default", 0) >= GOOD_LOGO_CONTRAST:
        return "default"
    return max(contrasts, key=lambda version: contrasts[version])


def _fit(
    view: View, logo: Logo, version: LogoVersion, place: Place, *, on_plate: bool = False
) -> Box | None:
    """The logo's box at a place clear of the text; None where there is no room for it."""
    frame, text_zone = view.fmt.size, view.zones.text_zone
    size = _logo_size(logo.versions[version], view.fmt, place.scale)
    margin_px = marks.plate_margin_px(size.height_px) if on_plate else 0
    clear_px = marks.clear_space_px(logo, size.height_px)
    width, height = size.width_px + 2 * margin_px, size.height_px + 2 * margin_px
    safe = safe_box(view.fmt)
    left = {
        "left": safe.left_px,
        "center": (frame.width_px - width) // 2,
        "right": safe.right_px - width,
    }[place.column]
    if place.row in _OUTER_ROWS:
        top = safe.top_px if place.row == "top" else safe.bottom_px - height
    else:
        room = max(safe.without(text_zone.inset(-clear_px)), key=lambda box: box.area_px)
        last = room.bottom_px - height
        top = last if place.row == "last" else (room.top_px + last) // 2
    footprint = Box(left_px=left, top_px=top, width_px=width, height_px=height)
    box = footprint.inset(margin_px)
    away = box.inset(-max(margin_px, clear_px))
    shown = view.zones.picture
    split = footprint.overlaps(shown) and not shown.contains(footprint)
    fits = safe.contains(footprint) and _clear_of_text(away, view.zones) and not split
    return box if fits else None


def _clear_of_text(box: Box, zones: Zones) -> bool:
    """Whether no text comes into a box: it is outside of the zone, or where its last lines end."""
    common = box.common(zones.text_zone)
    corner = zones.logo_corner
    return not common.area_px or (corner is not None and corner.contains(common))


@functools.lru_cache(maxsize=256)
def _logo_size(logo_file: LogoFile, fmt: Format, scale: float) -> Size:
    """The same area for a logo of any shape, within limits of width and height."""
    frame, ratio = fmt.size, marks.aspect(logo_file)
    room = _LOGO_IN_LONG_FRAMES.get(frame_shape(fmt))
    if room is not None:
        widest_px = min(room[0] * frame.width_px, room[1] * frame.height_px * ratio)
        return marks.ink_size(logo_file, round(scale * widest_px))
    short_px: float = min(frame.width_px, frame.height_px)
    if frame_shape(fmt) == "landscape":
        short_px *= _IN_LANDSCAPE
    narrowest, widest = _LOGO_WIDTHS
    width, line = math.sqrt(_LOGO_AREA * ratio), marks.smallest_line(logo_file)
    if line:
        width = max(scale * max(width, _LEGIBLE / line), _LEAST_LEGIBLE / line)
    else:
        width *= scale
    width = min(width, widest, _LOGO_MAX_HEIGHT * ratio)
    tallest_px = round(_LOGO_MAX_HEIGHT * ratio * short_px)
    width_px = min(round(max(width, narrowest) * short_px), tallest_px)
    return marks.ink_size(logo_file, width_px)


def _cost(spot: LogoSpot, sight: Sight, subject: Box, direction: Direction) -> float:
    """What speaks against a spot; each part is about 0..1."""
    start = "left" if direction == "ltr" else "right"
    column = spot.name.split("-")[1]
    clear = spot.box.inset(-spot.clear_space_px)
    away = {start: 0.0, "center": 6 * _AWAY}.get(column, _AWAY)
    faint = max(0.0, 1 - spot.contrast / 7)
    sharp = 0.0 if spot.plate else min(1.0, sight.sharpest(clear) / _SHARPEST)
    return (
        (1 - spot.calmness)
        + _SALIENT * sight.draw(clear)
        + _CROWDED * clear.overlaps(subject)
        + _FAINT * faint
        + _GROUND * (spot.plate + spot.veil)
        + _SHARP * sharp
        + away
    )


def _on(subject: Box, spot: LogoSpot, sight: Sight) -> float:
    """The share, 0..1, of the logo with its plate that lies on the subject."""
    footprint = footprint_of(spot)
    common = subject.common(footprint)
    if not common.area_px:
        return 0.0
    _, most = sight.density(subject)
    felt = sight.felt(common, _IS * most) if most else 1.0
    return felt * common.area_px / footprint.area_px


def _near(subject: Box, spot: LogoSpot, sight: Sight) -> float:
    """The share, 0..1, of the logo with its plate or clear space that is a thing's."""
    around = spot.box.inset(-max(spot.clear_space_px, _reach_px(spot)))
    mean, _ = sight.density(subject)
    if not mean:
        return subject.common(around).area_px / around.area_px
    return sight.felt(around, _MAY_BE * mean)


def _edge(spot: LogoSpot, sight: Sight) -> float:
    """How much less calm it is where its clear space is larger."""
    beyond = spot.box.inset(-round(_BEYOND * spot.clear_space_px))
    return spot.calmness - sight.calmness(beyond)


def footprint_of(spot: LogoSpot) -> Box:
    """The logo with its plate."""
    return spot.box.inset(-_reach_px(spot))


def _reach_px(spot: LogoSpot) -> int:
    """How far its plate reaches beyond the logo, on each side; 0 without one."""
    return marks.plate_margin_px(spot.box.height_px) if spot.plate else 0
