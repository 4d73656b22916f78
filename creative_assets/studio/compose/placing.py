"""Placing: where each fitted text goes in its room, and its lines as ink."""

from collections.abc import Sequence
from dataclasses import dataclass

from creative_assets.studio.compose.fitting import BESIDE_LOGO, Block, Stack, height_for
from creative_assets.studio.compose.rooms import ROUNDING_PX, Room, around
from creative_assets.studio.compose.texts import LOOKS, Role, TextStyle
from creative_assets.studio.errors import RenderError
from creative_assets.studio.fonts import script_of
from creative_assets.studio.lettering import Ink, draw_line
from creative_assets.studio.typography import measure
from creative_assets.studio.values import Box

# From the baseline to the middle of a script's letters without their marks, in em of Noto Sans.
# Scripts that are not here have capitals, and are centred by them.
_LABEL_MIDDLE = {
    "Arab": 0.28,
    "Hebr": 0.32,
    "Deva": 0.31,
    "Beng": 0.31,
    "Taml": 0.29,
    "Telu": 0.28,
    "Thai": 0.29,
    "Jpan": 0.38,
    "Kore": 0.37,
    "Hans": 0.38,
    "Hant": 0.38,
}
_FOOT_GAP = 1.2  # of the gap above a legal line: how much more it has at a column's foot


@dataclass(frozen=True, slots=True)
class Placed:
    """A block at its place; `box` is the button's for a call to action, else the inks'."""

    block: Block
    box: Box
    inks: tuple[Ink, ...]


def place(stack: Stack, room: Room, style: TextStyle) -> tuple[Placed, ...]:
    """The blocks of a stack in their room, and their lines drawn as masks.

    They stand together where the room leans; a legal line at its foot stands apart from them.
    """
    placed = []
    for block, top_px in zip(stack.blocks, _tops_px(stack, room), strict=True):
        placed.append(_draw(block, _area(block, top_px, room, style), room))
    if stack.beside is not None:
        placed.append(_draw(stack.beside, _beside(stack.beside, room, style), room))
    return tuple(placed)


def _tops_px(stack: Stack, room: Room) -> Sequence[int]:
    box, slack_px = room.box, height_for(stack, room) - stack.height_px
    last = stack.blocks[-1]
    above_px = {"top": 0, "middle": slack_px // 2, "bottom": slack_px}[room.lean]
    foot: Sequence[Role] = ()
    if room.logo_corner:
        foot = BESIDE_LOGO
    elif last.role == "legal_line" and room.legal_line_at_foot:
        foot = ("legal_line",)
        above_px = slack_px - min(slack_px // 2, round(_FOOT_GAP * last.gap_above_px))
    top_px = box.top_px + above_px
    tops_px = []
    for index, block in enumerate(stack.blocks):
        top_px += block.gap_above_px if index else 0
        tops_px.append(top_px + (slack_px - above_px if block.role in foot else 0))
        top_px += block.height_px
    return tops_px


def area_of(placed: Sequence[Placed]) -> Box:
    """The smallest box that holds all that is placed."""
    return around([each.box for each in placed])


def _area(block: Block, top_px: int, room: Room, style: TextStyle) -> Box:
    box = room.box
    if room.align == "center":
        left_px = box.left_px + (box.width_px - block.width_px) // 2
    else:
        left_px = box.left_px if style.direction == "ltr" else box.right_px - block.width_px
    return Box(left_px=left_px, top_px=top_px, width_px=block.width_px, height_px=block.height_px)


def _beside(button: Block, room: Room, style: TextStyle) -> Box:
    """The end of a row, halfway down."""
    box = room.box
    return Box(
        left_px=box.right_px - button.width_px if style.direction == "ltr" else box.left_px,
        top_px=box.top_px + (box.height_px - button.height_px) // 2,
        width_px=button.width_px,
        height_px=button.height_px,
    )


def _draw(block: Block, area: Box, room: Room) -> Placed:
    setting, spec = block.setting, block.spec
    inks = [draw_line(line, spec, setting.size_px) for line in setting.lines]
    if block.role == "call_to_action":
        label = inks[0].moved_to(
            area.left_px + (area.width_px - inks[0].box.width_px) // 2,
            area.top_px + _label_baseline_px(block),
        )
        _check_inside(label, area, block)
        return Placed(block, area, (label,))
    placed = []
    for ink, baseline_px in zip(inks, setting.baselines_px, strict=True):
        # By ink, not by side bearings: large and small lines share one edge, or one middle.
        spare_px = area.width_px - ink.box.width_px
        if room.align == "center":
            left_px = area.left_px + spare_px // 2
        else:
            left_px = area.left_px + (0 if spec.direction == "ltr" else spare_px)
        placed.append(ink.moved_to(left_px, area.top_px + baseline_px))
        _check_inside(placed[-1], room.box, block)
    return Placed(block, around([ink.box for ink in placed]), tuple(placed))


def _label_baseline_px(block: Block) -> float:
    """Where a label's baseline is below its button's top: the same for each label in a script."""
    middle = _LABEL_MIDDLE.get(script_of(block.spec.locale))
    if middle is None:
        middle = measure("H", block.spec).ascent / 2
    return block.height_px / 2 + middle * block.setting.size_px


def _check_inside(ink: Ink, room: Box, block: Block) -> None:
    if not room.inset(-ROUNDING_PX).contains(ink.box):
        raise RenderError(
            f"The {LOOKS[block.role].name} ({block.spec.locale}) was drawn over "
            f"{ink.box.corners}, outside of its room {room.corners}: drawing and measuring "
            f"disagree about {block.spec.face.name}. Install the locked Pillow and uharfbuzz."
        )
