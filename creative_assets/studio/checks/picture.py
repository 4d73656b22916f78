"""The check of the generated pictures: no lettering, no logo, and the product as it is.

The pictures are judged as the model made them. What is set on them later is in the other checks.
"""

from collections.abc import Iterator, Mapping

from creative_assets.studio.checks import Finding
from creative_assets.studio.checks.specimen import BaseFile, Specimen, Verdict
from creative_assets.studio.product_match import (
    MATCH_NEEDED,
    ProductFound,
    product_match,
    product_on,
)
from creative_assets.studio.scene_text import Lettering, lettering_in
from creative_assets.studio.values import Box

_BEYOND = 0.1  # of the product's width: a label may reach over the edge of where it was found


def check_picture(specimen: Specimen) -> Verdict:
    """Everything that is wrong with the pictures of a variant."""
    findings: list[Finding] = []
    lettering_count, matches = 0, []
    for picture in specimen.pictures:
        product = _product(picture, specimen.photos)
        # Words on the product are its own label, where the photo says that it is this product.
        label = product.box if product and product.score >= MATCH_NEEDED else None
        seen = picture.lettering
        if seen is None:
            seen = lettering_in(picture.picture)
        lettering = [each for each in seen if not _on(label, each)]
        findings.extend(_unwanted(picture, lettering))
        lettering_count += len(lettering)
        if product:
            findings.extend(_unlike(picture, product))
            matches.append(product.score)
    worst_match = {"product_match": min(matches)} if matches else {}
    return Verdict(tuple(findings), {"lettering_count": lettering_count, **worst_match})


def _product(picture: BaseFile, photos: Mapping[str, bytes]) -> ProductFound | None:
    """Where the photos' product is, as it was found when the picture came; None without photos."""
    if picture.facts.product or not photos:
        return picture.facts.product
    products = [product_on(content, name) for name, content in photos.items()]
    return product_match(products, picture.picture)


def _on(label: Box | None, lettering: Lettering) -> bool:
    if label is None:
        return False
    beyond_px = round(_BEYOND * label.width_px)
    return label.inset(-beyond_px).contains(lettering.box)


def _unwanted(picture: BaseFile, lettering: list[Lettering]) -> Iterator[Finding]:
    for each in lettering:
        yield Finding(
            check="picture",
            format=picture.facts.formats[0],
            rule="lettering",
            message=f"The generated picture {picture.facts.size} shows lettering or a logo "
            f"({each.sureness:.0%} sure). Ask for a new picture.",
            numbers={"sureness": each.sureness},
            evidence=each.box,
        )


def _unlike(picture: BaseFile, product: ProductFound) -> Iterator[Finding]:
    if product.score < MATCH_NEEDED:
        yield Finding(
            check="picture",
            format=picture.facts.formats[0],
            rule="product",
            message=f"The product in the generated picture {picture.facts.size} is not the one on "
            f"its photos (match {product.score:.2f}, at least {MATCH_NEEDED} expected). Ask for a "
            "new picture, or give photos of the product on an even ground.",
            numbers={"product_match": product.score, "product_match_needed": MATCH_NEEDED},
            evidence=product.box,
        )
