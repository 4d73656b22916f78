"""The named layouts, as data in `layouts.toml`: where text may go, and on what it stands there.

What holds for any picture belongs here. Where things go on one picture is `layout`'s to say, and
how the text is drawn `compose`'s.
"""

import functools
import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Literal

from creative_assets.studio.errors import RenderError
from creative_assets.studio.formats import Format, safe_box, subject_gap_px
from creative_assets.studio.sight import Rgb, rgb
from creative_assets.studio.values import Box, Direction, Frozen, LayoutName

Ground = Literal["scrim", "panel", "card"]
FrameShape = Literal["tower", "tall", "portrait", "square", "landscape", "strip"]

# Each shape's greatest width ÷ height; what is wider than a landscape is a strip.
_WIDEST: Mapping[FrameShape, float] = {
    "tower": 0.45,
    "tall": 0.62,
    "portrait": 0.9,
    "square": 1.25,
    "landscape": 2.6,
}
_SHAPE_WORDS: Mapping[FrameShape, str] = {
    "tower": "Very tall and narrow",
    "tall": "Tall",
    "portrait": "Portrait",
    "square": "Square",
    "landscape": "Wide",
    "strip": "Very wide and low",
}
_PANEL_PADDING = 0.045  # of the short edge: from the text to the panel's edge beside the picture
# Of the short edge: what a logo with its clear space takes in a corner, across and down.
_LOGO_CORNER = (0.3, 0.16)
_OTHER_SIDE: Mapping[str, str] = {"left": "right", "right": "left"}
# Frames so narrow that a subject in their middle would stand below a logo in the corner.
_NARROW: frozenset[FrameShape] = frozenset({"tall", "portrait", "square"})


class TextZone(Frozen):
    """A part of a format's safe box, in fractions of it, and the side that it leans on.

    `start` counts from where reading starts. With a `logo_corner` its last lines end early, so that
    the logo has room beside them.
    """

    name: Literal["lower", "upper", "start", "end"]
    start: float
    top: float
    width: float
    height: float
    logo_corner: bool = False


class Layout(Frozen):
    """One named layout.

    Attributes:
        ground: What the text stands on: the picture, under a scrim where it needs one; a flat
            panel in the brand's colour beside the picture; or a card that lies on the picture.
        align: How lines and blocks stand in the text zone.
        zones: Where text may go, in order of preference. A card with its padding stays inside.
    """

    name: LayoutName
    ground: Ground
    align: Literal["start", "center"]
    zones: Mapping[FrameShape, tuple[TextZone, ...]]


@functools.cache
def all_layouts() -> Mapping[str, Layout]:
    """Every layout by its name, in the order of `layouts.toml`."""
    text = resources.files(__package__).joinpath("layouts.toml").read_text(encoding="utf-8")
    loaded = tomllib.loads(text).items()
    return {name: Layout.model_validate({"name": name, **fields}) for name, fields in loaded}


def layout_named(name: str) -> Layout:
    """Returns the layout of that name.

    Raises:
        RenderError: There is none.
    """
    found = all_layouts().get(name)
    if found is None:
        known = ", ".join(all_layouts())
        raise RenderError(f"there is no layout {name!r}; use one of {known}")
    return found


def frame_shape(fmt: Format) -> FrameShape:
    """The class of shapes that a format's frame belongs to."""
    return next((name for name, widest in _WIDEST.items() if fmt.size.ratio <= widest), "strip")


def text_zones(layout: Layout, fmt: Format) -> tuple[TextZone, ...]:
    """Where the layout lets text go in a format, in order of preference."""
    return layout.zones[frame_shape(fmt)]


def zone_box(zone: TextZone, fmt: Format, direction: Direction) -> Box:
    """The zone in pixels of a final, mirrored for right-to-left; inside the safe box."""
    safe = safe_box(fmt)
    left = zone.start if direction == "ltr" else 1 - zone.start - zone.width
    left_px = safe.left_px + round(left * safe.width_px)
    top_px = safe.top_px + round(zone.top * safe.height_px)
    return Box(
        left_px=left_px,
        top_px=top_px,
        width_px=safe.left_px + round((left + zone.width) * safe.width_px) - left_px,
        height_px=safe.top_px + round((zone.top + zone.height) * safe.height_px) - top_px,
    )


def picture_box(layout: Layout, zone: TextZone, fmt: Format, direction: Direction) -> Box:
    """Where the picture shows, in pixels of a final: all of it, or what a panel leaves."""
    frame = frame_box(fmt)
    if layout.ground != "panel":
        return frame
    text = zone_box(zone, fmt, direction)
    padding_px = _padding_px(fmt)
    match _side(zone, direction):
        case "lower":
            return frame.model_copy(update={"height_px": text.top_px - padding_px})
        case "upper":
            top_px = text.bottom_px + padding_px
            return frame.model_copy(
                update={"top_px": top_px, "height_px": frame.height_px - top_px}
            )
        case "left":
            left_px = text.right_px + padding_px
            return frame.model_copy(
                update={"left_px": left_px, "width_px": frame.width_px - left_px}
            )
        case "right":
            return frame.model_copy(update={"width_px": text.left_px - padding_px})


