"""Scenes made by people: studio, table, city, paper.

A painter takes the frame, the stage, the light and a random generator, and returns a `Backdrop`.
"""

import numpy as np

from creative_assets.standin.scenes.canvas import (
    Frame,
    below,
    blurred,
    curve,
    discs,
    glow,
    mirrored,
    moved,
    noise,
    over,
    ramp,
    shade,
    smooth,
)
from creative_assets.standin.scenes.colours import Floats, Light, from_hex, lightness_of, mix, toned
from creative_assets.standin.scenes.elements import lay_floor, paint_wall
from creative_assets.standin.scenes.plants import palm_fronds
from creative_assets.standin.scenes.stage import Backdrop, Ground, Stage

Rng = np.random.Generator

# Oak, walnut, ash and cherry.
_WOODS = ("#a9764a", "#6e4a33", "#c9ab86", "#955a41")
# Share of the windows of a skyline behind which nobody is.
_DARK_WINDOWS = 0.955


def studio(frame: Frame, stage: Stage, light: Light, rng: Rng) -> Backdrop:
    """A seamless backdrop with an arch or a disc, a plant's shadow, and a podium."""
    base = mix(light.pale, light.mid, float(rng.uniform(0.10, 0.42)))
    if light.daytime == "evening":
        base = mix(base, light.accent, 0.30)
    if light.dark:
        base = toned(light.tone(0.30), 0.36)
    edge = stage.edge_v
    picture = paint_wall(frame, stage, light, base)
    panel = mix(light.accent, base, float(rng.uniform(0.10, 0.45)))
    # No larger, or its edge would run through a corner, where a logo may go.
    size = 0.18 if frame.width <= frame.height else 0.22
    centre = stage.centre_u - light.side * float(rng.uniform(0.0, 0.03)) / frame.across
    if rng.integers(2):
        top = stage.top_v + size / frame.down * 0.9
        body = np.where(
            frame.v < top, frame.distance(centre, top), np.abs(frame.u - centre) * frame.across
        )
    else:
        body = frame.distance(centre, stage.top_v + (stage.base_v - stage.top_v) * 0.42)
    shape = smooth(size + 0.002, size - 0.002, body)
    reach = round(0.02 * min(frame.width, frame.height))
    cast = moved(
        blurred(shape, 0.03 * min(frame.width, frame.height) + 1), int(-light.side * reach), reach
    )
    picture = shade(picture, 0.34 * cast * (1 - shape))
    face = ramp(
        np.clip((body / size), 0, 1) * 0.4
        + np.clip(light.side * -(frame.u - centre) * 2 + 0.3, 0, 1),
        [(0, mix(panel, light.sun, 0.32)), (1.2, mix(panel, light.deep, 0.30))],
    )
    picture = over(picture, face, shape)
    floor = (mix(base, light.sun, 0.24), mix(base, light.deep, 0.16))
    picture = lay_floor(frame, picture, edge, floor, 0.012)
    picture = shade(picture, 0.16 * smooth(0.05, 0.0, np.abs(frame.v - edge)))
    root = (stage.centre_u + light.side * 0.62 / frame.across, stage.top_v - 0.03)
    gobo, _ = palm_fronds(frame, [(*root, np.pi / 2 + light.side * 0.9)], 0.62, 0.009, rng)
    picture = shade(
        picture, 0.30 * gobo * smooth(edge + 0.02, edge - 0.1, frame.v), mix(light.deep, base, 0.3)
    )
    podium = mix(light.pale, base, 0.35) if not light.dark else toned(light.tone(0.4), 0.5)
    return Backdrop(picture, Ground(shadow=0.62, reflection=0.08, plinth=podium))


