"""Phrasing: which words of a language lean on a neighbour, and belong on its line.

The words are data in `phrasing.toml`. What a break at one of them costs is `line_breaks`' to say.
"""

import functools
import re
import tomllib
from collections.abc import Mapping
from importlib import resources

import langcodes

from creative_assets.studio.values import Frozen

CURRENCIES = "$€£¥₩₹฿₫₪₺₽₴₦₱৳"
_BEFORE_AMOUNT = rf"\b[A-Z]{{3}}|[{CURRENCIES}]|№|\b(?:kr|Kč|RM|R|Rp|Rs|No|Nr)\.?"
_AMOUNT = r"(?:\d{1,3}(?:\s\d{3})+(?!\d)(?:[.,]\d+)?|\d(?:[\d.,'\u066b\u066c]*\d)?)"
_AMOUNTS = rf"{_AMOUNT}(?:\s?[–—~×x-]\s?{_AMOUNT})*"
_STOPS = r"\s\d,;:!?…—–()«»„“”\"،؛؟۔।、。，；：！？"  # noqa: RUF001 - other scripts' own marks
_WORD = rf"[^{_STOPS}]{{1,12}}(?=[{_STOPS}]|$)"  # `\w` leaves out the vowel signs of India and Siam
_DATES = r"(?:\d+[年月日년월일]\s?){2,}|\b\d{1,2}\.\s\w+"  # 6月30日, 30. Juni


class Phrasing(Frozen):
    """One language's words, in lower case and apart by spaces; see `phrasing.toml`."""

    forward: str = ""
    backward: str = ""
    numbers: str = ""
    units: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()


def leans_forward(word: str, locale: str) -> bool:
    """Whether `word` belongs to the one after it, such as an article."""
    return word.lower() in _words(_language(locale))[0]


def leans_back(word: str, locale: str) -> bool:
    """Whether `word` belongs to the one before it, such as a postposition."""
    return word.lower() in _words(_language(locale))[1]


@functools.cache
def kept_whole(locale: str) -> re.Pattern[str]:
    """Amounts with a currency, a unit or a word ("18 hours"), and what else no line breaks."""
    phrasing = _phrasing(_language(locale))
    units = "".join(rf"\s?{re.escape(unit)}|" for unit in phrasing.units)
    patterns = [
        _DATES,
        rf"(?:{_BEFORE_AMOUNT})\s?{_AMOUNTS}(?:/\w+)*",
        rf"{_AMOUNTS}(?:{units}\s?[%\u066a\uff05‰°℃{CURRENCIES}]\w*|\s{_WORD})?(?:/\w+)*",
        *map(re.escape, phrasing.whole),
    ]
    if phrasing.numbers:
        numbers = "|".join(map(re.escape, phrasing.numbers.split()))
        patterns.append(rf"(?i:(?<!\S)(?:{numbers}))\s{_WORD}")
    return re.compile("|".join(patterns))


@functools.cache
def _words(language: str) -> tuple[frozenset[str], frozenset[str]]:
    phrasing = _phrasing(language)
    return frozenset(phrasing.forward.split()), frozenset(phrasing.backward.split())


@functools.cache
def _language(locale: str) -> str:
    return langcodes.Language.get(locale).language or "und"


def _phrasing(language: str) -> Phrasing:
    return _all_phrasing().get(language, Phrasing())


@functools.cache
def _all_phrasing() -> Mapping[str, Phrasing]:
    text = resources.files(__package__).joinpath("phrasing.toml").read_text(encoding="utf-8")
    loaded = tomllib.loads(text).items()
    return {language: Phrasing.model_validate(words) for language, words in loaded}
