"""Photographs that serve as generated pictures, laid out as an image model is asked to do it.

A photograph is smaller than a picture with calm space for text. One whose ground is out of focus
goes on beyond its edges; of others the subject is cut out and lies on a texture, or all of it lies
as a print on paper. What is set on such a picture is in `finals`.
"""

import functools
import io
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageDraw, ImageFilter, ImageOps
from skimage.filters import gaussian

from creative_assets.studio.formats import Format
from creative_assets.studio.layouts import Layout, subject_box, text_zones
from creative_assets.studio.values import Box, Direction, Size
from tests.photographs import photograph, subject_of

Floats = NDArray[np.float32]

_SUBJECT_SHARE, _PRINT_SHARE = 0.94, 0.86  # of where the layout wants it
# Focus is lost from the subject's box on: over how much of a photograph's rim, how soft the ground
# is (standard deviations, in px), and by how much softer for each px away.
_FADE_PX, _SOFTNESS_PX, _SOFTER = 160, (16, 40, 80, 160), 0.45
_REDUCED_BY = 8  # what is that soft has no detail
_SHADOW_PX, _SHADOW = 26, 0.55
_BORDER = 0.025  # of a print's long side
_BORDER_COLOR = "#fbfaf7"
_SHEEN = 0.06  # how much lighter a paper is above than below


@dataclass(frozen=True)
class Scene:
    """A photograph, and what is done to it so that it serves as a generated picture.

    Places are in thousandths of the photograph: left, top, right, bottom.

    Attributes:
        photograph: Its name.
        part: What of it is used.
        in_corner: Whether the subject stands in a corner of where the layout wants it.
        outline: The ellipses that hold the subject, where it is cut out and lies on a `ground`.
        ground: The texture that it lies on then.
        paper: The colour of what all of the photograph lies on as a print, if it does.
    """

    photograph: str
    part: tuple[int, int, int, int] = (0, 0, 1000, 1000)
    in_corner: bool = False
    outline: tuple[tuple[int, int, int, int], ...] = ()
    ground: str | None = None
    paper: str | None = None


SCENES = {
    "busy": Scene(
        "coffee", outline=((127, 165, 796, 972), (293, 42, 678, 470)), ground="gravel.png"
    ),
    "bright": Scene("pagoda", part=(60, 0, 620, 1000), paper="#f3d7a2"),
    "dark": Scene("rocket", part=(270, 60, 730, 1000), paper="#141d33"),
    "corner": Scene("flower", part=(0, 0, 1000, 870), in_corner=True),
    "near-white": Scene("cat", paper="#f3f1ec"),
}


def composed_subject(scene: Scene, fmt: Format, layout: Layout, direction: Direction) -> Box:
    """Where a scene's subject is in its picture: where the layout asks an image model for it."""
    wanted = subject_box(layout, text_zones(layout, fmt)[0], fmt, direction)
    subject = scaled(_part_of(scene)[1], _scale(scene, wanted))
    free_px = (wanted.width_px - subject.width_px, wanted.height_px - subject.height_px)
    share = (1.0, 0.0) if scene.in_corner else (0.5, 0.5)
    left_px = round(wanted.left_px + share[0] * free_px[0])
    top_px = round(wanted.top_px + share[1] * free_px[1])
    return subject.model_copy(update={"left_px": left_px, "top_px": top_px})


def generated(scene: Scene, fmt: Format, layout: Layout, direction: Direction) -> Image.Image:
    """The photograph as an image model would compose it; beyond its edges its ground goes on."""
    wanted = subject_box(layout, text_zones(layout, fmt)[0], fmt, direction)
    part, subject = _part_of(scene)
    scale = _scale(scene, wanted)
    size = (round(part.width * scale), round(part.height * scale))
    photo, subject = part.resize(size, Image.Resampling.LANCZOS), scaled(subject, scale)
    there = composed_subject(scene, fmt, layout, direction)
    at = (there.left_px - subject.left_px, there.top_px - subject.top_px)
    if scene.paper:
        return _laid_on(_lit(scene.paper, fmt.size), photo, Image.new("L", size, 255), at)
    if scene.ground:
        return _laid_on(_texture(scene.ground, fmt.size), photo, _outlined(scene, size), at)
    return _continued(photo, subject, at, fmt.size)


