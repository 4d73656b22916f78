from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import features

from creative_assets.studio.drawn_text import as_drawn
from creative_assets.studio.fonts import face_for
from creative_assets.studio.lettering import draw_line
from creative_assets.studio.typography import (
    Limits,
    Overflow,
    Setting,
    TypeSpec,
    direction_of,
    fit_text,
    measure,
    set_lines,
)


def spec(text: str, locale: str, *, small: bool = False) -> TypeSpec:
    return TypeSpec(face_for(text, locale), 700, locale, direction_of(locale), small=small)


def fitted(text: str, locale: str, width_px: int, max_lines: int = 3) -> Setting:
    limits = Limits(width_px=width_px, min_size_px=20, max_size_px=110, max_lines=max_lines)
    setting = fit_text(text, spec(text, locale), limits)
    assert isinstance(setting, Setting)
    return setting


def test_scripts_decide_about_direction() -> None:
    for locale in ("ar-AE", "he-IL", "ur-PK", "fa-IR", "ug-CN", "az-Arab"):
        assert direction_of(locale) == "rtl"
    for locale in ("en-US", "ja-JP", "hi-IN", "az-AZ"):
        assert direction_of(locale) == "ltr"


@pytest.mark.parametrize(
    "locale, text",
    [
        ("en-US", "Slow mornings, cold-brewed"),
        ("ar-AE", "صباحات هادئة"),
        ("hi-IN", "गर्मियों की सुबह"),
        ("ja-JP", "夏の朝に、ゆっくり"),
        ("ta-IN", "Nordlys குளிர் காபி இரவு முழுவதும் ஊறி, 250 மி.லி."),
        ("hi-IN", "Nordlys कोल्ड ब्रू रात भर धीरे-धीरे, 20% छूट"),
        ("bn-BD", "Nordlys কোল্ড ব্রু সারা রাত"),
        ("th-TH", "Nordlys สกัดเย็นข้ามคืน"),
        ("ur-PK", "Nordlys کولڈ برو، 18 گھنٹے"),
        ("he-IL", "קפה Nordlys, 18 שעות"),
        ("ko-KR", "Nordlys 콜드브루는 18시간"),
    ],
)
def test_measured_widths_are_those_that_are_drawn(locale: str, text: str) -> None:
    assert features.check("raqm")
    drawn_px = draw_line(text, spec(text, locale), 100).box.width_px
    assert measure(text, spec(text, locale)).width * 100 == pytest.approx(drawn_px, abs=4)


@pytest.mark.parametrize(
    "locale, line, drawn",
    [
        ("zh-CN", "慢萃18小时Cold", "慢萃18小时\u2006Cold"),
        ("zh-TW", "每罐250毫升。第3支", "每罐250毫升。第\u20063\u2006支"),
        ("ja-JP", "20%オフ。Nordlysは", "20%\u2006オフ。Nordlys\u2006は"),
        ("zh-TW", "只要NT$129。", "只要\u2006NT$129。"),
        ("zh-TW", "以 Nordlys 泉水", "以 Nordlys 泉水"),
        ("ko-KR", "18시간 Nordlys는", "18시간 Nordlys는"),
        ("en-US", "20% off", "20% off"),
        ("he-IL", "Nordlys Brew, 18 שעות", "\u2066Nordlys Brew\u2069, 18 שעות"),
        ("ur-PK", "Nordlys، 18 گھنٹے", "\u2066Nordlys\u2069، 18 گھنٹے"),
        ("ar-AE", "هاتف Galaxy 24 الجديد", "هاتف \u2066Galaxy 24\u2069 الجديد"),
        ("he-IL", "Rosehip Serum No. 3.", "\u2066Rosehip Serum No. 3\u2069."),
        ("ar-AE", "مل. Nordlys Coffee Co.", "مل. \u2066Nordlys Coffee Co.\u2069"),
        ("he-IL", "פחית 250 ml.", "פחית \u2066250 ml\u2069."),
        ("he-IL", "\u05d1\u05be20% הנחה", "\u05d1\u05be20% הנחה"),
        ("ur-PK", "20\u066a رعایت", "20\u200f\u066a رعایت"),
        ("ja-JP", "一杯250円、18 時間", "一杯250円、18 時間"),
        ("ar-AE", "القهوة: 18 ساعة", "القهوة: 18 ساعة"),
    ],
)
def test_han_and_latin_stand_apart_and_right_to_left_numbers_with_what_follows(
    locale: str, line: str, drawn: str
) -> None:
    assert as_drawn(line, locale) == drawn