def _tabletop(frame: Frame, picture: Floats, stage: Stage, light: Light, rng: Rng) -> Floats:
    """Lay planks of wood, or a slab of stone in the brand's colour."""
    edge = stage.edge_v
    near = smooth(edge, edge + 0.01, frame.v) * smooth(0.40, 0.02, frame.v - edge)
    if rng.integers(2):
        slab = mix(mix(light.pale, light.mid, 0.30), from_hex("#d8cfc4"), 0.25)
        slab = toned(slab, 0.32) if light.dark else slab
        far_and_near = (mix(slab, light.sun, 0.35), mix(slab, light.deep, 0.30))
        picture = lay_floor(frame, picture, edge, far_and_near, 0.004)
        cloud = noise(frame, rng, (4, 12), 5)
        veins = smooth(0.06, 0.0, np.abs(cloud + 0.4 * noise(frame, rng, (2, 5), 2)))
        return picture * (1 + near * (0.05 * cloud - 0.07 * veins))
    wood = mix(from_hex(_WOODS[int(rng.integers(len(_WOODS)))]), light.accent, 0.18)
    wood = toned(mix(wood, light.deep, 0.08), 0.30) if light.dark else wood
    shaded = toned(wood, max(0.24, lightness_of(wood) - 0.20), 0.8)
    picture = lay_floor(frame, picture, edge, (mix(wood, light.sun, 0.34), shaded), 0.004)
    fibres = noise(frame, rng, (2.0, 70), 4) + 0.6 * noise(frame, rng, (1.0, 18), 3)
    away = np.maximum(frame.v - edge + 0.35, 0.05)
    joints = np.abs(np.mod((frame.u - 0.5) / away * frame.across * 1.4, 1.0) - 0.5)
    return picture * (1 + near * (0.13 * fibres - 0.22 * smooth(0.015, 0.0, joints)))


def table(frame: Frame, stage: Stage, light: Light, rng: Rng) -> Backdrop:
    """A table by a window: panes of light on the wall, wood in front."""
    edge = stage.edge_v
    paint = (mix(light.pale, light.mid, 0.16), mix(light.pale, light.accent, 0.34), light.mid)
    wall = mix(paint[int(rng.integers(3))], from_hex("#e9dfd2"), 0.35)
    if light.daytime == "evening":
        wall = mix(wall, light.accent, 0.30)
    if light.dark:
        wall = toned(light.tone(0.35), 0.34)
    picture = paint_wall(frame, stage, light, wall)
    slant = light.side * float(rng.uniform(0.22, 0.45))
    x = (
        (frame.u - stage.centre_u) * frame.across
        + slant * (frame.v - stage.top_v) * frame.down
        - light.side * 0.12
    )
    y = (frame.v - stage.top_v) * frame.down - 0.22 * x * light.side
    wide, tall = ((0.27, 0.30), (0.40, 0.24), (0.20, 0.44))[int(rng.integers(3))]
    panes = np.zeros((frame.height, frame.width), dtype=np.float32)
    for left in np.arange(-0.40, 0.40, wide):
        for top in np.arange(-0.08, 0.75, tall):
            panes += (
                smooth(left, left + 0.018, x)
                * smooth(left + wide - 0.025, left + wide - 0.043, x)
                * smooth(top, top + 0.018, y)
                * smooth(top + tall - 0.025, top + tall - 0.043, y)
            )
    root = (stage.centre_u + light.side * 0.45 / frame.across, stage.top_v - 0.02)
    leaves, _ = palm_fronds(frame, [(*root, np.pi / 2 + light.side * 0.8)], 0.5, 0.009, rng)
    beam = panes * (1 - 0.75 * leaves)
    beam = blurred(beam, 0.008 * min(frame.width, frame.height) + 1)
    picture = shade(picture, 0.20 * (1 - beam), mix(light.deep, wall, 0.5))
    picture = glow(picture, light.sun, beam * (0.18 if light.dark else 0.52))
    picture = _tabletop(frame, picture, stage, light, rng)
    pool = (
        np.exp(-((frame.u - stage.centre_u - light.side * 0.12) ** 2) / 0.09)
        * smooth(edge, edge + 0.02, frame.v)
        * smooth(0.22, 0.0, frame.v - edge)
    )
    picture = glow(picture, light.sun, 0.30 * pool)
    return Backdrop(picture, Ground(shadow=0.70, reflection=0.14))


