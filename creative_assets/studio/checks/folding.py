"""Banned words, found whatever their form: folding, inflection, and where words begin and end.

Text alone belongs here. Which words are banned is the brief's to say.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import accumulate

from icu4py.breakers import WordBreaker

from creative_assets.studio.fonts import script_of
from creative_assets.studio.locales import language_of

# Letters that look like Latin ones, from Unicode's confusables (UTS 39): those of living keyboards.
_LATIN = "aaabbccdeeeghhiiijjkkklmnnooooopppvrsssttuuvwwxxyyyz"
_ALIKE = "аαɑƅьсϲԁеεҽɡһհіιıјϳκкⲕӏмոηоοօσөрρƿѵгѕꜱʂтτυսνѡԝхχуүγᴢ"
_TO_LATIN = str.maketrans(_ALIKE, _LATIN)

# Combining classes of marks that decorate a letter. Those of Indic vowels and viramas (0, 9), Thai
# tones (107) and kana voicing (8) are left out: without them it is another word.
_MARKS = frozenset({1, *range(10, 36), *range(202, 241)})
# In a short word a mark makes another word: `schon` is not `schön`.
_LONG_ENOUGH_TO_FOLD = 6
# Here no two words differ in their marks alone.
_MARKS_TELL_NOTHING = frozenset({"el", "en", "id", "ms", "nl"})

# Written without spaces: a banned word is one where ICU sees a word begin and a word end.
_UNSPACED_LETTERS = (
    ("\u0e00", "\u0eff"),
    ("\u1000", "\u109f"),
    ("\u1780", "\u17ff"),
    ("\u3040", "\u30ff"),
    ("\u3400", "\u9fff"),
    ("\U00020000", "\U0003ffff"),
)
_UNSPACED_SCRIPTS = frozenset({"Jpan", "Hans", "Hant", "Thai", "Laoo", "Khmr", "Mymr"})
# What no stemmer takes off: particles before a word, English degrees of comparison.
_AFFIXES = {
    "ar": re.compile("^[وف]?(?:[بكل]?ال|لل|[بكل])?"),
    "en": re.compile("(?<=[^aeou])(?:er|est)$"),
    "he": re.compile("^ו?[הבכלמש]{0,2}"),  # noqa: RUF001 - Hebrew
}
_STEMMERS = {
    "ar": "arabic",
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fa": "persian",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "nb": "norwegian",
    "ne": "nepali",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}
# Where no stemmer knows a language, a word may have an ending as long as this.
_MAX_ENDING = 3
# These put no ending on a word.
_UNINFLECTED = frozenset({"vi"})


def banned_words_in(text: str, banned: Sequence[str], locale: str) -> tuple[str, ...]:
    """Those of the `banned` words, or phrases, that are in the text in any form or disguise."""
    return tuple(word for word in banned if _is_in(word, text, locale))


def folded(text: str) -> str:
    """The text in small letters of one width, without what nobody sees: U+200B, U+00AD and so on.

    Twice NFKC, as folding case can bring back what the first has taken away (UAX 15, section 5).
    """
    composed = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(character for character in composed if not _is_invisible(character))


def _is_in(banned: str, text: str, locale: str) -> bool:
    if script_of(locale) in _UNSPACED_SCRIPTS and not banned.isascii():
        return _stands_between_words(_bare(banned), _bare(text), locale)
    wanted = [_forms(token, locale) for token in _words(folded(banned))]
    tokens = [_forms(token, locale) for token in _words(folded(text))]
    if not wanted:
        return False
    return any(
        all(_same(one, other, locale) for one, other in zip(wanted, there, strict=True))
        for there in _runs(tokens, len(wanted))
    )


def _runs(tokens: Sequence[frozenset[str]], length: int) -> Iterator[Sequence[frozenset[str]]]:
    return (tokens[start : start + length] for start in range(len(tokens) - length + 1))


def _words(text: str) -> list[str]:
    """Runs of letters, digits and their marks; Latin ends where an unspaced script begins."""
    runs = itertools.groupby(text, key=lambda one: (_is_of_a_word(one), _is_unspaced(one)))
    return ["".join(run) for (is_word, _), run in runs if is_word]


def _is_of_a_word(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN"


def _is_unspaced(character: str) -> bool:
    return any(first <= character <= last for first, last in _UNSPACED_LETTERS)


def _forms(word: str, locale: str) -> frozenset[str]:
    """What a word may be recognised by: itself and its stem, both in look-alike Latin letters."""
    language = language_of(locale)
    is_foldable = language in _MARKS_TELL_NOTHING or len(word) >= _LONG_ENOUGH_TO_FOLD
    plain = _without_marks(word) if is_foldable else word
    spellings = {word, plain, _alike(plain)} if script_of(locale) == "Latn" else {word, plain}
    return frozenset(_alike(form) for each in spellings for form in (each, *_stems(each, language)))


def _same(wanted: frozenset[str], found: frozenset[str], locale: str) -> bool:
    if wanted & found:
        return True
    language = language_of(locale)
    if language in _UNINFLECTED or language in _STEMMERS:
        return False
    return any(
        form.startswith(word) and len(form) - len(word) <= _MAX_ENDING
        for word in wanted
        for form in found
    )


def _stems(word: str, language: str) -> set[str]:
    affix = _AFFIXES.get(language)
    bases = {word, affix.sub("", word)} if affix else {word}
    name = _STEMMERS.get(language)
    if language == "de" and len(word) < _LONG_ENOUGH_TO_FOLD and word != _without_marks(word):
        return bases  # the German stemmer takes `schön` for `schon`
    return bases | {_stem(name, base) for base in bases} if name else bases


@cache
def _stem(algorithm: str, word: str) -> str:
    import snowballstemmer  # noqa: PLC0415 - 0.2 s, and only where words are banned

    stem: str = snowballstemmer.stemmer(algorithm).stemWord(word)
    return stem


def _stands_between_words(banned: str, text: str, locale: str) -> bool:
    pieces = list(WordBreaker(text, locale))
    bounds = {0, *accumulate(len(piece) for piece in pieces)}
    starts = (match.start() for match in re.finditer(f"(?={re.escape(banned)})", text))
    return any(start in bounds and start + len(banned) in bounds for start in starts)


def _bare(text: str) -> str:
    """Folded, and without spaces: none of them ends a word in these scripts."""
    return re.sub(r"\s+", "", folded(text))


def _alike(text: str) -> str:
    return text.translate(_TO_LATIN)


def _without_marks(text: str) -> str:
    loose = unicodedata.normalize("NFD", text)
    return unicodedata.normalize(
        "NFC", "".join(one for one in loose if unicodedata.combining(one) not in _MARKS)
    )


def _is_invisible(character: str) -> bool:
    # Format characters, the combining grapheme joiner, and variation selectors.
    return (
        unicodedata.category(character) == "Cf"
        or character == "\u034f"
        or "\ufe00" <= character <= "\ufe0f"
        or "\U000e0100" <= character <= "\U000e01ef"
    )
