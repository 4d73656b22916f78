"""The check of legibility: every line can be read, on the final's own pixels.

What the words are is `ad_copy`'s; what text collides with, beside the logo's clear space, is here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from PIL import Image

from creative_assets.studio.checks import Finding
from creative_assets.studio.checks.pixels import contrast_behind, ink_found
from creative_assets.studio.checks.specimen import FinalFile, Specimen, Verdict
from creative_assets.studio.compose import BlockReport, redrawn
from creative_assets.studio.compose.texts import Role
from creative_assets.studio.formats import Format, safe_box
from creative_assets.studio.lettering import Ink
from creative_assets.studio.logo import plate_margin_px
from creative_assets.studio.sight import rgb
from creative_assets.studio.values import Box, Size

# Measured, see `pixels.ink_found`.
INK_NEEDED = 0.92
# CSS pixels of a usual phone (iPhone 15: 393x852): a feed's width, and a video held sideways.
_PHONE_PX, _PHONE_SIDEWAYS_PX = 390, 844
_SIDEWAYS_RATIO = 1.7
# In CSS pixels on that phone. Small print may be smaller, as small print is.
_SMALLEST_PX: Mapping[Role, float] = {
    "headline": 14,
    "subline": 8,
    "call_to_action": 8,
    "legal_line": 6,
}
_ROUNDING_PX = 2  # anti-aliased ink may reach this much beyond its metrics
# A subject that fills so much of the frame, or of a side, is a scene: text cannot keep off it.
_MOST_OF_FRAME, _MOST_OF_SIDE = 0.45, 0.9
_TOUCHES = 0.02  # share of a line's box that another thing must cover to count


def check_legibility(specimen: Specimen) -> Verdict:
    """Everything that keeps the texts of a variant from being read."""
    findings: list[Finding] = []
    lines: list[_Line] = []
    for final in specimen.finals:
        findings.extend(_misplaced(final))
        texts = redrawn(final.text, specimen.style)
        occupied = _occupied(final, texts)
        for block, inks in texts:
            # A label's ground is its button, and that lies under nothing else.
            others = None if block.role == "call_to_action" else occupied
            measured = [_measured(final, block, ink, others) for ink in inks]
            findings.extend(_unread(final, block, measured))
            lines.extend(measured)
    worst = {
        "contrast_of_needed": min((line.contrast_of_needed for line in lines), default=None),
        "ink_found": min((line.ink_found for line in lines), default=None),
        "size_of_needed": min((line.size_of_needed for line in lines), default=None),
    }
    return Verdict(
        tuple(findings),
        {name: round(number, 3) for name, number in worst.items() if number is not None},
    )


@dataclass(frozen=True, slots=True)
class _Line:
    """What was measured of one line, on the final's pixels."""

    ink: Ink
    ink_found: float
    contrast: float
    contrast_of_needed: float
    size_of_needed: float


def _occupied(final: FinalFile, texts: Sequence[tuple[BlockReport, Sequence[Ink]]]) -> Image.Image:
    """A mask, L, of all that lies on the picture: logo, button, the ink of every line."""
    occupied = Image.new("L", final.picture.size)
    spot = final.plan.logo
    reach_px = plate_margin_px(spot.box.height_px) if spot.plate else 0
    occupied.paste(255, spot.box.inset(-reach_px).corners)
    for block, inks in texts:
        if block.role == "call_to_action":
            occupied.paste(255, block.box.corners)
        for ink in inks:
            occupied.paste(ink.mask, ink.box.corners[:2], ink.mask)
    return occupied


def _measured(
    final: FinalFile, block: BlockReport, ink: Ink, occupied: Image.Image | None
) -> _Line:
    contrast = contrast_behind(final.picture, ink, rgb(block.color), occupied)
    return _Line(
        ink=ink,
        ink_found=ink_found(final.picture, ink),
        contrast=contrast,
        contrast_of_needed=contrast / block.contrast_needed,
        size_of_needed=block.size_px * _phone_scale(final.format) / _SMALLEST_PX[block.role],
    )


