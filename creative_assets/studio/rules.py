"""The rules for single values of a brief: IDs, colours, locales, file names and texts, as types.

Rules about several fields are in `brief`, where they concern one model, or else in `reading`.
"""

import re
import unicodedata
from pathlib import PurePosixPath
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints

from creative_assets.studio import locales
from creative_assets.studio.formats import all_channels, all_formats
from creative_assets.studio.problems import did_you_mean, refusal

EVERY_LOCALE: Final = "*"

CAMPAIGN_ID_PATTERN: Final = r"[a-z0-9][a-z0-9-]{1,62}"
PRODUCT_ID_PATTERN: Final = r"[a-z0-9][a-z0-9-]{0,62}"
_COLOR = r"#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})"
_LONGEST_ID = 63
_PHOTO_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")
_LOGO_SUFFIXES = (".svg", *_PHOTO_SUFFIXES)
_FONT_SUFFIXES = (".ttf", ".otf")

# Characters that make text look different from what it is: controls, halves of characters, line
# separators, bidirectional overrides and isolates (Unicode UAX #9), byte order marks, and tags,
# which can carry instructions to a model that nobody sees.
HIDDEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)


# The plain form alone: what is not of it is more likely an attack on a mailer than an address.
_EMAIL = r"[A-Za-z0-9][A-Za-z0-9._%+-]*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}"


def visible(text: str) -> str:
    """The text; refused where it holds what nobody sees."""
    found = HIDDEN.search(text)
    if found:
        raise refusal(
            f"text without invisible characters; U+{ord(found[0]):04X} stands at character "
            f"{found.start() + 1}",
            "Type the text again, or paste it without formatting.",
        )
    return text


def one_line(text: str) -> str:
    """The text; refused where it has several lines, or holds what nobody sees."""
    if "\n" in text:
        raise refusal("text in one line", "Join the lines.")
    return visible(text)


def _email(text: str) -> str:
    if re.fullmatch(_EMAIL, text):
        return text
    raise refusal("one e-mail address, such as ann@example.com", "Write the address alone.")


def _campaign_id(text: str) -> str:
    return _id(text, CAMPAIGN_ID_PATTERN, 2)


def _product_id(text: str) -> str:
    return _id(text, PRODUCT_ID_PATTERN, 1)


def _id(text: str, pattern: str, shortest: int) -> str:
    if re.fullmatch(pattern, text):
        return text
    meant = slug(text)
    fix = f"Write `{meant}`." if re.fullmatch(pattern, meant) else "Choose such an ID."
    raise refusal(
        f"{shortest} to {_LONGEST_ID} lower-case letters, digits and hyphens, not beginning with a "
        "hyphen",
        fix,
    )


def slug(text: str) -> str:
    """The text as an ID is written; empty where it has no Latin letter or digit."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def _color(text: str) -> str:
    """`#RGB` and `#RRGGBB` → `#rrggbb`."""
    if not re.fullmatch(_COLOR, text):
        raise refusal("a colour such as `#0B3D2E`", "Write `#` and 6 (or 3) digits from 0 to F.")
    digits = text[1:].lower()
    return "#" + (digits if len(digits) > len("rgb") else "".join(2 * digit for digit in digits))


def _locale(tag: str) -> str:
    usual = locales.normalise(tag)
    if usual is None:
        raise refusal(
            "a locale such as `de-DE`: the language, a hyphen, and the country", _locale_fix(tag)
        )
    return usual


def _locale_fix(tag: str) -> str:
    meant = locales.suggestion(tag)
    if meant:
        return f"Did you mean `{meant}`?"
    if tag == EVERY_LOCALE:
        return "Name the language: no text suits them all."
    return "Use the language's and the country's code."


def _locale_scope(tag: str) -> str:
    return tag if tag == EVERY_LOCALE else _locale(tag)


def _logo_file(name: str) -> str:
    return _file_name(name, _LOGO_SUFFIXES)


def _photo_file(name: str) -> str:
    return _file_name(name, _PHOTO_SUFFIXES)


def _font_file(name: str) -> str:
    return _file_name(name, _FONT_SUFFIXES)


def _file_name(name: str, suffixes: tuple[str, ...]) -> str:
    one_line(name)
    beside = "a file in the brief's own folder, such as `photos/cold-brew.png`"
    if "://" in name or name.startswith(("//", "data:")):
        raise refusal(f"{beside}, not an address", "Save the file beside the brief.")
    if "\\" in name:
        raise refusal(f"{beside}, with forward slashes", "Replace each backslash by `/`.")
    if name.startswith(("/", "~")) or re.match(r"[A-Za-z]:", name):
        raise refusal(f"{beside}, not a place on one machine", "Copy it beside the brief.")
    if ".." in name.split("/"):
        raise refusal(f"{beside}, without `..`", "Copy the file into the brief's folder.")
    if str(PurePosixPath(name)) != name:
        raise refusal(f"{beside}, without `./` or `//`", "Leave out what changes nothing.")
    if PurePosixPath(name).suffix.lower() not in suffixes:
        raise refusal(f"a file name that ends in {', '.join(suffixes)}", "Export it as one.")
    return name


def _channel(name: str) -> str:
    known = (*all_channels(), *all_formats())
    if name not in known:
        raise refusal("a channel, or one of its formats", did_you_mean(name, known))
    return name


# `json_schema_extra` tells editors what a validator checks with better words than a pattern has.
CampaignId = Annotated[
    str,
    AfterValidator(_campaign_id),
    Field(json_schema_extra={"pattern": f"^{CAMPAIGN_ID_PATTERN}$"}),
]
ProductId = Annotated[
    str,
    AfterValidator(_product_id),
    Field(json_schema_extra={"pattern": f"^{PRODUCT_ID_PATTERN}$"}),
]
Color = Annotated[str, AfterValidator(_color), Field(json_schema_extra={"pattern": f"^{_COLOR}$"})]
LocaleTag = Annotated[
    str, AfterValidator(_locale), Field(json_schema_extra={"pattern": locales.PATTERN})
]
LocaleScope = Annotated[
    str,
    AfterValidator(_locale_scope),
    Field(json_schema_extra={"pattern": rf"^\*$|{locales.PATTERN}"}),
]
ChannelName = Annotated[
    str,
    AfterValidator(_channel),
    Field(json_schema_extra={"enum": [*all_channels(), *all_formats()]}),
]
_FileName = Annotated[str, StringConstraints(min_length=1, max_length=255)]
LogoFileName = Annotated[_FileName, AfterValidator(_logo_file)]
PhotoFileName = Annotated[_FileName, AfterValidator(_photo_file)]
FontFileName = Annotated[_FileName, AfterValidator(_font_file)]

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
EmailAddress = Annotated[_Text, Field(max_length=254), AfterValidator(_email)]
Text40 = Annotated[_Text, Field(max_length=40), AfterValidator(one_line)]
Text80 = Annotated[_Text, Field(max_length=80), AfterValidator(one_line)]
Text120 = Annotated[_Text, Field(max_length=120), AfterValidator(one_line)]
Text160 = Annotated[_Text, Field(max_length=160), AfterValidator(one_line)]
Text300 = Annotated[_Text, Field(max_length=300), AfterValidator(one_line)]
Text2000 = Annotated[_Text, Field(max_length=2_000), AfterValidator(visible)]
