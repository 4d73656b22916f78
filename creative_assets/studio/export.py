"""Export: finished pictures as files' bytes.

Colour space and marks go in here. Nothing is written to a store.
"""

import math
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import IO, Any

from PIL import Image, PngImagePlugin

from creative_assets.studio.errors import RenderError
from creative_assets.studio.provenance import Marks, xmp_packet
from creative_assets.studio.values import FileType

# The settings and what they cost were measured on 1080x1920 finals.
_SETTINGS: Mapping[FileType, Mapping[str, Any]] = {
    "jpeg": {"format": "JPEG", "subsampling": "4:2:0"},
    "png": {"format": "PNG", "compress_level": 1, "compress_type": 3},  # 3 is zlib's Z_RLE
    "webp": {"format": "WEBP", "method": 2},
}
BEST_QUALITY = 90
LEAST_QUALITY = 50
"""Below it, blocks are seen around the letters."""

# Measured on 1080x1920: a tenth of the time of the fastest lossless format, PSNR above 48 dB.
_BETWEEN_STAGES: Mapping[str, Any] = {"format": "JPEG", "quality": 97, "subsampling": "4:4:4"}


@dataclass(frozen=True, slots=True)
class Encoded:
    """A finished file. `quality` is 50 to 90, or None for a PNG, which has none."""

    content: bytes
    file_type: FileType
    quality: int | None


def encode(
    image: Image.Image, file_types: Sequence[FileType], marks: Marks, max_bytes: int | None = None
) -> Encoded:
    """An RGB picture as a file in sRGB with its marks. Same input, same bytes.

    It is of the first of `file_types` in which it has at most `max_bytes`, and there of the best
    quality that has.

    Raises:
        RenderError: It is larger in each of them.
    """
    limit = math.inf if max_bytes is None else max_bytes
    packet = xmp_packet(marks)
    sizes = []
    for file_type in file_types:
        encoded = _best_within(image, file_type, packet, limit)
        if len(encoded.content) <= limit:
            return encoded
        sizes.append(f"{len(encoded.content):,} as {file_type}")
    raise RenderError(
        f"A final of {image.width}x{image.height} px takes at least {' and '.join(sizes)} bytes,"
        f" where {limit:,} are allowed. Ask for a new take, with a calmer picture, or for the"
        " layout `panel` in `output.layout`."
    )


def encode_between_stages(image: Image.Image) -> bytes:
    """An RGB picture as a JPEG of very high quality, for the next stage: no marks."""
    return _saved(image, _BETWEEN_STAGES)


@cache
def srgb_profile() -> bytes:
    """The one ICC profile that all our files carry.

    A file, because LittleCMS writes the time of day into each profile that it makes.
    """
    return files(__package__).joinpath("data", "srgb.icc").read_bytes()


def _best_within(image: Image.Image, file_type: FileType, packet: bytes, limit: float) -> Encoded:
    """The file of that type with the best quality within the limit, or else with the least."""
    if file_type == "png":
        return _encoded(image, file_type, packet, None)
    best = _encoded(image, file_type, packet, BEST_QUALITY)
    if len(best.content) <= limit:
        return best
    best = _encoded(image, file_type, packet, LEAST_QUALITY)
    low, high = LEAST_QUALITY, BEST_QUALITY  # the one fits, if any does; the other does not
    while len(best.content) <= limit and high - low > 1:
        middle = (low + high) // 2
        tried = _encoded(image, file_type, packet, middle)
        if len(tried.content) <= limit:
            best, low = tried, middle
        else:
            high = middle
    return best


def _encoded(
    image: Image.Image, file_type: FileType, packet: bytes, quality: int | None
) -> Encoded:
    options: dict[str, Any] = {**_SETTINGS[file_type], "icc_profile": srgb_profile()}
    if quality is None:
        # Pillow drops `xmp=` for PNG without a word.
        options["pnginfo"] = PngImagePlugin.PngInfo()
        options["pnginfo"].add_itxt("XML:com.adobe.xmp", packet.decode())
    else:
        options |= {"quality": quality, "xmp": packet}
    return Encoded(_saved(image, options), file_type, quality)


def _saved(image: Image.Image, options: Mapping[str, Any]) -> bytes:
    # A real file lets Pillow compress without the GIL; the copy is because it keeps the options of
    # a running save on the image, where another thread's save would find them.
    with _scratch_file() as file:
        image.copy().save(file, **options)
        file.seek(0)
        return file.read()


def _scratch_file() -> IO[bytes]:
    """A file with a descriptor; in memory where the system has such files."""
    if sys.platform == "linux":
        return os.fdopen(os.memfd_create("picture"), "w+b")
    return tempfile.TemporaryFile()
