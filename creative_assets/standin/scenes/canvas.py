"""The darkroom: gradients, noise, blur and blending on float pictures, and the finish of a print.

A picture here is planar, float32, sRGB-encoded, shape (3, height, width), 0 to 1; a mask has shape
(height, width). Every function returns a new array. What is painted is decided elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageChops

from creative_assets.standin.scenes.colours import Floats
from creative_assets.studio.values import Size


@dataclass(frozen=True)
class Frame:
    """The coordinates that painters share: u to the right and v down, both 0 to 1."""

    width: int
    height: int

    @property
    def u(self) -> Floats:
        """Column positions, shape (1, width)."""
        return ((np.arange(self.width, dtype=np.float32) + 0.5) / self.width)[None, :]

    @property
    def v(self) -> Floats:
        """Row positions, shape (height, 1)."""
        return ((np.arange(self.height, dtype=np.float32) + 0.5) / self.height)[:, None]

    @property
    def across(self) -> float:
        """Width in short edges."""
        return self.width / min(self.width, self.height)

    @property
    def down(self) -> float:
        """Height in short edges."""
        return self.height / min(self.width, self.height)

    def distance(self, u: float, v: float) -> Floats:
        """Distance of every pixel from a point, in short edges."""
        distance: Floats = np.hypot((self.u - u) * self.across, (self.v - v) * self.down)
        return distance

    def blank(self, colour: Floats) -> Floats:
        """Give a picture of one colour."""
        return np.broadcast_to(
            colour[:, None, None].astype(np.float32), (3, self.height, self.width)
        ).copy()


def smooth(low: float, high: float, values: Floats) -> Floats:
    """Rise smoothly from 0 at `low` to 1 at `high`; with `high` below `low`, fall."""
    t = np.clip((values - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), dtype=np.float32)


def ramp(values: Floats, stops: Sequence[tuple[float, Floats]]) -> Floats:
    """Colour a map of values by stops: shape (3, *values.shape)."""
    places = [place for place, _ in stops]
    planes = [np.interp(values, places, [colour[c] for _, colour in stops]) for c in range(3)]
    return np.stack(planes).astype(np.float32)


def over(picture: Floats, paint: Floats, mask: Floats) -> Floats:
    """Lay paint (a colour, or a picture) over a picture where the mask says."""
    layer = paint[:, None, None] if paint.ndim == 1 else paint
    return picture + (layer - picture) * mask


def glow(picture: Floats, colour: Floats, mask: Floats) -> Floats:
    """Add light, as a second exposure does: it never burns out."""
    return 1 - (1 - picture) * (1 - colour[:, None, None] * mask)


def shade(picture: Floats, mask: Floats, tint: Floats | None = None) -> Floats:
    """Take light away where the mask says, towards a tint."""
    keep = np.zeros(3, dtype=np.float32) if tint is None else tint
    return picture * (1 - mask * (1 - keep[:, None, None]))


def resized(values: Floats, width: int, height: int) -> Floats:
    """Bring one plane to another size, bicubic."""
    image = Image.fromarray(values.astype(np.float32))
    return np.asarray(image.resize((width, height), Image.Resampling.BICUBIC))


def blurred(values: Floats, radius_px: float) -> Floats:
    """Blur one plane cheaply: average it small, and bring it back smoothly."""
    height, width = values.shape
    small = (max(2, round(width / radius_px)), max(2, round(height / radius_px)))
    image = Image.fromarray(values.astype(np.float32)).resize(small, Image.Resampling.HAMMING)
    return np.asarray(image.resize((width, height), Image.Resampling.BICUBIC))


def noise(
    frame: Frame, rng: np.random.Generator, cells: tuple[float, float], octaves: int
) -> Floats:
    """Cloudy noise from -1 to 1; `cells` is how many blobs fit a short edge, across and down."""
    total = np.zeros((frame.height, frame.width), dtype=np.float32)
    weight = 1.0
    for octave in range(octaves):
        columns = min(frame.width, max(2, round(cells[0] * frame.across * 2**octave) + 1))
        rows = min(frame.height, max(2, round(cells[1] * frame.down * 2**octave) + 1))
        grain = rng.uniform(-1, 1, (rows, columns)).astype(np.float32)
        total += weight * resized(grain, frame.width, frame.height)
        weight *= 0.5
    return total / (2 - 2 * weight)


def curve(
    frame: Frame, rng: np.random.Generator, waves: float, octaves: int, rough: float
) -> Floats:
    """Draw a line of hills from -1 to 1, shape (width,); `rough` is each finer octave's share."""
    u = frame.u[0]
    total = np.zeros_like(u)
    weight, whole = 1.0, 0.0
    for octave in range(octaves):
        knots = max(3, round(waves * frame.across * 2**octave) + 2)
        heights = rng.uniform(-1, 1, knots)
        at = u * (knots - 1)
        left = np.minimum(at.astype(int), knots - 2)
        t = at - left
        if octave < 2 and rough < 0.4:  # noqa: PLR2004 - gentle hills have no kinks
            t = t * t * (3 - 2 * t)
        total += weight * (heights[left] * (1 - t) + heights[left + 1] * t)
        whole += weight
        weight *= rough
    return np.asarray(total / whole, dtype=np.float32)


def below(frame: Frame, line: Floats, softness_px: float = 1.0) -> Floats:
    """Mask all that lies below a line of v positions, shape (width,); softer where it is steep."""
    rows = line * frame.height
    soft = softness_px * np.hypot(1, np.clip(np.gradient(rows), -6, 6))
    return np.clip((frame.v * frame.height - rows[None, :]) / soft[None, :] + 0.5, 0, 1)


