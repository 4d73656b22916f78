"""Final creatives: text set into the plan, and the file exported.

Text is always set here and never by an image model. How a line is broken and drawn is
`typography`'s and `compose`'s matter, what a file format can do is `export`'s.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from PIL import Image

from creative_assets.studio.brand_fonts import open_font
from creative_assets.studio.branding import BrandedImage, BrandedImages, CleanImage
from creative_assets.studio.brief import VariantBrief
from creative_assets.studio.compose import (
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
from creative_assets.studio.previews import Previews, previews_of
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

CODE_VERSION = "7"
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

    files = [*(image.file for image in branded.images), *(image.file for image in branded.clean)]
    contents = await all_of(bench.io(bench.store.get_verified, file) for file in files)
    finished = await bench.last_cpu(
        variant.key, _finished, variant, copy, branded, contents, style, marks
    )

    async def kept(name: str, encoded: Encoded) -> StoredFile:
        path = f"{folder}/{name}{_SUFFIXES[encoded.file_type]}"
        return await bench.io(bench.store.put_once, path, encoded.content)

    async def final(image: BrandedImage, text: TextReport, encoded: Encoded) -> Final:
        name, size = image.plan.format, image.plan.size
        file = await kept(name, encoded)
        return Final(format=name, size=size, file=file, quality=encoded.quality, text=text)

    async def clean(image: CleanImage, encoded: Encoded) -> CleanFinal:
        file = await kept(f"{image.format}-clean", encoded)
        return CleanFinal(format=image.format, size=image.size, file=file, quality=encoded.quality)

    finals = await all_of(map(final, branded.images, finished.texts, finished.finals))
    cleaned = await all_of(map(clean, branded.clean, finished.clean))
    return Made(
        FinalCreatives(finals=tuple(finals), clean=tuple(cleaned)),
        files={
            **{each.format: each.file for each in finals},
            **{each.name: each.file for each in cleaned},
        },
        pictures=finished.previews,
    )


async def load_style(variant: VariantBrief, bench: Workbench) -> TextStyle:
    """How the variant's text looks, with the brand's fonts from the store.

    Raises:
        RenderError: A font cannot be used.
    """
    if not variant.fonts:
        return text_style(variant, {})
    contents = await all_of(bench.io(bench.store.get_verified, font) for font in variant.fonts)
    fonts = {font.name: content for font, content in zip(variant.fonts, contents, strict=True)}
    return await bench.io(text_style, variant, fonts)


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


@dataclass(frozen=True)
class _Finished:
    """The files of a variant's finals, in the order of its branded and of its clean images."""

    texts: tuple[TextReport, ...]
    finals: tuple[Encoded, ...]
    clean: tuple[Encoded, ...]
    previews: Previews


def _finished(
    variant: VariantBrief,
    copy: AdCopy,
    branded: BrandedImages,
    contents: Sequence[bytes],
    style: TextStyle,
    marks: Marks,
) -> _Finished:
    """All at once, as they share their colours; `contents` are of the branded and clean images."""
    settings = [
        set_on(content, image, copy, style)
        for image, content in zip(branded.images, contents, strict=False)
    ]
    ranking = common_ranking(settings)
    compositions = [draw(setting, ranking) for setting in settings]
    pictures = [
        as_rgb(open_picture(content, image.file.path))
        for image, content in zip(branded.clean, contents[len(settings) :], strict=True)
    ]
    return _Finished(
        texts=tuple(composition.report for composition in compositions),
        finals=tuple(
            _encoded(composition.image, image.plan.format, variant.file_type, marks)
            for image, composition in zip(branded.images, compositions, strict=True)
        ),
        clean=tuple(
            _encoded(picture, image.format, variant.file_type, marks.clean())
            for image, picture in zip(branded.clean, pictures, strict=True)
        ),
        previews=previews_of([*(each.image for each in compositions), *pictures]),
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


def _encoded(image: Image.Image, format_name: str, file_type: FileType, marks: Marks) -> Encoded:
    fmt = format_named(format_name)
    return encode(image, file_types_for(fmt, file_type), marks, fmt.max_bytes)


@cache
def _read_of(fmt: Format) -> Any:  # noqa: ANN401 - anything that JSON can hold
    """What is read of a format here; its size and safe zone are in the plan."""
    return fmt.model_dump(mode="json", include={"name", "max_bytes", "file_types", "text_roles"})
