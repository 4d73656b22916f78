import json

import pytest

from creative_assets.studio.brief import (
    CampaignBrief,
    FileRef,
    Message,
    Reference,
    VariantBrief,
    named_files,
)
from creative_assets.studio.errors import MissingInputError
from creative_assets.studio.reading import read_brief
from creative_assets.studio.variants import resolve_variants

BRAND = {
    "name": "Nordlys Coffee",
    "primary_color": "#0B3D2E",
    "palette": ["#0b3d2e", "#FFF"],
    "logo": {"default": "nordlys.svg", "light": "light.png"},
    "tone": "warm",
    "banned_words": {"de-DE": ["billig"], "de": ["gratis"], "*": ["cheap", "gratis"]},
    "legal_text": {"de-DE": "Nur solange der Vorrat reicht.", "*": "While stocks last."},
}
BRIEF = {
    "campaign_id": "nordlys-summer-2027",
    "brand": BRAND,
    "audience": {"region": "DACH", "description": "Commuters", "age_range": {"from": 1, "to": 2}},
    "products": [
        {
            "id": "cold-brew",
            "name": "Cold Brew",
            "description": "Steeped",
            "photos": ["photos/cold-brew.png"],
            "messages": {"en-US": {"headline": "Colder"}},
        },
        {"id": "filter", "name": "Filter", "description": "Roasted"},
    ],
    "target_locales": ["de-DE", "en-US", "no"],
    "messages": {"en": {"headline": "Summer", "subline": "Poured slowly"}},
}


def brief_with(**fields: object) -> CampaignBrief:
    return read_brief(json.dumps(BRIEF | fields).encode(), "brief.json")


def file_refs(brief: CampaignBrief) -> dict[str, FileRef]:
    return {
        name: FileRef(name=name, sha256=f"{n:02}", size_bytes=n, path=f"campaigns/x/inputs/{n:02}")
        for n, (_, name) in enumerate(named_files(brief))
    }


def variants_of(brief: CampaignBrief) -> dict[str, VariantBrief]:
    variants = resolve_variants(brief, file_refs(brief))
    return {variant.key.partition("/")[2]: variant for variant in variants}


def test_variants_are_products_within_locales() -> None:
    brief = brief_with()
    variants = resolve_variants(brief, file_refs(brief))

    assert [variant.key for variant in variants] == [
        "nordlys-summer-2027/de-DE/cold-brew",
        "nordlys-summer-2027/de-DE/filter",
        "nordlys-summer-2027/en-US/cold-brew",
        "nordlys-summer-2027/en-US/filter",
        "nordlys-summer-2027/no/cold-brew",
        "nordlys-summer-2027/no/filter",
    ]


def test_banned_words_of_locale_language_and_all_add_up() -> None:
    variants = variants_of(brief_with())

    assert variants["de-DE/filter"].banned_words == ("billig", "cheap", "gratis")
    assert variants["en-US/filter"].banned_words == ("cheap", "gratis")


def test_the_most_specific_legal_text_counts() -> None:
    variants = variants_of(brief_with())

    assert variants["de-DE/filter"].legal_line == "Nur solange der Vorrat reicht."
    assert variants["en-US/filter"].legal_line == "While stocks last."


def test_no_legal_text_is_none() -> None:
    brand = BRAND | {"legal_text": {"de-DE": "Nur solange der Vorrat reicht."}}

    assert variants_of(brief_with(brand=brand))["en-US/filter"].legal_line is None


def test_a_product_s_approved_copy_wins_over_the_campaign_s_field_by_field() -> None:
    variants = variants_of(brief_with())

    assert variants["en-US/cold-brew"].approved == Message(
        headline="Colder", subline="Poured slowly"
    )
    assert variants["en-US/filter"].approved == Message(headline="Summer", subline="Poured slowly")
    assert variants["de-DE/filter"].approved is None


def test_a_locale_s_approved_copy_wins_over_its_language_s() -> None:
    messages = {"en": {"headline": "Colour", "subline": "s"}, "en-US": {"headline": "Color"}}
    variants = variants_of(brief_with(messages=messages))

    assert variants["en-US/filter"].approved == Message(headline="Color", subline="s")


def test_the_first_approved_locale_is_the_reference_of_the_others() -> None:
    variants = variants_of(brief_with())
    reference = Reference(
        locale="en-US", message=Message(headline="Colder", subline="Poured slowly")
    )

    assert variants["de-DE/cold-brew"].reference == reference
    assert variants["no/cold-brew"].reference == reference
    assert variants["en-US/cold-brew"].reference is None


def test_without_approved_copy_there_is_no_reference() -> None:
    variants = variants_of(brief_with(messages={}))

    assert variants["en-US/filter"].reference is None
    assert variants["en-US/filter"].approved is None


def test_a_variant_carries_its_files_and_its_own_product_only() -> None:
    brief = brief_with()
    variants = variants_of(brief)
    files = file_refs(brief)

    assert variants["en-US/cold-brew"].photos == (files["photos/cold-brew.png"],)
    assert variants["en-US/filter"].photos == ()
    assert variants["en-US/filter"].logo.light == files["light.png"]
    assert variants["en-US/filter"].logo.dark is None


def test_the_palette_is_without_the_primary_colour() -> None:
    variants = variants_of(brief_with())

    assert variants["en-US/filter"].primary_color == "#0b3d2e"
    assert variants["en-US/filter"].palette == ("#ffffff",)


def test_a_file_without_a_snapshot_is_named() -> None:
    brief = brief_with()

    with pytest.raises(
        MissingInputError, match=r"no snapshot of light\.png, photos/cold-brew\.png;"
    ):
        resolve_variants(brief, {"nordlys.svg": file_refs(brief)["nordlys.svg"]})


def test_variants_survive_storage_as_json() -> None:
    for variant in variants_of(brief_with()).values():
        assert VariantBrief.model_validate_json(variant.model_dump_json()) == variant
