"""What draws the eye in a picture, and the box of the subject.

A subject is unlike the frame's border, and unlike what is left and right of it. Both are judged on
a coarse grid: as exact as a composition needs, and measured in a millisecond.
"""

import functools

import numpy as np
from numpy.typing import NDArray

Cells = NDArray[np.float32]
Floats = NDArray[np.float64]

GRID = 20  # cells on the picture's long side
# Half lightness, red against green, yellow against blue: light and shadow draw the eye less than
# a colour of its own.
_OPPONENTS = np.array([[1 / 6, 1.0, 0.5], [1 / 6, -1.0, 0.5], [1 / 6, 0.0, -1.0]])
# How much lightness and edges count when two cells are compared.
_LIGHTNESS, _EDGES = 1.6, 2.0
_ALIKE = 0.09  # cells this far apart are about the same ground
_NEARBY = 0.4  # of the long side: how far a cell's surroundings reach
# Weaker differences than these are grain; they would fill an even picture with a subject.
_LEAST_UNLIKE_BORDER, _LEAST_UNLIKE_SIDES = 0.02, 0.03
_BORDER_SHARE = 1 / 3  # of the whole, beside what is unlike the sides
_TOWARD_EDGES = 0.35  # what a cell loses at the very edge: subjects sit in the middle
_GROUND = 0.2  # of the strongest salience: what is below it is ground


def salience(colors: Floats, edges: Floats) -> Cells:
    """How much each cell of a grid over the picture draws the eye.

    Args:
        colors: sRGB of 0..1, shaped (rows, columns, 3).
        edges: How much neighbours differ, 0..1, shaped (rows, columns).

    Returns:
        Shaped (rows, columns) of the grid; below 0 for ground, and 0 everywhere on an even picture.
    """
    cells = _cells(np.dstack((colors @ _OPPONENTS, edges)))
    unlike_border = _strengths(_unlike_border(cells), _LEAST_UNLIKE_BORDER)
    unlike_sides = _strengths(_unlike_sides(cells), _LEAST_UNLIKE_SIDES)
    drawn = _BORDER_SHARE * unlike_border + (1 - _BORDER_SHARE) * unlike_sides
    drawn = (drawn + _smoothed(drawn)) / 2
    down, across = (1 - _TOWARD_EDGES * np.linspace(-1, 1, side) ** 2 for side in drawn.shape)
    drawn = drawn * np.outer(down, across)
    found: Cells = (drawn - _GROUND * np.percentile(drawn, 97)).astype(np.float32)
    return found


def densest(weights: Cells) -> tuple[int, int, int, int]:
    """(left, top, right, bottom) of the rectangle with the greatest sum, by trying all of them."""
    sums = np.pad(weights.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    top, bottom = np.triu_indices(sums.shape[0], 1)
    left, right = np.triu_indices(sums.shape[1], 1)
    bands = sums[bottom] - sums[top]
    found = bands[:, right] - bands[:, left]
    rows, columns = np.unravel_index(found.argmax(), found.shape)
    return int(left[columns]), int(top[rows]), int(right[columns]), int(bottom[rows])


def _cells(pixels: Floats) -> Cells:
    """The means over a grid of at most `GRID` cells a side, of pixels shaped (…, …, features)."""
    down, across = (_edges_of_cells(side, max(pixels.shape[:2])) for side in pixels.shape[:2])
    rows = np.add.reduceat(pixels, down[:-1], axis=0)
    sums = np.add.reduceat(rows, across[:-1], axis=1)
    areas = np.outer(np.diff(down), np.diff(across))[..., None]
    means: Cells = (sums / areas).astype(np.float32)
    return means


def _edges_of_cells(side_px: int, long_side_px: int) -> NDArray[np.intp]:
    count = min(side_px, max(1, round(GRID * side_px / long_side_px)))
    return np.round(np.linspace(0, side_px, count + 1)).astype(np.intp)


def _unlike_border(cells: Cells) -> Cells:
    """How unlike its surroundings each cell is, where these go on to the border.

    After "Saliency Optimization from Robust Background Detection" (Zhu et al., CVPR 2014), with
    cells for superpixels: what takes little of the border for its area is no background.
    """
    rows, columns = cells.shape[:2]
    seen = (cells * (_LIGHTNESS, 1, 1, _EDGES)).reshape(rows * columns, -1).astype(np.float32)
    squares = (seen**2).sum(axis=1)
    apart = np.maximum(squares[:, None] + squares - 2 * (seen @ seen.T), 0)
    alike = np.exp(apart * np.float32(-0.5 / _ALIKE**2))
    nearness, border = _grid(rows, columns)
    connected = (alike @ border) / np.sqrt(alike.sum(axis=1))
    background = 1 - np.exp(-(connected**2) / 2)
    weights = nearness * background
    contrast = (np.sqrt(apart) * weights).sum(axis=1) / (weights.sum(axis=1) + 1e-6)
    unlike: Cells = (contrast * (1 - background)).reshape(rows, columns)
    return unlike


@functools.lru_cache(maxsize=64)
def _grid(rows: int, columns: int) -> tuple[Cells, Cells]:
    """How near each cell is to each other, 0..1, and which lie at the border, 1 or 0."""
    at = np.stack(np.divmod(np.arange(rows * columns), columns), axis=1)
    places = at / max(rows, columns)
    distance = ((places[:, None] - places) ** 2).sum(axis=2)
    at_border = (at == 0).any(axis=1) | (at == (rows - 1, columns - 1)).any(axis=1)
    return np.exp(distance / (-2 * _NEARBY**2)).astype(np.float32), at_border.astype(np.float32)


def _unlike_sides(cells: Cells) -> Cells:
    """What is unlike the left and the right side at its height, and has edges nearby.

    Sky, wall and ground go on to the sides, a subject rarely does. The glow in a sky is unlike its
    sides too, but has no edges.
    """
    seen, edges = cells[..., :3], cells[..., 3]
    rim = max(1, seen.shape[1] // 14)
    sides = (np.median(side, axis=1, keepdims=True) for side in (seen[:, :rim], seen[:, -rim:]))
    unlike = np.min([np.abs(seen - side).mean(axis=2) for side in sides], axis=0)
    found: Cells = np.sqrt(unlike * _smoothed(edges))
    return found


def _strengths(values: Cells, least: float) -> Cells:
    """Scaled to 0..1 by the strongest, or by `least` where all are weaker."""
    return values / max(float(values.max()), least)


def _smoothed(values: Cells) -> Cells:
    """The mean of each cell and its eight neighbours."""
    padded = np.pad(values, 1, mode="edge")
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    mean: Cells = (rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / 9
    return mean
