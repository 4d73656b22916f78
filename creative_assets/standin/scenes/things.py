"""Things to stand in a scene: lit solids of revolution, boxes, and a few drawn shapes.

Each is a cut-out: an RGBA picture trimmed to the thing, lit from the left. No text, ever.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from io import BytesIO
from string import Template

import numpy as np
import resvg_py
from PIL import Image, ImageDraw, ImageOps

from creative_assets.standin.scenes.canvas import smooth
from creative_assets.standin.scenes.colours import Floats, Light, from_hex, lightness_of, mix, toned

Profile = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Material:
    """How a surface answers light.

    Attributes:
        shape: Contrast between the lit and the unlit side.
        gloss: Strength of the soft boxes' reflections.
        edge: How much the rims darken (glass, metal) or stay (matte: 0).
    """

    shape: float
    gloss: float
    edge: float


MATTE = Material(shape=0.50, gloss=0.05, edge=0.10)
SATIN = Material(shape=0.50, gloss=0.30, edge=0.28)
METAL = Material(shape=0.58, gloss=0.55, edge=0.42)
GLASS = Material(shape=0.30, gloss=0.75, edge=0.50)


@dataclass(frozen=True)
class Part:
    """A band of a solid: from a height on (0 top, 1 bottom), one colour and material."""

    start: float
    colour: Floats
    material: Material


def lit(turn: Floats, upward: Floats, material: Material) -> tuple[Floats, Floats]:
    """Answer the studio's light: (multiplier for the colour, white to add on top).

    `turn` is -1 at the left rim and 1 at the right, `upward` how far the surface leans to the sky.
    """
    facing = np.sqrt(np.clip(1 - turn * turn, 0, 1))
    key = np.clip(facing * 0.72 - turn * 0.69, 0, 1)
    fill = np.clip(facing * 0.5 + turn * 0.6, 0, 1) * 0.22
    diffuse = 1 - material.shape + material.shape * 1.25 * (key + fill)
    diffuse += 0.35 * np.clip(upward, -0.8, 1)
    diffuse *= 1 - material.edge * (1 - facing) ** 2.2
    box = smooth(-0.80, -0.70, turn) * smooth(-0.36, -0.52, turn)
    strip = smooth(0.66, 0.72, turn) * smooth(0.86, 0.79, turn)
    shine = material.gloss * (0.62 * box + 0.34 * strip)
    return np.asarray(np.clip(diffuse, 0.04, 1.5)), np.asarray(shine)


def lathe(
    profile: Profile,
    parts: Sequence[Part],
    height_px: int,
    tilt: float = 0.10,
    grit: Floats | None = None,
) -> Image.Image:
    """Turn a profile into a lit solid.

    Args:
        profile: (t, r) from top to bottom: t 0 to 1 along the axis, r the radius ÷ axis length.
        parts: Bands from top to bottom, the first starting at 0.
        height_px: Length of the axis, in pixels.
        tilt: How far the camera looks down: height ÷ width of the rim's ellipse.
        grit: A texture (height, width), multiplied into the surface; any size.

    Returns:
        RGBA, the solid with a hair of margin.
    """
    ts = np.linspace(0, 1, 600)
    rs = np.interp(ts, [t for t, _ in profile], [r for _, r in profile])
    pad = np.pad(rs, 4, mode="edge")
    rs = np.convolve(pad, np.ones(9) / 9, mode="valid")
    widest = float(rs.max())
    width = int(2 * widest * height_px) + 5
    lead, tail = tilt * float(rs[0]), tilt * float(rs[-1])
    height = int((1 + lead + tail) * height_px) + 5
    x = ((np.arange(width) + 0.5 - width / 2) / height_px)[None, :]
    y = ((np.arange(height) + 0.5 - 2) / height_px - lead)[:, None] + np.zeros_like(x)
    t = y - tilt * np.sqrt(np.clip(widest**2 - x * x, 0, None))
    for _ in range(3):
        r = np.interp(t, ts, rs)
        t = y - tilt * np.sqrt(np.clip(r * r - x * x, 0, None))
    r = np.interp(t, ts, rs)
    side = np.clip((r - np.abs(x)) * height_px + 0.5, 0, 1) * np.clip(
        (1 - t) * height_px + 0.5, 0, 1
    )
    turn = np.clip(x / np.maximum(r, 1e-4), -1, 1)
    bend = np.convolve(
        np.pad(np.gradient(rs, ts), 30, mode="edge"), np.hanning(61) / 30, mode="valid"
    )
    slope = np.interp(t, ts, bend)
    colour = np.zeros((3, height, width))
    multiplier, shine = np.ones((height, width)), np.zeros((height, width))
    for part in parts:
        here = np.clip((t - part.start) * height_px + 0.5, 0, 1) if part.start else 1.0
        colour += (part.colour[:, None, None] - colour) * here
        more, white = lit(turn, slope / np.sqrt(1 + slope**2), part.material)
        multiplier += (more - multiplier) * here
        shine += (white - shine) * here
    if grit is not None:
        rows = np.clip((t * (grit.shape[0] - 1)).astype(int), 0, grit.shape[0] - 1)
        columns = ((np.arcsin(turn) / np.pi + 0.5) * (grit.shape[1] - 1)).astype(int)
        multiplier = multiplier * grit[rows, columns]
    colour = colour * multiplier
    colour = colour + (1 - colour) * shine
    lid = _ellipse(x, y, float(rs[0]), tilt, height_px)
    top = parts[0].colour[:, None, None] * (1.06 - 0.16 * (x / max(float(rs[0]), 1e-4)))
    rim = lid - _ellipse(x, y, float(rs[0]) - 2.5 / height_px, tilt, height_px)
    top = top + (1 - top) * 0.30 * np.clip(rim, 0, 1)
    colour = colour * (1 - lid) + top * lid
    alpha = np.maximum(side * (t > 0), lid)
    return _cut(colour, alpha)


def _ellipse(x: Floats, y: Floats, radius: float, tilt: float, height_px: int) -> Floats:
    d = np.hypot(x, y / max(tilt, 1e-3))
    return np.asarray(np.clip((radius - d) * height_px * max(tilt, 0.12) + 0.5, 0, 1))


def _cut(colour: Floats, alpha: Floats) -> Image.Image:
    planes = np.concatenate([np.clip(colour, 0, 1), np.clip(alpha, 0, 1)[None]])
    pixels = np.ascontiguousarray(np.moveaxis((planes * 255 + 0.5).astype(np.uint8), 0, -1))
    image = Image.fromarray(pixels, "RGBA")
    return image.crop(image.getchannel("A").getbbox())


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
        [(0, 1.40), (0.10, 1.46), (1, 1.46)],
        [Part(0, _plain(light.accent), SATIN)],
        round(height_px * 0.29),
        tilt=0.16,
    )
    axis = round(height_px * 0.60)
    body = lathe(
        [(0, 0.70), (0.05, 0.735), (0.86, 0.735), (0.96, 0.70), (1, 0.64)],
        [
            Part(0, _plain(light.pale), SATIN),
            Part(0.28, _plain(mix(light.pale, light.mid, 0.22)), MATTE),
            Part(0.72, _plain(light.pale), SATIN),
        ],
        axis,
        tilt=0.16,
    )
    return _stacked(body, lid, round(axis * 0.22))


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
        [(0, 4.6), (0.5, 4.2), (1, 2.2)],
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
    surface = _css(toned(mix(light.deep, light.accent, 0.55), 0.33))
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
    png = resvg_py.svg_to_bytes(
        svg_string=template.substitute(shades), height=height_px, skip_system_fonts=True
    )
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
    return _cut(colour + (1 - colour) * shine * 0.6, np.clip((1 - d) * height_px / 2 + 0.5, 0, 1))


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


def draw_thing(name: str, light: Light, height_px: int) -> Image.Image:
    """Draw a thing by its name, RGBA, lit from the side that the scene's light comes from."""
    image = _MAKERS[name](light, max(height_px, 24))
    image = image.resize(
        (max(1, round(image.width * height_px / image.height)), height_px), Image.Resampling.BICUBIC
    )
    return image if light.from_left else ImageOps.mirror(image)
