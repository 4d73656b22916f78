"""Fonts: which face sets a text in a locale, and the proof that it has every character.

The faces are the Noto families of the installed `justmytype-*` packages, never the system's fonts.
How wide a text is, where it breaks and how it is drawn belong elsewhere.
"""

import hashlib
import threading
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import metadata
from importlib.resources import files
from pathlib import Path

import langcodes
import uharfbuzz
from PIL import ImageFont, features

from creative_assets.studio.errors import RenderError

# Name → package and file. The order is the order of fallback, so the broadest face comes first.
_FILES = {
    "Noto Sans": ("justmytype_western_core", "notosans/NotoSans[wdth,wght].ttf"),
    "Noto Sans Arabic": ("justmytype_intl_rtl", "notosansarabic/NotoSansArabic[wdth,wght].ttf"),
    "Noto Sans Hebrew": ("justmytype_intl_rtl", "notosanshebrew/NotoSansHebrew[wdth,wght].ttf"),
    "Noto Sans Devanagari": (
        "justmytype_intl_south_asia",
        "notosansdevanagari/NotoSansDevanagari[wdth,wght].ttf",
    ),
    "Noto Sans Bengali": (
        "justmytype_intl_south_asia",
        "notosansbengali/NotoSansBengali[wdth,wght].ttf",
    ),
    "Noto Sans Tamil": (
        "justmytype_intl_south_asia",
        "notosanstamil/NotoSansTamil[wdth,wght].ttf",
    ),
    "Noto Sans Telugu": (
        "justmytype_intl_south_asia",
        "notosanstelugu/NotoSansTelugu[wdth,wght].ttf",
    ),
    "Noto Sans Thai": ("justmytype_intl_sea", "notosansthai/NotoSansThai[wdth,wght].ttf"),
    "Noto Sans JP": ("justmytype_intl_cjk", "notosansjp/NotoSansJP[wght].ttf"),
    "Noto Sans KR": ("justmytype_intl_cjk", "notosanskr/NotoSansKR[wght].ttf"),
    "Noto Sans SC": ("justmytype_intl_cjk", "notosanssc/NotoSansSC[wght].ttf"),
    "Noto Sans TC": ("justmytype_intl_cjk", "notosanstc/NotoSansTC[wght].ttf"),
}

# ISO 15924 script → face. Scripts that are not here start with Noto Sans.
_FACE_OF_SCRIPT = {
    "Arab": "Noto Sans Arabic",
    "Hebr": "Noto Sans Hebrew",
    "Deva": "Noto Sans Devanagari",
    "Beng": "Noto Sans Bengali",
    "Taml": "Noto Sans Tamil",
    "Telu": "Noto Sans Telugu",
    "Thai": "Noto Sans Thai",
    "Jpan": "Noto Sans JP",
    "Kore": "Noto Sans KR",
    "Hans": "Noto Sans SC",
    "Hant": "Noto Sans TC",
}

# Without a shaper these come out unjoined, in the wrong order, or with marks out of place.
_SHAPED_SCRIPTS = ("Arab", "Hebr", "Deva", "Beng", "Taml", "Telu", "Thai")
SHAPED_FACES = frozenset(_FACE_OF_SCRIPT[script] for script in _SHAPED_SCRIPTS)


_KEPT_FONTS = 64
_threads = threading.local()

# What breaks, measures and draws; resvg-py draws SVG logos.
_PACKAGES = ("pillow", "icu4py", "budoux", "uharfbuzz", "resvg-py")


@dataclass(frozen=True, slots=True)
class Face:
    """One variable font file."""

    name: str
    path: Path

    @property
    def sha256(self) -> str:
        """Of the font file, in hex."""
        return _sha256(self.path)


@cache
def script_of(locale: str) -> str:
    """The likely ISO 15924 script of a BCP 47 `locale`: `Hant` for `zh-TW`, `Jpan` for `ja`."""
    return langcodes.Language.get(locale).maximize().script or "Latn"


def face_for(text: str, locale: str) -> Face:
    """The one face that has every character of `text`, on a machine that can set it.

    Raises:
        RenderError: No face has them all, or the face needs a shaper that is not there.
    """
    face = covering_face(text, locale)
    require_shaper(face, present=bool(features.check("raqm")))
    return face


def face_named(name: str) -> Face:
    """The face of that name.

    Raises:
        RenderError: There is none, or its file is missing.
    """
    if name not in _FILES:
        raise RenderError(f"There is no font {name!r} here; there are {', '.join(_FILES)}.")
    return _face(name)


