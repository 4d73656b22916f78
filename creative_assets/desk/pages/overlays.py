"""What is drawn over a final on demand, from the plan that it was made by."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from creative_assets.studio.branding import BrandedImage
from creative_assets.studio.checks import Finding
from creative_assets.studio.exhibit import Exhibit
from creative_assets.studio.finals import Final
from creative_assets.studio.formats import all_formats, safe_box
from creative_assets.studio.values import Box


@dataclass(frozen=True)
class Mark:
    """A box in pixels of the final, and what is there."""

    box: Box
    name: str


@dataclass(frozen=True)
class Overlay:
    """What can be drawn over one final.

    Attributes:
        safe: What text and logo stay inside; None where the format asks for nothing.
        texts: Where each text stands.
        logos: Where the logo stands, and then where else it could.
        findings: Where checks found something.
    """

    safe: Box | None
    texts: tuple[Mark, ...]
    logos: tuple[Mark, ...]
    findings: tuple[Mark, ...]


def overlays_of(exhibit: Exhibit, findings: Sequence[Finding]) -> dict[str, Overlay]:
    """Format → its overlay; empty where the plans are not in the store any more."""
    if exhibit.branded is None or exhibit.finals is None:
        return {}
    finals = {final.format: final for final in exhibit.finals.finals}
    return {
        image.plan.format: _overlay(image, finals[image.plan.format], findings)
        for image in exhibit.branded.images
        if image.plan.format in finals
    }


def spots_to_choose(exhibit: Exhibit) -> dict[str, int]:
    """The spots to which the logo could go, each with in how many formats; most of them first."""
    images = exhibit.branded.images if exhibit.branded else ()
    others = Counter(
        spot.name
        for image in images
        for spot in image.candidates
        if spot.name != image.plan.logo.name
    )
    return dict(others.most_common())


def _overlay(image: BrandedImage, final: Final, findings: Sequence[Finding]) -> Overlay:
    name, logo = image.plan.format, image.plan.logo
    fmt = all_formats().get(name)
    return Overlay(
        safe=safe_box(fmt) if fmt else None,
        texts=tuple(Mark(block.box, block.role.replace("_", " ")) for block in final.text.blocks),
        logos=tuple(
            Mark(spot.box, spot.name)
            for spot in (logo, *(each for each in image.candidates if each.name != logo.name))
        ),
        findings=tuple(
            Mark(found.evidence, found.rule)
            for found in findings
            # In the generated picture a place is another one than in the final.
            if found.format == name and found.evidence is not None and found.check != "picture"
        ),
    )
