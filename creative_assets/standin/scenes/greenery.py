"""Where things grow: fields, forest, a winter clearing, leaves in a greenhouse.

A painter takes the frame, the stage, the light and a random generator, and returns a `Backdrop`.
"""

import numpy as np

from creative_assets.standin.scenes.canvas import (
    Frame,
    below,
    curve,
    discs,
    glow,
    noise,
    over,
    receding,
    shade,
    smooth,
)
from creative_assets.standin.scenes.colours import Light, from_hex, mix, toned
from creative_assets.standin.scenes.elements import (
    facets,
    lay_floor,
    lay_ground,
    paint_sky,
    paint_sun,
    paint_wall,
    place_sun,
)
from creative_assets.standin.scenes.plants import firs_along, frond_place, palm_fronds, trees_along
from creative_assets.standin.scenes.stage import Backdrop, Ground, Stage

Rng = np.random.Generator


def fields(frame: Frame, stage: Stage, light: Light, rng: Rng) -> Backdrop:
    """Rolling hills with rows of crop and a few trees; grass in front."""
    horizon, edge = stage.horizon_v, stage.edge_v
    picture = paint_sky(frame, light, horizon, rng)
    place = place_sun(stage, light, rng, float(rng.uniform(0.06, 0.17)) / frame.down)
    picture = paint_sun(frame, picture, light, place, 0.055)
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
        if index in {1, 2}:
            trees, lit = trees_along(
                frame, line, rng, 0.055 * (0.7 + near), int(rng.integers(9, 18))
            )
            leaf = mix(mix(toned(crop, 0.40), light.deep, 0.22) * dim, low, 0.45 * (1 - near))
            crowns = over(frame.blank(leaf), mix(leaf, light.sun, 0.45), 0.7 * lit)
            picture = over(picture, crowns, trees)
        picture = over(picture, body, below(frame, line, 1.3))
    picture = glow(
        picture, mix(light.sun, light.accent, 0.25), 0.42 * np.exp(-frame.distance(*place) / 0.35)
    )
    grass = mix(mix(crop, from_hex("#5c7a35"), 0.35), light.deep, 0.30) * dim
    blades = noise(frame, rng, (90, 12), 3)
    line = (
        edge + 0.010 * curve(frame, rng, 1.2, 2, 0.3) + 0.005 * (noise(frame, rng, (110, 4), 3)[0])
    )
    grit = 0.30 * blades * smooth(0.20, 0.0, frame.v - edge)
    picture = lay_ground(
        frame, picture, line, (mix(grass, light.sun, 0.30), mix(grass, light.deep, 0.62)), grit
    )
    stone = mix(
        mix(light.pale, from_hex("#b7a58d"), 0.5), light.deep, 0.15 if not light.dark else 0.6
    )
    return Backdrop(picture, Ground(shadow=0.7, reflection=0.0, plinth=stone, rough=True))


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
            leaves = noise(frame, rng, (40 - 16 * near, 34 - 14 * near), 4)
            leaves = smooth(-0.15, 0.40, leaves + 5.0 * (hang * (edge - 0.02) - frame.v))
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
    picture = lay_ground(
        frame, picture, line, (mix(moss, air, 0.38), mix(moss, light.deep, 0.6)), grit
    )
    stone = mix(light.tone(0.45), from_hex("#8a8378"), 0.55) * (0.55 if light.dark else 1.0)
    return Backdrop(picture, Ground(shadow=0.72, reflection=0.0, plinth=stone, rough=True))