def covering_face(text: str, locale: str) -> Face:
    """The one face that has every character of `text`: the locale's own, or the next that does.

    Raises:
        RenderError: No face has them all.
    """
    preferred = _face(_FACE_OF_SCRIPT.get(script_of(locale), "Noto Sans"))
    chain = (preferred, *(_face(name) for name in _FILES if name != preferred.name))
    face = next((face for face in chain if not missing_characters(text, face)), None)
    if face is None:
        raise RenderError(_missing_message(text, locale, preferred))
    return face


def require_shaper(face: Face, *, present: bool) -> None:
    """Check that a face whose script is shaped can be drawn; `present` says whether Raqm is.

    Raises:
        RenderError: It cannot, and the text would come out as loose letters.
    """
    if face.name in SHAPED_FACES and not present:
        raise RenderError(
            f"{face.name} cannot be drawn: Pillow found no FriBiDi, so its text shaper (Raqm) is "
            "off and letters would not join. Install FriBiDi (Debian and Ubuntu: "
            "apt-get install libfribidi0; macOS: brew install fribidi) and start again."
        )


def missing_characters(text: str, face: Face) -> tuple[str, ...]:
    """The characters of `text` that `face` would draw as empty boxes, each once, in order."""
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    uharfbuzz.shape(shaping_font(face, weight=400), buffer)
    if all(info.codepoint != 0 for info in buffer.glyph_infos):
        return ()
    known = _characters(face.path)
    # Format characters (joiners, direction marks) and spaces are drawn by the shaper itself.
    return tuple(
        dict.fromkeys(
            character
            for character in text
            if ord(character) not in known and unicodedata.category(character) not in {"Cf", "Zs"}
        )
    )


@cache
def shaping_font(face: Face, weight: int) -> uharfbuzz.Font:
    """A HarfBuzz font at `weight` (100 to 900), 1000 units an em. Kept open, and read only."""
    font = uharfbuzz.Font(_shaping_face(face.path))
    font.scale = (1000, 1000)
    font.set_variations({"wght": weight})
    return font


def drawing_font(face: Face, weight: int, size_px: int) -> ImageFont.FreeTypeFont:
    """A Pillow font of `face` at `weight` and `size_px`, for this thread only.

    Kept, because the first line that Raqm shapes with a new one takes 10 ms in the larger faces;
    one for each thread, because an object with variation axes is not for sharing.
    """
    if not hasattr(_threads, "fonts"):
        _threads.fonts = lru_cache(maxsize=_KEPT_FONTS)(_load)
    font: ImageFont.FreeTypeFont = _threads.fonts(face, weight, size_px)
    return font


def _load(face: Face, weight: int, size_px: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(face.path, size_px)
    axes = {b"Weight": weight, b"Width": 100}
    font.set_variation_by_axes([axes[axis["name"]] for axis in font.get_variation_axes()])
    # With Pillow 13.0 the first line of a new font could differ by a pixel from the same line set
    # again (seen in Greek). A first measurement settles it.
    font.getlength("x")
    return font


@cache
def renderer_version() -> str:
    """All that decides about pixels: the libraries that draw, and the fonts' bytes (one hash)."""
    fonts = hashlib.sha256("".join(_face(name).sha256 for name in _FILES).encode()).hexdigest()
    packages = [f"{name} {metadata.version(name)}" for name in _PACKAGES]
    native = [
        f"{name} {features.version(name)}" for name in ("raqm", "fribidi", "harfbuzz", "freetype2")
    ]
    return ", ".join([*packages, *native, f"fonts {fonts[:16]}"])


def _missing_message(text: str, locale: str, face: Face) -> str:
    named = ", ".join(f"U+{ord(c):04X} ({c})" for c in missing_characters(text, face))
    return (
        f"No font sets the text {text!r} ({locale}) as a whole: {face.name} lacks {named}. "
        "Remove or replace these characters (emoji have none), or leave out a locale whose script "
        "has no font here."
    )


@cache
def _face(name: str) -> Face:
    package, file = _FILES[name]
    path = Path(str(files(package) / "fonts" / "ofl" / file))
    if not path.is_file():
        raise RenderError(
            f"The font {name} is not in the package {package}, where {file} was expected. "
            "Install the locked versions again (requirements.lock)."
        )
    return Face(name=name, path=path)


@cache
def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@cache
def _shaping_face(path: Path) -> uharfbuzz.Face:
    return uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(path)))


@cache
def _characters(path: Path) -> frozenset[int]:
    return frozenset(_shaping_face(path).unicodes)
