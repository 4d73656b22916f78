"""Wide land and water: mountains, sea, dunes, aurora.

A painter takes the frame, the stage, the light and a random generator, and returns a `Backdrop`.
"""

import numpy as np

from creative_assets.standin.scenes.canvas import (
    Frame,
    below,
    curve,
    glow,
    mirrored,
    noise,
    over,
    ramp,
    receding,
    shade,
    smooth,
)
from creative_assets.standin.scenes.colours import Floats, Light, from_hex, mix, toned
from creative_assets.standin.scenes.elements import (
    facets,
    lay_ground,
    level,
    paint_sky,
    paint_stars,
    paint_sun,
    place_sun,
)
from creative_assets.standin.scenes.stage import Backdrop, Ground, Stage

Rng = np.random.Generator


def mountains(frame: Frame, stage: Stage, light: Light, rng: Rng) -> Backdrop:
    """Ridges one behind another, with mist between them, at times a lake, and rock in front."""
    horizon, edge = stage.horizon_v, stage.edge_v
    picture = paint_sky(frame, light, horizon, rng)
    room = stage.base_v - stage.top_v
    place = place_sun(stage, light, rng, float(rng.uniform(0.16, 0.30)) * room)
    picture = paint_sun(frame, picture, light, place, 0.05)
    _, _, low = light.sky()
    mist = mix(low, light.sun, 0.30)
    count = 5
    for index in range(count):
        near = index / (count - 1)
        foot = horizon + 0.10 * room + (edge - horizon - 0.06 * room) * near**1.2
        tall = (0.62 - 0.34 * near) * float(rng.uniform(0.85, 1.15)) * room
        valley = 0.55 + 0.45 * smooth(
            0.0, 0.42, np.abs(frame.u[0] - stage.centre_u + light.side * 0.12)
        )
        line = foot - tall * (0.42 + 0.58 * curve(frame, rng, 1.5 + 1.0 * near, 8, 0.47)) * valley
        colour = mix(mix(mist, light.tone(0.35), 0.46), light.deep * 0.72, near**0.8)
        under = frame.v - line[None, :]
        lit = facets(frame, line, light, rng)
        body = over(
            frame.blank(colour),
            mix(mix(colour, light.sun, 0.62), light.accent, 0.10),
            lit * (0.85 - 0.35 * near),
        )
        if index in {0, 1}:
            cap = smooth(0.16 * room, 0.0, under + 0.05 * room * noise(frame, rng, (16, 10), 4))
            body = over(
                body,
                mix(mix(low, light.sun, 0.6), from_hex("#ffffff"), 0.4),
                cap * (0.25 + 0.65 * lit),
            )
        body = over(body, mist, (0.86 - 0.46 * near) * smooth(0.0, tall * 0.75, under))
        picture = over(picture, body, below(frame, line, 1.3))
    halo = np.exp(-frame.distance(*place) / 0.42)
    picture = glow(picture, mix(light.sun, light.accent, 0.3), 0.26 * halo)
    if rng.integers(2):
        picture = _lake(frame, picture, edge - 0.20 * room, edge + 0.03, light, rng)
    grit = 0.12 * noise(frame, rng, (12, 26), 3) + 0.16 * noise(frame, rng, (45, 80), 3)
    line = edge + 0.010 * curve(frame, rng, 3, 6, 0.6)
    rock = light.tone(0.30) if rng.integers(2) else mix(light.accent, light.deep, 0.45)
    rock = mix(rock, from_hex("#847a6e"), 0.72) * (0.5 if light.dark else 1.0)
    colours = (mix(rock, mist, 0.38), mix(light.deep, rock, 0.68))
    picture = lay_ground(frame, picture, line, colours, grit * smooth(0.28, 0.0, frame.v - edge))
    sheen = smooth(0.05, 0.0, np.abs(frame.v - edge - 0.012)) * smooth(
        0.7, 0.0, np.abs(frame.u - place[0])
    )
    picture = glow(picture, light.sun, 0.10 * sheen * below(frame, line, 2))
    return Backdrop(picture, Ground(shadow=0.78, reflection=0.0))


