"""The brief: what a campaign manager writes, and the slice of it that concerns one variant.

Only the models and rules inside one model belong here: the rules for single values are in `rules`,
bytes become a brief in `reading`, and a brief its variants in `variants`. The titles, descriptions
and examples are what editors show through the JSON Schema.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, JsonValue

from creative_assets.studio.formats import formats_of
from creative_assets.studio.problems import refusal
from creative_assets.studio.rules import (
    CampaignId,
    ChannelName,
    Color,
    EmailAddress,
    FontFileName,
    LocaleScope,
    LocaleTag,
    LogoFileName,
    PhotoFileName,
    ProductId,
    Text40,
    Text80,
    Text120,
    Text160,
    Text300,
    Text2000,
)
from creative_assets.studio.store import StoredFile
from creative_assets.studio.values import FileType, Frozen, LayoutName

MAX_PRODUCTS: Final = 200
MAX_LOCALES: Final = 100
MAX_BUDGET_USD: Final = 1_000_000
MAX_LOCALE_SCOPES: Final = 300
"""Entries of a mapping by locale: the targets, and the languages of further campaigns."""

AspectRatio = Literal["1x1", "4x5", "9x16", "16x9"]
ASPECT_RATIOS: Final[tuple[AspectRatio, ...]] = ("1x1", "4x5", "9x16", "16x9")
LogoPlace = Literal[
    "top-left", "top-center", "top-right", "bottom-left", "bottom-center", "bottom-right"
]
Imagery = Literal["localized", "shared"]


# Of a mapping by locale, pydantic's schema says what keys look like, but not that all must.
_NO_OTHER_KEYS: dict[str, JsonValue] = {"additionalProperties": False}


def _from_to(ages: "AgeRange") -> "AgeRange":
    if ages.from_age > ages.to_age:
        raise refusal("`from` no greater than `to`", "Exchange the two.")
    return ages


def _said(message: "Message") -> "Message":
    if not any((message.headline, message.subline, message.call_to_action)):
        raise refusal(
            "at least one of `headline`, `subline` and `call_to_action`",
            "Add the approved copy, or remove this locale.",
        )
    return message


def _one_logo(value: object) -> object:
    return {"default": value} if isinstance(value, str) else value


def _distinct(items: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(items)) < len(items):
        raise refusal("each of them once", "Remove the repeated one.")
    return items


class LogoNames(Frozen):
    """The logo, in up to three versions."""

    default: LogoFileName = Field(
        description="The logo as it is used most.", examples=["nordlys.svg"]
    )
    light: LogoFileName | None = Field(
        default=None,
        description="The light-coloured logo, for dark pictures.",
        examples=["nordlys-light.svg"],
    )
    dark: LogoFileName | None = Field(
        default=None,
        description="The dark-coloured logo, for light pictures.",
        examples=["nordlys-dark.svg"],
    )
    clear_space: Annotated[float, Field(strict=True, ge=0, le=1)] = Field(
        default=0.25,
        description="What stays free on each side of the logo, as a share of its height.",
        examples=[0.5],
    )


class Brand(Frozen):
    """Who advertises, and what every creative of theirs must respect."""

    name: Text120 = Field(
        description="The brand's name, as people know it.", examples=["Nordlys Coffee"]
    )
    primary_color: Color = Field(
        description="The brand's first colour, in quotes: YAML takes a bare # for a comment.",
        examples=["#0B3D2E"],
    )
    palette: Annotated[tuple[Color, ...], Field(max_length=12)] = Field(
        default=(), description="Further brand colours.", examples=[["#F4E9D8", "#D97742"]]
    )
    logo: Annotated[
        LogoNames, BeforeValidator(_one_logo, json_schema_input_type=LogoFileName | LogoNames)
    ] = Field(
        description="The logo's file (SVG, PNG, JPEG or WebP), or one file for each version: "
        "default, light (for dark pictures), dark (for light pictures).",
        examples=["nordlys.svg"],
    )
    fonts: Annotated[tuple[FontFileName, ...], Field(max_length=12), AfterValidator(_distinct)] = (
        Field(
            default=(),
            description="The brand's own font files, best first: the first that has each character "
            "of a text sets it, in the weight of its family that suits; else Noto does.",
            examples=[["fonts/nordlys-regular.ttf", "fonts/nordlys-bold.ttf"]],
        )
    )
    tone: Text300 = Field(description="How the brand speaks.", examples=["warm, plain-spoken"])
    banned_words: Annotated[
        dict[LocaleScope, Annotated[tuple[Text80, ...], Field(max_length=200)]],
        Field(max_length=MAX_LOCALE_SCOPES),
    ] = Field(
        default_factory=dict,
        json_schema_extra=_NO_OTHER_KEYS,
        description='Words that no copy may use, by locale, language, or "*" for all of them.',
        examples=[{"de-DE": ["billig"], "*": ["cheap"]}],
    )
    legal_text: Annotated[dict[LocaleScope, Text300], Field(max_length=MAX_LOCALE_SCOPES)] = Field(
        default_factory=dict,
        json_schema_extra=_NO_OTHER_KEYS,
        description="The legal line set on the creatives, by locale, language, or "
        '"*" for all of them; the most specific one counts.',
        examples=[{"de-DE": "Nur solange der Vorrat reicht."}],
    )
    legal_guidelines: Annotated[tuple[Text300, ...], Field(max_length=50)] = Field(
        default=(),
        description="Rules that the copy has to keep.",
        examples=[["No health claims."]],
    )


class AgeRange(Frozen):
    """The audience's age in years, both ends included."""

    # `from` is no name in Python, so these two are written and stored under their aliases.
    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)

    from_age: Annotated[int, Field(strict=True, ge=0, le=120)] = Field(
        alias="from", description="The youngest, in years.", examples=[25]
    )
    to_age: Annotated[int, Field(strict=True, ge=0, le=120)] = Field(
        alias="to", description="The oldest, in years.", examples=[40]
    )


