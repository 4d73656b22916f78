"""Lettering inside a picture: where a detector sees writing, in any script, worn or made up.

The detector is PP-OCRv6's small one (PaddlePaddle, Apache-2.0), a network of 10 MB that comes with
us; it runs on ONNX Runtime, on one thread. It looks at the whole picture, and then closer at each
place that may be a line. Whether lettering is wanted is not judged here. Why this detector, and
what it was measured on: docs/adr/0010.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from creative_assets.studio.edges import gradient
from creative_assets.studio.values import Box

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

MODEL_FILE = "PP-OCRv6_det_small.onnx"

# What 60 ms of one core can look at: 416x416, or 352x512.
_PIXELS = 176_000
_STRIDE_PX = 32  # the network's: both sides are multiples of it
# Levels, of 255, and how many such steps in a square of one stride: less is grain, or a gradient.
_LEAST_STEP, _LEAST_STEPS = 10, 8
MOST_OF_IT = 0.6
"""So much of a mark lies on what it is part of."""
_LIKELY = 0.3  # a pixel of lettering, as the network was trained
# Measured on photographs, see the ADR: below, bark and whiskers are lettering too.
_SURE, _LEAST_ASPECT = 0.75, 1.3
# What is higher than this share of the short side may be a cup or a moon, and has to be surer.
_LARGE = 0.12
_SURE_IF_LARGE, _LEAST_ASPECT_IF_LARGE, _LARGEST = 0.9, 1.6, 0.25
_LEAST_FILL = 0.5
_LEAST_PIXELS = 24
# The closer look: each line alone, this high. What is a line by its outline alone (laces, a row of
# windows, a plain band) is none in one of the two sizes; letters are in both.
_CLOSER_PX = (26, 38)
_CONFIRMED = 0.4
_MARGIN_PX = 4  # beyond a line's height on each side
_MOST_LINES = 12  # looked at closer, 20 ms each

Levels = NDArray[np.uint8]
Likelihood = NDArray[np.float32]
Area = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Lettering:
    """A run of writing: where it is, in pixels of the picture, and how sure that is, 0..1."""

    box: Box
    sureness: float


def lettering_in(picture: Image.Image, label: Box | None = None) -> tuple[Lettering, ...]:
    """The lettering in a picture (RGB), the surest first, and at most a dozen lines of it.

    What lies on `label`, where lettering belongs, is not looked at closer, and left out.
    """
    zoom = math.sqrt(_PIXELS / (picture.width * picture.height))
    levels = _copy(picture, (0, 0, *picture.size), zoom)
    likely: Likelihood = np.zeros((levels.shape[0], levels.shape[1]), dtype=np.float32)
    lively = _lively(levels)
    if lively is not None:
        likely[lively] = _likelihood(levels[lively])
    scale = picture.width / likely.shape[1], picture.height / likely.shape[0]
    lines = [
        region
        for region in _regions(likely)
        if _may_be_a_line(region, min(likely.shape))
        and _box(region, scale).share_on(label) < MOST_OF_IT
    ]
    surest = sorted(lines, key=lambda line: -line.sureness)[:_MOST_LINES]
    return tuple(
        Lettering(_box(line, scale), round(line.sureness, 3))
        for line in surest
        if all(_seen_closer(line, picture, scale, size_px) > _CONFIRMED for size_px in _CLOSER_PX)
    )


def _copy(picture: Image.Image, area: Area, zoom: float) -> Levels:
    """An area of the picture `zoom` times as large, or nearly so: its sides are the network's."""
    width_px, height_px = (
        max(_STRIDE_PX, round(side * zoom / _STRIDE_PX) * _STRIDE_PX)
        for side in (area[2] - area[0], area[3] - area[1])
    )
    copy = picture.resize((width_px, height_px), Image.Resampling.BILINEAR, area, reducing_gap=1.0)
    return np.asarray(copy)