def _unread(final: FinalFile, block: BlockReport, lines: Sequence[_Line]) -> Iterator[Finding]:
    """What of one text cannot be read, each kind of fault once: its worst line."""
    name = block.role.replace("_", " ")
    faintest = min(lines, key=lambda line: line.contrast)
    if faintest.contrast_of_needed < 1:
        yield _finding(
            final,
            "contrast",
            f"A line of the {name} has a contrast of {faintest.contrast:.2f} with what is behind "
            f"it; at least {block.contrast_needed:g} expected. Choose another layout, or ask for "
            "a new picture.",
            faintest.ink.box,
            {"contrast": faintest.contrast, "contrast_needed": block.contrast_needed},
        )
    least = min(lines, key=lambda line: line.ink_found)
    if least.ink_found < INK_NEEDED:
        yield _finding(
            final,
            "ink",
            f"The letters of the {name} are not as they were set: missing, moved, covered, or of "
            f"another shape (match {least.ink_found:.2f}, at least {INK_NEEDED} expected). "
            "Materialize final_creatives again.",
            least.ink.box,
            {"ink_found": least.ink_found, "ink_needed": INK_NEEDED},
        )
    if lines[0].size_of_needed < 1:
        shown_px = block.size_px * _phone_scale(final.format)
        yield _finding(
            final,
            "text-size",
            f"The {name} is {shown_px:.1f} px tall on a phone; at least "
            f"{_SMALLEST_PX[block.role]:g} expected. Shorten the copy.",
            block.box,
            {"size_px_on_phone": shown_px, "size_px_needed": _SMALLEST_PX[block.role]},
        )


def _misplaced(final: FinalFile) -> Iterator[Finding]:
    """Texts and logo outside of the safe zone, and texts on each other, the logo or the subject."""
    safe = safe_box(final.format).inset(-_ROUNDING_PX)
    boxes = {block.role.replace("_", " "): block.box for block in final.text.blocks}
    logo, subject = final.plan.logo.box, final.plan.subject
    for name, box in {**boxes, "logo": logo}.items():
        if not safe.contains(box):
            yield _finding(
                final,
                "safe-zone",
                f"The {name} reaches out of the safe zone {safe.corners}: {box.corners}. "
                "Materialize branded_images again.",
                box,
            )
    for (one, box), (other, its_box) in combinations({**boxes, "logo": logo}.items(), 2):
        if box.overlaps(its_box):
            yield _collision(final, one, other, box.common(its_box))
    if _fills(subject, final.plan.size):
        return
    for block in final.text.blocks:
        for box in block.line_boxes:
            if box.overlaps(subject) and box.common(subject).area_px > _TOUCHES * box.area_px:
                yield _collision(final, block.role.replace("_", " "), "subject", box)
                break


def _fills(subject: Box, size: Size) -> bool:
    return (
        subject.area_px > _MOST_OF_FRAME * size.width_px * size.height_px
        or subject.width_px > _MOST_OF_SIDE * size.width_px
        or subject.height_px > _MOST_OF_SIDE * size.height_px
    )


def _collision(final: FinalFile, one: str, other: str, where: Box) -> Finding:
    message = f"The {one} lies over the {other}. Choose another layout, or ask for a new picture."
    return _finding(final, "text-collision", message, where)


def _finding(
    final: FinalFile,
    rule: str,
    message: str,
    evidence: Box,
    numbers: Mapping[str, float] | None = None,
) -> Finding:
    return Finding(
        check="legibility",
        format=final.plan.format,
        rule=rule,
        message=message,
        numbers={name: round(number, 3) for name, number in (numbers or {}).items()},
        evidence=evidence,
    )


def _phone_scale(fmt: Format) -> float:
    """CSS pixels on a phone for each pixel of a final."""
    is_sideways = fmt.size.ratio >= _SIDEWAYS_RATIO
    return (_PHONE_SIDEWAYS_PX if is_sideways else _PHONE_PX) / fmt.size.width_px