def _lake(
    frame: Frame, picture: Floats, shore: float, bank: float, light: Light, rng: Rng
) -> Floats:
    """Lay still water between two heights, before what is painted so far."""
    depth = np.clip((frame.v - shore) / (bank - shore), 0, 1)
    water = mirrored(frame, picture, shore, 3.0)
    waves = receding(frame, shore - 0.03, rng, (1, 5))
    water = water * (1 + 0.13 * waves)
    deep = mix(light.deep, light.tone(0.35), 0.35)
    water = over(water, deep, 0.15 + 0.45 * smooth(0.1, 0.9, depth))
    water = glow(water, light.sun, 0.30 * smooth(0.3, 0.9, waves) * smooth(0.6, 0.0, depth))
    return over(picture, water, below(frame, level(frame, shore), 1.5))


def sea(frame: Frame, stage: Stage, light: Light, rng: Rng) -> Backdrop:
    """The sun over water, its path of glitter, and a beach."""
    horizon, edge = stage.horizon_v + 0.02, stage.edge_v
    picture = paint_sky(frame, light, horizon, rng)
    place = place_sun(stage, light, rng, float(rng.uniform(0.035, 0.13)) / frame.down)
    picture = paint_sun(frame, picture, light, place, float(rng.uniform(0.06, 0.085)))
    _, middle, low = light.sky()
    far_land = horizon - 0.02 / frame.down * (0.6 + curve(frame, rng, 2.5, 6, 0.5)) * smooth(
        -0.05, 0.30, light.side * (0.5 - frame.u[0])
    )
    picture = over(
        picture,
        mix(mix(light.tone(0.3), low, 0.45), light.deep, 0.15),
        below(frame, far_land, 1.2) * (frame.v < horizon),
    )
    if rng.integers(2):
        picture = _headland(frame, picture, horizon, light, rng)
    depth = np.clip((frame.v - horizon) / max(edge - horizon, 0.02), 0, 1)
    teal = from_hex("#1d3440" if light.dark else "#4d7f8c")
    water = ramp(
        depth + np.zeros((1, frame.width), dtype=np.float32),
        [
            (0, mix(low, middle, 0.35)),
            (0.25, mix(mix(middle, light.tone(0.40), 0.45), teal, 0.35)),
            (1, mix(mix(light.deep, light.tone(0.5), 0.45), teal, 0.35)),
        ],
    )
    waves = receding(frame, horizon - 0.012, rng, (1, 5)) + 0.6 * receding(
        frame, horizon - 0.012, rng, (3, 12)
    )
    water = over(water, mix(low, light.sun, 0.4), 0.38 * smooth(0.0, 0.9, waves))
    water = shade(water, 0.26 * smooth(0.0, -0.9, waves))
    path = np.exp(-(((frame.u - place[0]) * frame.across / (0.06 + 0.22 * depth)) ** 2))
    water = glow(
        water, light.sun, path * (0.25 + 0.95 * smooth(-0.1, 0.5, waves)) * (1 - 0.55 * depth)
    )
    picture = over(picture, water, below(frame, level(frame, horizon), 1.2))
    shore = edge - 0.01 + 0.012 * curve(frame, rng, 1.2, 3, 0.4)
    sand = mix(mix(light.tone(0.78), from_hex("#d3b48c"), 0.6), light.accent, 0.12)
    sand = toned(
        sand, {"morning": 0.74, "day": 0.80, "evening": 0.66, "night": 0.30}[light.daytime]
    )
    grit = 0.045 * noise(frame, rng, (40, 60), 3) + 0.05 * receding(frame, edge - 0.06, rng, (2, 5))
    picture = lay_ground(
        frame,
        picture,
        shore,
        (
            mix(sand, low, 0.35),
            toned(mix(sand, light.accent, 0.15), *((0.25, 0.45) if light.dark else (0.54, 0.9))),
        ),
        grit * smooth(0.35, 0.0, frame.v - edge),
    )
    wet = smooth(0.035, 0.0, frame.v - shore[None, :]) * below(frame, shore, 2)
    picture = over(picture, mix(low, middle, 0.3), 0.45 * wet)
    foam = smooth(0.012, 0.003, np.abs(frame.v - shore[None, :] - 0.004)) * smooth(
        -0.5, 0.4, noise(frame, rng, (14, 30), 3)
    )
    picture = over(picture, from_hex("#ffffff") * (0.5 if light.dark else 1.0), 0.75 * foam)
    return Backdrop(picture, Ground(shadow=0.72, reflection=0.06))


