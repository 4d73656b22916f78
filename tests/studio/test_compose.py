from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageColor, ImageDraw

from creative_assets.studio.compose import (
    BlockReport,
    Composition,
    OverlayText,
    TextStyle,
    common_ranking,
    compose_text,
    draw,
    redrawn,
    set_text,
    text_boxes,
)
from creative_assets.studio.errors import RenderError
from creative_assets.studio.formats import Format, format_named, safe_box
from creative_assets.studio.layout import FormatPlan
from creative_assets.studio.layouts import frame_box, layout_named, text_zones
from creative_assets.studio.logo import plate_of, plate_radius_px
from creative_assets.studio.scrim import lay_scrim
from creative_assets.studio.typography import direction_of
from creative_assets.studio.values import Box, LayoutName, Size
from tests.gallery.finals import Cell, final
from tests.plans import plan_for

FORMATS = ("1x1", "4x5", "9x16", "16x9")
OVERLAY = layout_named("overlay")
LAYOUTS: tuple[LayoutName, ...] = ("overlay", "panel", "card")
COPY = {
    "en-US": ("Slow mornings, cold-brewed", "Beans steeped 18 hours, now 20 % off.", "Try it"),
    "ar-AE": ("صباحات هادئة بقهوة باردة", "حبوب منقوعة 18 ساعة من Nordlys.", "تذوّقها الآن"),
    "he-IL": ("בקרים ארוכים של קפה קר", "פולים שהושרו 18 שעות.", "לטעום עכשיו"),
    "hi-IN": ("गर्मियों की सुबह के लिए कॉफ़ी", "18 घंटे तक तैयार की गई।", "अभी आज़माएँ"),
    "th-TH": ("กาแฟสกัดเย็น เพื่อเช้าที่ช้าลง", "แช่ในน้ำแร่นอร์ดิกนาน 18 ชั่วโมง", "ลองเลยวันนี้"),
    "ja-JP": (
        "夏の朝に、ゆっくり淹れた一杯を。",
        "北欧の湧き水で18時間かけて抽出した。",
        "今すぐ試す",
    ),
    "zh-TW": ("把北歐的清晨裝進一杯冷萃", "以北歐泉水慢萃18小時。", "立即品嚐"),
    "ko-KR": ("여름 아침을 천천히 깨우는 콜드브루", "18시간 동안 우려낸 맛.", "지금 맛보기"),
    "ru-RU": ("Холодный кофе для долгих утр", "18 часов в родниковой воде.", "Попробовать"),
    "vi-VN": ("Cà phê ủ lạnh cho buổi sáng", "Ủ 18 giờ trong nước suối.", "Thử ngay"),
}


def style_for(locale: str, primary: str = "#0B3D2E", *palette: str) -> TextStyle:
    return TextStyle(
        locale=locale, direction=direction_of(locale), primary_color=primary, palette=palette
    )


def words(locale: str, **changes: str | None) -> OverlayText:
    headline, subline, call = COPY[locale]
    fields = {"headline": headline, "subline": subline, "call_to_action": call, "legal_line": "T&C"}
    return OverlayText.model_validate(fields | changes)


def flat(fmt: Format, color: str = "#8899aa") -> Image.Image:
    return Image.new("RGB", (fmt.size.width_px, fmt.size.height_px), color)


def striped(fmt: Format) -> Image.Image:
    """The worst of pictures: black and white bars of a letter's width."""
    frame = flat(fmt, "white")
    for left_px in range(0, frame.width, 64):
        ImageDraw.Draw(frame).rectangle((left_px, 0, left_px + 31, frame.height), fill="black")
    return frame


def composed(
    format_name: str,
    locale: str,
    frame: Image.Image | None = None,
    zone: int = 0,
    layout: LayoutName = "overlay",
) -> Composition:
    fmt = format_named(format_name)
    plan = plan_for(fmt, locale, zone, layout)
    return compose_text(
        frame or ground_of(fmt, layout), plan, fmt, words(locale), style_for(locale)
    )


