"""The output formats: sizes, safe zones and text zones, as dated data in `formats.toml`.

What a format is belongs here. Where things go on one picture does not: that is `layout`.
"""

import functools
import tomllib
from collections.abc import Mapping
from datetime import date
from importlib import resources
from typing import Literal

from creative_assets.studio.errors import RenderError
from creative_assets.studio.values import Box, Direction, Frozen, Size

# Of the frame's height: what stays free between subject and text.
SUBJECT_GAP = 0.05

_SHAPES = {"1x1": "1:1 square", "4x5": "4:5 portrait", "9x16": "9:16 tall", "16x9": "16:9 wide"}


class Insets(Frozen):
    """Margins: top and bottom as fractions of the frame's height, left and right of its width."""

    top: float
    right: float
    bottom: float
    left: float


class Zone(Frozen):
    """A part of the frame in fractions of it; `start` counts from where reading starts."""

    start: float
    top: float
    width: float
    height: float


class TextZone(Zone):
    """A zone for text, and the side of the frame that it leans on."""

    name: Literal["lower", "upper", "start", "end"]


class Format(Frozen):
    """One output format.

    Attributes:
        name: Such as `4x5`.
        size: Exact size of a final.
        safe_zone: What text and logo keep clear of at each edge.
        text_zones: Where text may go, in order of preference; each inside the safe zone.
        subject_zone: Where the subject sits when the text is in the first text zone.
        checked_on: When somebody last compared this with its source.
        source: Who says so.
    """

    name: str
    size: Size
    safe_zone: Insets
    text_zones: tuple[TextZone, ...]
    subject_zone: Zone
    checked_on: date
    source: str


@functools.cache
def all_formats() -> Mapping[str, Format]:
    """Every format by its name, in the order of `formats.toml`."""
    text = resources.files(__package__).joinpath("formats.toml").read_text(encoding="utf-8")
    return {name: Format(name=name, **fields) for name, fields in tomllib.loads(text).items()}


def format_named(name: str) -> Format:
    """Returns the format of that name.

    Raises:
        RenderError: There is none.
    """
    found = all_formats().get(name)
    if found is None:
        known = ", ".join(all_formats())
        raise RenderError(f"there is no output format {name!r}; use one of {known}")
    return found


def zone_box(zone: Zone, size: Size, direction: Direction) -> Box:
    """The zone in pixels on a frame of that `size`, mirrored for right-to-left."""
    left = zone.start if direction == "ltr" else 1 - zone.start - zone.width
    return _box(left, zone.top, left + zone.width, zone.top + zone.height, size)


def safe_box(fmt: Format) -> Box:
    """What text and logo stay inside, in pixels of a final."""
    safe = fmt.safe_zone
    return _box(safe.left, safe.top, 1 - safe.right, 1 - safe.bottom, fmt.size)


def subject_gap_px(fmt: Format) -> int:
    """What stays free between subject and text, in pixels of a final."""
    return round(SUBJECT_GAP * fmt.size.height_px)


def composition_words(fmt: Format, direction: Direction) -> str:
    """Where the subject sits and which part stays calm, for the picture prompt.

    The calm part is that of the first text zone, and the gap between it and the subject.
    """
    zone = fmt.text_zones[0]
    across = subject_gap_px(fmt) / fmt.size.width_px
    match zone.name:
        case "lower":
            calm, subject, percent = "lower", "upper", round(100 * (1 - zone.top + SUBJECT_GAP))
        case "upper":
            calm, subject, percent = (
                "upper",
                "lower",
                round(100 * (zone.top + zone.height + SUBJECT_GAP)),
            )
        case "start" | "end":
            on_left = (zone.name == "start") == (direction == "ltr")
            calm, subject = ("left", "right") if on_left else ("right", "left")
            inner = zone.start + zone.width if zone.name == "start" else 1 - zone.start
            percent = round(100 * (inner + across))
    return (
        f"{_SHAPES[fmt.name]} frame. The subject sits whole in the {subject} part, clear of the"
        f" edges. Keep the {calm} {percent}% of the frame calm and uncluttered."
    )


def _box(left: float, top: float, right: float, bottom: float, size: Size) -> Box:
    """Fractions to pixels, by rounding each edge so that equal fractions line up."""
    left_px, right_px = round(left * size.width_px), round(right * size.width_px)
    top_px, bottom_px = round(top * size.height_px), round(bottom * size.height_px)
    return Box(
        left_px=left_px, top_px=top_px, width_px=right_px - left_px, height_px=bottom_px - top_px
    )
