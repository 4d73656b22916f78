"""Where the logo may go on one picture: spots to choose from, best first.

The logo's pixels are `logo`'s, and what a picture shows is `sight`'s to say.
"""

import itertools
import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
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
# A logo counts as near the subject, and as on it, from here on: the corners of the subject's box
# are often bare.
_NEAR_SUBJECT, _ON_SUBJECT = 0.03, 0.12
_ROWS = ("top", "middle", "bottom")
_COLUMNS = ("left", "center", "right")
# Where to look for spots: at the safe zone's own edges, or else in the part that the text leaves.
_OUTER_ROWS, _INNER_ROWS = ("top", "bottom"), ("between", "last")
_BANNER_ROWS = ("between",)

# What speaks against a spot, beside what is not calm: each in terms of 1, the busiest ground.
_SALIENT, _CROWDED, _FAINT, _GROUND, _SHARP, _AWAY = 2.0, 0.2, 0.2, 0.3, 0.4, 0.03
_SHARPEST = 0.25  # an edge of that strength, between sun and sky say, counts in full
# What a spot gains for each share of the formats that it is good in, and where it is in all.
_COMMON, _IN_ALL = 0.1, 0.1


class View(NamedTuple):
    """A picture as its final shows it, without logo and text, and its plan so far."""

    frame: Image.Image
    fmt: Format
    zones: Zones


class _Place(NamedTuple):
    """Where a logo of some scale is tried; `row` is one of those above."""

    row: str
    column: str
    scale: float


class _Found(NamedTuple):
    """A spot, where it lies, and what speaks against it.

    `meets` says whether it meets the subject's box, `middling` whether it is half-way up a frame
    that has corners.
    """

    spot: LogoSpot
    meets: bool
    on_panel: bool
    middling: bool
    cost: float

    @property
    def is_good(self) -> bool:
        """Whether it is one to choose without regret."""
        return not (self.is_near or self.spot.plate or self.middling)

    @property
    def is_near(self) -> bool:
        """Whether it lies on what is no bare corner of the subject's box."""
        return self.spot.on_subject > _NEAR_SUBJECT

    @property
    def is_on(self) -> bool:
        """Whether it lies on the subject."""
        return self.spot.on_subject > _ON_SUBJECT


def logo_candidates(
    views: Sequence[View],
    logo: Logo,
    direction: Direction,
    wish: str | None,
    rejected: Mapping[str, Collection[str]] = MappingProxyType({}),
) -> tuple[tuple[LogoSpot, ...], ...]:
    """Finds places for the logo in all formats of a variant: in corners, or else at edges' middles.

    It has the same size in all of them, relative to the frame: the largest at which each format has
    a choice of good places. Of these, those come first that are good in most formats.

    Args:
        views: What is shown in each format.
        logo: The brand's logo.
        direction: Of the text; of spots that are as good, the one where reading starts wins.
        wish: The brief's wish, such as `top-right`; it wins over calmness, not over the subject.
        rejected: Format → the names of spots that a reviewer did not want. The others are chosen
            from as if these were not there; only where there are no others, they are again.

    Returns:
        For each view 1 to 6 spots, best first; on the panel where it has room, but for a wish. They
        meet the subject's box only where there are not enough others, and lie on more than its bare
        corners only where all do; `on_subject` says how much.

    Raises:
        RenderError: The logo cannot be opened, or fits nowhere.
    """
    sights = [see(view.frame) for view in views]
    tried: list[list[list[_Found]]] = []
    for scale in _LOGO_SCALES:
        tried.append(
            [
                _spots(view, sight, logo, scale, direction)
                for view, sight in zip(views, sights, strict=True)
            ]
        )
        if _with_a_choice(views, tried[-1]) == len(views):
            break
    best = max(tried, key=lambda each: (_with_a_choice(views, each), _good(each)))
    good = Counter(each.spot.name for found in best for each in found if each.is_good)

    def rank(each: _Found) -> tuple[bool, bool, bool, bool, float]:
        name = each.spot.name
        gain = _COMMON * good[name] / len(views) + _IN_ALL * (good[name] == len(views))
        return (each.is_on, each.is_near, each.middling, name != wish, each.cost - gain)

    candidates = []
    for number, view in enumerate(views):
        # A format with no room at that size has its own.
        found = next((each[number] for each in (best, *tried) if each[number]), None)
        if found is None:
            raise RenderError(
                f"the logo {logo.versions['default'].name} fits nowhere in {view.fmt.name} beside"
                f" the text zone {view.zones.text_zone.corners}. Give a version of it that is"
                " nearer to a square."
            )
        turned_down = rejected.get(view.fmt.name, ())
        found = [each for each in found if each.spot.name not in turned_down] or found
        clear = [each for each in found if not each.meets]
        if len(clear) < _fewest(view.fmt):
            clear = [each for each in found if not each.is_on]
        on_panel = [each for each in clear if each.on_panel]
        if on_panel:
            clear = [each for each in clear if each.on_panel or each.spot.name == wish]
        ranked = sorted(clear or found, key=rank)
        candidates.append(tuple(each.spot for each in ranked[:MAX_CANDIDATES]))
    return tuple(candidates)


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


