"""The lines of letters in a logo, found by their shapes: three and more alike in a row.

What must be legible in a logo is found here. How well it is read on a picture is `logo`'s matter.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]

_FEWEST = 3  # letters of a line
_ALIKE = 0.6  # letters of a line share this much of their heights
_TALLEST = 0.8  # of the logo: beyond it, it is the sign beside the name
_DUST_PX = 4  # lower shapes are dots and rules


class TextLine(NamedTuple):
    """A line: its box in shares of the mask's sides, and its letters' height in those of its width.

    `box` is left, top, right, bottom; `height` is that of the middle letter.
    """

    box: tuple[float, float, float, float]
    height: float


class _Shape(NamedTuple):
    left: int
    top: int
    right: int
    bottom: int

    @property
    def height(self) -> int:
        return self.bottom - self.top


def lines_of_letters(ink: Mask) -> tuple[TextLine, ...]:
    """Every line of letters in a mask shaped (rows, columns); letters that touch make no line."""
    rows, columns = ink.shape
    shapes = [
        shape
        for shape in _shapes(ink)
        if _DUST_PX <= shape.height <= max(_TALLEST * rows, _DUST_PX)
    ]
    lines: list[list[_Shape]] = []
    for shape in sorted(shapes, key=lambda each: -each.height):
        line = next((line for line in lines if _belongs(shape, line)), None)
        if line is None:
            lines.append([shape])
        else:
            line.append(shape)
    return tuple(_text_line(line, rows, columns) for line in lines if len(line) >= _FEWEST)


def _belongs(shape: _Shape, line: Sequence[_Shape]) -> bool:
    """Whether a shape, no taller than the line's others, is at their height."""
    return any(
        min(shape.bottom, other.bottom) - max(shape.top, other.top) >= _ALIKE * other.height
        for other in line
    )


def _text_line(line: Sequence[_Shape], rows: int, columns: int) -> TextLine:
    left, top = min(each.left for each in line), min(each.top for each in line)
    right, bottom = max(each.right for each in line), max(each.bottom for each in line)
    heights = sorted(each.height for each in line)
    return TextLine(
        (left / columns, top / rows, right / columns, bottom / rows),
        heights[len(heights) // 2] / columns,
    )


def _shapes(ink: Mask) -> list[_Shape]:
    """The boxes of all that hangs together, by runs of rows that touch those above."""
    boxes: list[_Shape] = []
    above: list[tuple[int, int, int]] = []  # start, end, number of its box
    owner: list[int] = []

    def root(number: int) -> int:
        while owner[number] != number:
            number = owner[number]
        return number

    for row, line in enumerate(np.pad(ink, ((0, 0), (1, 1)))):
        steps = np.flatnonzero(np.diff(line.astype(np.int8)))
        here = []
        for start, end in zip(steps[::2].tolist(), steps[1::2].tolist(), strict=True):
            box, number = _Shape(start, row, end, row + 1), len(boxes)
            owner.append(number)
            boxes.append(box)
            for other in {
                root(each) for first, last, each in above if first <= end and start <= last
            }:
                boxes[number] = _joined(boxes[number], boxes[other])
                owner[other] = number
            here.append((start, end, number))
        above = here
    return [box for number, box in enumerate(boxes) if owner[number] == number]


def _joined(one: _Shape, other: _Shape) -> _Shape:
    return _Shape(
        min(one.left, other.left),
        min(one.top, other.top),
        max(one.right, other.right),
        max(one.bottom, other.bottom),
    )
