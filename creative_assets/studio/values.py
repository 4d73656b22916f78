"""The small frozen values that several rooms of the studio share.

Only values belong here: no I/O, and no logic beyond arithmetic on the value itself.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Direction = Literal["ltr", "rtl"]
FileType = Literal["png", "jpeg", "webp"]
TextRole = Literal["headline", "subline", "call_to_action", "legal_line"]
LayoutName = Literal["overlay", "panel", "card"]


class Frozen(BaseModel):
    """A value: immutable, hashable where its fields are, and strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Size(Frozen):
    """Width and height of an image, in pixels."""

    width_px: int
    height_px: int

    @property
    def ratio(self) -> float:
        """Width ÷ height."""
        return self.width_px / self.height_px

    def __str__(self) -> str:
        """As it is written everywhere: `1080x1350`."""
        return f"{self.width_px}x{self.height_px}"


class Box(Frozen):
    """A rectangle in pixels, from its left top corner; right and bottom are exclusive."""

    left_px: int
    top_px: int
    width_px: int
    height_px: int

    @property
    def right_px(self) -> int:
        """The first column to the right of the box."""
        return self.left_px + self.width_px

    @property
    def bottom_px(self) -> int:
        """The first row below the box."""
        return self.top_px + self.height_px

    @property
    def corners(self) -> tuple[int, int, int, int]:
        """(left, top, right, bottom), as Pillow's `crop` and `box=` take it."""
        return (self.left_px, self.top_px, self.right_px, self.bottom_px)

    @property
    def area_px(self) -> int:
        """Width × height."""
        return self.width_px * self.height_px

    def common(self, other: "Box") -> "Box":
        """The part that both hold; without width or height where there is none."""
        left_px, top_px = max(self.left_px, other.left_px), max(self.top_px, other.top_px)
        return Box(
            left_px=left_px,
            top_px=top_px,
            width_px=max(0, min(self.right_px, other.right_px) - left_px),
            height_px=max(0, min(self.bottom_px, other.bottom_px) - top_px),
        )

    def share_on(self, other: "Box | None") -> float:
        """How much of the box lies on the other, 0 to 1; nothing lies on None."""
        return self.common(other).area_px / self.area_px if other and self.area_px else 0.0

    def without(self, hole: "Box") -> "tuple[Box, Box, Box, Box]":
        """What is above, below, left and right of a hole in it; some may be empty."""
        above, below = hole.top_px - self.top_px, self.bottom_px - hole.bottom_px
        before, after = hole.left_px - self.left_px, self.right_px - hole.right_px
        height_px, width_px = self.height_px, self.width_px
        above, below = (min(max(0, side), height_px) for side in (above, below))
        before, after = (min(max(0, side), width_px) for side in (before, after))
        return (
            self.model_copy(update={"height_px": above}),
            self.model_copy(update={"top_px": self.bottom_px - below, "height_px": below}),
            self.model_copy(update={"width_px": before}),
            self.model_copy(update={"left_px": self.right_px - after, "width_px": after}),
        )

    def inset(self, margin_px: int) -> "Box":
        """The box with `margin_px` taken off each side."""
        return Box(
            left_px=self.left_px + margin_px,
            top_px=self.top_px + margin_px,
            width_px=self.width_px - 2 * margin_px,
            height_px=self.height_px - 2 * margin_px,
        )

    def overlaps(self, other: "Box") -> bool:
        """Whether the two share at least one pixel."""
        return (
            self.left_px < other.right_px
            and other.left_px < self.right_px
            and self.top_px < other.bottom_px
            and other.top_px < self.bottom_px
        )

    def contains(self, other: "Box") -> bool:
        """Whether `other` lies wholly inside."""
        return (
            self.left_px <= other.left_px
            and self.top_px <= other.top_px
            and other.right_px <= self.right_px
            and other.bottom_px <= self.bottom_px
        )