def scaled(box: Box, scale: float) -> Box:
    """The same box in a picture that is `scale` times as large."""
    left_px, top_px, right_px, bottom_px = (round(scale * edge) for edge in box.corners)
    return Box(
        left_px=left_px, top_px=top_px, width_px=right_px - left_px, height_px=bottom_px - top_px
    )


def _scale(scene: Scene, wanted: Box) -> float:
    _, subject = _part_of(scene)
    share = _PRINT_SHARE if scene.paper else _SUBJECT_SHARE
    return share * min(wanted.width_px / subject.width_px, wanted.height_px / subject.height_px)


@functools.cache
def _part_of(scene: Scene) -> tuple[Image.Image, Box]:
    """The part of its photograph that a scene uses, and where the subject is in it."""
    whole, subject = photograph(scene.photograph), subject_of(scene.photograph)
    if scene.paper:
        part = whole.crop(_in_px(scene.part, whole.size))
        print_ = ImageOps.expand(part, round(_BORDER * max(part.size)), _BORDER_COLOR)
        return print_, Box(left_px=0, top_px=0, width_px=print_.width, height_px=print_.height)
    if scene.outline:
        left, top, right, bottom = _in_px(_around(scene.outline), whole.size)
        subject = Box(left_px=left, top_px=top, width_px=right - left, height_px=bottom - top)
    left, top, right, bottom = _in_px(scene.part, whole.size)
    moved = {"left_px": subject.left_px - left, "top_px": subject.top_px - top}
    return whole.crop((left, top, right, bottom)), subject.model_copy(update=moved)


def _around(boxes: Sequence[tuple[int, int, int, int]]) -> tuple[int, int, int, int]:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _in_px(
    thousandths: tuple[int, int, int, int], size: tuple[int, int]
) -> tuple[int, int, int, int]:
    left, top, right, bottom = (
        part * side // 1000 for part, side in zip(thousandths, (*size, *size), strict=True)
    )
    return left, top, right, bottom


def _lit(paper: str, size: Size) -> Image.Image:
    """Paper in a soft light from above."""
    color = np.array(ImageColor.getrgb(paper)[:3], dtype=np.float32)
    light = 1 + _SHEEN * (0.5 - np.linspace(0, 1, size.height_px, dtype=np.float32))
    levels = color * light[:, None, None]
    # Without grain an even slope would show steps.
    grain = np.random.default_rng(1).uniform(-1, 1, (size.height_px, size.width_px, 1))
    return Image.fromarray((levels + grain).clip(0, 255).round().astype(np.uint8))


def _texture(name: str, size: Size) -> Image.Image:
    file = files("skimage") / "data" / name
    with Image.open(io.BytesIO(file.read_bytes())) as opened:
        large = ImageOps.cover(opened.convert("RGB"), (size.width_px, size.height_px))
    return large.crop((0, 0, size.width_px, size.height_px))


def _outlined(scene: Scene, size: tuple[int, int]) -> Image.Image:
    """A mask, L, of the subject; soft as the edges of a thing in a photograph are."""
    mask = Image.new("L", size)
    for ellipse in scene.outline:
        ImageDraw.Draw(mask).ellipse(_in_px(ellipse, size), fill=255)
    return mask.filter(ImageFilter.GaussianBlur(1.5))


