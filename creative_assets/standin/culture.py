"""The stand-in's context packs: real facts about any locale, from CLDR by way of Babel.

Facts and their phrasing belong here; copy in the locale's language does not (`copywriter`).
"""

import tomllib
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import langcodes
from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.languages import get_official_languages
from babel.numbers import (
    format_currency,
    format_decimal,
    get_currency_name,
    get_currency_precision,
    get_territory_currencies,
)

from creative_assets.standin.wire import Json

EXAMPLE_DAY = date(2027, 6, 21)
EXAMPLE_NUMBER = 12345.6
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
ENGLISH = Locale("en")
WITH_ARTICLE = ("United", "Netherlands", "Philippines", "Bahamas", "Maldives", "world")


class _Place:
    """A locale, as far as CLDR knows it."""

    def __init__(self, tag: str) -> None:
        full = langcodes.get(tag).maximize()
        self.language = full.language or "en"
        self.script = full.script or "Latn"
        self.territory = full.territory or "001"
        self.data = _locale_data(self.language, self.script, self.territory)

    @property
    def keys(self) -> tuple[str, str]:
        """What our own tables are looked up by, the most exact key first."""
        return (f"{self.language}-{self.territory}", self.language)

    @property
    def language_name(self) -> str:
        return str(ENGLISH.languages.get(self.language, self.language))

    @property
    def own_language_name(self) -> str:
        return self.data.get_language_name() or self.language_name

    @property
    def territory_name(self) -> str:
        name = str(ENGLISH.territories.get(self.territory, self.territory))
        return f"the {name}" if name.startswith(WITH_ARTICLE) else name

    @property
    def script_name(self) -> str:
        name = str(ENGLISH.scripts.get(self.script, self.script))
        return f"{name} Chinese" if self.script in {"Hans", "Hant"} else name


def context_pack(facts: Json, nonce: int) -> Json:
    """What to know about the locale of `facts`; another `nonce` begins the lists elsewhere."""
    place = _Place(str(facts.get("locale") or "en-US"))
    brand = facts.get("brand") or {}
    audience = facts.get("audience") or {}
    formality = _looked_up("formality", *place.keys)
    script = _looked_up("script", place.script, "Latn")
    return {
        "summary": _summary(place, audience),
        "tone": f"{brand.get('tone') or 'plain-spoken'}, in natural {place.language_name}",
        "formality": formality["level"],
        "dos": _turned([formality["note"], script["do"], *_number_dos(place)], nonce),
        "donts": _turned([script["dont"], *_donts(place)], nonce),
        "cultural_notes": _turned(_cultural_notes(place, audience), nonce),
        "visual_notes": _turned([script["visual"], *_visual_notes(place, audience)], nonce),
        "legal_notes": [
            *facts.get("legal_guidelines", ()),
            f"The stand-in knows no law: have a lawyer for {place.territory_name} read all claims.",
        ],
    }


def territory_name(locale: str) -> str:
    """The locale's territory in English, its most likely one where the locale names none."""
    return _Place(locale).territory_name


def _summary(place: _Place, audience: Json) -> str:
    reader = audience.get("description") or audience.get("region") or "the general public"
    direction = "right to left" if place.data.text_direction == "rtl" else "left to right"
    return (
        f"Stand-in context pack from CLDR: {place.language_name} "
        f"({place.own_language_name}) for {place.territory_name}, "
        f"in {place.script_name} script, {direction}, for {reader.rstrip('.')}."
    )


def _number_dos(place: _Place) -> list[str]:
    data = place.data
    day = f"{format_date(EXAMPLE_DAY, 'long', data)} or {format_date(EXAMPLE_DAY, 'short', data)}"
    notes = [f"Write dates as {day}, and numbers as {format_decimal(EXAMPLE_NUMBER, locale=data)}."]
    currencies = get_territory_currencies(place.territory)
    if currencies:
        code = currencies[0]
        amount = 1490 if get_currency_precision(code) == 0 else 4.9
        price = format_currency(amount, code, locale=data)
        notes.append(f"Write prices in {get_currency_name(code, locale='en')} ({code}): {price}.")
    marks = _looked_up("quotation_marks", *place.keys)
    notes.append(f"Quote with {marks}.")
    return notes


def _donts(place: _Place) -> list[str]:
    return [
        f"Don't leave English words in the line where {place.language_name} has its own.",
        f"Don't show flags, maps or politicians as a shorthand for {place.territory_name}.",
    ]


def _cultural_notes(place: _Place, audience: Json) -> list[str]:
    spoken = _official(place.territory)
    # The week is the territory's: ja-DE counts it as de-DE does.
    home = _locale_data(spoken[0] if spoken else "en", place.script, place.territory)
    first_day = WEEKDAYS[home.first_week_day]
    units = _table()["measurement"].get(place.territory, "metric units")
    notes = [
        f"The week begins on {first_day} in {place.territory_name}.",
        f"Measures are given in {units}.",
    ]
    official = [ENGLISH.languages.get(code, code) for code in spoken]
    if len(official) > 1:
        several = ", ".join(official)
        notes.append(f"{place.territory_name} has several official languages: {several}.")
    interests = [str(interest) for interest in audience.get("interests") or ()]
    if interests:
        notes.append(f"The audience cares about {', '.join(interests)}.")
    return notes


def _visual_notes(place: _Place, audience: Json) -> list[str]:
    notes = [f"Streets, homes and light should be plausible in {place.territory_name}."]
    ages = audience.get("age_range") or {}
    if ages.get("from") is not None and ages.get("to") is not None:
        notes.append(f"People in the picture are between {ages['from']} and {ages['to']}.")
    return notes


def _official(territory: str) -> tuple[str, ...]:
    codes = (code.partition("_")[0] for code in get_official_languages(territory))
    return tuple(dict.fromkeys(codes))  # Serbian is listed once for each of its scripts


def _turned(notes: list[str], nonce: int) -> list[str]:
    start = nonce % len(notes)
    return notes[start:] + notes[:start]


def _looked_up(table: str, *keys: str) -> Any:  # noqa: ANN401 - tables hold texts or tables
    """The first of `keys` that the table has, else its default."""
    entries = _table()[table]
    return next((entries[key] for key in keys if key in entries), entries.get("default"))


@cache
def _table() -> dict[str, dict[str, Any]]:
    text = files(__package__).joinpath("data/culture.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _locale_data(language: str, script: str, territory: str) -> Locale:
    """CLDR's data for the locale, or for the nearest that it has; English where there is none."""
    for subtags in (
        (language, script, territory),
        (language, territory),
        (language, script),
        (language,),
    ):
        try:
            return Locale.parse("_".join(subtags))
        except UnknownLocaleError:
            continue
    return ENGLISH
