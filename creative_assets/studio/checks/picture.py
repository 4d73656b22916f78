"""The check of the generated pictures: no lettering, no second logo, the product as it is.

The pictures are judged as the model made them. What is set on them later is in the other checks.
"""

from collections.abc import Iterator, Mapping

from creative_assets.studio.checks import Finding
from creative_assets.studio.checks.specimen import BaseFile, Specimen, Verdict
from creative_assets.studio.checks.stray_marks import label_of, stray_marks
from creative_assets.studio.logo_search import LogoFound
from creative_assets.studio.product_match import (
    MATCH_NEEDED,
    ProductFound,
    product_match,
    product_on,
)
from creative_assets.studio.scene_text import Lettering


def check_picture(specimen: Specimen) -> Verdict:
    """Everything that is wrong with the pictures of a variant."""
    findings: list[Finding] = []
    lettering_count, matches = 0, []
    for picture in specimen.pictures:
        product = _product(picture, specimen.photos)
        stray = picture.stray or stray_marks(picture.picture, specimen.logo, label_of(product))
        if stray.logo:
            findings.append(_second_logo(picture, stray.logo))
        findings.extend(_unwanted(picture, each) for each in stray.lettering)
        lettering_count += len(stray.lettering)
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


def _second_logo(picture: BaseFile, logo: LogoFound) -> Finding:
    return Finding(
        check="picture",
        format=picture.facts.formats[0],
        rule="second-logo",
        message=f"The generated picture {picture.facts.size} shows the brand's logo (match "
        f"{logo.score:.2f}), which is set on every final besides. Ask for a new picture.",
        numbers={"logo_match": logo.score},
        evidence=logo.box,
    )


def _unwanted(picture: BaseFile, lettering: Lettering) -> Finding:
    return Finding(
        check="picture",
        format=picture.facts.formats[0],
        rule="lettering",
        message=f"The generated picture {picture.facts.size} shows lettering "
        f"({lettering.sureness:.0%} sure). Ask for a new picture.",
        numbers={"sureness": lettering.sureness},
        evidence=lettering.box,
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
