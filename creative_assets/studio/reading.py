"""Reading a brief: all that is wrong with it at once, or the brief.

Problems of single values come from the models in `brief`. Here are those that need several places
of the document, found in the document as written, so that one wrong field hides no other problem;
and those of the files that a brief names.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from pydantic import TypeAdapter, ValidationError

from creative_assets.studio import locales
from creative_assets.studio.brand_fonts import open_font
from creative_assets.studio.brief import (
    MAX_LOCALE_SCOPES,
    MAX_LOCALES,
    MAX_PRODUCTS,
    CampaignBrief,
    named_files,
)
from creative_assets.studio.documents import field_path, read_document
from creative_assets.studio.errors import BriefError, Problem, RenderError
from creative_assets.studio.fonts import Face, covering_face
from creative_assets.studio.formats import (
    all_channels,
    all_formats,
    format_named,
    formats_of,
)
from creative_assets.studio.images import inspect_image
from creative_assets.studio.problems import clean, listed, quoted, shown
from creative_assets.studio.rules import (
    EVERY_LOCALE,
    EmailAddress,
    FontFileName,
    LogoFileName,
    PhotoFileName,
)
from creative_assets.studio.wording import problems_of

MAX_VARIANTS: Final = 2_000
MAX_PROBLEMS: Final = 100
MIN_LOGO_WIDTH_PX: Final = 200
MIN_PHOTO_SIDE_PX: Final = 400
USABLE_PICTURE: Final = "a picture that can be used"
"""What is expected where the picture itself is wrong; what is found says how, and what helps."""

_LOGO_NAME: TypeAdapter[str] = TypeAdapter(LogoFileName)
_PHOTO_NAME: TypeAdapter[str] = TypeAdapter(PhotoFileName)
_EMAIL: TypeAdapter[str] = TypeAdapter(EmailAddress)
_FONT_NAME: TypeAdapter[str] = TypeAdapter(FontFileName)


def read_brief(content: bytes, name: str) -> CampaignBrief:
    """The brief in `content`, a YAML file, or a JSON file where `name` ends in `.json`.

    Raises:
        BriefError: With all its problems; of more than `MAX_PROBLEMS`, with the first of them.
    """
    document = read_document(content, name)
    root = document.root
    if not isinstance(root, dict):
        raise BriefError(name, [*document.problems, _no_fields(root)])
    problems = list(document.problems)
    brief = None
    try:
        brief = CampaignBrief.model_validate(root)
    except ValidationError as error:
        problems += problems_of(error, root, MAX_PROBLEMS + 1)
    problems += _problems_between_fields(root)
    if brief is None or problems:
        raise BriefError(name, _limited(problems))
    return brief


def contact_of(content: bytes, name: str) -> str | None:
    """Whom a brief names to be told about it, however wrong it is otherwise; None for nobody.

    Raises:
        BriefError: The document cannot be read.
    """
    named = _field(read_document(content, name).root, "contact")
    try:
        return _EMAIL.validate_python(named)
    except ValidationError:
        return None


def named_in(content: bytes, name: str) -> tuple[str, str]:
    """(campaign, brand) as a brief names them, however wrong it is otherwise; else empty."""
    try:
        root = read_document(content, name).root
    except BriefError:
        return "", ""
    campaign_id, brand = _field(root, "campaign_id"), _field(_field(root, "brand"), "name")
    return _text(campaign_id), _text(brand)


def read_with_files(
    content: bytes, name: str, content_of: Callable[[str], bytes | None]
) -> tuple[CampaignBrief | None, tuple[Problem, ...]]:
    """The brief, and all that is wrong with it and with the files that it names.

    Args:
        content: The brief's file.
        name: The file's name.
        content_of: The bytes of a file, by its name relative to the brief's folder; None where
            there is none.

    Returns:
        None in place of a brief that cannot be read: its files are checked all the same, so that
        its author can put everything right in one go.
    """
    try:
        brief = read_brief(content, name)
    except BriefError as error:
        files = _files_as_written(content, name)
        return None, (*error.problems, *_file_problems(files, content_of))
    fonts = _fonts(brief, content_of)
    return brief, (*_unsettable(brief, fonts), *_file_problems(named_files(brief), content_of))


def _files_as_written(content: bytes, name: str) -> Iterator[tuple[str, str]]:
    """(field, file name) of the usable file names in a brief that is wrong elsewhere."""
    try:
        root = read_document(content, name).root
    except BriefError:
        return
    brand = _field(root, "brand")
    logo = _field(brand, "logo")
    logos = logo if isinstance(logo, dict) else {None: logo}
    for version, file in logos.items():
        if _is_name(_LOGO_NAME, file):
            yield f"brand.logo.{version}" if version else "brand.logo", str(file)
    for position, file in enumerate(_items(_field(brand, "fonts"))):
        if _is_name(_FONT_NAME, file):
            yield f"brand.fonts[{position}]", str(file)
    for number, product in enumerate(_items(_field(root, "products"))[:MAX_PRODUCTS]):
        for position, file in enumerate(_items(_field(product, "photos"))):
            if _is_name(_PHOTO_NAME, file):
                yield f"products[{number}].photos[{position}]", str(file)


def _is_name(kind: TypeAdapter[str], value: object) -> bool:
    try:
        kind.validate_python(value, strict=True)
    except ValidationError:
        return False
    return True


def _fonts(brief: CampaignBrief, content_of: Callable[[str], bytes | None]) -> list[Face]:
    """The brand's own fonts that can be used; what is wrong with others is told as their file's."""
    faces = []
    for name in brief.brand.fonts:
        content = content_of(name)
        with contextlib.suppress(RenderError):
            faces += [open_font(content, name)] if content is not None else []
    return faces


def _unsettable(brief: CampaignBrief, fonts: Sequence[Face]) -> Iterator[Problem]:
    """The brief's own words that no font can set: told before anything is paid for."""
    for field, locale, text in _words(brief):
        try:
            covering_face(text, locale, fonts)
        except RenderError as error:
            yield Problem(
                field=field,
                found=quoted(text),
                expected="characters that can be set",
                fix=clean(str(error), limit=300),
            )


