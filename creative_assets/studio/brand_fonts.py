"""A brand's own font files: opened safely, and kept where the libraries that draw can read them.

Which of them sets a text is `fonts`' to say.
"""

import atexit
import hashlib
import os
import shutil
import tempfile
import threading
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

import uharfbuzz
from PIL import ImageFont

from creative_assets.studio.errors import RenderError
from creative_assets.studio.fonts import Face, shaping_face

MAX_FONT_BYTES: Final = 20 * 1024 * 1024
"""The largest of the packages' own, Japanese in all weights, has half of that."""

_SIGNATURES = (b"\x00\x01\x00\x00", b"true", b"OTTO")  # TrueType twice, and CFF outlines
_OTHERS = {b"wOFF": "WOFF", b"wOF2": "WOFF2", b"ttcf": "font collection"}
_FAMILY, _STYLE, _TYPOGRAPHIC_FAMILY = 1, 2, 16  # OpenType's name IDs
_KEPT_FACES = 256


def open_font(content: bytes, name: str) -> Face:
    """A brand's font file as a face; `name` is what its brief calls it.

    Raises:
        RenderError: It is too large, or no font that can be used.
    """
    if len(content) > MAX_FONT_BYTES:
        raise RenderError(
            f"the font {name} has {len(content):,} bytes; expected at most {MAX_FONT_BYTES:,}. "
            "Export it with the scripts that the campaign needs."
        )
    if not content.startswith(_SIGNATURES):
        kind = _OTHERS.get(content[:4], "something else")
        raise RenderError(
            f"the font {name} is no TrueType or OpenType file but {kind}. Give the .ttf or .otf "
            "file of one font."
        )
    return _face(_kept_at(content), name)


@lru_cache(maxsize=_KEPT_FACES)
def _face(path: Path, name: str) -> Face:
    face = shaping_face(path)
    try:
        ImageFont.truetype(path, size=20).getmask("a")
    except (OSError, ValueError) as error:
        raise RenderError(
            f"the font {name} cannot be read ({error}). Export it again as .ttf or .otf."
        ) from error
    if not face.unicodes:
        raise RenderError(
            f"the font {name} has no characters. Export it again with its cmap table."
        )
    weights = [
        (round(axis.min_value), round(axis.max_value))
        for axis in face.axis_infos
        if axis.tag == "wght"
    ]
    font = uharfbuzz.Font(face)
    weight = round(font.get_style_value(uharfbuzz.StyleTag.WEIGHT))
    [(lightest, heaviest)] = weights or [(weight, weight)]
    slanted = font.get_style_value(uharfbuzz.StyleTag.ITALIC) > 0
    family = face.get_name(_TYPOGRAPHIC_FAMILY) or face.get_name(_FAMILY) or name
    style = "" if weights else face.get_name(_STYLE) or ""
    return Face(
        name=f"{family} {style}".strip() + f" ({name})",
        path=path,
        family=f"{family}, slanted" if slanted else family,
        lightest=lightest,
        heaviest=heaviest,
    )


def _kept_at(content: bytes) -> Path:
    """A file with that content: Pillow would hold a copy of it for each size and thread."""
    path = _folder() / hashlib.sha256(content).hexdigest()
    if not path.exists():
        part = path.with_suffix(f".{threading.get_ident()}")
        part.write_bytes(content)
        os.replace(part, path)  # noqa: PTH105 - the same
    return path


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="creative-assets-fonts-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
