import threading

import pytest
from PIL import ImageFont, features

from creative_assets.studio.errors import RenderError
from creative_assets.studio.fonts import (
    drawing_font,
    face_for,
    missing_characters,
    renderer_version,
    require_shaper,
    script_of,
)

FACES = [
    ("de-DE", "Kalt gebraut für lange Tage", "Noto Sans"),
    ("ru-RU", "Холодный кофе", "Noto Sans"),
    ("el-GR", "Κρύος καφές", "Noto Sans"),
    ("vi-VN", "Cà phê ủ lạnh cho buổi sáng", "Noto Sans"),
    ("ar-AE", "قهوة باردة", "Noto Sans Arabic"),
    ("ur-PK", "ٹھنڈی کافی", "Noto Sans Arabic"),
    ("he-IL", "קפה קר", "Noto Sans Hebrew"),
    ("hi-IN", "ठंडी कॉफ़ी", "Noto Sans Devanagari"),
    ("bn-BD", "ঠান্ডা কফি", "Noto Sans Bengali"),
    ("ta-IN", "குளிர்ந்த காபி", "Noto Sans Tamil"),
    ("te-IN", "చల్లని కాఫీ", "Noto Sans Telugu"),
    ("th-TH", "กาแฟสกัดเย็น", "Noto Sans Thai"),
    ("ja-JP", "冷やして楽しむ", "Noto Sans JP"),
    ("ko-KR", "콜드브루", "Noto Sans KR"),
    ("zh-CN", "冷萃咖啡", "Noto Sans SC"),
    ("zh-Hans", "冷萃咖啡", "Noto Sans SC"),
    ("zh-TW", "冷萃咖啡", "Noto Sans TC"),
    ("zh-HK", "冷萃咖啡", "Noto Sans TC"),
    ("zh-Hant", "冷萃咖啡", "Noto Sans TC"),
]


@pytest.mark.parametrize("locale, text, name", FACES)
def test_a_locale_is_set_in_the_face_of_its_script(locale: str, text: str, name: str) -> None:
    assert face_for(text, locale).name == name


@pytest.mark.parametrize("locale, text, name", FACES)
def test_a_latin_brand_name_stays_in_the_face_of_the_script(
    locale: str, text: str, name: str
) -> None:
    assert face_for(f"{text} Café Nordlys 250 g, 20 %", locale).name == name


def test_a_text_in_another_script_takes_the_face_that_has_it() -> None:
    assert face_for("Холодный кофе", "ar-AE").name == "Noto Sans"


def test_characters_that_no_face_has_are_named() -> None:
    with pytest.raises(RenderError, match=r"U\+1F600 \(😀\), U\+2603 \(☃\)"):
        face_for("Ice 😀☃ cold 😀", "en-US")


def test_joiners_and_hard_spaces_need_no_glyph() -> None:
    face = face_for("x", "fa-IR")
    assert missing_characters("می\u200cرود\u00a0\u202f", face) == ()


def test_a_letter_given_with_a_loose_mark_is_not_missing() -> None:
    assert missing_characters("Cafe\u0301", face_for("x", "en-US")) == ()


@pytest.mark.parametrize("text", ["قهوة", "Nordlys ठंडी", "กาแฟ", "קפה"])
def test_a_shaped_script_without_its_shaper_is_refused_and_says_what_to_install(text: str) -> None:
    with pytest.raises(RenderError, match="libfribidi0"):
        require_shaper(text, present=False)


def test_latin_and_han_are_set_without_a_shaper_too() -> None:
    require_shaper("coffee, 20 %", present=False)
    require_shaper("珈琲", present=False)


def test_the_same_font_file_has_the_same_sha256() -> None:
    one, other = face_for("a", "en-US"), face_for("д", "ru-RU")
    assert one.sha256 == other.sha256
    assert len(one.sha256) == 64
    assert one.sha256 != face_for("קפה", "he-IL").sha256


def test_the_renderer_version_names_the_libraries_and_the_fonts() -> None:
    version = renderer_version()
    for library in ("pillow", "raqm", "harfbuzz", "freetype2"):
        assert f"{library} {features.version(library) or ''}".strip() in version
    assert "fonts " in version


def test_each_thread_draws_with_a_font_object_of_its_own() -> None:
    face = face_for("a", "en-US")
    others: list[ImageFont.FreeTypeFont] = []
    thread = threading.Thread(target=lambda: others.append(drawing_font(face, 700, 40)))
    thread.start()
    thread.join()
    assert drawing_font(face, 700, 40) is drawing_font(face, 700, 40)
    assert others[0] is not drawing_font(face, 700, 40)


def test_the_first_line_of_a_new_font_is_drawn_like_any_other() -> None:
    text = "Κρύος καφές"
    face = face_for(text, "el-GR")
    for size_px in range(61, 91, 6):  # sizes that no other test has loaded
        font = drawing_font(face, 700, size_px)
        first, second = (bytes(font.getmask(text, language="el-GR")) for _ in range(2))
        assert first == second


def test_a_heavier_weight_draws_wider_letters() -> None:
    face = face_for("a", "en-US")
    assert drawing_font(face, 800, 40).getlength("mm") > drawing_font(face, 300, 40).getlength("mm")


def test_an_unmarked_locale_has_its_likely_script() -> None:
    scripts = {locale: script_of(locale) for locale in ("sr", "sr-Latn", "pa-PK", "zh", "zh-MO")}
    assert scripts == {
        "sr": "Cyrl",
        "sr-Latn": "Latn",
        "pa-PK": "Arab",
        "zh": "Hans",
        "zh-MO": "Hant",
    }
