"""Where things go on one picture: the crop, and the places of subject, text and logo.

Boxes belong here. What a picture shows is `sight`'s to say, drawing text is `typography`'s, and the
logo's pixels are `logo`'s.
"""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from creative_assets.studio import logo as marks
from creative_assets.studio.errors import RenderError
from creative_assets.studio.formats import Format, safe_box
from creative_assets.studio.images import as_rgb
from creative_assets.studio.layouts import (
    Layout,
    frame_box,
    picture_box,
    subject_box,
    text_zones,
    zone_box,
)
from creative_assets.studio.logo import Logo, LogoFile, LogoSpot, LogoVersion
from creative_assets.studio.sight import Floats, Rgb, Sight, see
from creative_assets.studio.values import Box, Direction, Frozen, Size

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
_LEFT_AS_IT_IS = 1.03
# Shares of the frame's short edge.
_LOGO_WIDTHS = (0.14, 0.34)
_LOGO_MAX_HEIGHT = 0.20
_LOGO_AREA = 0.017  # of the short edge squared: logos of any shape weigh the same
_LOGO_SCALES = (1.0, 0.87, 0.75)
# How much calmer another text zone must be to win over one that stands before it.
_ZONE_PREFERENCE = 0.2
# A logo counts as on the subject from here on; the corners of the subject's box are often bare.
_ON_SUBJECT = 0.1
_SUBJECT_GRID = 24  # cells on the long side of where the subject is searched
_SMALLEST_CROP_PX = 9  # less says nothing about a subject
_ROWS = ("top", "middle", "bottom")
_COLUMNS = ("left", "center", "right")
# Where to look for spots: at the safe zone's own edges, or else in the part that the text leaves.
_OUTER_ROWS, _INNER_ROWS = ("top", "bottom"), ("between", "last")


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


class Zones(Frozen):
    """How one picture fills one format, before the logo is placed.

    Attributes:
        crop: The part used, in pixels of the source picture.
        picture: Where it shows, in pixels of the final: the whole frame, or what a panel leaves.
        upscale: Pixels of the final for each pixel of the crop; above 1 it is enlarged.
        subject: Where the subject is, in pixels of the final.
        text_zone: Where the text goes, in pixels of the final; a card with its padding.
    """

    crop: Box
    picture: Box
    upscale: float
    subject: Box
    text_zone: Box


class FormatPlan(Frozen):
    """All that `Zones` says, for a named format in a named layout, with the logo's spot."""

    format: str
    layout: str
    size: Size
    crop: Box
    picture: Box
    upscale: float
    subject: Box
    text_zone: Box
    logo: LogoSpot


def plan_zones(picture: Image.Image, fmt: Format, layout: Layout, direction: Direction) -> Zones:
    """Crops around the subject, and chooses the calmest text zone.

    Args:
        picture: The source picture, of any ratio.
        fmt: What it is for.
        layout: Which places text may take.
        direction: Of the text; right-to-left mirrors the whole composition.

    Returns:
        Crop in pixels of `picture`; the other boxes in pixels of a final.

    Raises:
        RenderError: The picture is smaller than one step of the format's ratio.
    """
    sight = see(picture)
    choices = []
    for place, zone in enumerate(text_zones(layout, fmt)):
        shown = picture_box(layout, zone, fmt, direction)
        wanted = subject_box(layout, zone, fmt, direction)
        crop = _crop(picture.size, sight, shown, wanted, fmt)
        upscale = shown.width_px / crop.width_px
        text = zone_box(zone, fmt, direction)
        cost = _ZONE_PREFERENCE * place
        if shown.overlaps(text):
            part = _in_source(text, crop, shown, upscale)
            cost += 1 - sight.calmness(part) + sight.draw(part) / (sight.draw(crop) or 1)
        choices.append((cost, place, text, shown, crop, upscale))
    _, _, text, shown, crop, upscale = min(choices, key=lambda choice: choice[:2])
    rest = max((_within(shown, strip) for strip in _strips(frame_box(fmt), text)), key=_area)
    subject = _subject(sight, crop, shown, upscale, rest)
    return Zones(crop=crop, picture=shown, upscale=upscale, subject=subject, text_zone=text)