def test_a_thin_space_is_a_sixth_of_an_em_measured_and_drawn() -> None:
    plain, spaced = spec("水20", "ko-KR"), spec("水20", "zh-TW")
    wider = measure("水20", spaced).width - measure("水20", replace(plain, face=spaced.face)).width
    assert wider == pytest.approx(1 / 6, abs=0.002)
    drawn = [draw_line("水20", each, 100).box.width_px for each in (spaced, plain)]
    assert drawn[0] - drawn[1] == pytest.approx(100 / 6, abs=2)


KEPT = ("Nordlys Cold Brew", "250 ml", "20 %", "€4,99", "18 hours")


@given(
    words=st.permutations((*KEPT, "is", "a", "beautifully", "slow", "morning", "drink", "with")),
    width_px=st.integers(280, 1500),
    max_lines=st.integers(2, 6),
)
@settings(max_examples=60, deadline=None)
def test_no_line_break_falls_inside_a_name_or_a_number_with_its_unit(
    words: list[str], width_px: int, max_lines: int
) -> None:
    text = " ".join(words)
    limits = Limits(width_px=width_px, min_size_px=20, max_size_px=96, max_lines=max_lines)
    setting = fit_text(text, spec("a", "en-US"), limits, KEPT[:1])
    if isinstance(setting, Setting):
        for kept in KEPT:
            assert any(kept in line for line in setting.lines)
        assert " ".join(setting.lines) == text


@given(
    pieces=st.lists(
        st.sampled_from([*"把北欧的清晨装进一杯冷萃咖啡\uff0c。", "20%", "18小时"]),
        min_size=2,
        max_size=30,
    ),
    width_px=st.integers(250, 1200),
    locale=st.sampled_from(["zh-CN", "zh-TW", "ja-JP"]),
)
@settings(max_examples=60, deadline=None)
def test_no_line_of_han_begins_with_closing_marks_or_leaves_digits_from_their_sign(
    pieces: list[str], width_px: int, locale: str
) -> None:
    text = "".join(pieces)
    limits = Limits(width_px=width_px, min_size_px=20, max_size_px=96, max_lines=4)
    setting = fit_text(text, spec(text, locale), limits)
    if isinstance(setting, Setting):
        assert "".join(setting.lines) == text
        for above, below in pairwise(setting.lines):
            assert below[0] not in "\uff0c。%"
            assert not above[-1].isdigit()


def test_an_article_or_preposition_ends_no_line_where_another_break_is_as_even() -> None:
    text = "The calm of a Nordic summer in the heart of the city"
    lines = fitted(text, "en-US", 900, max_lines=2).lines
    assert lines[0].split()[-1] not in {"of", "a", "in", "the"}


def test_a_text_takes_the_largest_size_that_its_width_allows() -> None:
    setting = fitted("Slow mornings", "en-US", 500, max_lines=1)
    wider = set_lines(setting.lines, spec("x", "en-US"), setting.size_px + 1)
    assert setting.width_px <= 500 < wider.width_px


def test_a_preposition_begins_a_line_even_where_lines_are_less_even_then() -> None:
    setting = fitted("Kalt gebraut für lange Sommertage", "de-DE", 900, max_lines=2)
    assert setting.lines == ("Kalt gebraut", "für lange Sommertage")


@pytest.mark.parametrize("width_px", [500, 700, 845, 950])
@pytest.mark.parametrize(
    "locale, text, lines",
    [
        ("ja-JP", "ひと息つく、という贅沢。", ("ひと息つく、", "という贅沢。")),
        ("zh-TW", "步驟少一點，自在多一點", ("步驟少一點，", "自在多一點")),  # noqa: RUF001 - its own comma
        ("en-US", "Mornings, roasted slowly.", ("Mornings,", "roasted slowly.")),
        ("he-IL", "פחות שלבים, יותר שקט", ("פחות שלבים,", "יותר שקט")),
        ("th-TH", "เช้าวันใหม่ที่ไม่ต้องรีบ ด้วยกาแฟเย็น", ("เช้าวันใหม่ที่ไม่ต้องรีบ", "ด้วยกาแฟเย็น")),
    ],
)
def test_a_line_ends_where_the_voice_pauses(
    locale: str, text: str, lines: tuple[str, ...], width_px: int
) -> None:
    assert fitted(text, locale, width_px, max_lines=2).lines == lines


