"""The output formats: sizes and safe zones, as dated data in `formats.toml`.

What a format is belongs here. Where its text may go is `layouts`' to say.
"""

import functools
import tomllib
from collections.abc import Mapping
from datetime import date
from importlib import resources

from creative_assets.studio.errors import RenderError
from creative_assets.studio.values import Box, Frozen, Size

# Of the frame's height: what stays free between subject and text.
SUBJECT_GAP = 0.05


class Insets(Frozen):
    """Margins: top and bottom as fractions of the frame's height, left and right of its width."""

    top: float
    right: float
    bottom: float
    left: float


class Format(Frozen):
    """One output format.

    Attributes:
        name: Such as `4x5`.
        size: Exact size of a final.
        safe_zone: What text and logo keep clear of at each edge.
        checked_on: When somebody last compared this with its source.
        source: Who says so.
    """

    name: str
    size: Size
    safe_zone: Insets
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


def safe_box(fmt: Format) -> Box:
    """What text and logo stay inside, in pixels of a final."""
    safe, width_px, height_px = fmt.safe_zone, fmt.size.width_px, fmt.size.height_px
    left_px, top_px = round(safe.left * width_px), round(safe.top * height_px)
    return Box(
        left_px=left_px,
        top_px=top_px,
        width_px=round((1 - safe.right) * width_px) - left_px,
        height_px=round((1 - safe.bottom) * height_px) - top_px,
    )


def subject_gap_px(fmt: Format) -> int:
    """What stays free between subject and text, in pixels of a final."""
    return round(SUBJECT_GAP * fmt.size.height_px)
