"""The language and script of copy: told for the stand-in's lines in every locale that it has."""

import pytest

from creative_assets.standin.copywriter import draft_copy, locales
from creative_assets.studio.checks.languages import foreign_language, script_share

PRODUCT = {"id": "p", "name": "Cold Brew", "description": "coffee"}


def lines(locale: str, take: int = 1) -> str:
    draft = draft_copy({"locale": locale, "product": PRODUCT, "take": take}, 0)
    return ". ".join(str(draft[field]) for field in ("headline", "subline", "call_to_action"))


@pytest.mark.parametrize("locale", locales())
def test_native_copy_is_in_its_own_script_and_language(locale: str) -> None:
    for take in range(1, 12):
        text = lines(locale, take)

        assert script_share(text, locale, ["Cold Brew"]) > 0.9
        assert foreign_language(text, locale, ["Cold Brew"]) is None


@pytest.mark.parametrize(
    "written,wanted,found",
    [
        ("de-DE", "en-US", "de"),
        ("en-US", "de-DE", "en"),
        ("fr-FR", "it-IT", "fr"),
        ("tr-TR", "vi-VN", "tr"),
        ("sv-SE", "nl-NL", "sv"),
        ("ja-JP", "zh-Hans-CN", "ja"),
        ("zh-Hans-CN", "ja-JP", "zh"),
        ("zh-Hans-CN", "zh-Hant-TW", "zh-Hans"),
        ("zh-Hant-TW", "zh-Hans-CN", "zh-Hant"),
    ],
)
def test_copy_in_another_language_is_told(written: str, wanted: str, found: str) -> None:
    assert foreign_language(lines(written), wanted, ["Cold Brew"]) == found


@pytest.mark.parametrize("locale", ["ja-JP", "ko-KR", "ar-AE", "ru-RU", "th-TH", "hi-IN", "el-GR"])
def test_latin_copy_is_not_in_the_script_of(locale: str) -> None:
    assert script_share(lines("en-US"), locale, ["Cold Brew"]) == 0


def test_names_stand_in_their_own_script_in_any_language() -> None:
    assert script_share("Cold Brew を飲む", "ja-JP", ["Cold Brew"]) == 1


def test_text_without_letters_is_in_no_wrong_script() -> None:
    assert script_share("18 + 20", "ja-JP") == 1
