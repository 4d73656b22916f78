"""Scenes outdoors: each paints sky, land and the ground in front, without the subject.

A painter takes the frame, the stage, the light and a random generator, and returns a `Backdrop`.
"""

import numpy as np

from creative_assets.standin.scenes.canvas import (
    Frame,
    below,
    curve,
    discs,
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
from creative_assets.standin.scenes.stage import Backdrop, Ground, Stage

Rng = np.random.Generator

# Firs leave this much room on either side of the subject, in short edges.
_GAP = 0.18


def _sky(frame: Frame, light: Light, horizon: float, rng: Rng) -> Floats:
    """Paint a sky with thin high cloud, brightest at the horizon."""
    high, middle, low = light.sky()
    v = np.clip(frame.v / max(horizon, 0.1), 0, 1) + np.zeros((1, frame.width), dtype=np.float32)
    drift = noise(frame, rng, (1.2, 5.0), 4)
    picture = ramp(v + 0.035 * drift, [(0.0, high), (0.55, middle), (1.0, low)])
    streaks = smooth(0.10, 0.75, drift) * smooth(0.05, 0.4, v) * (0.10 if light.dark else 0.34)
    return over(picture, mix(low, light.sun, 0.5), streaks)


def _stars(frame: Frame, picture: Floats, horizon: float, rng: Rng) -> Floats:
    count = int(0.0011 * frame.width * frame.height)
    mask = np.zeros((frame.height, frame.width), dtype=np.float32)
    rows = (rng.uniform(0, 1, count) ** 1.2 * horizon * frame.height).astype(int)
    columns = rng.integers(0, frame.width, count)
    mask[rows, columns] = rng.uniform(0.05, 1, count) ** 3
    return glow(picture, from_hex("#f2f5ff"), mask * smooth(horizon, horizon - 0.25, frame.v))


def _sun(
    frame: Frame, picture: Floats, light: Light, place: tuple[float, float], radius: float
) -> Floats:
    """Hang the sun (or the moon, at night) with its halo."""
    d = frame.distance(*place)
    colour = from_hex("#eef2ff") if light.dark else mix(light.sun, from_hex("#ffffff"), 0.35)
    warm = mix(light.sun, light.accent, 0.45)
    picture = glow(picture, warm, 0.50 * np.exp(-d / (radius * 4.2)))
    picture = glow(picture, light.sun, 0.42 * np.exp(-d / (radius * 1.6)))
    return over(picture, colour, 0.96 * smooth(radius * 1.05, radius * 0.93, d))


def _sun_place(stage: Stage, light: Light, rng: Rng, above: float) -> tuple[float, float]:
    reach = float(rng.uniform(0.20, 0.34)) * stage.reach_u / 0.74
    return stage.centre_u + light.side * reach, stage.horizon_v - above


def _ground(
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


def _flat(frame: Frame, v: float) -> Floats:
    return np.full(frame.width, v, dtype=np.float32)


def _facets(frame: Frame, line: Floats, light: Light, rng: Rng) -> Floats:
    """Light the faces of a ridge: each slope of the line runs down as a slanting face, 0 to 1."""
    kernel = max(3, frame.width // 34)
    slope = np.convolve(
        np.gradient(line) * frame.width * frame.down / frame.across,
        np.ones(kernel) / kernel,
        "same",
    )
    under = np.clip(frame.v - line[None, :], 0, 1) * frame.height
    wander = noise(frame, rng, (6, 6), 4)
    columns = (
        frame.u * frame.width
        + light.side * under * 0.45
        + wander * min(frame.width, frame.height) * 0.05
    )
    at = np.clip(columns, 0, frame.width - 1).astype(np.int64)
    return smooth(-0.35, 0.75, light.side * slope[at] + 0.85 * wander)


def mountains(frame: Frame, stage: Stage, light: Light, rng: Rng) -> Backdrop:
    """Ridges one behind another, with mist between them, and a stone to stand on."""
    horizon, edge = stage.horizon_v, stage.edge_v
    picture = _sky(frame, light, horizon, rng)
    if light.dark:
        picture = _stars(frame, picture, horizon, rng)
    room = stage.base_v - stage.top_v
    place = _sun_place(stage, light, rng, float(rng.uniform(0.16, 0.30)) * room)
    picture = _sun(frame, picture, light, place, 0.05)
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
        lit = _facets(frame, line, light, rng)
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
        return _lake(frame, picture, stage, light, rng)
    grit = 0.10 * noise(frame, rng, (9, 22), 4) + 0.10 * receding(frame, edge - 0.05, rng, (3, 3))
    line = edge + 0.006 * curve(frame, rng, 3, 6, 0.6)
    rock = light.tone(0.30) if rng.integers(2) else mix(light.accent, light.deep, 0.45)
    colours = (mix(rock, mist, 0.38), mix(light.deep, rock, 0.30))
    picture = _ground(frame, picture, line, colours, grit * smooth(0.28, 0.0, frame.v - edge))
    sheen = smooth(0.05, 0.0, np.abs(frame.v - edge - 0.012)) * smooth(
        0.7, 0.0, np.abs(frame.u - place[0])
    )
    picture = glow(picture, light.sun, 0.22 * sheen * below(frame, line, 2))
    return Backdrop(picture, Ground(shadow=0.75, reflection=0.10))


def _lake(frame: Frame, picture: Floats, stage: Stage, light: Light, rng: Rng) -> Backdrop:
    """Still water before what is painted so far, with a stone to stand on."""
    shore = stage.edge_v - 0.01
    depth = np.clip((frame.v - shore) / max(1 - shore, 0.1), 0, 1)
    water = mirrored(frame, picture, shore, 3.0)
    waves = receding(frame, shore - 0.03, rng, (1, 5))
    water = water * (1 + 0.13 * waves)
    deep = mix(light.deep, light.tone(0.35), 0.35)
    water = over(water, deep, 0.22 + 0.60 * smooth(0.1, 0.9, depth))
    water = glow(water, light.sun, 0.30 * smooth(0.3, 0.9, waves) * smooth(0.3, 0.0, depth))
    picture = over(picture, water, below(frame, _flat(frame, shore), 1.5))
    stone = mix(mix(light.tone(0.5), from_hex("#8f8a82"), 0.55), light.deep, 0.15)
    plinth = stone * (0.55 if light.dark else 1.0)
    return Backdrop(picture, Ground(shadow=0.7, reflection=0.0, plinth=plinth, rough=True))


def sea(frame: Frame, stage: Stage, light: Light, rng: Rng) -> Backdrop:
    """The sun over water, its path of glitter, and a wet beach."""
    horizon, edge = stage.horizon_v + 0.02, stage.edge_v
    picture = _sky(frame, light, horizon, rng)
    if light.dark:
        picture = _stars(frame, picture, horizon, rng)
    place = _sun_place(stage, light, rng, float(rng.uniform(0.035, 0.13)) / frame.down)
    picture = _sun(frame, picture, light, place, float(rng.uniform(0.06, 0.085)))
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
        picture = _sea_stacks(frame, picture, horizon, light, rng)
    depth = np.clip((frame.v - horizon) / max(edge - horizon, 0.02), 0, 1)
    water = ramp(
        depth + np.zeros((1, frame.width), dtype=np.float32),
        [
            (0, mix(low, middle, 0.35)),
            (0.25, mix(middle, light.tone(0.40), 0.45)),
            (1, mix(light.deep, light.tone(0.5), 0.45)),
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
    picture = over(picture, water, below(frame, _flat(frame, horizon), 1.2))
    shore = edge - 0.01 + 0.012 * curve(frame, rng, 1.2, 3, 0.4)
    sand = mix(mix(light.tone(0.78), from_hex("#d3b48c"), 0.6), light.accent, 0.12)
    sand = toned(
        sand, {"morning": 0.74, "day": 0.80, "evening": 0.66, "night": 0.30}[light.daytime]
    )
    grit = 0.045 * noise(frame, rng, (40, 60), 3) + 0.05 * receding(frame, edge - 0.06, rng, (2, 5))
    picture = _ground(
        frame,
        picture,
        shore,
        (
            mix(sand, low, 0.35),
            toned(mix(sand, light.accent, 0.15), 0.20 if light.dark else 0.54, 0.9),
        ),
        grit * smooth(0.35, 0.0, frame.v - edge),
    )
    wet = smooth(0.09, 0.0, frame.v - shore[None, :]) * below(frame, shore, 2)
    picture = over(picture, mix(low, middle, 0.3), 0.55 * wet)
    foam = smooth(0.012, 0.003, np.abs(frame.v - shore[None, :] - 0.004)) * smooth(
        -0.5, 0.4, noise(frame, rng, (14, 30), 3)
    )
    picture = over(picture, from_hex("#ffffff") * (0.5 if light.dark else 1.0), 0.75 * foam)
    return Backdrop(picture, Ground(shadow=0.62, reflection=0.26))


def _sea_stacks(frame: Frame, picture: Floats, horizon: float, light: Light, rng: Rng) -> Floats:
    """Stand rocks in the sea, on the side away from the light."""
    _, _, low = light.sky()
    for index in range(int(rng.integers(2, 4))):
        at = 0.5 - light.side * float(rng.uniform(0.20, 0.46))
        wide = float(rng.uniform(0.04, 0.11)) / frame.across
        tall = float(rng.uniform(0.10, 0.24)) / frame.down
        body = np.clip(1 - np.abs(frame.u[0] - at) / wide, 0, 1) ** 0.45
        line = horizon + 0.012 - tall * body * (1 + 0.25 * curve(frame, rng, 9, 5, 0.55))
        line = np.where(body > 0, line, 1.0)
        rock = mix(mix(light.deep, light.tone(0.3), 0.4), low, 0.42 - 0.10 * index)
        face = over(frame.blank(rock), light.sun, 0.40 * _facets(frame, line, light, rng))
        picture = over(picture, face, below(frame, line, 1.3))
    return picture


def dunes(frame: Frame, stage: Stage, light: Light, rng: Rng) -> Backdrop:
    """Dunes with a lit and a shaded flank, and rippled sand in front."""
    horizon, edge = stage.horizon_v, stage.edge_v
    picture = _sky(frame, light, horizon, rng)
    if light.dark:
        picture = _stars(frame, picture, horizon, rng)
    place = _sun_place(stage, light, rng, float(rng.uniform(0.08, 0.2)) / frame.down)
    picture = _sun(frame, picture, light, place, 0.05)
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
    picture = _ground(frame, picture, line, colours, grit)
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
    picture = _stars(frame, picture, horizon, rng)
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
        face = _facets(frame, line, light, rng)
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
    picture = _ground(frame, picture, line, (ice, toned(night, 0.25)), grit)
    return Backdrop(picture, Ground(shadow=0.65, reflection=0.28))


def fields(frame: Frame, stage: Stage, light: Light, rng: Rng) -> Backdrop:
    """Rolling hills with rows of crop and a few trees; grass in front."""
    horizon, edge = stage.horizon_v, stage.edge_v
    picture = _sky(frame, light, horizon, rng)
    if light.dark:
        picture = _stars(frame, picture, horizon, rng)
    place = _sun_place(stage, light, rng, float(rng.uniform(0.06, 0.17)) / frame.down)
    picture = _sun(frame, picture, light, place, 0.055)
    _, _, low = light.sky()
    crop = mix(light.tone(0.45), from_hex("#7d8f3c"), 0.62)
    gold = mix(mix(light.accent, from_hex("#d9b45a"), 0.55), light.pale, 0.15)
    dim = 0.42 if light.dark else 1.0
    for index in range(5):
        near = index / 4
        foot = horizon + 0.015 + (edge - horizon + 0.03) * near**1.15
        line = foot - 0.055 / frame.down * (0.5 + curve(frame, rng, 1.1, 2, 0.25)) * (
            1.3 - 0.5 * near
        )
        base = mix(crop, gold, float(rng.uniform(0, 0.9))) * dim
        colour = mix(mix(base, light.deep, 0.34 * near), low, 0.62 * (1 - near) ** 1.2)
        under = frame.v - line[None, :]
        lean = float(rng.uniform(-3.0, 3.0))
        rows = np.sin(
            (frame.u - 0.5) * frame.across * (60 - 22 * near) + lean * 30 * under * frame.down
        )
        body = frame.blank(colour) * (1 + 0.07 * rows * near + 0.10 * noise(frame, rng, (6, 14), 3))
        body = over(
            body,
            mix(colour, light.sun, 0.65),
            0.7 * smooth(0.055, 0.0, under) * smooth(0.85, 0.0, np.abs(frame.u - place[0])),
        )
        body = shade(body, 0.30 * smooth(0.03, 0.15, under))
        picture = over(picture, body, below(frame, line, 1.3))
        if index in {1, 2}:
            trees = _trees(frame, line, rng, 0.05 * (0.7 + near), int(rng.integers(5, 12)))
            picture = over(
                picture, mix(mix(crop * dim, light.deep, 0.68), low, 0.40 * (1 - near)), trees
            )
    picture = glow(
        picture, mix(light.sun, light.accent, 0.25), 0.42 * np.exp(-frame.distance(*place) / 0.35)
    )
    grass = mix(mix(crop, from_hex("#5c7a35"), 0.35), light.deep, 0.30) * dim
    blades = noise(frame, rng, (90, 12), 3)
    line = (
        edge + 0.010 * curve(frame, rng, 1.2, 2, 0.3) + 0.005 * (noise(frame, rng, (110, 4), 3)[0])
    )
    grit = 0.30 * blades * smooth(0.20, 0.0, frame.v - edge)
    picture = _ground(
        frame, picture, line, (mix(grass, light.sun, 0.30), mix(grass, light.deep, 0.62)), grit
    )
    stone = mix(
        mix(light.pale, from_hex("#b7a58d"), 0.5), light.deep, 0.15 if not light.dark else 0.6
    )
    return Backdrop(picture, Ground(shadow=0.7, reflection=0.0, plinth=stone, rough=True))


def _trees(frame: Frame, line: Floats, rng: Rng, tall: float, count: int) -> Floats:
    """Round trees and slender ones along a line; `tall` in short edges."""
    mask = np.zeros((frame.height, frame.width), dtype=np.float32)
    clump = float(rng.uniform(0.1, 0.9))
    for _ in range(count):
        at = float(np.clip(rng.normal(clump, 0.22), 0.0, 1.0))
        height = tall * float(rng.uniform(0.6, 1.2))
        slim = float(rng.choice([0.16, 0.40, 0.46]))
        root = float(line[min(int(at * frame.width), frame.width - 1)]) + 0.004
        top, half = root - height / frame.down, height * 0.55 / frame.across
        rows = slice(max(int(top * frame.height), 0), max(int(root * frame.height) + 1, 1))
        columns = slice(max(int((at - half) * frame.width), 0), int((at + half) * frame.width) + 2)
        x = (frame.u[:, columns] - at) * frame.across / height
        y = (frame.v[rows] - top) * frame.down / height
        ragged = 0.05 * np.sin(x * 31 + at * 50) * np.sin(y * 27 + at * 90)
        crown = np.hypot(x / slim, (y - 0.46) / 0.46) + ragged
        stem = np.maximum(np.abs(x) / 0.04, (0.5 - y) * 9)
        soft = 1.5 / max(height * min(frame.width, frame.height), 4) / slim
        shape = np.maximum(smooth(1 + soft, 1 - soft, crown), smooth(1.4, 0.6, stem))
        mask[rows, columns] = np.maximum(mask[rows, columns], shape)
    return mask


def forest(frame: Frame, stage: Stage, light: Light, rng: Rng) -> Backdrop:
    """Trunks fading into mist, with slanting light, and a mossy floor."""
    edge = stage.edge_v
    _, _, low = light.sky()
    air = mix(mix(low, light.tone(0.75), 0.45), light.sun, 0.30 if not light.dark else 0.0)
    room = stage.base_v - stage.top_v
    place = (stage.centre_u + light.side * 0.16, stage.top_v + 0.30 * room)
    d = frame.distance(*place)
    picture = over(
        frame.blank(mix(air, light.tone(0.38), 0.62)),
        mix(air, light.sun, 0.7),
        np.exp(-((d / 0.52) ** 2)),
    )
    for index in range(5):
        near = index / 4
        colour = mix(mix(air, light.tone(0.30), 0.34), light.deep * 0.55, near**1.1)
        mask = np.zeros((frame.height, frame.width), dtype=np.float32)
        for _ in range(int((13 - 2.4 * index) * frame.across)):
            at = float(rng.uniform(-0.02, 1.02))
            if abs(at - stage.centre_u) * frame.across < 0.06 + 0.34 * near:
                continue
            wide = (0.005 + 0.026 * near**1.5) * float(rng.uniform(0.6, 1.3))
            lean = float(rng.uniform(-0.04, 0.04))
            off = np.abs((frame.u - at - lean * (frame.v - edge)) * frame.across) - wide * (
                0.72 + 0.35 * frame.v
            )
            mask = np.maximum(mask, smooth(0.0022, -0.0014, off))
        mask *= smooth(edge + 0.05 * near, edge - 0.02 + 0.05 * near, frame.v)
        if index in {1, 3, 4}:
            hang = 0.30 - 0.10 * near + 0.75 * np.abs(frame.u - stage.centre_u) ** 1.3
            leaves = noise(frame, rng, (20 - 6 * near, 20 - 6 * near), 3)
            leaves = smooth(0.02, 0.14, leaves + 3.6 * (hang * (edge - 0.02) - frame.v))
            mask = np.maximum(mask, leaves * (0.45 + 0.35 * near))
        edge_lit = smooth(0.5, 0.0, d) * 0.45 * (1 - 0.5 * near)
        body = over(frame.blank(colour), light.sun, edge_lit)
        picture = over(picture, body, mask)
        picture = over(
            picture,
            mix(air, light.sun, 0.4),
            0.30 * (1 - near) * smooth(edge - 0.55 * room, edge, frame.v),
        )
    angle = np.arctan2(
        (frame.u - place[0]) * frame.across, (frame.v - place[1] + 0.42) * frame.down
    )
    spokes = curve(Frame(512, 512), rng, 9, 2, 0.35)
    rays = np.interp(angle, np.linspace(-1.6, 1.6, 512), spokes).astype(np.float32)
    picture = glow(
        picture,
        light.sun,
        (0.10 if light.dark else 0.34) * smooth(-0.3, 0.8, rays) * np.exp(-((d / 0.75) ** 2)),
    )
    moss = mix(mix(light.tone(0.4), from_hex("#5f7434"), 0.5), light.deep, 0.25)
    if light.dark:
        moss = toned(moss, 0.28)
    line = edge + 0.012 * curve(frame, rng, 2.2, 5, 0.5)
    grit = (
        0.26 * noise(frame, rng, (22, 40), 4) + 0.12 * receding(frame, edge - 0.05, rng, (3, 4))
    ) * smooth(0.30, 0.0, frame.v - edge)
    picture = _ground(
        frame, picture, line, (mix(moss, air, 0.38), mix(moss, light.deep, 0.6)), grit
    )
    stone = mix(light.tone(0.45), from_hex("#8a8378"), 0.55) * (0.55 if light.dark else 1.0)
    return Backdrop(picture, Ground(shadow=0.72, reflection=0.0, plinth=stone, rough=True))


def snow(frame: Frame, stage: Stage, light: Light, rng: Rng) -> Backdrop:
    """Snowy hills with firs, blue shade, and flakes in the air."""
    horizon, edge = stage.horizon_v, stage.edge_v
    picture = _sky(frame, light, horizon, rng)
    if light.dark:
        picture = _stars(frame, picture, horizon, rng)
    place = _sun_place(stage, light, rng, float(rng.uniform(0.06, 0.16)) / frame.down)
    picture = _sun(frame, picture, light, place, 0.045)
    _, _, low = light.sky()
    white = mix(from_hex("#f4f7fb"), light.pale, 0.35) * (0.42 if light.dark else 1.0)
    white = mix(
        white, low, {"morning": 0.12, "day": 0.0, "evening": 0.34, "night": 0.2}[light.daytime]
    )
    blue = mix(mix(white, from_hex("#7f9cc4"), 0.5), light.tone(0.4), 0.25)
    line = horizon - 0.36 * (stage.base_v - stage.top_v) * (
        0.35 + 0.65 * curve(frame, rng, 1.6, 8, 0.47)
    )
    faces = _facets(frame, line, light, rng)
    far = over(frame.blank(mix(blue, low, 0.45)), mix(white, light.sun, 0.3), 0.7 * faces)
    far = over(far, low, 0.75 * smooth(0.0, 0.20, frame.v - line[None, :]))
    picture = over(picture, far, below(frame, line, 1.3))
    for index in range(3):
        near = (index + 1) / 3
        foot = horizon + (edge - horizon) * near
        line = foot - 0.03 / frame.down * (0.6 + curve(frame, rng, 1.0, 2, 0.25))
        firs = _firs(frame, line, rng, 0.035 + 0.05 * near, int(18 * frame.across), stage)
        dark = mix(
            mix(light.deep, light.tone(0.3), 0.35) * (0.6 if light.dark else 1.0),
            low,
            0.70 * (1 - near) + 0.08,
        )
        picture = over(picture, dark, firs)
        under = frame.v - line[None, :]
        body = over(
            frame.blank(mix(white, low, 0.35 * (1 - near))), blue, 0.75 * smooth(0.0, 0.09, under)
        )
        picture = over(picture, body, below(frame, line, 1.5))
    line = edge + 0.012 * curve(frame, rng, 1.0, 3, 0.3)
    soft = 0.05 * noise(frame, rng, (4, 9), 3) * smooth(0.4, 0.0, frame.v - edge) + 0.012 * noise(
        frame, rng, (70, 70), 2
    )
    picture = _ground(
        frame, picture, line, (mix(white, light.sun, 0.12), mix(white, blue, 0.65)), soft
    )
    picture = glow(picture, light.sun, 0.30 * np.exp(-frame.distance(*place) / 0.35))
    for mask, box in discs(frame, rng, 70, (0.0016, 0.0065), (0, 0, 1, max(edge, 0.3))):
        window = (slice(None), *box)
        picture[window] = over(
            picture[window], from_hex("#ffffff"), mask * float(rng.uniform(0.2, 0.75))
        )
    return Backdrop(picture, Ground(shadow=0.5, reflection=0.05))


def _firs(frame: Frame, line: Floats, rng: Rng, tall: float, count: int, stage: Stage) -> Floats:
    """A stand of firs along a line, thinner where the subject will be."""
    mask = np.zeros((frame.height, frame.width), dtype=np.float32)
    for _ in range(count):
        at = float(rng.uniform(0, 1))
        gap = abs(at - stage.centre_u) * frame.across
        if gap < _GAP:
            continue
        height = tall * float(rng.uniform(0.5, 1.25)) * min(1.0, 0.4 + gap) / frame.down
        root = float(line[min(int(at * frame.width), frame.width - 1)]) + 0.006
        rows = slice(max(int((root - height) * frame.height), 0), max(int(root * frame.height), 1))
        half = height * frame.down * 0.30 / frame.across
        columns = slice(
            max(int((at - half) * frame.width), 0),
            min(int((at + half) * frame.width) + 2, frame.width),
        )
        down = np.clip((frame.v[rows] - root + height) / height, 0, 1)
        tiers = 0.55 + 0.45 * np.mod(down * 5.0, 1.0)
        off = np.abs(frame.u[:, columns] - at) - half * down * tiers
        mask[rows, columns] = np.maximum(
            mask[rows, columns], np.clip(0.5 - off * frame.width, 0, 1)
        )
    return mask
