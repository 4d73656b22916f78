"""Things to stand in a scene: turned on the lathe of `solids`, or drawn as SVG.

Each is a cut-out: an RGBA picture trimmed to the thing, lit from the left. No text, ever.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from string import Template

import numpy as np
import resvg_py
from PIL import Image, ImageDraw, ImageOps

from creative_assets.standin.scenes.canvas import smooth
from creative_assets.standin.scenes.colours import Floats, Light, from_hex, lightness_of, mix, toned
from creative_assets.standin.scenes.solids import GLASS, MATTE, METAL, SATIN, Part, cut, lathe

_ROUND = 24  # points of a rounded edge: no facets


def _stacked(lower: Image.Image, upper: Image.Image, sink_px: int) -> Image.Image:
    """Stand one cut-out on another, centred; `sink_px` is how far it goes in."""
    width = max(lower.width, upper.width)
    result = Image.new("RGBA", (width, lower.height + upper.height - sink_px))
    result.alpha_composite(lower, ((width - lower.width) // 2, upper.height - sink_px))
    result.alpha_composite(upper, ((width - upper.width) // 2, 0))
    return result


def _plain(colour: Floats) -> Floats:
    """A packaging colour that holds light and shade: neither black nor white."""
    return toned(colour, min(max(lightness_of(colour), 0.34), 0.90))


def _bottle(light: Light, height_px: int) -> Image.Image:
    glass = _plain(mix(light.deep, light.mid, 0.5))
    profile = [
        (0, 0.062),
        (0.10, 0.062),
        (0.101, 0.054),
        (0.24, 0.056),
        (0.30, 0.085),
        (0.38, 0.135),
        (0.46, 0.150),
        (0.97, 0.150),
        (1, 0.138),
    ]
    parts = [
        Part(0, _plain(light.accent), SATIN),
        Part(0.105, glass, GLASS),
        Part(0.52, _plain(light.pale), MATTE),
        Part(0.86, glass, GLASS),
    ]
    return lathe(profile, parts, height_px, tilt=0.07)


def _can(light: Light, height_px: int) -> Image.Image:
    metal = np.array([0.78, 0.79, 0.80], dtype=np.float32)
    profile = [
        (0, 0.205),
        (0.018, 0.212),
        (0.03, 0.200),
        (0.085, 0.240),
        (0.93, 0.240),
        (0.985, 0.200),
        (1, 0.198),
    ]
    parts = [
        Part(0, metal, METAL),
        Part(0.085, _plain(light.accent), SATIN),
        Part(0.40, _plain(light.pale), SATIN),
        Part(0.46, _plain(light.deep), SATIN),
        Part(0.925, metal, METAL),
    ]
    return lathe(profile, parts, height_px, tilt=0.09)


def _dropper(light: Light, height_px: int) -> Image.Image:
    glass = _plain(mix(light.accent, light.mid, 0.4))
    profile = [
        (0, 0.035),
        (0.02, 0.052),
        (0.17, 0.052),
        (0.185, 0.074),
        (0.32, 0.076),
        (0.325, 0.066),
        (0.37, 0.068),
        (0.40, 0.14),
        (0.43, 0.172),
        (0.97, 0.176),
        (1, 0.160),
    ]
    parts = [
        Part(0, _plain(light.pale), MATTE),
        Part(0.178, _plain(light.deep), SATIN),
        Part(0.327, glass, GLASS),
        Part(0.56, _plain(light.pale), MATTE),
        Part(0.86, glass, GLASS),
    ]
    return lathe(profile, parts, height_px, tilt=0.09)


def _jar(light: Light, height_px: int) -> Image.Image:
    lid = lathe(
        [*_shoulder((0, 1.38), (0.16, 1.46)), (1, 1.46)],
        [Part(0, _plain(light.accent), SATIN)],
        round(height_px * 0.29),
        tilt=0.16,
    )
    axis = round(height_px * 0.60)
    body = lathe(
        [*_shoulder((0, 0.69), (0.08, 0.735)), *_heel((0.84, 0.735), (1, 0.60))],
        [
            Part(0, _plain(light.pale), SATIN),
            Part(0.28, _plain(mix(light.pale, light.mid, 0.22)), MATTE),
            Part(0.72, _plain(light.pale), SATIN),
        ],
        axis,
        tilt=0.16,
    )
    return _stacked(body, lid, round(axis * 0.22))


def _shoulder(start: tuple[float, float], end: tuple[float, float]) -> list[tuple[float, float]]:
    """A profile that widens in a quarter of an ellipse; both ends are (height, radius)."""
    turns = np.linspace(0, np.pi / 2, _ROUND)
    heights = start[0] + (end[0] - start[0]) * (1 - np.cos(turns))
    radii = start[1] + (end[1] - start[1]) * np.sin(turns)
    return list(zip(heights.tolist(), radii.tolist(), strict=True))


def _heel(start: tuple[float, float], end: tuple[float, float]) -> list[tuple[float, float]]:
    """A profile that narrows in a quarter of an ellipse."""
    upturned = _shoulder((0.0, end[1]), (end[0] - start[0], start[1]))
    return [(end[0] - height, radius) for height, radius in reversed(upturned)]


def _tube(light: Light, height_px: int) -> Image.Image:
    profile = [
        (0, 0.205),
        (0.05, 0.205),
        (0.06, 0.200),
        (0.80, 0.150),
        (0.81, 0.118),
        (0.99, 0.118),
        (1, 0.112),
    ]
    parts = [
        Part(0, _plain(light.mid), SATIN),
        Part(0.055, _plain(light.pale), SATIN),
        Part(0.42, _plain(light.accent), SATIN),
        Part(0.56, _plain(light.pale), SATIN),
        Part(0.805, _plain(light.mid), SATIN),
    ]
    return lathe(profile, parts, height_px, tilt=0.05)


def _cup(light: Light, height_px: int) -> Image.Image:
    saucer = lathe(
        [(t, 2.4 + 2.2 * (1 - t * t) ** 0.5) for t in np.linspace(0, 1, 40).tolist()],
        [Part(0, _plain(light.pale), SATIN)],
        round(height_px * 0.12),
        tilt=0.20,
    )
    axis = round(height_px * 0.66)
    profile = [
        (0, 0.600),
        (0.15, 0.598),
        (0.30, 0.588),
        (0.45, 0.565),
        (0.58, 0.530),
        (0.70, 0.480),
        (0.80, 0.425),
        (0.88, 0.370),
        (0.94, 0.320),
        (1, 0.270),
    ]
    bowl = lathe(profile, [Part(0, _plain(light.pale), SATIN)], axis, tilt=0.20)
    brew = Image.new("L", (2 * bowl.width, 4 * round(axis * 0.20 * 0.55)))
    ImageDraw.Draw(brew).ellipse((0, 0, brew.width - 1, brew.height - 1), fill=255)
    brew = brew.resize((round(bowl.width * 0.92), brew.height // 2), Image.Resampling.BOX)
    surface = _css(toned(mix(light.accent, from_hex("#6b3f1d"), 0.7), 0.36))
    bowl.paste(surface, ((bowl.width - brew.width) // 2, round(axis * 0.018)), brew)
    handle = _drawn("handle", round(axis * 0.62), {"glaze": _plain(light.pale)})
    cup = Image.new("RGBA", (bowl.width + handle.width, bowl.height))
    cup.alpha_composite(handle, (bowl.width - round(handle.width * 0.22), round(axis * 0.22)))
    cup.alpha_composite(bowl, (0, 0))
    both = Image.new(
        "RGBA", (max(saucer.width, bowl.width + 2 * handle.width), cup.height + saucer.height // 2)
    )
    middle = both.width // 2
    both.alpha_composite(saucer, (middle - saucer.width // 2, both.height - saucer.height))
    both.alpha_composite(
        cup, (middle - bowl.width // 2, both.height - cup.height - saucer.height // 3)
    )
    return both.crop(both.getchannel("A").getbbox())


def _drawn(name: str, height_px: int, colours: Mapping[str, Floats]) -> Image.Image:
    """Draw `drawings/<name>.svg`, where each colour stands as `$name`, in five shades."""
    shades = {}
    for role, colour in colours.items():
        shades[role] = _css(colour)
        shades[f"{role}_light"] = _css(mix(colour, from_hex("#ffffff"), 0.32))
        shades[f"{role}_lit"] = _css(colour * 1.18)
        shades[f"{role}_dim"] = _css(colour * 0.70)
        shades[f"{role}_dark"] = _css(colour * 0.42)
    template = Template(files(__package__).joinpath("drawings", f"{name}.svg").read_text("utf-8"))
    return _rasterized(template.substitute(shades), height_px)


@lru_cache(maxsize=16)  # a campaign's shapes show the same thing
def _rasterized(svg: str, height_px: int) -> Image.Image:
    png = resvg_py.svg_to_bytes(svg_string=svg, height=height_px, skip_system_fonts=True)
    return Image.open(BytesIO(bytes(png))).convert("RGBA")


def _css(colour: Floats) -> str:
    red, green, blue = (round(float(c) * 255) for c in np.clip(colour, 0, 1))
    return f"#{red:02x}{green:02x}{blue:02x}"


def _box(light: Light, height_px: int) -> Image.Image:
    return _drawn("box", height_px, {"side": _plain(light.mid), "stripe": _plain(light.accent)})


def _bag(light: Light, height_px: int) -> Image.Image:
    colours = {
        "foil": _plain(light.deep),
        "label": _plain(light.pale),
        "mark": _plain(light.accent),
        "rule": light.mid,
    }
    return _drawn("bag", height_px, colours)


def _shoe(light: Light, height_px: int) -> Image.Image:
    colours = {
        "upper": _plain(light.mid),
        "sole": _plain(light.pale),
        "stripe": _plain(light.accent),
        "tread": light.deep,
    }
    return _drawn("shoe", height_px, colours)


def _headphones(light: Light, height_px: int) -> Image.Image:
    # A dark shell needs lighter paint, or its form is lost.
    shell = toned(light.mid, max(lightness_of(light.mid), 0.55))
    colours = {"shell": shell, "pad": toned(light.deep, 0.26), "ring": _plain(light.accent)}
    return _drawn("headphones", height_px, colours)


def sphere(light: Light, height_px: int) -> Image.Image:
    """Draw a ball in the accent colour: the focal point where nothing else is known."""
    span = (np.arange(height_px, dtype=np.float32) + 0.5) * 2 / height_px - 1
    x, y = span[None, :], span[:, None]
    d = np.hypot(x, y)
    z = np.sqrt(np.clip(1 - d * d, 0, 1))
    key = np.clip(-0.52 * x - 0.58 * y + 0.63 * z, 0, 1)
    bounce = np.clip(y - 0.35, 0, 1) * 0.20
    shine = 0.5 * smooth(0.30, 0.0, np.hypot(x + 0.36, y + 0.40))
    colour = _plain(light.accent)[:, None, None] * (0.34 + 0.80 * key + bounce)
    return cut(colour + (1 - colour) * shine * 0.6, np.clip((1 - d) * height_px / 2 + 0.5, 0, 1))


_MAKERS: Mapping[str, Callable[[Light, int], Image.Image]] = {
    "bottle": _bottle,
    "can": _can,
    "dropper": _dropper,
    "jar": _jar,
    "tube": _tube,
    "cup": _cup,
    "box": _box,
    "bag": _bag,
    "shoe": _shoe,
    "headphones": _headphones,
    "sphere": sphere,
}

THINGS = tuple(_MAKERS)


def draw_thing(name: str, light: Light, height_px: int) -> Image.Image:
    """Draw a thing by its name, RGBA, lit from the side that the scene's light comes from."""
    image = _MAKERS[name](light, max(height_px, 24))
    # An empty margin at the foot would let it float.
    image = image.crop(image.getchannel("A").getbbox())
    image = image.resize(
        (max(1, round(image.width * height_px / image.height)), height_px), Image.Resampling.BICUBIC
    )
    return image if light.from_left else ImageOps.mirror(image)
