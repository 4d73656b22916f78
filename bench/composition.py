"""Composition and export: from decoded pictures to files' bytes, beside a naive Pillow script."""

import io
import resource
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from bench.results import Row
from creative_assets.studio.compose import OverlayText, TextStyle, compose_text
from creative_assets.studio.export import encode
from creative_assets.studio.formats import format_named
from creative_assets.studio.layout import FormatPlan, Zones, framed, plan_zones
from creative_assets.studio.layouts import layout_named, panel_color
from creative_assets.studio.logo import Logo, LogoFile, place_logo, raster
from creative_assets.studio.logo_places import View
from creative_assets.studio.logo_spots import logo_candidates
from creative_assets.studio.provenance import PROCEDURAL_SOURCE, Marks
from creative_assets.studio.values import FileType

LOGO = Path(__file__).parent.parent / "examples" / "nordlys-coffee" / "logo-light.svg"
FORMATS = ("1x1", "4x5", "9x16", "16x9")
THREADS = 2
PRIMARY = "#0b3d2e"
TEXT = OverlayText(
    headline="Mornings, slowed down by 18 hours",
    subline="Nordlys cold brew, steeped overnight and ready from the fridge.",
    call_to_action="Try it for $4.99",
    legal_line="While supplies last. 250 ml can. Nordlys Coffee Co., Portland.",
)
STYLE = TextStyle(
    locale="en-US", direction="ltr", primary_color=PRIMARY, palette=("#f4e9d8", "#d97742")
)
MARKS = Marks(
    digital_source_type=PROCEDURAL_SOURCE,
    creator_tool="creative-assets",
    ai_system="none",
    ai_version="none",
    stand_in=True,
    alt_text="A hill at dusk",
    locale="en-US",
    title="Nordlys: cold brew",
)


@dataclass(frozen=True)
class Speed:
    """What making finals took: by the clock, and on the CPU for each."""

    finals_per_s: float
    cpu_ms: float


def rows() -> list[Row]:
    """Finals from decoded pictures to bytes: ours, and beside them a first script's."""
    jpeg, png, script = ours("jpeg", 40), ours("png", 8), naive(3)
    first_mb, last_mb = growth_mb(1000)
    of_cpu = {"CPU of one, ms": round(jpeg.cpu_ms), "naive script's, ms": round(script.cpu_ms)}
    return [
        Row(
            name="finals-jpeg",
            what="finals a second, JPEG",
            unit="finals/s",
            values=(jpeg.finals_per_s,),
            least=40,
            details=of_cpu,
        ),
        Row(
            name="finals-png",
            what="finals a second, PNG",
            unit="finals/s",
            values=(png.finals_per_s,),
            least=10,
        ),
        Row(
            name="finals-growth",
            what="peak memory after 1,000 variants ÷ after the first 100",
            unit="",
            values=(last_mb / first_mb,),
            most=1.1,
            details={"after 100, MB": round(first_mb), "after 1,000, MB": round(last_mb)},
        ),
    ]


def ours(file_type: FileType, variants: int) -> Speed:
    """Finals of `variants` variants, on two threads."""
    jobs = [(name, _words_of(number)) for number in range(variants) for name in FORMATS]

    def work() -> None:
        with ThreadPoolExecutor(THREADS) as pool:
            finals = pool.map(lambda job: len(_final(job[0], job[1], file_type)), jobs)
            sum(finals)  # of the files nothing is kept, as where they go to the store

    return _timed(work, len(jobs))


def naive(variants: int) -> Speed:
    """The same pictures as a first script makes them: LANCZOS, PNG by default, one thread."""
    jobs = [name for _ in range(variants) for name in FORMATS]
    return _timed(lambda: [_naive_final(name) for name in jobs], len(jobs))


