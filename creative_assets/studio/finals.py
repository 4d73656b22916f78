"""Final creatives: text set into the plan, and the file exported.

Text is always set here and never by an image model. How a line is broken and drawn is
`typography`'s and `compose`'s matter, what a file format can do is `export`'s.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from PIL import Image

from creative_assets.studio.brand_fonts import open_font
from creative_assets.studio.branding import BrandedImage, BrandedImages, CleanImage
from creative_assets.studio.brief import VariantBrief
from creative_assets.studio.compose import (
    Composition,
    OverlayText,
    Setting,
    TextReport,
    TextStyle,
    common_ranking,
    draw,
    set_text,
)
from creative_assets.studio.copywriting import AdCopy
from creative_assets.studio.export import Encoded, encode
from creative_assets.studio.fonts import renderer_version
from creative_assets.studio.formats import Format, file_types_for, format_named
from creative_assets.studio.images import as_rgb, open_picture
from creative_assets.studio.models.services import STAND_IN
from creative_assets.studio.previews import previews_of
from creative_assets.studio.provenance import (
    COMPOSITE_SOURCE,
    PROCEDURAL_SOURCE,
    Marks,
)
from creative_assets.studio.stages import FINAL_CREATIVES, Made, ModelChoice, folder_of, version_of
from creative_assets.studio.store import StoredFile
from creative_assets.studio.typography import direction_of
from creative_assets.studio.values import FileType, Frozen, Size
from creative_assets.studio.workbench import Workbench, all_of

CODE_VERSION = "5"
_SUFFIXES: dict[FileType, str] = {"jpeg": ".jpg", "png": ".png", "webp": ".webp"}


class Final(Frozen):
    """One finished image.

    Attributes:
        quality: Of the compression, 50 to 90; None for a PNG, which has none.
        text: Where each line stands, how large, and how legible.
    """

    format: str
    size: Size
    file: StoredFile
    quality: int | None
    text: TextReport


class CleanFinal(Frozen):
    """One finished image without text and logo. `quality` as a final's."""

    format: str
    size: Size
    file: StoredFile
    quality: int | None

    @property
    def name(self) -> str:
        """Such as `4x5-clean`."""
        return f"{self.format}-clean"


class FinalCreatives(Frozen):
    """One final for each format of the brief that takes text and logo.

    The others come clean, and on request these have a clean twin.
    """

    finals: tuple[Final, ...]
    clean: tuple[CleanFinal, ...]


def finals_version(
    variant: VariantBrief, choice: ModelChoice, branding_version: str, copy_version: str
) -> str:
    """The version of the variant's finals."""
    return version_of(
        CODE_VERSION,
        renderer_version(),
        [choice.service, choice.image_model],
        [variant.locale, variant.primary_color, *variant.palette],
        [variant.file_type, *(_read_of(format_named(name)) for name in variant.formats)],
        [variant.brand_name, variant.product_name],
        [[font.name, font.sha256] for font in variant.fonts],
        branding_version,
        copy_version,
    )


async def make_final_creatives(
    variant: VariantBrief, branded: BrandedImages, copy: AdCopy, version: str, bench: Workbench
) -> Made[FinalCreatives]:
    """A final for each format, and the clean ones."""
    folder = folder_of(variant.campaign_id, FINAL_CREATIVES, version)
    marks = marks_of(variant, copy, bench.choice)
    style = await load_style(variant, bench)

    async def kept(name: str, encoded: Encoded) -> StoredFile:
        path = f"{folder}/{name}{_SUFFIXES[encoded.file_type]}"
        return await bench.io(bench.store.put_once, path, encoded.content)

    async def placed(image: BrandedImage) -> Setting:
        content = await bench.io(bench.store.get_verified, image.file)
        return await bench.cpu(set_on, content, image, copy, style)

    settings = await all_of(placed(image) for image in branded.images)
    ranking = common_ranking(settings)

    async def finish(image: BrandedImage, setting: Setting) -> tuple[Final, Image.Image]:
        composition, encoded = await bench.cpu(
            _finish, setting, ranking, image, variant.file_type, marks
        )
        final = Final(
            format=image.plan.format,
            size=image.plan.size,
            file=await kept(image.plan.format, encoded),
            quality=encoded.quality,
            text=composition.report,
        )
        return final, composition.image

    async def finish_clean(image: CleanImage) -> tuple[CleanFinal, Image.Image]:
        content = await bench.io(bench.store.get_verified, image.file)
        picture, encoded = await bench.cpu(_finish_clean, content, image, variant.file_type, marks)
        file = await kept(f"{image.format}-clean", encoded)
        final = CleanFinal(format=image.format, size=image.size, file=file, quality=encoded.quality)
        return final, picture

    made = await all_of(map(finish, branded.images, settings))
    clean = await all_of(finish_clean(image) for image in branded.clean)
    return Made(
        FinalCreatives(
            finals=tuple(final for final, _ in made), clean=tuple(final for final, _ in clean)
        ),
        files={
            **{final.format: final.file for final, _ in made},
            **{final.name: final.file for final, _ in clean},
        },
        pictures=await bench.cpu(previews_of, [picture for _, picture in (*made, *clean)]),
    )


async def load_style(variant: VariantBrief, bench: Workbench) -> TextStyle:
    """How the variant's text looks, with the brand's fonts from the store.

    Raises:
        RenderError: A font cannot be used.
    """
    contents = await all_of(bench.io(bench.store.get_verified, font) for font in variant.fonts)
    names = [font.name for font in variant.fonts]
    return await bench.cpu(text_style, variant, dict(zip(names, contents, strict=True)))


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


def marks_of(variant: VariantBrief, copy: AdCopy, choice: ModelChoice) -> Marks:
    """What the finals say about themselves."""
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


def set_on(content: bytes, image: BrandedImage, copy: AdCopy, style: TextStyle) -> Setting:
    """The copy placed on the branded image's `content`; drawn together with the other formats."""
    frame = as_rgb(open_picture(content, image.file.path))
    plan, fmt = image.plan, format_named(image.plan.format)
    return set_text(frame, plan, fmt, overlay_text(copy, fmt), style)


def overlay_text(copy: AdCopy, fmt: Format) -> OverlayText:
    """What of the copy is set in a format."""
    return OverlayText(
        headline=copy.headline,
        subline=copy.subline if "subline" in fmt.text_roles else None,
        call_to_action=copy.call_to_action if "call_to_action" in fmt.text_roles else None,
        legal_line=copy.legal_line if "legal_line" in fmt.text_roles else None,
    )


def _finish(
    setting: Setting,
    ranking: Sequence[int],
    image: BrandedImage,
    file_type: FileType,
    marks: Marks,
) -> tuple[Composition, Encoded]:
    composition = draw(setting, ranking)
    return composition, _encoded(
        composition.image, format_named(image.plan.format), file_type, marks
    )


def _finish_clean(
    content: bytes, image: CleanImage, file_type: FileType, marks: Marks
) -> tuple[Image.Image, Encoded]:
    picture = as_rgb(open_picture(content, image.file.path))
    return picture, _encoded(picture, format_named(image.format), file_type, marks.clean())


def _encoded(image: Image.Image, fmt: Format, file_type: FileType, marks: Marks) -> Encoded:
    return encode(image, file_types_for(fmt, file_type), marks, fmt.max_bytes)


@cache
def _read_of(fmt: Format) -> Any:  # noqa: ANN401 - anything that JSON can hold
    """What is read of a format here; its size and safe zone are in the plan."""
    return fmt.model_dump(mode="json", include={"name", "max_bytes", "file_types", "text_roles"})
