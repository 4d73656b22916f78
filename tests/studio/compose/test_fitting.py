"""Whatever the words, what fits keeps inside its room, in order, whole, and in readable sizes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creative_assets.studio.compose.fitting import Misfit, Stack, fit_stack
from creative_assets.studio.compose.rooms import Room, rooms
from creative_assets.studio.compose.texts import (
    LOOKS,
    OverlayText,
    Role,
    TextStyle,
    sizes_px,
    words_of,
)
from creative_assets.studio.formats import Format, format_named
from creative_assets.studio.layouts import layout_named
from creative_assets.studio.typography import direction_of
from creative_assets.studio.values import LayoutName, Size
from tests.gallery import finals as gallery
from tests.plans import plan_for

WORDS = {
    "en-US": "slow mornings cold-brewed 12 oz for $4.99 Nordlys Cold Brew a summer",
    "ar-AE": "صباحات هادئة بقهوة باردة 250 مل ٢٠٪ Nordlys Cold Brew",
    "hi-IN": "गर्मियों की सुबह 18 घंटे ₹199 Nordlys Cold Brew कॉफ़ी",
    "th-TH": "กาแฟสกัดเย็น เพื่อเช้าที่ช้าลง 250 มล. Nordlys",
    "ja-JP": "夏の朝に、 ゆっくり淹れた 18時間 20%オフ。 Nordlys",
    "de-DE": "Kaffeegenuss für Sommertage 250 g um 3,50 € Nordlys Cold Brew",
}
FORMATS = [
    *(format_named(name) for name in ("1x1", "4x5", "9x16", "16x9")),
    *(
        format_named("1x1").model_copy(update={"name": f"{width}x{height}", "size": size})
        for width, height in ((300, 250), (728, 90), (160, 600))
        for size in [Size(width_px=width, height_px=height)]
    ),
]


def room_of(fmt: Format, layout: LayoutName, locale: str) -> Room:
    return rooms(plan_for(fmt, locale, layout=layout), layout_named(layout), fmt)[0]


def style_of(locale: str) -> TextStyle:
    return TextStyle(
        locale=locale,
        direction=direction_of(locale),
        primary_color="#0b3d2e",
        keep_together=("Nordlys Cold Brew",),
    )


@st.composite
def texts(draw: st.DrawFn) -> tuple[str, dict[Role, str]]:
    locale = draw(st.sampled_from(list(WORDS)))
    word = st.sampled_from(WORDS[locale].split())

    def said(most: int) -> str:
        return " ".join(draw(st.lists(word, min_size=1, max_size=most)))

    text = OverlayText(
        headline=said(9),
        subline=draw(st.sampled_from(["", said(16)])),
        call_to_action=said(2),
        legal_line=draw(st.sampled_from([None, said(24)])),
    )
    return locale, dict(words_of(text))


@given(
    text=texts(),
    fmt=st.sampled_from(FORMATS),
    layout=st.sampled_from(["overlay", "panel", "card"]),
)
@settings(max_examples=120, deadline=None)
def test_what_fits_keeps_inside_its_room_with_every_word_in_readable_sizes(
    text: tuple[str, dict[Role, str]], fmt: Format, layout: LayoutName
) -> None:
    locale, words = text
    room = room_of(fmt, layout, locale)
    found = fit_stack(words, room, fmt, style_of(locale))
    if isinstance(found, Misfit):
        assert locale in found.message
        assert fmt.name in found.message
        return
    blocks = found.blocks if found.beside is None else (*found.blocks, found.beside)
    beside_px = 0 if found.beside is None else found.beside.width_px
    assert found.height_px <= room.box.height_px
    assert {block.role for block in blocks} == set(words)
    for block in blocks:
        smallest_px, largest_px = sizes_px(block.role, fmt)
        assert smallest_px <= block.setting.size_px <= largest_px
        spare_px = 0 if block is found.beside else beside_px
        assert block.width_px <= room.box.width_px - spare_px
        # Every letter, in order; only spaces go, where a line ends.
        assert "".join("".join(block.setting.lines).split()) == "".join(words[block.role].split())


@pytest.mark.parametrize("layout", ["overlay", "panel", "card"])
@pytest.mark.parametrize("locale", gallery.words())
def test_every_text_of_the_gallery_fits_every_format(locale: str, layout: LayoutName) -> None:
    style = style_of(locale).model_copy(update={"keep_together": (gallery.BRAND, gallery.PRODUCT)})
    for name in gallery.FORMATS:
        fmt = format_named(name)
        words = words_of(gallery.words()[locale])
        found = fit_stack(words, room_of(fmt, layout, locale), fmt, style)
        assert isinstance(found, Stack), found
        sizes_px = {block.role: block.setting.size_px for block in found.blocks}
        assert sizes_px["legal_line"] >= (24 if name == "9x16" else 20)
        assert sizes_px["headline"] > 1.4 * sizes_px["subline"]


@pytest.mark.parametrize("layout", ["overlay", "panel", "card"])
@pytest.mark.parametrize("locale", gallery.words())
def test_a_buttons_words_are_no_larger_than_the_subline(locale: str, layout: LayoutName) -> None:
    for name in gallery.FORMATS:
        fmt = format_named(name)
        words = words_of(gallery.words()[locale])
        found = fit_stack(words, room_of(fmt, layout, locale), fmt, style_of(locale))
        assert isinstance(found, Stack)
        sizes_px = {block.role: block.setting.size_px for block in found.blocks}
        assert sizes_px["call_to_action"] <= sizes_px["subline"]


@pytest.mark.parametrize(
    "locale,name,least_px",
    [("de-DE", "16x9", 70), ("ru-RU", "16x9", 70), ("el-GR", "16x9", 78), ("ta-IN", "16x9", 68)],
)
def test_long_words_leave_a_headline_large_and_its_subline_with_it(
    locale: str, name: str, least_px: int
) -> None:
    fmt = format_named(name)
    words = words_of(gallery.words()[locale])

    found = fit_stack(words, room_of(fmt, "overlay", locale), fmt, style_of(locale))

    assert isinstance(found, Stack)
    sizes_px = {block.role: block.setting.size_px for block in found.blocks}
    assert sizes_px["headline"] >= least_px
    assert sizes_px["subline"] >= 0.5 * sizes_px["headline"]


@pytest.mark.parametrize("locale", ["hi-IN", "bn-BD", "zh-Hans-CN", "zh-Hant-TW"])
def test_a_tall_formats_subline_takes_a_second_line_rather_than_be_small(locale: str) -> None:
    fmt = format_named("9x16")
    words = words_of(gallery.words()[locale])

    found = fit_stack(words, room_of(fmt, "overlay", locale), fmt, style_of(locale))

    assert isinstance(found, Stack)
    [subline] = [block.setting for block in found.blocks if block.role == "subline"]
    assert len(subline.lines) == 2
    assert subline.size_px >= 41


def test_a_headline_twice_as_long_is_never_larger() -> None:
    fmt, style = format_named("4x5"), style_of("en-US")
    room = room_of(fmt, "overlay", "en-US")
    sizes = []
    for count in range(1, 9):
        found = fit_stack({"headline": " ".join(["mornings"] * count)}, room, fmt, style)
        assert isinstance(found, Stack)
        sizes.append(found.blocks[0].setting.size_px)
    assert all(sizes[2 * index + 1] <= size for index, size in enumerate(sizes[:4]))


@pytest.mark.parametrize("role", LOOKS)
def test_a_wide_format_of_little_height_has_larger_text_than_its_height_alone_would_give(
    role: Role,
) -> None:
    link = format_named("1x1").model_copy(update={"size": Size(width_px=1200, height_px=628)})
    square = format_named("1x1").model_copy(update={"size": Size(width_px=628, height_px=628)})
    assert sizes_px(role, link)[0] > sizes_px(role, square)[0]
