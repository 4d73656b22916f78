"""Typography: measuring a text, and the lines and the size at which it fits a box.

Pure arithmetic on glyph metrics; nothing is drawn here, and no colour is known. Where a line may
end is `line_breaks`' to say.
"""

import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

import uharfbuzz

from creative_assets.studio.drawn_text import RTL_SCRIPTS, as_drawn, runs
from creative_assets.studio.fonts import Face, script_of, shaping_font
from creative_assets.studio.line_breaks import (
    PAUSES,
    break_penalty,
    break_units,
    line_of,
)
from creative_assets.studio.values import Direction

# Baseline to baseline in em. Marks above and below need more air than Latin; CJK fills its square.
_SPACING = {
    "Arab": 1.32,
    "Hebr": 1.2,
    "Deva": 1.32,
    "Beng": 1.32,
    "Taml": 1.32,
    "Telu": 1.36,
    "Thai": 1.4,
    "Jpan": 1.3,
    "Kore": 1.26,
    "Hans": 1.28,
    "Hant": 1.28,
}
_LATIN_SPACING = 1.1
_LEAST_SPACING = 1.06
_SMALL_TEXT_SPACING = 1.18  # of the script's spacing: small lines need relatively more air

# In the share of its size that a text may give up to be without them, as with `break_penalty`.
_LONE = 0.5
_LONE_SHARE = 0.3  # a last line under this share of the longest one looks forgotten, ...
# ... and one word sooner, as the last line or another one, unless there are but a few in all.
_LONE_LAST_WORD, _LONE_WORD, _FEW_WORDS = 0.8, 0.5, 3
_UNEVEN = 0.25  # a line of no width beside a full one
_PHRASED = 0.25  # how much evenness counts where lines are to end well
_MAY_BE_SHORT = 0.7  # how much it counts for a last line, and for one that ends with a pause
_UNUSED = 0.15  # of a headline: half the width free is worth a line less
_LARGE_LINE, _SMALL_LINE = 0.02, 0.08  # each line more, of a headline and of running text


@dataclass(frozen=True, slots=True)
class Extent:
    """What one line takes, in em: where its ink begins and ends, and its height and depth."""

    left: float
    right: float
    ascent: float
    descent: float

    @property
    def width(self) -> float:
        """Of the ink, in em."""
        return self.right - self.left


_Cost = Callable[[int, int], float]
"""What a line from one unit up to another costs, or how wide it is."""


@dataclass(frozen=True, slots=True)
class TypeSpec:
    """How a text is set, all but its size."""

    face: Face
    weight: int
    locale: str
    direction: Direction
    small: bool = False  # running text rather than display: looser lines
    names: tuple[str, ...] = ()  # that stay in one piece, also in text of the other direction

    @property
    def spacing(self) -> float:
        """Baseline to baseline, in em."""
        spacing = _SPACING.get(script_of(self.locale), _LATIN_SPACING)
        return spacing * _SMALL_TEXT_SPACING if self.small else spacing


@dataclass(frozen=True, slots=True)
class Limits:
    """The room for a text; sizes are of the em, in pixels."""

    width_px: float
    min_size_px: int
    max_size_px: int
    max_lines: int
    spacing: float = 1.0  # share of the script's own; lines never touch


@dataclass(frozen=True, slots=True)
class Setting:
    """A text broken into lines at one size. The first line's ascent starts at 0."""

    lines: tuple[str, ...]
    size_px: int
    baselines_px: tuple[float, ...]
    width_px: float
    height_px: float