class Audience(Frozen):
    """Whom the campaign is for."""

    region: Text120 = Field(description="Where they live.", examples=["Nordics and DACH"])
    description: Text2000 = Field(
        description="Who they are.", examples=["Commuters who care about good coffee"]
    )
    age_range: Annotated[AgeRange, AfterValidator(_from_to)] | None = Field(
        default=None, description="Their age in years.", examples=[{"from": 25, "to": 40}]
    )
    interests: Annotated[tuple[Text80, ...], Field(max_length=30)] = Field(
        default=(), description="What they like.", examples=[["cycling", "slow mornings"]]
    )


class Message(Frozen):
    """Approved copy in one language: used word for word. What is left out is written for you."""

    headline: Text80 | None = Field(
        default=None, description="The largest line.", examples=["Summer, poured slowly"]
    )
    subline: Text160 | None = Field(
        default=None,
        description="The line below it.",
        examples=["Cold brew, steeped for 18 hours."],
    )
    call_to_action: Text40 | None = Field(
        default=None, description="What to do now.", examples=["Try it today"]
    )


Messages = Annotated[
    dict[LocaleTag, Annotated[Message, AfterValidator(_said)]], Field(max_length=MAX_LOCALE_SCOPES)
]
_MESSAGES_EXAMPLE = {"en-US": {"headline": "Summer, poured slowly"}}


class Product(Frozen):
    """One product of the campaign: each is advertised in each target locale."""

    id: ProductId = Field(
        description="A short name, never shown: it ends the variants' keys.", examples=["cold-brew"]
    )
    name: Text120 = Field(
        description="The product's name, as people know it.", examples=["Nordlys Cold Brew"]
    )
    description: Text2000 = Field(
        description="What it is, and what makes it good.",
        examples=["Coffee steeped cold for 18 hours, in a returnable bottle."],
    )
    photos: Annotated[tuple[PhotoFileName, ...], Field(max_length=8), AfterValidator(_distinct)] = (
        Field(
            default=(),
            description="Photos of the product (PNG, JPEG or WebP) to make its pictures from.",
            examples=[["photos/cold-brew.png"]],
        )
    )
    messages: Messages = Field(
        default_factory=dict,
        json_schema_extra=_NO_OTHER_KEYS,
        description="Approved copy for this product, by locale or language. Wins over the "
        "campaign's, field by field.",
        examples=[_MESSAGES_EXAMPLE],
    )


class Output(Frozen):
    """Which files come out."""

    aspect_ratios: (
        Annotated[tuple[AspectRatio, ...], Field(min_length=1), AfterValidator(_distinct)] | None
    ) = Field(
        default=None,
        description="General formats to make, width by height: all four where no channel is named.",
        examples=[list(ASPECT_RATIOS)],
    )
    channels: Annotated[tuple[ChannelName, ...], AfterValidator(_distinct)] = Field(
        default=(),
        description="Channels, or single formats of theirs, to make with their own rules.",
        examples=[["meta-feed", "stories"]],
    )
    file_type: FileType = Field(
        default="jpeg",
        description="The file type of the finished images, where a channel takes it.",
        examples=["jpeg"],
    )
    clean_twins: bool = Field(
        default=False,
        description="Whether each image comes without text and logo as well.",
        examples=[True],
    )
    layout: LayoutName = Field(
        default="overlay",
        description="Where the text stands: on the picture (overlay), on a panel in the brand's "
        "first colour beside it (panel), or on a card that lies on it (card).",
        examples=["panel"],
    )

    @property
    def formats(self) -> tuple[str, ...]:
        """What is to be made: names in `formats.toml`."""
        ratios = self.aspect_ratios or (() if self.channels else ASPECT_RATIOS)
        return formats_of((*ratios, *self.channels))


class Placement(Frozen):
    """Wishes about the layout."""

    logo: LogoPlace | None = Field(
        default=None,
        description="Where the logo should go, where the picture allows it; in right-to-left"
        " locales on the other side, but on shared pictures, which are not mirrored.",
        examples=["top-right"],
    )