def _words(brief: CampaignBrief) -> Iterator[tuple[str, str, str]]:
    """(field, locale, text) of all that is set into pictures as the brief has it."""
    sources = [("messages", brief.messages)]
    for number, product in enumerate(brief.products):
        sources.append((f"products[{number}].messages", product.messages))
    for path, messages in sources:
        for scope, message in messages.items():
            for part, text in message.model_dump(exclude_none=True).items():
                yield f"{field_path(path, scope)}.{part}", scope, text
    for scope, text in brief.brand.legal_text.items():
        for locale in brief.target_locales if scope == EVERY_LOCALE else [scope]:
            yield field_path("brand.legal_text", scope), locale, text


def _file_problems(
    files: Iterable[tuple[str, str]], content_of: Callable[[str], bytes | None]
) -> Iterator[Problem]:
    complaints: dict[str, tuple[str, str, str] | None] = {}
    for field, name in files:
        if name not in complaints:
            complaints[name] = _file_complaint(field, name, content_of(name))
        complaint = complaints[name]
        if complaint:
            found, expected, fix = complaint
            yield Problem(field=field, found=found, expected=expected, fix=fix)


def _file_complaint(field: str, name: str, content: bytes | None) -> tuple[str, str, str] | None:
    if content is None:
        return (
            f"no file {quoted(name)} in the brief's folder",
            "the file there, under exactly this name",
            "Put the file there, or correct the name; capitals count.",
        )
    is_font = field.startswith("brand.fonts")
    try:
        if is_font:
            open_font(content, name)
            return None
        facts = inspect_image(content, name)
    except RenderError as error:
        return (
            clean(str(error), limit=300),
            "a font that can be used" if is_font else USABLE_PICTURE,
            "Put that right, and keep the file's name.",
        )
    size = facts.size
    if not field.startswith("brand.logo"):
        if min(size.width_px, size.height_px) < MIN_PHOTO_SIDE_PX:
            return (
                f"{quoted(name)}, {size} px",
                f"a photo of at least {MIN_PHOTO_SIDE_PX} px on each side",
                "Use a larger version of the photo.",
            )
    elif facts.kind != "svg" and size.width_px < MIN_LOGO_WIDTH_PX:
        return (
            f"{quoted(name)}, {size.width_px} px wide",
            f"a logo at least {MIN_LOGO_WIDTH_PX} px wide, or an SVG",
            "Export it larger, or as an SVG.",
        )
    return None


def _no_fields(root: object) -> Problem:
    return Problem(
        field="",
        found="an empty file" if root is None else shown(root),
        expected="the fields of a brief: `campaign_id`, `brand`, `audience`, `products`, …",
        fix="Start from the example brief.",
    )