@dataclass(frozen=True, slots=True)
class Overflow:
    """Why a text does not fit: what it would take at the smallest size."""

    size_px: int
    lines: int
    excess: float  # the share of the text that is too much, 0 to 1
    word: str | None  # a single unit that is wider than the box


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to break a text; its width in em, and how rough it looks (a share of size)."""

    lines: tuple[str, ...]
    width: float
    roughness: float


def direction_of(locale: str) -> Direction:
    """The direction in which `locale` is written."""
    return "rtl" if script_of(locale) in RTL_SCRIPTS else "ltr"


@lru_cache(maxsize=8192)
def measure(line: str, spec: TypeSpec) -> Extent:
    """The ink of one line, in em, from HarfBuzz's glyph extents."""
    font = shaping_font(spec.face, spec.weight)
    pen, top, bottom = 0, 0, 0
    left, right = math.inf, -math.inf
    for run, direction in runs(as_drawn(line, spec.locale, spec.names), spec.direction):
        buffer = uharfbuzz.Buffer()
        buffer.add_str(run)
        buffer.direction = direction
        buffer.guess_segment_properties()
        buffer.language = spec.locale
        uharfbuzz.shape(font, buffer)
        for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            glyph = font.get_glyph_extents(info.codepoint)
            if glyph is not None and glyph.width:
                x = pen + position.x_offset + glyph.x_bearing
                y = position.y_offset + glyph.y_bearing
                left, right = min(left, x), max(right, x + glyph.width)
                top, bottom = max(top, y), min(bottom, y + glyph.height)
            pen += position.x_advance
    if right < left:  # nothing but spaces
        left, right = 0, pen
    return Extent(left / 1000, right / 1000, top / 1000, -bottom / 1000)


def fit_text(
    text: str, spec: TypeSpec, limits: Limits, keep: tuple[str, ...] = ()
) -> Setting | Overflow:
    """`text` in the lines and at the size that look best inside `limits`.

    Gives up a little size where that makes the lines even, or saves a lone last word.
    """
    ways = _ways(break_units(text, spec.locale, keep), spec, limits.max_lines)
    sized = [
        (min(limits.max_size_px, math.floor(limits.width_px / way.width)), way) for way in ways
    ]
    largest = max((size_px for size_px, _ in sized), default=0)
    if largest < limits.min_size_px:
        return _overflow(break_units(text, spec.locale, keep), spec, limits)
    unused = 0.0 if spec.small else _UNUSED
    size_px, best = max(
        (each for each in sized if each[0] >= limits.min_size_px),
        key=lambda each: (
            math.log(each[0])
            - each[1].roughness
            - unused * max(0.0, 1 - each[0] * each[1].width / limits.width_px)
        ),
    )
    return set_lines(best.lines, spec, size_px, limits.spacing)


def set_lines(lines: Sequence[str], spec: TypeSpec, size_px: int, spacing: float = 1.0) -> Setting:
    """Place the baselines of `lines` at `size_px`; lines whose marks would touch move apart."""
    extents = [measure(line, spec) for line in lines]
    clearance = max(
        (above.descent + below.ascent for above, below in pairwise(extents)),
        default=0.0,
    )
    closest = min(spec.spacing, max(spec.spacing * spacing, _LEAST_SPACING))
    leading = max(closest, clearance + 0.06) * size_px
    # Capitals and descenders are reserved even where a line has none: rows keep their rhythm.
    ascent = max(extents[0].ascent, 0.714) * size_px
    descent = max(extents[-1].descent, 0.2) * size_px
    baselines = tuple(ascent + index * leading for index in range(len(lines)))
    return Setting(
        lines=tuple(lines),
        size_px=size_px,
        baselines_px=baselines,
        width_px=max(extent.width for extent in extents) * size_px,
        height_px=baselines[-1] + descent,
    )


def _width(units: Sequence[str], start: int, end: int, spec: TypeSpec) -> float:
    return measure(line_of(units, start, end), spec).width


def _count_lines(units: Sequence[str], spec: TypeSpec, width: float) -> int:
    """How many lines a greedy setting takes in `width` em, no unit being wider than that."""
    count, start = 1, 0
    for end in range(1, len(units) + 1):
        if _width(units, start, end, spec) > width:
            count, start = count + 1, end - 1
    return count


