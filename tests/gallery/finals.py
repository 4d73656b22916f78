"""Finals of one ad in many languages, formats and layouts, on real photographs.

How they are made is here; what is claimed of them is in the tests, and what people saw when they
looked at each of them in `docs/gallery.md`.
"""

import functools
import io
import itertools
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from creative_assets.studio.compose import (
    Composition,
    OverlayText,
    Setting,
    TextStyle,
    common_ranking,
    draw,
    set_text,
)
from creative_assets.studio.formats import Format, format_named
from creative_assets.studio.layout import FormatPlan, Zones, framed, plan_zones
from creative_assets.studio.layouts import (
    Layout,
    layout_named,
    panel_color,
    subject_box,
    text_zones,
)
from creative_assets.studio.logo import Logo, LogoFile, LogoSpot, LogoVersion, place_logo
from creative_assets.studio.logo_places import View
from creative_assets.studio.logo_spots import logo_candidates
from creative_assets.studio.typography import direction_of
from creative_assets.studio.values import Box, Direction, Size
from tests.photographs import photograph, subject_of

EXAMPLE = Path(__file__).parents[2] / "examples" / "nordlys-coffee"
PRIMARY, PALETTE = "#0b3d2e", ("#f4e9d8", "#d97742")
BRAND, PRODUCT = "Nordlys", "Nordlys Coffee Co."
FORMATS = ("1x1", "4x5", "9x16", "16x9")
LAYOUTS = ("overlay", "panel", "card")
_SUBJECT_SHARE = 0.94
# How soft a photograph's ground is beyond it, and over how much of its rim it becomes so.
_OUT_OF_FOCUS_PX, _FADE_PX, _RIM_PX = 120, 160, 20


@dataclass(frozen=True)
class Scene:
    """A photograph, and what is done to it so that it serves as a generated picture.

    Attributes:
        photograph: Its name.
        part: What of it is used, in thousandths of it: left, top, right, bottom.
        in_corner: Whether the subject stands in a corner of where the layout wants it.
        ground: What the subject lies on instead of its own ground, cut out by its box's ellipse.
        shade: Which percentile of its rim's colours is above and below it.
        whiteness: 0, or how far it is faded.
    """

    photograph: str
    part: tuple[int, int, int, int] = (0, 0, 1000, 1000)
    in_corner: bool = False
    ground: str | None = None
    shade: int = 50
    whiteness: float = 0.0


SCENES = {
    "busy": Scene("coffee", ground="gravel.png"),
    "bright": Scene("pagoda", shade=95, whiteness=0.15),
    "dark": Scene("rocket", part=(310, 0, 710, 1000), shade=10),
    "corner": Scene("flower", part=(0, 0, 1000, 870), in_corner=True),
    "near-white": Scene("motorcycle", whiteness=0.72),
}


@dataclass(frozen=True)
class Cell:
    """One final of the gallery."""

    locale: str
    format: str
    layout: str
    scene: str

    @property
    def name(self) -> str:
        """Such as `ja-JP/9x16-panel-busy`, and its file's name without the suffix."""
        return f"{self.locale}/{self.format}-{self.layout}-{self.scene}"


@functools.cache
def words() -> dict[str, OverlayText]:
    """Locale → the ad's words."""
    text = Path(__file__).with_name("copy.toml").read_text(encoding="utf-8")
    return {
        locale: OverlayText.model_validate(fields) for locale, fields in tomllib.loads(text).items()
    }


def cells() -> Iterator[Cell]:
    """Every final: locales × formats × layouts × scenes."""
    for each in itertools.product(words(), FORMATS, LAYOUTS, SCENES):
        yield Cell(*each)


def golden_cells() -> Iterator[Cell]:
    """Each locale in each format once, with layouts and scenes taking turns."""
    looks = itertools.cycle(itertools.product(LAYOUTS, SCENES))
    for each in itertools.product(words(), FORMATS):
        yield Cell(*each, *next(looks))