def ground_of(fmt: Format, layout: LayoutName) -> Image.Image:
    """A frame as planned: with the panel's colour under the text, where there is a panel."""
    return flat(fmt, style_for("en-US").primary_color if layout == "panel" else "#8899aa")


def block(composition: Composition, role: str) -> BlockReport:
    return next(each for each in composition.report.blocks if each.role == role)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("locale", COPY)
def test_all_texts_stand_apart_inside_the_text_zone_and_the_safe_zone(
    format_name: str, locale: str, layout: LayoutName
) -> None:
    fmt = format_named(format_name)
    for zone in range(len(text_zones(layout_named(layout), fmt))):
        blocks = composed(format_name, locale, zone=zone, layout=layout).report.blocks
        assert [each.role for each in blocks] == [
            "headline",
            "subline",
            "call_to_action",
            "legal_line",
        ]
        for index, each in enumerate(blocks):
            assert plan_for(fmt, locale, zone, layout).text_zone.contains(each.box)
            assert safe_box(fmt).contains(each.box)
            assert not any(each.box.overlaps(other.box) for other in blocks[index + 1 :])


@pytest.mark.parametrize("format_name", FORMATS)
def test_on_a_calm_picture_nothing_outside_the_reported_boxes_changes(format_name: str) -> None:
    fmt = format_named(format_name)
    frame = flat(fmt, "#101418")
    composition = composed(format_name, "en-US", frame)
    assert composition.report.scrim is None
    changed = ImageChops.difference(composition.image, frame)
    for each in composition.report.blocks:
        assert changed.crop(each.box.corners).getbbox() is not None
        changed.paste((0, 0, 0), each.box.corners)
    assert changed.getbbox() is None


@pytest.mark.parametrize("locale", ["ar-AE", "he-IL"])
def test_right_to_left_text_is_flush_right(locale: str) -> None:
    for format_name in FORMATS:
        boxes = [each.box for each in composed(format_name, locale).report.blocks]
        zone = plan_for(format_named(format_name), locale).text_zone
        assert {zone.right_px - box.right_px for box in boxes} == {0}


def test_left_to_right_text_is_flush_left() -> None:
    for format_name in FORMATS:
        boxes = [each.box for each in composed(format_name, "en-US").report.blocks]
        zone = plan_for(format_named(format_name), "en-US").text_zone
        assert {box.left_px - zone.left_px for box in boxes} == {0}


def area(boxes: Sequence[Box]) -> tuple[int, int, int, int]:
    sides = list(zip(*(box.corners for box in boxes), strict=True))
    return (min(sides[0]), min(sides[1]), max(sides[2]), max(sides[3]))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("locale", ["en-US", "ar-AE", "ja-JP"])
def test_other_copy_changes_pixels_inside_the_reported_text_boxes_only(
    format_name: str, locale: str, layout: LayoutName
) -> None:
    fmt = format_named(format_name)
    frame = striped(fmt) if layout != "panel" else ground_of(fmt, layout)
    plan, style = plan_for(fmt, locale, layout=layout), style_for(locale)
    short = words(locale, headline=COPY[locale][2], subline="", legal_line=None)
    one, other = (compose_text(frame, plan, fmt, text, style) for text in (words(locale), short))
    assert one.image.tobytes() != other.image.tobytes()
    changed = ImageChops.difference(one.image, other.image)
    for box in (*text_boxes(one.report), *text_boxes(other.report)):
        changed.paste((0, 0, 0), box.corners)
    assert changed.getbbox() is None


@pytest.mark.parametrize("format_name", ["1x1", "4x5", "9x16"])
@pytest.mark.parametrize("locale", COPY)
@pytest.mark.parametrize("left_out", [(), ("legal_line",), ("call_to_action", "legal_line")])
def test_a_panels_headline_has_its_whole_width_and_its_logo_a_corner_without_text(
    format_name: str, locale: str, left_out: tuple[str, ...]
) -> None:
    fmt = format_named(format_name)
    plan, style = plan_for(fmt, locale, layout="panel"), style_for(locale)
    text = words(locale, **dict.fromkeys(left_out))
    blocks = compose_text(ground_of(fmt, "panel"), plan, fmt, text, style).report.blocks
    assert plan.logo_corner is not None
    assert plan.text_zone.width_px == safe_box(fmt).width_px
    for each in blocks:
        assert not each.box.overlaps(plan.logo_corner)


