"""Words that lean on each other share a line, in each language as its readers expect it."""

from itertools import pairwise

import pytest

from creative_assets.studio.fonts import face_for
from creative_assets.studio.line_breaks import break_units
from creative_assets.studio.phrasing import leans_back, leans_forward
from creative_assets.studio.typography import Limits, Setting, TypeSpec, direction_of, fit_text
from tests.gallery.finals import BRAND, PRODUCT, words

WIDTHS_PX = (560, 650, 760, 850, 1000)


def lines_of(text: str, locale: str, width_px: int) -> tuple[str, ...]:
    spec = TypeSpec(face_for(text, locale), 700, locale, direction_of(locale))
    limits = Limits(width_px=width_px, min_size_px=30, max_size_px=112, max_lines=3)
    setting = fit_text(text, spec, limits, (BRAND, PRODUCT))
    assert isinstance(setting, Setting)
    return setting.lines


@pytest.mark.parametrize(
    "locale, text, kept",
    [
        ("ur-PK", "اسٹاک تک 250 ملی لیٹر کین", "250 ملی لیٹر"),
        ("ur-PK", "اٹھارہ گھنٹے کی کافی", "اٹھارہ گھنٹے"),
        ("de-DE", "Genuss nach achtzehn Stunden Ruhe", "achtzehn Stunden"),
        ("de-DE", "Achtzehn Stunden Ruhe", "Achtzehn Stunden"),
        ("de-DE", "nach 18 Stunden Ruhe", "18 Stunden"),
        ("ta-IN", "குளிர் 18 மணிநேரம் ஊறிய", "18 மணிநேரம்"),
        ("ru-RU", "после 18 часов настоя", "18 часов"),
        ("th-TH", "กาแฟ 18 ชั่วโมง", "18 ชั่วโมง"),
        ("th-TH", "กาแฟ 18 ชั่วโมงเต็มเพื่อคุณทุกคนในวันนี้", "18 ชั่วโมง"),
        ("hi-IN", "सिर्फ़ 18 घंटे की कॉफ़ी", "18 घंटे"),
        ("en-US", "after eighteen hours cold", "eighteen hours"),
        ("en-US", "one 12 fl oz can", "12 fl oz"),
        ("th-TH", "เช้าวันใหม่ที่ไม่ต้องรีบกับกาแฟสกัดเย็น", "ไม่ต้องรีบ"),
        ("th-TH", "เช้าวันใหม่ที่ไม่ต้องรีบกับกาแฟสกัดเย็น", "สกัดเย็น"),
        ("th-TH", "กาแฟหอมนุ่มยามเช้า", "หอมนุ่ม"),
    ],
)
def test_a_number_and_its_unit_and_a_compound_are_one_piece(
    locale: str, text: str, kept: str
) -> None:
    assert any(kept in unit for unit in break_units(text, locale))


@pytest.mark.parametrize("locale", words())
@pytest.mark.parametrize("width_px", WIDTHS_PX)
def test_no_line_of_the_gallery_ends_or_begins_with_a_word_that_leans_on_the_other_line(
    locale: str, width_px: int
) -> None:
    text = words()[locale]
    for said in (text.headline, text.subline, text.legal_line):
        assert said is not None
        for above, below in pairwise(lines_of(said, locale, width_px)):
            assert not leans_forward(above.split()[-1], locale)
            assert not leans_back(below.split()[0], locale)


@pytest.mark.parametrize(
    "locale, text, lines",
    [
        ("fr-FR", "La peau, tout simplement.", ("La peau,", "tout simplement.")),
        ("es-ES", "Bájale a la ciudad.", ("Bájale", "a la ciudad.")),
        ("vi-VN", "Sáng chậm lại, ủ lạnh 18 giờ", ("Sáng chậm lại,", "ủ lạnh 18 giờ")),
    ],
)
def test_a_headline_breaks_where_its_phrase_does(
    locale: str, text: str, lines: tuple[str, ...]
) -> None:
    assert lines_of(text, locale, 620) == lines


def test_a_headline_takes_no_more_lines_than_its_room_is_wide_for() -> None:
    assert len(lines_of("Gute Tage fangen klein an", "de-DE", 850)) == 2


@pytest.mark.parametrize("width_px", WIDTHS_PX)
def test_no_clause_leaves_its_last_word_on_the_next_line(width_px: int) -> None:
    text = words()["ja-JP"].subline
    assert text is not None
    assert not any(line.startswith("抽出") for line in lines_of(text, "ja-JP", width_px))


@pytest.mark.parametrize("width_px", WIDTHS_PX)
def test_a_thai_line_ends_at_the_authors_spaces(width_px: int) -> None:
    text = words()["th-TH"].headline
    assert set(lines_of(text, "th-TH", width_px)[:-1]) <= {
        "เช้าวันใหม่ที่ไม่ต้องรีบ",
        "ด้วยกาแฟสกัดเย็น",
        "ด้วยกาแฟสกัดเย็น 18 ชั่วโมง",
    }


def test_an_abbreviation_before_an_amount_ends_no_line() -> None:
    text = "Solange der Vorrat reicht. 250 ml zzgl. 0,25 € Pfand. Nordlys Coffee Co."
    for width_px in WIDTHS_PX:
        assert not any(line.endswith("zzgl.") for line in lines_of(text, "de-DE", width_px))