def _limited(problems: list[Problem]) -> list[Problem]:
    if len(problems) <= MAX_PROBLEMS:
        return problems
    rest = Problem(
        field="",
        found=f"more than {MAX_PROBLEMS} problems",
        expected="a brief like the example",
        fix=f"Correct the {MAX_PROBLEMS} that are named here first.",
    )
    return [*problems[:MAX_PROBLEMS], rest]


def _problems_between_fields(root: dict[str, object]) -> Iterator[Problem]:
    products = _items(root.get("products"))[:MAX_PRODUCTS]
    targets = _items(root.get("target_locales"))[:MAX_LOCALES]
    yield from _repeated(
        {f"products[{i}].id": _field(product, "id") for i, product in enumerate(products)}
    )
    yield from _repeated(
        {f"target_locales[{i}]": _meant(target) for i, target in enumerate(targets)}
    )
    yield from _too_many(len(products) * len(targets))
    meant = {locale for locale in map(_meant, targets) if locale}
    brand = root.get("brand")
    yield from _untargeted("brand.banned_words", _field(brand, "banned_words"), meant)
    yield from _untargeted("brand.legal_text", _field(brand, "legal_text"), meant)
    yield from _untargeted("messages", root.get("messages"), meant)
    for i, product in enumerate(products):
        yield from _untargeted(f"products[{i}].messages", _field(product, "messages"), meant)
    legal_text = _field(brand, "legal_text")
    if isinstance(legal_text, dict) and legal_text:
        channels = _items(_field(root.get("output"), "channels"))
        yield from _without_room_for_legal_text(channels)


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _field(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, dict) else None


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _meant(tag: object) -> str | None:
    """The locale that a tag stands for, even if it is written wrongly: that is reported already."""
    if not isinstance(tag, str):
        return None
    return locales.normalise(tag) or locales.suggestion(tag)


def _repeated(values: dict[str, object]) -> Iterator[Problem]:
    """A problem for each text that stands at an earlier path too."""
    first: dict[str, str] = {}
    for path, value in values.items():
        if not isinstance(value, str):
            continue
        if value in first:
            yield Problem(
                field=path,
                found=f"{quoted(value)}, as in `{first[value]}`",
                expected="each only once",
                fix="Remove it, or change one of the two.",
            )
        first.setdefault(value, path)


def _too_many(variants: int) -> Iterator[Problem]:
    if variants > MAX_VARIANTS:
        yield Problem(
            field="",
            found=f"{variants:,} variants (products times locales)",
            expected=f"at most {MAX_VARIANTS:,}",
            fix="Split the campaign into several briefs.",
        )


def _without_room_for_legal_text(channels: Sequence[object]) -> Iterator[Problem]:
    """Channels with formats that are too small for the legal line: it is never left out."""
    known = {*all_channels(), *all_formats()}
    for number, name in enumerate(channels):
        if not isinstance(name, str) or name not in known:
            continue
        formats = [fmt for fmt in map(format_named, formats_of([name])) if fmt.text_and_logo]
        small = [fmt.name for fmt in formats if "legal_line" not in fmt.text_roles]
        roomy = [fmt.name for fmt in formats if "legal_line" in fmt.text_roles]
        if small:
            yield Problem(
                field=f"output.channels[{number}]",
                found=f"{quoted(name)}, with no room for `brand.legal_text` in {listed(small)}",
                expected="formats in which the legal line can be read",
                fix=f"Name {listed(roomy)} instead." if roomy else "Leave it out.",
            )


def _untargeted(path: str, by_locale: object, targets: set[str]) -> Iterator[Problem]:
    """Keys of a mapping by locale that no target has, or that stand for the same locale twice."""
    if not isinstance(by_locale, dict) or not targets or len(by_locale) > MAX_LOCALE_SCOPES:
        return
    yield from _repeated({field_path(path, tag): _meant(tag) for tag in by_locale})
    for tag in by_locale:
        locale = _meant(tag)
        if locale is None or tag == EVERY_LOCALE or locale in targets:
            continue
        # A language alone may stay without a target: brands reuse these lists across campaigns.
        if locales.has_region(locale):
            yield Problem(
                field=field_path(path, tag),
                found=f"{quoted(tag)}, which is no target locale",
                expected="target locales, or languages such as `de`",
                fix=f"Add `{locale}` to `target_locales`, or remove it here.",
            )
