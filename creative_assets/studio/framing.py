"""Which part of a picture is shown, and where its text goes: the best of many crops and zones.

Whatever a crop and a text zone cost on one picture is weighed here. What a picture shows is
`sight`'s to say, which zones there are `layouts`', and pixels are `layout`'s.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from creative_assets.studio.formats import Format, format_named, subject_gap_px
from creative_assets.studio.layouts import (
    Layout,
    layout_named,
    logo_corner,
    picture_box,
    subject_box,
    text_zones,
    zone_box,
)
from creative_assets.studio.sight import Floats, Sight, calmness
from creative_assets.studio.values import Box, Direction, LayoutName, Size

# How much another shape a picture may have that was composed for a format, and how much of what
# draws the eye is where its subject was asked for: 0.8 to 1 in the gallery's pictures.
_SAME_SHAPE, _AS_ASKED = 0.02, 0.75
# Hardly larger than what is shown: taken as it is, so that no pixel is resampled.
_LEFT_AS_IT_IS = 1.03
# Closer in than the whole picture, where that gets the subject out from under the text; as long as
# a pixel of the picture does not become more than so many of the final's, each way.
_ZOOMS = (1.0, 1.15, 1.3, 1.5)
_MOST_ENLARGED = 1.9
_STEPS = 13  # crops tried along each free side

# Heads are at the top, and caps: these upper parts of the subject count beside the whole of it.
_UPPER_PARTS = (1.0, 0.6, 0.3)
# What speaks against a framing, for each part of the subject, or for all that draws the eye.
_SUBJECT_LOST, _SALIENCE_LOST = 4.0, 5.0
_SUBJECT_COVERED, _SALIENCE_COVERED, _SUBJECT_CROWDED = 3.0, 6.0, 0.5
# The rest: for text on the busiest ground, on middle grey, for a subject a whole frame away from
# where it is wanted, for twice the enlargement, for each zone that stands before this one, and for
# a layout that nobody asked for. A picture that is not cropped, on a panel, has a margin around it.
_BUSY, _MIDDLE_GREY, _ASTRAY, _ZOOM, _ZONE, _UNASKED = 1.0, 0.15, 0.3, 1.0, 0.2, 1.2
_UNCROPPED = 0.8
_MARGIN = 0.04  # of the frame's height


class Framing(NamedTuple):
    """A crop, in pixels of the source; where it is shown, and text and logo go, in the final's."""

    layout: LayoutName
    crop: Box
    picture: Box
    text_zone: Box
    logo_corner: Box | None


class _Crops(NamedTuple):
    """Crops of one size, at many places: left and top edges in pixels of the source."""

    left: Floats
    top: Floats
    size: tuple[int, int]
    scale: float  # source pixels for one of the final
    zoom: float


class _Places(NamedTuple):
    """Where, in pixels of the final, picture and text go, and where the subject is wanted."""

    shown: Box
    text: Box
    wanted: Box
    gap_px: int

    @property
    def on_picture(self) -> bool:
        """Whether the text stands on the picture."""
        return self.shown.overlaps(self.text)


class _Spans(NamedTuple):
    """Many boxes of the source, by their edges."""

    left: Floats
    top: Floats
    right: Floats
    bottom: Floats


def as_asked(
    sight: Sight, source: Size, fmt: Format, layout: Layout, direction: Direction
) -> Sight:
    """The same; of a subject that is where its prompt asked for it, only what is there.

    What draws the eye beside a subject is easily taken for a part of it. Where too much of that is
    elsewhere, or the picture has another shape, all of it counts.
    """
    asked = _asked_for(source, fmt, layout, direction)
    if sight.subject is None or asked is None or sight.draw(asked) < _AS_ASKED:
        return sight
    there = sight.within(asked)
    drawing = np.zeros_like(sight.salience)
    drawing[there] = sight.salience[there] / sight.salience[there].sum()
    subject = sight.subject.common(asked)
    # A story's text stands higher than in the shape that its picture was composed for.
    same_zones = fmt.safe_zone == format_named(fmt.shape).safe_zone
    return replace(sight, salience=drawing, subject=subject, as_asked=same_zones)


def _asked_for(source: Size, fmt: Format, layout: Layout, direction: Direction) -> Box | None:
    """Where the subject was asked for, in pixels of a source composed for the format, or None."""
    if abs(source.ratio / fmt.size.ratio - 1) > _SAME_SHAPE:
        return None
    whole = format_named(fmt.shape)
    [zone, *_] = text_zones(layout, whole)
    wanted = subject_box(layout, zone, whole, direction).inset(-subject_gap_px(whole))
    scale = source.width_px / whole.size.width_px
    left_px, top_px, right_px, bottom_px = (round(scale * edge) for edge in wanted.corners)
    return Box(
        left_px=left_px, top_px=top_px, width_px=right_px - left_px, height_px=bottom_px - top_px
    )