def city(frame: Frame, stage: Stage, light: Light, rng: Rng) -> Backdrop:
    """A skyline far out of focus, its lights as discs, and a polished ledge."""
    edge, horizon = stage.edge_v, stage.edge_v
    dusk = light.daytime in {"evening", "night"}
    high, middle, low = light.sky()
    v = np.clip(frame.v / horizon, 0, 1) + np.zeros((1, frame.width), dtype=np.float32)
    picture = ramp(v + 0.03 * noise(frame, rng, (1.5, 4), 3), [(0, high), (0.5, middle), (1, low)])
    place = (stage.centre_u + light.side * 0.3, horizon - 0.12)
    picture = glow(
        picture, mix(light.sun, light.accent, 0.4), 0.6 * np.exp(-frame.distance(*place) / 0.35)
    )
    windows: Floats = np.zeros((frame.height, frame.width), dtype=np.float32)
    for index in range(4):
        near = index / 3
        line = np.full(frame.width, horizon, dtype=np.float32)
        at = -0.02
        while at < 1:
            wide = float(rng.uniform(0.035, 0.10)) * (0.7 + 0.7 * near) / frame.across
            tall = float(rng.uniform(0.06, 0.30)) * (1.25 - 0.55 * near) * (horizon - stage.top_v)
            tall *= 0.45 + min(1.0, abs(at + wide / 2 - stage.centre_u) * 2.0)
            columns = slice(max(int(at * frame.width), 0), max(int((at + wide) * frame.width), 0))
            line[columns] = horizon - tall * (1.0 + 0.4 * (1 - near))
            at += wide * float(rng.uniform(0.9, 1.5))
        colour = mix(mix(low, light.tone(0.3), 0.42), light.deep * 0.72, 0.15 + 0.85 * near)
        mask = blurred(below(frame, line, 1.0), 5.5 - 1.5 * near)
        rise = smooth(0.0, 0.30, frame.v - line[None, :])
        body = over(
            frame.blank(colour), mix(low, light.accent, 0.25), 0.34 * rise * (1 - 0.6 * near)
        )
        picture = over(picture, body, mask)
        grid = (
            rng.uniform(0, 1, (round(170 * frame.down), round(190 * frame.across))) > _DARK_WINDOWS
        ).astype(np.float32)
        rows = np.minimum((frame.v * grid.shape[0]).astype(int), grid.shape[0] - 1)
        columns_at = np.minimum((frame.u * grid.shape[1]).astype(int), grid.shape[1] - 1)
        windows = windows * (1 - mask) + grid[rows, columns_at] * mask * 0.8
    picture = glow(
        picture,
        mix(light.accent, light.sun, 0.6),
        np.clip(blurred(windows, 3.6) * 1.7, 0, 1) * (0.95 if dusk else 0.15),
    )
    lamps = 46 if dusk else 18
    for mask, box in discs(
        frame,
        rng,
        lamps,
        (0.012, 0.050),
        (-0.02, stage.top_v + 0.45 * (edge - stage.top_v), 1.02, edge),
    ):
        window = (slice(None), *box)
        hue = [light.accent, light.sun, light.pale, light.mid][int(rng.integers(0, 4))]
        picture[window] = glow(
            picture[window], hue, mask * float(rng.uniform(0.12, 0.6)) * (1.0 if dusk else 0.5)
        )
    stone = mix(mix(light.deep, toned(light.mid, 0.4), 0.25), from_hex("#6f6a64"), 0.45)
    picture = lay_floor(frame, picture, edge, (mix(stone, low, 0.42), stone * 0.75), 0.003)
    wet = smooth(edge, edge + 0.003, frame.v) * smooth(0.34, 0.0, frame.v - edge)
    picture = over(picture, mirrored(frame, picture, edge, 22.0), 0.16 * wet)
    picture = picture * (1 + wet * (0.045 * noise(frame, rng, (60, 90), 3)))
    picture = glow(
        picture,
        light.sun,
        0.30 * smooth(0.005, 0.0, np.abs(frame.v - edge - 0.002)) + np.zeros((1, frame.width)),
    )
    return Backdrop(picture, Ground(shadow=0.72, reflection=0.10))