def logo_corner(zone: TextZone, fmt: Format, direction: Direction) -> Box | None:
    """The part of the zone that its last lines leave to the logo, in pixels of a final."""
    if not zone.logo_corner:
        return None
    text = zone_box(zone, fmt, direction)
    width_px, height_px = (round(share * _short_px(fmt)) for share in _LOGO_CORNER)
    return Box(
        left_px=text.right_px - width_px if direction == "ltr" else text.left_px,
        top_px=text.bottom_px - height_px,
        width_px=width_px,
        height_px=height_px,
    )


def subject_box(layout: Layout, zone: TextZone, fmt: Format, direction: Direction) -> Box:
    """Where the subject sits when the text is in that zone: the rest, a gap away from the text.

    In the middle of what a panel leaves; beside the logo's corner where both are on the picture.
    """
    safe, text = safe_box(fmt), zone_box(zone, fmt, direction)
    left_px, top_px, right_px, bottom_px = safe.corners
    gap_px = subject_gap_px(fmt)
    if layout.ground == "panel":  # as far from it as from the frame's sides
        gap_px = _padding_px(fmt) + safe.left_px
    match _side(zone, direction):
        case "lower":
            bottom_px = text.top_px - gap_px
        case "upper":
            top_px = text.bottom_px + gap_px
        case "left":
            left_px = text.right_px + gap_px
        case "right":
            right_px = text.left_px - gap_px
    match _beside_logo(layout, zone, fmt, direction):
        case "right":
            left_px += round(_LOGO_CORNER[0] * _short_px(fmt))
        case "left":
            right_px -= round(_LOGO_CORNER[0] * _short_px(fmt))
    return Box(
        left_px=left_px, top_px=top_px, width_px=right_px - left_px, height_px=bottom_px - top_px
    )


def composition_words(layout: Layout, fmt: Format, direction: Direction) -> str:
    """Where the subject sits and which part stays calm, for the picture prompt.

    The calm part is that of the first text zone, and the gap between it and the subject; and the
    corner where the logo will be, if that is on the picture too.
    """
    [zone, *_] = text_zones(layout, fmt)
    subject = subject_box(layout, zone, fmt, direction)
    width_px, height_px = fmt.size.width_px, fmt.size.height_px
    calm = _side(zone, direction)
    opposite, share = {
        "lower": ("upper", 1 - subject.bottom_px / height_px),
        "upper": ("lower", subject.top_px / height_px),
        "left": ("right", subject.left_px / width_px),
        "right": ("left", 1 - subject.right_px / width_px),
    }[calm]
    aside = _beside_logo(layout, zone, fmt, direction)
    place = f", {aside} of the middle" if aside else ""
    corner = f", and the {opposite} {_OTHER_SIDE[aside]} corner too" if aside else ""
    return (
        f"{_SHAPE_WORDS[frame_shape(fmt)]} frame. The subject sits whole in the {opposite}"
        f" part{place}, clear of the edges. Keep the {calm} {round(100 * share)}% of the frame"
        f" calm and uncluttered{corner}."
    )


def panel_color(primary_color: str) -> Rgb:
    """The panel's flat colour, for a brand whose first colour is `primary_color`, `#rrggbb`."""
    return rgb(primary_color)


def frame_box(fmt: Format) -> Box:
    """All of a final."""
    return Box(left_px=0, top_px=0, width_px=fmt.size.width_px, height_px=fmt.size.height_px)


def _side(zone: TextZone, direction: Direction) -> Literal["lower", "upper", "left", "right"]:
    """The side of the frame that the zone leans on."""
    if zone.name in {"lower", "upper"}:
        return "lower" if zone.name == "lower" else "upper"
    return "left" if (zone.name == "start") == (direction == "ltr") else "right"


def _beside_logo(
    layout: Layout, zone: TextZone, fmt: Format, direction: Direction
) -> Literal["left", "right"] | None:
    """The side to which the subject makes room for a logo on the picture; None where it need not.

    A column of text has the logo above it, and a panel on itself.
    """
    is_band = zone.name in {"lower", "upper"} and frame_shape(fmt) in _NARROW
    if layout.ground == "panel" or not is_band:
        return None
    return "right" if direction == "ltr" else "left"


def _padding_px(fmt: Format) -> int:
    return round(_PANEL_PADDING * _short_px(fmt))


def _short_px(fmt: Format) -> int:
    return min(fmt.size.width_px, fmt.size.height_px)
