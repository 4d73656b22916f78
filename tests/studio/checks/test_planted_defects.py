"""A defect that is put into a finished final is found by its check, and by no other."""

import io
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw

from creative_assets.studio.brief import VariantBrief
from creative_assets.studio.checks.specimen import CleanFile, FinalFile, Specimen
from creative_assets.studio.compose import BlockReport, redrawn
from creative_assets.studio.compose.rooms import around
from creative_assets.studio.copywriting import AdCopy
from creative_assets.studio.export import encode
from creative_assets.studio.formats import MAX_UPSCALE
from creative_assets.studio.images import open_picture
from creative_assets.studio.lettering import Ink
from creative_assets.studio.logo import place_logo, raster
from creative_assets.studio.values import Box
from tests.gallery.finals import EXAMPLE, brand_logo
from tests.photographs import photograph
from tests.specimens import copy_of, found_in, redone, rules_found, specimen_of, with_picture

Plant = Callable[[Specimen], Specimen]


def the(specimen: Specimen) -> FinalFile:
    (final,) = specimen.finals
    return final


def block_of(specimen: Specimen, role: str) -> BlockReport:
    return next(block for block in the(specimen).text.blocks if block.role == role)


def with_content(specimen: Specimen, content: bytes) -> Specimen:
    return replace(specimen, finals=(replace(the(specimen), content=content),))


def painted(specimen: Specimen, paint: Callable[[Image.Image], Image.Image]) -> Specimen:
    return redone(specimen, paint(the(specimen).picture.copy()))


# Files


def cut_short(specimen: Specimen) -> Specimen:
    width_px, height_px = the(specimen).picture.size
    return painted(specimen, lambda picture: picture.crop((0, 0, width_px - 2, height_px)))


def saved_by_hand(specimen: Specimen) -> Specimen:
    """Profile and marks are gone."""
    buffer = io.BytesIO()
    the(specimen).picture.copy().save(buffer, "JPEG", quality=92)
    return with_content(specimen, buffer.getvalue())


def unmarked(specimen: Specimen) -> Specimen:
    other = specimen.marks.model_copy(update={"alt_text": "Something else"})
    return with_content(specimen, encode(the(specimen).picture, ("jpeg",), other).content)


def of_another_type(specimen: Specimen) -> Specimen:
    """Meta takes no WebP."""
    final = for_format(specimen, "meta-square")
    return with_content(final, encode(the(final).picture, ("webp",), final.marks).content)


def too_heavy(specimen: Specimen) -> Specimen:
    """What stands behind a file's end is shown by no program, and weighs."""
    final = for_format(specimen, "meta-square")
    return with_content(final, the(final).content + bytes(the(final).format.max_bytes or 0))


def for_format(specimen: Specimen, name: str) -> Specimen:
    plan = the(specimen).plan.model_copy(update={"format": name})
    variant = specimen.variant.model_copy(update={"formats": (name,)})
    return replace(specimen, variant=variant, finals=(replace(the(specimen), plan=plan),))


def with_blank_twin(specimen: Specimen) -> Specimen:
    """The same final without text and logo is requested too, and shows nothing."""
    final = the(specimen)
    blank = Image.new("RGB", final.picture.size, "#efeae4")
    content = encode(blank, ("jpeg",), specimen.marks.clean()).content
    return replace(specimen, clean=(CleanFile("1x1-clean", final.format, 1.0, content),))


def enlarged(specimen: Specimen) -> Specimen:
    plan = the(specimen).plan.model_copy(update={"upscale": 2 * MAX_UPSCALE})
    return replace(specimen, finals=(replace(the(specimen), plan=plan),))


# Texts


def without_headline(specimen: Specimen) -> Specimen:
    box = block_of(specimen, "headline").box
    return painted(specimen, lambda picture: filled(picture, box))


