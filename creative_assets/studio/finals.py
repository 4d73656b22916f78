"""Final creatives: text set into the plan, and the file exported.

Text is always set here and never by an image model. How a line is broken and drawn is
`typography`'s and `compose`'s matter, what a file format can do is `export`'s.
"""

from collections.abc import Mapping

from PIL import Image

from creative_assets.studio.brand_fonts import open_font
from creative_assets.studio.branding import BrandedImage, BrandedImages
from creative_assets.studio.brief import VariantBrief
from creative_assets.studio.compose import (
    Composition,
    OverlayText,
    TextReport,
    TextStyle,
    compose_text,
)
from creative_assets.studio.copywriting import AdCopy
from creative_assets.studio.export import encode
from creative_assets.studio.fonts import renderer_version
from creative_assets.studio.formats import format_named
from creative_assets.studio.images import as_rgb, open_picture
from creative_assets.studio.models.services import STAND_IN
from creative_assets.studio.previews import previews_of
from creative_assets.studio.provenance import COMPOSITE_SOURCE, PROCEDURAL_SOURCE, Marks
from creative_assets.studio.stages import FINAL_CREATIVES, Made, ModelChoice, folder_of, version_of
from creative_assets.studio.store import StoredFile
from creative_assets.studio.typography import direction_of
from creative_assets.studio.values import FileType, Frozen, Size
from creative_assets.studio.workbench import Workbench, all_of

CODE_VERSION = "2"
_SUFFIXES: dict[FileType, str] = {"jpeg": ".jpg", "png": ".png", "webp": ".webp"}


class Final(Frozen):
    """One finished image. `text` says where each line stands, how large, and how legible."""

    format: str
    size: Size
    file: StoredFile
    text: TextReport


class FinalCreatives(Frozen):
    """One final for each format of the brief."""

    finals: tuple[Final, ...]


def finals_version(
    variant: VariantBrief, choice: ModelChoice, branding_version: str, copy_version: str
) -> str:
    """The version of the variant's finals."""
    return version_of(
        CODE_VERSION,
        renderer_version(),
        [choice.service, choice.image_model],
        [variant.locale, variant.primary_color, *variant.palette],
        [variant.file_type, *variant.formats],
        [variant.brand_name, variant.product_name],
        [[font.name, font.sha256] for font in variant.fonts],
        branding_version,
        copy_version,
    )


async def make_final_creatives(
    variant: VariantBrief, branded: BrandedImages, copy: AdCopy, version: str, bench: Workbench
) -> Made[FinalCreatives]:
    """A final for each format."""
    folder = folder_of(variant.campaign_id, FINAL_CREATIVES, version)
    marks = _marks(variant, copy, bench.choice)
    contents = await all_of(bench.io(bench.store.get_verified, font) for font in variant.fonts)
    names = [font.name for font in variant.fonts]
    style = await bench.cpu(text_style, variant, dict(zip(names, contents, strict=True)))

    async def finish(image: BrandedImage) -> tuple[Final, Image.Image]:
        content = await bench.io(bench.store.get_verified, image.file)
        composition, encoded = await bench.cpu(
            _finish, content, image, variant.file_type, copy, style, marks
        )
        path = f"{folder}/{image.plan.format}{_SUFFIXES[variant.file_type]}"
        file = await bench.io(bench.store.put_once, path, encoded)
        final = Final(
            format=image.plan.format,
            size=image.plan.size,
            file=file,
            text=composition.report,
        )
        return final, composition.image

    made = await all_of(finish(image) for image in branded.images)
    return Made(
        FinalCreatives(finals=tuple(final for final, _ in made)),
        files={final.format: final.file for final, _ in made},
        pictures=await bench.cpu(previews_of, [picture for _, picture in made]),
    )


def text_style(variant: VariantBrief, fonts: Mapping[str, bytes]) -> TextStyle:
    """How the variant's text looks; `fonts` are the contents of its brand's font files, by name.

    Raises:
        RenderError: A font cannot be used.
    """
    return TextStyle(
        locale=variant.locale,
        direction=direction_of(variant.locale),
        primary_color=variant.primary_color,
        palette=variant.palette,
        keep_together=(variant.brand_name, variant.product_name),
        fonts=tuple(open_font(content, name) for name, content in fonts.items()),
    )


def _marks(variant: VariantBrief, copy: AdCopy, choice: ModelChoice) -> Marks:
    is_stand_in = choice.service == STAND_IN
    model = choice.image_model
    played = f"{model}, played by the stand-in"
    return Marks(
        digital_source_type=PROCEDURAL_SOURCE if is_stand_in else COMPOSITE_SOURCE,
        creator_tool="creative-assets",
        ai_system=played if is_stand_in else f"{model} at {choice.service}",
        ai_version=STAND_IN if is_stand_in else model,
        stand_in=is_stand_in,
        alt_text=copy.alt_text,
        locale=variant.locale,
        title=f"{variant.brand_name}: {variant.product_name}",
    )


def _finish(
    content: bytes,
    image: BrandedImage,
    file_type: FileType,
    copy: AdCopy,
    style: TextStyle,
    marks: Marks,
) -> tuple[Composition, bytes]:
    frame = as_rgb(open_picture(content, image.file.path))
    text = OverlayText(
        headline=copy.headline,
        subline=copy.subline,
        call_to_action=copy.call_to_action,
        legal_line=copy.legal_line,
    )
    plan = image.plan
    composition = compose_text(frame, plan, format_named(plan.format), text, style)
    encoded = encode(composition.image, (file_type,), marks)
    return composition, encoded.content