def _headland(frame: Frame, picture: Floats, horizon: float, light: Light, rng: Rng) -> Floats:
    """Let two capes run out to sea, one behind the other, on the side away from the light."""
    _, middle, low = light.sky()
    inland = 0.5 - light.side * (frame.u[0] - 0.5)
    for index in range(2):
        reach = float(rng.uniform(0.26, 0.40)) - 0.10 * index
        tall = float(rng.uniform(0.09, 0.15)) * (1 - 0.25 * index) / frame.down
        rise = smooth(reach, 0.0, inland) ** 0.8
        line = horizon + 0.002 - tall * rise * (0.75 + 0.45 * curve(frame, rng, 4, 6, 0.5))
        rock = mix(
            mix(light.deep, light.tone(0.3), 0.5), mix(low, middle, 0.4), 0.62 - 0.26 * index
        )
        face = over(
            frame.blank(rock), mix(rock, light.sun, 0.5), 0.7 * facets(frame, line, light, rng)
        )
        face = over(face, low, 0.30 * smooth(horizon - tall, horizon, frame.v))
        picture = over(picture, face, below(frame, line, 1.3) * (rise > 0))
    return picture


def dunes(frame: Frame, stage: Stage, light: Light, rng: Rng) -> Backdrop:
    """Dunes with a lit and a shaded flank, and rippled sand in front."""
    horizon, edge = stage.horizon_v, stage.edge_v
    picture = paint_sky(frame, light, horizon, rng)
    place = place_sun(stage, light, rng, float(rng.uniform(0.08, 0.2)) / frame.down)
    picture = paint_sun(frame, picture, light, place, 0.05)
    _, _, low = light.sky()
    gold = mix(mix(light.accent, from_hex("#e0b27c"), 0.5), light.pale, 0.28)
    if light.dark:
        gold = toned(gold, 0.36, 0.5)
    for index in range(4):
        near = (index + 1) / 4
        foot = horizon + (edge - horizon) * near**1.1
        tall = 0.26 * (stage.base_v - stage.top_v) * (1.1 - 0.5 * near)
        aside = float(rng.uniform(0.22, 0.42)) / frame.across * (1 if index % 2 else -1)
        peak = stage.centre_u + light.side * aside
        slope = np.abs(frame.u[0] - peak) * frame.across
        hump = np.exp(-((slope / 0.40) ** 1.25))
        line = foot - tall * (0.95 * hump + 0.22 * curve(frame, rng, 0.8, 2, 0.3)) + 0.02
        under = frame.v - line[None, :]
        column = int(np.clip(peak, 0, 0.999) * frame.width)
        down = np.clip(frame.v - float(line[column]), 0, 1) / (0.8 * tall)
        bend = float(rng.uniform(0.20, 0.34)) / frame.across
        crest = peak + light.side * bend * (down**0.9 + 0.20 * np.sin(down * 4.2))
        away = light.side * (crest - frame.u) * frame.across
        dark_side = smooth(-0.002, 0.010, away) * np.exp(-np.clip(away, 0, 9) / 0.45)
        bright = mix(mix(gold, light.sun, 0.35), low, 0.55 * (1 - near))
        dusky = mix(toned(gold, 0.30 if light.dark else 0.50), light.deep, 0.18)
        dim = mix(dusky, low, 0.50 * (1 - near))
        body = over(frame.blank(bright), dim, dark_side * 0.85)
        body = over(body, mix(gold, low, 0.5 * (1 - near)), smooth(0.02, 0.22, under) * 0.45)
        picture = over(picture, body, below(frame, line, 1.3))
    phase = 1.6 * receding(frame, horizon - 0.05, rng, (1, 1))
    depth = 1 / (np.maximum(frame.v - horizon, 1e-3) * frame.down + 0.05)
    ripples = np.sin(depth * 26 + phase * 3 + (frame.u - 0.5) * depth * 2.2)
    near_fade = smooth(edge - 0.02, edge + 0.05, frame.v) * smooth(0.42, 0.0, frame.v - edge)
    line = edge + 0.018 * curve(frame, rng, 0.9, 2, 0.3)
    colours = (mix(gold, light.sun, 0.42 if not light.dark else 0.1), mix(gold, light.deep, 0.22))
    grit = 0.06 * ripples * near_fade + 0.03 * noise(frame, rng, (60, 60), 2)
    picture = lay_ground(frame, picture, line, colours, grit)
    picture = glow(picture, light.sun, 0.34 * np.exp(-frame.distance(*place) / 0.4))
    return Backdrop(picture, Ground(shadow=0.72, reflection=0.0))


