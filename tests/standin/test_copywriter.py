import re
from typing import Any

import pytest

from creative_assets.standin import copywriter

COLD_BREW = {"id": "cold-brew", "name": "Nordlys Cold Brew", "description": "Coffee, slowly made."}
FIELDS = ("headline", "subline", "call_to_action")
LIMITS = {"headline": 40, "subline": 90, "call_to_action": 18}
NATIVE = {
    *("en-US", "en-GB", "de-DE", "fr-FR", "es-ES", "es-MX", "it-IT", "nl-NL", "sv-SE", "pt-BR"),
    *("pl-PL", "ru-RU", "el-GR", "tr-TR", "vi-VN", "ja-JP", "ko-KR", "zh-Hans-CN", "zh-Hant-TW"),
    *("ar-AE", "he-IL", "hi-IN", "th-TH"),
}
PRODUCTS = [
    COLD_BREW,
    {"id": "serum", "name": "Night Serum", "description": "For dry skin."},
    {"id": "runner", "name": "Fjell Runner", "description": "A shoe."},
    {"id": "buds", "name": "Quiet Buds", "description": "Wireless earbuds."},
    {"id": "bar", "name": "Oat Bar", "description": "A snack."},
    {"id": "thing", "name": "Thing", "description": ""},
]


def draft(locale: str, **facts: object) -> dict[str, Any]:
    return copywriter.draft_copy({"locale": locale, "product": COLD_BREW, **facts}, 0)


def texts(copy: dict[str, Any]) -> tuple[object, ...]:
    return tuple(copy[field] for field in FIELDS)


def test_every_promised_locale_has_lines_of_its_own() -> None:
    assert set(copywriter.locales()) == NATIVE


@pytest.mark.parametrize("locale", sorted(NATIVE))
def test_every_set_of_a_locale_is_short_and_names_the_product(locale: str) -> None:
    for product in PRODUCTS:
        for take in range(1, 8):
            copy = draft(locale, product=product, take=take)
            for field in FIELDS:
                assert 0 < len(str(copy[field])) <= LIMITS[field]
            assert product["name"] in str(copy["subline"])
            assert product["name"] in str(copy["alt_text"])
            assert "{product}" not in str(copy)


@pytest.mark.parametrize("locale", sorted(NATIVE - {"en-US", "en-GB"}))
def test_copy_comes_with_its_meaning_in_english(locale: str) -> None:
    copy = draft(locale)
    meaning = copy["back_translation"]
    assert isinstance(meaning, dict)
    plain = {
        field: meaning[field].replace("\N{RIGHT SINGLE QUOTATION MARK}", "'") for field in FIELDS
    }
    assert all(plain[field].isascii() and meaning[field] != copy[field] for field in FIELDS)


def test_another_take_has_another_headline() -> None:
    headlines = [draft("de-DE", take=take)["headline"] for take in (1, 2, 3)]
    assert len(set(headlines)) == 3


def test_a_reviewers_note_brings_other_lines_than_the_first_take() -> None:
    notes = ["shorter please", "too cute", "more warmth", "use another idea", "no"]
    first = draft("ja-JP")["headline"]
    assert all(draft("ja-JP", take=2, feedback=note)["headline"] != first for note in notes)


def test_however_it_varies_it_never_says_again_what_somebody_wanted_otherwise() -> None:
    def varied(nonce: int, **facts: object) -> tuple[object, ...]:
        asked = {"locale": "en-US", "product": COLD_BREW, **facts}
        return texts(copywriter.draft_copy(asked, nonce))

    first = {varied(nonce) for nonce in range(1, 20)}
    again = {varied(nonce, take=2) for nonce in range(1, 20)}
    changed = {varied(nonce, feedback="Shorter, please.") for nonce in range(1, 20)}

    assert len(first) > 1
    assert first.isdisjoint(again | changed)


def test_products_of_a_campaign_differ() -> None:
    flavours = [{**COLD_BREW, "id": f"brew-{number}"} for number in range(12)]
    headlines = {draft("fr-FR", product=product)["headline"] for product in flavours}
    assert len(headlines) > 2


def test_the_same_request_gets_the_same_copy() -> None:
    assert draft("ko-KR") == draft("ko-KR")


@pytest.mark.parametrize("locale", sorted(NATIVE))
def test_a_banned_word_is_avoided_whatever_its_case(locale: str) -> None:
    headline = str(draft(locale)["headline"])
    action = str(draft(locale)["call_to_action"])
    copy = draft(locale, banned_words=[headline.upper(), action.upper()])
    assert copy["headline"] != headline
    assert copy["call_to_action"] != action