class CampaignBrief(Frozen):
    """One campaign: what to advertise, for whom, in which locales."""

    model_config = ConfigDict(title="Campaign brief")

    campaign_id: CampaignId = Field(
        description="A short name that no other campaign has.", examples=["nordlys-summer-2027"]
    )
    brand: Brand = Field(
        description="Who advertises.",
        examples=[{"name": "Nordlys Coffee", "primary_color": "#0B3D2E", "logo": "nordlys.svg"}],
    )
    audience: Audience = Field(
        description="The people whom the campaign is meant to reach.",
        examples=[{"region": "Nordics and DACH", "description": "Commuters"}],
    )
    products: Annotated[tuple[Product, ...], Field(min_length=1, max_length=MAX_PRODUCTS)] = Field(
        description="What is advertised.",
        examples=[[{"id": "cold-brew", "name": "Cold Brew", "description": "Steeped cold."}]],
    )
    target_locales: Annotated[
        tuple[LocaleTag, ...], Field(min_length=1, max_length=MAX_LOCALES)
    ] = Field(
        description="The locales to advertise in, each a language and a country.",
        examples=[["en-US", "de-DE"]],
    )
    messages: Messages = Field(
        default_factory=dict,
        json_schema_extra=_NO_OTHER_KEYS,
        description="Approved copy for every product, by locale or language.",
        examples=[_MESSAGES_EXAMPLE],
    )
    output: Output = Field(
        default_factory=Output,
        description="Which files come out: by default four formats, as JPEG.",
        examples=[{"aspect_ratios": ["1x1", "9x16"], "file_type": "jpeg"}],
    )
    placement: Placement = Field(
        default_factory=Placement,
        description="What should go where, as far as the pictures allow it.",
        examples=[{"logo": "top-right"}],
    )
    imagery: Imagery = Field(
        default="localized",
        description="localized: each locale gets its own pictures; shared: all locales of a "
        "product share them.",
        examples=["localized"],
    )
    contact: EmailAddress | None = Field(
        default=None,
        description="The e-mail address of whoever is to be told when this brief is refused.",
        examples=["ann@example.com"],
    )
    budget_usd: (
        Annotated[float, Field(strict=True, gt=0, le=MAX_BUDGET_USD, allow_inf_nan=False)] | None
    ) = Field(
        default=None,
        description="What the campaign may cost in all, in US dollars: no call to a model that "
        "could exceed it is made.",
        examples=[50],
    )


class FileRef(StoredFile):
    """A file that the brief names, as it was when the brief was accepted.

    `path` is its place in the store; `name` is what the brief calls it.
    """

    name: str


class LogoFiles(Frozen):
    """The logo's versions. `light` is the light-coloured one, for dark pictures.

    `clear_space` is what stays free on each side, as a share of the logo's height.
    """

    default: FileRef
    light: FileRef | None = None
    dark: FileRef | None = None
    clear_space: float


class Reference(Frozen):
    """Approved copy in another locale, to transcreate from."""

    locale: str
    message: Message


class VariantBrief(Frozen):
    """What the brief says about one variant, with nothing left to look up.

    `palette` is without the primary colour, and colours are `#rrggbb`. `formats` are names in
    `formats.toml`.
    """

    campaign_id: str
    locale: str
    product_id: str
    product_name: str
    product_description: str
    photos: tuple[FileRef, ...]
    brand_name: str
    primary_color: str
    palette: tuple[str, ...]
    tone: str
    logo: LogoFiles
    fonts: tuple[FileRef, ...]
    banned_words: tuple[str, ...]
    legal_line: str | None
    legal_guidelines: tuple[str, ...]
    audience: Audience
    approved: Message | None
    reference: Reference | None
    formats: tuple[str, ...]
    clean_twins: bool
    file_type: FileType
    layout: LayoutName
    logo_wish: LogoPlace | None
    imagery: Imagery

    @property
    def key(self) -> str:
        """The variant's key, `campaign/locale/product`."""
        return f"{self.campaign_id}/{self.locale}/{self.product_id}"


def brief_schema() -> dict[str, Any]:
    """The JSON Schema of a brief as authors write it, for editors."""
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return dialect | CampaignBrief.model_json_schema()


def named_files(brief: CampaignBrief) -> Iterator[tuple[str, str]]:
    """(field, file name) of every file that the brief names, relative to the brief's folder."""
    logo = brief.brand.logo
    if logo.light is None and logo.dark is None:
        yield "brand.logo", logo.default
    else:
        yield "brand.logo.default", logo.default
    if logo.light:
        yield "brand.logo.light", logo.light
    if logo.dark:
        yield "brand.logo.dark", logo.dark
    for position, font in enumerate(brief.brand.fonts):
        yield f"brand.fonts[{position}]", font
    for number, product in enumerate(brief.products):
        for position, photo in enumerate(product.photos):
            yield f"products[{number}].photos[{position}]", photo