@lru_cache(maxsize=512)
def _ways(units: tuple[str, ...], spec: TypeSpec, max_lines: int) -> tuple[_Way, ...]:
    """For each number of lines the most even, the best phrased, and the narrowest setting."""

    @cache  # without the hashes of a whole text each time
    def width(start: int, end: int) -> float:
        return _width(units, start, end, spec)

    ways = []
    for count in range(1, min(max_lines, len(units)) + 1):
        even, phrased = (_even(units, spec, width, count, share) for share in (1.0, _PHRASED))
        for cost, join in (
            (even, operator.add),
            (phrased, operator.add),
            (width, max),
        ):
            ends = _best_ends(len(units), count, cost, join)
            lines = tuple(line_of(units, start, end) for start, end in pairwise(ends))
            widths = [measure(line, spec).width for line in lines]
            penalty = sum(break_penalty(units, end, spec.locale) for end in ends[1:-1])
            penalty += (count - 1) * (_SMALL_LINE if spec.small else _LARGE_LINE)
            penalty += _roughness(lines, widths) + (_LONE if _lonely(units, ends, widths) else 0.0)
            ways.append(_Way(lines, max(widths), penalty))
    return tuple(ways)


def _best_ends(
    total: int,
    count: int,
    cost: _Cost,
    join: Callable[[float, float], float],
) -> tuple[int, ...]:
    """Where to end `count` lines of `total` units so that their joined costs are least."""
    best: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, (0,))}
    for _ in range(count):
        reached: dict[int, tuple[float, tuple[int, ...]]] = {}
        for start, (cost_so_far, ends) in best.items():
            for end in range(start + 1, total + 1):
                candidate = (join(cost_so_far, cost(start, end)), (*ends, end))
                reached[end] = min(reached.get(end, candidate), candidate)
        best = reached
    return best[total][1]


def _even(units: Sequence[str], spec: TypeSpec, width: _Cost, count: int, weight: float) -> _Cost:
    target = width(0, len(units)) / count
    penalties = [0.0, *(break_penalty(units, end, spec.locale) for end in range(1, len(units)))]

    def cost(start: int, end: int) -> float:
        share = width(start, end) / target
        uneven = weight * (share - 1) ** 2
        if end == len(units):
            return uneven + (_LONE if share < _lone_share(units, start) else 0.0)
        return uneven + penalties[end]

    return cost


def _lonely(units: Sequence[str], ends: Sequence[int], widths: Sequence[float]) -> bool:
    """Whether a line looks forgotten; not one that a voice pauses after."""
    shares = [width / max(widths) for width in widths]
    *others, (start, end) = pairwise(ends)
    if not others:
        return False
    if shares[-1] < _lone_share(units, start) or len(line_of(units, start, end)) == 1:
        return True
    return any(
        share < _LONE_WORD and _is_lone_word(units, start, end)
        for share, (start, end) in zip(shares, others, strict=False)
        if not units[end - 1].rstrip().endswith(PAUSES)
    )


def _lone_share(units: Sequence[str], start: int) -> float:
    """The share of the longest line below which a last line, from `start` on, looks forgotten."""
    return _LONE_LAST_WORD if _is_lone_word(units, start, len(units)) else _LONE_SHARE


def _is_lone_word(units: Sequence[str], start: int, end: int) -> bool:
    """Whether a line is but one of several words."""
    return end - start == 1 and " " not in units[start].strip() and len(units) > _FEW_WORDS


def _roughness(lines: Sequence[str], widths: Sequence[float]) -> float:
    """How bad uneven lines look, as a share of size worth giving up for better ones."""
    widest = max(widths)
    may_be_short = [*(line.endswith(PAUSES) for line in lines[:-1]), True]
    return _UNEVEN * max(
        (_MAY_BE_SHORT if short else 1.0) * (1 - width / widest)
        for width, short in zip(widths, may_be_short, strict=True)
    )


def _overflow(units: Sequence[str], spec: TypeSpec, limits: Limits) -> Overflow:
    """What is too much for `limits`, told at their smallest size."""
    width = limits.width_px / limits.min_size_px
    widest = max(range(len(units)), key=lambda index: _width(units, index, index + 1, spec))
    widest_width = _width(units, widest, widest + 1, spec)
    if widest_width > width:
        word = line_of(units, widest, widest + 1)
        return Overflow(limits.min_size_px, lines=1, excess=1 - width / widest_width, word=word)
    lines = _count_lines(units, spec, width)
    whole = _width(units, 0, len(units), spec)
    # Lines are never filled to the last pixel: ragged edges take about a tenth.
    excess = max(1 - 0.9 * limits.max_lines * width / whole, 0.05)
    return Overflow(limits.min_size_px, lines=lines, excess=excess, word=None)
