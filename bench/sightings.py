"""Pictures that the check `picture` is measured on: photographs, bare and with things planted.

The photographs come with scikit-image and scikit-learn, cropped to the shapes of generated
pictures. Everything is the same each time.
"""

import functools
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from creative_assets.studio.fonts import drawing_font, face_for
from creative_assets.studio.images import open_picture
from creative_assets.studio.logo import (
    Logo,
    LogoFile,
    LogoVersion,
    ink_contrast,
    ink_of,
    raster,
)
from creative_assets.studio.sight import contrast_ratio, luminance, relative_luminance, rgb
from creative_assets.studio.values import Box

EXAMPLES = Path(__file__).parent.parent / "examples"
_PACKAGES = {
    "skimage.data": (
        "brick.png",
        "camera.png",
        "cell.png",
        "chelsea.png",
        "clock_motion.png",
        "coffee.png",
        "coins.png",
        "grass.png",
        "gravel.png",
        "hubble_deep_field.jpg",
        "ihc.png",
        "moon.png",
        "retina.jpg",
        "rocket.jpg",
    ),
    "sklearn.datasets.images": ("china.jpg", "flower.jpg"),
}
BARE = tuple((package, name) for package, names in _PACKAGES.items() for name in names)
"""Photographs without lettering: package and file."""
LETTERED = (("skimage.data", "motorcycle_left.png"), ("skimage.data", "astronaut.png"))
"""Photographs of things that have lettering on them."""

_LONG_SIDE_PX = 1536
# Width ÷ height, the share of the largest such crop, and where it lies: across, down.
_CROPS = (
    (1.0, 1.0, 0.5, 0.5),
    (0.8, 1.0, 0.5, 0.5),
    (0.5625, 1.0, 0.5, 0.5),
    (1.7778, 1.0, 0.5, 0.5),
    (1.0, 0.6, 0.1, 0.2),
    (1.5, 0.7, 0.9, 0.8),
)
_WORDS = (
    ("en-US", "Fresh coffee"),
    ("ru-RU", "Кофе дня"),
    ("el-GR", "Φρέσκος"),
    ("ar-AE", "قهوة طازجة"),
    ("hi-IN", "ताज़ी कॉफी"),
    ("th-TH", "กาแฟสด"),
    ("ja-JP", "新鮮なコーヒー"),
    ("ko-KR", "신선한 커피"),
)
_WORD_SHARES = (0.025, 0.04, 0.06, 0.1, 0.15)
_ANGLES = (0, 0, 0, 12, -20)
_COLORS = ("#ffffff", "#141414", "#0b3d2e", "#d97742", "#f4e9d8")
_LOGO_SHARES = (0.12, 0.2, 0.28, 0.35)
_VERSIONS: Mapping[LogoVersion, str] = {
    "default": "logo.svg",
    "light": "logo-light.svg",
    "dark": "logo-dark.svg",
}
_PACK_SHARES = (0.35, 0.5, 0.7)


@dataclass(frozen=True)
class Planted:
    """A picture with something on it.

    Attributes:
        share: Its height, of a logo its width, in shares of the picture's.
        contrast: WCAG's, 1 to 21, with the median of what it lies on.
    """

    picture: Image.Image
    box: Box
    share: float
    contrast: float


def crops(photographs: Sequence[tuple[str, str]] = BARE) -> Iterator[Image.Image]:
    """Six crops of each photograph."""
    return (_crop(number, photographs) for number in range(len(photographs) * len(_CROPS)))


def with_words(count: int) -> Iterator[Planted]:
    """Crops with a word on each: eight scripts, upright and slanted, in many sizes and colours."""
    chance = _chance(1)
    for number, picture in _bare(count):
        locale, words = _WORDS[number % len(_WORDS)]
        share, color = chance.choice(_WORD_SHARES), chance.choice(_COLORS)
        font = drawing_font(face_for(words, locale), 700, round(share * picture.height))
        _, _, right, bottom = font.getbbox(words)
        ink = Image.new("L", (round(right) + 8, round(bottom) + 8))
        ImageDraw.Draw(ink).text((4, 4), words, fill=255, font=font)
        ink = ink.rotate(chance.choice(_ANGLES), Image.Resampling.BICUBIC, expand=True)
        mark = Image.new("RGBA", ink.size, color)
        mark.putalpha(ink)
        reads = functools.partial(_color_reads, color)
        yield from _planted(picture, mark, share, reads, chance)


