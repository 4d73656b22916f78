"""Finished variants of one final each, for the checks: composed on photographs as the stages do.

What is wrong with a specimen is put in by the test that claims it is found.
"""

import functools
import io
from collections.abc import Sequence
from dataclasses import replace

from PIL import Image

from creative_assets.standin.copywriter import draft_copy
from creative_assets.studio.brief import Audience, FileRef, LogoFiles, VariantBrief
from creative_assets.studio.checks import Finding
from creative_assets.studio.checks.judging import judged
from creative_assets.studio.checks.rules import severities
from creative_assets.studio.checks.specimen import BaseFile, FinalFile, Specimen
from creative_assets.studio.checks.stray_marks import StrayMarks, stray_marks
from creative_assets.studio.compose import OverlayText, TextReport, TextStyle, compose_text
from creative_assets.studio.copywriting import AdCopy, BackTranslation
from creative_assets.studio.export import encode
from creative_assets.studio.formats import format_named
from creative_assets.studio.layout import FormatPlan
from creative_assets.studio.logo import place_logo
from creative_assets.studio.pictures import BasePicture
from creative_assets.studio.provenance import COMPOSITE_SOURCE, Marks
from creative_assets.studio.store import StoredFile
from creative_assets.studio.typography import direction_of
from creative_assets.studio.values import Direction, Size
from tests.gallery.finals import PALETTE, PRIMARY, brand_logo, framed_for

LEGAL = "Contains caffeine. Please recycle."
NOWHERE = FileRef(path="nowhere", size_bytes=1, sha256="0", name="logo.svg")


def specimen_of(
    locale: str = "en-US",
    format_name: str = "1x1",
    layout: str = "overlay",
    scene: str = "bright",
    take: int = 1,
) -> Specimen:
    """A variant that is as it should be: the stand-in's copy, on a photograph of the gallery."""
    direction = direction_of(locale)
    frame, plan = framed_for(format_name, layout, scene, direction)
    copy = copy_of(locale, take)
    marks = Marks(
        digital_source_type=COMPOSITE_SOURCE,
        creator_tool="creative-assets",
        ai_system="gpt-image-2.6-flare at api.openai.com",
        ai_version="gpt-image-2.6-flare",
        stand_in=False,
        alt_text=copy.alt_text,
        locale=locale,
        title="Nordlys: Cold Brew",
    )
    style = TextStyle(
        locale=locale,
        direction=direction,
        primary_color=PRIMARY,
        palette=PALETTE,
        keep_together=("Nordlys", "Cold Brew"),
    )
    branded = place_logo(frame, brand_logo(), plan.logo)
    texts = OverlayText(
        headline=copy.headline,
        subline=copy.subline,
        call_to_action=copy.call_to_action,
        legal_line=copy.legal_line,
    )
    composition = compose_text(branded, plan, format_named(format_name), texts, style)
    return Specimen(
        variant=variant_of(locale, format_name, layout),
        copy=copy,
        style=style,
        marks=marks,
        logo=brand_logo(),
        finals=(final_of(composition.image, plan, composition.report, marks),),
        clean=(),
        pictures=(base_of(format_name, layout, scene, direction),),
        photos={},
    )


def base_of(format_name: str, layout: str, scene: str, direction: Direction) -> BaseFile:
    """The picture that such a final is made of, as it is beneath text and logo."""
    content, stray = _seen(format_name, layout, scene, direction)
    size = format_named(format_name).size
    return BaseFile(facts_of(size, format_name, uses_photos=False), content, stray)


@functools.cache
def _seen(
    format_name: str, layout: str, scene: str, direction: Direction
) -> tuple[bytes, StrayMarks]:
    """A picture's file, and the marks in it, which are looked for once."""
    frame, _ = framed_for(format_name, layout, scene, direction)
    return _jpeg(frame), stray_marks(frame, brand_logo())


def facts_of(size: Size, format_name: str, *, uses_photos: bool) -> BasePicture:
    return BasePicture(
        size=size,
        formats=(format_name,),
        file=StoredFile(path="picture", size_bytes=1, sha256="0"),
        uses_photos=uses_photos,
        generation="0",
    )


def variant_of(locale: str, format_name: str, layout: str) -> VariantBrief:
    return VariantBrief.model_validate(
        {
            "campaign_id": "summer",
            "locale": locale,
            "product_id": "cold-brew",
            "product_name": "Cold Brew",
            "product_description": "Coffee, steeped for 18 hours.",
            "photos": (),
            "brand_name": "Nordlys",
            "primary_color": PRIMARY,
            "palette": PALETTE,
            "fonts": (),
            "tone": "warm",
            "logo": LogoFiles(default=NOWHERE, clear_space=0.25),
            "banned_words": ("cheap", "billig", "激安"),
            "legal_line": LEGAL,
            "legal_guidelines": (),
            "audience": Audience(region="Nordics", description="Commuters"),
            "approved": None,
            "reference": None,
            "layout": layout,
            "formats": (format_name,),
            "clean_twins": False,
            "file_type": "jpeg",
            "logo_wish": None,
            "imagery": "localized",
        }
    )


def copy_of(locale: str, take: int = 1) -> AdCopy:
    """What the stand-in writes for coffee."""
    product = {"id": "cold-brew", "name": "Cold Brew", "description": "coffee"}
    draft = draft_copy({"locale": locale, "product": product, "take": take}, 0)
    return AdCopy(
        headline=draft["headline"],
        subline=draft["subline"],
        call_to_action=draft["call_to_action"],
        alt_text=draft["alt_text"],
        legal_line=LEGAL,
        back_translation=BackTranslation(headline="h", subline="s", call_to_action="c"),
        sources={"headline": "model", "subline": "model", "call_to_action": "model"},
    )


def final_of(image: Image.Image, plan: FormatPlan, report: TextReport, marks: Marks) -> FinalFile:
    return FinalFile(plan, report, encode(image, ("jpeg",), marks).content)


def redone(specimen: Specimen, image: Image.Image) -> Specimen:
    """The same, with another picture in its final's file."""
    (final,) = specimen.finals
    return replace(specimen, finals=(final_of(image, final.plan, final.text, specimen.marks),))


def with_picture(specimen: Specimen, picture: Image.Image) -> Specimen:
    """The same, made from that generated picture."""
    size = Size(width_px=picture.width, height_px=picture.height)
    facts = facts_of(size, "1x1", uses_photos=bool(specimen.photos))
    return replace(specimen, pictures=(BaseFile(facts, _jpeg(picture)),))


def _jpeg(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.copy().save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


def found_in(specimen: Specimen) -> Sequence[Finding]:
    """All that the five checks find."""
    reports = judged(specimen, severities({}))
    return [finding for told in reports for finding in told.findings]


def rules_found(specimen: Specimen) -> set[tuple[str, str]]:
    """(check, rule) of all that the five checks find."""
    return {(finding.check, finding.rule) for finding in found_in(specimen)}