def test_a_banned_word_is_found_in_full_width_letters() -> None:
    banned = ["\uff37\uff21\uff29\uff34"]  # WAIT, as wide as a Chinese character
    copies = [draft("en-US", banned_words=banned, take=take) for take in range(9)]
    assert not any("wait" in str(texts(copy)).lower() for copy in copies)


def test_a_banned_word_in_the_products_name_still_gets_copy() -> None:
    assert draft("de-DE", banned_words=["Nordlys"])["headline"]


def test_approved_fields_are_repeated_letter_for_letter() -> None:
    copy = draft("de-DE", approved={"headline": "Kalt. Klar.  Nordlys!"})
    assert copy["headline"] == "Kalt. Klar.  Nordlys!"
    assert copy["subline"] == draft("de-DE")["subline"]
    assert str(copy["back_translation"]["headline"]).startswith("[stand-in: not translated]")


@pytest.mark.parametrize(
    "asked,answered",
    [("de-AT", "de-DE"), ("fr-CA", "fr-FR"), ("es-AR", "es-MX"), ("en-AU", "en-GB"),
     ("zh-TW", "zh-Hant-TW"), ("zh-CN", "zh-Hans-CN"), ("zh-HK", "zh-Hant-TW"), ("ar-EG", "ar-AE"),
     ("pt-PT", "pt-BR"), ("ja", "ja-JP")],
)  # fmt: skip
def test_a_locale_without_lines_borrows_those_of_its_language(asked: str, answered: str) -> None:
    assert draft(asked) == draft(answered)


@pytest.mark.parametrize("locale", ["nb-NO", "uk-UA", "ta-IN", "cy-GB", "tlh"])
def test_a_language_without_lines_gets_the_reference_as_it_is(locale: str) -> None:
    reference = {
        "locale": "en-US",
        "headline": "Cold. Clear.",
        "subline": "S",
        "call_to_action": "C",
    }
    copy = draft(locale, reference=reference)
    assert texts(copy) == ("Cold. Clear.", "S", "C")
    assert copy["back_translation"] == dict(zip(FIELDS, texts(copy), strict=True))


def test_a_very_long_product_name_still_gets_copy() -> None:
    copy = draft("de-DE", product={"id": "x", "name": "Sehr langer Name " * 6})
    assert copy["headline"]


def lines_of(locale: str) -> list[tuple[str, str]]:
    """Every line of a locale with its meaning."""
    book = copywriter._book(locale)
    pairs = [pair for entries in book.sets.values() for pair in entries]
    lines = [*book.calls_to_action, *(line for pair in pairs for line in pair)]
    return [(line.text, line.english) for line in lines]


@pytest.mark.parametrize("locale", sorted(NATIVE))
def test_no_line_has_a_typewriters_apostrophe_or_quote(locale: str) -> None:
    assert not [text for line in lines_of(locale) for text in line if {"'", '"'} & set(text)]


@pytest.mark.parametrize("locale", sorted(NATIVE))
def test_no_line_names_a_place_or_an_hour_that_the_picture_may_contradict(locale: str) -> None:
    places = "window door chair seat table shelf room bath kitchen office desk street beach outside"
    hours = "morning noon evening night tonight sunrise sunset meeting"
    named = re.compile(rf"\b({'|'.join((places + ' ' + hours).split())})s?\b", re.IGNORECASE)
    assert not [meaning for _, meaning in lines_of(locale) if named.search(meaning)]


def test_french_keeps_a_narrow_space_before_its_double_marks() -> None:
    lines = [text for text, _ in lines_of("fr-FR")] + [str(draft("fr-FR")["alt_text"])]
    marks = [text[at - 1] for text in lines for at, sign in enumerate(text) if sign in ";:!?"]
    assert marks
    assert set(marks) == {"\N{NARROW NO-BREAK SPACE}"}


@pytest.mark.parametrize("locale", ["ja-JP", "zh-Hans-CN", "zh-Hant-TW"])
def test_chinese_and_japanese_use_full_width_punctuation(locale: str) -> None:
    assert not [text for text, _ in lines_of(locale) if set(text) & set(",.!?:;()")]


@pytest.mark.parametrize("locale", ["zh-Hans-CN", "zh-Hant-TW"])
def test_a_chinese_line_leaves_room_for_a_latin_name_and_none_for_a_chinese_one(
    locale: str,
) -> None:
    beside = re.compile(r"[\u4e00-\u9fff](\s*)(Nordlys|北極光)|(?:Brew|北極光)(\s*)[\u4e00-\u9fff]")
    for name, gap in (("Nordlys Cold Brew", " "), ("北極光", "")):
        copies = [draft(locale, product={"id": "x", "name": name}, take=take) for take in range(9)]
        found = [match for copy in copies for match in beside.finditer(str(copy["subline"]))]
        assert found
        assert {match[1] or match[3] or "" for match in found} == {gap}