def with_logos(count: int) -> Iterator[tuple[Logo, Planted]]:
    """Crops with an example's logo on each, in one of its versions."""
    chance = _chance(2)
    versions = [(logo, version) for logo in logos() for version in _VERSIONS]
    for number, picture in _bare(count):
        logo, version = versions[number % len(versions)]
        share, logo_file = chance.choice(_LOGO_SHARES), logo.versions[version]
        mark = raster(logo_file, round(share * picture.width))
        reads = functools.partial(_ink_reads, logo_file)
        for planted in _planted(picture, mark, share, reads, chance):
            yield logo, planted


@functools.cache
def logos() -> tuple[Logo, ...]:
    """The logos of our examples."""
    folders = sorted(path.parent for path in EXAMPLES.glob("*/logo.svg"))
    return tuple(
        Logo({version: _logo_file(folder / name) for version, name in _VERSIONS.items()})
        for folder in folders
    )


def packs() -> list[bytes]:
    """The photos of our examples' products, cut out."""
    return [path.read_bytes() for path in sorted(EXAMPLES.glob("*/photos/*.png"))]


def with_packs(count: int) -> Iterator[tuple[int, Image.Image]]:
    """Crops with an example's product on each, and its number in `packs`."""
    chance = _chance(3)
    shown = [open_picture(content, "pack").convert("RGBA") for content in packs()]
    for number, picture in _bare(count):
        mark = shown[number % len(shown)].copy()
        mark.thumbnail((picture.width, round(chance.choice(_PACK_SHARES) * picture.height)))
        for planted in _planted(picture, mark, 0, lambda _: 0, chance):
            yield number % len(shown), planted.picture


def _logo_file(path: Path) -> LogoFile:
    return LogoFile(path.name, path.read_bytes())


def _color_reads(color: str, behind: float) -> float:
    return float(contrast_ratio(luminance(rgb(color)), behind))


def _ink_reads(logo_file: LogoFile, behind: float) -> float:
    return ink_contrast(ink_of(logo_file), behind, behind)


def _chance(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - to be the same each time, not to be unforeseen


def _bare(count: int) -> Iterator[tuple[int, Image.Image]]:
    """That many crops without lettering, numbered, each photograph as often as the next."""
    crops_in_all = len(BARE) * len(_CROPS)
    return ((number, _crop(number * 7 % crops_in_all, BARE)) for number in range(count))


def _crop(number: int, photographs: Sequence[tuple[str, str]]) -> Image.Image:
    package, name = photographs[number // len(_CROPS)]
    ratio, share, across, down = _CROPS[number % len(_CROPS)]
    with files(package).joinpath(name).open("rb") as file:
        whole = Image.open(file).convert("RGB")
    width = share * min(whole.width, whole.height * ratio)
    height = width / ratio
    left, top = across * (whole.width - width), down * (whole.height - height)
    scale = _LONG_SIDE_PX / max(width, height)
    size = (round(width * scale), round(height * scale))
    return whole.resize(size, Image.Resampling.BICUBIC, (left, top, left + width, top + height))


def _planted(
    picture: Image.Image,
    mark: Image.Image,
    share: float,
    reads: Callable[[float], float],
    chance: random.Random,
) -> Iterator[Planted]:
    """The picture with a mark (RGBA) somewhere on it, where it is large enough."""
    free = (picture.width - mark.width, picture.height - mark.height)
    if min(free) <= 0:
        return
    left, top = (chance.randrange(room) for room in free)
    box = Box(left_px=left, top_px=top, width_px=mark.width, height_px=mark.height)
    behind = float(np.median(relative_luminance(np.asarray(picture.crop(box.corners)))))
    shown = picture.copy()
    shown.paste(mark, (left, top), mark)
    yield Planted(shown, box, share, reads(behind))