def ribbons(frame: Frame, stage: Stage, light: Light, rng: Rng) -> Backdrop:
    """Sheets of cut paper in waves, each casting its shadow on the one behind."""
    colours = [
        light.pale,
        mix(light.pale, light.accent, 0.40),
        light.accent,
        mix(light.accent, light.mid, 0.55),
        light.mid,
        mix(light.mid, light.deep, 0.6),
    ]
    if rng.integers(2):
        colours = [
            light.pale,
            mix(light.pale, light.mid, 0.35),
            mix(light.mid, light.pale, 0.3),
            light.mid,
            light.accent,
            mix(light.deep, light.mid, 0.45),
        ]
    if light.dark:
        colours = [toned(colour, 0.20 + 0.07 * index) for index, colour in enumerate(colours)]
    picture = paint_wall(frame, stage, light, colours[0])
    d = frame.distance(
        stage.centre_u - light.side * 0.02, stage.top_v + (stage.base_v - stage.top_v) * 0.40
    )
    radius = min(
        0.18 if frame.width <= frame.height else 0.21,
        0.66 * (stage.base_v - stage.top_v) * frame.down,
    )
    disc = smooth(radius + 0.002, radius - 0.002, d)
    short = min(frame.width, frame.height)
    picture = shade(
        picture, 0.26 * moved(blurred(disc, 0.03 * short + 1), 0, round(0.018 * short)) * (1 - disc)
    )
    picture = over(
        picture,
        ramp(
            d / radius - light.side * (frame.u - stage.centre_u),
            [(0, mix(light.accent, light.sun, 0.55)), (1.1, mix(light.accent, light.pale, 0.15))],
        ),
        disc,
    )
    tilt = float(rng.uniform(-0.16, 0.16)) * frame.across / frame.down
    top = stage.top_v + (stage.edge_v - stage.top_v) * 0.42
    for index, colour in enumerate(colours[1:], start=1):
        t = index / (len(colours) - 1)
        middle = top + (stage.edge_v - top) * t
        swing = 0.085 / frame.down * (1 - 0.85 * t)
        line = (
            middle
            + swing * curve(frame, rng, 0.9, 2, 0.22)
            + tilt * (frame.u[0] - stage.centre_u) * (1 - t)
        )
        sheet = below(frame, line, 1.4)
        lift = round(0.014 * short)
        shadow = moved(blurred(sheet, 0.026 * short + 1), 0, -lift) * (1 - sheet)
        picture = shade(picture, 0.42 * shadow, mix(light.deep, colour, 0.2))
        under = frame.v - line[None, :]
        body = over(
            frame.blank(colour), mix(colour, light.sun, 0.42), 0.8 * smooth(0.05, 0.0, under)
        )
        body = shade(body, 0.22 * smooth(0.04, 0.22, under), light.deep)
        fibre = 0.014 * noise(frame, rng, (90, 90), 2)
        picture = over(picture, body * (1 + fibre), sheet)
        picture = glow(picture, light.sun, 0.30 * smooth(0.0045, 0.0, np.abs(under - 0.002)))
    podium = mix(light.pale, light.accent, 0.12) if not light.dark else toned(light.mid, 0.45)
    return Backdrop(picture, Ground(shadow=0.62, reflection=0.06, plinth=podium))