def framed(picture: Image.Image, fmt: Format, zones: Zones, ground: Rgb) -> Image.Image:
    """The picture where the plan shows it, and the panel's colour where it shows none.

    Returns:
        A new image, mode RGB, of the format's size.
    """
    shown = zones.picture
    cropped = crop_to(picture, zones.crop, Size(width_px=shown.width_px, height_px=shown.height_px))
    if shown == frame_box(fmt):
        return cropped
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
    excess = (crop.width_px - width, crop.height_px - height)
    if max(excess) > 1 or not frame.contains(crop):
        raise RenderError(
            f"the crop {crop.corners} of a {picture.width}x{picture.height} picture cannot become"
            f" {size}; expected a part of it with that ratio. Plan the crop again."
        )
    if size == Size(width_px=crop.width_px, height_px=crop.height_px):
        return picture.crop(crop.corners)
    # Less than a pixel is left out, so that nothing is stretched.
    left, top = crop.left_px + excess[0] / 2, crop.top_px + excess[1] / 2
    exact = (left, top, left + width, top + height)
    return picture.resize((size.width_px, size.height_px), Image.Resampling.BICUBIC, box=exact)


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
        2 to 6 spots, best first. Only where there are fewer than two others: those that touch the
        bare corners of the subject's box, in the middle of the frame's height, on the subject.

    Raises:
        RenderError: The logo cannot be opened, or fits nowhere.
    """
    sight = see(frame)
    found: dict[str, _Ranked] = {}
    for rows in (_OUTER_ROWS, _INNER_ROWS):
        for row, column in itertools.product(rows, _COLUMNS):
            places = [_Place(row, column, scale) for scale in _LOGO_SCALES]
            spot = _largest(sight, fmt, zones, logo, places)
            if spot is not None and spot.name not in (*found, "middle-center"):
                on = _on(zones.subject, spot, sight)
                middling = spot.name.startswith("middle")
                cost = _cost(spot, sight, zones.subject, direction)
                rank = (on > _ON_SUBJECT, middling, spot.name != wish, cost)
                touches = _footprint(spot).overlaps(zones.subject)
                found[spot.name] = _Ranked(rank, touches, spot)
        free = [each for each in found.values() if not each.touches]
        if len(free) < _FEWEST:
            free = [each for each in found.values() if not each.rank[0]]
        if len(free) >= _FEWEST:
            break
    if not found:
        raise RenderError(
            f"the logo {logo.versions['default'].name} fits nowhere in {fmt.name} beside the text"
            f" zone {zones.text_zone.corners}. Give a version of it that is nearer to a square."
        )
    ranked = sorted(free if len(free) >= _FEWEST else found.values(), key=lambda each: each.rank)
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


def _crop(source: tuple[int, int], sight: Sight, shown: Box, wanted: Box, fmt: Format) -> Box:
    """The largest crop for where the picture is shown, its subject where it is wanted there.

    Where that is hardly more than what is shown, it is as large as that: no pixel is resampled.
    """
    scale = min(source[0] / shown.width_px, source[1] / shown.height_px)
    if 1 <= scale <= _LEFT_AS_IT_IS:
        scale = 1.0
    size = (math.ceil(shown.width_px * scale - 0.01), math.ceil(shown.height_px * scale - 0.01))
    if min(size) < _SMALLEST_CROP_PX:
        raise RenderError(
            f"a picture of {source[0]}x{source[1]} px is too small for {fmt.name}; expected about"
            f" {fmt.size}. Generate or give a larger one."
        )
    middle = _center(wanted)
    at = ((middle[0] - shown.left_px) * scale, (middle[1] - shown.top_px) * scale)
    subject = _center_of_salience(sight) or (source[0] / 2, source[1] / 2)
    left, top = (
        min(max(round(subject[axis] - at[axis]), 0), source[axis] - size[axis]) for axis in (0, 1)
    )
    return Box(left_px=left, top_px=top, width_px=size[0], height_px=size[1])


def _center_of_salience(sight: Sight) -> tuple[float, float] | None:
    """In pixels of the picture; None where nothing draws the eye."""
    if not sight.salience.any():
        return None
    rows, columns = (np.arange(length) + 0.5 for length in sight.salience.shape)
    across = float(sight.salience.sum(axis=0) @ columns)
    down = float(sight.salience.sum(axis=1) @ rows)
    return across / sight.scale, down / sight.scale


def _subject(sight: Sight, crop: Box, shown: Box, upscale: float, rest: Box) -> Box:
    """The densest part of what draws the eye in the rest of the frame, or else its middle."""
    rows, columns = sight.within(_in_source(rest, crop, shown, upscale))
    weights = sight.salience[rows, columns] * _toward_center(rows, columns)
    if not weights.any():
        return rest.inset(min(rest.width_px, rest.height_px) // 3)
    cell = math.ceil(max(weights.shape) / _SUBJECT_GRID)
    left, top, right, bottom = _densest(_in_cells(weights, cell))
    pixels = cell * upscale / sight.scale
    left_px = shown.left_px + (columns.start / sight.scale - crop.left_px) * upscale
    top_px = shown.top_px + (rows.start / sight.scale - crop.top_px) * upscale
    # Half a cell more on each side: a pale cap or rim is easily missed.
    return _common(
        rest,
        left=round(left_px + (left - 0.5) * pixels),
        top=round(top_px + (top - 0.5) * pixels),
        right=round(left_px + (right + 0.5) * pixels),
        bottom=round(top_px + (bottom + 0.5) * pixels),
    )


def _toward_center(rows: slice, columns: slice) -> Floats:
    """1 in the middle of a part, half at its sides: where a subject is rather than not."""
    down, across = (np.linspace(-1, 1, part.stop - part.start) ** 2 / 2 for part in (rows, columns))
    weights: Floats = np.outer(1 - down, 1 - across)
    return weights


def _in_cells(weights: Floats, cell: int) -> Floats:
    """Sums over squares of `cell` by `cell`; those at the end may be smaller."""
    down = np.add.reduceat(weights, np.arange(0, weights.shape[0], cell), axis=0)
    sums: Floats = np.add.reduceat(down, np.arange(0, weights.shape[1], cell), axis=1)
    return sums


def _densest(weights: Floats) -> tuple[int, int, int, int]:
    """(left, top, right, bottom) of the rectangle with the most weight above the usual.

    The maximum-sum rectangle of the weights less their mean, by trying all of them.
    """
    excess = weights - weights.mean()
    sums = np.pad(excess.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    bands = sums[None, :, :] - sums[:, None, :]  # from each row to each row
    found = bands[:, :, None, :] - bands[:, :, :, None]  # and from each column to each column
    top, bottom, left, right = np.unravel_index(found.argmax(), found.shape)
    return int(left), int(top), int(right), int(bottom)


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
    size = _logo_size(logo_file, fmt.size, place.scale)
    margin_px = marks.plate_margin_px(size.height_px) if on_plate else 0
    clear_px = marks.clear_space_px(size.height_px)
    width, height = size.width_px + 2 * margin_px, size.height_px + 2 * margin_px
    safe = safe_box(fmt)
    room = max(_strips(safe, text_zone, clear_px), key=_area)
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


def _logo_size(logo_file: LogoFile, frame: Size, scale: float) -> Size:
    """The same area for a logo of any shape, within limits of width and height."""
    short_px = min(frame.width_px, frame.height_px)
    ratio = marks.aspect(logo_file)
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
    left, top, right, bottom = subject.corners
    common = _common(footprint, left=left, top=top, right=right, bottom=bottom)
    if not _area(common):
        return 0.0
    drawn = sight.draw(subject) / _area(subject)
    density = min(1.0, sight.draw(common) / _area(common) / drawn) if drawn else 1.0
    return density * _area(common) / _area(footprint)


def _footprint(spot: LogoSpot, *, clear: bool = False) -> Box:
    """The logo with its plate, or with the space that stays clear around it."""
    height_px = spot.box.height_px
    margin_px = marks.plate_margin_px(height_px) if spot.plate else 0
    return spot.box.inset(-max(margin_px, marks.clear_space_px(height_px) if clear else 0))


def _strips(outer: Box, hole: Box, gap_px: int = 0) -> Iterator[Box]:
    """What of a box is above, below, left and right of a hole in it, `gap_px` away from it."""
    yield _common(outer, bottom=hole.top_px - gap_px)
    yield _common(outer, top=hole.bottom_px + gap_px)
    yield _common(outer, right=hole.left_px - gap_px)
    yield _common(outer, left=hole.right_px + gap_px)


def _common(
    outer: Box,
    *,
    left: int | None = None,
    top: int | None = None,
    right: int | None = None,
    bottom: int | None = None,
) -> Box:
    """The box cut at the given edges; without width or height where nothing is left."""
    left_px = outer.left_px if left is None else max(outer.left_px, left)
    top_px = outer.top_px if top is None else max(outer.top_px, top)
    right_px = outer.right_px if right is None else min(outer.right_px, right)
    bottom_px = outer.bottom_px if bottom is None else min(outer.bottom_px, bottom)
    return Box(
        left_px=left_px,
        top_px=top_px,
        width_px=max(0, right_px - left_px),
        height_px=max(0, bottom_px - top_px),
    )


def _within(outer: Box, inner: Box) -> Box:
    left, top, right, bottom = inner.corners
    return _common(outer, left=left, top=top, right=right, bottom=bottom)


def _in_source(box: Box, crop: Box, shown: Box, upscale: float) -> Box:
    """A box of the final, in pixels of the source picture."""
    return Box(
        left_px=crop.left_px + round((box.left_px - shown.left_px) / upscale),
        top_px=crop.top_px + round((box.top_px - shown.top_px) / upscale),
        width_px=max(1, round(box.width_px / upscale)),
        height_px=max(1, round(box.height_px / upscale)),
    )


def _area(box: Box) -> int:
    return box.width_px * box.height_px


def _center(box: Box) -> tuple[float, float]:
    return box.left_px + box.width_px / 2, box.top_px + box.height_px / 2