def tofu(specimen: Specimen) -> Specimen:
    """A box stands in place of a letter or two of the subline."""
    line = block_of(specimen, "subline").line_boxes[0]
    size = line.height_px
    box = Box(left_px=line.left_px + 3 * size, top_px=line.top_px, width_px=size, height_px=size)

    def paint(picture: Image.Image) -> Image.Image:
        ink = picture.getpixel((line.left_px + 1, line.top_px + line.height_px // 2))
        picture = filled(picture, box)
        ImageDraw.Draw(picture).rectangle(box.inset(2).corners, outline=ink, width=2)
        return picture

    return painted(specimen, paint)


def shifted_legal_line(specimen: Specimen) -> Specimen:
    box = block_of(specimen, "legal_line").box.inset(-3)

    def paint(picture: Image.Image) -> Image.Image:
        picture.paste(picture.crop(box.corners), (box.left_px + 3, box.top_px))
        return picture

    return painted(specimen, paint)


def on_snow(specimen: Specimen) -> Specimen:
    """The ground of the subline is nearly as light, or dark, as its letters."""
    block = block_of(specimen, "subline")

    def paint(picture: Image.Image) -> Image.Image:
        area = block.box.inset(-8)
        pixels = np.asarray(picture.crop(area.corners), dtype=np.float64)
        ink = np.array([int(block.color[at : at + 2], 16) for at in (1, 3, 5)])
        pale = ink + (pixels - ink) * 0.28
        picture.paste(Image.fromarray(pale.round().astype(np.uint8)), area.corners[:2])
        return picture

    return painted(specimen, paint)


def headline_over_subject(specimen: Specimen) -> Specimen:
    """The headline is set anew, with its lower edge where the subject's is."""
    final, block = the(specimen), block_of(specimen, "headline")
    down_px = final.plan.subject.bottom_px - block.box.bottom_px
    inks = next(inks for one, inks in redrawn(final.text, specimen.style) if one is block)
    return set_anew(
        specimen, block, block, [Ink(ink.mask, lowered(ink.box, down_px)) for ink in inks]
    )


def lowered(box: Box, down_px: int) -> Box:
    return box.model_copy(update={"top_px": box.top_px + down_px})


def small_subline(specimen: Specimen) -> Specimen:
    """The subline is set anew, at a size that no phone shows as letters."""
    final, block = the(specimen), block_of(specimen, "subline")
    small = block.model_copy(update={"size_px": 16})
    text = final.text.model_copy(update={"blocks": (small,)})
    [(_, inks)] = redrawn(text, specimen.style)
    boxes = [
        Box(
            left_px=block.box.left_px,
            top_px=block.box.top_px + 20 * row,
            width_px=ink.mask.width,
            height_px=ink.mask.height,
        )
        for row, ink in enumerate(inks)
    ]
    moved = [Ink(ink.mask, box) for ink, box in zip(inks, boxes, strict=True)]
    return set_anew(specimen, block, small, moved)


def legal_line_at_the_edge(specimen: Specimen) -> Specimen:
    """The legal line is set anew, below the safe zone."""
    final, block = the(specimen), block_of(specimen, "legal_line")
    down_px = final.picture.height - 8 - block.box.bottom_px
    inks = next(inks for one, inks in redrawn(final.text, specimen.style) if one is block)
    return set_anew(
        specimen, block, block, [Ink(ink.mask, lowered(ink.box, down_px)) for ink in inks]
    )


def set_anew(
    specimen: Specimen, old: BlockReport, new: BlockReport, inks: Sequence[Ink]
) -> Specimen:
    """A text is painted over, and is there as these inks instead, as its report says."""

    def paint(picture: Image.Image) -> Image.Image:
        picture = filled(picture, old.box)
        for ink in inks:
            picture.paste(old.color, ink.box.corners, ink.mask)
        return picture

    boxes = tuple(ink.box for ink in inks)
    new = new.model_copy(update={"box": around(boxes), "line_boxes": boxes})
    text = the(specimen).text
    blocks = tuple(new if one is old else one for one in text.blocks)
    final = painted(specimen, paint)
    told = text.model_copy(update={"blocks": blocks})
    return replace(final, finals=(replace(the(final), text=told),))


# Brand


def without_logo(specimen: Specimen) -> Specimen:
    box = the(specimen).plan.logo.box
    return painted(specimen, lambda picture: filled(picture, box))


def stretched_logo(specimen: Specimen) -> Specimen:
    spot = the(specimen).plan.logo

    def paint(picture: Image.Image) -> Image.Image:
        mark = raster(brand_logo().versions[spot.version], spot.box.width_px)
        wide = mark.resize((round(1.04 * mark.width), mark.height), Image.Resampling.BICUBIC)
        picture = filled(picture, spot.box)
        picture.paste(wide, spot.box.corners[:2], wide)
        return picture

    return painted(specimen, paint)


def faint_logo(specimen: Specimen) -> Specimen:
    """The ground around the logo is nearly as dark, or light, as its letters."""
    spot = the(specimen).plan.logo
    mark = raster(brand_logo().versions[spot.version], spot.box.width_px)
    around_px = spot.clear_space_px + 8

    def paint(picture: Image.Image) -> Image.Image:
        ground = "#24503f" if spot.version == "dark" else "#dcd2c4"
        picture.paste(ground, spot.box.inset(-around_px).corners)
        picture.paste(mark, spot.box.corners[:2], mark)
        return picture

    return painted(specimen, paint)


def crowded_logo(specimen: Specimen) -> Specimen:
    """The logo stands right above the headline, or right after the legal line on a panel."""
    final = the(specimen)
    spot, headline = final.plan.logo, block_of(specimen, "headline").box
    legal = block_of(specimen, "legal_line").box
    if final.plan.layout == "panel":
        place = {"left_px": legal.right_px + 3}
    else:
        place = {"left_px": headline.left_px, "top_px": headline.top_px - 3 - spot.box.height_px}
    near = spot.model_copy(update={"box": spot.box.model_copy(update=place)})

    def paint(picture: Image.Image) -> Image.Image:
        return place_logo(filled(picture, spot.box), brand_logo(), near)

    plan = final.plan.model_copy(update={"logo": near})
    moved = painted(specimen, paint)
    return replace(moved, finals=(replace(the(moved), plan=plan),))


def another_button(specimen: Specimen) -> Specimen:
    """The button's green has become a red that is as dark."""
    box = block_of(specimen, "call_to_action").box

    def paint(picture: Image.Image) -> Image.Image:
        red, green, blue = picture.crop(box.corners).split()
        picture.paste(Image.merge("RGB", (green, red, blue)), box.corners[:2])
        return picture

    return painted(specimen, paint)


# Copy


def with_copy(specimen: Specimen, copy: AdCopy) -> Specimen:
    return replace(specimen, copy=copy)


def with_alt_text(specimen: Specimen, text: str) -> Specimen:
    """Copy that is on no final has changed, and the marks with it."""
    marks = specimen.marks.model_copy(update={"alt_text": text})
    content = encode(the(specimen).picture, ("jpeg",), marks).content
    copy = specimen.copy.model_copy(update={"alt_text": text})
    return replace(with_content(specimen, content), copy=copy, marks=marks)


def banned(specimen: Specimen) -> Specimen:
    return with_alt_text(specimen, "A can of chea\u200bp coffee on a table")


def long_winded(specimen: Specimen) -> Specimen:
    subline = "Coffee, steeped for eighteen hours overnight in cold water. " * 2
    return with_copy(specimen, specimen.copy.model_copy(update={"subline": subline.strip()}))


def claiming(specimen: Specimen) -> Specimen:
    return with_alt_text(specimen, "A can of coffee, now with 20% more in it")


def without_legal_line(specimen: Specimen) -> Specimen:
    final = the(specimen)
    legal = block_of(specimen, "legal_line")
    kept = tuple(block for block in final.text.blocks if block is not legal)
    text = final.text.model_copy(update={"blocks": kept})
    bare = painted(specimen, lambda picture: filled(picture, legal.box))
    return replace(bare, finals=(replace(the(bare), text=text),))


def japanese_locale(specimen: Specimen) -> Specimen:
    variant = specimen.variant.model_copy(update={"locale": "ja-JP"})
    return replace(specimen, variant=variant)


def english_locale_in_german(specimen: Specimen) -> Specimen:
    german = specimen_of("de-DE", scene="bright", layout="panel")
    copy = german.copy.model_copy(update={"alt_text": specimen.copy.alt_text})
    content = encode(the(german).picture, ("jpeg",), specimen.marks).content
    finals = (replace(the(german), content=content),)
    return replace(german, variant=specimen.variant, copy=copy, marks=specimen.marks, finals=finals)


def other_words(specimen: Specimen) -> Specimen:
    copy = copy_of("en-US", take=2).model_copy(update={"alt_text": specimen.copy.alt_text})
    return with_copy(specimen, copy)


@pytest.mark.parametrize(
    "plant,check,rule",
    [
        (cut_short, "specification", "pixels"),
        (saved_by_hand, "specification", "profile"),
        (unmarked, "specification", "marks"),
        (of_another_type, "specification", "file-type"),
        (too_heavy, "specification", "bytes"),
        (with_blank_twin, "specification", "blank"),
        (enlarged, "specification", "upscale"),
        (without_headline, "legibility", "ink"),
        (tofu, "legibility", "ink"),
        (shifted_legal_line, "legibility", "ink"),
        (on_snow, "legibility", "contrast"),
        (headline_over_subject, "legibility", "text-collision"),
        (small_subline, "legibility", "text-size"),
        (legal_line_at_the_edge, "legibility", "safe-zone"),
        (without_logo, "brand", "logo"),
        (stretched_logo, "brand", "logo"),
        (faint_logo, "brand", "logo-contrast"),
        (crowded_logo, "brand", "logo-clear-space"),
        (another_button, "brand", "brand-color"),
        (banned, "copy", "banned-word"),
        (long_winded, "copy", "length"),
        (claiming, "copy", "claim"),
        (without_legal_line, "copy", "legal-line"),
        (japanese_locale, "copy", "script"),
        (english_locale_in_german, "copy", "language"),
        (other_words, "copy", "set-copy"),
    ],
)
@pytest.mark.parametrize("scene,layout", [("near-white", "overlay"), ("bright", "panel")])
def test_a_planted_defect_is_found_by_its_check_and_by_no_other(
    plant: Plant, check: str, rule: str, scene: str, layout: str
) -> None:
    clean = specimen_of(scene=scene, layout=layout)

    found = rules_found(plant(clean))

    assert rules_found(clean) == set()
    assert (check, rule) in found
    assert {each for each, _ in found} == {check}


def with_words(picture: Image.Image) -> Image.Image:
    line = specimen_of(scene="bright", layout="panel")
    box = block_of(line, "headline").line_boxes[0].inset(-6)
    lettering = the(line).picture.crop(box.corners)
    picture.paste(lettering, (picture.width // 8, picture.height // 9))
    return picture


def with_second_logo(picture: Image.Image) -> Image.Image:
    mark = raster(brand_logo().versions["dark"], picture.width // 4)
    picture.paste("#f4e9d8", (40, 40, 80 + mark.width, 80 + mark.height))
    picture.paste(mark, (60, 60), mark)
    return picture


@pytest.mark.parametrize("name", ["flower", "coffee", "cat"])
@pytest.mark.parametrize(
    "plant,rule", [(with_words, "lettering"), (with_second_logo, "second-logo")]
)
def test_lettering_or_a_logo_in_the_picture_is_found_by_its_check_alone(
    name: str, plant: Callable[[Image.Image], Image.Image], rule: str
) -> None:
    specimen = specimen_of()
    picture = photograph(name)

    assert rules_found(with_picture(specimen, picture)) == set()
    assert rules_found(with_picture(specimen, plant(picture.copy()))) == {("picture", rule)}


PACKSHOTS = EXAMPLE / "photos"


def standing(product: str, name: str) -> Image.Image:
    """A pack on a photograph."""
    content = (PACKSHOTS / f"{product}.png").read_bytes()
    pack = open_picture(content, product).convert("RGBA")
    pack.thumbnail((700, 560))
    picture = photograph(name).copy()
    picture.paste(pack, (picture.width // 2, picture.height // 3), pack)
    return picture


@pytest.mark.parametrize("name", ["flower", "moon", "pagoda"])
@pytest.mark.parametrize(
    "product,other",
    [("cold-brew-can", "fjord-roast-bag"), ("fjord-roast-bag", "cold-brew-can")],
)
def test_another_product_in_the_products_place_is_found_and_its_own_label_is_no_lettering(
    product: str, other: str, name: str
) -> None:
    photo = (PACKSHOTS / f"{product}.png").read_bytes()
    specimen = replace(specimen_of(), photos={f"{product}.png": photo})

    own, wrong = standing(product, name), standing(other, name)

    assert rules_found(with_picture(specimen, own)) == set()
    for picture in (wrong, photograph(name)):
        found = rules_found(with_picture(specimen, picture))
        assert ("picture", "product") in found
        assert {check for check, _ in found} == {"picture"}


def test_approved_copy_that_a_channel_would_cut_is_told_for_the_formats_of_that_channel() -> None:
    specimen = specimen_of()
    headline = "Forty characters and one more, all told: 1"
    copy = specimen.copy.model_copy(
        update={"headline": headline, "sources": {**specimen.copy.sources, "headline": "brief"}}
    )
    meta = specimen.variant.model_copy(update={"formats": ("meta-square",)})

    def long(variant: VariantBrief) -> list[str]:
        found = found_in(replace(specimen, variant=variant, copy=copy))
        return [each.message for each in found if each.rule == "channel-length"]

    assert long(specimen.variant) == []
    assert [message.partition(";")[0] for message in long(meta)] == [
        f"The headline has {len(headline)} characters"
    ]


def test_a_check_that_cannot_run_has_failed_with_the_reason() -> None:
    broken = with_content(specimen_of(), b"\xff\xd8\xff nothing more")

    found = found_in(broken)

    assert {each.check for each in found if each.rule == "could-not-run"} == {
        "specification",
        "legibility",
        "brand",
    }
    assert all("decoded" in each.message or "image" in each.message for each in found)


def test_a_finding_shows_its_place() -> None:
    (finding,) = [each for each in found_in(stretched_logo(specimen_of())) if each.rule == "logo"]

    assert finding.evidence == the(specimen_of()).plan.logo.box
    assert finding.crop
    assert len(finding.crop) < 3_000


def filled(picture: Image.Image, box: Box) -> Image.Image:
    """The box painted over with what is to its left and right."""
    picture = picture.copy()
    left = picture.crop((box.left_px - 9, box.top_px, box.left_px - 5, box.bottom_px))
    picture.paste(left.resize((box.width_px, box.height_px)), box.corners[:2])
    return picture