def _good(found: Sequence[Sequence[_Found]]) -> int:
    return sum(spot.is_good for spots in found for spot in spots)


def _with_a_choice(views: Sequence[View], found: Sequence[Sequence[_Found]]) -> int:
    """In how many formats there are good spots to choose from; on a panel one is enough."""
    return sum(
        any(spot.is_good and spot.on_panel for spot in spots)
        if view.zones.layout == "panel"
        else sum(spot.is_good for spot in spots) >= _fewest(view.fmt)
        for view, spots in zip(views, found, strict=True)
    )


def _fewest(fmt: Format) -> int:
    """How many spots make a choice; a banner is a line of logo, text and picture."""
    return 1 if frame_shape(fmt) == "strip" else 2


def _spots(
    view: View, sight: Sight, logo: Logo, scale: float, direction: Direction
) -> list[_Found]:
    """The spots of one format at one scale; further in only where no edge of the frame is free."""
    found: dict[str, _Found] = {}
    banner = frame_shape(view.fmt) == "strip"  # too low for corners
    for rows in (_BANNER_ROWS,) if banner else (_OUTER_ROWS, _INNER_ROWS):
        for row, column in itertools.product(rows, _COLUMNS):
            spot = _spot(view, sight, logo, _Place(row, column, scale))
            if spot is not None and spot.name not in (*found, "middle-center"):
                footprint = _footprint(spot)
                found[spot.name] = _Found(
                    spot,
                    meets=footprint.overlaps(view.zones.subject),
                    on_panel=not footprint.overlaps(view.zones.picture),
                    middling=spot.name.startswith("middle") and not banner,
                    cost=_cost(spot, sight, view.zones.subject, direction),
                )
        if not all(each.is_on for each in found.values()):
            break
    return list(found.values())


def _spot(view: View, sight: Sight, logo: Logo, place: _Place) -> LogoSpot | None:
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
    if contrast < MIN_LOGO_CONTRAST and not busy:
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
        if reached[version] >= MIN_LOGO_CONTRAST:
            break
    return version, reached[version], alpha


def _most_readable(contrasts: Mapping[LogoVersion, float]) -> LogoVersion:
    """The brand's own version where it is good enough, else the one that stands out most."""
    if contrasts.get("default", 0) >= GOOD_LOGO_CONTRAST:
        return "default"
    return max(contrasts, key=lambda version: contrasts[version])


def _fit(
    view: View, logo: Logo, version: LogoVersion, place: _Place, *, on_plate: bool = False
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
    fits = safe.contains(footprint) and not away.overlaps(text_zone) and not split
    return box if fits else None


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
    width_px = min(round(max(width, narrowest) * short_px), tallest_px)
    return marks.ink_size(logo_file, width_px)


def _cost(spot: LogoSpot, sight: Sight, subject: Box, direction: Direction) -> float:
    """What speaks against a spot; each part is about 0..1."""
    start = "left" if direction == "ltr" else "right"
    column = spot.name.split("-")[1]
    clear = spot.box.inset(-spot.clear_space_px)
    away = {start: 0.0, "center": 2 * _AWAY}.get(column, _AWAY)
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


def _footprint(spot: LogoSpot) -> Box:
    """The logo with its plate."""
    return spot.box.inset(-marks.plate_margin_px(spot.box.height_px) if spot.plate else 0)