def growth_mb(variants: int) -> tuple[float, float]:
    """Peak memory after the first tenth of `variants` variants, and after all of them."""
    ours("jpeg", variants // 10)
    first_mb = _peak_mb()
    ours("jpeg", variants - variants // 10)
    return first_mb, _peak_mb()


def _timed(work: Callable[[], object], finals: int) -> Speed:
    for name in FORMATS:
        _final(name, TEXT, "jpeg")  # what is cached for good is not what is measured
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    work()
    cpu_s, wall_s = time.process_time() - cpu_s, time.perf_counter() - wall_s
    return Speed(finals / wall_s, 1000 * cpu_s / finals)


def _words_of(number: int) -> OverlayText:
    """Every variant says something else: lines that are drawn already would cost nothing."""
    said = {field: f"{words} {number}" for field, words in TEXT.model_dump().items()}
    return OverlayText.model_validate(said)


def _final(name: str, text: OverlayText, file_type: FileType) -> bytes:
    source, plan = _planned(name)
    fmt = format_named(name)
    frame = framed(source, fmt, _zones(name), panel_color(PRIMARY))
    composition = compose_text(place_logo(frame, _logo(), plan.logo), plan, fmt, text, STYLE)
    return encode(composition.image, (file_type,), MARKS).content


@cache
def _zones(name: str) -> Zones:
    return plan_zones(_picture(name), format_named(name), layout_named("overlay"), "ltr")


@cache
def _planned(name: str) -> tuple[Image.Image, FormatPlan]:
    source, fmt, zones = _picture(name), format_named(name), _zones(name)
    frame = framed(source, fmt, zones, panel_color(PRIMARY))
    [[spot, *_]] = logo_candidates([View(frame, fmt, zones)], _logo(), "ltr", None)
    fields = {field: getattr(zones, field) for field in Zones.model_fields}
    return source, FormatPlan(format=name, size=fmt.size, logo=spot, **fields)


@cache
def _logo() -> Logo:
    return Logo({"default": LogoFile(LOGO.name, LOGO.read_bytes())})


@cache
def _picture(name: str) -> Image.Image:
    """A hill at dusk with the grain of a photograph, at the size that an image model gives."""
    size = format_named(name).size
    width_px, height_px = (-(-side // 16) * 16 for side in (size.width_px, size.height_px))
    sky = Image.linear_gradient("L").resize((width_px, height_px))
    picture = Image.merge("RGB", (sky, sky.point(lambda level: level // 2), sky))
    box = (width_px // 3, height_px // 6, 2 * width_px // 3, height_px // 2)
    ImageDraw.Draw(picture).ellipse(box, fill=(217, 119, 66))
    grain = np.random.default_rng(1).normal(0, 6, (height_px, width_px, 1))
    return Image.fromarray((np.asarray(picture) + grain).clip(0, 255).astype(np.uint8))


def _naive_final(name: str) -> bytes:
    size = (format_named(name).size.width_px, format_named(name).size.height_px)
    canvas = _picture(name).resize(size, Image.Resampling.LANCZOS).convert("RGBA")
    scrim = Image.new("RGBA", size)
    for row in range(size[1] // 2, size[1]):
        alpha = round(200 * (row - size[1] // 2) / (size[1] // 2))
        ImageDraw.Draw(scrim).line((0, row, size[0], row), fill=(0, 0, 0, alpha))
    canvas = Image.alpha_composite(canvas, scrim)
    draw = ImageDraw.Draw(canvas)
    top = size[1] // 2
    for words, font_px in _lines():
        draw.text((60, top), words, fill="white", font=ImageFont.load_default(font_px))
        top += 2 * font_px
    canvas.alpha_composite(raster(_logo().versions["default"], 260), (60, 60))
    buffer = io.BytesIO()
    canvas.convert("RGB").save(buffer, "PNG")
    return buffer.getvalue()


def _lines() -> Sequence[tuple[str, int]]:
    return (
        (TEXT.headline, 64),
        (TEXT.subline or "", 32),
        (TEXT.call_to_action or "", 30),
        (TEXT.legal_line or "", 20),
    )


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