def receding(
    frame: Frame, horizon: float, rng: np.random.Generator, cells: tuple[int, int]
) -> Floats:
    """Noise from -1 to 1 that lies on a plane running to the horizon; 0 above it."""
    # Padded by its other side before it grows, so that the tile meets itself without a seam.
    knots = np.pad(rng.uniform(-1, 1, (64, 64)).astype(np.float32), 2, mode="wrap")
    tile = resized(knots, 544, 544)[16:528, 16:528]
    depth = np.maximum(frame.v - horizon, 1e-4) * frame.down
    near = 1 / (depth + 0.02)
    rows = (near * cells[1] * 8).astype(np.int64) % 512
    columns = ((frame.u - 0.5) * frame.across * near * cells[0] * 8).astype(np.int64) % 512
    fade = smooth(0.0, 0.06, frame.v - horizon)
    texture: Floats = tile[np.broadcast_to(rows, columns.shape), columns] * fade
    return texture


def moved(mask: Floats, right_px: int, down_px: int) -> Floats:
    """Move a mask; what comes in from outside repeats the border."""
    height, width = mask.shape
    rows = np.clip(np.arange(height) - down_px, 0, height - 1)
    columns = np.clip(np.arange(width) - right_px, 0, width - 1)
    return mask[rows[:, None], columns[None, :]]


def mirrored(frame: Frame, picture: Floats, waterline: float, radius_px: float) -> Floats:
    """Turn a picture over at a line (v): what still water, or polish, shows below it; blurred."""
    rows = np.clip((2 * waterline - frame.v[:, 0]) * frame.height, 0, frame.height - 1)
    turned = np.take(picture, rows.astype(np.int64), axis=1)
    return np.stack([blurred(plane, radius_px) for plane in turned])


def discs(
    frame: Frame,
    rng: np.random.Generator,
    count: int,
    radius: tuple[float, float],
    area: tuple[float, float, float, float],
) -> list[tuple[Floats, tuple[slice, slice]]]:
    """Out-of-focus lights: masks with a slightly brighter rim, and where in the picture they go."""
    short = min(frame.width, frame.height)
    found = []
    for _ in range(count):
        u, v = rng.uniform(area[0], area[2]), rng.uniform(area[1], area[3])
        r = rng.uniform(*radius) * short
        left, top = int(u * frame.width - r - 2), int(v * frame.height - r - 2)
        box = (
            slice(max(top, 0), min(int(top + 2 * r + 4), frame.height)),
            slice(max(left, 0), min(int(left + 2 * r + 4), frame.width)),
        )
        y = np.arange(box[0].start, box[0].stop, dtype=np.float32)[:, None] - v * frame.height
        x = np.arange(box[1].start, box[1].stop, dtype=np.float32)[None, :] - u * frame.width
        d = np.hypot(x, y) / r
        mask = smooth(1.0 + 1.5 / r, 1.0 - 2.5 / r, d) * (0.86 + 0.14 * smooth(0.6, 1.0, d))
        if mask.size:
            found.append((mask, box))
    return found


def bloom(picture: Floats, strength: float) -> Floats:
    """Let the brightest parts bleed into their surroundings, as a lens does."""
    _, height, width = picture.shape
    bright = np.clip(picture - 0.7, 0, 1) * 3
    radius = min(width, height) / 14
    halo = np.stack([blurred(plane, radius) for plane in bright])
    return 1 - (1 - picture) * (1 - np.clip(halo, 0, 1) * strength)


def vignette(frame: Frame, picture: Floats, strength: float) -> Floats:
    """Darken the corners."""
    d = np.hypot((frame.u - 0.5) * 1.2, (frame.v - 0.48) * 1.1)
    return picture * (1 - strength * smooth(0.35, 0.95, d))


def defocused(picture: Floats, mask: Floats) -> Floats:
    """Throw a part of the picture out of focus, where the mask says."""
    _, height, width = picture.shape
    soft = np.stack([blurred(plane, min(width, height) / 13) for plane in picture])
    return picture + (soft - picture) * mask


def calmed(picture: Floats, mask: Floats) -> Floats:
    """Throw a part out of focus, a little where the mask begins, then far, and even it out."""
    _, height, width = picture.shape
    short = min(width, height)
    slightly = np.stack([blurred(plane, max(2.0, short / 45)) for plane in picture])
    wholly = np.stack([blurred(plane, short / 7) for plane in picture])
    # Blobs as large as a line of text still fight with it: even each row out, the calm part's own.
    weight = mask + 1e-3
    level: Floats = (wholly * weight).sum(axis=2, keepdims=True) / weight.sum(axis=1)[:, None]
    wholly = np.asarray(wholly + (level - wholly) * 0.6)
    picture = picture + (slightly - picture) * smooth(0.0, 0.45, mask)
    return picture + (wholly - picture) * (0.94 * smooth(0.25, 1.0, mask))


def developed(picture: Floats, size: Size) -> Image.Image:
    """Bring a float picture to 8 bits at its final size."""
    levels = (np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)
    target = (size.width_px, size.height_px)
    planes = [Image.fromarray(p).resize(target, Image.Resampling.BICUBIC) for p in levels]
    return Image.merge("RGB", planes)


def grained(image: Image.Image, rng: np.random.Generator, strength: float) -> Image.Image:
    """Add fine grain (`strength`: standard deviation, in levels), which also hides banding."""
    tile = np.clip(rng.normal(128, strength, (512, 512)), 0, 255).astype(np.uint8)
    repeats = (-(-image.height // 512), -(-image.width // 512))
    grain = Image.fromarray(np.tile(tile, repeats)[: image.height, : image.width])
    return ImageChops.add(image, Image.merge("RGB", (grain,) * 3), scale=1.0, offset=-128)
