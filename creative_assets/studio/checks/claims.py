"""Prices, percentages and addresses in a text, in any script's digits and usual forms.

Text alone belongs here. Which claims are approved is the check's to say.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Literal, NamedTuple

import langcodes
from babel import Locale
from babel.numbers import get_currency_name, get_currency_symbol, get_territory_currencies

from creative_assets.studio.checks.folding import folded
from creative_assets.studio.locales import language_of, nearest_in_cldr

Kind = Literal["percentage", "price", "address"]

_AMOUNT = r"\d(?:[\d.,'’٫٬\u00a0\u202f\u2009 ]*\d)?"  # noqa: RUF001 - separators of many languages
_PERCENT = "[%‰٪]"
# Language → how it says percent, where CLDR has but the sign; `~` stands for the amount.
_PERCENT_WORDS = {
    "ar": ("~ في المئة", "~ بالمئة", "~ بالمائة"),
    "bn": ("~ শতাংশ",),
    "da": ("~ procent",),
    "de": ("~ prozent",),
    "el": ("~ τοις εκατό",),
    "en": ("~ percent", "~ per cent"),
    "es": ("~ por ciento",),
    "fi": ("~ prosentti",),
    "fr": ("~ pour cent",),
    "he": ("~ אחוז",),
    "hi": ("~ प्रतिशत", "~ फीसदी"),
    "hu": ("~ százalék",),
    "id": ("~ persen",),
    "it": ("~ per cento",),
    "ja": ("~ パーセント", "~ 割引", "~ 割"),
    "ko": ("~ 퍼센트", "~ 프로"),
    "nb": ("~ prosent",),
    "nl": ("~ procent",),
    "pl": ("~ procent",),
    "pt": ("~ por cento",),
    "ru": ("~ процент",),
    "sv": ("~ procent",),
    "ta": ("~ சதவீதம்",),
    "th": ("~ เปอร์เซ็นต์", "ร้อยละ ~"),
    "tr": ("yüzde ~",),
    "uk": ("~ відсот",),
    "ur": ("~ فیصد",),
    "vi": ("~ phần trăm",),
    "zh": ("百分之 ~", "~ 折"),
}
_KNOWN_EVERYWHERE = ("USD", "EUR", "GBP", "JPY", "CNY", "CHF")
# What people write, and CLDR does not say.
_MONEY_WORDS = {
    "ar": ("درهم", "ريال", "دينار", "جنيه"),
    "cs": ("kč", "korun"),
    "da": ("kr", "kroner"),
    "en": ("bucks", "cents", "quid"),
    "he": ("שקל", "ש״ח"),
    "hi": ("रुपये", "रु"),
    "ja": ("円",),
    "nb": ("kr", "kroner"),
    "pl": ("zł", "złotych"),
    "ru": ("руб", "рублей"),  # noqa: RUF001 - Russian
    "sv": ("kr", "kronor"),
    "th": ("บาท",),
    "tr": ("tl", "lira"),
    "ur": ("روپے",),
    "vi": ("đ", "đồng"),
    "zh": ("元", "块", "塊"),
}


# Where people can be sent: a link, a mail address, a handle, or a name that ends as domains do.
_DOMAINS = "app|biz|com|dev|edu|gov|info|link|me|net|online|org|shop|site|store|xyz"
_ADDRESS = re.compile(
    r"https?://\S+|\bwww\.\S+|[\w.+-]*@[\w.-]*\w"
    rf"|\b[\w-]+(?:\.[\w-]+)*\.(?:{_DOMAINS}|[a-z]{{2}}(?=/))\b(?:/\S*)?"
)


class Claim(NamedTuple):
    """A price or percentage: its digits without separators, and the words as they stand.

    Of an address, `value` is all of it.
    """

    kind: Kind
    value: str
    words: str


def claims_in(text: str, locale: str) -> tuple[Claim, ...]:
    """The percentages, prices and addresses in the text, each kind in its order."""
    plain = _plain(text)
    amounts: dict[Kind, re.Pattern[str]] = {
        "percentage": _percentages(language_of(locale)),
        "price": _prices(locale),
    }
    return (
        *(
            Claim(kind, _digits(match["after"] or match["before"]), match[0].strip())
            for kind, pattern in amounts.items()
            for match in pattern.finditer(plain)
        ),
        *(Claim("address", found, found) for found in _ADDRESS.findall(plain)),
    )


def _plain(text: str) -> str:
    """Folded, with ASCII digits."""
    return "".join(
        str(unicodedata.digit(one)) if unicodedata.category(one) == "Nd" else one
        for one in folded(text)
    )


def _digits(amount: str) -> str:
    """`1.299,00` and `1 299` are the same amount."""
    return re.sub(r"\D", "", re.sub(r"[.,\u066b]0{1,2}$", "", amount))


@cache
def _percentages(language: str) -> re.Pattern[str]:
    words = [folded(phrase) for phrase in _PERCENT_WORDS.get(language, ())]
    after = [re.escape(word.removeprefix("~ ")) for word in words if word.startswith("~")]
    before = [re.escape(word.removesuffix(" ~")) for word in words if word.endswith("~")]
    return _around_amount(after=[_PERCENT, *after], before=[_PERCENT, *before])


@cache
def _prices(locale: str) -> re.Pattern[str]:
    words = {folded(word).strip(" .") for word in _money_words(locale)} - {""}
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    money = [f"[{_currency_signs()}]", *map(_whole_word, longest_first)]
    return _around_amount(after=money, before=money)


def _around_amount(after: Iterable[str], before: Iterable[str]) -> re.Pattern[str]:
    return re.compile(
        rf"(?P<after>{_AMOUNT})[\s-]?(?:{'|'.join(after)})"
        rf"|(?:{'|'.join(before)})\s?(?P<before>{_AMOUNT})"
    )


def _whole_word(word: str) -> str:
    """The word where no letter of its own alphabet goes on: `kr`, not the beginning of `kraft`."""
    if not word.isascii():
        return re.escape(word)
    return rf"(?<![a-z]){re.escape(word)}(?![a-z])"


@cache
def _currency_signs() -> str:
    every = (chr(code) for code in range(0x24, 0x10000))
    return "".join(re.escape(one) for one in every if unicodedata.category(one) == "Sc")


def _money_words(locale: str) -> Iterable[str]:
    """How the locale's country writes its currency, and the codes that are known everywhere."""
    tongue = nearest_in_cldr(locale)
    own = get_territory_currencies(langcodes.get(locale).maximize().territory or "")
    for code in {*own, *_KNOWN_EVERYWHERE}:
        yield code
        yield get_currency_symbol(code, tongue)
        for count in (1, 2, 5):
            yield get_currency_name(code, count, tongue)
            yield get_currency_name(code, count, Locale("en"))
    # The short name that everybody says: the last word of `US dollars`.
    for code in _KNOWN_EVERYWHERE:
        for count in (1, 5):
            yield get_currency_name(code, count, Locale("en")).split()[-1]
            yield get_currency_name(code, count, tongue).split()[0]
    yield from _MONEY_WORDS.get(language_of(locale), ())