def final(cell: Cell, *, logo: bool = True) -> Composition:
    """The final as the stages make it, with the logo at the best computed spot, or without it."""
    settings = _settings(cell.locale, cell.layout, cell.scene, logo=logo)
    return draw(settings[cell.format], common_ranking(list(settings.values())))


def framed_for(
    format_name: str, layout_name: str, scene: str, direction: Direction
) -> tuple[Image.Image, FormatPlan]:
    """The picture of a final with nothing on it yet, and its plan; shared between callers."""
    return _frames(layout_name, scene, direction)[format_name]


@functools.lru_cache(maxsize=15)
def _settings(locale: str, layout: str, scene: str, *, logo: bool) -> Mapping[str, Setting]:
    """Format → the ad's words at their places: all of one ad, which share their look."""
    direction = direction_of(locale)
    style = TextStyle(
        locale=locale,
        direction=direction,
        primary_color=PRIMARY,
        palette=PALETTE,
        keep_together=(BRAND, PRODUCT),
    )
    settings = {}
    for name, (frame, plan) in _frames(layout, scene, direction).items():
        branded = place_logo(frame, brand_logo(), plan.logo) if logo else frame
        settings[name] = set_text(branded, plan, format_named(name), words()[locale], style)
    return settings


@functools.lru_cache(maxsize=15)
def _frames(
    layout_name: str, scene: str, direction: Direction
) -> Mapping[str, tuple[Image.Image, FormatPlan]]:
    layout = layout_named(layout_name)
    views = []
    for fmt in map(format_named, FORMATS):
        source = _generated(SCENES[scene], fmt, layout, direction)
        zones = plan_zones(source, fmt, layout, direction)
        views.append(View(framed(source, fmt, zones, panel_color(PRIMARY)), fmt, zones))
    found = logo_candidates(views, brand_logo(), direction, None)
    return {
        view.fmt.name: (view.frame, _plan(view, spots[0]))
        for view, spots in zip(views, found, strict=True)
    }


def _plan(view: View, spot: LogoSpot) -> FormatPlan:
    fields = {name: getattr(view.zones, name) for name in Zones.model_fields}
    return FormatPlan(format=view.fmt.name, size=view.fmt.size, logo=spot, **fields)


def composed_subject(scene: Scene, fmt: Format, layout: Layout, direction: Direction) -> Box:
    """Where a scene's subject is in its picture: where the layout asks an image model for it."""
    wanted = subject_box(layout, text_zones(layout, fmt)[0], fmt, direction)
    subject = scaled(_part_of(scene)[1], _scale(scene, wanted))
    free_px = (wanted.width_px - subject.width_px, wanted.height_px - subject.height_px)
    share = (1.0, 0.0) if scene.in_corner else (0.5, 0.5)
    left_px = round(wanted.left_px + share[0] * free_px[0])
    top_px = round(wanted.top_px + share[1] * free_px[1])
    return subject.model_copy(update={"left_px": left_px, "top_px": top_px})


def _generated(scene: Scene, fmt: Format, layout: Layout, direction: Direction) -> Image.Image:
    """The photograph as an image model would compose it; beyond its edges its ground goes on."""
    wanted = subject_box(layout, text_zones(layout, fmt)[0], fmt, direction)
    part, subject = _part_of(scene)
    scale = _scale(scene, wanted)
    size = (round(part.width * scale), round(part.height * scale))
    photo, subject = part.resize(size, Image.Resampling.LANCZOS), scaled(subject, scale)
    there = composed_subject(scene, fmt, layout, direction)
    at = (there.left_px - subject.left_px, there.top_px - subject.top_px)
    if scene.ground is None:
        canvas = _continued(photo, subject, at, fmt.size, scene.shade)
    else:
        canvas = _texture(scene.ground, fmt.size)
        mask = Image.new("L", photo.size)
        ImageDraw.Draw(mask).ellipse(subject.corners, fill=255)
        canvas.paste(photo, at, mask.filter(ImageFilter.GaussianBlur(2)))
    return Image.blend(canvas, Image.new("RGB", canvas.size, "white"), scene.whiteness)


def _scale(scene: Scene, wanted: Box) -> float:
    _, subject = _part_of(scene)
    return _SUBJECT_SHARE * min(
        wanted.width_px / subject.width_px, wanted.height_px / subject.height_px
    )


