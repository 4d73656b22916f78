"""Fonts: which face sets a text in a locale, and the proof that it has every character.

The faces are the brand's own, if it has some, and then the Noto families of the installed
`justmytype-*` packages; never the system's fonts. Files of a brand are opened in `brand_fonts`. How
wide a text is, where it breaks and how it is drawn belong elsewhere.
"""

import hashlib
import re
import threading
import unicodedata
from collections.abc import Sequence
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

# Hebrew to Mandaic, Devanagari to Myanmar, Khmer, and Arabic's presentation forms. Without a shaper
# these come out unjoined, in the wrong order, or with marks out of place.
_SHAPED = re.compile("[\u0590-\u08ff\u0900-\u109f\u1780-\u17ff\ufb1d-\ufdff\ufe70-\ufeff]")

_KEPT_FONTS = 64
_threads = threading.local()

# What breaks, measures and draws; resvg-py draws SVG logos.
_PACKAGES = ("pillow", "icu4py", "budoux", "uharfbuzz", "resvg-py")


@dataclass(frozen=True, slots=True)
class Face:
    """One font file. Those of a `family` differ in weight alone; a variable one has a range."""

    name: str
    path: Path
    family: str
    lightest: int = 100
    heaviest: int = 900

    @property
    def sha256(self) -> str:
        """Of the font file, in hex."""
        return _sha256(self.path)


@cache
def script_of(locale: str) -> str:
    """The likely ISO 15924 script of a BCP 47 `locale`: `Hant` for `zh-TW`, `Jpan` for `ja`."""
    return langcodes.Language.get(locale).maximize().script or "Latn"


def face_for(text: str, locale: str, brand: Sequence[Face] = (), weight: int = 400) -> Face:
    """The one face that has every character of `text`, on a machine that can set it.

    Raises:
        RenderError: No face has them all, or the text needs a shaper that is not there.
    """
    require_shaper(text, present=bool(features.check("raqm")))
    return covering_face(text, locale, brand, weight)


def covering_face(text: str, locale: str, brand: Sequence[Face] = (), weight: int = 400) -> Face:
    """The one face that has every character of `text`.

    That is the brand's first that does, in the weight of its family that is nearest to `weight`;
    or else the locale's own, or the next that does.

    Raises:
        RenderError: No face has them all.
    """
    own = [face for face in brand if not missing_characters(text, face)]
    if own:
        family = [face for face in own if face.family == own[0].family]
        return min(family, key=lambda face: max(face.lightest - weight, weight - face.heaviest, 0))
    preferred = _face(_FACE_OF_SCRIPT.get(script_of(locale), "Noto Sans"))
    chain = (preferred, *(_face(name) for name in _FILES if name != preferred.name))
    found = next((face for face in chain if not missing_characters(text, face)), None)
    if found is None:
        raise RenderError(_missing_message(text, locale, preferred))
    return found


def face_named(name: str, brand: Sequence[Face] = ()) -> Face:
    """The face of that name, the brand's or another.

    Raises:
        RenderError: There is none, or its file is missing.
    """
    known = {face.name: face for face in brand}
    if name not in _FILES and name not in known:
        raise RenderError(
            f"There is no font {name!r} here; there are {', '.join([*known, *_FILES])}."
        )
    return known[name] if name in known else _face(name)


def require_shaper(text: str, *, present: bool) -> None:
    """Check that a text can be drawn; `present` says whether Raqm, the shaper, is.

    Raises:
        RenderError: It cannot: its letters would come out loose.
    """
    found = _SHAPED.search(text)
    if found and not present:
        raise RenderError(
            f"The text {text!r} cannot be drawn, because of U+{ord(found[0]):04X} ({found[0]}): "
            "Pillow found no FriBiDi, so its text shaper (Raqm) is off and letters would not join. "
            "Install FriBiDi (Debian and Ubuntu: apt-get install libfribidi0; macOS: brew install "
            "fribidi) and start again."
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
    font = uharfbuzz.Font(shaping_face(face.path))
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
    axes = shaping_face(face.path).axis_infos
    if axes:
        wanted = {"wght": weight, "wdth": 100}
        font.set_variation_by_axes(
            [
                min(max(wanted.get(axis.tag, axis.default_value), axis.min_value), axis.max_value)
                for axis in axes
            ]
        )
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
    return Face(name=name, path=path, family=name)


@cache
def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@cache
def shaping_face(path: Path) -> uharfbuzz.Face:
    """HarfBuzz's view of a font file. Kept open, and read only."""
    return uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(path)))


@cache
def _characters(path: Path) -> frozenset[int]:
    return frozenset(shaping_face(path).unicodes)
