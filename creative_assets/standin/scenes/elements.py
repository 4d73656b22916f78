"""What several scenes share: sky, stars, sun, wall, floor, slopes in light, the ground in front.

No scene is put together here.
"""

import numpy as np

from creative_assets.standin.scenes.canvas import Frame, below, glow, noise, over, ramp, smooth
from creative_assets.standin.scenes.colours import Floats, Light, from_hex, mix
from creative_assets.standin.scenes.stage import Stage

Rng = np.random.Generator


def paint_sky(frame: Frame, light: Light, horizon: float, rng: Rng) -> Floats:
    """Paint a sky with thin high cloud, brightest at the horizon; at night with stars."""
    high, middle, low = light.sky()
    v = np.clip(frame.v / max(horizon, 0.1), 0, 1) + np.zeros((1, frame.width), dtype=np.float32)
    drift = noise(frame, rng, (1.2, 5.0), 4)
    picture = ramp(v + 0.035 * drift, [(0.0, high), (0.55, middle), (1.0, low)])
    streaks = smooth(0.10, 0.75, drift) * smooth(0.05, 0.4, v) * (0.10 if light.dark else 0.34)
    picture = over(picture, mix(low, light.sun, 0.5), streaks)
    return paint_stars(frame, picture, horizon, rng) if light.dark else picture


def paint_stars(frame: Frame, picture: Floats, horizon: float, rng: Rng) -> Floats:
    """Scatter stars above the horizon."""
    count = int(0.0011 * frame.width * frame.height)
    mask = np.zeros((frame.height, frame.width), dtype=np.float32)
    rows = (rng.uniform(0, 1, count) ** 1.2 * horizon * frame.height).astype(int)
    columns = rng.integers(0, frame.width, count)
    mask[rows, columns] = rng.uniform(0.05, 1, count) ** 3
    return glow(picture, from_hex("#f2f5ff"), mask * smooth(horizon, horizon - 0.25, frame.v))


def paint_sun(
    frame: Frame, picture: Floats, light: Light, place: tuple[float, float], radius: float
) -> Floats:
    """Hang the sun (or the moon, at night) with its halo."""
    d = frame.distance(*place)
    colour = from_hex("#eef2ff") if light.dark else mix(light.sun, from_hex("#ffffff"), 0.35)
    warm = mix(light.sun, light.accent, 0.45)
    picture = glow(picture, warm, 0.50 * np.exp(-d / (radius * 4.2)))
    picture = glow(picture, light.sun, 0.42 * np.exp(-d / (radius * 1.6)))
    # A low sun has no outline: it burns out, and fades.
    limb = (1.05, 0.90) if light.dark else (1.25, 0.45)
    return over(picture, colour, 0.94 * smooth(radius * limb[0], radius * limb[1], d))


def place_sun(stage: Stage, light: Light, rng: Rng, above: float) -> tuple[float, float]:
    """Give (u, v) of a sun beside the subject: near enough to leave the corners alone."""
    reach = float(rng.uniform(0.10, 0.22)) * stage.reach_u / 0.68
    return stage.centre_u + light.side * reach, stage.horizon_v - above


def lay_ground(
    frame: Frame, picture: Floats, line: Floats, colours: tuple[Floats, Floats], grit: Floats
) -> Floats:
    """Lay the foreground from a line down: from its far colour to its near one, with a texture."""
    far, near = colours
    start = float(line.min())
    depth = np.clip((frame.v - start) / max(1 - start, 0.1), 0, 1)
    surface = ramp(
        depth + np.zeros((1, frame.width), dtype=np.float32),
        [(0, far), (0.35, mix(far, near, 0.6)), (1, near)],
    )
    return over(picture, surface * (1 + grit), below(frame, line, 2.0))


def level(frame: Frame, v: float) -> Floats:
    """Give a level line at v, shape (width,)."""
    return np.full(frame.width, v, dtype=np.float32)


def facets(frame: Frame, line: Floats, light: Light, rng: Rng) -> Floats:
    """Light the faces of a ridge: each slope of the line runs down as a slanting face, 0 to 1."""
    kernel = max(3, frame.width // 24)
    slope = np.convolve(
        np.gradient(line) * frame.width * frame.down / frame.across,
        np.ones(kernel) / kernel,
        "same",
    )
    under = np.clip(frame.v - line[None, :], 0, 1) * frame.height
    wander = noise(frame, rng, (6, 6), 4)
    columns = (
        frame.u * frame.width
        + light.side * under * 0.80
        + wander * min(frame.width, frame.height) * 0.08
    )
    at = np.clip(columns, 0, frame.width - 1).astype(np.int64)
    return smooth(-0.35, 0.75, light.side * slope[at] + 0.85 * wander)


def paint_wall(frame: Frame, stage: Stage, light: Light, colour: Floats) -> Floats:
    """A wall with a pool of light on the side where the light comes from."""
    spot = frame.distance(stage.centre_u + light.side * 0.22, (stage.top_v + stage.base_v) * 0.42)
    lit, dim = mix(colour, light.sun, 0.42), mix(colour, light.deep, 0.34)
    return ramp(spot, [(0.0, lit), (0.42, colour), (1.35, dim)])


def lay_floor(
    frame: Frame, picture: Floats, edge: float, colours: tuple[Floats, Floats], soft: float
) -> Floats:
    """Lay a floor from `edge` (v) down: from its far colour to its near one."""
    depth = np.clip((frame.v - edge) / max(1 - edge, 0.1), 0, 1) + np.zeros(
        (1, frame.width), dtype=np.float32
    )
    return over(
        picture,
        ramp(depth, [(0, colours[0]), (0.3, mix(*colours, 0.4)), (1, colours[1])]),
        smooth(edge - soft, edge + soft, frame.v),
    )