def best_framing(
    sight: Sight, source: Size, fmt: Format, layout: Layout, direction: Direction
) -> Framing:
    """The crop and the text zone that keep the subject whole and clear, and the text legible.

    Where the text would cover the subject wherever the layout lets it stand, a panel takes its
    place: then nothing is covered.
    """
    found = min(_framings(sight, source, fmt, layout, direction), key=_cost)
    if layout.ground != "panel" and _cost(found) > _UNASKED:
        panel = min(_framings(sight, source, fmt, layout_named("panel"), direction), key=_cost)
        if _cost(panel) + _UNASKED < _cost(found):
            return panel[1]
    return found[1]


def _cost(found: tuple[float, Framing]) -> float:
    return found[0]


def _framings(
    sight: Sight, source: Size, fmt: Format, layout: Layout, direction: Direction
) -> Iterator[tuple[float, Framing]]:
    """The best crop of each size for each text zone of a layout, with what speaks against it."""
    sums = _running_sums(sight)
    for place, zone in enumerate(text_zones(layout, fmt)):
        text = zone_box(zone, fmt, direction)
        beside = picture_box(layout, zone, fmt, direction)
        wanted = subject_box(layout, zone, fmt, direction)
        corner = logo_corner(zone, fmt, direction)
        for shown, zooms, unlike in _pictures(source, beside, fmt, layout):
            places = _Places(shown, text, wanted, subject_gap_px(fmt))
            # A subject that is where it was asked for has nothing to get out from under.
            for crops in _crops(
                source, sight.subject, places, zooms[:1] if sight.as_asked else zooms
            ):
                costs = _costs(sight, sums, crops, places)
                best = int(costs.argmin())
                crop = Box(
                    left_px=round(float(crops.left[best])),
                    top_px=round(float(crops.top[best])),
                    width_px=crops.size[0],
                    height_px=crops.size[1],
                )
                framing = Framing(layout.name, crop, shown, text, corner)
                yield float(costs[best]) + unlike + _ZONE * place, framing


def _pictures(
    source: Size, beside: Box, fmt: Format, layout: Layout
) -> Iterator[tuple[Box, tuple[float, ...], float]]:
    """Where the picture may show, with the zooms to try there, and what speaks against it.

    In all that the text leaves; or on a panel whole and smaller, for a subject that fills it.
    """
    yield beside, _ZOOMS, 0.0
    if layout.ground == "panel":
        room = beside.inset(round(_MARGIN * fmt.size.height_px))
        scale = min(room.width_px / source.width_px, room.height_px / source.height_px)
        width_px, height_px = round(scale * source.width_px), round(scale * source.height_px)
        whole = Box(
            left_px=room.left_px + (room.width_px - width_px) // 2,
            top_px=room.top_px + (room.height_px - height_px) // 2,
            width_px=width_px,
            height_px=height_px,
        )
        yield whole, _ZOOMS[:1], _UNCROPPED


def _crops(
    source: Size, subject: Box | None, places: _Places, zooms: Sequence[float]
) -> Iterator[_Crops]:
    """From the largest crop inwards: those that put the subject where it is wanted, and others."""
    shown, wanted = places.shown, places.wanted
    widest = min(source.width_px / shown.width_px, source.height_px / shown.height_px)
    for zoom in zooms:
        scale = widest / zoom
        if zoom > 1 and 1 / scale > _MOST_ENLARGED:
            return
        if 1 <= scale <= _LEFT_AS_IT_IS:
            scale = 1.0
        size = (
            max(1, math.ceil(shown.width_px * scale - 0.01)),
            max(1, math.ceil(shown.height_px * scale - 0.01)),
        )
        free = (source.width_px - size[0], source.height_px - size[1])
        middle = _middle(subject) if subject else (source.width_px / 2, source.height_px / 2)
        aim = _middle(wanted)
        ideal = (
            middle[0] - (aim[0] - shown.left_px) * scale,
            middle[1] - (aim[1] - shown.top_px) * scale,
        )
        lefts, tops = (
            np.unique(np.clip((*np.linspace(0, side, _STEPS), at), 0, side).round())
            for side, at in zip(free, ideal, strict=True)
        )
        left, top = (each.ravel() for each in np.meshgrid(lefts, tops))
        yield _Crops(left, top, size, scale, zoom)


