"""Plants as masks: palm fronds, trees and firs. What colour they have is the scene's."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from creative_assets.standin.scenes.canvas import Frame, noise, smooth
from creative_assets.standin.scenes.colours import Floats
from creative_assets.standin.scenes.stage import Stage

Rng = np.random.Generator

# Firs leave this much room on either side of the subject, in short edges.
_GAP = 0.18
# Leaves are drawn this many times larger, and brought down: no stairs.
_FINE = 3


def palm_fronds(
    frame: Frame,
    places: Sequence[tuple[float, float, float]],
    size: float,
    blur: float,
    rng: Rng,
) -> tuple[Floats, Floats]:
    """Palm fronds, each from (u, v) at an angle: their mask, and its lit halves.

    `size` and `blur` are in short edges.
    """
    fine = (_FINE * frame.width, _FINE * frame.height)
    whole, halves = Image.new("L", fine), Image.new("L", fine)
    masks = (ImageDraw.Draw(whole), ImageDraw.Draw(halves))
    for u, v, angle in places:
        start = np.array([u * fine[0], v * fine[1]])
        _draw_frond(masks, start, angle, size * min(fine) * float(rng.uniform(0.85, 1.1)), rng)
    lens = ImageFilter.GaussianBlur(blur * min(frame.width, frame.height) + 0.8)
    mask, lit = (
        np.asarray(image.reduce(_FINE).filter(lens), np.float32) / 255 for image in (whole, halves)
    )
    return mask, lit


def _draw_frond(
    masks: tuple[ImageDraw.ImageDraw, ImageDraw.ImageDraw],
    start: Floats,
    angle: float,
    long: float,
    rng: Rng,
) -> None:
    """Draw slender leaves in pairs along a bent stem of a length in pixels."""
    whole, halves = masks
    t = np.linspace(0, 1, 12)
    width, droop = 0.062 * np.sin(np.pi * t**0.7), 0.10 * t * t
    pairs = 14
    stem = [tuple(start)]
    at = start
    for index in range(pairs):
        along = (index + 1) / pairs
        bend = angle + 0.55 * along
        at = at + long / pairs * np.array([np.cos(bend), np.sin(bend)])
        stem.append(tuple(at))
        leaf = long * (0.20 + 0.34 * np.sin(np.pi * (0.12 + 0.80 * along)))
        leaf *= float(rng.uniform(0.92, 1.08))
        for sign in (-1, 1):
            turn = bend + sign * (1.05 - 0.70 * along)
            c, s = np.cos(turn), np.sin(turn)
            aside = np.stack([sign * (-droop - width), -sign * droop, sign * (width - droop)])
            x, y = c * t - s * aside, s * t + c * aside
            edges = np.stack([x, y], axis=-1) * leaf + at
            both = np.concatenate([edges[0], edges[2][::-1]])
            half = np.concatenate([edges[0], edges[1][::-1]])
            whole.polygon([tuple(point) for point in both], fill=255)
            halves.polygon([tuple(point) for point in half], fill=255 if sign < 0 else 120)
    whole.line(stem, fill=255, width=max(1, round(long * 0.010)))


def frond_place(
    frame: Frame, stage: Stage, index: int, near: float, rng: Rng
) -> tuple[float, float, float]:
    """Where a frond comes from, a side or the top, and its angle: roughly to the subject."""
    side = -1.0 if index % 2 else 1.0
    u, v = 0.5 + side * (0.5 + 0.06 * near), float(rng.uniform(0.0, max(stage.edge_v * 0.8, 0.2)))
    if index in {2, 3}:
        u, v = float(np.clip(stage.centre_u + side * rng.uniform(0.30, 0.55), 0, 1)), -0.02
    target = np.arctan2((stage.horizon_v - v) * frame.down, (stage.centre_u - u) * frame.across)
    return u, v, float(target) + float(rng.uniform(-0.7, 0.7)) - 0.3


def trees_along(
    frame: Frame, line: Floats, rng: Rng, tall: float, count: int
) -> tuple[Floats, Floats]:
    """Trees in groups along a line, `tall` in short edges: their mask, and how much is lit."""
    mask = np.zeros((frame.height, frame.width), dtype=np.float32)
    lit = np.zeros_like(mask)
    ragged = 0.30 * noise(Frame(256, 256), rng, (50, 50), 2)
    short = min(frame.width, frame.height)
    clumps = rng.uniform(0.02, 0.98, 3)
    for _ in range(count):
        at = float(np.clip(rng.normal(rng.choice(clumps), 0.05), 0.0, 1.0))
        height = tall * float(rng.uniform(0.35, 0.90))
        half = height * 1.2 / frame.across
        foot = slice(max(int((at - half) * frame.width), 0), int((at + half) * frame.width) + 2)
        # What reaches below the hill's line is hidden by the hill.
        root = float(line[foot].max()) + 0.006
        top = float(line[foot].min()) + 0.004 - height / frame.down
        rows = slice(max(int(top * frame.height), 0), max(int(root * frame.height) + 1, 1))
        columns = foot
        x = (frame.u[:, columns] - at) * frame.across / height
        y = (frame.v[rows] - top) * frame.down / height
        if not (x.size and y.size):
            continue
        cover = np.full((y.size, x.size), -1.0, dtype=np.float32)
        for _ in range(9):
            crown = (
                float(np.clip(rng.normal(0.0, 0.40), -0.6, 0.6)),
                float(rng.uniform(0.50, 0.95)),
            )
            broad = float(rng.uniform(0.22, 0.44)) * (1.15 - 0.5 * abs(crown[0]))
            cover = np.maximum(cover, 1 - np.hypot(x - crown[0], y - crown[1]) / broad)
        shift = rng.integers(0, 256 - min(max(y.size, x.size), 255), 2)
        cover += ragged[shift[0] : shift[0] + y.size, shift[1] : shift[1] + x.size]
        soft = 2.2 / max(height * short, 4)
        shape = smooth(0.12 - soft, 0.12 + soft, cover)
        mask[rows, columns] = np.maximum(mask[rows, columns], shape)
        upper = np.clip(0.9 - y, 0, 1) + np.zeros_like(x)
        lit[rows, columns] = np.maximum(lit[rows, columns], upper * smooth(0.0, 0.5, cover))
    return mask, lit


def firs_along(
    frame: Frame, line: Floats, rng: Rng, tall: float, count: int, stage: Stage
) -> Floats:
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
