"""The output formats and the channels that take them, as dated data in `formats.toml`.

What a format is, and what is allowed in it, belongs here. Where text may go is `layouts`' to say.
"""

import functools
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from importlib import resources
from typing import Any

from creative_assets.studio.errors import RenderError
from creative_assets.studio.values import Box, FileType, Frozen, LayoutName, Size, TextRole

# Of the frame's height: what stays free between subject and text.
SUBJECT_GAP = 0.05
# Pixels of a final for each pixel of the generated picture. Beyond it, blur shows on a phone.
MAX_UPSCALE = 2.0


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
        ratio: Width ÷ height as it is asked for, such as 1.91.
        ratio_tolerance: By which share of it a picture may differ.
        safe_zone: What text and logo keep clear of at each edge.
        max_bytes: Of a final's file; None where no limit is known.
        file_types: Those taken there, the usual one first.
        text_roles: The texts that it has room for; none where text and logo are forbidden.
        shape: Name of the format whose picture this one is cut from; its own where it is that.
        layout: The one that it takes whatever a brief says; None where it takes any.
        checked_on: When somebody last compared this with its source.
        source: Who says so.
    """

    name: str
    size: Size
    ratio: float
    ratio_tolerance: float
    safe_zone: Insets
    max_bytes: int | None = None
    file_types: tuple[FileType, ...]
    text_roles: tuple[TextRole, ...]
    shape: str
    layout: LayoutName | None = None
    checked_on: date
    source: str

    @property
    def text_and_logo(self) -> bool:
        """Whether text and logo are allowed; else a final is a picture and nothing more."""
        return bool(self.text_roles)


class TextLimit(Frozen):
    """What a channel takes of the copy that is entered there beside the image.

    Attributes:
        name: The channel's, such as `meta`.
        formats: Those that are for it.
        characters: Text → at most so many.
        checked_on: When somebody last compared this with its source.
        source: Who says so.
    """

    name: str
    formats: tuple[str, ...]
    characters: Mapping[TextRole, int]
    checked_on: date
    source: str


@functools.cache
def all_formats() -> Mapping[str, Format]:
    """Every format by its name, in the order of `formats.toml`."""
    return {name: Format(name=name, **fields) for name, fields in _data()["formats"].items()}


@functools.cache
def all_channels() -> Mapping[str, tuple[str, ...]]:
    """Channel → the names of its formats."""
    return {name: tuple(formats) for name, formats in _data()["channels"].items()}


@functools.cache
def all_text_limits() -> tuple[TextLimit, ...]:
    """Every channel's limits of text, in the order of `formats.toml`."""
    return tuple(TextLimit(name=name, **fields) for name, fields in _data()["text_limits"].items())


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


def formats_of(names: Iterable[str]) -> tuple[str, ...]:
    """The formats that channels and formats of those names stand for, each once, in order."""
    channels = all_channels()
    return tuple(dict.fromkeys(each for name in names for each in channels.get(name, (name,))))


def file_types_for(fmt: Format, wished: FileType) -> tuple[FileType, ...]:
    """The file types to try for a final: the one wished for where it is taken there, the rest."""
    first = (wished,) if wished in fmt.file_types else ()
    return tuple(dict.fromkeys((*first, *fmt.file_types)))


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


@functools.cache
def _data() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("formats.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
