"""Line breaks: the pieces of a text that stay whole, and what speaks against ending a line.

No width is known here: `typography` weighs breaks against sizes.
"""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import pairwise

import budoux
from icu4py.breakers import LineBreaker, WordBreaker

from creative_assets.studio.fonts import script_of
from creative_assets.studio.phrasing import kept_whole, leans_back, leans_forward

_HAN_SCRIPTS = frozenset({"Hans", "Hant"})

# Chinese particles that lean on the word before them, and Thai's marks of repetition and of what
# is left out: no line begins with one, also after a space.
_CLINGING = {"Hans": {*"的了吗呢吧们"}, "Hant": {*"的了嗎呢吧們"}, "Thai": {*"ๆฯ"}}
_SOFT_HYPHEN = "\u00ad"
# Where a voice pauses, and a line may end short.
PAUSES = (*",.;:!?…—", *"،؛؟۔", *"、。，．；：！？", "।")  # noqa: RUF001 - other scripts' own marks
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")  # Thai, Lao, Burmese, Khmer
_ABBREVIATED = re.compile(r"[^\W\d]\S*\.[^\W\d]\S*\.$")  # with a dot inside: "z.B.", "मि.ली."
_HYPHENS = ("-", _SOFT_HYPHEN, "\u2010", "/", "\u2013")

# Penalties, in the share of its size that a text may give up to be without them.
_AFTER_HYPHEN = 0.30
_INSIDE_PHRASE = 0.02  # Japanese, Chinese: no space or punctuation here
_INSIDE_THAI = 0.16  # and its neighbours, who write a space where others write a comma
_OVER_A_PAUSE = 0.20  # this break is at no comma or stop, and there is one to break at
_LEANING = 0.30  # an article or preposition ends the line, or a postposition begins one
_WITHIN = 0.04  # the next line begins with no article, preposition or conjunction
_STRANDED = 0.12  # one word alone, of what a pause ends or begins
_AFTER_SINGLE_LETTER = 0.12  # Slavic typography: no single-letter word ends a line
_AFTER_SHORT_WORD = 0.05  # short words mostly belong to what follows them
_SHORT_WORD = 3


@lru_cache(maxsize=1024)
def break_units(text: str, locale: str, keep: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The pieces of `text` that are never broken; joined, they are the text.

    A word, a number with its unit, and each name in `keep` stay whole. Japanese, Chinese and Thai
    break after a comma or stop, and where budoux finds a phrase or word to end; and only where ICU
    allows it too.
    """
    # Phrase mode keeps Japanese phrases and Korean words (eojeol) whole.
    breaks = _ends(LineBreaker(text, f"{locale}-u-lw-phrase"), text)
    script = script_of(locale)
    phrases = _phrase_parser(script)
    if phrases is not None:
        # budoux may look past a comma; no reader does.
        pauses = {at for at in range(1, len(text)) if text[at - 1] in PAUSES}
        breaks &= _offsets(phrases.parse(text)) | pauses
    if script in _HAN_SCRIPTS:
        # It also ends phrases inside of long words (含咖|啡因), which ICU's dictionary has.
        breaks &= _ends(WordBreaker(text, locale), text)
    clinging = _CLINGING.get(script, ())
    breaks = {at for at in breaks if text[at : at + 1] not in clinging}
    if script == "Kore":
        breaks = {at for at in breaks if text[at - 1].isspace()}
    spans = [match.span() for match in kept_whole(locale).finditer(text)]
    for name in filter(None, keep):
        spans += [match.span() for match in re.finditer(re.escape(name), text, re.IGNORECASE)]
    allowed = sorted(
        at
        for at in breaks
        if not any(start < at < end for start, end in spans)
        and not (text[at - 1].isdigit() and not text[at].isspace())
    )
    edges = [0, *allowed, len(text)]
    return tuple(text[start:end] for start, end in pairwise(edges))


def line_of(units: Sequence[str], start: int, end: int) -> str:
    """The line that `units[start:end]` make."""
    line = "".join(units[start:end]).strip()
    # A soft hyphen is seen only where a line breaks at it.
    hyphen = "-" if line.endswith(_SOFT_HYPHEN) and end < len(units) else ""
    return line.replace(_SOFT_HYPHEN, "") + hyphen


def break_penalty(units: Sequence[str], end: int, locale: str) -> float:
    """What speaks against ending a line before `units[end]`."""
    before, after = units[end - 1], units[end]
    leaning = leans_forward(_last_word(before), locale) or leans_back(_first_word(after), locale)
    if _ends_in_a_pause(before) and not leaning:
        return 0.0
    penalty = _unit_penalty(before) + (_LEANING if leaning else 0.0)
    if not leans_forward(_first_word(after), locale):
        penalty += _WITHIN
    if end + 1 < len(units) and _ends_in_a_pause(after):
        penalty += _STRANDED
    if end > 1 and _ends_in_a_pause(units[end - 2]):
        penalty += _STRANDED
    over = any(_ends_in_a_pause(unit) for unit in units[:-1])
    return penalty + (_OVER_A_PAUSE if over else 0.0)


def _ends_in_a_pause(unit: str) -> bool:
    word = unit.rstrip()
    if _ABBREVIATED.search(word):
        return False
    # Thai and its neighbours write a space where others write a comma.
    return word.endswith(PAUSES) or (word != unit and bool(_UNSPACED.search(word[-1:])))


def _unit_penalty(unit: str) -> float:
    word = unit.strip()
    if word.endswith(_HYPHENS):
        return _AFTER_HYPHEN
    if unit[-1].isspace():
        if len(word) == 1 and word.isalpha():
            return _AFTER_SINGLE_LETTER
        return _AFTER_SHORT_WORD if len(word) <= _SHORT_WORD and word.islower() else 0.0
    if _UNSPACED.search(word[-1:]):
        return _INSIDE_THAI
    return _INSIDE_PHRASE if word[-1].isalnum() else 0.0


def _first_word(unit: str) -> str:
    return unit.split(maxsplit=1)[0] if unit.strip() else ""


def _last_word(unit: str) -> str:
    return unit.rsplit(maxsplit=1)[-1] if unit.strip() else ""


def _ends(breaker: LineBreaker | WordBreaker, text: str) -> set[int]:
    """Where ICU's segments of `text` end."""
    ends = {end for _, end in breaker.segments()}
    # ICU counts UTF-16 units: a character beyond the basic plane counts twice.
    position, breaks = 0, set()
    for index, character in enumerate(text):
        if position in ends:
            breaks.add(index)
        position += 2 if ord(character) > 0xFFFF else 1  # noqa: PLR2004 - the end of the basic plane
    return breaks - {0}


def _offsets(pieces: Sequence[str]) -> set[int]:
    offsets, at = set(), 0
    for piece in pieces:
        at += len(piece)
        offsets.add(at)
    return offsets


@cache
def _phrase_parser(script: str) -> budoux.Parser | None:
    loaders = {
        "Jpan": budoux.load_default_japanese_parser,
        "Hans": budoux.load_default_simplified_chinese_parser,
        "Hant": budoux.load_default_traditional_chinese_parser,
        "Thai": budoux.load_default_thai_parser,
    }
    return loaders[script]() if script in loaders else None