def snow(frame: Frame, stage: Stage, light: Light, rng: Rng) -> Backdrop:
    """Snowy hills with firs, blue shade, and flakes in the air."""
    horizon, edge = stage.horizon_v, stage.edge_v
    picture = paint_sky(frame, light, horizon, rng)
    place = place_sun(stage, light, rng, float(rng.uniform(0.06, 0.16)) / frame.down)
    picture = paint_sun(frame, picture, light, place, 0.045)
    _, _, low = light.sky()
    white = mix(from_hex("#f4f7fb"), light.pale, 0.35) * (0.42 if light.dark else 1.0)
    white = mix(
        white, low, {"morning": 0.12, "day": 0.0, "evening": 0.34, "night": 0.2}[light.daytime]
    )
    blue = mix(mix(white, from_hex("#7f9cc4"), 0.5), light.tone(0.4), 0.25)
    line = horizon - 0.36 * (stage.base_v - stage.top_v) * (
        0.35 + 0.65 * curve(frame, rng, 1.6, 8, 0.47)
    )
    faces = facets(frame, line, light, rng)
    far = over(frame.blank(mix(blue, low, 0.45)), mix(white, light.sun, 0.3), 0.7 * faces)
    far = over(far, low, 0.75 * smooth(0.0, 0.20, frame.v - line[None, :]))
    picture = over(picture, far, below(frame, line, 1.3))
    for index in range(3):
        near = (index + 1) / 3
        foot = horizon + (edge - horizon) * near
        line = foot - 0.03 / frame.down * (0.6 + curve(frame, rng, 1.0, 2, 0.25))
        firs = firs_along(frame, line, rng, 0.035 + 0.05 * near, int(18 * frame.across), stage)
        dark = mix(
            mix(mix(light.deep, light.tone(0.3), 0.35), from_hex("#2c4438"), 0.6)
            * (0.6 if light.dark else 1.0),
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
    picture = lay_ground(
        frame, picture, line, (mix(white, light.sun, 0.12), mix(white, blue, 0.65)), soft
    )
    picture = glow(picture, light.sun, 0.30 * np.exp(-frame.distance(*place) / 0.35))
    for mask, box in discs(frame, rng, 70, (0.0016, 0.0065), (0, 0, 1, max(edge, 0.3))):
        window = (slice(None), *box)
        picture[window] = over(
            picture[window], from_hex("#ffffff"), mask * float(rng.uniform(0.2, 0.75))
        )
    return Backdrop(picture, Ground(shadow=0.5, reflection=0.05))


def botanical(frame: Frame, stage: Stage, light: Light, rng: Rng) -> Backdrop:
    """Leaves in several depths of focus around dappled light, and a stone."""
    edge = stage.edge_v
    green = mix(light.mid, from_hex("#5d8a54"), 0.75)
    back = mix(mix(light.pale, green, 0.40), light.sun, 0.22)
    if light.dark:
        green, back = toned(green, 0.34), toned(mix(light.deep, green, 0.5), 0.30)
    if light.daytime == "evening":
        back = mix(back, light.accent, 0.28)
    picture = paint_wall(frame, stage, light, back)
    for mask, box in discs(frame, rng, 34, (0.02, 0.085), (0, 0, 1, edge)):
        window = (slice(None), *box)
        picture[window] = glow(
            picture[window],
            mix(light.sun, green, float(rng.uniform(0, 0.7))),
            mask * float(rng.uniform(0.05, 0.28)),
        )
    for layer, blur in enumerate((0.020, 0.008, 0.0015)):
        near = layer / 2
        sunlit = smooth(-0.5, 0.6, noise(frame, rng, (6, 6), 2) - 1.2 * (frame.v - 0.25))
        places = [frond_place(frame, stage, index, near, rng) for index in range(4)]
        mask, lit = palm_fronds(frame, places, 0.34 + 0.09 * near, blur, rng)
        colour = mix(
            mix(green, back, 0.50 * (1 - near)),
            light.deep,
            0.10 + 0.26 * near * float(rng.uniform(0.5, 1)),
        )
        bright = mix(mix(colour, light.sun, 0.34), green, 0.40)
        body = over(frame.blank(colour), bright, (0.25 + 0.75 * sunlit) * lit)
        picture = over(picture, body, mask * (0.55 + 0.42 * near))
    dapple = smooth(0.15, 0.60, noise(frame, rng, (4, 4), 3))
    picture = glow(picture, light.sun, 0.22 * dapple * smooth(edge + 0.1, 0.0, frame.v))
    picture = shade(
        picture,
        0.20 * (1 - dapple) * smooth(0.2, 0.6, frame.distance(stage.centre_u, stage.horizon_v)),
        mix(light.deep, green, 0.4),
    )
    ground = mix(mix(light.pale, from_hex("#c9bba4"), 0.55), green, 0.22)
    if light.dark:
        ground = toned(ground, 0.34)
    picture = lay_floor(
        frame, picture, edge, (mix(ground, light.sun, 0.25), mix(ground, light.deep, 0.38)), 0.006
    )
    grit = 0.06 * noise(frame, rng, (24, 40), 4) + 0.10 * (dapple - 0.4)
    picture = picture * (
        1 + grit * smooth(edge, edge + 0.02, frame.v) * smooth(0.36, 0.0, frame.v - edge)
    )
    stone = mix(mix(light.pale, from_hex("#b9b0a2"), 0.6), green, 0.12) * (
        0.5 if light.dark else 1.0
    )
    return Backdrop(picture, Ground(shadow=0.66, reflection=0.0, plinth=stone, rough=True))