def _laid_on(
    ground: Image.Image, photo: Image.Image, mask: Image.Image, at: tuple[int, int]
) -> Image.Image:
    """The subject on another ground, with its shadow there."""
    shadow = Image.new("L", ground.size)
    shadow.paste(mask, (at[0] + _SHADOW_PX // 2, at[1] + _SHADOW_PX))
    shadow = shadow.filter(ImageFilter.GaussianBlur(_SHADOW_PX)).point(lambda one: _SHADOW * one)
    laid = ground.copy()
    laid.paste("black", mask=shadow)
    laid.paste(photo, at, mask)
    return laid


def _continued(photo: Image.Image, subject: Box, at: tuple[int, int], size: Size) -> Image.Image:
    """A picture of `size` with the photograph at a place; its ground goes on, and out of focus.

    The ground is the photograph without its subject, and mirrored at the edges: no colour jumps.
    The further from the subject, the softer.
    """
    left, top = at
    pads = (
        (max(0, top), max(0, size.height_px - top - photo.height)),
        (max(0, left), max(0, size.width_px - left - photo.width)),
        (0, 0),
    )
    mirrored = Image.fromarray(np.pad(_without(photo, subject), pads, mode="symmetric"))
    shift = (max(0, -left), max(0, -top))
    whole = mirrored.crop((*shift, shift[0] + size.width_px, shift[1] + size.height_px))
    moved = {"left_px": subject.left_px + left, "top_px": subject.top_px + top}
    picture = _out_of_focus(whole, subject.model_copy(update=moved))
    picture.paste(photo, at, _sharp(photo, subject))
    return picture


def _without(photo: Image.Image, subject: Box) -> NDArray[np.uint8]:
    """Its pixels, with the colours from around the subject, blurred, in the subject's place."""
    small = np.asarray(photo.reduce(_REDUCED_BY), dtype=np.float32)
    left, top, right, bottom = subject.corners
    bare = np.ones((*small.shape[:2], 1), dtype=np.float32)
    bare[
        top // _REDUCED_BY : -(-bottom // _REDUCED_BY),
        left // _REDUCED_BY : -(-right // _REDUCED_BY),
    ] = 0
    reach = max(subject.width_px, subject.height_px) / _REDUCED_BY / 4
    seen, weight = (_soft(each, reach) for each in (small * bare, bare))
    filled = Image.fromarray((seen / np.maximum(weight, 1e-6)).clip(0, 255).astype(np.uint8))
    ground = photo.copy()
    ground.paste(filled.resize(photo.size).crop(subject.corners), subject.corners[:2])
    return np.asarray(ground)


def _out_of_focus(picture: Image.Image, subject: Box) -> Image.Image:
    """The same, softer the further from the subject's box."""
    small = np.asarray(picture.reduce(_REDUCED_BY), dtype=np.float32)
    down, across = (
        np.arange(side, dtype=np.float32) * _REDUCED_BY + _REDUCED_BY / 2
        for side in small.shape[:2]
    )
    left, top, right, bottom = subject.corners
    away = np.hypot(
        np.maximum(np.maximum(left - across, across - right), 0),
        np.maximum(np.maximum(top - down, down - bottom), 0)[:, None],
    )
    softness = np.log(np.clip(_SOFTER * away, _SOFTNESS_PX[0], _SOFTNESS_PX[-1]))
    levels = [_soft(small, px / _REDUCED_BY) for px in _SOFTNESS_PX]
    steps = np.interp(softness, np.log(_SOFTNESS_PX), np.arange(len(_SOFTNESS_PX)))[..., None]
    soft = sum(
        level * np.maximum(1 - np.abs(steps - number), 0) for number, level in enumerate(levels)
    )
    bands = [
        np.asarray(Image.fromarray(soft[..., band]).resize(picture.size, Image.Resampling.BICUBIC))
        for band in range(3)
    ]
    # Without grain an even slope would show steps.
    grain = np.random.default_rng(1).uniform(-1, 1, (picture.height, picture.width, 1))
    return Image.fromarray((np.dstack(bands) + grain).clip(0, 255).round().astype(np.uint8))


def _soft(pixels: Floats, deviation: float) -> Floats:
    soft: Floats = gaussian(pixels, deviation, mode="reflect", preserve_range=True, channel_axis=2)
    return soft


def _sharp(photo: Image.Image, subject: Box) -> Image.Image:
    """A mask, L: all of the subject, less and less towards the photograph's rim."""

    def shares(length: int, start: int, end: int) -> NDArray[np.float64]:
        from_rim = np.arange(length) + 0.5
        before, after = (min(max(room, 1), _FADE_PX) for room in (start, length - end))
        share = np.clip(np.minimum(from_rim / before, (length - from_rim) / after), 0, 1)
        smooth: NDArray[np.float64] = share * share * (3 - 2 * share)
        return smooth

    across = shares(photo.width, subject.left_px, subject.right_px)
    down = shares(photo.height, subject.top_px, subject.bottom_px)
    return Image.fromarray((255 * np.outer(down, across)).round().astype(np.uint8))
