import pytest
from hypothesis import given
from hypothesis import strategies as st

from creative_assets.studio import locales


@pytest.mark.parametrize(
    "written,usual",
    [
        ("de-de", "de-DE"),
        ("DE", "de"),
        ("no", "no"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("de-JP", "de-JP"),
        ("nb-NO", "nb-NO"),
    ],
)
def test_a_locale_gets_its_usual_capitals(written: str, usual: str) -> None:
    assert locales.normalise(written) == usual


@pytest.mark.parametrize(
    "written",
    [
        *("", "*", "de_DE", "en-UK", "jp", "qq-QQ", "en-XX", "und", "root", "kr-KR", "x-foo"),
        *("en-US-u-ca-gregory", "de-DE-1996", "de-DE\n", "../de", "iw-IL", "en-Latn-US", "sv-SÉ"),
        "a" * 100,
    ],
)
def test_what_is_no_locale_we_can_serve_is_refused(written: str) -> None:
    assert locales.normalise(written) is None


@pytest.mark.parametrize(
    "written,meant",
    [
        ("de_DE", "de-DE"),
        ("en-UK", "en-GB"),
        ("jp", "ja-JP"),
        ("jp-JP", "ja-JP"),
        ("cn", "zh-CN"),
        ("kr-KR", "ko-KR"),
        ("dk", "da-DK"),
        ("iw-IL", "he-IL"),
        ("deu-DE", "de-DE"),
        ("German", "de-DE"),
        (" fr-FR ", "fr-FR"),
        ("qq-QQ", None),
        ("nonsense", None),
        ("", None),
    ],
)
def test_the_locale_that_was_meant_is_suggested(written: str, meant: str | None) -> None:
    assert locales.suggestion(written) == meant


@given(st.text())
def test_any_text_is_a_locale_with_a_name_or_none(text: str) -> None:
    for locale in filter(None, [locales.normalise(text), locales.suggestion(text)]):
        assert locales.normalise(locale) == locale
        assert locales.display_name(locale)
        assert locales.english_name(locale)


def test_fallbacks_go_from_the_locale_to_its_language() -> None:
    assert locales.fallbacks("zh-Hant-TW") == ("zh-Hant-TW", "zh-Hant", "zh")
    assert locales.language_of("zh-Hant-TW") == "zh"


def test_only_a_region_makes_a_locale_of_one_country() -> None:
    assert locales.has_region("de-DE")
    assert locales.has_region("es-419")
    assert not locales.has_region("zh-Hant")


def test_names_are_for_people() -> None:
    assert locales.display_name("de-DE") == "Deutsch (Deutschland)"
    assert locales.english_name("de-DE") == "German (Germany)"
    assert locales.english_name("de-JP") == "German (Japan)"