@pytest.mark.parametrize("locale", ["en-US", "de-DE", "ar-SA"])
def test_a_headline_is_as_large_on_a_panel_as_on_a_picture(locale: str) -> None:
    for format_name in ("1x1", "4x5"):
        sizes = {
            layout: block(final(Cell(locale, format_name, layout, "dark")), "headline").size_px
            for layout in ("overlay", "panel")
        }
        assert sizes["panel"] >= 0.95 * sizes["overlay"]


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("locale", ["en-US", "he-IL"])
def test_a_card_of_the_brands_paper_holds_all_text_and_shrinks_to_it(
    format_name: str, locale: str
) -> None:
    fmt = format_named(format_name)
    plan, style = plan_for(fmt, locale, layout="card"), style_for(locale, "#0B3D2E", "#F4E9D8")
    composition = compose_text(flat(fmt, "black"), plan, fmt, words(locale), style)
    card = composition.report.scrim
    assert card is not None
    assert composition.report.scrim_color == "#f4e9d8"
    assert plan.text_zone.contains(card)
    # Its sides are the zone's, so that they line up with the logo and with other cards.
    assert (card.left_px, card.width_px) == (plan.text_zone.left_px, plan.text_zone.width_px)
    _, top_px, _, bottom_px = area([b.box for b in composition.report.blocks])
    paddings = {top_px - card.top_px, card.bottom_px - bottom_px}
    assert len(paddings) == 1
    assert min(paddings) > 0.03 * fmt.size.height_px * min(1, fmt.size.ratio)


@pytest.mark.parametrize("locale", ["en-US", "ar-AE"])
def test_texts_of_a_card_share_one_middle_line_by_line(locale: str) -> None:
    for format_name in FORMATS:
        blocks = composed(format_name, locale, layout="card").report.blocks
        middles = [box.left_px + box.right_px for block in blocks for box in block.line_boxes]
        assert max(middles) - min(middles) <= 4


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("primary", ["#0B3D2E", "#FFD400", "#EF0000", "#777777", "#FFFFFF"])
def test_every_text_is_legible_in_every_layout_and_brand_colour(
    format_name: str, layout: LayoutName, primary: str
) -> None:
    fmt = format_named(format_name)
    frame = flat(fmt, primary) if layout == "panel" else striped(fmt)
    plan, style = plan_for(fmt, "en-US", layout=layout), style_for("en-US", primary, "#F4E9D8")
    for each in compose_text(frame, plan, fmt, words("en-US"), style).report.blocks:
        assert each.contrast >= each.contrast_needed


def test_a_button_is_inverted_on_a_panel_of_its_own_colour() -> None:
    report = composed("4x5", "en-US", layout="panel").report
    assert report.button_color == "#ffffff"
    assert block(composed("4x5", "en-US", layout="panel"), "call_to_action").contrast >= 4.5
    assert composed("4x5", "en-US").report.button_color == "#0b3d2e"


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("color", ["#000000", "#ffffff", "#777777", "#b0903c"])
def test_every_text_is_legible_on_any_ground(format_name: str, color: str) -> None:
    fmt = format_named(format_name)
    for each in composed(format_name, "en-US", flat(fmt, color)).report.blocks:
        assert each.contrast >= each.contrast_needed


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_restless_picture_gets_a_scrim_that_makes_text_legible(format_name: str) -> None:
    composition = composed(format_name, "en-US", striped(format_named(format_name)))
    assert composition.report.scrim is not None
    assert composition.report.scrim_alpha > 0.3
    for each in composition.report.blocks:
        assert each.contrast >= each.contrast_needed


def test_small_text_needs_more_contrast_than_the_headline() -> None:
    composition = composed("4x5", "en-US")
    assert block(composition, "headline").contrast_needed == 3.0
    assert block(composition, "subline").contrast_needed == 4.5
    assert block(composition, "legal_line").contrast_needed == 4.5


