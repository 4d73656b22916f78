from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creative_assets.studio.brand_fonts import MAX_FONT_BYTES, open_font
from creative_assets.studio.errors import RenderError
from creative_assets.studio.fonts import Face, covering_face, drawing_font
from creative_assets.studio.lettering import draw_line
from creative_assets.studio.typography import TypeSpec, measure

FOLDER = Path(str(files("justmytype_western_core"))) / "fonts" / "ofl"
SERIF = (FOLDER / "notoserif" / "NotoSerif[wdth,wght].ttf").read_bytes()
ITALIC = (FOLDER / "notoserif" / "NotoSerif-Italic[wdth,wght].ttf").read_bytes()
STATIC = (FOLDER / "stixtwomath" / "STIXTwoMath-Regular.ttf").read_bytes()
OPTICAL = (FOLDER / "inter" / "Inter[opsz,wght].ttf").read_bytes()


def weights(face: Face) -> tuple[int, int]:
    return (face.lightest, face.heaviest)


def test_a_font_says_its_family_and_its_weights() -> None:
    assert open_font(SERIF, "a.ttf").family == "Noto Serif"
    assert weights(open_font(SERIF, "a.ttf")) == (100, 900)
    assert weights(open_font(STATIC, "b.ttf")) == (400, 400)
    assert open_font(ITALIC, "c.ttf").family != open_font(SERIF, "a.ttf").family


def test_the_same_file_under_two_names_is_two_faces_with_one_content() -> None:
    one, other = open_font(STATIC, "one.ttf"), open_font(STATIC, "other.ttf")
    assert one.name != other.name
    assert one.sha256 == other.sha256


@pytest.mark.parametrize("content", [SERIF, STATIC, OPTICAL])
def test_static_and_variable_fonts_are_drawn_as_wide_as_measured(content: bytes) -> None:
    face = open_font(content, "brand.ttf")
    spec = TypeSpec(face, 700, "en-US", "ltr")
    drawn = draw_line("Slow mornings", spec, 100).box.width_px
    assert drawn == pytest.approx(100 * measure("Slow mornings", spec).width, abs=4)


def test_a_weight_beyond_a_fonts_own_is_its_nearest() -> None:
    face = open_font(OPTICAL, "inter.ttf")
    heaviest, beyond = (drawing_font(face, weight, 40).getlength("mm") for weight in (900, 950))
    assert heaviest == beyond


def test_the_brands_first_font_that_has_every_character_sets_a_text() -> None:
    brand = (open_font(STATIC, "first.ttf"), open_font(SERIF, "second.ttf"))
    assert covering_face("Slow mornings", "en-US", brand) == brand[0]
    assert covering_face("Ɓuna & kofi", "ha-NG", brand) == brand[1]
    assert covering_face("夏の朝", "ja-JP", brand).name == "Noto Sans JP"


def test_of_one_family_the_nearest_weight_sets_a_text() -> None:
    regular = Face("R", open_font(STATIC, "r.ttf").path, "Brand", 400, 400)
    bold = Face("B", open_font(STATIC, "b.ttf").path, "Brand", 700, 700)
    other = Face("O", open_font(SERIF, "o.ttf").path, "Other", 100, 900)
    assert covering_face("Slow", "en-US", (regular, bold, other), 700) == bold
    assert covering_face("Slow", "en-US", (regular, bold, other), 450) == regular
    assert covering_face("Slow", "en-US", (bold, regular, other), 400) == regular


def test_a_font_that_is_too_large_is_refused_before_it_is_opened() -> None:
    with pytest.raises(RenderError, match=r"huge\.ttf has .* bytes; expected at most"):
        open_font(STATIC[:4] + bytes(MAX_FONT_BYTES), "huge.ttf")


@pytest.mark.parametrize(
    "content, kind",
    [(b"wOF2" + bytes(60), "WOFF2"), (b"ttcf" + bytes(60), "font collection"), (b"", "else")],
)
def test_another_kind_of_file_is_refused_with_what_it_is(content: bytes, kind: str) -> None:
    with pytest.raises(RenderError, match=rf"brand\.ttf is no TrueType.*{kind}"):
        open_font(content, "brand.ttf")


@given(kept=st.integers(4, 3000))
def test_a_font_that_is_cut_off_is_refused_and_named(kept: int) -> None:
    with pytest.raises(RenderError, match=r"brand\.ttf"):
        open_font(STATIC[:kept], "brand.ttf")
