import numpy as np
import pytest

from creative_assets.studio.compose.texts import LOOKS, TextStyle, spec_of, words_of
from creative_assets.studio.fonts import drawing_font, face_for
from creative_assets.studio.lettering import Ink, draw_line
from creative_assets.studio.typography import TypeSpec, direction_of, measure
from tests.gallery.finals import BRAND, PRODUCT, words


def spec(locale: str) -> TypeSpec:
    return TypeSpec(face_for("a", locale), 700, locale, direction_of(locale))


def test_ink_is_cropped_to_what_is_drawn() -> None:
    ink = draw_line("Slow mornings", spec("en-US"), 80)
    assert ink.mask.getbbox() == (0, 0, ink.box.width_px, ink.box.height_px)


@pytest.mark.parametrize(
    "locale, text",
    [
        ("ta-IN", "Nordlys குளிர் காபி இரவு முழுவதும் ஊறி"),
        ("hi-IN", "Nordlys कोल्ड ब्रू रात भर"),
        ("ar-AE", "قهوة Nordlys الباردة"),
        ("vi-VN", "Nordlys Ủ Ẫ ngày"),
    ],
)
def test_no_letter_is_cut_off(locale: str, text: str) -> None:
    face = face_for(text, locale)
    for size_px in (11, 28, 40, 90):
        ink = draw_line(text, TypeSpec(face, 450, locale, direction_of(locale)), size_px)
        wide = drawing_font(face, 450, size_px * 3).getlength(
            text, direction=direction_of(locale), language=locale
        )
        assert ink.box.width_px == pytest.approx(wide / 3, abs=0.2 * size_px + 2)


def test_the_bar_from_which_hindi_letters_hang_has_no_gap() -> None:
    line, face = "18 घंटे की ठंडी कॉफ़ी,", face_for("ठंडी", "hi-IN")
    for size_px in range(48, 100):
        ink = draw_line(line, TypeSpec(face, 750, "hi-IN", "ltr"), size_px)
        levels = np.asarray(ink.mask).astype(int)
        bar = levels[np.argsort(levels.sum(axis=1))[-3:]].max(axis=0)
        between_bars = (bar[:-2] > 240) & (bar[2:] > 240)
        assert bar[1:-1][between_bars].min() > 40, size_px


@pytest.mark.parametrize("locale", words())
def test_the_ink_of_each_gallery_text_is_as_wide_as_it_was_measured(locale: str) -> None:
    style = TextStyle(
        locale=locale,
        direction=direction_of(locale),
        primary_color="#000000",
        keep_together=(BRAND, PRODUCT),
    )
    for role, text in words_of(words()[locale]).items():
        face = face_for(text, locale, (), LOOKS[role].weight)
        role_spec = spec_of(role, face, style)
        for size_px in (24, 37, 60, 100):
            ink = draw_line(text, role_spec, size_px)
            measured_px = measure(text, role_spec).width * size_px
            # Hinted letters stand on whole pixels: a long line comes out a little longer.
            assert ink.box.width_px == pytest.approx(measured_px, abs=2, rel=0.003)


def test_capitals_stand_on_the_baseline() -> None:
    ink = draw_line("HEM", spec("en-US"), 100).moved_to(30, 200)
    assert ink.box.left_px == 30
    assert abs(ink.box.bottom_px - 200) <= 1


def test_arabic_letters_are_joined() -> None:
    # Joined, the word is one stroke: no empty column between its letters.
    ink = draw_line("قهيبة", spec("ar-AE"), 100)
    assert np.asarray(ink.mask).max(axis=0).min() > 0


def test_arabic_runs_from_right_to_left() -> None:
    alone = draw_line("م", spec("ar-AE"), 100)
    both = draw_line("م سسس", spec("ar-AE"), 100)
    first = both.mask.crop((both.mask.width - alone.mask.width, 0, *both.mask.size))
    assert first.getbbox() is not None
    assert np.asarray(first).sum() >= np.asarray(alone.mask).sum() * 0.95


@pytest.mark.parametrize("line", ["Nordlys, 18 שעות", "Nordlys: 18 שעות"])
def test_a_number_after_a_latin_name_stands_to_its_left_in_hebrew(line: str) -> None:
    name, whole = (draw_line(text, spec("he-IL"), 100) for text in ("Nordlys", line))
    top_px = name.box.top_px - whole.box.top_px
    left_px = whole.mask.width - name.mask.width
    end = whole.mask.crop((left_px, top_px, whole.mask.width, top_px + name.mask.height))
    differing = np.abs(np.asarray(end, dtype=int) - np.asarray(name.mask, dtype=int)) > 128
    assert differing.mean() < 0.05  # the comma reaches below the name


@pytest.mark.parametrize(
    "locale, line, name, side",
    [
        ("he-IL", "Rosehip Serum No. 3. שלום", "Rosehip Serum No. 3", "right"),
        ("he-IL", "שלום Rosehip Serum No. 3", "Rosehip Serum No. 3", "left"),
        ("ar-SA", "مل. Nordlys Coffee Co.", "Nordlys Coffee Co.", "left"),
        ("ur-PK", "\u06a9\u06cc\u0646\u06d4 Nordlys Coffee Co.", "Nordlys Coffee Co.", "left"),
        ("he-IL", "שלום 250 ml", "250 ml", "left"),
    ],
)
def test_a_latin_name_keeps_its_dot_and_its_number_in_right_to_left_text(
    locale: str, line: str, name: str, side: str
) -> None:
    alone = draw_line(name, TypeSpec(face_for("a", locale), 700, "en-US", "ltr"), 100)
    assert is_at(side, draw_line(line, spec(locale), 100), alone)


@pytest.mark.parametrize(
    "line, part, side",
    [("20٪ رعا", "20", "right"), ("رعا 20٪", "٪", "left"), ("رعا 20%", "%", "left")],
)
def test_an_arabic_percent_sign_stands_to_the_left_of_its_number(
    line: str, part: str, side: str
) -> None:
    whole, alone = (draw_line(text, spec("ur-PK"), 100) for text in (line, part))
    assert is_at(side, whole, alone)


def is_at(side: str, whole: Ink, part: Ink) -> bool:
    """Whether a line's ink begins or ends with the ink of `part`."""
    left_px = 0 if side == "left" else whole.mask.width - part.mask.width
    top_px = part.box.top_px - whole.box.top_px
    there = whole.mask.crop((left_px, top_px, left_px + part.mask.width, top_px + part.mask.height))
    differing = np.abs(np.asarray(there, dtype=int) - np.asarray(part.mask, dtype=int)) > 128
    return bool(differing.mean() < 0.05)


def test_the_same_line_is_the_same_ink() -> None:
    one, other = (draw_line("Kalt gebraut", spec("de-DE"), 64) for _ in range(2))
    assert one.mask.tobytes() == other.mask.tobytes()
    assert one.box == other.box
