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

_HAN_SCRIPTS = frozenset({"Hans", "Hant"})

CURRENCIES = "$€£¥₩₹฿₫₪₺₽₴₦₱৳"
_BEFORE_AMOUNT = rf"\b[A-Z]{{3}}|[{CURRENCIES}]|№|\b(?:kr|Kč|RM|R|Rp|Rs|No|Nr)\.?"
_AMOUNT = r"(?:\d{1,3}(?:\s\d{3})+(?!\d)(?:[.,]\d+)?|\d(?:[\d.,'\u066b\u066c]*\d)?)"
_AMOUNTS = rf"{_AMOUNT}(?:\s?[–—~×x-]\s?{_AMOUNT})*"
# An amount with its currency before it, or with a sign, a unit or a short word ("18 hours") after.
_NUMBER = re.compile(
    r"(?:\d+[年月日년월일]\s?){2,}|\b\d{1,2}\.\s\w+"  # dates: 6月30日, 30. Juni
    rf"|(?:{_BEFORE_AMOUNT})\s?{_AMOUNTS}(?:/\w+)*"
    rf"|{_AMOUNTS}(?:\s?[%\u066a\uff05‰°℃{CURRENCIES}]\w*|\s\w{{1,8}}\b)?(?:/\w+)*"
)
# Particles that lean on the word before them: no Chinese line begins with one.
_CLINGING = frozenset("的了吗嗎呢吧们們")
_SOFT_HYPHEN = "\u00ad"
# Where a voice pauses, and a line may end short.
PAUSES = (*",.;:!?…—", *"،؛؟", *"、。，．；：！？", "।")  # noqa: RUF001 - other scripts' own marks
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")  # Thai, Lao, Burmese, Khmer
_HYPHENS = ("-", _SOFT_HYPHEN, "\u2010", "/", "\u2013")

# Penalties, in the share of its size that a text may give up to be without them.
_AFTER_HYPHEN = 0.30
_INSIDE_PHRASE = 0.02  # Thai, Japanese, Chinese: no space or punctuation here
_OVER_A_PAUSE = 0.30  # this break is at no comma or stop, and there is one to break at
_AFTER_SINGLE_LETTER = 0.12  # Slavic typography: no single-letter word ends a line
_AFTER_SHORT_WORD = 0.05  # articles and prepositions belong to what follows them
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
        breaks = {at for at in breaks if text[at : at + 1] not in _CLINGING}
    if script == "Kore":
        breaks = {at for at in breaks if text[at - 1].isspace()}
    spans = [match.span() for match in _NUMBER.finditer(text)]
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


def break_penalty(units: Sequence[str], end: int) -> float:
    """What speaks against ending a line before `units[end]`."""
    pauses = [_ends_in_a_pause(unit) for unit in units[:-1]]
    over = _OVER_A_PAUSE if any(pauses) and not pauses[end - 1] else 0.0
    return over + _unit_penalty(units[end - 1])


def _ends_in_a_pause(unit: str) -> bool:
    word = unit.rstrip()
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
    return _INSIDE_PHRASE if word[-1].isalnum() else 0.0


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
