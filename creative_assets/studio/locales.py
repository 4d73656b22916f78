"""Locales as authors write them and as people read them. Nothing about fonts or text direction.

A locale here is a BCP 47 tag of a language, an optional script and an optional region, such as
`de-DE`, `zh-Hant-TW` or `es-419`. Validity comes from the IANA registry (langcodes) and names from
CLDR (Babel): a language that CLDR knows nothing about could be neither shown nor briefed.
"""

import re
from functools import cache, lru_cache

import langcodes
from babel import Locale, UnknownLocaleError, localedata

PATTERN = r"^[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?$"

_TAGS_REMEMBERED = 1024


@lru_cache(maxsize=_TAGS_REMEMBERED)
def normalise(tag: str) -> str | None:
    """`tag` with the usual capitals (`de-de` → `de-DE`), or None where we cannot serve it."""
    if not re.fullmatch(PATTERN, tag) or not langcodes.tag_is_valid(tag):
        return None
    parsed = langcodes.Language.get(tag, normalize=False)
    if not localedata.exists(parsed.language or ""):
        return None
    if parsed.territory and parsed.territory not in Locale("en").territories:
        return None
    usual = parsed.to_tag()
    # Anything but a change of capitals is for the author to decide: `en-UK` is probably `en-GB`.
    return usual if langcodes.standardize_tag(tag).lower() == tag.lower() else None


@lru_cache(maxsize=_TAGS_REMEMBERED)
def suggestion(tag: str) -> str | None:
    """The locale that was probably meant by a tag that is none, such as `ja-JP` for `jp`."""
    written = tag.strip().replace("_", "-")
    as_language = _languages_by_name().get(written.lower())
    if as_language:
        return normalise(_with_likely_region(as_language))
    if not re.fullmatch(PATTERN, written):
        return None
    meant = normalise(langcodes.standardize_tag(written))
    return meant or _country_taken_for_language(written)


def language_of(locale: str) -> str:
    """The language alone: `zh` for `zh-Hant-TW`."""
    return locale.split("-", maxsplit=1)[0]


def fallbacks(locale: str) -> tuple[str, ...]:
    """`locale` and what is less specific, most specific first (RFC 4647, section 3.4 "Lookup")."""
    parts = locale.split("-")
    return tuple("-".join(parts[:count]) for count in range(len(parts), 0, -1))


def has_region(locale: str) -> bool:
    """Whether the tag names a region: `de-DE` and `es-419` do, `de` and `zh-Hant` do not."""
    return langcodes.get(locale).territory is not None


def display_name(locale: str) -> str:
    """The locale's name in its own language, such as `Deutsch (Deutschland)`."""
    return _name(locale, nearest_in_cldr(locale))


def english_name(locale: str) -> str:
    """The locale's name in English, such as `German (Germany)`."""
    return _name(locale, Locale("en"))


def _name(locale: str, reader: Locale) -> str:
    # Babel's own `get_display_name` knows only the pairs that CLDR has a file for: not `de-JP`.
    parsed = langcodes.get(locale)
    details = [
        reader.scripts.get(parsed.script or "", parsed.script),
        reader.territories.get(parsed.territory or "", parsed.territory),
    ]
    language = reader.languages.get(parsed.language or "", locale)
    shown = ", ".join(detail for detail in details if detail)
    return f"{language} ({shown})" if shown else language


def nearest_in_cldr(locale: str) -> Locale:
    """What CLDR says of the locale, or of what is less specific; of English where of neither."""
    for tag in fallbacks(locale):
        try:
            return Locale.parse(tag, sep="-")
        except UnknownLocaleError:
            continue
    return Locale("en")


@cache
def _languages_by_name() -> dict[str, str]:
    languages = Locale("en").languages
    return {name.lower(): code for code, name in languages.items() if localedata.exists(code)}


def _with_likely_region(language: str) -> str:
    likely = langcodes.get(language).maximize()
    return f"{language}-{likely.territory}"


def _country_taken_for_language(tag: str) -> str | None:
    """`jp` and `jp-JP` → `ja-JP`: a country code stands where its language belongs."""
    country = language_of(tag)
    if country.upper() not in Locale("en").territories:
        return None
    likely = langcodes.get(f"und-{country.upper()}").maximize()
    return normalise(f"{likely.language}-{likely.territory}")