def _lively(levels: Levels) -> tuple[slice, slice] | None:
    """The rows and columns outside of which nothing stands out from its ground; None if all does.

    A picture with calm space for its ad's text is looked at in half the time.
    """
    red, green, blue = (levels[..., channel].astype(np.float32) for channel in range(3))
    slopes = np.abs(gradient((red + green + blue) / 3))
    steps = np.maximum(slopes[0], slopes[1]) > _LEAST_STEP
    rows, columns = (side // _STRIDE_PX for side in steps.shape)
    tiles = steps.reshape(rows, _STRIDE_PX, columns, _STRIDE_PX).sum(axis=(1, 3)) >= _LEAST_STEPS
    if not tiles.any():
        return None
    down, across = (np.flatnonzero(tiles.any(axis=axis)) for axis in (1, 0))
    top, left = (max(0, int(found[0]) - 1) * _STRIDE_PX for found in (down, across))
    bottom, right = ((int(found[-1]) + 2) * _STRIDE_PX for found in (down, across))
    return slice(top, bottom), slice(left, right)


def _likelihood(levels: Levels) -> Likelihood:
    """How likely each pixel is lettering, 0..1, shaped (rows, columns)."""
    blue_first = levels[..., ::-1].astype(np.float32) / 127.5 - 1
    (answer,) = detector().run(None, {"x": blue_first.transpose(2, 0, 1)[None]})
    likely: Likelihood = np.asarray(answer, dtype=np.float32)[0, 0]
    return likely


@cache
def detector() -> "InferenceSession":
    """The network; loading it takes 0.1 s and 70 MB, once."""
    from onnxruntime import InferenceSession, SessionOptions  # noqa: PLC0415 - only where asked

    options = SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    with as_file(files(__package__).joinpath("data", MODEL_FILE)) as path:
        return InferenceSession(path, options, providers=["CPUExecutionProvider"])


@dataclass(frozen=True, slots=True)
class _Region:
    """Connected pixels of a map, and how long and high they are along their own axes."""

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    length: float
    height: float
    sureness: float


def _regions(likely: Likelihood) -> Iterator[_Region]:
    """Each connected region of likely pixels, small ones left out."""
    marked = likely > _LIKELY
    if not marked.any():
        return
    down, across = (np.flatnonzero(marked.any(axis=axis)) for axis in (1, 0))
    top, left = int(down[0]), int(across[0])
    labels = _labels(marked[top : int(down[-1]) + 1, left : int(across[-1]) + 1])
    rows, columns = np.nonzero(labels)
    of = labels[rows, columns]
    rows, columns = rows + top, columns + left
    order = np.argsort(of, kind="stable")
    starts = np.flatnonzero(np.diff(of[order])) + 1
    for members in np.split(order, starts):
        if len(members) >= _LEAST_PIXELS:
            own = rows[members], columns[members]
            yield _Region(*own, *_extents(*own), sureness=float(likely[own].mean()))


def _extents(rows: NDArray[np.int64], columns: NDArray[np.int64]) -> tuple[float, float]:
    """Length and height along the region's own axes: a line of writing may be slanted."""
    points = np.stack((rows, columns)).astype(np.float64)
    points -= points.mean(axis=1, keepdims=True)
    _, axes = np.linalg.eigh(points @ points.T)
    height, length = np.ptp(axes.T @ points, axis=1) + 1
    return float(length), float(height)


def _may_be_a_line(region: _Region, short_side: int) -> bool:
    """Whether the region has the shape of a line of writing, and is sure."""
    share = region.height / short_side
    large = share > _LARGE
    return (
        share <= _LARGEST
        and region.length >= (_LEAST_ASPECT_IF_LARGE if large else _LEAST_ASPECT) * region.height
        and len(region.rows) >= _LEAST_FILL * region.length * region.height
        and region.sureness >= (_SURE_IF_LARGE if large else _SURE)
    )


def _box(region: _Region, scale: tuple[float, float]) -> Box:
    left_px, top_px = round(region.columns.min() * scale[0]), round(region.rows.min() * scale[1])
    return Box(
        left_px=left_px,
        top_px=top_px,
        width_px=round((region.columns.max() + 1) * scale[0]) - left_px,
        height_px=round((region.rows.max() + 1) * scale[1]) - top_px,
    )


def _seen_closer(
    line: _Region, picture: Image.Image, scale: tuple[float, float], size_px: int
) -> float:
    """How likely a line is lettering where it is looked at alone and `size_px` high, 0..1."""
    height_px = line.height * math.sqrt(scale[0] * scale[1])
    left, top, right, bottom = _box(line, scale).inset(-round(height_px) - _MARGIN_PX).corners
    left, top = max(left, 0), max(top, 0)
    right, bottom = min(right, picture.width), min(bottom, picture.height)
    largest = math.sqrt(_PIXELS / ((right - left) * (bottom - top)))
    zoom = min(size_px / height_px, largest)
    likely = _likelihood(_copy(picture, (left, top, right, bottom), zoom))
    down, across = likely.shape[0] / (bottom - top), likely.shape[1] / (right - left)
    rows = ((line.rows + 0.5) * scale[1] - top) * down
    columns = ((line.columns + 0.5) * scale[0] - left) * across
    return float(likely[rows.astype(int), columns.astype(int)].mean())


def _labels(marked: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Numbers each connected region, from 1: every pixel takes the largest number around it.

    Numbers spread along whole rows and columns at once, so that few rounds are needed.
    """
    labels = np.where(marked, np.arange(1, marked.size + 1).reshape(marked.shape), 0)
    while True:
        spread = labels
        for _ in range(2):
            spread = _spread_along_rows(spread, marked).T
            marked = marked.T
        if np.array_equal(spread, labels):
            return labels
        labels = spread


def _spread_along_rows(labels: NDArray[np.int64], marked: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Gives every run of marked pixels in a row the largest number in it."""
    flat, inside = labels.ravel(), marked.ravel()
    begins = np.zeros(marked.shape, dtype=bool)
    begins[:, 0] = True
    begins[:, 1:] = marked[:, 1:] != marked[:, :-1]
    starts = np.flatnonzero(begins.ravel())
    largest = np.maximum.reduceat(flat, starts)
    runs = np.repeat(largest, np.diff(np.append(starts, flat.size)))
    return np.where(inside, runs, 0).reshape(marked.shape)