def test_no_short_word_is_left_alone_on_the_last_line() -> None:
    text = "Cold brew steeped for eighteen hours in spring water so"
    for width_px in range(300, 1500, 25):
        setting = fitted(text, "en-US", width_px)
        assert setting.lines[-1] != "so"


@pytest.mark.parametrize(
    "text,locale",
    [("Turn the city down.", "en-GB"), ("لليوم أن ينتظر قليلاً", "ar-AE")],
)
def test_no_word_of_a_headline_of_four_is_left_alone_on_a_line(text: str, locale: str) -> None:
    for width_px in range(450, 1500, 50):
        words = [len(line.split()) for line in fitted(text, locale, width_px).lines]
        assert words in ([4], [2, 2]), width_px


def test_no_single_character_is_left_alone_on_the_last_line() -> None:
    for width_px in range(300, 1500, 50):
        assert len(fitted("把北欧的清晨装进一杯冷萃", "zh-CN", width_px).lines[-1]) > 2


def test_a_hyphenated_word_stays_whole_where_there_is_room() -> None:
    lines = fitted("Slow mornings, cold-brewed", "en-US", 900, max_lines=2).lines
    assert lines == ("Slow mornings,", "cold-brewed")


def test_a_soft_hyphen_shows_only_where_a_line_breaks_at_it() -> None:
    text = "Kapitäns\u00admütze"
    assert fitted(text, "de-DE", 5000, max_lines=1).lines == ("Kapitänsmütze",)
    assert fitted(text, "de-DE", 120, max_lines=2).lines == ("Kapitäns-", "mütze")


def test_a_polish_single_letter_word_ends_no_line() -> None:
    lines = fitted("Zimna kawa na długie i leniwe poranki", "pl-PL", 800).lines
    assert not any(line.endswith(" i") for line in lines)


def test_lines_with_stacked_marks_move_apart() -> None:
    plain = set_lines(("กา", "กา"), spec("กา", "th-TH"), 100)
    marked = set_lines(("ปู่ญู้", "ที่นี่"), spec("ที่", "th-TH"), 100)
    gap = marked.baselines_px[1] - marked.baselines_px[0]
    extents = [measure(line, spec(line, "th-TH")) for line in marked.lines]
    assert gap > 100 * (extents[0].descent + extents[1].ascent)
    assert gap >= plain.baselines_px[1] - plain.baselines_px[0]


def test_a_word_that_is_too_wide_is_named() -> None:
    text = "Die Donaudampfschifffahrtsgesellschaft"
    limits = Limits(width_px=300, min_size_px=40, max_size_px=90, max_lines=3)
    overflow = fit_text(text, spec(text, "de-DE"), limits)
    assert isinstance(overflow, Overflow)
    assert overflow.word == "Donaudampfschifffahrtsgesellschaft"
    assert 0.5 < overflow.excess < 0.9


def test_a_text_that_is_too_long_says_by_how_much() -> None:
    text = "word " * 40
    limits = Limits(width_px=500, min_size_px=40, max_size_px=90, max_lines=2)
    overflow = fit_text(text.strip(), spec(text, "en-US"), limits)
    assert isinstance(overflow, Overflow)
    assert overflow.lines > 2
    shorter = text[: int(len(text) * (1 - overflow.excess))].strip()
    assert isinstance(fit_text(shorter, spec(text, "en-US"), limits), Setting)


@given(
    words=st.lists(st.text(st.sampled_from("abcdefgh-"), min_size=1, max_size=9), min_size=1),
    width_px=st.integers(200, 1200),
    max_lines=st.integers(1, 5),
)
@settings(deadline=None)
def test_whatever_fits_stays_inside_its_limits(
    words: list[str], width_px: int, max_lines: int
) -> None:
    text = " ".join(words)
    limits = Limits(width_px=width_px, min_size_px=24, max_size_px=96, max_lines=max_lines)
    setting = fit_text(text, spec("a", "en-US"), limits)
    if isinstance(setting, Setting):
        assert setting.width_px <= width_px
        assert len(setting.lines) <= max_lines
        assert 24 <= setting.size_px <= 96
        assert "".join("".join(setting.lines).split()) == "".join(text.split())
