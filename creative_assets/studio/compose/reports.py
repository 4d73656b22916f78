"""Reports: how each text was set, for manifests, checks and reviewers; and its ink drawn again."""

from creative_assets.studio.compose.grounds import Grounded
from creative_assets.studio.compose.placing import Placed, area_of
from creative_assets.studio.compose.texts import Role, TextStyle, is_large, spec_of
from creative_assets.studio.compose.themes import Theme, hex_of
from creative_assets.studio.fonts import face_named
from creative_assets.studio.formats import Format
from creative_assets.studio.lettering import Ink, draw_line
from creative_assets.studio.scrim import Behind, behind, worst_contrast
from creative_assets.studio.sight import contrast
from creative_assets.studio.values import Box, Frozen

_CONTRAST_LARGE, _CONTRAST_SMALL = 3.0, 4.5  # WCAG 2.2, success criterion 1.4.3


class BlockReport(Frozen):
    """One text as it was set.

    `box` holds its ink, or the button of a call to action; `line_boxes` the ink of each line.
    `contrast` is WCAG's, of the worst line.
    """

    role: Role
    lines: tuple[str, ...]
    size_px: int
    box: Box
    line_boxes: tuple[Box, ...]
    color: str
    contrast: float
    contrast_needed: float
    font: str


class TextReport(Frozen):
    """All texts as they were set, with the button's colour and the scrim or card behind them.

    `scrim` and `button_color` are `None` where there is none.
    """

    blocks: tuple[BlockReport, ...]
    scrim: Box | None
    scrim_color: str
    scrim_alpha: float
    button_color: str | None


def report_of(placed: tuple[Placed, ...], grounded: Grounded, fmt: Format) -> TextReport:
    """What was set, on a ground that has no text on it yet."""
    has_button = any(each.block.role == "call_to_action" for each in placed)
    part = behind(grounded.image, area_of(placed))
    return TextReport(
        blocks=tuple(_block_report(each, grounded.theme, part, fmt) for each in placed),
        scrim=grounded.box,
        scrim_color=hex_of(grounded.theme.ground),
        scrim_alpha=grounded.alpha,
        button_color=hex_of(grounded.theme.button) if has_button else None,
    )


def text_boxes(report: TextReport) -> tuple[Box, ...]:
    """All places that the text changed: texts, button, and scrim or card."""
    boxes = tuple(block.box for block in report.blocks)
    return boxes if report.scrim is None else (*boxes, report.scrim)


def redrawn(
    report: TextReport, style: TextStyle
) -> tuple[tuple[BlockReport, tuple[Ink, ...]], ...]:
    """Each text of a report with the ink of its lines, drawn again as it was set.

    Raises:
        RenderError: A font of the report is not there any more.
    """
    return tuple((block, _inks_again(block, style)) for block in report.blocks)


def _inks_again(block: BlockReport, style: TextStyle) -> tuple[Ink, ...]:
    spec = spec_of(block.role, face_named(block.font, style.fonts), style)
    return tuple(
        Ink(draw_line(line, spec, block.size_px).mask, box)
        for line, box in zip(block.lines, block.line_boxes, strict=True)
    )


def _block_report(placed: Placed, theme: Theme, part: Behind, fmt: Format) -> BlockReport:
    block = placed.block
    color = theme.inks[block.role]
    line_boxes = tuple(ink.box for ink in placed.inks)
    if block.role == "call_to_action":
        worst = contrast(color, theme.button)
    else:
        worst = min(worst_contrast(part.pixels(box), color) for box in line_boxes)
    large = is_large(block.setting.size_px, fmt)
    return BlockReport(
        role=block.role,
        lines=block.setting.lines,
        size_px=block.setting.size_px,
        box=placed.box,
        line_boxes=line_boxes,
        color=hex_of(color),
        contrast=round(worst, 2),
        contrast_needed=_CONTRAST_LARGE if large else _CONTRAST_SMALL,
        font=block.spec.face.name,
    )
