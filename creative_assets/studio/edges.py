"""Edges of a picture's levels, for whoever compares shapes whatever their colours."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Levels = NDArray[np.floating[Any]]


def smoothed(levels: Levels) -> Levels:
    """The mean over 3x3 squares, with the outermost levels repeated."""
    padded = np.pad(levels, 1, mode="edge")
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    mean: Levels = (rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / 9
    return mean


def gradient(levels: Levels) -> Levels:
    """Central differences down and across, shaped (2, rows, columns); 0 at the border."""
    slopes = np.zeros((2, *levels.shape), dtype=np.float32)
    slopes[0, 1:-1] = levels[2:] - levels[:-2]
    slopes[1, :, 1:-1] = levels[:, 2:] - levels[:, :-2]
    return slopes
