from typing import Any

import langcodes
from hypothesis import given, settings
from hypothesis import strategies as st

from creative_assets.standin.culture import context_pack


def pack(locale: str, **facts: object) -> dict[str, Any]:
    return context_pack({"locale": locale, **facts}, 0)


def test_a_pack_says_that_it_comes_from_the_stand_in() -> None:
    assert str(pack("de-DE")["summary"]).startswith("Stand-in")


def test_german_dates_prices_and_quotes_are_those_of_germany() -> None:
    dos = " ".join(pack("de-DE")["dos"])
    assert "21. Juni 2027" in dos
    assert "12.345,6" in dos
    assert "4,90\N{NO-BREAK SPACE}€" in dos
    assert "„…“" in dos


def test_a_price_without_decimals_is_shown_where_the_currency_has_none() -> None:
    assert "1,490" in " ".join(pack("ja-JP")["dos"])


def test_arabic_is_said_to_run_right_to_left() -> None:
    assert "right to left" in str(pack("ar-AE")["summary"])


def test_the_week_is_the_territorys_and_not_the_languages() -> None:
    assert "The week begins on Monday in Germany." in pack("ja-DE")["cultural_notes"]
    assert "The week begins on Sunday in Japan." in pack("ja-JP")["cultural_notes"]


def test_only_few_territories_measure_in_customary_units() -> None:
    assert "US customary" in str(pack("es-US")["cultural_notes"])
    assert "metric units" in str(pack("es-MX")["cultural_notes"])


def test_german_is_formal_and_swedish_is_not() -> None:
    assert (pack("de-DE")["formality"], pack("sv-SE")["formality"]) == ("formal", "informal")


def test_legal_guidelines_are_repeated() -> None:
    assert (
        "No health claims." in pack("de-DE", legal_guidelines=["No health claims."])["legal_notes"]
    )


def test_the_audiences_age_and_interests_reach_the_notes() -> None:
    audience = {"age_range": {"from": 25, "to": 40}, "interests": ["cycling"]}
    found = pack("de-DE", audience=audience)
    assert "25 and 40" in str(found["visual_notes"])
    assert "cycling" in str(found["cultural_notes"])


LANGUAGES = [
    "de",
    "ja",
    "zh",
    "ar",
    "qu",
    "haw",
    "tlh",
    "mi",
    "yo",
    "ckb",
    "gsw",
    "und",
    "sr",
    "iw",
]
SCRIPTS = ["", "-Latn", "-Cyrl", "-Hant", "-Arab"]
TERRITORIES = ["", "-DE", "-TW", "-001", "-419", "-AQ", "-US", "-KP"]


@settings(deadline=None)
@given(st.sampled_from(LANGUAGES), st.sampled_from(SCRIPTS), st.sampled_from(TERRITORIES))
def test_any_valid_locale_has_a_pack_without_gaps(
    language: str, script: str, territory: str
) -> None:
    locale = language + script + territory
    assert langcodes.tag_is_valid(locale)
    found = pack(locale)
    assert all(found.values())
    assert "None" not in str(found)
