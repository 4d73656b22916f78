"""Finals of one ad in many languages, formats and layouts, on real photographs.

How they are made is here; what is claimed of them is in the tests, and what people saw when they
looked at each of them in `docs/gallery.md`.
"""

import functools
import itertools
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from creative_assets.studio.compose import (
    Composition,
    OverlayText,
    Setting,
    TextStyle,
    common_ranking,
    draw,
    set_text,
)
from creative_assets.studio.compose.shading import shaded
from creative_assets.studio.formats import format_named
from creative_assets.studio.layout import FormatPlan, Zones, framed, plan_zones
from creative_assets.studio.layouts import layout_named, panel_color
from creative_assets.studio.logo import Logo, LogoFile, LogoSpot, LogoVersion, place_logo
from creative_assets.studio.logo_places import View
from creative_assets.studio.logo_spots import logo_candidates
from creative_assets.studio.typography import direction_of
from creative_assets.studio.values import Direction
from tests.gallery.scenes import SCENES, generated

EXAMPLE = Path(__file__).parents[2] / "examples" / "nordlys-coffee"
PRIMARY, PALETTE = "#0b3d2e", ("#f4e9d8", "#d97742")
BRAND, PRODUCT = "Nordlys", "Nordlys Coffee Co."
FORMATS = ("1x1", "4x5", "9x16", "16x9")
LAYOUTS = ("overlay", "panel", "card")


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
        source = generated(SCENES[scene], fmt, layout, direction)
        zones = plan_zones(source, fmt, layout, direction)
        views.append(View(framed(source, fmt, zones, panel_color(PRIMARY)), fmt, zones))
    colors = TextStyle(locale="und", direction=direction, primary_color=PRIMARY, palette=PALETTE)
    planned = shaded(views, colors, brand_logo())
    found = logo_candidates(planned, brand_logo(), direction, None)
    return {
        view.fmt.name: (view.frame, _plan(view, spots[0]))
        for view, spots in zip(planned, found, strict=True)
    }


def _plan(view: View, spot: LogoSpot) -> FormatPlan:
    fields = {name: getattr(view.zones, name) for name in Zones.model_fields}
    return FormatPlan(format=view.fmt.name, size=view.fmt.size, logo=spot, **fields)


@functools.cache
def brand_logo() -> Logo:
    names: dict[LogoVersion, str] = {
        "default": "logo.svg",
        "light": "logo-light.svg",
        "dark": "logo-dark.svg",
    }
    versions = {name: LogoFile(file, (EXAMPLE / file).read_bytes()) for name, file in names.items()}
    return Logo(versions)