def aurora(frame: Frame, stage: Stage, light: Light, rng: Rng) -> Backdrop:
    """Curtains of northern light over a frozen shore."""
    horizon, edge = stage.horizon_v + 0.03, stage.edge_v
    night = mix(light.deep, from_hex("#0a1230"), 0.5)
    v = np.clip(frame.v / horizon, 0, 1) + np.zeros((1, frame.width), dtype=np.float32)
    picture = ramp(
        v,
        [
            (0, toned(night, 0.13)),
            (0.6, toned(night, 0.24)),
            (1, toned(mix(night, light.mid, 0.4), 0.40)),
        ],
    )
    picture = paint_stars(frame, picture, horizon, rng)
    green = toned(mix(light.mid, from_hex("#3fe0a0"), 0.55), 0.80, 1.25)
    rays = 0.65 + 0.35 * noise(frame, rng, (26, 0.6), 3)
    for index in range(3):
        foot = horizon * (0.52 + 0.17 * index) + 0.09 * curve(frame, rng, 1.3, 3, 0.45)
        rise = (foot[None, :] - frame.v) / (0.42 * horizon)
        curtain = smooth(-0.04, 0.05, rise) * np.exp(-np.clip(rise, 0, 9) * 2.4) * rays
        strength = smooth(-0.7, 0.5, curve(frame, rng, 1.6, 2, 0.4))[None, :] * (0.9 - 0.15 * index)
        colour = green if index != 1 else mix(green, light.accent, 0.30)
        picture = glow(picture, colour, curtain * strength)
        picture = glow(
            picture,
            mix(light.accent, from_hex("#b06bff"), 0.5),
            0.35 * strength * np.exp(-((rise - 0.75) ** 2) * 6) * rays * (rise > 0),
        )
    for index in range(3):
        near = index / 2
        line = (
            horizon
            + (edge - horizon) * 0.7 * near
            - (0.34 - 0.16 * near)
            * (stage.base_v - stage.top_v)
            * (0.35 + 0.65 * curve(frame, rng, 1.6 + near, 8, 0.47))
        )
        face = facets(frame, line, light, rng)
        rock = toned(mix(night, light.deep, 0.5), 0.30 - 0.10 * near)
        body = over(
            frame.blank(rock), toned(mix(light.pale, green, 0.4), 0.60 - 0.1 * near), 0.62 * face
        )
        body = over(
            body,
            toned(mix(night, green, 0.3), 0.38),
            0.65 * smooth(0.0, 0.16, frame.v - line[None, :]),
        )
        picture = over(picture, body, below(frame, line, 1.3))
    ice = toned(mix(light.pale, green, 0.35), 0.55, 0.8)
    line = edge + 0.008 * curve(frame, rng, 1.4, 4, 0.4)
    grit = 0.10 * receding(frame, edge - 0.08, rng, (2, 4)) * smooth(
        0.3, 0.0, frame.v - edge
    ) + 0.03 * noise(frame, rng, (50, 70), 2)
    picture = lay_ground(frame, picture, line, (ice, toned(night, 0.25)), grit)
    return Backdrop(picture, Ground(shadow=0.70, reflection=0.14))
