"""From a brief to its variants: every fallback resolved, nothing left to look up."""

from collections.abc import Mapping

from creative_assets.studio import locales
from creative_assets.studio.brief import (
    CampaignBrief,
    FileRef,
    LogoFiles,
    Message,
    Product,
    Reference,
    VariantBrief,
    named_files,
)
from creative_assets.studio.errors import MissingInputError
from creative_assets.studio.rules import EVERY_LOCALE


def resolve_variants(
    brief: CampaignBrief, files: Mapping[str, FileRef]
) -> tuple[VariantBrief, ...]:
    """The brief's variants: products within locales, both in the brief's order.

    Args:
        brief: An accepted brief.
        files: The snapshot of each file that the brief names, by name.

    Raises:
        MissingInputError: `files` lacks one of them.
    """
    missing = [name for _, name in named_files(brief) if name not in files]
    if missing:
        raise MissingInputError(
            f"campaign {brief.campaign_id}: no snapshot of {', '.join(missing)}; "
            "accept the brief again."
        )
    return tuple(
        _variant(brief, product, locale, files)
        for locale in brief.target_locales
        for product in brief.products
    )


def _variant(
    brief: CampaignBrief, product: Product, locale: str, files: Mapping[str, FileRef]
) -> VariantBrief:
    brand = brief.brand
    scopes = (*locales.fallbacks(locale), EVERY_LOCALE)
    banned = {word for scope in scopes for word in brand.banned_words.get(scope, ())}
    return VariantBrief(
        campaign_id=brief.campaign_id,
        locale=locale,
        product_id=product.id,
        product_name=product.name,
        product_description=product.description,
        photos=tuple(files[name] for name in product.photos),
        brand_name=brand.name,
        primary_color=brand.primary_color,
        palette=tuple(color for color in brand.palette if color != brand.primary_color),
        tone=brand.tone,
        logo=LogoFiles(
            default=files[brand.logo.default],
            light=files[brand.logo.light] if brand.logo.light else None,
            dark=files[brand.logo.dark] if brand.logo.dark else None,
            clear_space=brand.logo.clear_space,
        ),
        fonts=tuple(files[name] for name in brand.fonts),
        banned_words=tuple(sorted(banned)),
        legal_line=next(
            (brand.legal_text[scope] for scope in scopes if scope in brand.legal_text), None
        ),
        legal_guidelines=brand.legal_guidelines,
        audience=brief.audience,
        approved=_approved(brief, product, locale),
        reference=_reference(brief, product, locale),
        formats=brief.output.formats,
        clean_twins=brief.output.clean_twins,
        file_type=brief.output.file_type,
        layout=brief.output.layout,
        logo_wish=brief.placement.logo,
        imagery=brief.imagery,
    )


def _approved(brief: CampaignBrief, product: Product, locale: str) -> Message | None:
    """The approved copy: the product's wins over the campaign's, then the locale over its language.

    It is chosen field by field.
    """
    scopes = locales.fallbacks(locale)
    messages = [
        source[scope]
        for source in (product.messages, brief.messages)
        for scope in scopes
        if scope in source
    ]
    if not messages:
        return None
    return Message(
        headline=next((m.headline for m in messages if m.headline), None),
        subline=next((m.subline for m in messages if m.subline), None),
        call_to_action=next((m.call_to_action for m in messages if m.call_to_action), None),
    )


def _reference(brief: CampaignBrief, product: Product, locale: str) -> Reference | None:
    """The approved copy of the first target locale that has some, unless that is `locale`'s own."""
    for other in brief.target_locales:
        message = _approved(brief, product, other)
        if message:
            return Reference(locale=other, message=message) if other != locale else None
    return None
