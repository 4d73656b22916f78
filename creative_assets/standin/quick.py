"""Pictures for benchmarks: one painted scene for each composition, told apart by its grain.

A scene costs a quarter of a second of CPU, a grain some ten milliseconds, and a JPEG that has its
grain already next to nothing: so a benchmark measures who asks, and not who answers. What is
painted otherwise is `scenes`.
"""

import io
from functools import lru_cache

import numpy as np
from PIL import Image, ImageChops

from creative_assets.standin.scenes.painter import paint_scene
from creative_assets.studio.values import Size

GRAIN_LEVELS = 12.0  # its standard deviation
GRAIN_SPARE_PX = 512  # how far it can be shifted, across and down: 262,144 grains
JPEG_GRAINS = 8
MIN_JPEG_BYTES = 1_000_000
_SEED_BYTES = 8
_COMMENT_BYTES = 65_533  # the most that one JPEG segment holds

_SETTING = "Setting: a seamless studio backdrop, a pedestal"


def quick_picture(prompt: str, size: Size, photos: tuple[bytes, ...], seed: int) -> Image.Image:
    """The one scene of this composition and these photos, in a grain that `seed` chooses."""
    scene = _scene(_composition(prompt), size, photos)
    down_px, right_px = divmod(seed % GRAIN_SPARE_PX**2, GRAIN_SPARE_PX)
    box = (right_px, down_px, right_px + size.width_px, down_px + size.height_px)
    return ImageChops.add(scene, _grain(size).crop(box), scale=1.0, offset=-128)


def quick_jpeg(
    prompt: str, size: Size, photos: tuple[bytes, ...], seed: int, quality: int
) -> bytes:
    """The same in one of eight grains, of 1 MB or more; no two seeds give the same bytes."""
    jpeg = _heavy_jpeg(_composition(prompt), size, photos, seed % JPEG_GRAINS, quality)
    return _commented(jpeg, (seed % 2 ** (8 * _SEED_BYTES)).to_bytes(_SEED_BYTES, "big"))


@lru_cache(maxsize=512)
def _heavy_jpeg(
    prompt: str, size: Size, photos: tuple[bytes, ...], grain: int, quality: int
) -> bytes:
    file = io.BytesIO()
    quick_picture(prompt, size, photos, grain).save(file, "JPEG", quality=quality)
    jpeg = file.getvalue()
    while len(jpeg) < MIN_JPEG_BYTES:
        jpeg = _commented(jpeg, bytes(_COMMENT_BYTES))
    return jpeg


def _commented(jpeg: bytes, comment: bytes) -> bytes:
    """A JPEG with a comment before its picture."""
    return jpeg[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + jpeg[2:]


def _composition(prompt: str) -> str:
    lines = [line for line in prompt.splitlines() if line.startswith("Composition:")]
    return "\n".join([_SETTING, *lines])


@lru_cache(maxsize=64)
def _scene(prompt: str, size: Size, photos: tuple[bytes, ...]) -> Image.Image:
    opened = [Image.open(io.BytesIO(photo)).convert("RGBA") for photo in photos]
    return paint_scene(prompt, size, opened, 0)


@lru_cache(maxsize=8)
def _grain(size: Size) -> Image.Image:
    shape = (size.height_px + GRAIN_SPARE_PX, size.width_px + GRAIN_SPARE_PX)
    noise = np.random.default_rng(0).standard_normal(shape, dtype=np.float32)
    levels = (noise * GRAIN_LEVELS + 128).clip(0, 255).astype(np.uint8)
    return Image.merge("RGB", (Image.fromarray(levels),) * 3)
