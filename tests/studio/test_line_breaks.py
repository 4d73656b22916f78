import pytest
from hypothesis import given
from hypothesis import strategies as st

from creative_assets.studio.line_breaks import break_units


@pytest.mark.parametrize(
    "locale, text, units",
    [
        ("ja-JP", "コーヒーを冷やして楽しむ。", ("コーヒーを", "冷やして", "楽しむ。")),
        ("ko-KR", "여름 아침을", ("여름 ", "아침을")),
        ("th-TH", "เช้า ลด 20%", ("เช้า ", "ลด ", "20%")),
        ("fr-FR", "« Café » frais !", ("« Café » ", "frais !")),
        ("en-US", "Now 20 % off", ("Now ", "20 % ", "off")),
        ("de-DE", "nur 250 g für 3,50 € heute", ("nur ", "250 g ", "für ", "3,50 € ", "heute")),
        ("en-US", "from AED 1,200 today", ("from ", "AED 1,200 ", "today")),
        ("en-US", "for €3.50 a cup", ("for ", "€3.50 ", "a ", "cup")),
        ("en-US", "steeped 18 hours cold", ("steeped ", "18 hours ", "cold")),
        (
            "en-US",
            "Since 2027. 12 oz for $4.99/mo.",
            ("Since ", "2027. ", "12 oz ", "for ", "$4.99/mo."),
        ),
        ("en-US", "at 4 °C or 2 × 250 ml", ("at ", "4 °C ", "or ", "2 × 250 ml")),
        ("de-DE", "am 30. Juni, 10–12 Uhr", ("am ", "30. Juni, ", "10–12 Uhr")),
        ("ru-RU", "за 349 ₽, 50 мл", ("за ", "349 ₽, ", "50 мл")),
        ("ar-AE", "خصم ٢٠٪ على ٢٥٠ مل", ("خصم ", "٢٠٪ ", "على ", "٢٥٠ مل")),
        ("hi-IN", "केवल ₹199 में", ("केवल ", "₹199 ", "में")),
        ("sv-SE", "nu kr 49 för", ("nu ", "kr 49 ", "för")),
        ("zh-CN", "含咖啡因的饮料", ("含咖啡因的", "饮料")),
        ("ja-JP", "いま20\uff05オフ", ("いま20\uff05オフ",)),
        ("ja-JP", "2027年6月30日まで。", ("2027年6月30日まで。",)),
        ("ko-KR", "커피,맛 한 잔", ("커피,맛 ", "한 ", "잔")),
    ],
)
def test_lines_break_between_words_and_phrases_only(
    locale: str, text: str, units: tuple[str, ...]
) -> None:
    assert break_units(text, locale) == units


def test_a_thai_loan_word_is_not_split() -> None:
    # ICU's dictionary alone breaks it after the first syllable.
    units = break_units("แช่ในน้ำแร่นอร์ดิกนาน 18 ชั่วโมง", "th-TH")
    assert any("นอร์ดิก" in unit for unit in units)
    assert len(units) > 3


def test_a_thai_mark_of_repetition_begins_no_line() -> None:
    units = break_units("ทำหน้าที่เงียบ ๆ อย่างที่ควรเป็น", "th-TH")
    assert any("เงียบ ๆ" in unit for unit in units)
    assert not any(unit.startswith("ๆ") for unit in units)


def test_a_number_keeps_the_counter_that_touches_it() -> None:
    units = break_units("北欧の水で18時間かけて抽出した味わい", "ja-JP")
    assert not any(unit.endswith(("1", "8")) for unit in units)


def test_a_brand_name_is_never_split() -> None:
    units = break_units("Try Nordlys Coffee today", "en-US", ("Nordlys Coffee",))
    assert units == ("Try ", "Nordlys Coffee ", "today")


def test_characters_beyond_the_basic_plane_do_not_shift_breaks() -> None:
    assert break_units("𠮷野家 の 味", "en-US")[-1] == "味"


@given(st.text(st.sampled_from("ab -19%€夏の朝コーヒกาแฟقهوة한잔𠮷é"), min_size=1, max_size=40))
def test_the_units_of_a_text_are_the_text(text: str) -> None:
    for locale in ("en-US", "ja-JP", "th-TH", "zh-CN", "ko-KR", "ar-AE"):
        assert "".join(break_units(text, locale)) == text


def test_a_comma_is_a_place_to_break_even_where_no_phrase_was_found_to_end() -> None:
    # budoux alone finds "息つく、と".
    assert break_units("ひと息つく、という贅沢。", "ja-JP")[0] == "ひと息つく、"