@functools.cache
def _part_of(scene: Scene) -> tuple[Image.Image, Box]:
    """The part of its photograph that a scene uses, and where the subject is in it."""
    whole, subject = photograph(scene.photograph), subject_of(scene.photograph)
    left, top, right, bottom = np.multiply(scene.part, (*whole.size, *whole.size)) // 1000
    moved = {"left_px": subject.left_px - int(left), "top_px": subject.top_px - int(top)}
    return whole.crop((left, top, right, bottom)), subject.model_copy(update=moved)


def scaled(box: Box, scale: float) -> Box:
    """The same box in a picture that is `scale` times as large."""
    left_px, top_px, right_px, bottom_px = (round(scale * edge) for edge in box.corners)
    return Box(
        left_px=left_px, top_px=top_px, width_px=right_px - left_px, height_px=bottom_px - top_px
    )


def _texture(name: str, size: Size) -> Image.Image:
    file = files("skimage") / "data" / name
    with Image.open(io.BytesIO(file.read_bytes())) as opened:
        large = ImageOps.cover(opened.convert("RGB"), (size.width_px, size.height_px))
    return large.crop((0, 0, size.width_px, size.height_px))


def _continued(
    photo: Image.Image, subject: Box, at: tuple[int, int], size: Size, shade: int
) -> Image.Image:
    """A picture of `size` with the photograph at a place; its ground goes on, and out of focus.

    To the sides each row goes on in its own colour, above and below all in a shade of the rim.
    """
    left, top = at
    pixels = np.asarray(photo)
    above, below = max(0, top), max(0, size.height_px - top - photo.height)
    before, after = max(0, left), max(0, size.width_px - left - photo.width)
    first, last = (np.median(rim, axis=1, keepdims=True) for rim in _rims(pixels, axis=1))
    wide = np.hstack((np.repeat(first, before, 1), pixels, np.repeat(last, after, 1)))
    first, last = (np.percentile(rim, shade, axis=(0, 1)) for rim in _rims(wide, axis=0))
    ends = [np.tile(end, (rows, wide.shape[1], 1)) for end, rows in ((first, above), (last, below))]
    grown = Image.fromarray(np.vstack((ends[0], wide, ends[1])).round().astype(np.uint8))
    shift = (max(0, -left), max(0, -top))
    whole = grown.crop((*shift, shift[0] + size.width_px, shift[1] + size.height_px))
    picture = whole.filter(ImageFilter.GaussianBlur(_OUT_OF_FOCUS_PX))
    picture.paste(photo, at, _sharp(photo, subject))
    return picture


def _rims(pixels: NDArray[np.uint8], axis: int) -> list[NDArray[np.uint8]]:
    """The first and the last of its columns (axis 1) or rows (axis 0)."""
    return [pixels.take(at, axis) for at in (range(_RIM_PX), range(-_RIM_PX, 0))]


def _sharp(photo: Image.Image, subject: Box) -> Image.Image:
    """A mask, L: all of the subject, less and less towards the photograph's rim."""

    def shares(length: int, start: int, end: int) -> NDArray[np.float64]:
        from_rim = np.arange(length) + 0.5
        before, after = (min(max(room, 1), _FADE_PX) for room in (start, length - end))
        share = np.clip(np.minimum(from_rim / before, (length - from_rim) / after), 0, 1)
        smooth: NDArray[np.float64] = share * share * (3 - 2 * share)
        return smooth

    across = shares(photo.width, subject.left_px, subject.right_px)
    down = shares(photo.height, subject.top_px, subject.bottom_px)
    return Image.fromarray((255 * np.outer(down, across)).round().astype(np.uint8))


@functools.cache
def brand_logo() -> Logo:
    names: dict[LogoVersion, str] = {
        "default": "logo.svg",
        "light": "logo-light.svg",
        "dark": "logo-dark.svg",
    }
    versions = {name: LogoFile(file, (EXAMPLE / file).read_bytes()) for name, file in names.items()}
    return Logo(versions)