@given(primary=st.tuples(*[st.integers(0, 255)] * 3))
@example(primary=(239, 0, 0))  # white and near-black both fall short of 4.5 on it
@settings(max_examples=25, deadline=None)
def test_a_button_in_any_brand_colour_has_a_legible_label(primary: tuple[int, int, int]) -> None:
    fmt = format_named("1x1")
    style = style_for("en-US", "#{:02x}{:02x}{:02x}".format(*primary), "#F4E9D8")
    composition = compose_text(flat(fmt), plan_for(fmt, "en-US"), fmt, words("en-US"), style)
    button = block(composition, "call_to_action")
    assert button.contrast >= 4.5
    at = (button.box.left_px + button.box.height_px // 2, button.box.top_px + 8)
    assert composition.report.button_color is not None
    assert composition.image.getpixel(at) == ImageColor.getrgb(composition.report.button_color)


@pytest.mark.parametrize("locale", ["en-US", "ar-AE", "hi-IN", "ja-JP"])
def test_the_report_alone_gives_back_the_ink_of_each_line_as_it_was_drawn(locale: str) -> None:
    composition = composed("4x5", locale, striped(format_named("4x5")))
    for each, inks in redrawn(composition.report, style_for(locale)):
        assert [ink.box for ink in inks] == list(each.line_boxes)
        assert len(inks) == len(each.lines)
        for ink in inks:
            assert each.box.contains(ink.box)
            # Where the mask is full, the picture has the text's colour.
            shown = np.asarray(composition.image.crop(ink.box.corners))
            assert (shown[np.asarray(ink.mask) == 255] == ImageColor.getrgb(each.color)).all()


def test_a_name_is_kept_on_one_line() -> None:
    fmt = format_named("16x9")
    style = style_for("en-US").model_copy(update={"keep_together": ("Nordlys Cold Brew",)})
    text = words("en-US", headline="Wake up slowly with Nordlys Cold Brew today")
    composition = compose_text(flat(fmt), plan_for(fmt, "en-US"), fmt, text, style)
    assert any("Nordlys Cold Brew" in line for line in block(composition, "headline").lines)


def with_subject(
    fmt: Format, locale: str, zone: int = 0, layout: LayoutName = "overlay"
) -> FormatPlan:
    """A plan whose subject ends where the text zone begins."""
    plan = plan_for(fmt, locale, zone, layout)
    left_px, top_px, right_px, bottom_px = plan.text_zone.corners
    width_px, height_px = fmt.size.width_px, fmt.size.height_px
    subject = {
        "lower": (200, 0, width_px - 200, top_px),
        "upper": (200, bottom_px, width_px - 200, height_px),
        "start": (right_px, 0, width_px, height_px),
        "end": (0, 0, left_px, height_px),
    }[text_zones(layout_named(layout), fmt)[zone].name]
    box = Box(
        left_px=subject[0],
        top_px=subject[1],
        width_px=subject[2] - subject[0],
        height_px=subject[3] - subject[1],
    )
    return plan.model_copy(update={"subject": box})


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("locale", ["en-US", "de-DE", "ja-JP", "th-TH"])
@pytest.mark.parametrize("zone", [0, 1])
def test_text_keeps_a_gap_to_the_subject(format_name: str, locale: str, zone: int) -> None:
    fmt = format_named(format_name)
    plan = with_subject(fmt, locale, zone)
    text = words(locale) if locale in COPY else words("en-US")
    blocks = compose_text(flat(fmt), plan, fmt, text, style_for(locale)).report.blocks
    kept = plan.subject.inset(-round(0.02 * fmt.size.height_px))
    assert [each.role for each in blocks if each.box.overlaps(kept)] == []


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("locale", ["en-US", "ar-AE", "th-TH"])
def test_one_layout_sets_one_size_of_text_whatever_the_picture(
    format_name: str, locale: str, layout: LayoutName
) -> None:
    fmt = format_named(format_name)
    alone = plan_for(fmt, locale, layout=layout)
    everywhere = alone.model_copy(update={"subject": frame_box(fmt)})
    beside = with_subject(fmt, locale, layout=layout)
    ground, style = ground_of(fmt, layout), style_for(locale)
    sizes = [
        {
            each.role: each.size_px
            for each in compose_text(ground, plan, fmt, words(locale), style).report.blocks
        }
        for plan in (alone, everywhere, beside)
    ]
    assert sizes[0] == sizes[1]
    assert sizes[2]["headline"] >= round(0.85 * sizes[0]["headline"])
    for role in ("call_to_action", "legal_line"):
        assert sizes[2][role] == sizes[0][role]


@pytest.mark.parametrize("locale", ["en-US", "he-IL"])
def test_a_legal_line_at_a_columns_foot_is_not_left_alone(locale: str) -> None:
    *_, button, legal = composed("16x9", locale).report.blocks
    zone = plan_for(format_named("16x9"), locale).text_zone
    assert legal.box.top_px - button.box.bottom_px < 0.12 * zone.height_px
    assert zone.bottom_px - legal.box.bottom_px < 0.02 * zone.height_px


def test_text_that_fits_only_beside_the_subject_gives_up_the_gap() -> None:
    fmt = format_named("1x1")
    plan = with_subject(fmt, "en-US")
    text = words(
        "en-US",
        headline="Slow mornings, cold-brewed for everybody who gets up early",
        subline="Beans steeped 18 hours in spring water. " * 2,
        legal_line="Contains caffeine. Please recycle. " * 9,
    )
    blocks = compose_text(flat(fmt), plan, fmt, text, style_for("en-US")).report.blocks
    assert blocks[0].box.overlaps(plan.subject.inset(-round(0.04 * fmt.size.height_px)))
    assert not blocks[0].box.overlaps(plan.subject)


@pytest.mark.parametrize("format_name", ["1x1", "4x5", "9x16"])
@pytest.mark.parametrize("zone", [0, 1])
def test_a_scrim_hardly_reaches_a_subject_beyond_the_gap(format_name: str, zone: int) -> None:
    fmt = format_named(format_name)
    frame, plan = striped(fmt), with_subject(fmt, "en-US", zone)
    composition = compose_text(frame, plan, fmt, words("en-US"), style_for("en-US"))
    left_px, top_px, right_px, bottom_px = plan.subject.corners
    foot_px = round(0.1 * fmt.size.width_px)  # what is nearest to the text may be veiled
    upper = (left_px, top_px, right_px, bottom_px - foot_px)
    lower = (left_px, top_px + foot_px, right_px, bottom_px)
    changed = ImageChops.difference(composition.image, frame).crop(lower if zone else upper)
    assert composition.report.scrim_alpha > 0.3
    assert np.asarray(changed).max() <= 0.35 * 255 * composition.report.scrim_alpha


def test_a_logo_above_a_column_of_text_stays_as_it_was_placed() -> None:
    fmt = format_named("16x9")
    logo = Box(left_px=96, top_px=54, width_px=260, height_px=72)
    plan = plan_for(fmt, "en-US")
    plan = plan.model_copy(update={"logo": plan.logo.model_copy(update={"box": logo})})
    frame = striped(fmt)
    composition = compose_text(frame, plan, fmt, words("en-US"), style_for("en-US"))
    assert composition.report.scrim_alpha > 0.3
    assert composition.image.crop(logo.corners).tobytes() == frame.crop(logo.corners).tobytes()
    for each in composition.report.blocks:
        assert each.contrast >= each.contrast_needed


def test_a_scrim_leaves_a_plate_as_it_was_up_to_its_round_corners() -> None:
    fmt, box = format_named("16x9"), Box(left_px=120, top_px=80, width_px=260, height_px=72)
    plan = plan_for(fmt, "en-US")
    spot = plan.logo.model_copy(update={"box": box, "plate": True})
    frame = striped(fmt)
    plate = plate_of(spot)
    ImageDraw.Draw(frame).rounded_rectangle(plate.corners, plate_radius_px(plate), fill="white")
    text, style = words("en-US"), style_for("en-US")

    made = compose_text(frame, plan.model_copy(update={"logo": spot}), fmt, text, style)

    assert made.report.scrim_alpha > 0.3
    left_px, top_px, right_px, bottom_px = plate.inset(5).corners
    middle = (left_px, (top_px + bottom_px) // 2, right_px, (top_px + bottom_px) // 2 + 1)
    assert made.image.crop(middle).getcolors() == [(right_px - left_px, (255, 255, 255))]
    # Right beside the plate, and at its corners, the picture is as changed as anywhere.
    for beside in ((plate.left_px - 6, top_px + 30), (plate.left_px + 1, plate.top_px + 1)):
        assert made.image.getpixel(beside) != frame.getpixel(beside)


def test_text_below_a_dark_logo_is_dark_where_a_scrim_would_open_around_it() -> None:
    fmt, box = format_named("16x9"), Box(left_px=96, top_px=54, width_px=260, height_px=72)
    plan = plan_for(fmt, "en-US")
    inks = {}
    for logo in ("white", "black"):
        frame = flat(fmt, "#707070")
        ImageDraw.Draw(frame).rectangle(box.corners, fill=logo)
        spot = plan.logo.model_copy(update={"box": box})
        setting = set_text(
            frame, plan.model_copy(update={"logo": spot}), fmt, words("en-US"), style_for("en-US")
        )
        inks[logo] = min(setting.judged, key=lambda each: each.cost).theme.body
    assert inks == {"white": (255, 255, 255), "black": (22, 22, 24)}


def sunlit(fmt: Format, ground: str) -> Image.Image:
    """A ground with small bright lights, as of lamps, on its lower left."""
    frame = flat(fmt, ground)
    for left_px in range(80, fmt.size.width_px // 2, 90):
        for top_px in range(fmt.size.height_px // 2, fmt.size.height_px, 90):
            box = (left_px, top_px, left_px + 24, top_px + 24)
            ImageDraw.Draw(frame).rectangle(box, fill="white")
    return frame


def test_small_lights_behind_lines_are_calmed_though_contrast_alone_would_do() -> None:
    fmt = format_named("16x9")
    plain = composed("16x9", "en-US", flat(fmt, "#101830")).report
    assert plain.scrim is None
    assert composed("16x9", "en-US", sunlit(fmt, "#101830")).report.scrim_alpha >= 0.5


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("color", ["#b0703c", "#5d86b8"])
def test_a_scrim_has_the_hue_of_the_picture_and_fades_without_a_border(
    format_name: str, color: str
) -> None:
    fmt = format_named(format_name)
    frame = flat(fmt, color)
    report = composed(format_name, "en-US", frame).report
    assert report.scrim is not None
    plan = plan_for(fmt, "en-US")
    setting = set_text(frame, plan, fmt, words("en-US"), style_for("en-US"))
    for each in setting.judged:
        shown = np.asarray(lay_scrim(frame, each.scrim, each.alpha), dtype=int)
        own = ImageColor.getrgb(color)
        assert (np.argsort(shown.reshape(-1, 3)[::997], axis=1) == np.argsort(own[:3])).all()
        for axis in (0, 1):
            assert np.abs(np.diff(shown, axis=axis)).max() <= 3


def ranked(frames: dict[str, Image.Image], text_style: TextStyle) -> dict[str, Composition]:
    """The finals of one ad, which share their colours."""
    settings = {
        name: set_text(
            frame,
            plan_for(format_named(name), "en-US"),
            format_named(name),
            words("en-US"),
            text_style,
        )
        for name, frame in frames.items()
    }
    ranking = common_ranking(list(settings.values()))
    return {name: draw(setting, ranking) for name, setting in settings.items()}


def test_all_finals_of_an_ad_have_text_and_button_in_the_same_colours() -> None:
    greys = {"1x1": "#8c8c8c", "4x5": "#6a6a6a", "9x16": "#787878", "16x9": "#aaaaaa"}
    frames = {name: flat(format_named(name), grey) for name, grey in greys.items()}
    alone = {composed(name, "en-US", frame).report.scrim_color for name, frame in frames.items()}
    assert len(alone) == 2
    looks = {
        (each.report.button_color, *(block.color for block in each.report.blocks))
        for each in ranked(frames, style_for("en-US")).values()
    }
    assert len(looks) == 1


def test_a_logo_speaks_for_text_that_is_as_light_as_it_is() -> None:
    fmt, box = format_named("4x5"), Box(left_px=80, top_px=80, width_px=200, height_px=80)
    plan = plan_for(fmt, "en-US")
    plan = plan.model_copy(update={"logo": plan.logo.model_copy(update={"box": box})})
    costs = {}
    for logo in ("white", "black"):
        frame = flat(fmt, "#808080")
        ImageDraw.Draw(frame).rectangle((100, 95, 260, 145), fill=logo)
        setting = set_text(frame, plan, fmt, words("en-US"), style_for("en-US"))
        costs[logo] = {each.theme.body: each.cost for each in setting.judged}
    white, near_black = costs["white"]
    assert costs["white"][white] < costs["black"][white]
    assert costs["black"][near_black] < costs["white"][near_black]


def test_small_text_is_read_with_ease_where_that_costs_little() -> None:
    for level in range(0, 256, 15):
        frame = flat(format_named("4x5"), f"#{level:02x}{level:02x}{level:02x}")
        for each in composed("4x5", "en-US", frame).report.blocks[1:]:
            assert each.contrast >= 5.8


def test_sizes_keep_their_order_and_the_legal_line_its_least_size() -> None:
    for format_name in FORMATS:
        for locale in COPY:
            composition = composed(format_name, locale)
            headline, subline, call, legal = (each.size_px for each in composition.report.blocks)
            assert headline > 1.5 * subline
            assert subline > legal
            assert call > legal
            assert legal >= (24 if format_name == "9x16" else 20)


def test_without_a_legal_line_there_is_none() -> None:
    fmt = format_named("1x1")
    text = words("en-US", legal_line=None)
    composition = compose_text(flat(fmt), plan_for(fmt, "en-US"), fmt, text, style_for("en-US"))
    assert [each.role for each in composition.report.blocks][-1] == "call_to_action"


def test_an_ad_without_a_headline_is_refused() -> None:
    fmt = format_named("1x1")
    with pytest.raises(RenderError, match=r"headline .* is empty"):
        compose_text(
            flat(fmt),
            plan_for(fmt, "en-US"),
            fmt,
            words("en-US", headline=" \n"),
            style_for("en-US"),
        )


def test_a_subline_may_be_empty() -> None:
    fmt = format_named("1x1")
    text = words("en-US", subline="")
    composition = compose_text(flat(fmt), plan_for(fmt, "en-US"), fmt, text, style_for("en-US"))
    roles = [each.role for each in composition.report.blocks]
    assert roles == ["headline", "call_to_action", "legal_line"]


@pytest.mark.parametrize(
    "role, name",
    [
        ("headline", "headline"),
        ("subline", "subline"),
        ("call_to_action", "call to action"),
        ("legal_line", "legal line"),
    ],
)
def test_a_text_that_does_not_fit_is_named_with_its_format_and_a_remedy(
    role: str, name: str
) -> None:
    fmt = format_named("9x16")
    text = words("en-US", **{role: "many words that go on and on " * 20})
    with pytest.raises(RenderError, match=rf"{name} \(en-US\).*9x16.*Shorten it by about \d+ %"):
        compose_text(flat(fmt), plan_for(fmt, "en-US"), fmt, text, style_for("en-US"))


def test_texts_that_fit_alone_but_not_together_say_how_much_is_too_much() -> None:
    fmt = format_named("4x5")
    plan = plan_for(fmt, "en-US")
    low = plan.text_zone.model_copy(update={"height_px": 270, "width_px": 400})
    with pytest.raises(RenderError, match=r"4x5.* \d+ px taller .*Shorten the"):
        compose_text(
            flat(fmt),
            plan.model_copy(update={"text_zone": low}),
            fmt,
            words("en-US"),
            style_for("en-US"),
        )


def test_a_character_without_a_glyph_fails_the_variant() -> None:
    fmt = format_named("1x1")
    with pytest.raises(RenderError, match="U\\+1F600"):
        compose_text(
            flat(fmt),
            plan_for(fmt, "en-US"),
            fmt,
            words("en-US", headline="Hi 😀"),
            style_for("en-US"),
        )


def test_the_frame_itself_stays_as_it_was_and_the_result_is_the_same_twice() -> None:
    frame = flat(format_named("1x1"))
    before = frame.tobytes()
    one, other = composed("1x1", "ja-JP", frame), composed("1x1", "ja-JP", frame)
    assert frame.tobytes() == before
    assert one.image.tobytes() == other.image.tobytes()
    assert one.report == other.report


def test_other_threads_set_the_very_same_pixels() -> None:
    wanted = [(format_name, locale) for format_name in ("1x1", "16x9") for locale in COPY]
    alone = [composed(*each) for each in wanted]
    with ThreadPoolExecutor(4) as pool:
        for mine, theirs in zip(alone, pool.map(lambda each: composed(*each), wanted), strict=True):
            assert theirs.report == mine.report
            assert theirs.image.tobytes() == mine.image.tobytes()


BANNERS = [(300, 250), (728, 90), (160, 600), (320, 50), (970, 250), (300, 600), (1200, 628)]


def banner(width_px: int, height_px: int) -> Format:
    size = Size(width_px=width_px, height_px=height_px)
    return format_named("1x1").model_copy(update={"name": str(size), "size": size})


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("size", BANNERS)
@pytest.mark.parametrize("locale", ["en-US", "he-IL", "ja-JP"])
def test_banners_of_every_shape_hold_a_short_text_in_readable_sizes(
    size: tuple[int, int], locale: str, layout: LayoutName
) -> None:
    fmt = banner(*size)
    plan = plan_for(fmt, locale, layout=layout)
    text = words(locale, headline=COPY[locale][2], legal_line=None)
    composition = compose_text(ground_of(fmt, layout), plan, fmt, text, style_for(locale))
    least_px = {"headline": 12, "subline": 10, "call_to_action": 10}
    for each in composition.report.blocks:
        assert plan.text_zone.contains(each.box)
        assert each.size_px >= least_px[each.role]
        assert each.contrast >= each.contrast_needed


def test_in_a_strip_the_button_stands_beside_the_words() -> None:
    fmt = banner(728, 90)
    for locale in ("en-US", "he-IL"):
        plan, style = plan_for(fmt, locale), style_for(locale)
        composition = compose_text(flat(fmt), plan, fmt, words(locale), style)
        button = block(composition, "call_to_action").box
        others = [each.box for each in composition.report.blocks if each.role != "call_to_action"]
        if locale == "en-US":
            assert button.left_px > max(box.right_px for box in others)
        else:
            assert button.right_px < min(box.left_px for box in others)


@pytest.mark.parametrize(
    "headline, kept",
    [
        ("Now cold", {"headline", "call_to_action", "legal_line"}),
        ("Slow mornings, cold-brewed for you", {"headline", "legal_line"}),
    ],
)
def test_a_small_banner_gives_up_its_subline_and_then_its_button_but_no_legal_line(
    headline: str, kept: set[str]
) -> None:
    fmt = banner(320, 50)
    text = words("en-US", headline=headline, legal_line="While stocks last.")
    report = compose_text(flat(fmt), plan_for(fmt, "en-US"), fmt, text, style_for("en-US")).report
    assert {each.role for each in report.blocks} == kept


def test_a_picture_for_a_large_format_never_loses_a_text() -> None:
    fmt = format_named("9x16")
    text = words("en-US", subline="many words that go on and on " * 20)
    with pytest.raises(RenderError, match="subline"):
        compose_text(flat(fmt), plan_for(fmt, "en-US"), fmt, text, style_for("en-US"))
