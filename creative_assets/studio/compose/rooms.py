"""Where on a frame its texts may stand, from the plan's text zone. Boxes only, no text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from creative_assets.studio.compose.texts import unit_px
from creative_assets.studio.formats import Format, safe_box, subject_gap_px
from creative_assets.studio.layout import FormatPlan
from creative_assets.studio.layouts import Layout
from creative_assets.studio.scrim import Edge
from creative_assets.studio.values import Box

Lean = Literal["top", "middle", "bottom"]

_WIDE_ZONE = 0.62  # a text zone of this share of the frame's width is a band, else a column
_NARROW = 1.3  # a zone less wide than this share of its height has many short lines
_ROW = 3.0  # one at least as wide as this has its button beside the words
_ROOM_KEPT = 0.7  # share of a text zone that a subject beside it cannot take
_LEAN: Mapping[Edge, Lean] = {
    "top": "top",
    "bottom": "bottom",
    "left": "middle",
    "right": "middle",
}
_LEAST_GAP = 0.5  # of the gap to the subject, where text would have to be small for all of it
ROUNDING_PX = 2
"""Anti-aliased ink may reach this much beyond its metrics."""
_CARD_PADDING = 0.042  # of the unit: from a card's edge to its text


@dataclass(frozen=True, slots=True)
class Room:
    """Where texts may stand.

    Attributes:
        box: In pixels of the final.
        edge: Of the frame, that the zone leans on.
        shape: A `band` leans on top or bottom, a `column` on a side; in a `row` the button stands
            beside the words.
        lean: Where in the zone texts gather that do not fill it.
        narrow: Whether lines are short, and there may be more of them.
        align: How lines and blocks stand in it.
        legal_line_at_foot: Whether the legal line stands apart from the others, at its foot.
        logo_corner: Where at its end a logo stands, if one does; the last texts are beside it, and
            the others above.
        padding_px: What a card takes around it; 0 without one.
    """

    box: Box
    edge: Edge
    shape: Literal["band", "column", "row"]
    lean: Lean
    narrow: bool
    align: Literal["start", "center"]
    legal_line_at_foot: bool
    logo_corner: Box | None
    padding_px: int


def rooms(plan: FormatPlan, layout: Layout, fmt: Format) -> tuple[Room, ...]:
    """The text zone with a gap to the subject beside it, with hardly one, and the whole zone."""
    zone = plan.text_zone.common(safe_box(fmt))
    padding_px = round(_CARD_PADDING * unit_px(fmt)) if layout.ground == "card" else 0
    edge = edge_of(zone, fmt)
    shape = _shape(zone, edge)
    whole = Room(
        box=zone.inset(padding_px) if padding_px else _flush(zone),
        edge=edge,
        shape=shape,
        lean="middle" if layout.ground == "panel" else _LEAN[edge],
        narrow=zone.width_px < _NARROW * zone.height_px,
        align="start" if shape == "row" else layout.align,
        legal_line_at_foot=shape == "column" and layout.ground != "card",
        logo_corner=plan.logo_corner,
        padding_px=padding_px,
    )
    # A panel ends where the picture begins, and cards of a campaign are alike on any picture.
    if layout.ground != "scrim":
        return (whole,)
    gap_px = subject_gap_px(fmt)
    boxes = [_away_from(plan.subject, whole, px) for px in (gap_px, round(_LEAST_GAP * gap_px))]
    # What cannot be kept clear is no reason for small text.
    clear = [box for box in boxes if not box.overlaps(plan.subject)]
    return tuple(replace(whole, box=box) for box in dict.fromkeys([*clear, whole.box]))


def around(boxes: Sequence[Box]) -> Box:
    """The smallest box that holds them all."""
    left_px = min(box.left_px for box in boxes)
    top_px = min(box.top_px for box in boxes)
    return Box(
        left_px=left_px,
        top_px=top_px,
        width_px=max(box.right_px for box in boxes) - left_px,
        height_px=max(box.bottom_px for box in boxes) - top_px,
    )


def _flush(zone: Box) -> Box:
    """All of a zone's width, where its texts share an edge with the logo."""
    return Box(
        left_px=zone.left_px,
        top_px=zone.top_px + ROUNDING_PX,
        width_px=zone.width_px,
        height_px=zone.height_px - 2 * ROUNDING_PX,
    )


def _away_from(subject: Box, room: Room, gap_px: int) -> Box:
    """The part of a room that keeps a gap to the subject beside it."""
    box = room.box
    if not box.inset(-gap_px).overlaps(subject):
        return box
    left_px, top_px, right_px, bottom_px = box.corners
    least_px = (round(_ROOM_KEPT * box.width_px), round(_ROOM_KEPT * box.height_px))
    match room.edge:
        case "bottom":
            top_px = min(max(top_px, subject.bottom_px + gap_px), bottom_px - least_px[1])
        case "top":
            bottom_px = max(min(bottom_px, subject.top_px - gap_px), top_px + least_px[1])
        case "left":
            right_px = max(min(right_px, subject.left_px - gap_px), left_px + least_px[0])
        case "right":
            left_px = min(max(left_px, subject.right_px + gap_px), right_px - least_px[0])
    return Box(
        left_px=left_px, top_px=top_px, width_px=right_px - left_px, height_px=bottom_px - top_px
    )


def edge_of(zone: Box, fmt: Format) -> Edge:
    """The frame's edge that a text zone leans on."""
    if zone.width_px > _WIDE_ZONE * fmt.size.width_px:
        below = zone.top_px + zone.bottom_px > fmt.size.height_px
        return "bottom" if below else "top"
    rightward = zone.left_px + zone.right_px > fmt.size.width_px
    return "right" if rightward else "left"


def _shape(zone: Box, edge: Edge) -> Literal["band", "column", "row"]:
    if zone.width_px >= _ROW * zone.height_px:
        return "row"
    return "band" if edge in {"top", "bottom"} else "column"
