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
from creative_assets.studio.values import Direction, Size
from tests.photographs import photograph, subject_of

EXAMPLE = Path(__file__).parents[2] / "examples" / "nordlys-coffee"
PRIMARY, PALETTE = "#0b3d2e", ("#f4e9d8", "#d97742")
BRAND, PRODUCT = "Nordlys", "Nordlys Coffee Co."
FORMATS = ("1x1", "4x5", "9x16", "16x9")
LAYOUTS = ("overlay", "panel", "card")
_SUBJECT_SHARE = 0.94
_FADE_PX, _BLUR_PX = 60, 70


@dataclass(frozen=True)
class Scene:
    """A photograph, and what is done to it so that it serves as a generated picture.

    Attributes:
        photograph: Its name.
        in_corner: Whether the subject stands in a corner of where the layout wants it.
        ground: What the subject lies on instead of its own ground, cut out by its box's ellipse.
        whiteness: 0, or how far it is faded.
    """

    photograph: str
    in_corner: bool = False
    ground: str | None = None
    whiteness: float = 0.0


SCENES = {
    "busy": Scene("coffee", ground="gravel.png"),
    "bright": Scene("pagoda"),
    "dark": Scene("rocket"),
    "corner": Scene("flower", in_corner=True),
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


def _generated(scene: Scene, fmt: Format, layout: Layout, direction: Direction) -> Image.Image:
    """The photograph as an image model would compose it: its subject where the layout asks for it.

    Beyond its edges it goes on as its own mirror image, blurred.
    """
    wanted = subject_box(layout, text_zones(layout, fmt)[0], fmt, direction)
    subject = subject_of(scene.photograph)
    whole = photograph(scene.photograph)
    scale = _SUBJECT_SHARE * min(
        wanted.width_px / subject.width_px, wanted.height_px / subject.height_px
    )
    size = (round(whole.width * scale), round(whole.height * scale))
    photo = whole.resize(size, Image.Resampling.LANCZOS)
    free_px = (
        wanted.width_px - scale * subject.width_px,
        wanted.height_px - scale * subject.height_px,
    )
    share = (1.0, 0.0) if scene.in_corner else (0.5, 0.5)
    left = round(wanted.left_px + share[0] * free_px[0] - scale * subject.left_px)
    top = round(wanted.top_px + share[1] * free_px[1] - scale * subject.top_px)
    if scene.ground is None:
        canvas = _continued(photo, left, top, fmt.size)
    else:
        canvas = _texture(scene.ground, fmt.size)
        mask = Image.new("L", photo.size)
        box = [round(scale * edge) for edge in subject.corners]
        ImageDraw.Draw(mask).ellipse(box, fill=255)
        canvas.paste(photo, (left, top), mask.filter(ImageFilter.GaussianBlur(2)))
    return Image.blend(canvas, Image.new("RGB", canvas.size, "white"), scene.whiteness)


def _texture(name: str, size: Size) -> Image.Image:
    file = files("skimage") / "data" / name
    with Image.open(io.BytesIO(file.read_bytes())) as opened:
        large = ImageOps.cover(opened.convert("RGB"), (size.width_px, size.height_px))
    return large.crop((0, 0, size.width_px, size.height_px))


def _continued(photo: Image.Image, left: int, top: int, size: Size) -> Image.Image:
    """A picture of `size` with the photograph at a place, mirrored and blurred beyond its edges."""
    around = [
        (max(0, top), max(0, size.height_px - top - photo.height)),
        (max(0, left), max(0, size.width_px - left - photo.width)),
        (0, 0),
    ]
    mirrored = Image.fromarray(np.pad(np.asarray(photo), around, mode="symmetric"))
    whole = mirrored.crop(
        (max(0, -left), max(0, -top), max(0, -left) + size.width_px, max(0, -top) + size.height_px)
    )
    inside = Image.new("L", whole.size)
    inside.paste(255, (left, top, left + photo.width, top + photo.height))
    soft = inside.filter(ImageFilter.BoxBlur(_FADE_PX)).point(lambda level: max(0, 2 * level - 255))
    return Image.composite(whole, whole.filter(ImageFilter.GaussianBlur(_BLUR_PX)), soft)


@functools.cache
def brand_logo() -> Logo:
    names: dict[LogoVersion, str] = {
        "default": "logo.svg",
        "light": "logo-light.svg",
        "dark": "logo-dark.svg",
    }
    versions = {name: LogoFile(file, (EXAMPLE / file).read_bytes()) for name, file in names.items()}
    return Logo(versions)
