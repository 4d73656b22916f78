"""The check of the brand: its logo and its colours are on the final's own pixels, untouched."""

from collections.abc import Iterator, Sequence

import numpy as np
from PIL import Image

from creative_assets.studio.checks import Finding
from creative_assets.studio.checks.specimen import FinalFile, Specimen, Verdict
from creative_assets.studio.compose.themes import FAINT_BUTTON
from creative_assets.studio.logo import (
    MATCH_NEEDED,
    Logo,
    ink_contrast,
    ink_of,
    logo_match,
)
from creative_assets.studio.sight import contrast, relative_luminance, rgb
from creative_assets.studio.values import Box

# WCAG asks for 3 (2.2, 1.4.11), and the plan has it, of what is behind the logo. A final shows only
# what is around it: 1.9 and more on 210 finals, 1.3 and less where a logo cannot be seen.
CONTRAST_NEEDED = 1.8
# Largest difference of a channel, of 255 levels: what JPEG does to an even area is below 4.
_SAME_COLOR = 10
_LOST_COLOR = 60  # a button no further from its ground is given another colour, see `themes`
_REDUCED_BY = 8  # contrast is judged on means of this size, as when its spot was chosen


def check_brand(specimen: Specimen) -> Verdict:
    """Everything that is wrong with logo and colours on a variant's finals."""
    findings: list[Finding] = []
    matches, contrasts = [], []
    for final in specimen.finals:
        match = logo_match(final.picture, specimen.logo, final.plan.logo)
        contrast = logo_contrast(final, specimen.logo)
        findings.extend(_logo(final, match, contrast))
        findings.extend(_clear_space(final))
        findings.extend(_button(final, specimen.variant.primary_color))
        matches.append(match)
        contrasts.append(contrast)
    if not specimen.finals:
        return Verdict((), {})
    numbers = {"logo_match": round(min(matches), 3), "logo_contrast": round(min(contrasts), 2)}
    return Verdict(tuple(findings), numbers)


def logo_contrast(final: FinalFile, logo: Logo) -> float:
    """WCAG's contrast, 1..21, of the logo's ink with what is around it on the final."""
    spot = final.plan.logo
    picture = final.picture
    space_px = max(_REDUCED_BY, spot.clear_space_px)
    left, top, right, bottom = spot.box.inset(-space_px).corners
    left, top = max(left, 0), max(top, 0)
    area = picture.crop((left, top, min(right, picture.width), min(bottom, picture.height)))
    bare = Image.new("L", area.size, 255)
    bare.paste(
        0,
        (
            spot.box.left_px - left,
            spot.box.top_px - top,
            spot.box.right_px - left,
            spot.box.bottom_px - top,
        ),
    )
    used = np.asarray(bare.reduce(_REDUCED_BY)) == 255  # noqa: PLR2004 - wholly bare
    behind = relative_luminance(np.asarray(area.reduce(_REDUCED_BY))[used])
    darkest, lightest = np.percentile(behind, (25, 75))
    return ink_contrast(ink_of(logo.versions[spot.version]), float(darkest), float(lightest))


def _logo(final: FinalFile, match: float, contrast: float) -> Iterator[Finding]:
    spot = final.plan.logo
    if match < MATCH_NEEDED:
        yield _finding(
            final,
            "logo",
            f"The logo is not at {spot.name} as it should be: missing, moved, covered, or not in "
            f"its own proportions (match {match:.2f}, at least {MATCH_NEEDED} expected). "
            "Materialize branded_images again.",
            spot.box,
            {"logo_match": round(match, 3), "logo_match_needed": MATCH_NEEDED},
        )
    elif contrast < CONTRAST_NEEDED:
        yield _finding(
            final,
            "logo-contrast",
            f"The logo at {spot.name} has a contrast of {contrast:.2f} with what is around it; at "
            f"least {CONTRAST_NEEDED} expected. Give the logo in a light and a dark version.",
            spot.box,
            {"contrast": round(contrast, 2), "contrast_needed": CONTRAST_NEEDED},
        )


def _clear_space(final: FinalFile) -> Iterator[Finding]:
    logo = final.plan.logo
    around = logo.box.inset(-logo.clear_space_px)
    for block in final.text.blocks:
        if around.overlaps(block.box):
            yield _finding(
                final,
                "logo-clear-space",
                f"The {block.role.replace('_', ' ')} stands in the logo's clear space. Wish for "
                "another place of the logo in the brief.",
                around,
            )


def _button(final: FinalFile, primary_color: str) -> Iterator[Finding]:
    """The button is the brand's colour, unless that would be lost on the ground it stands on.

    The text's report says which of the two it is, and the pixels whether it is so.
    """
    for block in final.text.blocks:
        if block.role != "call_to_action" or final.text.button_color is None:
            continue
        found, wanted = _button_color(final.picture, block.box), final.text.button_color
        off = _levels_apart(found, wanted)
        ground = rgb(final.text.scrim_color)
        is_on_brand = (
            wanted == primary_color.lower()
            or _levels_apart(ground, primary_color) <= _LOST_COLOR
            or contrast(ground, rgb(primary_color)) < FAINT_BUTTON
        )
        if off > _SAME_COLOR or not is_on_brand:
            red, green, blue = (round(level) for level in found)
            yield _finding(
                final,
                "brand-color",
                f"The button is #{red:02x}{green:02x}{blue:02x}; expected {wanted}, in or on the "
                f"brand's {primary_color}. Materialize final_creatives again.",
                block.box,
                {"off_by_levels": off},
            )


def _levels_apart(found: Sequence[float], wanted: str) -> float:
    return max(abs(a - b) for a, b in zip(found, rgb(wanted), strict=True))


def _button_color(picture: Image.Image, button: Box) -> tuple[float, ...]:
    """The median colour of a button above and below its label."""
    rim = button.height_px // 6
    middle = slice(button.height_px // 2, -button.height_px // 2)
    pixels = np.asarray(picture.crop(button.corners))[:, middle]
    rows = np.concatenate((pixels[rim : 2 * rim], pixels[-2 * rim : -rim]))
    return tuple(np.median(rows.reshape(-1, 3), axis=0))


def _finding(
    final: FinalFile,
    rule: str,
    message: str,
    evidence: Box,
    numbers: dict[str, float] | None = None,
) -> Finding:
    return Finding(
        check="brand",
        format=final.plan.format,
        rule=rule,
        message=message,
        numbers=numbers or {},
        evidence=evidence,
    )
