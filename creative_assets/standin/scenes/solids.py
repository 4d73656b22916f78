"""Lit solids of revolution: how surfaces answer the light, and smooth outlines.

Which solids make which thing is `things`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from creative_assets.standin.scenes.canvas import smooth
from creative_assets.standin.scenes.colours import Floats

Profile = Sequence[tuple[float, float]]

# Outlines are drawn this many times larger, and brought down: no stairs.
_FINE = 3
# Beyond it a solid's flank lies so flat that its ellipses, and no line, are its outline.
_FLANK_LEAN = 0.9


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
    widest, top_radius = float(rs.max()), float(rs[0])
    width = int(2 * widest * height_px) + 5
    lead, tail = tilt * top_radius, float((ts + tilt * rs).max()) - 1
    height = int((1 + lead + tail) * height_px) + 5
    x = ((np.arange(width, dtype=np.float32) + 0.5 - width / 2) / height_px)[None, :]
    y = ((np.arange(height, dtype=np.float32) + 0.5 - 2) / height_px - lead)[:, None]
    y = y + np.zeros_like(x)
    t = y - tilt * np.sqrt(np.clip(widest**2 - x * x, 0, None))
    for _ in range(3):
        r = np.interp(t, ts, rs)
        t = y - tilt * np.sqrt(np.clip(r * r - x * x, 0, None))
    r = np.interp(t, ts, rs)
    turn = np.clip(x / np.maximum(r, 1e-4), -1, 1)
    bend = np.convolve(
        np.pad(np.gradient(rs, ts), 50, mode="edge"), np.hanning(101) / 50, mode="valid"
    )
    slope = np.interp(t, ts, bend)
    colour: Floats = np.zeros((3, height, width), dtype=np.float32)
    multiplier: Floats = np.ones((height, width), dtype=np.float32)
    shine: Floats = np.zeros((height, width), dtype=np.float32)
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
    lid = _ellipse(x, y, top_radius, tilt, height_px)
    across = x / max(top_radius, 1e-4)
    # It faces the sky: lighter than any side, and lightest towards the light, at the back.
    sky = 0.5 - 0.30 * across - 0.20 * y / max(lead, 1e-4)
    top = parts[0].colour[:, None, None] * (1.02 + 0.16 * sky)
    top = top + (1 - top) * (0.10 + 0.30 * np.clip(sky, 0, 1))
    colour = colour * (1 - lid) + top * lid
    return cut(colour, _silhouette((ts, rs), tilt, (width, height), height_px, lead))


def _silhouette(
    profile: tuple[Floats, Floats],
    tilt: float,
    size: tuple[int, int],
    height_px: int,
    lead: float,
) -> Floats:
    """Cover of each pixel by the solid: the ellipses of all its heights, and what they envelop."""
    ts, rs = profile
    # Where (x/r)² + ((y-t)/(tilt·r))² = 1 is stationary in t: sin φ = -tilt·dr/dt.
    lean = tilt * np.gradient(rs, ts)
    flank = np.abs(lean) < _FLANK_LEAN
    fine = _FINE * height_px
    middle, above = _FINE * size[0] / 2, _FINE * (2 + lead * height_px)
    reach = rs * np.sqrt(np.clip(1 - lean**2, 0, 1)) * fine
    rows = (ts - tilt * rs * lean) * fine + above
    image = Image.new("L", (_FINE * size[0], _FINE * size[1]))
    draw = ImageDraw.Draw(image)
    left = np.stack([middle - reach, rows], axis=1)[flank]
    right = np.stack([middle + reach, rows], axis=1)[flank][::-1]
    draw.polygon([tuple(point) for point in np.concatenate([left, right])], fill=255)
    for at in {0, len(ts) - 1, *np.flatnonzero(~flank)[::3].tolist()}:
        wide, low = rs[at] * fine, ts[at] * fine + above
        tall = wide * tilt
        draw.ellipse((middle - wide, low - tall, middle + wide, low + tall), fill=255)
    return np.asarray(image.reduce(_FINE), dtype=np.float32) / 255


def _ellipse(x: Floats, y: Floats, radius: float, tilt: float, height_px: int) -> Floats:
    flat = max(tilt, 1e-3)
    d = np.hypot(x, y / flat)
    steepness = np.hypot(x, y / flat**2) / np.maximum(d, 1e-6)
    return np.asarray(np.clip((radius - d) / np.maximum(steepness, 1) * height_px + 0.5, 0, 1))


def cut(colour: Floats, alpha: Floats) -> Image.Image:
    """Give a colour (3, height, width) under a mask as a cut-out, RGBA, trimmed to the mask."""
    planes = np.concatenate([np.clip(colour, 0, 1), np.clip(alpha, 0, 1)[None]])
    pixels = np.ascontiguousarray(np.moveaxis((planes * 255 + 0.5).astype(np.uint8), 0, -1))
    image = Image.fromarray(pixels, "RGBA")
    return image.crop(image.getchannel("A").getbbox())
