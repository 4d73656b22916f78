"""What the shaper is given for a line: its characters, and those that nobody types.

Thin space between Han and Latin, and marks of direction. How wide a line is, and where it breaks,
belongs elsewhere.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from PIL import features

from creative_assets.studio.fonts import script_of
from creative_assets.studio.phrasing import CURRENCIES
from creative_assets.studio.values import Direction

# Unicode Script_Extensions of right-to-left writing that has living users; CLDR's `characterOrder`.
RTL_SCRIPTS = frozenset({"Adlm", "Arab", "Hebr", "Nkoo", "Rohg", "Syrc", "Thaa"})

_AUTOSPACED_SCRIPTS = frozenset({"Hans", "Hant", "Jpan"})
# Space stands between Han or kana and Latin, also where nobody typed it (W3C's requirements for
# Chinese and Japanese text layout, "clreq" and "jlreq": a quarter of an em, less in headlines), but
# not in a number with its counter, nor then before it: a gap on one side looks like a mistake.
_CJK = (
    r"[\u3005-\u3007\u3041-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
)
_LETTER = r"A-Za-z\u00c0-\u024f\u0370-\u052f"  # Latin, Greek and Cyrillic, not full-width
_COUNTER = (
    r"小[时時]|毫升|公[克斤升]|[時时円元圆圓缶年月日分秒個个杯本枚折克升度歳岁歲人回名点點倍割袋粒"
    r"瓶包件天周週种種階层層号號位款片]"
)
_MIXED = re.compile(
    rf"(?<={_CJK})(?=[{_LETTER}0-9{CURRENCIES}])(?![0-9][0-9.,]*(?:{_COUNTER}))"
    rf"|(?<=[{_LETTER}%‰°℃])(?={_CJK})"
    rf"|(?<=[0-9])(?={_CJK})(?!{_COUNTER})"
)
_SIXTH_EM = "\u2006"  # where a font has none, HarfBuzz makes a space of that width

# Unicode's algorithm (UAX #9) gives a Latin name's last dot, and a number after its dot, to the
# right-to-left text around it. Isolates keep them with the name; Raqm draws nothing for them.
_LEFT_TO_RIGHT_ISOLATE, _POP_ISOLATE, _RIGHT_TO_LEFT_MARK = "\u2066", "\u2069", "\u200f"
_ISOLATED = re.compile(f"({_LEFT_TO_RIGHT_ISOLATE}[^{_POP_ISOLATE}]*{_POP_ISOLATE})")
_ABBREVIATED = r"(?:Co|Corp|Inc|Ltd|Bros|No|Nr|Vol|St|Mt|Dr|Mr|Mrs|Ms|Jr|Sr|Mfg|Intl|Dept|[A-Z])\."
_LATIN_WORD = r"[A-Za-z\u00c0-\u024f](?:[\w&'’+/@.-]*[A-Za-z\u00c0-\u024f0-9+])?"
_DIGITS = r"\d+(?:[.,]\d+)*"
_UNIT_BEFORE = rf"{_DIGITS}\s?(?=[A-Za-zµ]{{1,3}}\b)"
# With the Arabic script a percent sign stands to the left of its number, wherever that is.
_PERCENT = re.compile(r"(?<=\d)(?=[%\u066a])")


def as_drawn(line: str, locale: str, names: tuple[str, ...] = ()) -> str:
    """A line with what only its drawing needs; `names` are those that stay in one piece.

    In Chinese and Japanese that is thin space around Latin. In right-to-left text, Latin is
    isolated with its own dots and numbers, and an Arabic percent sign kept on its side.
    """
    script = script_of(locale)
    if script in RTL_SCRIPTS:
        return "".join(_directed(line, script, names))
    # Without a shaper there is nothing to make that space where a font has none.
    if script not in _AUTOSPACED_SCRIPTS or not features.check("raqm"):
        return line
    return _MIXED.sub(_SIXTH_EM, line)


def runs(drawn: str, direction: Direction) -> Sequence[tuple[str, Direction]]:
    """The parts of a line as drawn that are shaped each by itself, from left to right.

    HarfBuzz shapes one script and one direction at a time, as Raqm tells it to. Spaces, digits and
    marks go with the letter before them.
    """
    if direction == "ltr":
        return [(part, direction) for part in _by_script(drawn)]
    found: list[tuple[str, Direction]] = []
    for piece in filter(None, _ISOLATED.split(drawn)):
        if piece.startswith(_LEFT_TO_RIGHT_ISOLATE):
            found.append((piece, "ltr"))
        else:
            found += [(part, direction) for part in _by_script(piece)]
    return found[::-1]


def _by_script(text: str) -> Sequence[str]:
    """The Latin parts of a text, and the others."""
    starts, latin = [0], None
    for at, character in enumerate(text):
        if character.isalpha():
            is_latin = unicodedata.name(character, "").startswith("LATIN")
            if latin is not None and is_latin != latin:
                starts.append(at)
            latin = is_latin
    return [text[start:end] for start, end in pairwise([*starts, len(text)])]


def _directed(line: str, script: str, names: tuple[str, ...]) -> Sequence[str]:
    pieces, at = [], 0
    for match in _latin(names).finditer(line):
        isolated = f"{_LEFT_TO_RIGHT_ISOLATE}{match[0]}{_POP_ISOLATE}"
        pieces += [_percents(line[at : match.start()], script), isolated]
        at = match.end()
    return [*pieces, _percents(line[at:], script)]


def _percents(text: str, script: str) -> str:
    return _PERCENT.sub(_RIGHT_TO_LEFT_MARK, text) if script == "Arab" else text


@lru_cache(maxsize=64)
def _latin(names: tuple[str, ...]) -> re.Pattern[str]:
    """A run of Latin words, with a name's own dot, and the numbers in it."""
    latin_names = [name for name in names if re.match(r"[A-Za-z0-9\u00c0-\u024f]", name)]
    known = "|".join(re.escape(name) for name in sorted(latin_names, key=len, reverse=True))
    name = rf"(?i:{known})(?!\w)|" if known else ""
    word = rf"{name}{_ABBREVIATED}|{_LATIN_WORD}"
    between = r"(?:\s|\s?[&+|/\u2013-]\s?)"
    return re.compile(rf"(?:{_UNIT_BEFORE})?(?:{word})(?:{between}(?:{word}|{_DIGITS}(?!\w)))*")
