"""Photographs that come with scikit-image and scikit-learn, and where their subjects are.

The boxes were drawn by hand: of a thing all of it, of a person or an animal the face. Each picture
is as large as a model's, so that it is planned for as a generated one is.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

from PIL import Image

from creative_assets.studio.values import Box

_LONG_SIDE_PX = 1536  # as image models make them


@dataclass(frozen=True)
class Photograph:
    """A photograph's file, and its subject in thousandths of it: left, top, right, bottom."""

    package: str
    file: str
    subject: tuple[int, int, int, int]


_SKIMAGE, _SKLEARN = "skimage.data", "sklearn.datasets.images"
PHOTOGRAPHS: Mapping[str, Photograph] = {
    "astronaut": Photograph(_SKIMAGE, "astronaut.png", (295, 28, 595, 370)),
    "camera": Photograph(_SKIMAGE, "camera.png", (310, 120, 660, 470)),
    "cat": Photograph(_SKIMAGE, "chelsea.png", (280, 260, 800, 920)),
    "cell": Photograph(_SKIMAGE, "cell.png", (650, 460, 900, 670)),
    "clock": Photograph(_SKIMAGE, "clock_motion.png", (350, 310, 700, 700)),
    "coffee": Photograph(_SKIMAGE, "coffee.png", (290, 40, 700, 780)),
    "flower": Photograph(_SKLEARN, "flower.jpg", (260, 200, 700, 840)),
    "moon": Photograph(_SKIMAGE, "moon.png", (180, 110, 290, 220)),
    "motorcycle": Photograph(_SKIMAGE, "motorcycle_left.png", (130, 170, 920, 900)),
    "pagoda": Photograph(_SKLEARN, "china.jpg", (105, 65, 570, 820)),
    "retina": Photograph(_SKIMAGE, "retina.jpg", (10, 0, 990, 1000)),
    "rocket": Photograph(_SKIMAGE, "rocket.jpg", (470, 300, 530, 940)),
}


@functools.cache
def photograph(name: str) -> Image.Image:
    """The photograph of that name, mode RGB; shared, so not to be drawn on."""
    found = PHOTOGRAPHS[name]
    with resources.files(found.package).joinpath(found.file).open("rb") as file:
        picture = Image.open(file).convert("RGB")
    scale = _LONG_SIDE_PX / max(picture.size)
    size = (round(picture.width * scale), round(picture.height * scale))
    return picture.resize(size, Image.Resampling.BICUBIC)


def subject_of(name: str) -> Box:
    """The box of its subject, in pixels of `photograph`."""
    picture = photograph(name)
    left, top, right, bottom = PHOTOGRAPHS[name].subject
    left_px, top_px = round(left * picture.width / 1000), round(top * picture.height / 1000)
    return Box(
        left_px=left_px,
        top_px=top_px,
        width_px=round(right * picture.width / 1000) - left_px,
        height_px=round(bottom * picture.height / 1000) - top_px,
    )
