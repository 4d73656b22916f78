"""Pictures and logos drawn for tests."""

import numpy as np
from PIL import Image, ImageDraw

from creative_assets.studio.formats import Format
from creative_assets.studio.logo import Logo, LogoFile
from creative_assets.studio.values import Box

Color = tuple[int, int, int]


def word(color: str, width: int = 300) -> LogoFile:
    bars = "".join(f'<rect x="{x}" width="12" height="100"/>' for x in range(0, width, 24))
    content = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 100">'
    return LogoFile(f"{color}.svg", f'{content}<g fill="{color}">{bars}</g></svg>'.encode())


DARK_ONLY = Logo({"default": word("#0B3D2E")})
LIGHT_ONLY = Logo({"default": word("#FFF8E8")})
BOTH = Logo({"default": word("#0B3D2E"), "light": word("#FFFFFF")})


def plain(size: tuple[int, int], color: Color = (225, 215, 200)) -> Image.Image:
    return Image.new("RGB", size, color)


def with_subject(
    size: tuple[int, int], across: float, down: float, color: Color = (225, 215, 200)
) -> Image.Image:
    """A striped can on a plain ground, its middle at these fractions of the picture."""
    picture = plain(size, color)
    side = min(size) // 5
    x, y = round(across * size[0]), round(down * size[1])
    draw = ImageDraw.Draw(picture)
    draw.rectangle((x - side // 2, y - side, x + side // 2, y + side), fill=(170, 40, 30))
    draw.rectangle((x - side // 2, y - side // 4, x + side // 2, y + side // 4), fill=(20, 90, 60))
    return picture


def confetti(size: tuple[int, int]) -> Image.Image:
    noise = np.random.default_rng(7).integers(0, 255, (size[1] // 12, size[0] // 12, 3))
    return Image.fromarray(noise.astype(np.uint8)).resize(size, Image.Resampling.NEAREST)


def calm_part(picture: Image.Image, box: Box) -> Image.Image:
    """The same picture, with one part made even."""
    calmed = picture.copy()
    calmed.paste((225, 215, 200), box.corners)
    return calmed


def pixels(fmt: Format) -> tuple[int, int]:
    return fmt.size.width_px, fmt.size.height_px
