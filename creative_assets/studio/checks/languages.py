"""Which script and which language a text is in.

Text alone belongs here: no copy, no rules.
"""

import unicodedata
from collections.abc import Collection
from functools import cache
from typing import TYPE_CHECKING

from creative_assets.studio.fonts import script_of
from creative_assets.studio.locales import language_of

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

# First word of a letter's Unicode name → ISO 15924. What is not here counts as Latin.
_SCRIPTS = {
    "ARABIC": "Arab",
    "ARMENIAN": "Armn",
    "BENGALI": "Beng",
    "BOPOMOFO": "Bopo",
    "CJK": "Hani",
    "CYRILLIC": "Cyrl",
    "DEVANAGARI": "Deva",
    "GEORGIAN": "Geor",
    "GREEK": "Grek",
    "GUJARATI": "Gujr",
    "GURMUKHI": "Guru",
    "HANGUL": "Hang",
    "HEBREW": "Hebr",
    "HIRAGANA": "Kana",
    "IDEOGRAPHIC": "Hani",
    "KANNADA": "Knda",
    "KATAKANA": "Kana",
    "KATAKANA-HIRAGANA": "Kana",
    "KHMER": "Khmr",
    "LAO": "Laoo",
    "LATIN": "Latn",
    "MALAYALAM": "Mlym",
    "MYANMAR": "Mymr",
    "SINHALA": "Sinh",
    "TAMIL": "Taml",
    "TELUGU": "Telu",
    "THAI": "Thai",
}
_ALSO = {"Jpan": ("Kana", "Hani"), "Kore": ("Hang", "Hani"), "Hans": ("Hani",), "Hant": ("Hani",)}
_CHINESE = {"Hans": "zh-Hant", "Hant": "zh-Hans"}  # script → what is written in the other one
_TOO_SHORT = 12  # a Japanese text may have no kana up to here

# Languages so alike that a line of copy does not tell them apart.
_ALIKE = (
    frozenset({"da", "nb", "nn", "no", "sv"}),
    frozenset({"es", "gl", "pt", "ca", "ast", "an", "oc"}),
    frozenset({"id", "ms", "jv", "su"}),
    frozenset({"bs", "hr", "sl", "sr"}),
    frozenset({"cs", "sk"}),
    frozenset({"nl", "af", "li", "fy", "lb"}),
    frozenset({"et", "fi"}),
    frozenset({"tr", "az"}),
)

# Measured on the stand-in's copy in 13 languages: the right one has at least 0.39, and another
# than the right one never 0.5; of text in another of these languages the right one has 0.03.
_SURE, _POSSIBLE = 0.8, 0.05


def script_share(text: str, locale: str, names: Collection[str] = ()) -> float:
    """The share, 0..1, of letters in the locale's own script; 1 where there are no letters.

    Leaves out `names`, which stand in their own script in any language.
    """
    script = script_of(locale)
    accepted = _ALSO.get(script, (script,))
    letters = [_script(one) for one in _without(text, names) if one.isalpha()]
    return sum(letter in accepted for letter in letters) / len(letters) if letters else 1.0


def foreign_language(text: str, locale: str, names: Collection[str] = ()) -> str | None:
    """The language that the text is in, where that is surely not the locale's.

    Latin letters are judged by py3langid. Chinese and Japanese by the characters that only one of
    them has. Elsewhere the script says it well enough, and the answer is None.
    """
    plain, script = _without(text, names), script_of(locale)
    if script == "Latn":
        return _foreign_in_latin(plain, language_of(locale))
    scripts = [_script(one) for one in plain if one.isalpha()]
    if script == "Jpan":
        is_japanese = "Kana" in scripts or len(scripts) < _TOO_SHORT
        return None if is_japanese else "zh"
    if script in _CHINESE:
        if "Kana" in scripts:
            return "ja"
        theirs, ours = (_only_in(plain, *charsets) for charsets in _charsets(script))
        return _CHINESE[script] if theirs > ours else None
    return None


def _foreign_in_latin(text: str, wanted: str) -> str | None:
    known = identifier()
    if wanted not in known.nb_classes:
        return None
    shares = {str(language): float(share) for language, share in known.rank(text)}
    found = max(shares, key=lambda language: shares[language])
    alike = next((family for family in _ALIKE if wanted in family), frozenset({wanted}))
    is_sure = shares[found] >= _SURE and shares[wanted] <= _POSSIBLE
    return found if is_sure and found not in alike else None


def _charsets(script: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """For what is foreign to a script and what is its own: (character set with, set without)."""
    simplified, traditional = ("gb2312", "big5"), ("big5", "gb2312")
    return (traditional, simplified) if script == "Hans" else (simplified, traditional)


def _only_in(text: str, having: str, lacking: str) -> int:
    return sum(_has(having, one) and not _has(lacking, one) for one in text if one.isalpha())


def _has(charset: str, character: str) -> bool:
    return bool(character.encode(charset, errors="ignore"))


def _script(letter: str) -> str:
    return _SCRIPTS.get(unicodedata.name(letter, "").split(" ")[0], "Latn")


def _without(text: str, names: Collection[str]) -> str:
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, " ")
    return text


@cache
def identifier() -> "LanguageIdentifier":
    """What tells Latin languages apart; loading it takes 1 s, once."""
    from py3langid.langid import (  # noqa: PLC0415 - 0.8 s, and only for Latin copy
        MODEL_FILE,
        LanguageIdentifier,
    )

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