def _costs(sight: Sight, sums: Floats, crops: _Crops, places: _Places) -> Floats:
    """What speaks against each of the crops, shown and lettered in these places."""
    frame = _in_source(places.shown, places.shown, crops)
    costs: Floats = _ZOOM * (crops.zoom - 1) + _SALIENCE_LOST * (1 - _means(sums, sight, frame)[0])
    text = _in_source(places.text, places.shown, crops) if places.on_picture else None
    if text:
        covered, edges, light, squares = _means(sums, sight, text)
        deviation = np.sqrt(np.maximum(squares - light**2, 0))
        costs += _SALIENCE_COVERED * covered + _BUSY * (1 - calmness(edges, deviation))
        costs += _MIDDLE_GREY * (1 - 2 * np.abs(light - 0.5))
    if sight.subject:
        for share in _UPPER_PARTS:
            height_px = math.ceil(share * sight.subject.height_px)
            part = sight.subject.model_copy(update={"height_px": height_px})
            costs += _subject_costs(part, frame, text, places.gap_px * crops.scale)
        costs += _ASTRAY * _astray(sight.subject, crops, places)
    return costs


def _subject_costs(part: Box, frame: _Spans, text: _Spans | None, gap_px: float) -> Floats:
    """For what is lost of a part of the subject, and what is under the text or close to it."""
    spans = _Spans(*np.array(part.corners, dtype=np.float64)[:, None])
    costs: Floats = _SUBJECT_LOST * (1 - _share(spans, frame))
    if text:
        near = _Spans(
            text.left - gap_px, text.top - gap_px, text.right + gap_px, text.bottom + gap_px
        )
        costs += _SUBJECT_COVERED * _share(spans, text) + _SUBJECT_CROWDED * _share(spans, near)
    return costs


def _astray(subject: Box, crops: _Crops, places: _Places) -> Floats:
    """How far the subject's middle is from where it is wanted, for what is shown."""
    (x, y), (wanted_x, wanted_y) = _middle(subject), _middle(places.wanted)
    shown = places.shown
    across = (x - crops.left) / crops.size[0] - (wanted_x - shown.left_px) / shown.width_px
    down = (y - crops.top) / crops.size[1] - (wanted_y - shown.top_px) / shown.height_px
    astray: Floats = np.hypot(across, down)
    return astray


def _in_source(box: Box, shown: Box, crops: _Crops) -> _Spans:
    """A box of the final, in pixels of the source, for each crop."""
    return _Spans(
        crops.left + (box.left_px - shown.left_px) * crops.scale,
        crops.top + (box.top_px - shown.top_px) * crops.scale,
        crops.left + (box.right_px - shown.left_px) * crops.scale,
        crops.top + (box.bottom_px - shown.top_px) * crops.scale,
    )


def _share(part: _Spans, others: _Spans) -> Floats:
    """The share, 0..1, of one box that each of the others holds."""
    width = np.minimum(part.right, others.right) - np.maximum(part.left, others.left)
    height = np.minimum(part.bottom, others.bottom) - np.maximum(part.top, others.top)
    area = (part.right - part.left) * (part.bottom - part.top)
    share: Floats = np.maximum(width, 0) * np.maximum(height, 0) / area
    return share


def _running_sums(sight: Sight) -> Floats:
    """Running sums of salience, edges, lightness and its square, shaped (4, rows + 1, …)."""
    maps = np.stack((sight.salience, sight.edges, sight.lightness, sight.lightness**2))
    return np.pad(maps.cumsum(axis=1).cumsum(axis=2), ((0, 0), (1, 0), (1, 0)))


def _means(sums: Floats, sight: Sight, spans: _Spans) -> Floats:
    """In each box, the sum of salience, and the means of the other three; shaped (4, boxes)."""
    rows, columns = sums.shape[1] - 1, sums.shape[2] - 1
    top = np.clip(np.floor(spans.top * sight.scale), 0, rows - 1).astype(np.intp)
    left = np.clip(np.floor(spans.left * sight.scale), 0, columns - 1).astype(np.intp)
    bottom = np.maximum(np.clip(np.ceil(spans.bottom * sight.scale), 0, rows), top + 1)
    right = np.maximum(np.clip(np.ceil(spans.right * sight.scale), 0, columns), left + 1)
    bottom, right = bottom.astype(np.intp), right.astype(np.intp)
    found = (
        sums[:, bottom, right] - sums[:, top, right] - sums[:, bottom, left] + sums[:, top, left]
    )
    found[1:] /= (bottom - top) * (right - left)
    return found


def _middle(box: Box) -> tuple[float, float]:
    return box.left_px + box.width_px / 2, box.top_px + box.height_px / 2
